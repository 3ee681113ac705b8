//! Expected media types: `<media-type text/html; charset=utf-8>`.

use crate::load::scalars::is_token;
use crate::model::{Diagnostic, MediaType, Span};
use crate::text::parameters::{parameters, split};

/// Reads what is in the marker.
pub(crate) fn read(text: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<MediaType> {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let fits = essence
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    if !fits {
        let message = format!("`{text}` is not a media type");
        diagnostics.push(
            Diagnostic::error("case/media-type", span, message)
                .help("write type and subtype: `<media-type application/json>`"),
        );
        return None;
    }
    let mut expected: Vec<(String, String)> = Vec::new();
    for (name, value) in parameters(text) {
        match value.filter(|value| is_token(&name) && !value.is_empty()) {
            Some(value) if expected.iter().all(|(known, _)| *known != name) => {
                expected.push((name, value));
            }
            Some(_) => {
                let message = format!("duplicate parameter `{name}`");
                diagnostics
                    .push(Diagnostic::error("case/media-type", span, message).help("remove one"));
            }
            None => diagnostics.push(bad_parameter(&name, span)),
        }
    }
    // What is no parameter was left out.
    let written = split(text, ';').len() - 1;
    if written > parameters(text).len() {
        diagnostics.push(bad_parameter("", span));
    }
    Some(MediaType {
        essence: essence.to_ascii_lowercase(),
        parameters: expected,
    })
}

fn bad_parameter(name: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` is not a parameter with a value", name.escape_debug());
    Diagnostic::error("case/media-type", span, message)
        .help("write a name and a value: `<media-type text/html; charset=utf-8>`")
}
