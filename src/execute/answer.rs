//! The answer on the raw transport: octets in, in pieces of any size, one [`Response`] out.
//!
//! Pure and incremental: how the octets are cut into pieces makes no difference to the result, and no
//! octets make it panic. It is stricter than HTTP clients are, because what a client forgives is what a
//! conformance case looks for: lines end with CR LF, chunks are well formed, and there is one statement
//! of the length. Framing follows RFC 9112 section 6.3.

use super::failure::{body_too_large, no_answer};
use super::figure;
use super::interim::{self, INTERIM_ANSWERS};
use super::progress::Seen;
use crate::model::exchange::{NoAnswer, NoAnswerKind, Response};

/// The largest head that is read, in octets; trailer fields have the same bound of their own.
pub const HEAD_OCTETS: usize = 256 << 10;
/// The most fields in a head.
pub const HEAD_FIELDS: usize = 512;
/// How many octets after the answer are kept.
pub const TRAILING_OCTETS: usize = 64 << 10;

/// The longest line with the size of a chunk and its extensions.
const CHUNK_LINE_OCTETS: usize = 4 << 10;
/// What every answer begins with.
const BEGINNING: &[u8] = b"HTTP/1.";

/// Reads one answer.
///
/// ```
/// use probity::execute::answer::AnswerReader;
///
/// let mut reader = AnswerReader::new("GET", 1024);
/// reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more").unwrap();
/// let response = reader.finish().unwrap();
/// assert_eq!(response.body, b"hi");
/// assert_eq!(response.trailing, b" and more");
/// ```
#[derive(Debug)]
pub struct AnswerReader {
    is_head_request: bool,
    is_connect_request: bool,
    body_limit: usize,
    state: State,
    /// The octets of the head, or of one line of the framing, as far as they came.
    buffer: Vec<u8>,
    /// Where in `buffer` the line begins that is being read.
    line_start: usize,
    /// Whole lines in `buffer`.
    lines: usize,
    interim_answers: usize,
    response: Response,
}

/// What the next octet belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Head,
    /// A body of so many octets yet.
    Length(usize),
    /// A body that the end of the connection ends.
    UntilClose,
    ChunkSize,
    /// A chunk of so many octets yet.
    Chunk(usize),
    /// The CR LF after a chunk.
    ChunkEnd,
    Trailer,
    /// After the answer.
    Whole,
    Failed(NoAnswer),
}

impl AnswerReader {
    /// A reader for the answer to a request with this method, of a body of at most `body_limit` octets.
    pub fn new(method: &str, body_limit: usize) -> AnswerReader {
        AnswerReader {
            is_head_request: method == "HEAD",
            is_connect_request: method == "CONNECT",
            body_limit,
            state: State::Head,
            buffer: Vec::new(),
            line_start: 0,
            lines: 0,
            interim_answers: 0,
            response: Response::default(),
        }
    }

    /// Takes the next octets of the connection. Octets after a whole answer become its `trailing`, up to
    /// [`TRAILING_OCTETS`].
    ///
    /// # Errors
    ///
    /// [`NoAnswerKind::NotHttp`] or [`NoAnswerKind::TooLarge`], at the first octet that makes it so; the
    /// same again for whatever is fed after that.
    pub fn feed(&mut self, octets: &[u8]) -> Result<(), NoAnswer> {
        self.consume(octets).inspect_err(|reason| {
            self.state = State::Failed(reason.clone());
        })
    }

    /// The connection has ended, or nothing after the answer is waited for any more.
    ///
    /// # Errors
    ///
    /// [`NoAnswerKind::Cut`] if the answer is not whole, or the error that `feed` gave.
    pub fn finish(self) -> Result<Response, NoAnswer> {
        match self.state {
            State::Whole | State::UntilClose => Ok(self.response),
            State::Failed(reason) => Err(reason),
            _ => {
                let seen = self.seen();
                Err(NoAnswer {
                    has_begun: seen.has_begun(),
                    ..no_answer(NoAnswerKind::Cut, format!("connection closed {seen}"))
                })
            }
        }
    }

