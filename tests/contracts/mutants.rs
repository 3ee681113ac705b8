//! `tests/mutants`: one change to a good body breaks one rule, and the schema blames just that rule.
//!
//! ```text
//! body   samples/seats-response-partial.json            the good body, below tests/bodies
//! must   seats/result-set.schema.json                   what is required of it
//! should seats/result-set.recommended.schema.json       what is recommended, where there is such a schema
//! unnamed                                               the schemas name no requirement (x-requirement)
//!
//! SEATS-19 | assignedTo is missing | drop /seatDetails/0/assignedTo
//! accept   | state has a capital   | set /seatDetails/0/state "Active"
//! ```
//!
//! A mutant of a MUST is refused by the required schema. A mutant of a SHOULD is refused by the recommended
//! one and accepted by the required one. `accept` is a change that neither refuses. Changes:
//! `set PATH JSON` (also where nothing was), `drop PATH`, `rename PATH NAME`, `fill PATH COUNT JSON` (an array),
//! `text PATH COUNT` (so many characters) and `whole JSON`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use probity::json::SchemaViolation;
use probity::model::Level;
use serde_json::{Value, json};

use crate::schemas::{at_root, blamed, documents, read_json, schema, told};

const TABLES: [&str; 4] = ["seats", "presence", "license", "autopilot"];

/// The schemas and the body that the rows of a section are about.
#[derive(Clone, Default)]
struct Section {
    body: Arc<Value>,
    must: Option<String>,
    should: Option<String>,
    is_unnamed: bool,
}

/// One row of a table.
struct Mutant {
    name: String,
    rule: String,
    section: Section,
    body: Value,
}

pub(crate) fn trials() -> Vec<Trial> {
    let levels = levels();
    let mut trials = vec![
        Trial::test("mutants::there_are_at_least_150", there_are_at_least_150),
        Trial::test(
            "mutants::every_rule_of_every_schema_has_one",
            every_rule_of_every_schema_has_one,
        ),
    ];
    for mutant in read_tables() {
        let level = levels.get(&mutant.rule).copied();
        trials.push(Trial::test(mutant.name.clone(), move || {
            check(&mutant, level)
        }));
    }
    trials
}

/// The level of every requirement. Under nextest each trial is a process of its own, so the files are only
/// searched for it: loading the suite would take longer than all else.
fn levels() -> BTreeMap<String, Level> {
    let mut levels = BTreeMap::new();
    for contract in TABLES {
        let text =
            std::fs::read_to_string(at_root(&format!("cases/{contract}/contract.yaml"))).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            if let (Some(id), Some(level)) = (
                pair[0].strip_prefix("- id: "),
                pair[1].strip_prefix("level: "),
            ) {
                levels.insert(id.to_owned(), level.parse().unwrap());
            }
        }
    }
    assert_eq!(levels.len(), 158, "requirements of the four contracts");
    levels
}

fn check(mutant: &Mutant, level: Option<Level>) -> Result<(), Failed> {
    let section = &mutant.section;
    let is_recommendation = section.should.is_some() && level != Some(Level::Must);
    if mutant.rule == "accept" {
        accepts(section.must.as_deref(), &mutant.body)?;
        return accepts(section.should.as_deref(), &mutant.body);
    }
    let refuses = if is_recommendation {
        accepts(section.must.as_deref(), &mutant.body)?;
        section.should.as_deref()
    } else {
        section.must.as_deref()
    };
    let name = refuses.ok_or("the section names no schema for this level")?;
    let violations = schema(name).violations(&mutant.body);
    if violations.is_empty() {
        return Err(format!("{name} accepts {}", mutant.body).into());
    }
    let expected = if section.is_unnamed {
        "-"
    } else {
        &mutant.rule
    };
    if blamed(&violations) != BTreeSet::from([expected.to_owned()]) {
        return Err(format!(
            "expected {expected} to be blamed alone\n{}",
            told(&violations)
        )
        .into());
    }
    Ok(())
}

fn accepts(name: Option<&str>, body: &Value) -> Result<(), Failed> {
    let violations = name.map_or_else(Vec::new, |name| schema(name).violations(body));
    if violations.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} refuses {body}\n{}",
        name.unwrap_or(""),
        told(&violations)
    )
    .into())
}

fn there_are_at_least_150() -> Result<(), Failed> {
    let mutants = read_tables();
    let refused = mutants
        .iter()
        .filter(|mutant| mutant.rule != "accept")
        .count();
    if refused >= 150 {
        return Ok(());
    }
    Err(format!("only {refused} mutants").into())
}

