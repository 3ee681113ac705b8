//! The lines of a script, and the statements in a line.

use crate::import::postman::expression::split;
use crate::import::postman::value::list;
use crate::load::Node;
use crate::model::{Diagnostic, Span};

/// A line of a script, without its comments.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// How many braces and parentheses a line opens more than it closes.
pub(crate) fn braces(line: &str) -> i64 {
    let count = |character| match character {
        '(' | '{' => 1,
        ')' | '}' => -1,
        _ => 0,
    };
    line.chars().map(count).sum()
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
    let mut lines = Vec::new();
    // Where a comment of several lines begins.
    let mut open: Option<Span> = None;
    for (text, span) in written {
        let mut is_open = open.is_some();
        let text = without_comments(text, &mut is_open);
        open = is_open.then(|| open.unwrap_or(span));
        lines.push(Line { text, span });
    }
    if let Some(span) = open {
        let message = "a comment of a script is not closed: what follows is not imported";
        report(span, message, found);
    }
    lines
}

/// A line without comments. `is_open` says whether one of several lines is open before and behind it.
fn without_comments(line: &str, is_open: &mut bool) -> String {
    let mut code = String::new();
    let mut quote = None;
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        if *is_open {
            let Some(end) = rest.find("*/") else {
                break;
            };
            *is_open = false;
            code.push(' ');
            rest = &rest[end + 2..];
            continue;
        }
        if quote.is_none() && rest.starts_with("//") {
            break;
        }
        if quote.is_none() && rest.starts_with("/*") {
            *is_open = true;
            rest = &rest[2..];
            continue;
        }
        rest = &rest[character.len_utf8()..];
        code.push(character);
        match quote {
            _ if character == '\\' => {
                // What is escaped ends nothing.
                if let Some(next) = rest.chars().next() {
                    code.push(next);
                    rest = &rest[next.len_utf8()..];
                }
            }
            Some(open) if open == character => quote = None,
            None if matches!(character, '"' | '\'' | '`') => quote = Some(character),
            _ => {}
        }
    }
    code
}

/// Once for each line, however many requests it is for.
pub(crate) fn report(span: Span, message: &str, found: &mut Vec<Diagnostic>) {
    let is_known = found
        .iter()
        .rev()
        .take(2000)
        .any(|one| one.span == Some(span));
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

/// Statements of a line, without what `pm.test` puts around them.
pub(crate) fn statements(line: &str) -> Vec<&str> {
    let mut line = line.trim();
    if line.starts_with("pm.test(") || line.starts_with("test(") {
        let body = line.find("=>").map(|at| at + 2).or_else(|| {
            line.find("function")
                .and_then(|at| line[at..].find('{').map(|open| at + open))
        });
        let Some(body) = body else {
            return vec![line];
        };
        line = line[body..].trim().trim_start_matches('{').trim();
        line = line.trim_end_matches(';').trim_end();
        if let Some(rest) = line.strip_suffix("})") {
            line = rest.trim_end();
        } else if let Some(rest) = line.strip_suffix(')')
            && line.matches(')').count() > line.matches('(').count()
        {
            line = rest.trim_end();
        }
    }
    split(line, ';')
        .into_iter()
        .filter(|statement| !statement.is_empty())
        .collect()
}