    /// Has the answer come to its end? Never so for a body that the end of the connection ends.
    pub fn is_whole(&self) -> bool {
        self.state == State::Whole
    }

    /// Is the final head here?
    pub(super) fn has_head(&self) -> bool {
        self.state != State::Head
    }

    /// Have as many octets come after the answer as are kept?
    pub(super) fn is_full(&self) -> bool {
        self.response.trailing.len() >= TRAILING_OCTETS
    }

    /// How far the answer has come.
    pub(super) fn seen(&self) -> Seen {
        if self.has_head() {
            Seen::Body(self.response.body.len())
        } else {
            Seen::Head(self.buffer.len())
        }
    }

    fn consume(&mut self, mut octets: &[u8]) -> Result<(), NoAnswer> {
        while !octets.is_empty() {
            match self.state.clone() {
                State::Head => self.head(&mut octets)?,
                State::Length(left) => {
                    let left = self.body(&mut octets, left);
                    self.state = if left == 0 {
                        State::Whole
                    } else {
                        State::Length(left)
                    };
                }
                State::UntilClose => {
                    if self.response.body.len() + octets.len() > self.body_limit {
                        return Err(body_too_large(self.body_limit));
                    }
                    self.body(&mut octets, usize::MAX);
                }
                State::ChunkSize => self.chunk_size(&mut octets)?,
                State::Chunk(left) => {
                    let left = self.body(&mut octets, left);
                    self.state = if left == 0 {
                        State::ChunkEnd
                    } else {
                        State::Chunk(left)
                    };
                }
                State::ChunkEnd => self.chunk_end(&mut octets)?,
                State::Trailer => self.trailer(&mut octets)?,
                State::Whole => {
                    let room = TRAILING_OCTETS - self.response.trailing.len();
                    let kept = &octets[..octets.len().min(room)];
                    self.response.trailing.extend_from_slice(kept);
                    return Ok(());
                }
                State::Failed(reason) => return Err(reason),
            }
        }
        Ok(())
    }

    /// Moves octets into the body, at most `left`; gives how many are left then.
    fn body(&mut self, octets: &mut &[u8], left: usize) -> usize {
        let (taken, rest) = octets.split_at(octets.len().min(left));
        self.response.body.extend_from_slice(taken);
        *octets = rest;
        left - taken.len()
    }

    /// Moves octets into the buffer up to the end of the line. Is the line whole?
    fn line(&mut self, octets: &mut &[u8]) -> bool {
        let end = octets.iter().position(|octet| *octet == b'\n');
        let (taken, rest) = octets.split_at(end.map_or(octets.len(), |end| end + 1));
        self.buffer.extend_from_slice(taken);
        *octets = rest;
        end.is_some()
    }

    /// Moves octets into the buffer up to the empty line that ends a block of lines. Is the block whole?
    fn block(&mut self, octets: &mut &[u8], part: Part) -> Result<bool, NoAnswer> {
        let is_line = self.line(octets);
        if part == Part::Head {
            check_beginning(&self.buffer)?;
        }
        if self.buffer.len() > HEAD_OCTETS {
            return Err(part.too_large(&figure::octets(HEAD_OCTETS)));
        }
        if !is_line {
            return Ok(false);
        }
        if !self.buffer.ends_with(b"\r\n") {
            return Err(part.bad_line(self.lines + 1, "ends with LF alone"));
        }
        if self.buffer.len() == self.line_start + 2 {
            return Ok(true);
        }
        self.line_start = self.buffer.len();
        self.lines += 1;
        if self.lines > HEAD_FIELDS + part.lines_before_fields() {
            return Err(part.too_large(&format!("{HEAD_FIELDS} fields")));
        }
        Ok(false)
    }

    /// Takes the block out of the buffer and makes room for the next.
    fn take_block(&mut self) -> Vec<u8> {
        self.line_start = 0;
        self.lines = 0;
        std::mem::take(&mut self.buffer)
    }

