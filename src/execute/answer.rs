//! The answer on the raw transport: bytes in, in pieces of any size, one [`Response`] out.
//!
//! Pure and incremental: how the bytes are split makes no difference. It is stricter than HTTP clients, because
//! conformance cases look for what clients tolerate: lines end with CR LF, chunks are well formed, and the length is
//! stated once. Framing follows RFC 9112 section 6.3.

mod head;
#[cfg(test)]
mod tests;

use crate::execute::failure::{body_too_large, no_answer};
use crate::execute::figure;
use crate::execute::interim;
use crate::execute::interim::INTERIM_ANSWERS;
use crate::execute::memory;
use crate::execute::memory::SMALL;
use crate::execute::progress::Seen;
use crate::model::exchange::{Fragment, NoAnswer, NoAnswerKind, Response};
use head::{Part, check_beginning, is_control, parse_fields, parse_head};

/// The largest head that is read, in bytes; trailer fields have the same bound of their own.
pub const HEAD_BYTES: usize = 256 << 10;
/// The most fields in a head.
pub const HEAD_FIELDS: usize = 512;
/// How many bytes after the answer are kept.
pub const TRAILING_BYTES: usize = 64 << 10;

/// The longest line with the size of a chunk and its extensions.
const CHUNK_LINE_BYTES: usize = 4 << 10;

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
    /// The bytes of the head, or of one line of the framing, received so far.
    buffer: Vec<u8>,
    /// The start in `buffer` of the line that is being read.
    line_start: usize,
    /// Complete lines in `buffer`.
    lines: usize,
    interim_answers: usize,
    response: Response,
    /// Whether the head is complete and says how the body is framed.
    is_begun: bool,
}

/// What the next byte belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Head,
    /// A body with this many bytes to come.
    Length(usize),
    /// A body that ends with the connection.
    UntilClose,
    ChunkSize,
    /// A chunk with this many bytes to come.
    Chunk(usize),
    /// The CR LF after a chunk.
    ChunkEnd,
    Trailer,
    /// After the answer.
    Whole,
    Failed(NoAnswer),
}

