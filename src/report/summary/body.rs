//! A body as a few lines, with the refused places among them.

use std::collections::BTreeSet;

use serde::de::IgnoredAny;

use crate::json::pointer::push_token;
use crate::model::BodyReport;

/// More of a body than this is never laid out.
const LAID_OUT: usize = 64 << 10;

/// The depth up to which `serde_json` follows a document; a deeper one is shown as it came.
const DEEPEST: usize = 128;

/// So many lines of a refused value are shown before anything farther off.
const INSIDE: usize = 5;

/// One line of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The text, indented; not yet printable.
    pub(crate) text: String,
    /// JSON Pointer to the value that begins on the line; `None` for text and for closing brackets.
    pointer: Option<String>,
}

/// What is shown of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// A line, and whether an expectation rejected it.
    Line(&'a Line, bool),
    /// So many lines are left out.
    Gap(usize),
}

/// The body in lines: JSON laid out, its tokens as they came; anything else as it is.
pub(crate) fn lines(body: &BodyReport) -> Vec<Line> {
    let mut end = body.text.len().min(LAID_OUT);
    while !body.text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &body.text[..end];
    let is_complete = !body.truncated && end == body.text.len();
    let is_json = if is_complete {
        serde_json::from_str::<IgnoredAny>(text).is_ok()
    } else {
        text.trim_start().starts_with(['{', '['])
    };
    let laid_out = if is_json { Layout::of(text) } else { None };
    laid_out.unwrap_or_else(|| {
        text.lines()
            .map(|line| Line {
                text: line.replace('\t', "    "),
                pointer: None,
            })
            .collect()
    })
}

/// At most about `most` lines: all refused places if they fit, then their neighbours and the beginning.
pub(crate) fn choose<'a>(
    lines: &'a [Line],
    refused: &BTreeSet<&str>,
    most: usize,
) -> Vec<Shown<'a>> {
    let marked: BTreeSet<usize> = refused
        .iter()
        .filter_map(|pointer| line_of(lines, pointer))
        .collect();
    let mut kept: BTreeSet<usize> = marked.iter().copied().take(most).collect();
    let context = marked
        .iter()
        .flat_map(|line| around(lines, *line))
        .chain(marked.iter().flat_map(|line| beside(lines, *line)))
        .chain(marked.iter().flat_map(|line| inside(lines, *line)))
        .chain(marked.iter().map(|line| line + 1))
        .chain(0..lines.len());
    for line in context.filter(|line| *line < lines.len()) {
        if kept.len() >= most {
            break;
        }
        kept.insert(line);
    }
    let mut shown = Vec::new();
    let mut next = 0;
    for line in kept.into_iter().chain([lines.len()]) {
        match line - next {
            0 => {}
            // A single line takes no more room than saying that it is left out.
            1 => shown.push(Shown::Line(&lines[next], false)),
            number => shown.push(Shown::Gap(number)),
        }
        if line < lines.len() {
            shown.push(Shown::Line(&lines[line], marked.contains(&line)));
        }
        next = line + 1;
    }
    shown
}

/// The lines that open the arrays and objects around a value, from the inside.
fn around(lines: &[Line], line: usize) -> impl Iterator<Item = usize> {
    let pointer = lines[line].pointer.as_deref().unwrap_or_default();
    let parents = std::iter::successors(parent(pointer), |pointer| parent(pointer));
    parents.filter_map(|pointer| {
        lines
            .iter()
            .position(|line| line.pointer.as_deref() == Some(pointer))
    })
}

/// The first members beside a value: they identify the object.
fn beside(lines: &[Line], line: usize) -> impl Iterator<Item = usize> {
    let container = lines[line].pointer.as_deref().and_then(parent);
    lines
        .iter()
        .enumerate()
        .filter(move |(_, line)| {
            container.is_some() && line.pointer.as_deref().and_then(parent) == container
        })
        .map(|(index, _)| index)
        .take(2)
}

