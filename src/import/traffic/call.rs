//! A request that was recorded or written down, and what is known about its answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::import::traffic::body::Body;
use crate::import::traffic::credential::Credential;
use crate::import::traffic::scripted::{Capture, Check};
use crate::model::Span;

/// Everything that a source says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traffic {
    /// The calls in their order.
    pub(crate) calls: Vec<Call>,
    /// Variables with their values.
    pub(crate) variables: Vec<Variable>,
    /// What was left out on purpose, and how often.
    pub(crate) left_out: BTreeMap<String, usize>,
    /// Texts that must not be written though they are in no call.
    pub(crate) secrets: Vec<String>,
}

/// A variable of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: String,
    /// Its value, if the source has one. It may have variables in it.
    pub(crate) value: Option<String>,
    /// Does the source say that it is a secret?
    pub(crate) is_secret: bool,
    /// Where it is, if that is known.
    pub(crate) span: Option<Span>,
}

/// One request, and what is known about its answer. Texts are [marked](super::marked).
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about a call")]
pub(crate) struct Call {
    /// Where it is: `calls.sh:3`.
    pub(crate) place: String,
    /// The place, for messages.
    pub(crate) span: Option<Span>,
    /// What a person named it.
    pub(crate) name: Option<String>,
    /// The file or folder of the source that it is in, if a person gave it its name.
    pub(crate) folder: Option<String>,
    /// Calls of one number were written as one sequence.
    pub(crate) sequence: Option<usize>,
    /// The name of the sequence, for the id and the title of its case.
    pub(crate) sequence_name: Option<(String, String)>,
    /// Must its sequence stay together whatever is captured?
    pub(crate) stays: bool,
    /// The method.
    pub(crate) method: String,
    /// The URL with its query.
    pub(crate) url: String,
    /// More parameters of the query, decoded.
    pub(crate) query: Vec<(String, String)>,
    /// The header fields in order.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Body,
    /// Credentials beside those in the header fields.
    pub(crate) credential: Option<Credential>,
    /// The name of the identity that sent it, if the source knows it.
    pub(crate) identity: Option<String>,
    /// Names of parameters of the query that the source says are credentials.
    pub(crate) secret_parameters: Vec<String>,
    /// How many redirects are followed.
    pub(crate) follow: Option<u32>,
    /// Does it undo what its sequence did?
    pub(crate) is_undoing: bool,
    /// Are cookies kept between the calls of a sequence?
    pub(crate) keeps_cookies: bool,
    /// Was it sent by a browser, which adds header fields?
    pub(crate) is_browser: bool,
    /// The time limit, as a case writes it.
    pub(crate) timeout: Option<String>,
    /// Repeat it: how long, and how often.
    pub(crate) eventually: Option<(String, String)>,
    /// Answers that came.
    pub(crate) answers: Vec<Answer>,
    /// What the source requires of the answer.
    pub(crate) checks: Vec<Check>,
    /// How many of its requirements of the answer no check states, or only in part.
    pub(crate) lost: usize,
    /// What later calls take from the answer.
    pub(crate) captures: Vec<Capture>,
}

/// An answer that came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The header fields.
    pub(crate) headers: Vec<(String, String)>,
    /// The body; `None` if it is not known.
    pub(crate) body: Option<Arc<[u8]>>,
}

impl Answer {
    /// The value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        let essence = value.split(';').next().unwrap_or_default().trim();
        (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
    }
}

impl Call {
    /// Every text of the request.
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&str) -> String) {
        self.url = change(&self.url);
        for (_, value) in self.query.iter_mut().chain(&mut self.headers) {
            *value = change(value);
        }
        self.body.each_text(change);
        for check in &mut self.checks {
            check.each_text(change);
        }
    }
}
