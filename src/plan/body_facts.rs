//! Facts about the body of a request: its length and its SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, Digest, SHA256};
use serde_json::Value;

use crate::model::{BodyFact, SentBody, hexadecimal};

/// The facts, each under its name.
pub(crate) fn facts(body: &SentBody) -> Vec<(String, Value)> {
    let digest = digest(body);
    let value = |fact: BodyFact| match fact {
        BodyFact::Sha256 => Value::from(hexadecimal(digest.as_ref())),
        BodyFact::Sha256Base64 => Value::from(STANDARD.encode(digest.as_ref())),
        BodyFact::Length => Value::from(body.len()),
    };
    let facts = BodyFact::ALL.into_iter();
    facts
        .map(|fact| (fact.key().to_owned(), value(fact)))
        .collect()
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256(body: &SentBody) -> String {
    hexadecimal(digest(body).as_ref())
}

fn digest(body: &SentBody) -> Digest {
    let mut context = Context::new(&SHA256);
    for block in body.blocks() {
        context.update(&block);
    }
    context.finish()
}
