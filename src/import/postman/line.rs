//! The lines of a script.

use crate::import::postman::value::list;
use crate::load::Node;
use crate::model::{Diagnostic, Span};

/// A line of a script.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) span: Span,
}

pub(crate) fn lines(event: &Node, found: &mut Vec<Diagnostic>) -> Vec<Line> {
    let Some(script) = event.get("script") else {
        return Vec::new();
    };
    let code = script.get("exec").unwrap_or(script);
    let mut written: Vec<(&str, Span)> = Vec::new();
    if let Some(text) = code.as_text() {
        written.extend(text.lines().map(|line| (line, code.span)));
    } else if script.get("exec").is_some() {
        for line in list(Some(code)) {
            match line.as_text() {
                Some(text) => written.extend(text.lines().map(|text| (text, line.span))),
                None => report(line.span, "a line of a script that is no text", found),
            }
        }
    }
    if script.get("src").is_some() && written.is_empty() {
        let message = "a script in a file of its own is not imported";
        report(script.beginning(), message, found);
    }
    written
        .into_iter()
        .map(|(text, span)| Line {
            text: text.to_owned(),
            span,
        })
        .collect()
}

/// Once for each line, however many requests it is for.
pub(crate) fn report(span: Span, message: &str, found: &mut Vec<Diagnostic>) {
    let is_known = found
        .iter()
        .rev()
        .take(2000)
        .any(|one| one.span == Some(span) && one.message == message);
    if !is_known {
        found.push(
            Diagnostic::error("postman/script", span, message)
                .as_warning()
                .help("write a check of your own where it matters"),
        );
    }
}

/// Does a line do nothing?
pub(crate) fn is_nothing(line: &str) -> bool {
    let rest = line.trim_matches(|c: char| "{}();, ".contains(c));
    rest.is_empty()
        || line.starts_with("console.")
        || rest.trim_matches(['"', '\'']) == "use strict"
}
