//! What a step expects: what was seen, or what the source requires.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::import::literal;
use crate::import::traffic::call::Answer;
use crate::import::traffic::credential::has_spots;
use crate::import::traffic::group::Item;
use crate::import::traffic::marked::{self, Filling};
use crate::import::traffic::request::Names;
use crate::import::traffic::scripted::{Check, Pattern, StatusCheck};
use crate::import::traffic::shape::Shape;
use crate::import::traffic::vault::Vault;
use crate::import::yaml::{Entry, Yaml};
use crate::json::Selector;

/// The largest body of which a pattern is made.
const LARGEST: usize = 4 << 20;

/// Longest text that is compared as it is.
const SHORT: usize = 200;

/// The block for answers that were seen, and what of them it does not check although somebody would expect that.
pub(crate) fn observed(
    item: &Item,
    proves: &str,
    vault: &Vault,
    names: &mut Names<'_>,
) -> (Vec<Entry>, Option<String>) {
    let answers = &item.call.answers;
    let mut lost = None;
    let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status).collect();
    let mut entries = vec![
        Entry::new("proves", Yaml::list([Yaml::text(proves)])),
        Entry::new(
            "status",
            one_or_list(
                statuses
                    .into_iter()
                    .map(|status| Yaml::Scalar(status.into())),
            ),
        ),
    ];
    let headers = headers(answers);
    if !headers.is_empty() {
        entries.push(Entry::new("headers", Yaml::map(headers)));
    }
    if item.call.method != "HEAD" {
        match body(item, vault, names, &mut lost) {
            Some((key, value)) => entries.push(Entry::new(key, value)),
            None => lost = unread(answers),
        }
    }
    (entries, lost)
}

/// Why nothing is said of answers that are JSON by their media types.
fn unread(answers: &[Answer]) -> Option<String> {
    let is_json = |answer: &&Answer| {
        let media_type = answer.media_type().unwrap_or_default();
        let has_body = !matches!(answer.status, 204 | 205 | 304);
        has_body && (media_type == "application/json" || media_type.ends_with("+json"))
    };
    let mut problems = answers.iter().filter(is_json).filter_map(|answer| {
        Some(match answer.body.as_deref() {
            None | Some([]) => "has no text of it",
            Some(body) if body.len() > LARGEST => "has more than 4 MiB of it",
            Some(body) if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err() => {
                "has a text that is no JSON, or is cut"
            }
            // `1e400`, or half of a surrogate pair.
            Some(body) if serde_json::from_slice::<Value>(body).is_err() => {
                "has a number or a character in it that has no value"
            }
            Some(_) => return None,
        })
    });
    let problem = problems.next()?;
    Some(format!(
        "the answer is JSON by its media type, but the recording {problem}: no member is checked"
    ))
}

fn one_or_list(items: impl Iterator<Item = Yaml>) -> Yaml {
    let mut items: Vec<Yaml> = items.collect();
    if items.len() == 1 {
        items.remove(0)
    } else {
        Yaml::List(items)
    }
}

/// The fields that matter to a caller: the media type, and where something is.
fn headers(answers: &[Answer]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let types: BTreeSet<Option<String>> = answers.iter().map(Answer::media_type).collect();
    let mut types = types.into_iter();
    if let (Some(Some(media_type)), None) = (types.next(), types.next())
        && media_type.split('/').count() == 2
        && media_type
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/+-._".contains(&byte))
    {
        entries.push(Entry::new(
            "Content-Type",
            Yaml::text(format!("<media-type {media_type}>")),
        ));
    }
    if !answers.is_empty()
        && answers
            .iter()
            .all(|answer| answer.header("location").is_some())
    {
        entries.push(Entry::new("Location", Yaml::text("<non-empty>")));
    }
    entries
}

