//! What a presence batch asks.

use serde_json::{Value, json};

use super::people::{self, Depth, Person};
use crate::http::Asked;

pub(super) fn is_batch(asked: &Asked) -> bool {
    asked.path == "/users/batch"
}

pub(super) fn is_post(asked: &Asked) -> bool {
    is_batch(asked) && asked.method == "POST"
}

pub(super) fn is_anonymous(asked: &Asked) -> bool {
    let authorization = asked.header("Authorization").unwrap_or_default();
    is_batch(asked) && !authorization.starts_with("XBL3.0 x=")
}

pub(super) fn is_as(asked: &Asked, token: &str) -> bool {
    let authorization = asked.header("Authorization").unwrap_or_default();
    is_post(asked) && authorization.ends_with(&format!(";{token}"))
}

pub(super) fn is_without(asked: &Asked, header: &str) -> bool {
    is_post(asked) && asked.header(header).is_none()
}

pub(super) fn excludes_json(asked: &Asked) -> bool {
    is_post(asked) && asked.header("Accept") == Some("text/html")
}

pub(super) fn is_of_unknown_version(asked: &Asked) -> bool {
    is_post(asked) && asked.header("x-xbl-contract-version") != Some("3")
}

pub(super) fn has_service_version(asked: &Asked) -> bool {
    asked.header("X-RequestedServiceVersion").is_some()
}

pub(super) fn has_unknown_member(asked: &Asked) -> bool {
    const MEMBERS: [&str; 5] = ["users", "deviceTypes", "titles", "level", "onlineOnly"];
    let body = &asked.json;
    let mut members = body.as_object().into_iter().flatten();
    is_post(asked) && members.any(|(name, _)| !MEMBERS.contains(&name.as_str()))
}

pub(super) fn has(asked: &Asked, member: &str) -> bool {
    asked.json.get(member).is_some()
}

pub(super) fn is_empty(asked: &Asked, filter: &str) -> bool {
    is_post(asked) && asked.json[filter] == json!([])
}

pub(super) fn filters(asked: &Asked, by: &[&str]) -> bool {
    is_post(asked) && by.iter().all(|filter| has(asked, filter))
}

pub(super) fn lists(asked: &Asked, filter: &str, count: usize) -> bool {
    is_post(asked)
        && asked.json[filter]
            .as_array()
            .is_some_and(|values| values.len() == count)
}

pub(super) fn is_level(asked: &Asked, level: &str) -> bool {
    is_post(asked) && asked.json["level"] == level
}

pub(super) fn is_online_only(asked: &Asked, with: fn(&Person) -> bool) -> bool {
    asks_some(asked, with) && asked.json["onlineOnly"] == true
}

pub(super) fn asks_some(asked: &Asked, about: fn(&Person) -> bool) -> bool {
    is_post(asked) && people(asked).iter().any(about)
}

pub(super) fn asks_only(asked: &Asked, about: fn(&Person) -> bool) -> bool {
    asks_some(asked, about) && users(asked).len() == 1
}

pub(super) fn depth(asked: &Asked) -> Option<Depth> {
    match asked.json["level"].as_str() {
        Some("user") => Some(Depth::User),
        Some("device") => Some(Depth::Device),
        Some("title") | None => Some(Depth::Title),
        Some("all") => Some(Depth::All),
        Some(_) => None,
    }
}

pub(super) fn users(asked: &Asked) -> Vec<&str> {
    let users = asked.json["users"].as_array().into_iter().flatten();
    users.filter_map(Value::as_str).collect()
}

/// The people whom the call names, each once.
pub(super) fn people(asked: &Asked) -> Vec<Person> {
    let mut users = users(asked);
    users.dedup();
    users.iter().filter_map(|xuid| people::find(xuid)).collect()
}

/// The values of a filter as text, or nothing where it filters nothing.
pub(super) fn filter(asked: &Asked, name: &str) -> Option<Vec<String>> {
    let body = &asked.json;
    let values = body[name].as_array().filter(|values| !values.is_empty())?;
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    Some(values.iter().map(text).collect())
}
