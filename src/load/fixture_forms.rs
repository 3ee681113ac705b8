//! The forms of fixtures: declared in contracts, checked in target files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::{SchemaDocuments, SchemaLibrary, json_equal};
use crate::load::format::{ContractFile, DeclaredFixture, FixtureFormat};
use crate::load::node::{Key, Kind, Node};
use crate::load::record::{reject, reject_type};
use crate::model::{Contract, Diagnostic, FixtureForm, Span};
use crate::text::excerpt::short_json;

/// The most of a schema that is shown.
const SHOWN: usize = 200;

/// The forms that a contract declares, by the full names of the fixtures.
pub(crate) fn read(
    file: &ContractFile<'_>,
    contract: &Contract,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, FixtureForm> {
    let mut forms = BTreeMap::new();
    for (key, fixture) in file.fixtures.iter().flat_map(|entries| &entries.0) {
        let DeclaredFixture::Formed(format) = fixture else {
            continue;
        };
        let form = FixtureForm {
            schema: format.schema.and_then(|node| schema(node, diagnostics)),
            distinct_from: others(format, key, contract, diagnostics),
            span: key.span,
        };
        forms.insert(contract.full_name(&key.text), form);
    }
    forms
}

/// The schema, if it is valid by itself.
fn schema(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Value> {
    if !matches!(node.kind, Kind::Object(_)) {
        reject_type(node, "an inline schema", diagnostics);
        return None;
    }
    if node.has_broken() {
        return None;
    }
    let schema = node.to_json();
    let errors = match SchemaLibrary::new(&SchemaDocuments::new()) {
        Ok(library) => library.compile_inline(&schema).err().unwrap_or_default(),
        Err(errors) => errors,
    };
    for error in &errors {
        let at = node.locate(&error.pointer);
        let diagnostic = Diagnostic::error("contract/fixture-schema", at, error.message.clone());
        let candidates = error
            .candidates
            .iter()
            .map(|name| format!("did you mean `{name}`?"));
        diagnostics.push(candidates.fold(diagnostic, Diagnostic::help));
    }
    errors.is_empty().then_some(schema)
}

/// The fixtures that must differ from this one.
fn others(
    format: &FixtureFormat<'_>,
    key: &Key,
    contract: &Contract,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut others = Vec::new();
    for name in format.distinct_from.iter().flat_map(|names| &names.0) {
        let full = contract.full_name(name.value);
        if contract.fixtures.contains_key(&full) && name.value != key.text {
            others.push(full);
            continue;
        }
        let message = format!(
            "no other fixture `{}` under `fixtures`",
            name.value.escape_debug()
        );
        let own = format!("{}.", contract.name);
        let known = contract.fixtures.keys();
        let known = known.map(|known| known.strip_prefix(&own).unwrap_or(known));
        diagnostics.push(
            Diagnostic::error("contract/unknown-fixture", name.span, message)
                .suggest(name.value, known),
        );
    }
    others
}

/// A fixture in a target file.
pub(crate) struct PlacedFixture<'n> {
    /// The full name.
    pub(crate) name: &'n str,
    /// The value in the file.
    pub(crate) node: &'n Node,
    /// The value with environment variables filled in.
    pub(crate) value: Value,
    /// Does the value come from the environment? Then it is not shown.
    pub(crate) is_secret: bool,
}

/// Checks the fixtures of a target file against their forms.
pub(crate) fn check(
    fixtures: &[PlacedFixture<'_>],
    forms: &BTreeMap<String, FixtureForm>,
    written: &dyn Fn(Span) -> String,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for fixture in fixtures {
        let Some(form) = forms.get(fixture.name) else {
            continue;
        };
        if let Some(schema) = &form.schema
            && let Some(expected) = refused(schema, &fixture.value, fixture.is_secret)
        {
            reject(fixture.node, diagnostics, || {
                unfit(fixture, &expected, &written(fixture.node.span), form)
            });
        }
        for other in &form.distinct_from {
            let other = fixtures.iter().find(|one| one.name == other);
            let Some(other) = other.filter(|other| is_same(&fixture.value, &other.value)) else {
                continue;
            };
            let message = format!(
                "`{}` has the value of `{}`, expected another one",
                fixture.name, other.name
            );
            diagnostics.push(
                Diagnostic::error("target/same-fixture", fixture.node.span, message)
                    .also(other.node.span, "the other fixture"),
            );
        }
    }
}

/// What the schema expects, if it rejects the value.
fn refused(schema: &Value, value: &Value, is_secret: bool) -> Option<String> {
    let library = SchemaLibrary::new(&SchemaDocuments::new()).ok()?;
    let violations = library.compile_inline(schema).ok()?.violations(value);
    let first = violations.into_iter().next()?;
    let described = schema.get("description").and_then(Value::as_str);
    Some(match described {
        Some(words) => format!("expected {words}"),
        None if is_secret => format!("the rule `{}` rejects it", first.rule.keyword),
        // What it is, the diagnostic says itself.
        None => match first.message.split_once(", expected ") {
            Some((_, kind)) if first.rule.keyword == "type" && first.pointer.is_empty() => {
                let article = if kind.starts_with(['a', 'i', 'o']) {
                    "an"
                } else {
                    "a"
                };
                match kind {
                    "null" => "expected null".to_owned(),
                    _ => format!("expected {article} {kind}"),
                }
            }
            _ if first.pointer.is_empty() => first.message,
            _ => format!("{}: {}", first.pointer, first.message),
        },
    })
}

fn unfit(
    fixture: &PlacedFixture<'_>,
    expected: &str,
    written: &str,
    form: &FixtureForm,
) -> Diagnostic {
    let found = if fixture.is_secret {
        "a value from the environment".to_owned()
    } else {
        fixture.node.describe()
    };
    let name = fixture.name;
    let message = if expected.starts_with("expected ") {
        format!("`{name}` is {found}, {expected}")
    } else {
        format!("`{name}` does not have its form: {expected}")
    };
    let diagnostic = Diagnostic::error("target/fixture-form", fixture.node.span, message)
        .also(form.span, "declared here");
    let quoted = Value::from(written);
    let schema = form.schema.as_ref();
    let fits_quoted = schema.is_some_and(|schema| refused(schema, &quoted, false).is_none());
    if matches!(fixture.node.kind, Kind::Number(_)) && fits_quoted {
        diagnostic.help(format!("quote it: \"{written}\""))
    } else if let Some(schema) = schema {
        let schema = short_json(schema, SHOWN);
        diagnostic.help(format!("write a value that its schema accepts: {schema}"))
    } else {
        diagnostic
    }
}

/// Equal values, texts in any letter case: user names and GUIDs have none.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.eq_ignore_ascii_case(other),
        _ => json_equal(one, other),
    }
}
