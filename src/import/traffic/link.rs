//! Finds what later calls of a recording take from earlier answers: the id of what was created.

use serde_json::Value;

use crate::import::literal;
use crate::import::name::{kebab, singular};
use crate::import::traffic::call::Answer;
use crate::import::traffic::group::Item;
use crate::import::traffic::marked::{self, Filling};
use crate::import::traffic::scripted::Capture;
use crate::import::yaml::{Entry, Yaml};

/// Most calls after the one that creates something in which its id is looked for.
const AHEAD: usize = 500;

/// Replaces ids in paths of recorded calls by captures from the answer that gave them.
pub(crate) fn find(items: &mut [Item]) {
    let mut number = 0;
    for at in 0..items.len() {
        let item = &items[at];
        if item.call.method != "POST" || !item.call.captures.is_empty() {
            continue;
        }
        let [answer] = item.call.answers.as_slice() else {
            continue;
        };
        if !(200..300).contains(&answer.status) {
            continue;
        }
        let collection = last_segment(&item.path).to_owned();
        let (service, sequence) = (item.service, item.call.sequence);
        let Some((id, from)) = candidates(answer, &collection).into_iter().find(|(id, _)| {
            let later = items[at + 1..].iter().take(AHEAD);
            let mut later =
                later.filter(|one| one.service == service && one.call.sequence == sequence);
            later.any(|one| place_of(&one.path, &collection, id).is_some())
        }) else {
            continue;
        };
        number += 1;
        let capture = marked::filled(&Filling::Capture(number));
        for later in items[at + 1..].iter_mut().take(AHEAD) {
            if later.service != service || later.call.sequence != sequence {
                continue;
            }
            while let Some(place) = place_of(&later.path, &collection, &id) {
                later.path.replace_range(place, &capture);
                later.known.push((id.clone(), capture.clone()));
            }
        }
        items[at].call.captures.push(Capture {
            number,
            name: kebab(&singular(&collection), "created"),
            from,
        });
    }
}

fn last_segment(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

/// Where a segment with this text follows that of the collection.
fn place_of(path: &str, collection: &str, id: &str) -> Option<std::ops::Range<usize>> {
    let mut start = 0;
    let mut before = "";
    for segment in path.split('/') {
        let end = start + segment.len();
        if segment == id && before == collection && !collection.is_empty() {
            return Some(start..end);
        }
        before = segment;
        start = end + 1;
    }
    None
}

/// What the id of the created thing may be, and how a case captures it.
fn candidates(answer: &Answer, collection: &str) -> Vec<(String, Yaml)> {
    let mut found = Vec::new();
    let value: Option<Value> = answer
        .body
        .as_deref()
        .and_then(|body| serde_json::from_slice(body).ok());
    if let Some(Value::Object(members)) = &value {
        let own = format!("{}id", kebab(&singular(collection), "").replace('-', ""));
        for (name, member) in members {
            let lower = name.to_ascii_lowercase().replace(['_', '-'], "");
            let is_id = ["id", "uuid", "guid", "key", "slug", "name", "self"]
                .contains(&lower.as_str())
                || lower == own
                || lower.ends_with("id");
            let text = match member {
                Value::String(text) if is_segment(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => continue,
            };
            let is_plain = name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !name.starts_with(|first: char| first.is_ascii_digit());
            if is_id && is_plain {
                found.push((text, Yaml::text(format!("$.{name}"))));
            }
        }
        found.sort_by_key(|(_, from)| from != &Yaml::text("$.id"));
    }
    if let Some(location) = answer.header("location") {
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let id = last_segment(path);
        if is_segment(id) && place_of(path, collection, id).is_some() {
            let expression = format!("/{}/([^/?#]+)", literal::expression(collection));
            let from = Yaml::map([
                Entry::new("header", Yaml::text("Location")),
                Entry::new("match", Yaml::text(literal::template(&expression))),
            ]);
            found.push((id.to_owned(), from));
        }
    }
    found
}

fn is_segment(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::traffic::call::Call;

    fn item(method: &str, path: &str, body: &str) -> Item {
        Item {
            path: path.into(),
            call: Call {
                method: method.into(),
                answers: vec![Answer {
                    status: 200,
                    headers: Vec::new(),
                    body: Some(body.as_bytes().into()),
                }],
                ..Call::default()
            },
            ..Item::default()
        }
    }

    #[test]
    fn the_id_of_what_was_created_is_captured() {
        let mut items = [
            item("POST", "/documents", "{\"id\": 17, \"size\": 4}"),
            item("GET", "/documents/4", ""),
            item("GET", "/documents/17/content", ""),
            item("DELETE", "/documents/17", ""),
        ];
        find(&mut items);
        assert_eq!(items[0].call.captures[0].from, Yaml::text("$.id"));
        assert_eq!(items[0].call.captures[0].name, "document");
        assert!(!marked::has_filling(&items[1].path));
        assert!(marked::has_filling(&items[2].path) && items[2].path.ends_with("/content"));
        assert!(marked::has_filling(&items[3].path));
    }
}