    fn head(&mut self, octets: &mut &[u8]) -> Result<(), NoAnswer> {
        if !self.block(octets, Part::Head)? {
            return Ok(());
        }
        let fields = self.lines - Part::Head.lines_before_fields();
        let head = self.take_block();
        let response = parse_head(&head, fields)?;
        // 101 is interim by its number only: after it the connection speaks another protocol.
        if response.status < 200 && response.status != 101 {
            self.interim_answers += 1;
            if self.interim_answers > INTERIM_ANSWERS {
                return Err(interim::too_many());
            }
            return Ok(());
        }
        self.response = response;
        self.state = self.framing()?;
        Ok(())
    }

    /// What follows the head (RFC 9112 section 6.3).
    fn framing(&self) -> Result<State, NoAnswer> {
        let status = self.response.status;
        let is_tunnel = self.is_connect_request && (200..300).contains(&status);
        if self.is_head_request || is_tunnel || matches!(status, 100..200 | 204 | 304) {
            return Ok(State::Whole);
        }
        let is_given = |name| self.response.header_values(name).next().is_some();
        match (is_given("transfer-encoding"), is_given("content-length")) {
            (true, true) => Err(not_http(
                "both Transfer-Encoding and Content-Length in the answer",
            )),
            (true, false) => self.transfer_coding(),
            (false, true) => self.length(),
            (false, false) => Ok(State::UntilClose),
        }
    }

    fn transfer_coding(&self) -> Result<State, NoAnswer> {
        if self.response.version == "HTTP/1.0" {
            return Err(not_http("Transfer-Encoding in an HTTP/1.0 answer"));
        }
        let mut codings = list(&self.response, "transfer-encoding");
        let is_chunked = codings
            .next()
            .is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"));
        if is_chunked && codings.next().is_none() {
            Ok(State::ChunkSize)
        } else {
            Err(not_http(
                "Transfer-Encoding in the answer is not `chunked` alone, and nothing else was asked for",
            ))
        }
    }

    /// The one length that the answer states, however often.
    fn length(&self) -> Result<State, NoAnswer> {
        let mut stated = None;
        for element in list(&self.response, "content-length") {
            if element.is_empty() || !element.iter().all(u8::is_ascii_digit) {
                return Err(not_http("Content-Length in the answer is not a number"));
            }
            let length = number(element, 10);
            if stated.replace(length).is_some_and(|other| other != length) {
                return Err(not_http(
                    "two different values of Content-Length in the answer",
                ));
            }
        }
        match stated.unwrap_or(0) {
            0 => Ok(State::Whole),
            length if length > self.body_limit => Err(body_too_large(self.body_limit)),
            length => Ok(State::Length(length)),
        }
    }

    fn chunk_size(&mut self, octets: &mut &[u8]) -> Result<(), NoAnswer> {
        let is_line = self.line(octets);
        if self.buffer.len() > CHUNK_LINE_OCTETS {
            let limit = figure::octets(CHUNK_LINE_OCTETS);
            return Err(self.bad_chunk(&format!("the line with its size is longer than {limit}")));
        }
        if !is_line {
            return Ok(());
        }
        let line = self.take_block();
        let line = line
            .strip_suffix(b"\r\n")
            .ok_or_else(|| self.bad_chunk("the line with its size ends with LF alone"))?;
        let digits = line
            .iter()
            .take_while(|octet| octet.is_ascii_hexdigit())
            .count();
        let (size, extension) = line.split_at(digits);
        if size.is_empty() {
            return Err(self.bad_chunk("its size is not a hexadecimal number"));
        }
        check_extension(extension).map_err(|fault| self.bad_chunk(fault))?;
        let size = number(size, 16);
        if size > self.body_limit - self.response.body.len() {
            return Err(body_too_large(self.body_limit));
        }
        self.state = if size == 0 {
            State::Trailer
        } else {
            State::Chunk(size)
        };
        Ok(())
    }

