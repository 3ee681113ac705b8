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
/// resource, and left out; what is no link is left out, too.
pub(super) fn parse(line: &str) -> Vec<Item> {
    split(line, ',').into_iter().flat_map(links).collect()
}

fn links(text: &str) -> Vec<Item> {
    let inside = text
        .trim_matches([' ', '\t'])
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'));
    let Some((url, _)) = inside else {
        return Vec::new();
    };
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
        parse(line).into_iter().map(|item| item.name).collect()
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
            "a; rel=next",
            "<a",
            "<a>",
            "<a>; rel=next; anchor=\"/b\"",
            ",;,",
        ] {
            assert_eq!(names(nothing), [""; 0], "{nothing}");
        }
    }

    #[test]
    fn a_storm_of_relations_is_bounded() {
        let line = format!("<a>; rel=\"{}\"", "x ".repeat(100_000));
        assert_eq!(parse(&line).len(), RELATIONS);
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(line in "[<>a;,=\" ]{0,40}|\\PC{0,40}") {
            let _ = parse(&line);
        }
    }
}
