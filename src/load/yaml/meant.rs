//! The value that the author of a file meant where YAML ends an unquoted one too early: at a bracket, a comma or a colon.

use std::ops::Range;

/// The longest value that advice repeats.
const LENGTH_LIMIT: usize = 200;

/// The unquoted value around an offset, to its end in the same line. `start` is an offset before it, at which a line or a
/// collection in brackets begins. `None` where it is not clear which value is meant.
pub(super) fn value_around(text: &str, start: usize, at: usize) -> Option<Range<usize>> {
    let mut scan = Scan {
        text,
        at: start,
        brackets: Vec::new(),
    };
    if !text[start..].starts_with(['[', '{']) {
        scan.skip_dashes();
    }
    let mut is_value = false;
    while scan.at <= at {
        scan.skip(char::is_whitespace);
        let first = scan.peek()?;
        match first {
            '[' | '{' => scan.brackets.push(first),
            ']' | '}' => drop(scan.brackets.pop()?),
            ',' | ':' => {}
            _ => {
                let is_value_here = is_value || scan.brackets.last() == Some(&'[');
                let token = scan.token(is_value_here)?;
                if token.contains(&at) || token.end == at {
                    return (!first_is_quote(first) && token.len() <= LENGTH_LIMIT)
                        .then_some(token);
                }
                is_value = false;
                continue;
            }
        }
        is_value = first == ':';
        scan.at += 1;
    }
    None
}

/// The value in quotes.
pub(super) fn quoted(value: &str) -> String {
    if value.contains(['"', '\\']) {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{value}\"")
    }
}

fn first_is_quote(first: char) -> bool {
    matches!(first, '"' | '\'')
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// The collections that are open.
    brackets: Vec<char>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_skipped).len();
    }

    /// The dashes of a list that begin a line.
    fn skip_dashes(&mut self) {
        self.skip(|c| c == ' ');
        while self.rest().starts_with("- ") {
            self.at += 2;
            self.skip(|c| c == ' ');
        }
    }

    /// A key or a value, without the spaces behind it; `None` if it does not end in its line.
    fn token(&mut self, is_value: bool) -> Option<Range<usize>> {
        let start = self.at;
        let rest = self.text[start..].lines().next().unwrap_or("");
        let length = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].find(quote)? + 2,
            '<' if !self.brackets.is_empty() && is_value => match marker(rest) {
                Some(length) => length,
                None => self.plain(rest, is_value)?,
            },
            _ => self.plain(rest, is_value)?,
        };
        self.at = start + length;
        let token = &self.text[start..self.at];
        Some(start..start + token.trim_end().len())
    }

    /// The length of a value that is not quoted. Brackets in it belong to it.
    fn plain(&self, rest: &str, is_value: bool) -> Option<usize> {
        let is_flow = !self.brackets.is_empty();
        let mut depth = 0_usize;
        let mut before = None;
        for (at, c) in rest.char_indices() {
            let next = rest[at + c.len_utf8()..].chars().next();
            let is_before_space = next.is_none_or(char::is_whitespace);
            match c {
                '#' if before == Some(' ') => return (depth == 0).then_some(at),
                ':' if !is_value && is_before_space => return Some(at),
                '[' | '{' => depth += 1,
                ']' | '}' | ',' if depth == 0 && is_flow => return Some(at),
                ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            before = Some(c);
        }
        (depth == 0 || !is_flow).then_some(rest.len())
    }
}

/// The length of a marker: to the `>` behind which a value can end.
fn marker(rest: &str) -> Option<usize> {
    let ends = |at: &usize| {
        let behind = rest[at + 1..].trim_start().chars().next();
        behind.is_none_or(|next| matches!(next, ',' | '}' | ']'))
    };
    let mut closing = rest.match_indices('>').map(|(at, _)| at);
    closing.find(ends).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value around the first `@`, which is not in the text.
    fn around(text: &str) -> Option<String> {
        let at = text.find('@').unwrap();
        let text = text.replace('@', "");
        value_around(&text, 0, at).map(|value| text[value].to_owned())
    }

    #[test]
    fn the_whole_value_is_found() {
        for (text, value) in [
            ("{ path: $.items[@*].id, sorted: asc }", "$.items[*].id"),
            ("operation: [GET /todos/@{}, POST /todos]", "GET /todos/{}"),
            (
                "  - operation: [POST /todos, GET /todos/@{}]",
                "GET /todos/{}",
            ),
            ("{ Location: </^/todos/@[0-9]+$/> }", "</^/todos/[0-9]+$/>"),
            ("{ a: <contains x@, [y]>, b: 1 }", "<contains x, [y]>"),
            ("sentence: Deleted@: gone", "Deleted: gone"),
            (
                "- sentence: Deleted@: gone, [now] # or not",
                "Deleted: gone, [now]",
            ),
            ("{ X-A: a@: b }", "a: b"),
            (
                "{ a: <date-time within 5m of $@{now()}> }",
                "<date-time within 5m of ${now()}>",
            ),
            (
                "json: { a: { GET: /todos/$@{capture.id} } }",
                "/todos/${capture.id}",
            ),
            ("{\n  a: \"x, [\",\n  b: c[@0] }", "c[0]"),
        ] {
            assert_eq!(around(text).as_deref(), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_not_clear_is_not_repeated() {
        for text in [
            "[{ a: 1 } @{ b: 2 }]",
            "{ a: \"x\"@ b }",
            "{ a: b[@0, c: 1",
            "@",
            "{ a: 1 }@}",
        ] {
            assert_eq!(around(text), None, "{text}");
        }
    }

    #[test]
    fn quotes_are_those_that_change_nothing() {
        assert_eq!(quoted("a: b"), "\"a: b\"");
        assert_eq!(quoted(r"</^\d'$/>"), r"'</^\d''$/>'");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_scanned(text in "[-a-c:,{}\\[\\]\"'#<>$ \né]{0,60}", at in 0..60_usize) {
            let start = text[..text.floor_char_boundary(at.min(text.len()))].rfind('\n').map_or(0, |end| end + 1);
            if let Some(value) = value_around(&text, start, at.min(text.len())) {
                proptest::prop_assert!(text.get(value).is_some());
            }
        }
    }
}