    fn chunk_end(&mut self, octets: &mut &[u8]) -> Result<(), NoAnswer> {
        let expected = b"\r\n"[self.buffer.len()];
        let (first, rest) = octets.split_at(1);
        *octets = rest;
        if first != [expected] {
            return Err(self.bad_chunk("its octets are not followed by CR LF"));
        }
        self.buffer.push(expected);
        if expected == b'\n' {
            self.buffer.clear();
            self.state = State::ChunkSize;
        }
        Ok(())
    }

    /// Trailer fields must be well formed; they are not kept.
    fn trailer(&mut self, octets: &mut &[u8]) -> Result<(), NoAnswer> {
        if self.block(octets, Part::Trailer)? {
            let fields = self.lines;
            let trailer = self.take_block();
            parse_fields(&trailer, fields, Part::Trailer)?;
            self.state = State::Whole;
        }
        Ok(())
    }

    /// A fault of the chunk that begins, or ends, here.
    fn bad_chunk(&self, fault: &str) -> NoAnswer {
        let place = figure::octets(self.response.body.len());
        not_http(format!("bad chunk after {place} of the body: {fault}"))
    }
}

/// A block of lines with an empty line at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Head,
    Trailer,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Head => "head",
            Part::Trailer => "trailer",
        }
    }

    fn lines_before_fields(self) -> usize {
        match self {
            Part::Head => 1,
            Part::Trailer => 0,
        }
    }

    /// `line` counts from 1.
    fn bad_line(self, line: usize, fault: &str) -> NoAnswer {
        not_http(format!("line {line} of the {} {fault}", self.name()))
    }

    fn too_large(self, limit: &str) -> NoAnswer {
        let detail = format!("{} of the answer larger than {limit}", self.name());
        no_answer(NoAnswerKind::TooLarge, detail)
    }
}

fn not_http(detail: impl Into<String>) -> NoAnswer {
    no_answer(NoAnswerKind::NotHttp, detail)
}

/// Says so at once when what comes is another protocol, which may never end its line.
fn check_beginning(octets: &[u8]) -> Result<(), NoAnswer> {
    let length = octets.len().min(BEGINNING.len());
    if octets[..length] == BEGINNING[..length] {
        Ok(())
    } else {
        Err(not_http("the answer does not begin with `HTTP/1.`"))
    }
}

/// Takes a whole head, the empty line included, with so many lines of fields.
fn parse_head(head: &[u8], fields: usize) -> Result<Response, NoAnswer> {
    let end = head.windows(2).position(|pair| pair == b"\r\n");
    let (line, rest) = head.split_at(end.unwrap_or(head.len()));
    let mut response = parse_status_line(line)?;
    response.headers = parse_fields(rest.get(2..).unwrap_or_default(), fields, Part::Head)?;
    Ok(response)
}

/// `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 section 4).
fn parse_status_line(line: &[u8]) -> Result<Response, NoAnswer> {
    let fault = |fault: &str| Err(not_http(format!("bad status line: {fault}")));
    let (version, rest) = line.split_at(line.len().min(8));
    let version = match version {
        b"HTTP/1.0" => "HTTP/1.0",
        b"HTTP/1.1" => "HTTP/1.1",
        _ => return fault("the version is neither HTTP/1.0 nor HTTP/1.1"),
    };
    let [b' ', code @ ..] = rest else {
        return fault("no space after the version");
    };
    let [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] = code else {
        return fault("no status code of three digits");
    };
    let status = [a, b, c]
        .iter()
        .fold(0, |status, digit| status * 10 + u16::from(**digit - b'0'));
    if status < 100 {
        return fault(&format!("status code {status:03} is below 100"));
    }
    let [b' ', reason @ ..] = rest else {
        return fault("no space after the status code");
    };
    if reason.iter().any(|octet| is_control(*octet)) {
        return fault("a control character in the reason phrase");
    }
    Ok(Response {
        version: version.to_owned(),
        status,
        reason: String::from_utf8_lossy(reason).into_owned(),
        ..Response::default()
    })
}

