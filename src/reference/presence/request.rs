//! The body of a presence call: which users, filtered how, how deep.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::reference::Fault;
use crate::reference::presence::people::CALLER;
use crate::reference::switchboard::Switchboard;

/// How many users one call may name.
const MAX_USERS: usize = 1100;

const MEMBERS: [&str; 5] = ["users", "deviceTypes", "titles", "level", "onlineOnly"];

/// A `BatchRequest`, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BatchRequest {
    /// Each XUID once, in the order of the call.
    pub(crate) users: Vec<String>,
    /// How many entries `users` has in the call.
    pub(crate) entries: usize,
    /// `None` filters nothing.
    pub(crate) device_types: Option<Vec<String>>,
    /// `None` filters nothing.
    pub(crate) titles: Option<Vec<u32>>,
    pub(crate) level: Level,
    pub(crate) is_online_only: bool,
    /// The call says that it is not about online users alone, and does not leave it to the default.
    pub(crate) says_online_only_false: bool,
}

/// How deep the records go, from the shallowest to the deepest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Users alone.
    User,
    /// With their devices.
    Device,
    /// With the titles on them.
    Title,
    /// With the activity in them.
    All,
}

/// Why a body is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// It is not JSON.
    Malformed,
    /// It has no users.
    UsersMissing,
    /// A member is not what it should be, or should not be there; with words for people.
    Member(&'static str),
}

impl BatchRequest {
    /// Reads a body.
    pub(crate) fn read(body: &[u8], switches: &Switchboard) -> Result<Self, Invalid> {
        let body = serde_json::from_slice(body).map_err(|_| Invalid::Malformed)?;
        let Value::Object(members) = body else {
            return Err(Invalid::Member("the body is not a JSON object"));
        };
        let is_known = |name: &String| MEMBERS.contains(&name.as_str());
        if !members.keys().all(is_known) && !switches.fault(Fault::UNKNOWN_MEMBER_ACCEPTED) {
            return Err(Invalid::Member("the body has a member that is not allowed"));
        }
        refuse_by_fault(&members, switches)?;
        let device_types = read_device_types(members.get("deviceTypes"))?;
        let titles = read_titles(members.get("titles"), switches)?;
        let entries = members.get("users").and_then(Value::as_array);
        let entries = entries.map_or(0, Vec::len);
        Ok(Self {
            entries,
            users: read_users(members.get("users"), switches)?,
            device_types: unless_empty(device_types, || {
                switches.fault(Fault::EMPTY_DEVICE_TYPES_SELECT_NONE)
            }),
            titles: unless_empty(titles, || switches.fault(Fault::EMPTY_TITLES_SELECT_NONE)),
            level: read_level(members.get("level"), switches)?,
            is_online_only: read_online_only(members.get("onlineOnly"), switches)?,
            says_online_only_false: members.get("onlineOnly") == Some(&Value::Bool(false)),
        })
    }
}

fn refuse_by_fault(members: &Map<String, Value>, switches: &Switchboard) -> Result<(), Invalid> {
    let has = |name| members.contains_key(name);
    if has("users") && members.len() == 1 && switches.fault(Fault::USERS_ALONE_REFUSED) {
        return Err(Invalid::Member("there is nothing besides users"));
    }
    let is_filtered = has("deviceTypes") || has("titles");
    if is_filtered && !has("onlineOnly") && switches.fault(Fault::FILTER_NEEDS_ONLINE_ONLY) {
        return Err(Invalid::Member("onlineOnly is missing"));
    }
    Ok(())
}

fn read_users(users: Option<&Value>, switches: &Switchboard) -> Result<Vec<String>, Invalid> {
    const NOT_XUIDS: Invalid = Invalid::Member("users is not an array of decimal strings");
    let Some(users) = users else {
        if switches.fault(Fault::USERS_DEFAULT_TO_CALLER) {
            return Ok(vec![CALLER.to_owned()]);
        }
        return Err(Invalid::UsersMissing);
    };
    let users = users.as_array().ok_or(NOT_XUIDS)?;
    if users.len() > MAX_USERS && !switches.fault(Fault::LIMIT_NOT_ENFORCED)
        || users.len() == MAX_USERS && switches.fault(Fault::LIMIT_OFF_BY_ONE)
    {
        return Err(Invalid::Member("users has too many entries"));
    }
    let mut seen = BTreeSet::new();
    let mut xuids = Vec::with_capacity(users.len());
    for user in users {
        let xuid = user
            .as_str()
            .filter(|xuid| is_xuid(xuid))
            .ok_or(NOT_XUIDS)?;
        if seen.insert(xuid) {
            xuids.push(xuid.to_owned());
        }
    }
    Ok(xuids)
}

