//! A spot: where in a body a finding is, without indexes, and whether two of them may be one break.

use serde_json::Value;

use crate::model::finding::{Finding, FindingKind};
use crate::model::fingerprint::shape;
use crate::model::report::BodyReport;

/// A longer body has values in it.
const HOLLOW: usize = 256;

/// Where in a body something was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Spot {
    /// The value at this pointer, with `*` for each index.
    At(String),
    /// The member that an object lacks: where the object is, and the pointer that the member would have.
    Lack(String, String),
    /// What a path selects or should select: the names in it, and those that a selected node can have.
    Path(Vec<String>, Vec<String>),
    /// Not known.
    Unknown,
}

impl Spot {
    /// The spot of a finding about a body.
    pub(super) fn of(finding: &Finding, body: Option<&BodyReport>) -> Spot {
        let Some(pointer) = &finding.pointer else {
            return match path(&finding.message) {
                // Whatever a path should select, there is nothing to select from.
                Some(_) if body.is_some_and(is_hollow) => Spot::At(String::new()),
                Some((names, last)) => Spot::Path(names, last),
                None => Spot::Unknown,
            };
        };
        let pointer = shape(pointer);
        let Some(rule) = &finding.schema else {
            return Spot::At(pointer);
        };
        if rule.location.contains("/additionalProperties") {
            // The object that has the member is the wrong one.
            let end = pointer.rfind('/').unwrap_or(0);
            return Spot::At(pointer[..end].to_owned());
        }
        match missing_member(finding) {
            Some(name) => {
                let member = format!("{pointer}/{name}");
                Spot::Lack(pointer, member)
            }
            None => Spot::At(pointer),
        }
    }

    /// Whether both may be one break: the same place, one inside the other, or, for one requirement, members of one name or
    /// paths through one member.
    pub(super) fn may_be_one_with(&self, other: &Spot, is_same_requirement: bool) -> bool {
        if let (Spot::Lack(one, _), Spot::Lack(two, _)) = (self, other)
            && one == two
        {
            return true;
        }
        match (self.pointer(), other.pointer()) {
            (Some(one), Some(two)) => {
                let is_same_name =
                    || last_name(one).is_some_and(|name| Some(name) == last_name(two));
                is_inside(one, two) || is_inside(two, one) || is_same_requirement && is_same_name()
            }
            (Some(pointer), None) => other.is_path_through(pointer, is_same_requirement),
            (None, Some(pointer)) => self.is_path_through(pointer, is_same_requirement),
            (None, None) => self.shares_a_name(other, is_same_requirement),
        }
    }

    fn pointer(&self) -> Option<&str> {
        match self {
            Spot::At(pointer) | Spot::Lack(_, pointer) => Some(pointer),
            Spot::Path(..) | Spot::Unknown => None,
        }
    }

    fn is_path_through(&self, pointer: &str, otherwise: bool) -> bool {
        let Spot::Path(names, last) = self else {
            return otherwise;
        };
        let is_in_path = |name| names.iter().any(|known| known == name);
        last_name(pointer).is_none_or(is_in_path)
            || names_in(pointer).any(|name| last.iter().any(|last| last == name))
    }

    fn shares_a_name(&self, other: &Spot, is_same_requirement: bool) -> bool {
        let (Spot::Path(names, last), Spot::Path(others, others_last)) = (self, other) else {
            return is_same_requirement;
        };
        let share = |some: &[String], all: &[String]| some.iter().any(|name| all.contains(name));
        share(last, others)
            || share(others_last, names)
            || is_same_requirement && share(names, others)
    }
}

/// Whether there is no value in the body, only empty lists and objects.
fn is_hollow(body: &BodyReport) -> bool {
    fn is_hollow(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().all(is_hollow),
            Value::Object(members) => members.values().all(is_hollow),
            _ => false,
        }
    }
    let value = || serde_json::from_str::<Value>(&body.text);
    body.octets <= HOLLOW && !body.truncated && value().is_ok_and(|value| is_hollow(&value))
}

/// The `xuid` of "member `xuid` is missing".
fn missing_member(finding: &Finding) -> Option<&str> {
    let is_required = finding.kind == FindingKind::Schema;
    let rest = finding
        .message
        .strip_prefix("member `")
        .filter(|_| is_required)?;
    rest.strip_suffix("` is missing")
}

