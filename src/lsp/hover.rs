//! Hover: what the thing at the cursor means.

use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};

use crate::lsp::complete::schemas_of;
use crate::lsp::cursor::Slot;
use crate::lsp::goto::{at_end_of_word, symbol_at};
use crate::lsp::grammar::Grammar;
use crate::lsp::index::{FileIndex, NameKind, Role};
use crate::lsp::markers;
use crate::lsp::position::Lines;
use crate::lsp::suite::{Suite, Symbol};
use crate::lsp::tree;

/// The hover of an offset in a file.
pub(crate) fn hover(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
    lines: &Lines<'_>,
) -> Value {
    let by_name = || {
        let one = file.at(offset)?;
        let symbol = symbol_at(suite, path, file, offset)?;
        Some((one.range.clone(), of_symbol(suite, &symbol)?))
    };
    let found = by_name()
        .or_else(|| markers::around(&file.text, offset))
        .or_else(|| of_key(suite, path, file, offset));
    match found {
        Some((range, text)) => json!({
            "contents": { "kind": "markdown", "value": text },
            "range": lines.range(&range)
        }),
        None => Value::Null,
    }
}

fn of_symbol(suite: &Suite, symbol: &Symbol) -> Option<String> {
    let described = |what: &str, of: fn(&FileIndex) -> &[(String, String)]| {
        suite.contracts().find_map(|(contract, _, file)| {
            let mut names = of(file).iter();
            let (name, about) = names.find(|(name, _)| {
                *name == symbol.name || format!("{contract}.{name}") == symbol.name
            })?;
            Some(format!("{what} `{name}` of `{contract}`\n\n{about}"))
        })
    };
    match symbol.kind {
        NameKind::Requirement => {
            let (contract, one) = suite.requirement(&symbol.name)?;
            Some(one.doc(contract))
        }
        NameKind::Fixture => described("Fixture", |file| &file.declared.fixtures),
        NameKind::Identity => described("Identity", |file| &file.declared.identities),
        NameKind::Capability => described("Capability", |file| &file.declared.capabilities),
        NameKind::SharedStep => suite.contracts().find_map(|(contract, _, file)| {
            let mut steps = file.declared.steps.iter();
            let step = steps.find(|step| step.name == symbol.name)?;
            let list = |what: &str, names: &[String]| {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                if names.is_empty() {
                    String::new()
                } else {
                    format!("\n\n{what}: {}", names.join(", "))
                }
            };
            Some(format!(
                "Step `{}` of `{contract}`\n\n{}{}{}",
                step.name,
                step.title,
                list("Parameters", &step.parameters),
                list("Captures", &step.captures)
            ))
        }),
        NameKind::Rule => suite.contracts().find_map(|(contract, _, file)| {
            let mut rules = file.declared.rules.iter();
            let rule = rules.find(|rule| rule.id == symbol.name)?;
            let operations = rule.operations.join("`, `");
            Some(format!(
                "Rule `{}` of `{contract}`: `{operations}`",
                rule.id
            ))
        }),
        NameKind::Case => suite.files.values().find_map(|file| {
            let mut cases = file.cases.iter();
            let case = cases.find(|case| case.id == symbol.name)?;
            matches!(file.role, Role::Cases { .. })
                .then(|| format!("Case `{}`\n\n{}", case.id, case.title))
        }),
        NameKind::Schema => {
            let schemas = crate::lsp::json_schema::Schemas::named(suite, &symbol.name);
            schemas
                .doc()
                .map(|doc| format!("Schema `{}`\n\n{doc}", symbol.name))
        }
        NameKind::Capture | NameKind::Variable | NameKind::Row => written(suite, symbol),
        NameKind::Need | NameKind::Service | NameKind::Parameter | NameKind::BodyFile => None,
    }
}

/// The line in which a capture, a variable or a value of a row is defined. It is part of a case file, which has no secrets.
fn written(suite: &Suite, symbol: &Symbol) -> Option<String> {
    let places = suite.places(symbol);
    let place = places.iter().find(|place| place.is_definition)?;
    let text = &place.file.text;
    let start = text[..place.range.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default().trim();
    Some(format!("```yaml\n{line}\n```"))
}

/// The docs of a key, or of a member of a JSON body.
fn of_key(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
) -> Option<(Range<usize>, String)> {
    let cursor = at_end_of_word(&file.text, offset);
    let key = file.text.get(cursor.typed.clone())?;
    let is_key = cursor.slot == Slot::Key
        || cursor.slot == Slot::Open
            && file.text[cursor.typed.end..]
                .trim_start_matches(['"', '\'', ' '])
                .starts_with(':');
    if !is_key || key.is_empty() || offset < cursor.typed.start {
        return None;
    }
    let grammar = file.role.format().and_then(Grammar::of)?;
    let mut whole = cursor.path.clone();
    whole.push(crate::lsp::cursor::Segment::Key(key.to_owned()));
    let object = grammar.spot(&cursor.path);
    let known = object.keys().into_iter().find(|known| known.name == key);
    let spot = grammar.spot(&whole);
    let in_body = || {
        spot.free.filter(|(depth, _, _)| *depth < whole.len())?;
        let tree = tree::read(&path.display().to_string(), &file.text)?;
        let schemas = schemas_of(suite, &file.role, Some(&tree.root), &whole, &spot);
        schemas
            .iter()
            .find_map(crate::lsp::json_schema::Schemas::doc)
    };
    let doc = known
        .map(|known| known.doc.to_owned())
        .or_else(in_body)
        .filter(|doc| !doc.is_empty())?;
    Some((cursor.typed, format!("`{key}`\n\n{doc}")))
}
