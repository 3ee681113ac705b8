//! Parameters of a header field: `; name=value; other="a \"quoted\" value"` (RFC 9110 section 5.6.6).

/// The parameters behind the first `;` outside quotes, in order. Names are in lower case, quotes are undone. What is
/// no parameter is left out; a parameter without `=` has no value.
pub fn parameters(line: &str) -> Vec<(String, Option<String>)> {
    let mut parts = split(line, ';').into_iter();
    parts.next();
    parts.filter_map(parameter).collect()
}

fn parameter(text: &str) -> Option<(String, Option<String>)> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(unquoted(value.trim_matches(WHITE)))),
        None => (text, None),
    };
    let name = name.trim_matches(WHITE).to_ascii_lowercase();
    (!name.is_empty()).then_some((name, value))
}

const WHITE: [char; 2] = [' ', '\t'];

/// The parts between separators that are not within quotes or `<...>`.
pub fn split(line: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped, mut is_in_brackets) = (0, false, false, false);
    for (at, character) in line.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if is_quoted {
            is_escaped = character == '\\';
            is_quoted = character != '"';
        } else if is_in_brackets {
            is_in_brackets = character != '>';
        } else if character == separator {
            parts.push(&line[start..at]);
            start = at + separator.len_utf8();
        } else {
            is_quoted = character == '"';
            is_in_brackets = character == '<';
        }
    }
    parts.push(&line[start..]);
    parts
}

/// A quoted string without its quotes and escapes (RFC 9110 section 5.6.4), anything else as it is.
fn unquoted(value: &str) -> String {
    let inside = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(inside) = inside else {
        return value.to_owned();
    };
    let mut text = String::with_capacity(inside.len());
    let mut is_escaped = false;
    for character in inside.chars() {
        if is_escaped || character != '\\' {
            text.push(character);
            is_escaped = false;
        } else {
            is_escaped = true;
        }
    }
    text
}

/// The value of a parameter, `None` if there is none. Two different values are none: no reader knows which counts.
pub fn value_of(line: &str, name: &str) -> Option<String> {
    let mut values = parameters(line)
        .into_iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.unwrap_or_default());
    let first = values.next()?;
    values
        .all(|other| other.eq_ignore_ascii_case(&first))
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(line: &str) -> Vec<(String, String)> {
        let all = parameters(line).into_iter();
        all.map(|(name, value)| (name, value.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn quotes_and_escapes_are_undone() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs(r#"a/b ; Charset="utf-8";x="a;\"b\\" ; flag;=y;"#),
            [
                pair("charset", "utf-8"),
                pair("x", r#"a;"b\"#),
                pair("flag", "")
            ]
        );
        assert_eq!(pairs("<a;b>; rel=next"), [pair("rel", "next")]);
        assert_eq!(pairs("a/b"), []);
    }

    #[test]
    fn a_parameter_with_two_values_has_none() {
        assert_eq!(value_of("a/b; charset=UTF-8", "charset").unwrap(), "UTF-8");
        assert_eq!(
            value_of("a/b; charset=a; charset=A", "charset").unwrap(),
            "a"
        );
        assert_eq!(value_of("a/b; charset=a; charset=b", "charset"), None);
        assert_eq!(value_of("a/b", "charset"), None);
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(line in "[a;=\"\\\\<>, \u{e9}]{0,40}|\\PC{0,40}") {
            let _ = parameters(&line);
            prop_assert_eq!(split(&line, ',').join(","), line);
        }
    }
}
