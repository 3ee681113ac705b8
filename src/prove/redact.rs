//! Removes secrets from a proof: it names places in answers, and an answer may echo what was sent.

use serde_json::{Map, Value};

use crate::model::Proof;
use crate::redact::Redactor;

/// Removes secrets from every text of a proof that could come from a target.
pub(super) fn redact(proof: &mut Proof, redactor: &Redactor) {
    let redactor = redactor.for_text(&serde_json::to_string(proof).unwrap_or_default());
    let clean = |text: &mut String| {
        if let std::borrow::Cow::Owned(redacted) = redactor.redact(text) {
            *text = redacted;
        }
    };
    clean(&mut proof.target);
    proof.suite_name.iter_mut().for_each(clean);
    for case in &mut proof.clean.not_green {
        clean(&mut case.reason);
    }
    for place in &mut proof.mutants.unchecked {
        clean(&mut place.operation);
        clean(&mut place.place);
        place.changes.iter_mut().for_each(clean);
    }
    for place in &mut proof.mutants.free {
        clean(&mut place.operation);
        clean(&mut place.place);
    }
    for pair in &mut proof.mutants.elsewhere.pairs {
        clean(&mut pair.operation);
        pair.places.iter_mut().for_each(|at| clean(&mut at.place));
    }
    for check in &mut proof.inverted.blind {
        clean(&mut check.check);
        clean(&mut check.why);
    }
    let alarms = proof.variants.iter_mut();
    for alarm in alarms.flat_map(|variants| &mut variants.false_alarms) {
        clean(&mut alarm.message);
    }
}

/// A value without secrets, in the names of members too.
pub(super) fn redact_value(value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => redactor.redact(&text).into_owned().into(),
        Value::Array(items) => {
            let items = items.into_iter();
            items.map(|item| redact_value(item, redactor)).collect()
        }
        Value::Object(members) => {
            let mut redacted = Map::new();
            for (name, member) in members {
                let mut shown = redactor.redact(&name).into_owned();
                // Two names must not become one: what is counted under them would be lost.
                while redacted.contains_key(&shown) {
                    shown.push('\'');
                }
                redacted.insert(shown, redact_value(member, redactor));
            }
            redacted.into()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