/// Each keyword that can refuse something, of each schema, refuses some mutant: nothing stands in a schema untried.
fn every_rule_of_every_schema_has_one() -> Result<(), Failed> {
    let mut broken: BTreeSet<String> = BTreeSet::new();
    for mutant in read_tables() {
        for name in [&mutant.section.must, &mutant.section.should]
            .into_iter()
            .flatten()
        {
            let violations: Vec<SchemaViolation> = schema(name).violations(&mutant.body);
            broken.extend(
                violations
                    .into_iter()
                    .map(|violation| violation.rule.location),
            );
        }
    }
    let mut untried = Vec::new();
    for (name, document) in documents() {
        rules(&document, &format!("{name}#"), &mut |location| {
            if !broken.iter().any(|broken| broken == location) {
                untried.push(location.to_owned());
            }
        });
    }
    if untried.is_empty() {
        return Ok(());
    }
    Err(format!("no mutant breaks\n  {}", untried.join("\n  ")).into())
}

/// Calls `see` with the location of every keyword that refuses by itself. What stands under `if` and `not`
/// only selects, and where none of several alternatives holds, one of them or all are told.
fn rules(schema: &Value, at: &str, see: &mut dyn FnMut(&str)) {
    const REFUSING: [&str; 12] = [
        "type",
        "enum",
        "pattern",
        "required",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "maxProperties",
        "not",
    ];
    let Value::Object(members) = schema else {
        return;
    };
    for (keyword, value) in members {
        let here = format!("{at}/{keyword}");
        match keyword.as_str() {
            "properties" | "$defs" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    rules(value, &format!("{here}/{name}"), see);
                }
            }
            "allOf" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    rules(value, &format!("{here}/{index}"), see);
                }
            }
            "items" | "then" | "else" | "additionalProperties" if value.is_object() => {
                rules(value, &here, see);
            }
            "additionalProperties" if *value == json!(false) => see(&here),
            keyword if REFUSING.contains(&keyword) => see(&here),
            _ => {}
        }
    }
}

fn read_tables() -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for table in TABLES {
        let path = format!("tests/mutants/{table}.txt");
        let text = std::fs::read_to_string(at_root(&path)).unwrap();
        let mut section = Section::default();
        let mut is_new = true;
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(mutant) = read_mutant(line, &section) {
                is_new = true;
                mutants.push(mutant);
                continue;
            }
            if std::mem::take(&mut is_new) {
                section = Section::default();
            }
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match (word, rest.trim()) {
                ("body", file) => {
                    section.body = Arc::new(read_json(&format!("tests/bodies/{file}")));
                }
                ("must", name) => section.must = Some(name.to_owned()),
                ("should", name) => section.should = Some(name.to_owned()),
                ("unnamed", "") => section.is_unnamed = true,
                _ => panic!(
                    "{path}:{}: neither a row nor a directive: {line}",
                    index + 1
                ),
            }
        }
    }
    mutants
}

fn read_mutant(line: &str, section: &Section) -> Option<Mutant> {
    let mut cells = line.splitn(3, '|').map(str::trim);
    let (rule, sentence, change) = (cells.next()?, cells.next()?, cells.next()?);
    let mut body = Value::clone(&section.body);
    apply(&mut body, change).unwrap_or_else(|why| panic!("{why}: {line}"));
    assert_ne!(body, *section.body, "nothing is changed: {line}");
    let contract = section.must.as_ref().or(section.should.as_ref()).unwrap();
    let contract = contract.trim_end_matches(".schema.json");
    Some(Mutant {
        name: format!("mutants::{rule}::{contract}::{sentence}").replace(' ', "_"),
        rule: rule.to_owned(),
        section: section.clone(),
        body,
    })
}

/// Makes one change.
fn apply(body: &mut Value, change: &str) -> Result<(), String> {
    let (word, rest) = change
        .split_once(' ')
        .ok_or("a change has a word and more")?;
    if word == "whole" {
        *body = parse(rest)?;
        return Ok(());
    }
    let (path, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (parent, last) = path.rsplit_once('/').ok_or("a path begins with `/`")?;
    let parent = body.pointer_mut(parent).ok_or("the path leads nowhere")?;
    match word {
        "drop" => {
            parent
                .as_object_mut()
                .and_then(|parent| parent.remove(last))
                .ok_or("no such member")?;
        }
        "rename" => {
            let object = parent.as_object_mut().ok_or("only members have names")?;
            let value = object.remove(last).ok_or("no such member")?;
            object.insert(rest.trim().to_owned(), value);
        }
        "set" => put(parent, last, parse(rest)?),
        "fill" => {
            let (count, value) = rest
                .split_once(' ')
                .ok_or("`fill` takes a count and a value")?;
            let count = count.parse().map_err(|_| "no count")?;
            put(parent, last, vec![parse(value)?; count].into());
        }
        "text" => put(
            parent,
            last,
            "x".repeat(rest.trim().parse().map_err(|_| "no count")?)
                .into(),
        ),
        _ => return Err(format!("unknown change `{word}`")),
    }
    Ok(())
}

fn put(parent: &mut Value, last: &str, value: Value) {
    match parent {
        Value::Array(items) => items[last.parse::<usize>().unwrap()] = value,
        parent => parent[last] = value,
    }
}

fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text.trim()).map_err(|error| format!("not JSON: {error}"))
}
