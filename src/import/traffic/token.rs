//! Finds tokens that later calls of a recording take from earlier answers, such as those against forged requests.

use serde_json::Value;

use crate::import::literal;
use crate::import::traffic::body::{Body, PartContent};
use crate::import::traffic::call::Answer;
use crate::import::traffic::credential::{is_changing_field, is_secret_name};
use crate::import::traffic::group::Item;
use crate::import::traffic::marked::{self, Filling};
use crate::import::traffic::scripted::Capture;
use crate::import::yaml::{Entry, Yaml};
use crate::model::TextPattern;

/// How many answers before a call are searched.
const BACK: usize = 50;

/// The largest answer that is searched, in bytes.
const LARGEST: usize = 1 << 20;

/// Replaces tokens by captures from the answers that gave them.
pub(crate) fn find(items: &mut [Item]) {
    let numbers = items.iter().flat_map(|item| &item.call.captures);
    let mut next = numbers.map(|capture| capture.number).max().unwrap_or(0) + 1;
    for at in 0..items.len() {
        let (before, rest) = items.split_at_mut(at);
        let Some(item) = rest.first_mut() else {
            return;
        };
        let (service, sequence) = (item.service, item.call.sequence);
        let is_near = |one: &Item| one.service == service && one.call.sequence == sequence;
        let mut give = |name: &str, value: &mut String| {
            let is_token = value.len() >= 8 && value.len() <= 4096 && !marked::has_filling(value);
            if !is_token {
                return;
            }
            let earlier = before
                .iter_mut()
                .rev()
                .take(BACK)
                .filter(|one| is_near(one));
            for one in earlier {
                let Some(from) = one
                    .call
                    .answers
                    .first()
                    .and_then(|answer| source(answer, value))
                else {
                    continue;
                };
                let known = one
                    .call
                    .captures
                    .iter()
                    .find(|capture| capture.from == from);
                let number = known.map_or(next, |capture| capture.number);
                if number == next {
                    next += 1;
                    let name = name.to_owned();
                    one.call.captures.push(Capture { number, name, from });
                }
                *value = marked::filled(&Filling::Capture(number));
                return;
            }
        };
        for (name, value) in &mut item.call.headers {
            if is_changing_field(name) {
                give(name, value);
            }
        }
        let is_token_name =
            |name: &str| is_secret_name(name) && !name.to_ascii_lowercase().contains("pass");
        for (name, value) in item
            .query
            .iter_mut()
            .filter(|(name, _)| is_token_name(name))
        {
            give(name, value);
        }
        match &mut item.call.body {
            Body::Form(fields) => {
                for (name, value) in fields.iter_mut().filter(|(name, _)| is_token_name(name)) {
                    give(name, value);
                }
            }
            Body::Json(Value::Object(members)) => {
                for (name, value) in members.iter_mut().filter(|(name, _)| is_token_name(name)) {
                    if let Value::String(text) = value {
                        give(name, text);
                    }
                }
            }
            Body::Multipart(parts) => {
                for part in parts.iter_mut().filter(|part| is_token_name(&part.name)) {
                    if let PartContent::Text(text) = &mut part.content {
                        give(&part.name, text);
                    }
                }
            }
            _ => {}
        }
    }
}

/// How a case captures the value from the answer, if it is in it.
fn source(answer: &Answer, value: &str) -> Option<Yaml> {
    let mut headers = answer.headers.iter();
    if let Some((name, _)) =
        headers.find(|(name, text)| text == value && !name.eq_ignore_ascii_case("set-cookie"))
    {
        return Some(Yaml::map([Entry::new("header", Yaml::text(name))]));
    }
    let body = answer
        .body
        .as_deref()
        .filter(|body| body.len() <= LARGEST)?;
    let text = std::str::from_utf8(body).ok()?;
    if !text.contains(value) {
        return None;
    }
    if let Ok(document) = serde_json::from_str::<Value>(text) {
        let mut path = String::from("$");
        return member(&document, value, &mut path, 0).then(|| Yaml::text(path));
    }
    in_text(text, value)
}

/// Finds the member with this value: its path by names only.
fn member(value: &Value, wanted: &str, path: &mut String, depth: usize) -> bool {
    let Value::Object(members) = value else {
        return value.as_str() == Some(wanted);
    };
    let is_plain = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let length = path.len();
    for (name, one) in members
        .iter()
        .filter(|(name, _)| depth < 8 && is_plain(name))
    {
        path.push('.');
        path.push_str(name);
        if member(one, wanted, path, depth + 1) {
            return true;
        }
        path.truncate(length);
    }
    false
}

/// The text before it, as an expression that finds it: `name="csrf" value="([^"]+)"`.
fn in_text(text: &str, value: &str) -> Option<Yaml> {
    let at = text.find(value)?;
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..at];
    let start = before.char_indices().rev().nth(23).map_or(0, |(at, _)| at);
    let context = before
        .get(start..)
        .filter(|context| context.chars().count() >= 3)?;
    let expression = format!("{}([^\"'<>&\\s]+)", literal::expression(context));
    let pattern = TextPattern::new(&expression).ok()?;
    let is_found = pattern.part_of(text) == Some(value) && !expression.contains("${");
    let entries = [
        Entry::new("text", Yaml::Scalar(true.into())),
        Entry::new("match", Yaml::text(literal::template(&expression))),
    ];
    is_found.then(|| Yaml::map(entries))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::traffic::call::Call;

    fn answering(body: &str) -> Item {
        Item {
            call: Call {
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

    fn sending(value: &str) -> Item {
        Item {
            call: Call {
                headers: vec![("X-CSRF-Token".into(), value.into())],
                ..Call::default()
            },
            ..Item::default()
        }
    }

    #[test]
    fn a_token_is_captured_from_the_answer_that_gave_it() {
        for (body, expected) in [
            (
                "<form>\n<input name=\"csrf\" value=\"t0ken-123\">",
                Some("match"),
            ),
            ("{\"a\": {\"csrf\": \"t0ken-123\"}}", Some("$.a.csrf")),
            ("{\"a\": [\"t0ken-123\"]}", None),
            ("other", None),
        ] {
            let mut items = [answering(body), sending("t0ken-123"), sending("t0ken-123")];
            find(&mut items);
            let captures = &items[0].call.captures;
            assert_eq!(captures.len(), usize::from(expected.is_some()), "{body}");
            if let Some(expected) = expected {
                assert!(format!("{captures:?}").contains(expected), "{captures:?}");
                assert!(
                    items[1..]
                        .iter()
                        .all(|item| marked::has_filling(&item.call.headers[0].1))
                );
            }
        }
    }
}
