//! Bodies for the report: text as it is, and of a request that is not text the length, SHA-256 and beginning.

use std::fmt::Write as _;

use crate::engine::binary::described;
use crate::model::{BodyReport, SentBody, WrittenBody, WrittenPart};
use crate::redact::Redactor;

/// How many bytes of a body a report shows.
pub(super) const BODY_LIMIT: usize = 64 << 10;

/// How many bytes are shown of a text that is repeated while it is sent, and how many are searched for secrets.
const OF_GENERATED: usize = 200;
const SEARCHED: usize = 64 << 10;

/// The body for the report; `None` for an empty one.
pub(super) fn request_body(body: &SentBody, redactor: &Redactor) -> Option<BodyReport> {
    if body.is_empty() {
        return None;
    }
    let octets = usize::try_from(body.len()).unwrap_or(usize::MAX);
    let shown = |text: &str, limit: usize| {
        let (text, is_all) = redactor.beginning(text, limit);
        BodyReport {
            truncated: !is_all,
            text,
            octets,
            coded: None,
        }
    };
    if body.is_generated() {
        let beginning = body.beginning(SEARCHED);
        let report = shown(&String::from_utf8_lossy(&beginning), OF_GENERATED);
        return Some(BodyReport {
            truncated: true,
            ..report
        });
    }
    let bytes = body.to_vec();
    if is_text(&bytes) {
        return body_report(&bytes, redactor);
    }
    let text = match &body.written {
        WrittenBody::Multipart(boundary, parts) => outline(boundary, parts, redactor),
        _ => described(&bytes, redactor),
    };
    Some(shown(&text, SEARCHED))
}

/// Whether a person can read it: UTF-8 without NUL.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

/// The parts with their heads, and the contents that are text.
fn outline(boundary: &str, parts: &[WrittenPart], redactor: &Redactor) -> String {
    let mut text = String::new();
    for part in parts {
        let _ = writeln!(text, "--{boundary}");
        for (name, value) in &part.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        text.push('\n');
        match std::str::from_utf8(&part.content) {
            Ok(content) if is_text(&part.content) => text.push_str(content),
            _ => {
                text.push_str(&described(&part.content, redactor));
            }
        }
        text.push('\n');
    }
    let _ = write!(text, "--{boundary}--");
    text
}

/// A body as text, cut if it is long.
pub(super) fn body_report(bytes: &[u8], redactor: &Redactor) -> Option<BodyReport> {
    if bytes.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    Some(text_report(&text, bytes.len(), redactor))
}

/// The report of a text; `length` is that of the body in bytes.
pub(super) fn text_report(text: &str, length: usize, redactor: &Redactor) -> BodyReport {
    let (text, is_all) = redactor.beginning(text, BODY_LIMIT);
    BodyReport {
        truncated: !is_all,
        text,
        octets: length,
        coded: None,
    }
}
