//! The answers of an operation, by status.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::export::collect::{Operation, is_required};
use crate::export::schema::Components;
use crate::json::schema::SchemaId;
use crate::model::{Block, BodyCheck, HeaderExpectation, Rule, StatusPattern, Step};

/// What is known about the answers with a status.
#[derive(Debug, Default)]
struct Known {
    requirements: BTreeSet<String>,
    sentence: String,
    /// All of these, by rules.
    schemas: Vec<SchemaId>,
    /// One of these, by cases.
    of_cases: Vec<SchemaId>,
    /// Is there a case that says nothing about the body?
    is_open: bool,
    media_type: Option<String>,
    has_json: bool,
    is_empty: bool,
    /// Names of fields that rules require.
    headers: BTreeSet<String>,
}

/// What is said about statuses that neither rules nor cases mention.
const OTHERS: &str = "Any other answer: the contract says nothing about it.";

/// The answers.
pub(super) fn responses(operation: &Operation<'_>, components: &mut Components<'_>) -> Value {
    let sentence = |id: &str| {
        let requirement = operation.contract.requirement(id);
        requirement.map_or_else(String::new, |one| one.sentence.clone())
    };
    let mut answers: BTreeMap<String, Known> = BTreeMap::new();
    let exact = exact_statuses(&operation.rules);
    for rule in &operation.rules {
        for status in described(rule)
            .into_iter()
            .flat_map(|one| narrowed(one, &exact))
        {
            let known = answers.entry(key(status)).or_default();
            for block in &rule.blocks {
                note(block, known, &sentence);
                if is_required(block) && block.when.is_none() {
                    rule_says(block, known);
                }
            }
        }
    }
    for (_, step) in &operation.steps {
        let statuses = step.expect.iter().filter_map(Block::required_status);
        let statuses = statuses.flat_map(|check| check.accepts.clone());
        let statuses: BTreeSet<String> = statuses
            .flat_map(|status| narrowed(status, &exact))
            .map(key)
            .collect();
        for status in statuses {
            // What the other blocks of the step say is about that answer, too.
            let known = answers.entry(status).or_default();
            let schemas = known.of_cases.len();
            for block in &step.expect {
                note(block, known, &sentence);
                if block.when.is_none() && block.level.is_none_or(|_| is_required(block)) {
                    case_says(block, known);
                }
            }
            known.is_open |= known.of_cases.len() == schemas && !has_schema(step);
        }
    }
    let is_closed = operation.rules.iter().any(|rule| lists_every_status(rule));
    if !is_closed {
        let other = answers.entry("default".into()).or_default();
        if other.sentence.is_empty() {
            other.sentence = OTHERS.into();
        }
    }
    let answers = answers.into_iter().map(|(status, known)| {
        let described = describe(&status, known, components);
        (status, described)
    });
    Value::Object(answers.collect())
}

/// The statuses that a rule describes: those that it requires, where it requires some of a class.
fn described(rule: &Rule) -> Vec<StatusPattern> {
    let required = rule.blocks.iter().filter(|block| is_required(block));
    let required = required.filter_map(Block::required_status);
    let required: Vec<StatusPattern> = required.flat_map(|check| check.accepts.clone()).collect();
    let is_within = |one: &StatusPattern| rule.status.iter().any(|outer| outer.covers(*one));
    if required.is_empty() || !required.iter().all(is_within) {
        return rule.status.clone();
    }
    required
}

/// Has the answer to a step a schema?
fn has_schema(step: &Step) -> bool {
    let mut checks = step.expect.iter().flat_map(|block| &block.body);
    checks.any(|check| matches!(check, BodyCheck::Schema { .. }))
}

/// The exact statuses that rules require of answers of a class, by class.
fn exact_statuses(rules: &[&Rule]) -> BTreeMap<u8, BTreeSet<u16>> {
    let mut exact: BTreeMap<u8, BTreeSet<u16>> = BTreeMap::new();
    for rule in rules {
        for status in described(rule) {
            if let StatusPattern::Exact(number) = status
                && rule.status.contains(&StatusPattern::Class(class(number)))
            {
                exact.entry(class(number)).or_default().insert(number);
            }
        }
    }
    exact
}

/// A class as the exact statuses that rules require of it.
fn narrowed(status: StatusPattern, exact: &BTreeMap<u8, BTreeSet<u16>>) -> Vec<StatusPattern> {
    let StatusPattern::Class(class) = status else {
        return vec![status];
    };
    match exact.get(&class) {
        Some(exact) => exact.iter().copied().map(StatusPattern::Exact).collect(),
        None => vec![status],
    }
}

