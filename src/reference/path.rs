//! Faults that show on one path of the code only: the answers to calls of one kind, and to no others.
//!
//! Each contract has a table of [`Path`]s, the kinds of its calls, each with the [`Flaw`]s that its answers can have.
//! A flaw on a path is a fault, `bulk-many/array-root`: the suite must hold the answers of every kind of call to the
//! contract, not only those of the call that a check was written for.

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::reference::Fault;
use crate::reference::answer::{Answer, Content};
use crate::reference::switchboard::Switchboard;

/// A kind of call, as its contract sees calls.
pub(crate) struct Path<C: 'static> {
    /// The first part of the names of its faults.
    pub(crate) name: &'static str,
    /// Whose answer it is, for people: `a call for several users`.
    pub(crate) words: &'static str,
    /// Is the call of this kind?
    pub(crate) is: fn(&C) -> bool,
    pub(crate) flaws: &'static [Flaw],
    /// The further MUST requirements that an answer without content breaks.
    pub(crate) without_content: &'static [&'static str],
}

/// What is wrong with an answer that is right otherwise.
#[derive(Debug)]
pub(crate) struct Flaw {
    /// The second part of the names of its faults.
    pub(crate) name: &'static str,
    /// What is wrong, for people: `the result is in an array`.
    pub(crate) words: &'static str,
    /// The requirement that it breaks.
    pub(crate) requirement: &'static str,
    /// The further MUST requirements that it breaks.
    pub(crate) also: &'static [&'static str],
    pub(crate) change: Change,
}

