//! The demo service: a notes API for the suite that `probity init` writes. It is no contract of the reference
//! deployment; `Deployment::start_demo` serves it alone.
//!
//! | call | answer |
//! | --- | --- |
//! | `GET /notes` | 200, all notes |
//! | `POST /notes` | 201, the new note; 401 without credentials; 422 without a text |
//! | `GET /notes/{id}` | 200, the note; 404 |
//! | `DELETE /notes/{id}` | 204; 401; 404 |

mod faults;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{map_response, map_response_with_state};
use axum::response::Response;
use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::contract::{Memories, Route, Service, State};
use crate::reference::render;

pub(crate) use faults::FAULTS;

/// The credentials in `targets/reference.yaml` of the suite.
const WRITER: &str = "Bearer demo-writer";

/// The media type of refusals.
const PROBLEM: &str = "application/problem+json";

/// More notes than this are refused, so that the service does not grow without bound.
const MAX_NOTES: usize = 10_000;

const ROUTES: &[Route<Notes>] = &[
    ("/notes", &[("GET", list), ("POST", add)]),
    ("/notes/{id}", &[("GET", read), ("DELETE", delete)]),
];

/// Makes the demo service ready to serve.
pub(crate) fn router(context: &Arc<Context>) -> (Router, Arc<Memories>) {
    let service = Service::new(context, ROUTES);
    let router = service
        .router
        .fallback(async |_: Call| refuse(StatusCode::NOT_FOUND, "No such resource"))
        .layer(map_response(explained))
        .layer(map_response_with_state(Arc::clone(context), render::render));
    let memories = Memories(vec![("notes", service.memory)]);
    (router, Arc::new(memories))
}

/// Turns a refusal that no handler of the demo service made, such as of a path that cannot be decoded, into one of it.
async fn explained(mut response: Response) -> Response {
    if let Some(answer) = response.extensions_mut().get_mut::<Answer>()
        && (answer.status.is_client_error() || answer.status.is_server_error())
        && !answer.headers.iter().any(|(_, value)| value == PROBLEM)
    {
        let reason = answer.status.canonical_reason().unwrap_or("Refused");
        let mut own = refuse(answer.status, reason);
        let others = answer.headers.iter();
        let others = others.filter(|(name, _)| *name != header::CONTENT_TYPE);
        own.headers.extend(others.cloned());
        *answer = own;
    }
    response
}

/// The notes by number, and the number of the next one.
#[derive(Debug)]
struct Notes {
    texts: BTreeMap<u64, String>,
    next: u64,
}

impl State for Notes {
    fn initial() -> Self {
        Self {
            texts: [(1, "Water the plants".into()), (2, "Call the bank".into())].into(),
            next: 3,
        }
    }

    fn to_json(&self) -> Value {
        let notes = self.texts.iter();
        Value::Array(notes.map(|(number, text)| note(*number, text)).collect())
    }
}

impl Notes {
    /// The number in the path of a call, if there is such a note.
    fn find(&self, call: &Call) -> Result<u64, Answer> {
        let number = call.parameter("id").strip_prefix("note-");
        let number = number.and_then(|digits| digits.parse().ok());
        number
            .filter(|number| self.texts.contains_key(number))
            .ok_or_else(|| refuse(StatusCode::NOT_FOUND, "No such note"))
    }
}

fn note(number: u64, text: &str) -> Value {
    json!({ "id": format!("note-{number}"), "text": text })
}

#[expect(clippy::unnecessary_wraps, reason = "every handler has this signature")]
fn list(context: &Context, notes: &mut Notes, _: &Call) -> Result<Answer, Answer> {
    let mut body = notes.to_json();
    if context.switches.fault(Fault::NUMERIC_IDS) {
        let notes = body.as_array_mut();
        for (number, note) in (1..).zip(notes.into_iter().flatten()) {
            note["id"] = Value::from(number);
        }
    }
    Ok(Answer::json(StatusCode::OK, body))
}

fn add(context: &Context, notes: &mut Notes, call: &Call) -> Result<Answer, Answer> {
    if let Err(refusal) = authorize(call)
        && !context.switches.fault(Fault::OPEN_TO_ALL)
    {
        return Err(refusal);
    }
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let text = body.get("text").and_then(Value::as_str);
    let text = match text.filter(|text| !text.is_empty()) {
        Some(text) => text,
        None if context.switches.fault(Fault::EMPTY_NOTES) => "untitled",
        None => {
            return Err(refuse(
                StatusCode::UNPROCESSABLE_ENTITY,
                "A note needs a text",
            ));
        }
    };
    if notes.texts.len() >= MAX_NOTES {
        return Err(refuse(StatusCode::INSUFFICIENT_STORAGE, "Too many notes"));
    }
    let number = notes.next;
    notes.next += 1;
    if !context.switches.fault(Fault::LOST_NOTE) {
        notes.texts.insert(number, text.to_owned());
    }
    let mut answer = Answer::json(StatusCode::CREATED, note(number, text));
    if let Ok(place) = HeaderValue::from_str(&format!("/notes/note-{number}")) {
        answer.set(header::LOCATION, place);
    }
    Ok(answer)
}

fn read(context: &Context, notes: &mut Notes, call: &Call) -> Result<Answer, Answer> {
    let number = match notes.find(call) {
        Ok(number) => number,
        Err(_) if context.switches.fault(Fault::UNKNOWN_NOTE_IS_EMPTY) => {
            return Ok(Answer::json(StatusCode::OK, json!({})));
        }
        Err(refusal) => return Err(refusal),
    };
    let text = notes.texts.get(&number).map_or("", String::as_str);
    Ok(Answer::json(StatusCode::OK, note(number, text)))
}

fn delete(_: &Context, notes: &mut Notes, call: &Call) -> Result<Answer, Answer> {
    authorize(call)?;
    let number = notes.find(call)?;
    notes.texts.remove(&number);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn authorize(call: &Call) -> Result<(), Answer> {
    if call.header("authorization") == Some(WRITER) {
        return Ok(());
    }
    let refusal = refuse(StatusCode::UNAUTHORIZED, "Credentials needed");
    Err(refusal.with(header::WWW_AUTHENTICATE, "Bearer"))
}

/// A refusal as RFC 9457 has it.
fn refuse(status: StatusCode, title: &str) -> Answer {
    let body = json!({ "title": title, "status": status.as_u16() });
    Answer::json(status, body).with(header::CONTENT_TYPE, PROBLEM)
}
