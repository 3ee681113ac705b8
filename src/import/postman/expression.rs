//! The few expressions of JavaScript that simple tests are made of.

use serde_json::Value;

/// Splits `pm.expect(a.b).to.eql("c")` into names and calls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    /// The name; empty for `[...]`.
    pub(crate) name: String,
    /// The text between parentheses or brackets.
    pub(crate) arguments: Option<String>,
}

/// The links of a chain; `None` if it is anything else.
pub(crate) fn chain(text: &str) -> Option<Vec<Link>> {
    let mut links = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = closing(inner, ']')?;
            links.push(Link {
                name: String::new(),
                arguments: Some(inner[..end].trim().to_owned()),
            });
            rest = &inner[end + 1..];
        } else {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))
                .unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            let mut arguments = None;
            if let Some(inner) = rest.strip_prefix('(') {
                let close = closing(inner, ')')?;
                arguments = Some(inner[..close].trim().to_owned());
                rest = &inner[close + 1..];
            }
            links.push(Link { name, arguments });
        }
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('.') {
            rest = after.trim_start();
            if rest.is_empty() {
                return None;
            }
        } else if !rest.is_empty() && !rest.starts_with('[') {
            return None;
        }
        if links.len() > 100 {
            return None;
        }
    }
    (!links.is_empty()).then_some(links)
}

/// Where the closing character is, outside of texts and nested brackets.
fn closing(text: &str, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), character) if open == character => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, character) if depth == 0 && character == close => return Some(at),
            (None, ')' | ']' | '}') => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// Splits arguments, or statements, at a character outside of texts and brackets.
pub(crate) fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        match closing(rest, separator) {
            Some(at) => {
                parts.push(rest[..at].trim());
                rest = &rest[at + separator.len_utf8()..];
            }
            None => {
                parts.push(rest.trim());
                return parts;
            }
        }
    }
}

/// A literal: a text, a number, a list of them, an object of JSON.
pub(crate) fn literal(text: &str) -> Option<Value> {
    let text = text.trim();
    let quote = text.chars().next()?;
    if matches!(quote, '\'' | '"' | '`') {
        let inner = text.get(1..text.len().checked_sub(1)?)?;
        if !text.ends_with(quote) || text.len() < 2 || inner.contains("${") {
            return None;
        }
        let mut out = String::new();
        let mut characters = inner.chars();
        while let Some(character) = characters.next() {
            if character == quote {
                return None;
            }
            if character != '\\' {
                out.push(character);
                continue;
            }
            match characters.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                other => out.push(other),
            }
        }
        return Some(Value::String(out));
    }
    if let Some(inner) = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
    {
        if inner.trim().is_empty() {
            return Some(Value::Array(Vec::new()));
        }
        let items = split(inner, ',').into_iter().map(literal);
        return items.collect::<Option<Vec<Value>>>().map(Value::Array);
    }
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn chains_have_names_and_calls() {
        let links = chain("pm.expect(a['b)'].c[0]).to.eql(\"d.e\")").unwrap();
        let names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
        assert_eq!(names, ["pm", "expect", "to", "eql"]);
        assert_eq!(links[1].arguments.as_deref(), Some("a['b)'].c[0]"));
        assert_eq!(chain("a + b"), None);
        assert_eq!(chain("a("), None);
        assert_eq!(split("1, [2, 3], 'a,b'", ','), ["1", "[2, 3]", "'a,b'"]);
        assert_eq!(literal("'it\\'s'"), Some(json!("it's")));
        assert_eq!(literal("[200, '201']"), Some(json!([200, "201"])));
        assert_eq!(literal("x"), None);
        assert_eq!(literal("'"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z.()\\[\\]{}'\"`,; \\\\\u{e4}0-9]{0,40}") {
            let _ = (chain(&text), literal(&text), split(&text, ';'));
        }
    }
}