fn body(
    item: &Item,
    vault: &Vault,
    names: &mut Names<'_>,
    lost: &mut Option<String>,
) -> Option<(&'static str, Yaml)> {
    let answers = &item.call.answers;
    let bodies: Option<Vec<&[u8]>> = answers
        .iter()
        .map(|answer| answer.body.as_deref())
        .collect();
    let bodies = bodies?;
    if bodies.is_empty()
        || bodies
            .iter()
            .any(|body| body.is_empty() || body.len() > LARGEST)
    {
        return None;
    }
    let media_type = answers[0].media_type().unwrap_or_default();
    if media_type == "application/json" || media_type.ends_with("+json") {
        let values: Option<Vec<Value>> = bodies
            .iter()
            .map(|body| serde_json::from_slice(body).ok())
            .collect();
        let values = values?;
        let known = item.known.iter().map(|(text, place)| {
            let expression = match marked::only(place) {
                Some(filling) => names.expression(&filling),
                None => return None,
            };
            let number = match marked::only(place) {
                Some(Filling::Capture(_)) => format!("${{{expression}}}"),
                _ => format!("${{int({expression})}}"),
            };
            let written = match marked::only(place) {
                Some(Filling::Capture(_)) => format!("${{string({expression})}}"),
                _ => format!("${{{expression}}}"),
            };
            Some((text.clone(), written, number))
        });
        let known = known.flatten().collect();
        let is_secret = |text: &str| vault.is_in(text);
        let values: Vec<&Value> = values.iter().collect();
        let mut shape = Shape::new(&is_secret, known);
        let pattern = shape.pattern(&values);
        if values.len() > 1 && shape.lost > 0 {
            let count = shape.lost;
            let (noun, verb) = if count == 1 {
                ("check", "is")
            } else {
                ("checks", "are")
            };
            *lost = Some(format!(
                "{count} {noun} of members {verb} lost: the {} recorded answers have no such member in common, or not of one kind",
                values.len()
            ));
        }
        return Some(("json", pattern));
    }
    if media_type == "text/plain" {
        let texts: Option<Vec<&str>> = bodies
            .iter()
            .map(|body| std::str::from_utf8(body).ok())
            .collect();
        let texts = texts?;
        let text = texts[0];
        let is_same = texts.iter().all(|other| *other == text);
        let is_short = text.len() <= SHORT && !text.bytes().any(|byte| byte.is_ascii_digit());
        if is_same && is_short && !vault.is_in(text) && !has_spots(text) {
            return Some(("text", Yaml::text(literal::text(text))));
        }
        return Some(("text", Yaml::text("<non-empty>")));
    }
    let is_xml =
        media_type == "application/xml" || media_type == "text/xml" || media_type.ends_with("+xml");
    is_xml.then(|| {
        (
            "xml",
            Yaml::map([Entry::new("well-formed", Yaml::Scalar(true.into()))]),
        )
    })
}

/// The blocks for what a source requires.
pub(crate) fn required(
    checks: &[Check],
    proves: &str,
    has_other: bool,
    names: &mut Names<'_>,
) -> Vec<Vec<Entry>> {
    let mut blocks = Blocks {
        proves: proves.to_owned(),
        all: Vec::new(),
    };
    for check in checks {
        match check {
            Check::Status(status) => blocks.add("status", written_status(status)),
            Check::Header(name, pattern) => {
                let pattern = names.pattern(pattern);
                blocks.add("headers", Yaml::map([Entry::new(name, pattern)]));
            }
            Check::Cookie(name, part, pattern) => {
                let pattern = names.pattern(pattern);
                let cookie = match part {
                    Some(part) => Yaml::map([Entry::new(part, pattern)]),
                    None => pattern,
                };
                let cookie = Yaml::map([Entry::new(name, cookie)]);
                blocks.add("headers", Yaml::map([Entry::new("Set-Cookie", cookie)]));
            }
            Check::Select(path, conditions) => {
                let selection = selection(path, conditions, names);
                blocks.add("select", Yaml::Lines(vec![selection]));
            }
            Check::AnyOf(alternatives) => {
                let alternatives = alternatives.iter().map(|(path, conditions)| {
                    let selection = selection(path, conditions, names);
                    Yaml::map([Entry::new("select", Yaml::list([selection]))])
                });
                let alternatives = alternatives.collect();
                blocks.alone("any-of", Yaml::Lines(alternatives));
            }
            Check::Xml(path, conditions) => {
                let selection = selection(path, conditions, names);
                blocks.add(
                    "xml",
                    Yaml::map([Entry::new("select", Yaml::list([selection]))]),
                );
            }
            Check::Json(value) => {
                let value = names.json(value);
                blocks.add("json-exactly", value);
            }
            Check::XmlEquals(text) => {
                let text = names.template(text);
                blocks.add("xml", Yaml::map([Entry::new("equals", Yaml::text(text))]));
            }
            Check::Text(pattern) => {
                let pattern = names.pattern(pattern);
                blocks.add("text", pattern);
            }
            Check::Bytes(key, pattern) => {
                let pattern = names.pattern(pattern);
                blocks.add("bytes", Yaml::map([Entry::new(*key, pattern)]));
            }
            Check::Within(time) => blocks.add("within", Yaml::text(time)),
        }
    }
    blocks.finish(has_other)
}

