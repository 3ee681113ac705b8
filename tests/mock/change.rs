//! A change of an answer: what breaks the contract.

use serde_json::Value;

use crate::http::{Answer, Body};

/// A change of an answer. Where the place that it names is missing, the answer stays as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// Another status, with the same body.
    Status(u16),
    /// That status, without a body and without a `Content-Type`.
    Empty(u16),
    /// Another status and this JSON.
    Answer(u16, &'static str),
    /// The body is this text.
    Text(&'static str),
    /// The header field has this value.
    Header(&'static str, &'static str),
    /// The header field is missing.
    WithoutHeader(&'static str),
    /// The body is an array with the former body in it.
    InArray,
    /// The body is an object with the former body in a member of that name.
    InObject(&'static str),
    /// The value at the JSON pointer, of a member or an element, is this JSON.
    Set(&'static str, &'static str),
    /// The member at the JSON pointer is missing.
    Remove(&'static str),
    /// The array at the JSON pointer has this JSON as one more element.
    Push(&'static str, &'static str),
    /// The first element of the array at the JSON pointer is there twice.
    Repeat(&'static str),
    /// The first element of the array at the JSON pointer is missing.
    Drop(&'static str),
}

impl Change {
    /// Breaks the answer.
    pub(crate) fn apply(&self, answer: &mut Answer) {
        match *self {
            Change::Status(status) => answer.status = status,
            Change::Empty(status) => *answer = Answer::empty(status),
            Change::Answer(status, text) => *answer = Answer::json(status, json(text)),
            Change::Text(text) => answer.body = Body::Text(text),
            Change::Header(name, value) => {
                without(answer, name);
                answer.headers.push((name, value));
            }
            Change::WithoutHeader(name) => without(answer, name),
            Change::InArray
            | Change::InObject(_)
            | Change::Set(..)
            | Change::Remove(_)
            | Change::Push(..)
            | Change::Repeat(_)
            | Change::Drop(_) => {
                if let Body::Json(body) = &mut answer.body {
                    self.apply_to_json(body);
                }
            }
        }
    }

    fn apply_to_json(&self, body: &mut Value) {
        match *self {
            Change::InArray => *body = Value::Array(vec![body.take()]),
            Change::InObject(name) => *body = serde_json::json!({ name: body.take() }),
            Change::Set(pointer, text) => set(body, pointer, json(text)),
            Change::Remove(pointer) => {
                let (parent, name) = split(pointer);
                if let Some(object) = body.pointer_mut(parent).and_then(Value::as_object_mut) {
                    object.shift_remove(name);
                }
            }
            Change::Push(pointer, text) => {
                if let Some(array) = body.pointer_mut(pointer).and_then(Value::as_array_mut) {
                    array.push(json(text));
                }
            }
            Change::Repeat(pointer) => {
                if let Some(array) = body.pointer_mut(pointer).and_then(Value::as_array_mut)
                    && let Some(first) = array.first().cloned()
                {
                    array.push(first);
                }
            }
            Change::Drop(pointer) => {
                if let Some(array) = body.pointer_mut(pointer).and_then(Value::as_array_mut)
                    && !array.is_empty()
                {
                    array.remove(0);
                }
            }
            Change::Status(_)
            | Change::Empty(_)
            | Change::Answer(..)
            | Change::Text(_)
            | Change::Header(..)
            | Change::WithoutHeader(_) => {}
        }
    }
}

fn without(answer: &mut Answer, name: &str) {
    answer
        .headers
        .retain(|(field, _)| !field.eq_ignore_ascii_case(name));
}

/// Puts the value at the pointer. A member may be new, but what holds it is not.
fn set(body: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = body.pointer_mut(pointer) {
        *place = value;
        return;
    }
    let (parent, name) = split(pointer);
    if let Some(object) = body.pointer_mut(parent).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), value);
    }
}

fn split(pointer: &str) -> (&str, &str) {
    pointer.rsplit_once('/').unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