/// The first lines of what a value holds: who reads that no element was right wants to see which there were.
fn inside(lines: &[Line], line: usize) -> impl Iterator<Item = usize> {
    let pointer = lines[line].pointer.as_deref().unwrap_or_default();
    let below = (line + 1..lines.len()).take_while(move |below| {
        let below = lines[*below].pointer.as_deref();
        below.is_none_or(|below| {
            below
                .strip_prefix(pointer)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    });
    below.take(INSIDE)
}

/// The pointer to the array or object that contains a value.
fn parent(pointer: &str) -> Option<&str> {
    pointer.rfind('/').map(|at| &pointer[..at])
}

/// The line on which the value begins, or the nearest value around it when it is not there.
fn line_of(lines: &[Line], pointer: &str) -> Option<usize> {
    let mut pointer = pointer;
    while !pointer.is_empty() {
        let found = lines
            .iter()
            .position(|line| line.pointer.as_deref() == Some(pointer));
        if found.is_some() {
            return found;
        }
        pointer = parent(pointer).unwrap_or_default();
    }
    None
}

/// Lays JSON text out by its brackets and commas. Values are not read, so that a number, a repeated
/// member or an escape is shown exactly as it came.
struct Layout {
    lines: Vec<Line>,
    line: String,
    pointer: Option<String>,
    open: Vec<Container>,
}

/// An array or object that is not closed yet.
struct Container {
    pointer: String,
    /// Index of the element, in an array.
    index: Option<usize>,
    /// The name of the member, in an object, once it was read.
    name: Option<String>,
}

impl Layout {
    /// The lines; `None` when it is nested too deep.
    fn of(text: &str) -> Option<Vec<Line>> {
        let mut layout = Layout {
            lines: Vec::new(),
            line: String::new(),
            pointer: None,
            open: Vec::new(),
        };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let size = match first {
                ' ' | '\t' | '\r' | '\n' => 1,
                '{' | '[' => layout.opening(rest)?,
                '}' | ']' => layout.closing(first),
                ',' => layout.comma(),
                ':' => {
                    layout.line.push_str(": ");
                    1
                }
                '"' => layout.text(rest),
                _ => layout.word(rest),
            };
            rest = &rest[size..];
        }
        layout.end_line();
        Some(layout.lines)
    }

    fn opening(&mut self, rest: &str) -> Option<usize> {
        let pointer = self.begin_value();
        self.line.push_str(&rest[..1]);
        let inside = rest[1..].trim_start_matches([' ', '\t', '\r', '\n']);
        if inside.starts_with(['}', ']']) {
            self.line.push_str(&inside[..1]);
            return Some(rest.len() - inside.len() + 1);
        }
        self.end_line();
        self.open.push(Container {
            pointer,
            index: rest.starts_with('[').then_some(0),
            name: None,
        });
        (self.open.len() <= DEEPEST).then_some(1)
    }

    fn closing(&mut self, bracket: char) -> usize {
        self.end_line();
        self.open.pop();
        self.line.push(bracket);
        1
    }

    fn comma(&mut self) -> usize {
        self.line.push(',');
        self.end_line();
        if let Some(container) = self.open.last_mut() {
            container.index = container.index.map(|index| index + 1);
            container.name = None;
        }
        1
    }

    /// A string: the name of a member, or a value.
    fn text(&mut self, rest: &str) -> usize {
        let mut escaped = false;
        let end = rest[1..]
            .find(|character| {
                let ends = character == '"' && !escaped;
                escaped = character == '\\' && !escaped;
                ends
            })
            .map_or(rest.len(), |at| at + 2);
        let token = &rest[..end];
        match self.open.last_mut() {
            Some(Container {
                index: None,
                name: name @ None,
                ..
            }) => *name = Some(serde_json::from_str(token).unwrap_or_default()),
            _ => _ = self.begin_value(),
        }
        self.line.push_str(token);
        end
    }

    /// A number or a literal.
    fn word(&mut self, rest: &str) -> usize {
        self.begin_value();
        let end = rest
            .find([',', ':', '"', '{', '}', '[', ']', ' ', '\t', '\r', '\n'])
            .unwrap_or(rest.len());
        self.line.push_str(&rest[..end]);
        end
    }

    /// Notes the pointer of the value that begins here.
    fn begin_value(&mut self) -> String {
        let pointer = match self.open.last() {
            None => String::new(),
            Some(Container {
                pointer,
                index: Some(index),
                ..
            }) => format!("{pointer}/{index}"),
            Some(Container { pointer, name, .. }) => {
                let mut pointer = pointer.clone();
                push_token(&mut pointer, name.as_deref().unwrap_or_default());
                pointer
            }
        };
        self.pointer = Some(pointer.clone());
        pointer
    }

    fn end_line(&mut self) {
        let pointer = self.pointer.take();
        if !self.line.is_empty() {
            let indent = "  ".repeat(self.open.len());
            let text = format!("{indent}{}", std::mem::take(&mut self.line));
            self.lines.push(Line { text, pointer });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(text: &str, truncated: bool) -> BodyReport {
        BodyReport {
            text: text.into(),
            octets: text.len(),
            coded: None,
            truncated,
        }
    }

    fn laid_out(text: &str) -> Vec<String> {
        lines(&body(text, false))
            .iter()
            .map(|line| {
                let pointer = line.pointer.as_deref().unwrap_or("-");
                format!("{} <{pointer}>", line.text)
            })
            .collect()
    }

    #[test]
    fn json_is_laid_out_with_its_tokens_as_they_came() {
        assert_eq!(
            laid_out(r#"{"a/b":[1.0,{"x":"\u0041\"]"}],"n":12345678901234567890123,"n":{ }}"#),
            [
                "{ <>",
                "  \"a/b\": [ </a~1b>",
                "    1.0, </a~1b/0>",
                "    { </a~1b/1>",
                "      \"x\": \"\\u0041\\\"]\" </a~1b/1/x>",
                "    } <->",
                "  ], <->",
                "  \"n\": 12345678901234567890123, </n>",
                "  \"n\": {} </n>",
                "} <->",
            ]
        );
    }

    #[test]
    fn what_is_not_json_stays_as_it_is() {
        assert_eq!(
            laid_out("<html>\n\t{\"a\": 1}"),
            ["<html> <->", "    {\"a\": 1} <->"]
        );
        let deep = "[".repeat(4000);
        assert_eq!(lines(&body(&deep, true)).len(), 1);
    }

    #[test]
    fn refused_places_are_kept_when_lines_are_left_out() {
        let text = serde_json::json!({ "list": (0..40).collect::<Vec<_>>(), "last": { "x": 1 } });
        let lines = lines(&body(&text.to_string(), false));
        let refused = ["/list/20", "/last/missing"].into();
        let shown: Vec<String> = choose(&lines, &refused, 6)
            .iter()
            .map(|shown| match shown {
                Shown::Line(line, refused) => format!("{refused} {}", line.text),
                Shown::Gap(number) => format!("gap {number}"),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "false {",
                "false   \"list\": [",
                "false     0,",
                "false     1,",
                "gap 18",
                "true     20,",
                "gap 20",
                "true   \"last\": {",
                "gap 3",
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_laid_out(text in "\\PC{0,60}|[\\[\\]{}\",:\\\\0-9a ö\n]{0,80}", truncated: bool) {
            let lines = lines(&body(&text, truncated));
            let shown = choose(&lines, &["/0", "/a/0"].into(), 5);
            prop_assert!(shown.len() <= 11);
        }
    }
}
