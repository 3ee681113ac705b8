//! A named answer: the script, what the case expects of it, and what must come of it.

use crate::support::script::Act;

/// One row of the table.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) name: &'static str,
    /// What the server does.
    pub(crate) script: Vec<Act>,
    /// The block of the case that asks, without `proves`.
    pub(crate) checks: &'static str,
    /// What must come of it on each transport: normal, exact, raw.
    pub(crate) outcomes: [Outcome; 3],
    /// Does it take all the time there is?
    pub(crate) lasts: bool,
}

/// What a case must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The contract of the case is met, in spite of the manner: why that is right stands in the table.
    Met,
    /// Verdict `fail`, with a finding of this kind.
    Fails(&'static str),
    /// Verdict `error`, with no answer of this kind.
    Unheard(&'static str),
    /// Verdict `error` though there was an answer: it only puts off, for longer than the run waits.
    PutOff,
}

use Outcome::{Fails, Met, PutOff, Unheard};

/// What a case expects unless the row says otherwise.
const CHECKS: &str =
    "status: 200, headers: { Content-Type: <media-type application/json> }, json: { ok: true }";

/// The body that meets it.
pub(crate) const BODY: &str = r#"{"ok":true}"#;

/// The same on every transport.
pub(crate) fn fails(name: &'static str, script: Vec<Act>, kind: &'static str) -> Answer {
    answer(name, script, [Fails(kind); 3])
}

/// The same on every transport.
pub(crate) fn put_off(name: &'static str, script: Vec<Act>) -> Answer {
    answer(name, script, [PutOff; 3])
}

/// The same on every transport.
pub(crate) fn unheard(name: &'static str, script: Vec<Act>, kind: &'static str) -> Answer {
    answer(name, script, [Unheard(kind); 3])
}

/// The same on every transport.
pub(crate) fn met(name: &'static str, script: Vec<Act>) -> Answer {
    answer(name, script, [Met; 3])
}

/// Clients forgive it; the raw transport says that it is not HTTP.
pub(crate) fn forgiven(name: &'static str, script: Vec<Act>) -> Answer {
    answer(name, script, [Met, Met, Unheard("not-http")])
}

pub(crate) fn answer(name: &'static str, script: Vec<Act>, outcomes: [Outcome; 3]) -> Answer {
    Answer {
        name,
        script,
        checks: CHECKS,
        outcomes,
        lasts: false,
    }
}

impl Answer {
    pub(crate) fn checked(self, checks: &'static str) -> Answer {
        Answer { checks, ..self }
    }

    pub(crate) fn lasting(self) -> Answer {
        Answer {
            lasts: true,
            ..self
        }
    }
}

/// These bytes, and the end of the connection.
pub(crate) fn say(bytes: impl AsRef<[u8]>) -> Vec<Act> {
    vec![Act::Say(bytes.as_ref().to_vec())]
}

/// An answer of 200 whose body is these bytes, with a true length.
pub(crate) fn body(bytes: impl AsRef<[u8]>) -> Vec<Act> {
    with(200, "Content-Type: application/json\r\n", bytes)
}

/// An answer with these fields and this body, with a true length, on a connection that stays.
pub(crate) fn with(status: u16, fields: &str, bytes: impl AsRef<[u8]>) -> Vec<Act> {
    let bytes = bytes.as_ref();
    let length = bytes.len();
    let head = format!("HTTP/1.1 {status} X\r\n{fields}Content-Length: {length}\r\n\r\n");
    vec![Act::Say([head.as_bytes(), bytes].concat()), Act::Keep]
}

/// 200 with these fields of the framing, and then these bytes as they are.
pub(crate) fn framed(fields: &str, bytes: impl AsRef<[u8]>) -> Vec<Act> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{fields}\r\n");
    say([head.as_bytes(), bytes.as_ref()].concat())
}

/// A chunked answer of these bytes.
pub(crate) fn chunked(bytes: impl AsRef<[u8]>) -> Vec<Act> {
    framed("Transfer-Encoding: chunked\r\n", bytes)
}

/// What was said, and then the same bytes so many times.
pub(crate) fn and_repeat(script: Vec<Act>, bytes: impl AsRef<[u8]>, times: usize) -> Vec<Act> {
    and(script, Act::Repeat(bytes.as_ref().to_vec(), times))
}

/// What was said, and one act more.
pub(crate) fn and(mut script: Vec<Act>, act: Act) -> Vec<Act> {
    script.retain(|act| !matches!(act, Act::Keep));
    script.push(act);
    script
}
