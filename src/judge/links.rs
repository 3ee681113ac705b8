//! `Link` (RFC 8288 section 3).

use serde_json::Value;

use crate::judge::item::Item;
use crate::model::ItemKind;
use crate::text::parameters::{parameters, split};

/// The most relation types of one link that are looked at.
const RELATIONS: usize = 20;

/// The most attributes of one link that are looked at.
const ATTRIBUTES: usize = 50;

/// The links of a line, one for each of their relation types, in lower case. A link with an `anchor` is about another
/// resource, and left out.
///
/// # Errors
///
/// The first part that is no link. An empty one is none, but legal (RFC 9110 section 5.6.1).
pub(super) fn parse(line: &str) -> Result<Vec<Item>, &str> {
    let mut items = Vec::new();
    for part in split(line, ',') {
        let part = part.trim_matches(WHITE);
        if !part.is_empty() {
            items.extend(links(part).ok_or(part)?);
        }
    }
    Ok(items)
}

const WHITE: [char; 2] = [' ', '\t'];

/// `"<" URI-Reference ">" *( OWS ";" OWS [ link-param ] )`; `None` for anything else.
fn links(text: &str) -> Option<Vec<Item>> {
    let (url, rest) = text.strip_prefix('<')?.split_once('>')?;
    let rest = rest.trim_start_matches(WHITE);
    let is_legal = rest.is_empty() || rest.starts_with(';') && are_parameters(rest);
    is_legal.then(|| relations(text, url))
}

/// Is every part a parameter, or empty?
fn are_parameters(text: &str) -> bool {
    split(text, ';').into_iter().all(|part| {
        let part = part.trim_matches(WHITE);
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim_matches(WHITE);
        part.is_empty() || is_token(name.trim_matches(WHITE)) && is_value(value)
    })
}

/// Is it a quoted string with both quotes, or a text without any?
fn is_value(value: &str) -> bool {
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').is_some_and(is_quotable),
        None => !value.contains('"'),
    }
}

/// Is no quote in the text without a backslash, and is no backslash the last character?
fn is_quotable(text: &str) -> bool {
    let mut is_escaped = false;
    let is_whole = text.chars().all(|character| {
        let is_right = is_escaped || character != '"';
        is_escaped = !is_escaped && character == '\\';
        is_right
    });
    is_whole && !is_escaped
}

fn is_token(text: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn relations(text: &str, url: &str) -> Vec<Item> {
    let url_name = ItemKind::Link.main_member();
    let mut relations = None;
    let mut members: Vec<(String, Value)> = vec![(url_name.to_owned(), url.into())];
    for (name, value) in parameters(text).into_iter().take(ATTRIBUTES) {
        let value = value.unwrap_or_default();
        match name.as_str() {
            "anchor" => return Vec::new(),
            // Only the first counts (RFC 8288 section 3.3).
            "rel" => {
                relations.get_or_insert(value);
            }
            name if members.iter().any(|(known, _)| known == name) => {}
            _ => members.push((name, value.into())),
        }
    }
    let relations = relations.unwrap_or_default();
    let relations = relations.split_ascii_whitespace().take(RELATIONS);
    relations
        .map(|relation| Item {
            name: relation.to_ascii_lowercase(),
            members: members.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(line: &str) -> Vec<String> {
        let items = parse(line).unwrap().into_iter();
        items.map(|item| item.name).collect()
    }

    #[test]
    fn every_relation_of_a_link_is_one() {
        assert_eq!(
            names("<a>; rel=\"next  PREV\", <b>;rel=last"),
            ["next", "prev", "last"]
        );
        assert_eq!(names("<a>; rel=next; rel=prev"), ["next"]);
        for nothing in [
            "",
            " ",
            ", ,",
            "<a>",
            "<a>;",
            "<a>; rel=next; anchor=\"/b\"",
            "<>",
        ] {
            assert_eq!(names(nothing), [""; 0], "{nothing}");
        }
    }

    #[test]
    fn what_is_no_link_is_named() {
        for (line, part) in [
            ("a; rel=next", "a; rel=next"),
            ("<a>; rel=next, <b", "<b"),
            ("<a> rel=next", "<a> rel=next"),
            (",;,", ";"),
            ("<a>; rel=\"next", "<a>; rel=\"next"),
            ("<a>; rel=\"next\"x", "<a>; rel=\"next\"x"),
            ("<a>; =next", "<a>; =next"),
            ("<a>; rel next", "<a>; rel next"),
        ] {
            assert_eq!(parse(line).unwrap_err(), part, "{line}");
        }
        assert_eq!(names("<a>;rel=next;;title=\"a \\\" b\";flag"), ["next"]);
    }

    #[test]
    fn a_storm_of_relations_is_bounded() {
        let line = format!("<a>; rel=\"{}\"", "x ".repeat(100_000));
        assert_eq!(parse(&line).unwrap().len(), RELATIONS);
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(line in "[<>a;,=\" ]{0,40}|\\PC{0,40}") {
            let _ = parse(&line);
        }
    }
}