/// A path that the case format reads.
pub(crate) fn is_path(path: &str) -> bool {
    Selector::new(path).is_ok() && !path.contains("${")
}

fn selection(path: &str, conditions: &[(String, Pattern)], names: &mut Names<'_>) -> Yaml {
    let mut entries = vec![Entry::new("path", Yaml::text(path))];
    for (key, pattern) in conditions {
        entries.push(Entry::new(key, names.pattern(pattern)));
    }
    Yaml::map(entries)
}

fn written_status(status: &StatusCheck) -> Yaml {
    match status {
        StatusCheck::OneOf(statuses) => {
            one_or_list(statuses.iter().map(|status| Yaml::Scalar((*status).into())))
        }
        StatusCheck::Classes(classes) => one_or_list(
            classes
                .iter()
                .map(|class| Yaml::text(format!("<{class}xx>"))),
        ),
    }
}

impl Names<'_> {
    /// A value or a pattern.
    pub(crate) fn pattern(&mut self, pattern: &Pattern) -> Yaml {
        match pattern {
            Pattern::Value(value) => self.json(value),
            Pattern::Written(yaml) => yaml.clone(),
        }
    }
}

/// Blocks in which no key is twice.
struct Blocks {
    proves: String,
    all: Vec<Vec<Entry>>,
}

/// The order of keys in a block.
const ORDER: [&str; 10] = [
    "proves",
    "status",
    "headers",
    "json-exactly",
    "text",
    "select",
    "xml",
    "bytes",
    "within",
    "any-of",
];

impl Blocks {
    fn add(&mut self, key: &str, value: Yaml) {
        for block in &mut self.all {
            if block.iter().any(|entry| entry.key == "any-of") {
                continue;
            }
            let Some(entry) = block.iter_mut().find(|entry| entry.key == key) else {
                block.push(Entry::new(key, value));
                return;
            };
            if join(&mut entry.value, &value) {
                return;
            }
        }
        let proves = Yaml::list([Yaml::text(&self.proves)]);
        self.all
            .push(vec![Entry::new("proves", proves), Entry::new(key, value)]);
    }

    /// A block with this key only.
    fn alone(&mut self, key: &str, value: Yaml) {
        let proves = Yaml::list([Yaml::text(&self.proves)]);
        self.all
            .push(vec![Entry::new("proves", proves), Entry::new(key, value)]);
    }

    fn finish(mut self, has_other: bool) -> Vec<Vec<Entry>> {
        let has_status = self.all.iter().flatten().any(|entry| entry.key == "status");
        if !has_status
            && !has_other
            && let Some(first) = self.all.first_mut()
        {
            // With other checks in the block, it still proves something.
            first.push(Entry::new("status", Yaml::text("<any>")));
        }
        for block in &mut self.all {
            block.sort_by_key(|entry| ORDER.iter().position(|key| *key == entry.key));
        }
        self.all
    }
}

/// Adds what the second value has to the first, if no name is in both.
fn join(first: &mut Yaml, second: &Yaml) -> bool {
    match (first, second) {
        (Yaml::Lines(items), Yaml::Lines(more)) | (Yaml::List(items), Yaml::List(more)) => {
            items.extend(more.iter().cloned());
            true
        }
        (Yaml::Map(entries), Yaml::Map(more)) => {
            let mut joined = entries.clone();
            for entry in more {
                match joined
                    .iter_mut()
                    .find(|known| known.key.eq_ignore_ascii_case(&entry.key))
                {
                    None => joined.push(entry.clone()),
                    Some(known) => {
                        if !join(&mut known.value, &entry.value) {
                            return false;
                        }
                    }
                }
            }
            *entries = joined;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text that a quick look takes for JSON, but no value can be made of, is a lost check too.
    #[test]
    fn json_without_a_value_is_a_lost_check() {
        let lost = |text: &str| {
            unread(&[Answer {
                status: 200,
                headers: vec![("Content-Type".into(), "application/json".into())],
                body: Some(text.as_bytes().into()),
            }])
        };
        for text in [r#"{"amount":1e400}"#, r#"{"name":"\ud800"}"#] {
            let lost = lost(text).unwrap();
            assert!(
                lost.contains("has no value: no member is checked"),
                "{lost}"
            );
        }
        assert!(lost("{").unwrap().contains("is no JSON"));
        assert_eq!(lost(r#"{"amount":1}"#), None);
    }
}