/// Does a rule say which statuses there are?
fn lists_every_status(rule: &Rule) -> bool {
    let mut required = rule.blocks.iter().filter_map(Block::required_status);
    let is_exact = |status: &StatusPattern| {
        matches!(status, StatusPattern::Exact(_) | StatusPattern::Class(_))
    };
    rule.status.contains(&StatusPattern::Any)
        && required.any(|check| check.accepts.iter().all(is_exact))
}

/// The class of a status.
fn class(status: u16) -> u8 {
    u8::try_from(status / 100).unwrap_or_default()
}

/// The key of a status.
fn key(status: StatusPattern) -> String {
    match status {
        StatusPattern::Exact(status) => status.to_string(),
        StatusPattern::Class(class) => format!("{class}XX"),
        StatusPattern::NotClass(_) | StatusPattern::Any => "default".into(),
    }
}

fn note(block: &Block, known: &mut Known, sentence: &dyn Fn(&str) -> String) {
    for id in &*block.proves {
        known.requirements.insert(id.clone());
        if known.sentence.is_empty() {
            known.sentence = sentence(id);
        }
    }
}

fn rule_says(block: &Block, known: &mut Known) {
    for check in &block.body {
        match check {
            BodyCheck::Schema { schema, .. }
                if !block.or_empty && !known.schemas.contains(schema) =>
            {
                known.schemas.push(*schema);
            }
            BodyCheck::Empty { .. } => known.is_empty = true,
            BodyCheck::Json { .. } | BodyCheck::JsonExactly { .. } | BodyCheck::Select(_) => {
                known.has_json = true;
            }
            _ => {}
        }
    }
    for check in &block.headers {
        match &check.expected {
            HeaderExpectation::MediaType(media_type) => {
                known.media_type = Some(media_type.essence.clone());
            }
            HeaderExpectation::Absent => {}
            _ => {
                known.headers.insert(check.name.to_string());
            }
        }
    }
}

fn case_says(block: &Block, known: &mut Known) {
    for check in &block.body {
        match check {
            BodyCheck::Schema { schema, .. } if !known.of_cases.contains(schema) => {
                known.of_cases.push(*schema);
            }
            BodyCheck::Json { .. } | BodyCheck::JsonExactly { .. } | BodyCheck::Select(_) => {
                known.has_json = true;
            }
            _ => {}
        }
    }
    for check in &block.headers {
        if let HeaderExpectation::MediaType(media_type) = &check.expected
            && known.media_type.is_none()
        {
            known.media_type = Some(media_type.essence.clone());
        }
    }
}

fn describe(status: &str, known: Known, components: &mut Components<'_>) -> Value {
    let mut answer = Map::new();
    let sentence = match known.sentence.as_str() {
        "" => format!("An answer with status {status}."),
        sentence => sentence.to_owned(),
    };
    answer.insert("description".into(), sentence.into());
    let headers = known.headers.iter().map(|name| {
        let header = json!({ "required": true, "schema": { "type": "string" } });
        (name.clone(), header)
    });
    let headers: Map<String, Value> = headers.collect();
    if !headers.is_empty() {
        answer.insert("headers".into(), headers.into());
    }
    let has_body = !known.is_empty && !matches!(status, "204" | "304");
    let schema = schema(&known, components);
    if has_body && (schema.is_some() || known.has_json || known.media_type.is_some()) {
        let media_type = known
            .media_type
            .unwrap_or_else(|| "application/json".into());
        let schema = schema.unwrap_or_else(|| json!({}));
        answer.insert(
            "content".into(),
            json!({ media_type: { "schema": schema } }),
        );
    }
    if !known.requirements.is_empty() {
        answer.insert("x-probity-requirements".into(), json!(known.requirements));
    }
    Value::Object(answer)
}

/// What the rules say, together; without rules, what one case or another says.
fn schema(known: &Known, components: &mut Components<'_>) -> Option<Value> {
    let (keyword, ids) = match (known.schemas.as_slice(), known.of_cases.as_slice()) {
        ([], _) if known.is_open => return None,
        ([], ids) => ("anyOf", ids),
        (ids, _) => ("allOf", ids),
    };
    let mut references: Vec<Value> = ids.iter().map(|id| components.reference(*id)).collect();
    references.dedup();
    match references.len() {
        0 => None,
        1 => references.pop(),
        _ => Some(json!({ keyword: references })),
    }
}