/// Takes so many lines of fields with the empty line after them.
fn parse_fields(
    block: &[u8],
    count: usize,
    part: Part,
) -> Result<Vec<(String, Vec<u8>)>, NoAnswer> {
    let mut fields = vec![httparse::EMPTY_HEADER; count];
    match httparse::parse_headers(block, &mut fields) {
        Ok(httparse::Status::Complete((_, fields))) => Ok(fields
            .iter()
            .map(|field| (field.name.to_owned(), field.value.to_vec()))
            .collect()),
        Ok(httparse::Status::Partial) => Err(not_http(format!(
            "the {} has an empty line too early",
            part.name()
        ))),
        Err(_) => Err(bad_field(block, part)),
    }
}

/// Finds the line that is at fault.
fn bad_field(block: &[u8], part: Part) -> NoAnswer {
    let first = 1 + part.lines_before_fields();
    for (index, line) in block.split_inclusive(|octet| *octet == b'\n').enumerate() {
        let mut field = [httparse::EMPTY_HEADER];
        let Err(error) = httparse::parse_headers(line, &mut field) else {
            continue;
        };
        let fault = if line.starts_with(b" ") || line.starts_with(b"\t") {
            "is folded onto the line before it"
        } else {
            match error {
                httparse::Error::HeaderName => {
                    "has no field name of token characters before a colon"
                }
                httparse::Error::HeaderValue => "has a control character in the value",
                _ => "is not a field",
            }
        };
        return part.bad_line(first + index, fault);
    }
    not_http(format!("the {} is not well formed", part.name()))
}

/// The number that digits say; one too large for the machine is the largest, which is over every limit.
fn number(digits: &[u8], radix: u32) -> usize {
    std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| usize::from_str_radix(digits, radix).ok())
        .unwrap_or(usize::MAX)
}

/// The elements of a field that is a list, white space trimmed.
fn list<'a>(response: &'a Response, name: &'a str) -> impl Iterator<Item = &'a [u8]> + 'a {
    response
        .header_values(name)
        .flat_map(|value| value.split(|octet| *octet == b','))
        .map(<[u8]>::trim_ascii)
}

/// What stands between the size of a chunk and the end of its line.
fn check_extension(extension: &[u8]) -> Result<(), &'static str> {
    if extension.is_empty() {
        Ok(())
    } else if !extension.trim_ascii_start().starts_with(b";") {
        Err("its size is not a hexadecimal number")
    } else if extension.iter().any(|octet| is_control(*octet)) {
        Err("a control character in its extension")
    } else {
        Ok(())
    }
}