/// A change of an answer. Where the place that it names is missing, the answer stays as it is. Pointers are JSON
/// Pointers in which `*` is every element.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// Another status, with the same content.
    Status(u16),
    /// That status, and no content.
    Empty(u16),
    /// The content is this text.
    Text(&'static str),
    /// The content has this media type.
    MediaType(&'static str),
    /// The content is in an array.
    InArray,
    /// The content is in a member of this name.
    InMember(&'static str),
    /// The values there are this JSON; members may be new.
    Set(&'static str, &'static str),
    /// The members there are missing.
    Remove(&'static str),
    /// The array there is its first element.
    First(&'static str),
    /// The array there has this JSON as one more element.
    Push(&'static str, &'static str),
}

/// A flaw without consequences.
pub(crate) const fn flaw(
    name: &'static str,
    requirement: &'static str,
    words: &'static str,
    change: Change,
) -> Flaw {
    Flaw {
        name,
        words,
        requirement,
        also: &[],
        change,
    }
}

impl Flaw {
    /// The same flaw, which breaks these requirements, too.
    pub(crate) const fn also(mut self, also: &'static [&'static str]) -> Flaw {
        self.also = also;
        self
    }
}

/// The faults of a table, in its order.
pub(crate) fn faults<C>(paths: &[Path<C>]) -> Vec<Fault> {
    let of_path = |path: &Path<C>| {
        let (name, words) = (path.name, path.words);
        let flaws = path.flaws.iter();
        let faults = flaws.map(move |flaw| {
            // Each table is made once, so the texts are as many as its entries.
            let name = format!("{name}/{}", flaw.name).leak();
            let sentence = format!("In the answer to {words} {}.", flaw.words).leak();
            let mut also = flaw.also.to_vec();
            if matches!(flaw.change, Change::Empty(_)) {
                also.extend(path.without_content);
            }
            Fault::new(name, flaw.requirement, also.leak(), sentence)
        });
        faults.collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// Changes the answer to a call as the active faults of the table require.
pub(crate) fn spoil<C>(
    paths: &[Path<C>],
    faults: &[Fault],
    call: &C,
    answer: &mut Answer,
    switches: &Switchboard,
) {
    let flaws = paths
        .iter()
        .flat_map(|path| path.flaws.iter().map(move |flaw| (path, flaw)));
    for (fault, (path, flaw)) in faults.iter().zip(flaws) {
        if switches.is_on(*fault) && (path.is)(call) && flaw.change.apply(answer) {
            switches.fault(*fault);
        }
    }
}

impl Change {
    /// Changes the answer. Is it another one now?
    fn apply(self, answer: &mut Answer) -> bool {
        match self {
            Change::Status(status) => match StatusCode::from_u16(status) {
                Ok(status) => std::mem::replace(&mut answer.status, status) != status,
                Err(_) => false,
            },
            Change::Empty(status) => {
                answer.content = Content::None;
                answer
                    .headers
                    .retain(|(name, _)| *name != header::CONTENT_TYPE);
                answer.status = StatusCode::from_u16(status).unwrap_or(answer.status);
                true
            }
            Change::Text(text) => {
                answer.content = Content::Text(text);
                true
            }
            Change::MediaType(media_type) => {
                let value = HeaderValue::from_static(media_type);
                answer.set(header::CONTENT_TYPE, value);
                true
            }
            Change::InArray
            | Change::InMember(_)
            | Change::Set(..)
            | Change::Remove(_)
            | Change::First(_)
            | Change::Push(..) => match &mut answer.content {
                Content::Json(body) => self.apply_to_json(body),
                Content::None | Content::Text(_) => false,
            },
        }
    }

    fn apply_to_json(self, body: &mut Value) -> bool {
        let before = body.clone();
        match self {
            Change::InArray => *body = Value::Array(vec![body.take()]),
            Change::InMember(name) => *body = serde_json::json!({ name: body.take() }),
            Change::Set(pointer, json) => at(body, pointer, &mut |holder, name| {
                place(holder, name, read(json));
            }),
            Change::Remove(pointer) => at(body, pointer, &mut |holder, name| {
                if let Some(members) = holder.as_object_mut() {
                    members.shift_remove(name);
                }
            }),
            Change::First(pointer) => {
                if let Some(list) = body.pointer_mut(pointer)
                    && let Some(first) = list.get_mut(0)
                {
                    *list = first.take();
                }
            }
            Change::Push(pointer, json) => {
                let list = body.pointer_mut(pointer).and_then(Value::as_array_mut);
                if let Some(list) = list {
                    list.push(read(json));
                }
            }
            _ => {}
        }
        *body != before
    }
}

/// Calls `change` for each holder of a place, with the name of the place in it.
fn at(value: &mut Value, pointer: &str, change: &mut dyn FnMut(&mut Value, &str)) {
    let Some(rest) = pointer.strip_prefix('/') else {
        return;
    };
    let Some((token, _)) = rest.split_once('/') else {
        return change(value, rest);
    };
    let below = &rest[token.len()..];
    match value {
        Value::Array(items) if token == "*" => {
            for item in items {
                at(item, below, change);
            }
        }
        Value::Array(items) => {
            let index = token.parse::<usize>();
            if let Some(item) = index.ok().and_then(|index| items.get_mut(index)) {
                at(item, below, change);
            }
        }
        Value::Object(members) => {
            if let Some(member) = members.get_mut(token) {
                at(member, below, change);
            }
        }
        _ => {}
    }
}

fn place(holder: &mut Value, name: &str, value: Value) {
    if let Some(members) = holder.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// A JSON text of a table.
fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(change: Change, body: &Value) -> (Value, bool) {
        let mut answer = Answer::json(StatusCode::OK, body.clone());
        let is_changed = change.apply(&mut answer);
        (answer.into_json(), is_changed)
    }

    #[test]
    fn a_change_is_made_wherever_its_pointer_leads() {
        let body = json!({ "list": [{ "a": 1 }, { "a": 2, "b": 3 }] });
        let (set, _) = changed(Change::Set("/list/*/a", "null"), &body);
        assert_eq!(
            set,
            json!({ "list": [{ "a": null }, { "a": null, "b": 3 }] })
        );
        let (removed, _) = changed(Change::Remove("/list/1/b"), &body);
        assert_eq!(removed, json!({ "list": [{ "a": 1 }, { "a": 2 }] }));
        let (first, _) = changed(Change::First("/list"), &body);
        assert_eq!(first, json!({ "list": { "a": 1 } }));
        let (pushed, _) = changed(Change::Push("", "4"), &json!([3]));
        assert_eq!(pushed, json!([3, 4]));
    }

    #[test]
    fn a_change_without_a_place_changes_nothing() {
        let body = json!({ "list": [] });
        for change in [
            Change::Set("/list/*/a", "1"),
            Change::Remove("/other"),
            Change::First("/list"),
            Change::Push("/other", "1"),
        ] {
            assert_eq!(changed(change, &body), (body.clone(), false), "{change:?}");
        }
    }
}
