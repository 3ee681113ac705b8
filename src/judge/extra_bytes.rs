//! Bytes where none belong: a body that must be empty, and what comes after the end of an answer.

use crate::judge::body_bytes::content;
use crate::judge::mismatch::{Mismatch, SHOWN, count};
use crate::judge::tally::Tally;
use crate::model::{FindingKind, Response, Span};
use crate::text::excerpt::short_text;

/// Bytes after the end of the answer, seen on the wire: its length is not the one that it states (RFC 9112 section
/// 6.3), and a client on a persistent connection takes them for the beginning of the next answer.
pub(super) fn after_the_end(span: Span, response: &Response) -> Mismatch {
    let bytes = &response.trailing;
    let message = format!(
        "{} came after the end of the answer",
        count(bytes.len(), "byte")
    );
    Mismatch::new(FindingKind::NotEmpty, span, message)
        .expected("no bytes after the end")
        .actual(beginning(bytes))
}

/// No bytes at all. That none came after the end is evidence only if the transport sees the wire.
pub(super) fn judge_empty(span: Span, response: &Response, tally: &mut Tally) {
    let body = response.received_body();
    if !body.is_empty() {
        let size = count(body.len(), "byte");
        let message = format!("the body has {size}, none expected");
        let mismatch = Mismatch::new(FindingKind::NotEmpty, span, message)
            .expected("no bytes")
            .actual(beginning(body));
        tally.record(vec![mismatch]);
    } else if !response.trailing.is_empty() {
        tally.record(vec![after_the_end(span, response).expected("no bytes")]);
    } else if response.saw_wire {
        tally.record(Vec::new());
    } else {
        tally.unjudged += 1;
    }
}

/// Bytes that should not be there: quoted text, or what they are in words. As much text as could be shown, so that a
/// large body is not decoded for its first line; with `…` where it was cut, so that the beginning of a secret is
/// recognised there.
fn beginning(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(SHOWN * 4)];
    let is_cut = head.len() < bytes.len();
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if is_cut && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return content(bytes),
    };
    let mut text = text.to_owned();
    if is_cut {
        text.push('…');
    }
    format!("{:?}", short_text(&text, SHOWN))
}
