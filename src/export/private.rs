//! What no document may show: values of cases that are credentials, by the rules that imports and recordings have.

use serde_json::Value;

use crate::model::Secret;
use crate::redact::Redactor;
use crate::redact::credentials::{is_credential, is_credential_if_long, is_secret_value, spots};

/// Knows what is private: credentials by their names and by what they look like, and the secrets of targets.
#[derive(Debug)]
pub(super) struct Private {
    redactor: Redactor,
}

impl Private {
    /// With the secrets of the targets of a suite.
    pub(super) fn new(secrets: &[Secret]) -> Private {
        Private {
            redactor: Redactor::new(secrets),
        }
    }

    /// Is a value with this name private?
    pub(super) fn is_private(&self, name: &str, value: &Value) -> bool {
        let text = match value {
            Value::Null | Value::Bool(_) => return false,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        is_credential(name) || is_credential_if_long(name, &text) || self.has(value)
    }

    /// Is anything in a value private?
    pub(super) fn has(&self, value: &Value) -> bool {
        // Names of members, and pairs such as `{"name": "password", "value": ...}`.
        self.is_in(&value.to_string()) || self.is_in_text_of(value)
    }

    fn is_in_text_of(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(items) => items.iter().any(|item| self.is_in_text_of(item)),
            Value::Object(members) => members.values().any(|member| self.is_in_text_of(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn is_in(&self, text: &str) -> bool {
        is_secret_value(text)
            || !spots(text.as_bytes()).is_empty()
            || self.redactor.redact(text) != text
    }

    /// A note without what is private in it.
    pub(super) fn shown(&self, note: &str) -> String {
        let mut bytes = note.as_bytes().to_vec();
        for spot in spots(note.as_bytes()).into_iter().rev() {
            bytes.splice(spot.range, *b"...");
        }
        let note = String::from_utf8_lossy(&bytes).into_owned();
        self.redactor.redact(&note).into_owned()
    }

    /// Takes the secrets of targets out of every text of a document: a title or an answer may have one.
    pub(super) fn hide(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.redactor.redact(text).into_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.hide(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn credentials_are_private_by_name_by_value_and_as_secrets_of_a_target() {
        let private = Private::new(&[Secret::new("s3cr3t-of-target")]);
        for (name, value) in [
            ("X-Api-Key", json!("demo")),
            ("password", json!("hunter22")),
            ("pin", json!(4711)),
            ("code", json!("q8Zr2LmXv0PtK4aB")),
            ("note", json!("ghp_0123456789abcdef")),
            ("note", json!("see https://a.example/x?token=abc")),
            ("note", json!("it is s3cr3t-of-target")),
            ("session", json!(["a", "b"])),
        ] {
            assert!(private.is_private(name, &value), "{name} {value}");
        }
        for (name, value) in [
            ("limit", json!("10")),
            ("code", json!("not-found")),
            ("token_type", json!("bearer")),
            ("password", json!(null)),
            ("Accept-Language", json!("en")),
        ] {
            assert!(!private.is_private(name, &value), "{name} {value}");
        }
        assert!(private.has(&json!({ "a": [{ "name": "password", "value": "hunter22" }] })));
        assert!(private.has(&json!({ "user": { "otp": 123_456 } })));
        assert!(!private.has(&json!({ "user": "ann", "sort": ["name"] })));
        let mut document = json!({ "title": "with s3cr3t-of-target", "n": [1] });
        private.hide(&mut document);
        assert_eq!(document, json!({ "title": "with [secret]", "n": [1] }));
    }
}