/// A control character other than the horizontal tab.
fn is_control(octet: u8) -> bool {
    octet.is_ascii_control() && octet != b'\t'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 1000;

    fn read_as(method: &str, octets: &[u8]) -> Result<Response, NoAnswer> {
        let mut reader = AnswerReader::new(method, LIMIT);
        reader.feed(octets)?;
        reader.finish()
    }

    fn read(octets: impl AsRef<[u8]>) -> Result<Response, NoAnswer> {
        read_as("GET", octets.as_ref())
    }

    fn refused(octets: impl AsRef<[u8]>) -> (NoAnswerKind, String) {
        let reason = read(octets).unwrap_err();
        (reason.kind, reason.detail)
    }

    fn not_http_because(octets: impl AsRef<[u8]>, expected: &str) {
        let expected = (NoAnswerKind::NotHttp, expected.to_owned());
        assert_eq!(refused(octets), expected);
    }

    fn chunked(body: &str) -> Vec<u8> {
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}").into_bytes()
    }

    #[test]
    fn the_head_is_kept_as_it_came() {
        let response =
            read("HTTP/1.0 418 I'm a teapot\r\nX-One:1\r\nx-TWO:  2 \t\r\nX-One: \r\n\r\n")
                .unwrap();
        assert_eq!(response.version, "HTTP/1.0");
        assert_eq!(response.status, 418);
        assert_eq!(response.reason, "I'm a teapot");
        let fields = [("X-One", "1"), ("x-TWO", "2"), ("X-One", "")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        assert_eq!(response.headers, fields);
    }

    #[test]
    fn an_empty_reason_still_has_its_space() {
        assert_eq!(read("HTTP/1.1 200 \r\n\r\n").unwrap().reason, "");
        not_http_because(
            "HTTP/1.1 200\r\n\r\n",
            "bad status line: no space after the status code",
        );
    }

    #[test]
    fn a_bad_status_line_says_what_is_bad() {
        let begin = "the answer does not begin with `HTTP/1.`";
        not_http_because("\r\nHTTP/1.1 200 OK\r\n\r\n", begin);
        not_http_because("ICY 200 OK\r\n\r\n", begin);
        not_http_because("HTTP/2 200 OK\r\n\r\n", begin);
        for (line, fault) in [
            (
                "HTTP/1.7 200 OK",
                "the version is neither HTTP/1.0 nor HTTP/1.1",
            ),
            ("HTTP/1.1", "no space after the version"),
            ("HTTP/1.1 20", "no status code of three digits"),
            ("HTTP/1.1  200 OK", "no status code of three digits"),
            ("HTTP/1.1 099 OK", "status code 099 is below 100"),
            ("HTTP/1.1 2000 OK", "no space after the status code"),
            (
                "HTTP/1.1 200 O\rK",
                "a control character in the reason phrase",
            ),
        ] {
            not_http_because(
                format!("{line}\r\nX: y\r\n\r\n"),
                &format!("bad status line: {fault}"),
            );
        }
    }

    #[test]
    fn another_protocol_is_known_before_its_line_ends() {
        let mut reader = AnswerReader::new("GET", LIMIT);
        let reason = reader.feed(b"S").unwrap_err();
        assert_eq!(reason.kind, NoAnswerKind::NotHttp);
        assert_eq!(reader.feed(b"HTTP/1.1 200 OK\r\n\r\n"), Err(reason.clone()));
        assert_eq!(reader.finish(), Err(reason));
    }

    #[test]
    fn a_bad_field_says_which_line() {
        let token = "has no field name of token characters before a colon";
        for (line, fault) in [
            ("X Y: z", token),
            ("X : z", token),
            (": z", token),
            ("no colon", token),
            (" folded", "is folded onto the line before it"),
            ("X: a\u{0}b", "has a control character in the value"),
        ] {
            not_http_because(
                format!("HTTP/1.1 200 OK\r\nA: b\r\n{line}\r\nC: d\r\n\r\n"),
                &format!("line 3 of the head {fault}"),
            );
        }
    }

    #[test]
    fn lines_end_with_cr_lf() {
        not_http_because(
            "HTTP/1.1 200 OK\n\n",
            "line 1 of the head ends with LF alone",
        );
        not_http_because(
            "HTTP/1.1 200 OK\r\nA: b\r\n\n",
            "line 3 of the head ends with LF alone",
        );
    }

    #[test]
    fn a_head_has_its_limits() {
        let fields = |count| format!("HTTP/1.1 204 No\r\n{}\r\n", "A: b\r\n".repeat(count));
        assert_eq!(read(fields(512)).unwrap().headers.len(), 512);
        let too_large = |limit: &str| {
            let detail = format!("head of the answer larger than {limit}");
            (NoAnswerKind::TooLarge, detail)
        };
        assert_eq!(refused(fields(513)), too_large("512 fields"));

        let frame = "HTTP/1.1 204 No\r\nA: \r\n\r\n".len();
        let long = |octets| {
            format!(
                "HTTP/1.1 204 No\r\nA: {}\r\n\r\n",
                "x".repeat(octets - frame)
            )
        };
        assert_eq!(read(long(HEAD_OCTETS)).unwrap().status, 204);
        assert_eq!(refused(long(HEAD_OCTETS + 1)), too_large("256 KiB"));
        let endless = format!("HTTP/1.1 200 {}", "x".repeat(HEAD_OCTETS));
        assert_eq!(refused(endless), too_large("256 KiB"));
    }

    #[test]
    fn interim_answers_are_counted() {
        let answers = |interim| {
            format!(
                "{}HTTP/1.1 204 No\r\n\r\n",
                "HTTP/1.1 103 Hint\r\nA: b\r\n\r\n".repeat(interim)
            )
        };
        let response = read(answers(16)).unwrap();
        assert_eq!((response.status, response.headers.len()), (204, 0));
        not_http_because(answers(17), "more than 16 interim answers (1xx)");
    }

    #[test]
    fn switching_protocols_is_an_answer() {
        let response = read("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nother").unwrap();
        assert_eq!(
            (response.status, response.trailing.as_slice()),
            (101, &b"other"[..])
        );
    }

    #[test]
    fn some_answers_have_no_body_whatever_they_announce() {
        for (method, status) in [("GET", 204), ("GET", 304), ("HEAD", 200), ("CONNECT", 200)] {
            let octets = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nhi");
            let response = read_as(method, octets.as_bytes()).unwrap();
            assert_eq!(response.body, b"", "{method} {status}");
            assert_eq!(response.trailing, b"hi", "{method} {status}");
        }
    }

    #[test]
    fn a_length_frames_the_body() {
        let response = read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef").unwrap();
        assert_eq!(
            (response.body, response.trailing),
            (b"abc".to_vec(), b"def".to_vec())
        );
        let response = read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nabc").unwrap();
        assert_eq!(
            (response.body, response.trailing),
            (b"".to_vec(), b"abc".to_vec())
        );
    }

    #[test]
    fn there_is_one_statement_of_the_length() {
        let with = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nabc");
        assert_eq!(
            read(with("Content-Length: 3\r\ncontent-length: 3, 3"))
                .unwrap()
                .body,
            b"abc"
        );
        let differ = "two different values of Content-Length in the answer";
        not_http_because(with("Content-Length: 3\r\nContent-Length: 4"), differ);
        not_http_because(with("Content-Length: 3, 4"), differ);
        for value in ["", "3,", "+3", "-3", "0x3", "3 3", "drei"] {
            not_http_because(
                with(&format!("Content-Length: {value}")),
                "Content-Length in the answer is not a number",
            );
        }
        not_http_because(
            with("Content-Length: 3\r\nTransfer-Encoding: chunked"),
            "both Transfer-Encoding and Content-Length in the answer",
        );
    }

    #[test]
    fn chunked_alone_is_a_transfer_coding() {
        for coding in ["gzip, chunked", "chunked, chunked", "gzip", "", "identity"] {
            not_http_because(
                format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"),
                "Transfer-Encoding in the answer is not `chunked` alone, and nothing else was asked for",
            );
        }
        not_http_because(
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding in an HTTP/1.0 answer",
        );
    }

    #[test]
    fn chunks_are_joined() {
        let body = "3\r\nabc\r\n00b;a=\"b\" ;c\r\n0123456789\n\r\n0\r\nX-Sum: 1\r\n\r\nrest";
        let response = read(chunked(body)).unwrap();
        assert_eq!(response.body, b"abc0123456789\n");
        assert_eq!(response.trailing, b"rest");
    }

    #[test]
    fn a_bad_chunk_says_where_and_what() {
        let size = "its size is not a hexadecimal number";
        for (body, after, fault) in [
            ("3\r\nabc\r\nxyz\r\n", "3 octets", size),
            ("\r\n", "0 octets", size),
            ("3 \r\nabc\r\n", "0 octets", size),
            ("0x3\r\nabc\r\n", "0 octets", size),
            ("-1\r\n", "0 octets", size),
            (
                "3\nabc\r\n",
                "0 octets",
                "the line with its size ends with LF alone",
            ),
            (
                "3;\u{1}\r\nabc\r\n",
                "0 octets",
                "a control character in its extension",
            ),
            (
                "3\r\nabcd\r\n",
                "3 octets",
                "its octets are not followed by CR LF",
            ),
            (
                "3\r\nabc\n",
                "3 octets",
                "its octets are not followed by CR LF",
            ),
        ] {
            not_http_because(
                chunked(body),
                &format!("bad chunk after {after} of the body: {fault}"),
            );
        }
        let long = format!("3;{}", "x".repeat(CHUNK_LINE_OCTETS));
        not_http_because(
            chunked(&long),
            "bad chunk after 0 octets of the body: the line with its size is longer than 4 KiB",
        );
    }

    #[test]
    fn trailer_fields_are_checked() {
        not_http_because(
            chunked("0\r\nA: b\r\nno colon\r\n\r\n"),
            "line 2 of the trailer has no field name of token characters before a colon",
        );
    }

    #[test]
    fn a_body_has_its_limit() {
        let too_large = (
            NoAnswerKind::TooLarge,
            "body larger than 1000 octets".to_owned(),
        );
        let size = |octets: usize| format!("{octets:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(octets));
        assert_eq!(read(chunked(&size(1000))).unwrap().body.len(), 1000);
        assert_eq!(refused(chunked(&size(1001))), too_large);
        assert_eq!(refused(chunked("ffffffffffffffffffff\r\n")), too_large);

        let length = |octets: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {octets}\r\n\r\n");
        assert_eq!(refused(length("1001")), too_large);
        assert_eq!(refused(length("99999999999999999999")), too_large);

        let until_close = |octets| format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(octets));
        assert_eq!(read(until_close(1000)).unwrap().body.len(), 1000);
        assert_eq!(refused(until_close(1001)), too_large);
    }

    #[test]
    fn a_cut_says_how_far_the_answer_came() {
        let cut = |detail: &str| (NoAnswerKind::Cut, format!("connection closed {detail}"));
        assert_eq!(refused(""), cut("before the first octet of the answer"));
        assert_eq!(refused("HTTP/1.1 2"), cut("after 10 octets of the head"));
        let body = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na";
        assert_eq!(refused(body), cut("after 1 octet of the body"));
        let last = chunked("3\r\nabc\r\n0\r\n");
        assert_eq!(refused(last), cut("after 3 octets of the body"));
    }

    #[test]
    fn no_more_is_kept_after_the_answer_than_the_limit() {
        let octets = format!("HTTP/1.1 204 No\r\n\r\n{}", "x".repeat(TRAILING_OCTETS + 1));
        assert_eq!(read(octets).unwrap().trailing.len(), TRAILING_OCTETS);
    }

    /// Octets that get somewhere: parts of answers, whole and broken, in any order.
    fn plausible() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            Just("HTTP/1.1 200 OK\r\n"),
            Just("HTTP/1.1 103 Hint\r\n\r\n"),
            Just("HTTP/1.0 204 No\r\n"),
            Just("Content-Length: 5\r\n"),
            Just("Content-Length: 6\r\n"),
            Just("Transfer-Encoding: chunked\r\n"),
            Just("A: b\r\n"),
            Just(" folded\r\n"),
            Just("\r\n"),
            Just("\n"),
            Just("\r"),
            Just("5\r\nabcde\r\n"),
            Just("5;a=b\r\nabcde\r\n"),
            Just("0\r\n\r\n"),
            Just("0\r\nA: b\r\n\r\n"),
            Just("ffffffffffffffffff\r\n"),
            Just("abc"),
        ];
        let parts =
            prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat().into_bytes());
        let begun = parts.prop_map(|parts| [b"HTTP/1.1 200 OK\r\n", parts.as_slice()].concat());
        prop_oneof![begun, prop::collection::vec(any::<u8>(), 0..200)]
    }

    proptest! {
        #[test]
        fn any_octets_in_any_pieces_read_the_same(
            octets in plausible(),
            sizes in prop::collection::vec(1_usize..9, 1..20),
            method in prop_oneof![Just("GET"), Just("HEAD"), Just("CONNECT")],
        ) {
            let mut reader = AnswerReader::new(method, 12);
            let mut rest = octets.as_slice();
            for size in sizes.iter().cycle() {
                let (piece, next) = rest.split_at(rest.len().min(*size));
                let _ = reader.feed(piece);
                rest = next;
                if rest.is_empty() {
                    break;
                }
            }
            let mut whole = AnswerReader::new(method, 12);
            let _ = whole.feed(&octets);
            prop_assert_eq!(reader.finish(), whole.finish());
        }
    }
}
