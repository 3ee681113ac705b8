//! What is made before the first step of a case, and secrets among what its functions make.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::Engine;
use crate::engine::cookies::Cookies;
use crate::engine::received::values;
use crate::model::{
    CaptureFrom, Case, HeaderValue, Scope, Secret, SentBody, SentRequest, Step, Unresolved,
    ValueSource,
};
use crate::plan::body_facts::facts;
use crate::plan::run_id::RunId;
use crate::plan::values::{Moment, make};
use crate::redact::headers::is_sensitive;

/// A shorter captured value also is in other texts of the run by chance, in bytes.
const SHORTEST_CAPTURED: usize = 8;
/// The most bytes of a body that are searched for secrets.
const SEARCHED: usize = 16 << 20;

impl Engine {
    /// The values of one attempt of a case: those of the recording, or new ones.
    ///
    /// # Errors
    ///
    /// When a variable cannot be filled in.
    pub(super) fn values_of(
        &self,
        case: &Case,
        attempt: usize,
    ) -> Result<BTreeMap<String, Value>, Unresolved> {
        if case.values.is_empty() {
            return Ok(BTreeMap::new());
        }
        if let Some(recorded) = self.source.values(case, attempt) {
            return Ok(recorded);
        }
        let moment = Moment {
            seed: self.seed,
            now: self.now.unwrap_or_else(jiff::Timestamp::now),
            run_id: self.run_id.as_ref().map(RunId::id),
            attempt,
        };
        let values = make(case, &self.target.fixtures, moment)?;
        if case.computes && !self.redactor.knows_nothing() {
            let scope = Scope {
                fixtures: &self.target.fixtures,
                captures: &values,
            };
            for value in &case.values {
                if let ValueSource::Variable(draft) = &value.from {
                    draft.visit_holes(&mut |hole| {
                        hole.derived_secrets(scope, &|value| self.is_secret(value), &mut |text| {
                            self.learn_derived(text);
                        });
                    });
                }
            }
        }
        Ok(values)
    }

    /// Teaches the redactor what functions of a step make of secrets: a digest or an encoding of one is a secret too.
    pub(super) fn learn_secrets_of(&self, case: &Case, step: &Step, scope: Scope<'_>) {
        if !case.computes || self.redactor.knows_nothing() {
            return;
        }
        step.visit_holes(&mut |hole| {
            hole.derived_secrets(scope, &|value| self.is_secret(value), &mut |text| {
                self.learn_derived(text);
            });
        });
    }

    /// Takes note of captured cookies, and of other captured values of header fields that are never shown.
    pub(super) fn note_captured(
        &self,
        case: &Case,
        step: &Step,
        captured: &[(String, Value)],
        cookies: &Cookies,
    ) {
        for (name, value) in captured {
            let capture = step.captures.iter().find(|capture| capture.name == *name);
            let parts = match (capture.map(|capture| &capture.from), value) {
                (Some(CaptureFrom::Cookie(_)), Value::String(text)) => vec![text.as_str()],
                // A line with its attributes: they are no secrets.
                (Some(CaptureFrom::Header(field)), Value::String(text))
                    if is_sensitive(field) && text.contains(';') =>
                {
                    values(field, text)
                }
                (Some(CaptureFrom::Header(field)), Value::String(text)) if is_sensitive(field) => {
                    vec![text.as_str()]
                }
                _ => Vec::new(),
            };
            let is_long = |value: &str| value.len() >= SHORTEST_CAPTURED;
            for part in parts {
                self.note_credential(case, part, is_long, cookies);
            }
        }
    }

    /// Lets reports and recordings show placeholders for header fields that are computed from a secret: a signature cannot
    /// be made again from a recording, which does not have the secret.
    pub(super) fn hide_derived_headers(
        &self,
        case: &Case,
        step: &Step,
        scope: Scope<'_>,
        request: &mut SentRequest,
    ) {
        if !case.computes || self.redactor.knows_nothing() {
            return;
        }
        for line in &step.request.headers {
            let HeaderValue::Lines(lines) = &line.value else {
                continue;
            };
            let mut is_derived = false;
            for template in lines {
                template.visit_holes(&mut |hole| {
                    hole.derived_secrets(scope, &|value| self.is_secret(value), &mut |_| {
                        is_derived = true;
                    });
                });
            }
            if is_derived {
                request.credentials.push(line.name.to_ascii_lowercase());
            }
        }
    }

    /// Teaches the redactor the digest of a body that contains a secret.
    pub(super) fn learn_facts_of(&self, body: Option<&SentBody>) {
        let Some(body) = body.filter(|_| !self.redactor.knows_nothing()) else {
            return;
        };
        let bytes = body.beginning(SEARCHED);
        let text = String::from_utf8_lossy(&bytes);
        if matches!(self.redactor.redact(&text), Cow::Owned(_)) {
            for (_, fact) in facts(body) {
                if let Value::String(digest) = fact {
                    self.learn_derived(digest);
                }
            }
        }
    }

    fn is_secret(&self, value: &Value) -> bool {
        let text = match value {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            value => Cow::Owned(value.to_string()),
        };
        matches!(self.redactor.redact(&text), Cow::Owned(_))
            || !self.redactor.received_in(&text).is_empty()
    }

    fn learn_derived(&self, text: String) {
        if !text.is_empty() {
            self.redactor.learn(&Secret::new(text));
        }
    }
}
