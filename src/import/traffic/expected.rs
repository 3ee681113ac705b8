//! Takes credentials out of what a source expects of an answer.

use serde_json::Value;

use crate::import::literal;
use crate::import::traffic::call::Call;
use crate::import::traffic::credential::{
    has_spots, is_credential_field, is_secret_name, is_secret_value,
};
use crate::import::traffic::marked;
use crate::import::traffic::scripted::{Check, Pattern};
use crate::import::traffic::value::Fixtures;
use crate::import::traffic::vault::Vault;
use crate::import::yaml::{Entry, Yaml, file};
use crate::model::Diagnostic;

/// Replaces expected values that are credentials by `<non-empty>` or by fixtures.
pub(crate) fn hide(
    call: &mut Call,
    vault: &mut Vault,
    fixtures: &mut Fixtures,
    found: &mut Vec<Diagnostic>,
) {
    let before = call.checks.len();
    // A path that has a credential in it selects something else without it.
    call.checks.retain(|check| {
        !paths(check)
            .iter()
            .any(|path| has_spots(path) || vault.is_in(path))
    });
    let mut is_hidden = call.checks.len() < before;
    for check in &mut call.checks {
        is_hidden |= hide_in(check, vault, fixtures);
    }
    call.checks.retain(says_something);
    if !is_hidden {
        return;
    }
    let message = "a credential is expected of the answer; it is not written";
    let diagnostic = match call.span {
        Some(span) => Diagnostic::error(
            "import/credential",
            crate::model::Span {
                end: span.start,
                ..span
            },
            message,
        ),
        None => Diagnostic::error_without_place(
            "import/credential",
            format!("{}: {message}", call.place),
        ),
    };
    found.push(diagnostic.as_warning().help(
        "the case expects `<non-empty>`, a fixture, or nothing in its place: write what it must be without the credential",
    ));
}

/// Are conditions left?
fn says_something(check: &Check) -> bool {
    let has_any =
        |conditions: &[(String, Pattern)]| conditions.iter().any(|(key, _)| key != "or-none");
    match check {
        Check::Select(_, conditions) | Check::Xml(_, conditions) => has_any(conditions),
        // One that holds always makes the others nothing.
        Check::AnyOf(all) => all.iter().all(|(_, conditions)| has_any(conditions)),
        _ => true,
    }
}

fn paths(check: &Check) -> Vec<&str> {
    match check {
        Check::Select(path, _) | Check::Xml(path, _) => vec![path],
        Check::AnyOf(all) => all.iter().map(|(path, _)| path.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// Was anything replaced?
fn hide_in(check: &mut Check, vault: &mut Vault, fixtures: &mut Fixtures) -> bool {
    match check {
        Check::Status(_) | Check::Bytes(..) | Check::Within(_) => false,
        Check::Header(name, pattern) => {
            let is_named = is_credential_field(name)
                || is_secret_name(name)
                || name.eq_ignore_ascii_case("set-cookie");
            hide_pattern(pattern, is_named, vault)
        }
        Check::Cookie(_, part, pattern) => {
            let is_value = part
                .as_deref()
                .is_none_or(|part| part.eq_ignore_ascii_case("value"));
            hide_pattern(pattern, is_value, vault)
        }
        Check::Text(pattern) => hide_pattern(pattern, false, vault),
        Check::Select(path, conditions) | Check::Xml(path, conditions) => {
            hide_conditions(path, conditions, vault)
        }
        Check::AnyOf(all) => {
            let mut is_hidden = false;
            for (path, conditions) in all {
                is_hidden |= hide_conditions(path, conditions, vault);
            }
            is_hidden
        }
        Check::Json(value) => {
            let before = value.clone();
            vault.take_json("", value, fixtures);
            *value != before
        }
        Check::XmlEquals(text) => {
            let spotted = vault.spotted(text, fixtures);
            let is_hidden = spotted != *text;
            *text = spotted;
            is_hidden
        }
    }
}

fn hide_conditions(path: &str, conditions: &mut Vec<(String, Pattern)>, vault: &Vault) -> bool {
    let names = path.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    let is_named = names.into_iter().any(is_secret_name);
    let mut is_hidden = false;
    // That something is not a credential says nothing without it.
    conditions.retain_mut(|(key, pattern)| {
        let is_kept = key != "none" || !hide_pattern(pattern, is_named, vault);
        is_hidden |= !is_kept;
        is_kept
    });
    for (key, pattern) in conditions.iter_mut() {
        if key != "count" {
            let is_here = hide_pattern(pattern, is_named, vault);
            // `equal` takes values, and no patterns.
            if is_here && key == "equal" {
                "each".clone_into(key);
            }
            is_hidden |= is_here;
        }
    }
    is_hidden
}

fn hide_pattern(pattern: &mut Pattern, is_named: bool, vault: &Vault) -> bool {
    let is_kept = match &*pattern {
        Pattern::Value(value) => is_free(value) || !is_named && !is_secret_in(value, vault),
        Pattern::Written(yaml) => {
            let text = file(&[], &[Entry::new("x", yaml.clone())]);
            let is_marker = matches!(yaml, Yaml::Text(text) if text.starts_with('<') && text.ends_with('>')
                && text[1..text.len() - 1].bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'?'));
            let has_secret = has_spots(&text)
                || text.split_whitespace().any(is_secret_value)
                || vault.is_in(&text);
            is_marker
                || !is_named
                    && !has_secret
                    && !vault.secrets().any(|secret| {
                        text.contains(&literal::expression(secret)) && secret.len() >= 4
                    })
        }
    };
    if !is_kept {
        *pattern = Pattern::marker(match &*pattern {
            Pattern::Value(Value::Number(_)) => "<number>",
            Pattern::Value(Value::Array(_)) => "<array>",
            Pattern::Value(Value::Object(_)) => "<object>",
            _ => "<non-empty>",
        });
    }
    !is_kept
}

/// Is nothing of it written: a constant, or what a run fills in?
fn is_free(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::String(text) => text.is_empty() || marked::only(text).is_some(),
        _ => false,
    }
}

fn is_secret_in(value: &Value, vault: &Vault) -> bool {
    let text = value.to_string();
    let is_text = |text: &str| has_spots(text) || is_secret_value(text) || vault.is_in(text);
    is_text(&text) || value.as_str().is_some_and(is_text)
}