/// A XUID is a 64-bit number in decimal digits.
fn is_xuid(text: &str) -> bool {
    is_decimal(text) && text.parse::<u64>().is_ok()
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn read_device_types(member: Option<&Value>) -> Result<Option<Vec<String>>, Invalid> {
    const NOT_STRINGS: Invalid = Invalid::Member("deviceTypes is not an array of strings");
    let Some(member) = member else {
        return Ok(None);
    };
    let entries = member.as_array().ok_or(NOT_STRINGS)?.iter();
    let types = entries.map(|entry| Some(entry.as_str()?.to_owned()));
    types.collect::<Option<_>>().map(Some).ok_or(NOT_STRINGS)
}

/// A title id is an unsigned number of 32 bits; clients send it as decimal digits in a string too.
fn read_titles(
    member: Option<&Value>,
    switches: &Switchboard,
) -> Result<Option<Vec<u32>>, Invalid> {
    const NOT_IDS: Invalid = Invalid::Member("titles is not an array of title ids");
    let Some(member) = member else {
        return Ok(None);
    };
    let mut ids = Vec::new();
    for entry in member.as_array().ok_or(NOT_IDS)? {
        let refusal = if entry.is_string() {
            Fault::STRING_TITLES_REFUSED
        } else {
            Fault::NUMERIC_TITLES_REFUSED
        };
        let id = match entry {
            Value::String(digits) if is_decimal(digits) => digits.parse().ok(),
            other => other.as_u64().and_then(|id| u32::try_from(id).ok()),
        };
        ids.push(id.filter(|_| !switches.fault(refusal)).ok_or(NOT_IDS)?);
    }
    Ok(Some(ids))
}

/// An empty filter filters nothing, unless a fault has it that nobody passes it.
fn unless_empty<T>(filter: Option<Vec<T>>, keeps_empty: impl Fn() -> bool) -> Option<Vec<T>> {
    filter.filter(|values| !values.is_empty() || keeps_empty())
}

/// The levels are lower case, and left out means title.
fn read_level(member: Option<&Value>, switches: &Switchboard) -> Result<Level, Invalid> {
    let Some(member) = member else {
        return Ok(if switches.fault(Fault::DEFAULT_LEVEL_DEVICE) {
            Level::Device
        } else if switches.fault(Fault::DEFAULT_LEVEL_ALL) {
            Level::All
        } else {
            Level::Title
        });
    };
    match member.as_str() {
        Some("user") => Ok(Level::User),
        Some("device") if !switches.fault(Fault::LEVEL_DEVICE_REFUSED) => Ok(Level::Device),
        Some("title") => Ok(Level::Title),
        Some("all") => Ok(Level::All),
        Some(level) if level != "device" && switches.fault(Fault::UNKNOWN_LEVEL_ACCEPTED) => {
            Ok(Level::Title)
        }
        _ => Err(Invalid::Member("level is not user, device, title or all")),
    }
}

fn read_online_only(member: Option<&Value>, switches: &Switchboard) -> Result<bool, Invalid> {
    match member {
        None => Ok(false),
        Some(Value::Bool(false)) => Ok(switches.fault(Fault::ONLINE_ONLY_FALSE_FILTERS)),
        Some(Value::Bool(true)) => Ok(true),
        Some(_) => Err(Invalid::Member("onlineOnly is not a boolean")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reference::context::Context;

    fn read(body: &Value) -> Result<BatchRequest, Invalid> {
        BatchRequest::read(body.to_string().as_bytes(), &Context::test(&[]).switches)
    }

    #[test]
    fn users_alone_are_a_request_at_level_title() {
        let request = read(&json!({ "users": ["1", "2", "1"] })).unwrap();
        assert_eq!(request.users, ["1", "2"]);
        assert_eq!(request.level, Level::Title);
        assert!(request.device_types.is_none() && request.titles.is_none());
    }

    #[test]
    fn title_ids_are_numbers_or_digits_and_an_empty_filter_is_none() {
        let request = read(&json!({ "users": [], "titles": [7, "8"], "deviceTypes": [] })).unwrap();
        assert_eq!(request.titles, Some(vec![7, 8]));
        assert_eq!(request.device_types, None);
    }

    #[test]
    fn what_the_contract_does_not_know_is_refused() {
        for body in [
            json!([]),
            json!({ "users": "1" }),
            json!({ "users": [1] }),
            json!({ "users": ["+1"] }),
            json!({ "users": ["99999999999999999999999"] }),
            json!({ "users": [], "colour": "blue" }),
            json!({ "users": [], "level": "Title" }),
            json!({ "users": [], "level": null }),
            json!({ "users": [], "onlineOnly": "true" }),
            json!({ "users": [], "titles": [-1] }),
            json!({ "users": [], "titles": [4_294_967_296_u64] }),
            json!({ "users": [], "titles": ["+1"] }),
            json!({ "users": [], "deviceTypes": [1] }),
        ] {
            assert!(matches!(read(&body), Err(Invalid::Member(_))), "{body}");
        }
        assert_eq!(read(&json!({})), Err(Invalid::UsersMissing));
    }

    #[test]
    fn the_limit_counts_entries_and_not_users() {
        let users = |count| json!({ "users": vec!["1"; count] });
        assert!(read(&users(1100)).is_ok());
        assert!(read(&users(1101)).is_err());
    }
}
