//! The answer on the raw transport: octets in, in pieces of any size, one [`Response`] out.
//!
//! Pure and incremental: how the octets are cut into pieces makes no difference to the result, and no
//! octets make it panic. It is stricter than HTTP clients are, because what a client forgives is what a
//! conformance case looks for: lines end with CR LF, chunks are well formed, and there is one statement
//! of the length. Framing follows RFC 9112 section 6.3.

mod head;
#[cfg(test)]
mod tests;

use crate::execute::failure::{body_too_large, no_answer};
use crate::execute::figure;
use crate::execute::interim;
use crate::execute::interim::INTERIM_ANSWERS;
use crate::execute::progress::Seen;
use crate::model::exchange::{NoAnswer, NoAnswerKind, Response};
use head::{Part, check_beginning, is_control, parse_fields, parse_head};

/// The largest head that is read, in octets; trailer fields have the same bound of their own.
pub const HEAD_OCTETS: usize = 256 << 10;
/// The most fields in a head.
pub const HEAD_FIELDS: usize = 512;
/// How many octets after the answer are kept.
pub const TRAILING_OCTETS: usize = 64 << 10;

/// The longest line with the size of a chunk and its extensions.
const CHUNK_LINE_OCTETS: usize = 4 << 10;

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

fn not_http(detail: impl Into<String>) -> NoAnswer {
    no_answer(NoAnswerKind::NotHttp, detail)
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
