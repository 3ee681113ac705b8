//! The segments of a JSONPath as written: where each ends, and what it can select from.

use serde_json::Value;

/// One segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The byte offset of its end in the path.
    pub(super) end: usize,
    pub(super) takes: Takes,
    /// Does it begin with `..`?
    pub(super) is_descendant: bool,
}

/// What a segment can select from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// A name.
    Object,
    /// An index.
    Array,
    /// A slice.
    ArrayOfAny,
    /// A wildcard, a filter, several selectors, or `..`.
    Container,
}

impl Takes {
    pub(super) fn is(self, value: &Value) -> bool {
        match self {
            Takes::Object => value.is_object(),
            Takes::Array | Takes::ArrayOfAny => value.is_array(),
            Takes::Container => value.is_object() || value.is_array(),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Takes::Object => "an object",
            Takes::Array | Takes::ArrayOfAny => "an array",
            Takes::Container => "an array or object",
        }
    }
}

/// The segments of a valid path.
pub(super) fn segments(path: &str) -> Vec<Segment> {
    let bytes = path.as_bytes();
    let mut segments = Vec::new();
    let mut at = 1;
    while at < bytes.len() {
        let start = at;
        let is_descendant = bytes[at..].starts_with(b"..");
        let takes = match bytes[at] {
            b'.' | b'[' => {
                at += if is_descendant {
                    2
                } else {
                    usize::from(bytes[at] == b'.')
                };
                if bytes.get(at) == Some(&b'[') {
                    let inside = at + 1;
                    at = bracket_end(bytes, at);
                    in_brackets(path.get(inside..at - 1).unwrap_or("").trim())
                } else {
                    let name = at;
                    while at < bytes.len()
                        && !matches!(bytes[at], b'.' | b'[' | b' ' | b'\t' | b'\n' | b'\r')
                    {
                        at += 1;
                    }
                    if bytes[name..at] == *b"*" {
                        Takes::Container
                    } else {
                        Takes::Object
                    }
                }
            }
            _ => {
                at += 1;
                continue;
            }
        };
        debug_assert!(at > start);
        segments.push(Segment {
            end: at,
            takes: if is_descendant {
                Takes::Container
            } else {
                takes
            },
            is_descendant,
        });
    }
    segments
}

/// The offset behind the bracket that closes the one at `open`.
fn bracket_end(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = open;
    while at < bytes.len() {
        match bytes[at] {
            b'[' | b'(' => depth += 1,
            b']' | b')' => depth = depth.saturating_sub(1),
            quote @ (b'\'' | b'"') => at = quote_end(bytes, at, quote),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The offset of the quote that closes the one at `open`.
fn quote_end(bytes: &[u8], open: usize, quote: u8) -> usize {
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

/// What the selectors in brackets can select from.
fn in_brackets(text: &str) -> Takes {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(quote @ (b'\'' | b'"')) if quote_end(bytes, 0, *quote) + 1 == bytes.len() => {
            Takes::Object
        }
        Some(b'-' | b'0'..=b'9') if text.parse::<i64>().is_ok() => Takes::Array,
        Some(b'-' | b':' | b'0'..=b'9') if !text.contains(',') => Takes::ArrayOfAny,
        _ => Takes::Container,
    }
}

/// The numbers that stand outside quotes.
pub(super) fn numbers(path: &str) -> impl Iterator<Item = &str> {
    let bytes = path.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            let is_in_name =
                start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'_');
            match bytes[at] {
                quote @ (b'\'' | b'"') => at = quote_end(bytes, at, quote) + 1,
                b'0'..=b'9' if !is_in_name => {
                    at = number_end(bytes, at);
                    let sign = usize::from(start > 0 && bytes[start - 1] == b'-');
                    return path.get(start - sign..at);
                }
                _ => at += 1,
            }
        }
        None
    })
}

fn number_end(bytes: &[u8], mut at: usize) -> usize {
    let digits = |mut at: usize| {
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        at
    };
    at = digits(at);
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
            at = digits(at + 1 + sign);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_quotes_are_found() {
        let found: Vec<&str> =
            numbers("$.a1[0]['2', -3][?@.x == -4.5e-6 && @.y < '7' || @ > 1E3]").collect();
        assert_eq!(found, ["0", "-3", "-4.5e-6", "1E3"]);
    }

    #[test]
    fn segments_end_where_the_next_begins() {
        let path = "$.a['b]'] [?@['c'] == ']'][1:]..*.d[0,1]";
        let parts: Vec<&str> = segments(path)
            .iter()
            .map(|segment| &path[..segment.end])
            .collect();
        assert_eq!(
            parts,
            [
                "$.a",
                "$.a['b]']",
                "$.a['b]'] [?@['c'] == ']']",
                "$.a['b]'] [?@['c'] == ']'][1:]",
                "$.a['b]'] [?@['c'] == ']'][1:]..*",
                "$.a['b]'] [?@['c'] == ']'][1:]..*.d",
                path,
            ]
        );
    }
}