/// Whether the first pointer is the other, or of a value inside it.
fn is_inside(one: &str, other: &str) -> bool {
    one.strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The names in a shape: no indexes.
fn names_in(shape: &str) -> impl DoubleEndedIterator<Item = &str> {
    shape
        .split('/')
        .filter(|name| !name.is_empty() && *name != "*")
}

fn last_name(shape: &str) -> Option<&str> {
    names_in(shape).next_back()
}

/// The names in the path of a message, JSONPath or XPath, and those in its last part that has names.
fn path(message: &str) -> Option<(Vec<String>, Vec<String>)> {
    let start = message
        .find("$.")
        .or_else(|| message.find("$["))
        .or_else(|| message.find('/'))?;
    let mut names: Vec<String> = Vec::new();
    let mut last: Vec<String> = Vec::new();
    // In a filter, a name is of a member that is only looked at.
    let mut depth = 0_usize;
    let mut rest = &message[start..];
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '?' => depth += 1,
            '[' if depth > 0 => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            // The path ends here.
            ' ' if depth == 0 && before != ',' => break,
            '\'' | '"' => {
                length = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
                let name = rest[1..length].trim_end_matches(first);
                let is_name = matches!(before, '[' | ',' | ' ') && depth == 0 || before == '[';
                if is_name && !name.is_empty() {
                    if !matches!(before, ',' | ' ') {
                        last.clear();
                    }
                    last.push(name.to_owned());
                    names.push(name.to_owned());
                }
            }
            _ if is_of_name(first) => {
                length = rest
                    .find(|character| !is_of_name(character))
                    .unwrap_or(rest.len());
                let name = &rest[..length];
                let is_name =
                    matches!(before, '.' | '/' | ':' | '@') && !rest[length..].starts_with('(');
                if is_name {
                    if depth == 0 {
                        last = vec![name.to_owned()];
                    }
                    names.push(name.to_owned());
                }
            }
            _ => {}
        }
        before = first;
        rest = &rest[length..];
    }
    (!names.is_empty()).then_some((names, last))
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(message: &str) -> Option<(String, String)> {
        path(message).map(|(names, last)| (names.join(" "), last.join(" ")))
    }

    #[test]
    fn names_are_found_in_paths() {
        let some = |names: &str, last: &str| Some((names.to_owned(), last.to_owned()));
        assert_eq!(names("\"a.b\" is not at $..xuid"), some("xuid", "xuid"));
        assert_eq!(
            names("$['seats', 'failed'][*] selects nothing, expected `x.y`"),
            some("seats failed", "seats failed")
        );
        assert_eq!(
            names("0 nodes at $..[?count(@.devices[*].titles[*]) > 0].xuid, expected 1"),
            some("devices titles xuid", "xuid")
        );
        assert_eq!(
            names("$.states[?@.group == 'null'].plans[*] selects nothing"),
            some("states group plans", "plans")
        );
        assert_eq!(names("$.é.b[0]"), some("é b", "b"));
        assert_eq!(names("//user/@id selects nothing"), some("user id", "id"));
        assert_eq!(names("the body is \"x\""), None);
        assert_eq!(names("$..*"), None);
        assert_eq!(names("$['open"), some("open", "open"));
    }

    #[test]
    fn the_same_place_and_places_inside_it_are_one_break_and_neighbours_are_not() {
        let at = |text: &str| Spot::At(text.to_owned());
        let path = |text: &str| {
            let (names, last) = path(text).unwrap();
            Spot::Path(names, last)
        };
        let one = |one: &Spot, other: &Spot, same: bool| {
            let is_one = one.may_be_one_with(other, same);
            assert_eq!(
                is_one,
                other.may_be_one_with(one, same),
                "{one:?} {other:?}"
            );
            is_one
        };
        assert!(one(&at("/*/xuid"), &at("/*/xuid"), false));
        assert!(one(&at("/*/devices"), &at("/*/devices/*/type"), false));
        assert!(one(&at(""), &at("/a"), false));
        assert!(!one(&at("/*/state"), &at("/*/states"), true));
        assert!(!one(&at("/a/name"), &at("/b/name"), false));
        assert!(one(&at("/a/name"), &at("/b/name"), true));
        assert!(one(&at("/*/xuid"), &path("$..[?@.devices[0]].xuid"), false));
        assert!(one(&at("/*/devices"), &path("$..devices[*].type"), false));
        assert!(!one(&at("/*/state"), &path("$..devices[*].type"), true));
        assert!(one(&path("$..['a', 'b']"), &path("$.x.a"), false));
        assert!(!one(&path("$.x.a"), &path("$.x.b"), false));
        assert!(one(&path("$.x.a"), &path("$.x.b"), true));
        assert!(!one(&Spot::Unknown, &at("/a"), false));
        let lack = |object: &str, name: &str| Spot::Lack(object.into(), format!("{object}/{name}"));
        assert!(one(&lack("/*", "a"), &lack("/*", "b"), false));
        assert!(!one(&lack("/*", "a"), &lack("", "b"), false));
        assert!(one(&lack("/*", "a"), &path("$..a"), false));
        assert!(!one(&lack("/*", "a"), &at("/*/b"), false));
        assert!(one(&lack("/*", "a"), &at("/*"), false));
    }

    #[test]
    fn a_body_without_a_value_is_hollow() {
        let hollow = |text: &str| {
            is_hollow(&BodyReport {
                text: text.into(),
                octets: text.len(),
                truncated: false,
                coded: None,
            })
        };
        assert!(hollow("[]\n"));
        assert!(hollow("{\"seats\":[],\"failed\":[{}]}"));
        assert!(!hollow("[null]"));
        assert!(!hollow("{\"a\":0}"));
        assert!(!hollow(""));
        assert!(!hollow(&format!("[{}]", " ".repeat(300))));
    }
}
