//! Credentials that recorded answers gave: cookies, and members that are named like credentials.

use std::collections::BTreeSet;

use crate::import::traffic::group::Item;
use crate::import::traffic::vault::Vault;

/// Recognises cases of a recording of Probity that keep cookies: they send some without an identity.
pub(crate) fn find_jars(items: &mut [Item]) {
    let mut jars: BTreeSet<usize> = BTreeSet::new();
    for item in items {
        let Some(sequence) = item.call.sequence.filter(|_| item.call.stays) else {
            continue;
        };
        if item.call.identity.is_none() && jars.contains(&sequence) {
            item.call
                .headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
            item.call.keeps_cookies = true;
        }
        if item
            .call
            .answers
            .iter()
            .any(|answer| answer.header("set-cookie").is_some())
        {
            jars.insert(sequence);
        }
    }
}

/// Secrets in recorded answers: what later requests send must not be written where an answer has it.
pub(crate) fn keep(items: &[Item], vault: &mut Vault) {
    for item in items {
        for answer in &item.call.answers {
            for (name, value) in &answer.headers {
                if name.eq_ignore_ascii_case("set-cookie") {
                    let pair = value.split(';').next().unwrap_or_default();
                    let value = pair.split_once('=').map_or("", |(_, value)| value);
                    if crate::redact::is_unlikely_elsewhere(value) {
                        vault.keep(value, None);
                    }
                }
            }
            let body = answer.body.as_deref().unwrap_or_default();
            if body.len() <= 1 << 20
                && let Ok(value) = serde_json::from_slice::<serde_json::Value>(body)
            {
                keep_json("", &value, vault);
            }
        }
    }
}

fn keep_json(name: &str, value: &serde_json::Value, vault: &mut Vault) {
    use serde_json::Value;
    match value {
        Value::String(text)
            if super::credential::is_secret(name, text)
                && crate::redact::is_unlikely_elsewhere(text) =>
        {
            vault.keep(text, None);
        }
        Value::Array(items) => items
            .iter()
            .take(1000)
            .for_each(|item| keep_json(name, item, vault)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, member)| keep_json(name, member, vault)),
        _ => {}
    }
}
