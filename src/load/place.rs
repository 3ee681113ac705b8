//! The place of a part of a text.

use crate::model::{Sources, Span};

/// The place of `text` inside `span`, if it is there verbatim; otherwise `span`.
pub(crate) fn find(sources: &Sources, span: Span, text: &str) -> Span {
    let Some(at) = sources.slice(span).find(text) else {
        return span;
    };
    let offset = |at: usize| u32::try_from(at).unwrap_or(0);
    Span {
        start: span.start + offset(at),
        end: span.start + offset(at + text.len()),
        ..span
    }
}
