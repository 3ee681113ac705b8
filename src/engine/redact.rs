//! Secrets out of everything that is shown: by value, in every form in which a value travels.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::{CaseReport, ExchangeReport, Secret};

/// What stands where a secret stood.
pub const PLACEHOLDER: &str = "[secret]";

/// Finds secrets in text.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Every form of every secret, longest first, so that no form hides in a longer one.
    forms: Vec<String>,
}

impl Redactor {
    /// Knows each secret as it is, percent-encoded, in base64, and escaped as in a JSON string.
    pub fn new(secrets: &[Secret]) -> Redactor {
        let mut forms: Vec<String> = secrets
            .iter()
            .flat_map(|secret| forms_of(secret.expose()))
            .collect();
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        forms.dedup();
        Redactor { forms }
    }

    /// The text without secrets.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for form in &self.forms {
            if text.contains(form.as_str()) {
                text = Cow::Owned(text.replace(form.as_str(), PLACEHOLDER));
            }
        }
        text
    }

    /// Does the text hold a secret in any form?
    pub fn finds(&self, text: &str) -> bool {
        self.forms.iter().any(|form| text.contains(form.as_str()))
    }

    /// Takes secrets out of every text of a case that could hold one: all but names and verdicts,
    /// which come from us.
    pub(crate) fn redact_case(&self, case: &mut CaseReport) {
        if self.forms.is_empty() {
            return;
        }
        self.clean(&mut case.title);
        self.clean(&mut case.reason);
        self.clean(&mut case.place.source);
        case.left_behind
            .iter_mut()
            .for_each(|text| self.clean(text));
        for finding in &mut case.findings {
            self.clean(&mut finding.message);
            self.clean(&mut finding.expected);
            self.clean(&mut finding.actual);
            self.clean(&mut finding.place.source);
            finding.pointer.iter_mut().for_each(|text| self.clean(text));
            finding.header.iter_mut().for_each(|text| self.clean(text));
            for line in finding.diff.iter_mut().flat_map(|diff| &mut diff.lines) {
                self.clean(&mut line.pointer);
                self.clean(&mut line.note);
                if self.finds(&line.text) {
                    self.clean(&mut line.text);
                    line.marks.clear();
                }
            }
        }
        for step in &mut case.steps {
            self.clean(&mut step.title);
            if let Some(exchange) = &mut step.exchange {
                self.redact_exchange(exchange);
            }
        }
    }

    fn redact_exchange(&self, exchange: &mut ExchangeReport) {
        self.clean(&mut exchange.url);
        self.clean(&mut exchange.curl);
        self.redact_headers(&mut exchange.request_headers);
        exchange
            .request_body
            .iter_mut()
            .for_each(|body| self.clean(&mut body.text));
        if let Some(response) = &mut exchange.response {
            self.clean(&mut response.reason);
            self.clean(&mut response.trailing);
            self.redact_headers(&mut response.headers);
            response
                .body
                .iter_mut()
                .for_each(|body| self.clean(&mut body.text));
        }
        exchange
            .no_answer
            .iter_mut()
            .for_each(|no_answer| self.clean(&mut no_answer.detail));
    }

    fn redact_headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            self.clean(name);
            self.clean(value);
        }
    }

    pub(crate) fn clean(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }
}

fn forms_of(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    vec![
        secret.to_owned(),
        percent.to_lowercase(),
        percent,
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        json[1..json.len() - 1].to_owned(),
        json[1..json.len() - 1].replace('/', "\\/"),
    ]
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} forms)", self.forms.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let redactor = Redactor::new(&[Secret::new("a/b\"c d")]);
        for text in [
            "x a/b\"c d y",
            "a%2Fb%22c%20d",
            "YS9iImMgZA==",
            "YS9iImMgZA",
            "{\"t\":\"a/b\\\"c d\"}",
        ] {
            assert!(redactor.redact(text).contains(PLACEHOLDER), "{text}");
            assert!(!redactor.finds(&redactor.redact(text)), "{text}");
        }
        assert_eq!(redactor.redact("nothing here"), "nothing here");
    }

    #[test]
    fn the_longer_of_two_secrets_goes_first() {
        let redactor = Redactor::new(&[Secret::new("token"), Secret::new("token-long")]);
        assert_eq!(redactor.redact("token-long token"), "[secret] [secret]");
    }
}
