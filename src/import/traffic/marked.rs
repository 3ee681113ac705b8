//! Texts with places that are filled in later.
//!
//! Sources have templates (`{{x}}`, `$X`), and values that must not be written become templates. A place in a text is its
//! name between two noncharacters of Unicode, so that URLs, forms and JSON can be taken apart as if it were a word.

use serde_json::Value;

/// In front of the name of a place.
const OPEN: char = '\u{fdd0}';
/// Behind it.
const CLOSE: char = '\u{fdd1}';

/// What is filled in at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Filling {
    /// A variable of the source.
    Variable(String),
    /// A value of the suite, by its number.
    Value(usize),
    /// A capture, by its number.
    Capture(usize),
    /// An expression of the case format.
    Expression(String),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// This text.
    Literal(String),
    /// What is filled in.
    Filled(Filling),
}

/// The text without characters that would be read as the ends of a place.
pub(crate) fn literal(text: &str) -> String {
    text.replace([OPEN, CLOSE, TEXT, NUMBER], "\u{fffd}")
}

/// A text that is one place.
pub(crate) fn filled(filling: &Filling) -> String {
    let name = match filling {
        Filling::Variable(name) => format!("v{name}"),
        Filling::Value(number) => format!("#{number}"),
        Filling::Capture(number) => format!("c{number}"),
        Filling::Expression(text) => format!("={text}"),
    };
    format!("{OPEN}{}{CLOSE}", literal(&name))
}

/// A text that is a variable of the source.
pub(crate) fn variable(name: &str) -> String {
    filled(&Filling::Variable(name.to_owned()))
}

/// Has the text a place?
pub(crate) fn has_filling(text: &str) -> bool {
    text.contains(OPEN)
}

/// The parts of a text.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((name, behind)) = after.split_once(CLOSE) else {
            break;
        };
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        pieces.push(Piece::Filled(filling(name)));
        rest = behind;
    }
    let rest = rest.replace([OPEN, CLOSE], "\u{fffd}");
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// What is filled in, if the text is nothing else.
pub(crate) fn only(text: &str) -> Option<Filling> {
    match pieces(text).as_slice() {
        [Piece::Filled(filling)] => Some(filling.clone()),
        _ => None,
    }
}

fn filling(name: &str) -> Filling {
    let number = |digits: &str| digits.parse().ok();
    let rest = name.get(1..).unwrap_or_default();
    match name.chars().next() {
        Some('#') => number(rest).map_or_else(|| Filling::Variable(rest.into()), Filling::Value),
        Some('c') => number(rest).map_or_else(|| Filling::Variable(rest.into()), Filling::Capture),
        Some('=') => Filling::Expression(rest.to_owned()),
        _ => Filling::Variable(rest.to_owned()),
    }
}

/// The text with each place replaced by what `replace` makes of it: another marked text.
pub(crate) fn map(text: &str, replace: &mut dyn FnMut(Filling) -> String) -> String {
    if !has_filling(text) {
        return text.to_owned();
    }
    let pieces = pieces(text).into_iter().map(|piece| match piece {
        Piece::Literal(text) => text,
        Piece::Filled(filling) => replace(filling),
    });
    pieces.collect()
}

/// Applies a change to every text of a JSON value, but not to names of members.
pub(crate) fn map_json(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| map_json(item, change)),
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(_, member)| map_json(member, change)),
        _ => {}
    }
}

/// JSON in which places are values or parts of texts: `{"id": {{id}}, "name": "a {{b}}"}`.
pub(crate) fn json(text: &str) -> Option<Value> {
    if !has_filling(text) {
        return serde_json::from_str(text).ok();
    }
    let mut quoted = String::new();
    let (mut is_text, mut is_escaped) = (false, false);
    let mut places = 0_usize;
    for character in text.chars() {
        match character {
            OPEN => {
                places += 1;
                if !is_text {
                    // A value, not a part of a text: it keeps its type.
                    quoted.push('"');
                } else if quoted.ends_with('"') {
                    quoted.push(TEXT);
                }
            }
            '"' if !is_escaped => is_text = !is_text,
            _ => {}
        }
        is_escaped = is_text && character == '\\' && !is_escaped;
        quoted.push(character);
        if character == CLOSE && !is_text {
            quoted.push('"');
        }
    }
    debug_assert!(places > 0, "there is a place");
    serde_json::from_str(&quoted).ok()
}

/// In front of a place that is a whole text in quotes: what is filled in is a text, whatever its type.
pub(crate) const TEXT: char = '\u{fdd2}';

/// In front of a place that is a number, although the value is a text.
pub(crate) const NUMBER: char = '\u{fdd3}';

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_found_again() {
        let text = format!("/a/{}/b{}", variable("id"), filled(&Filling::Value(3)));
        assert_eq!(
            pieces(&text),
            [
                Piece::Literal("/a/".into()),
                Piece::Filled(Filling::Variable("id".into())),
                Piece::Literal("/b".into()),
                Piece::Filled(Filling::Value(3)),
            ]
        );
        assert_eq!(only(&variable("x")), Some(Filling::Variable("x".into())));
        assert_eq!(only(&text), None);
        assert!(!has_filling(&literal(&text)));
    }

    #[test]
    fn a_place_in_json_is_a_value_or_a_part_of_a_text() {
        let id = variable("id");
        let text = format!("{{\"a\": {id}, \"b\": \"x \\\" {id}\", \"c\": \"{id}\"}}");
        assert_eq!(
            json(&text),
            Some(json!({ "a": id, "b": format!("x \" {id}"), "c": format!("{TEXT}{id}") }))
        );
        assert_eq!(json(&format!("{{{id}")), None);
    }
}
