//! Values as literals of the case format: text that looks like a marker or a template is escaped.

use serde_json::Value;

use crate::import::yaml::{Entry, Yaml, is_exact};

/// A JSON value as a case writes it to send it, or to compare with it.
pub(crate) fn value(value: &Value) -> Yaml {
    match value {
        Value::String(literal) => Yaml::Text(text(literal)),
        Value::Array(items) => Yaml::list(items.iter().map(self::value)),
        Value::Object(members) => {
            let entries = members.iter();
            Yaml::map(
                entries.map(|(name, member)| Entry::new(self::name(name), self::value(member))),
            )
        }
        scalar => Yaml::scalar(scalar),
    }
}

/// A text as a case writes it.
pub(crate) fn text(literal: &str) -> String {
    if let Some(rest) = literal.strip_prefix('\\')
        && rest.starts_with('<')
    {
        // A backslash before `<` would be removed: the text is made of two.
        return format!("${{concat('\\', '{}')}}", rest.replace('\'', "''"));
    }
    let escaped = template(literal);
    if escaped.starts_with('<') {
        return format!("\\{escaped}");
    }
    escaped
}

/// A part of a text that may have templates beside it, such as a path.
pub(crate) fn template(literal: &str) -> String {
    literal.replace("${", "$${")
}

/// The name of a member.
pub(crate) fn name(literal: &str) -> String {
    if literal.starts_with('<') {
        return format!("\\{literal}");
    }
    literal.to_owned()
}

/// A text as a regular expression that finds it.
pub(crate) fn expression(literal: &str) -> String {
    let mut expression = String::new();
    for character in literal.chars() {
        if "\\.+*?()|[]{}^$".contains(character) {
            expression.push('\\');
        }
        match character {
            '\n' => expression.push_str("\\n"),
            '\r' => expression.push_str("\\r"),
            '\t' => expression.push_str("\\t"),
            other => expression.push(other),
        }
    }
    expression
}

/// Longest name of a member that is written: keys of YAML have a limit.
const LONGEST_NAME: usize = 200;

/// Can a case have this value? Names of members take no templates, a backslash before `<` is removed from them, and some
/// numbers are not read as they are written.
pub(crate) fn can_be_written(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(can_be_written),
        Value::Object(members) => members.iter().all(|(name, member)| {
            name.len() < LONGEST_NAME
                && !name.contains("${")
                && !name.starts_with("\\<")
                && can_be_written(member)
        }),
        scalar => is_exact(scalar),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_would_be_read_as_something_else_cannot_be_written() {
        for value in [
            json!([{ "a": 1.5, "<b": "${x}", "\\c": null }]),
            json!("\\<"),
        ] {
            assert!(can_be_written(&value), "{value}");
        }
        let long = "n".repeat(LONGEST_NAME);
        for value in [
            json!([{ "\\<b": 1 }]),
            json!({ "a": { "${b}": 1 } }),
            json!({ long: 1 }),
        ] {
            assert!(!can_be_written(&value), "{value}");
        }
    }

    #[test]
    fn markers_and_templates_are_escaped() {
        for (literal, written) in [
            ("plain", "plain"),
            ("<string>", "\\<string>"),
            ("<a", "\\<a"),
            ("a <b>", "a <b>"),
            ("${x}", "$${x}"),
            ("$${x}", "$$${x}"),
            ("$5", "$5"),
            ("\\<a>'", "${concat('\\', '<a>''')}"),
        ] {
            assert_eq!(text(literal), written);
        }
    }
}
