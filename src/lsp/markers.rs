//! What markers mean, from their table.

use crate::model::{ArgumentKind, MARKERS, MarkerRow};

/// The meaning of a marker that is written in a text, such as `<string 1..100>`.
pub(crate) fn doc(text: &str) -> Option<String> {
    let row = row(text)?;
    let words = row.words.replace("{}", "…");
    let mut doc = format!("`{}`: {words}", shown(row));
    if row.argument != ArgumentKind::None {
        let examples = row.examples();
        let examples: Vec<String> = examples.iter().map(|one| format!("`{one}`")).collect();
        doc.push_str("\n\nExample: ");
        doc.push_str(&examples.join(", "));
    }
    let places: Vec<&str> = row.places.iter().map(|place| place.describe()).collect();
    doc.push_str("\n\nValid ");
    doc.push_str(&places.join(", "));
    doc.push('.');
    Some(doc)
}

fn shown(row: &MarkerRow) -> String {
    match row.argument {
        ArgumentKind::Regex => "</regex/>".to_owned(),
        _ => format!("<{}>", row.name),
    }
}

fn row(text: &str) -> Option<&'static MarkerRow> {
    let inside = text.strip_prefix('<')?;
    if inside.starts_with('/') {
        return MARKERS
            .iter()
            .find(|row| row.argument == ArgumentKind::Regex);
    }
    let end = inside.find([' ', '>']).unwrap_or(inside.len());
    let name = &inside[..end];
    let mut rows = MARKERS.iter();
    // `<each?>` has a name of its own; elsewhere `?` makes a member optional.
    let exact = rows.find(|row| row.name == name);
    exact.or_else(|| {
        let name = name.strip_suffix('?')?;
        MARKERS.iter().find(|row| row.name == name)
    })
}

/// The marker in a line around an offset, and where it is.
pub(crate) fn around(text: &str, offset: usize) -> Option<(std::ops::Range<usize>, String)> {
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let start = line_start + text[line_start..offset.min(text.len())].rfind('<')?;
    let line = text[start..].lines().next()?;
    let end = start + line.find('>')? + 1;
    if offset > end {
        return None;
    }
    Some((start..end, doc(&text[start..end])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_marker_has_a_meaning() {
        for row in MARKERS {
            for example in row.examples() {
                let doc = doc(&example).unwrap();
                assert!(doc.contains(&shown(row)), "{example}: {doc}");
            }
        }
        assert!(doc("<uuid?>").unwrap().contains("a UUID"));
        assert_eq!(doc("<nonsense>"), None);
        assert_eq!(doc("text"), None);
    }

    #[test]
    fn a_marker_is_found_around_the_cursor() {
        let text = "a: { b: <uuid>, c: <string 1..5> }";
        let found = |offset| around(text, offset).map(|(range, _)| &text[range]);
        assert_eq!(found(10), Some("<uuid>"));
        assert_eq!(found(22), Some("<string 1..5>"));
        assert_eq!(found(16), None);
        assert_eq!(found(0), None);
    }
}
