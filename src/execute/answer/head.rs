//! Blocks of lines: the head of an answer with its status line, and the trailer after the last chunk.

use crate::execute::answer::not_http;
use crate::execute::failure::no_answer;
use crate::model::exchange::{NoAnswer, NoAnswerKind, Response};

/// The first bytes of every answer.
const BEGINNING: &[u8] = b"HTTP/1.";

/// A block of lines with an empty line at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
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

    pub(super) fn lines_before_fields(self) -> usize {
        match self {
            Part::Head => 1,
            Part::Trailer => 0,
        }
    }

    /// `line` counts from 1.
    pub(super) fn bad_line(self, line: usize, fault: &str) -> NoAnswer {
        not_http(format!("line {line} of the {} {fault}", self.name()))
    }

    pub(super) fn too_large(self, limit: &str) -> NoAnswer {
        let detail = format!("{} of the answer larger than {limit}", self.name());
        no_answer(NoAnswerKind::TooLarge, detail)
    }
}

/// Rejects another protocol at once: it may never end its line.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), NoAnswer> {
    let length = bytes.len().min(BEGINNING.len());
    if bytes[..length] == BEGINNING[..length] {
        Ok(())
    } else {
        Err(not_http("the answer does not begin with `HTTP/1.`"))
    }
}

/// Takes a whole head, the empty line included, with so many lines of fields.
pub(super) fn parse_head(head: &[u8], fields: usize) -> Result<Response, NoAnswer> {
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
    if reason.iter().any(|byte| is_control(*byte)) {
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
pub(super) fn parse_fields(
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
    for (index, line) in block.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let mut field = [httparse::EMPTY_HEADER];
        let Err(error) = httparse::parse_headers(line, &mut field) else {
            continue;
        };
        let fault = if line.starts_with(b" ") || line.starts_with(b"\t") {
            "is folded onto the line before it (RFC 9112 section 5.2)"
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

/// A control character other than the horizontal tab.
pub(super) fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}