impl AnswerReader {
    /// A reader for the answer to a request with this method, of a body of at most `body_limit` bytes.
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
            is_begun: false,
        }
    }

    /// Takes the next bytes of the connection. Bytes after a complete answer become its `trailing`, up to
    /// [`TRAILING_BYTES`].
    ///
    /// # Errors
    ///
    /// [`NoAnswerKind::NotHttp`] or [`NoAnswerKind::TooLarge`], at the first byte that makes it so; the
    /// same again for whatever is fed after that.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), NoAnswer> {
        self.consume(bytes).inspect_err(|reason| {
            self.state = State::Failed(reason.clone());
        })
    }

    /// Ends the answer: the connection was closed, or nothing more is expected.
    ///
    /// # Errors
    ///
    /// [`NoAnswerKind::Cut`] if the answer is incomplete, or the error that `feed` gave.
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

    /// Whether the answer is complete; never for a body that ends with the connection.
    pub fn is_whole(&self) -> bool {
        self.state == State::Whole
    }

    /// Whether the final head is here.
    pub(super) fn has_head(&self) -> bool {
        self.state != State::Head
    }

    /// What has come of the answer, once its head is complete and says how the body is framed.
    pub(super) fn begun(&self) -> Option<&Response> {
        self.is_begun.then_some(&self.response)
    }

    /// What has come of the answer.
    pub(super) fn into_begun(self) -> Response {
        self.response
    }

    /// Whether an interim answer has come.
    pub(super) fn has_interim(&self) -> bool {
        self.interim_answers > 0
    }

    /// Whether the limit of bytes kept after the answer is reached.
    pub(super) fn is_full(&self) -> bool {
        self.response.trailing.len() >= TRAILING_BYTES
    }

    /// How far the answer has come.
    pub(super) fn seen(&self) -> Seen {
        if self.has_head() {
            Seen::Body(self.response.body.len())
        } else {
            Seen::Head(self.buffer.len())
        }
    }

    fn consume(&mut self, mut bytes: &[u8]) -> Result<(), NoAnswer> {
        while !bytes.is_empty() {
            match self.state.clone() {
                State::Head => self.head(&mut bytes)?,
                State::Length(left) => {
                    let left = self.body(&mut bytes, left);
                    self.state = if left == 0 {
                        State::Whole
                    } else {
                        State::Length(left)
                    };
                }
                State::UntilClose => {
                    if self.response.body.len() + bytes.len() > self.body_limit {
                        let room = self.body_limit.min(Fragment::KEPT);
                        let room = room.saturating_sub(self.response.body.len());
                        self.body(&mut bytes, room);
                        return Err(body_too_large(self.body_limit));
                    }
                    self.body(&mut bytes, usize::MAX);
                }
                State::ChunkSize => self.chunk_size(&mut bytes)?,
                State::Chunk(left) => {
                    let left = self.body(&mut bytes, left);
                    self.state = if left == 0 {
                        State::ChunkEnd
                    } else {
                        State::Chunk(left)
                    };
                }
                State::ChunkEnd => self.chunk_end(&mut bytes)?,
                State::Trailer => self.trailer(&mut bytes)?,
                State::Whole => {
                    let room = TRAILING_BYTES - self.response.trailing.len();
                    let kept = &bytes[..bytes.len().min(room)];
                    self.response.trailing.extend_from_slice(kept);
                    return Ok(());
                }
                State::Failed(reason) => return Err(reason),
            }
        }
        Ok(())
    }

    /// Moves at most `left` bytes into the body; returns how many are left to come.
    fn body(&mut self, bytes: &mut &[u8], left: usize) -> usize {
        let (taken, rest) = bytes.split_at(bytes.len().min(left));
        if self.response.body.len() >= SMALL {
            memory::grow(&mut self.response.body, taken.len());
        }
        self.response.body.extend_from_slice(taken);
        *bytes = rest;
        left - taken.len()
    }

    /// Moves bytes into the buffer up to the end of the line; returns whether the line is complete.
    fn line(&mut self, bytes: &mut &[u8]) -> bool {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (taken, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        self.buffer.extend_from_slice(taken);
        *bytes = rest;
        end.is_some()
    }

    /// Moves bytes into the buffer up to the empty line that ends a block; returns whether the block is complete.
    fn block(&mut self, bytes: &mut &[u8], part: Part) -> Result<bool, NoAnswer> {
        let is_line = self.line(bytes);
        if part == Part::Head {
            check_beginning(&self.buffer)?;
        }
        if self.buffer.len() > HEAD_BYTES {
            return Err(part.too_large(&figure::bytes(HEAD_BYTES)));
        }
        if !is_line {
            return Ok(false);
        }
        if !self.buffer.ends_with(b"\r\n") {
            return Err(part.bad_line(self.lines + 1, "ends with a bare LF"));
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

    fn head(&mut self, bytes: &mut &[u8]) -> Result<(), NoAnswer> {
        if !self.block(bytes, Part::Head)? {
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
        let framing = self.framing();
        let is_too_large = |reason: &NoAnswer| reason.kind == NoAnswerKind::TooLarge;
        self.is_begun = framing.is_ok() || framing.as_ref().is_err_and(is_too_large);
        self.state = framing?;
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
                "Transfer-Encoding in the answer is not just `chunked`, and the request accepts nothing else",
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

    fn chunk_size(&mut self, bytes: &mut &[u8]) -> Result<(), NoAnswer> {
        let is_line = self.line(bytes);
        if self.buffer.len() > CHUNK_LINE_BYTES {
            let limit = figure::bytes(CHUNK_LINE_BYTES);
            return Err(self.bad_chunk(&format!("the line with its size is longer than {limit}")));
        }
        if !is_line {
            return Ok(());
        }
        let line = self.take_block();
        let line = line
            .strip_suffix(b"\r\n")
            .ok_or_else(|| self.bad_chunk("the line with its size ends with a bare LF"))?;
        let digits = line
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit())
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

    fn chunk_end(&mut self, bytes: &mut &[u8]) -> Result<(), NoAnswer> {
        let expected = b"\r\n"[self.buffer.len()];
        let (first, rest) = bytes.split_at(1);
        *bytes = rest;
        if first != [expected] {
            return Err(self.bad_chunk("its bytes are not followed by CR LF"));
        }
        self.buffer.push(expected);
        if expected == b'\n' {
            self.buffer.clear();
            self.state = State::ChunkSize;
        }
        Ok(())
    }

    /// Trailer fields must be well formed; they are not kept.
    fn trailer(&mut self, bytes: &mut &[u8]) -> Result<(), NoAnswer> {
        if self.block(bytes, Part::Trailer)? {
            let fields = self.lines;
            let trailer = self.take_block();
            parse_fields(&trailer, fields, Part::Trailer)?;
            self.state = State::Whole;
        }
        Ok(())
    }

    /// A fault of the chunk that starts or ends here.
    fn bad_chunk(&self, fault: &str) -> NoAnswer {
        let place = figure::bytes(self.response.body.len());
        not_http(format!("bad chunk after {place} of the body: {fault}"))
    }
}

fn not_http(detail: impl Into<String>) -> NoAnswer {
    no_answer(NoAnswerKind::NotHttp, detail)
}

/// The number in `digits`; `usize::MAX`, which exceeds every limit, if it is too large.
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
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
}

/// Checks what is between the size of a chunk and the end of its line.
fn check_extension(extension: &[u8]) -> Result<(), &'static str> {
    if extension.is_empty() {
        Ok(())
    } else if !extension.trim_ascii_start().starts_with(b";") {
        Err("its size is not a hexadecimal number")
    } else if extension.iter().any(|byte| is_control(*byte)) {
        Err("a control character in its extension")
    } else {
        Ok(())
    }
}
