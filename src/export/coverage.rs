//! Compares what a document describes with what a suite, a report or a recording exercises.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::json::schema::Schema;
use crate::model::{
    ApiCoverage, ApiPart, ApiPartKind, Block, Body, BodyCheck, Case, DescribedOperation, Draft,
    Operation, OperationCoverage, Pattern, Rule, SeenAnswer, SeenRequest, Shape, StatusPattern,
    Step, Suite,
};

/// The deepest reference between schemas that is followed.
const DEPTH: usize = 16;

/// Compares. `has_checks` says whether the requests come with checks.
pub fn cover(
    (document, described): (&str, &[DescribedOperation]),
    (source, seen): (&str, &[SeenRequest]),
    has_checks: bool,
) -> ApiCoverage {
    let outlines: Vec<Operation> = described
        .iter()
        .map(|one| Operation::new(&format!("{} {}", one.method, one.path)))
        .collect();
    let mut requests: Vec<Vec<&SeenRequest>> = vec![Vec::new(); described.len()];
    let mut unknown = BTreeSet::new();
    for request in seen {
        match found(request, described, &outlines) {
            Some(index) => requests[index].push(request),
            None => {
                let path = request.paths.first().map_or("", String::as_str);
                unknown.insert(format!("{} {path}", request.method));
            }
        }
    }
    let operations = described.iter().zip(&requests);
    ApiCoverage {
        document: document.to_owned(),
        source: source.to_owned(),
        operations: operations
            .map(|(one, requests)| OperationCoverage {
                operation: one.title.clone(),
                parts: parts(one, requests, has_checks),
            })
            .collect(),
        unknown,
    }
}

/// The operation that a request belongs to: of those that name it, the one with the most fixed segments.
fn found(
    request: &SeenRequest,
    described: &[DescribedOperation],
    outlines: &[Operation],
) -> Option<usize> {
    let names = |index: &usize| {
        let below = |path: &String| {
            let mount = &described[*index].mount;
            let rest = path
                .strip_prefix(mount.as_str())
                .filter(|_| !mount.is_empty());
            outlines[*index].names(&request.method, path)
                || rest.is_some_and(|rest| outlines[*index].names(&request.method, rest))
        };
        request.paths.iter().any(below)
    };
    let all = (0..described.len()).filter(names);
    all.max_by_key(|index| outlines[*index].fixed_segments())
}

fn parts(
    described: &DescribedOperation,
    requests: &[&SeenRequest],
    has_checks: bool,
) -> Vec<ApiPart> {
    let part = |kind, name: String, exercised: bool, proven: bool| ApiPart {
        kind,
        name,
        exercised,
        proven: has_checks.then_some(proven && exercised),
    };
    let answers = || requests.iter().flat_map(|request| &request.answers);
    let proves = |request: &&&SeenRequest| request.answers.iter().any(|one| one.is_proven);
    let is_proven = requests.iter().any(|request| proves(&request));
    let mut parts = vec![part(
        ApiPartKind::Operation,
        described.title.clone(),
        !requests.is_empty(),
        is_proven,
    )];
    for (status, members) in &described.statuses {
        let of_status = || answers().filter(|one| is_described(described, status, &one.status));
        let of_proven = || of_status().filter(|one| one.is_proven);
        parts.push(part(
            ApiPartKind::Status,
            status.clone(),
            of_status().next().is_some(),
            of_proven().next().is_some(),
        ));
        for name in members {
            parts.push(part(
                ApiPartKind::Member,
                format!("{status} {name}"),
                of_status().any(|one| one.members.contains(name)),
                of_proven().any(|one| one.members.contains(name)),
            ));
        }
    }
    for name in &described.parameters {
        let with = || requests.iter().filter(|one| one.parameters.contains(name));
        parts.push(part(
            ApiPartKind::Parameter,
            name.clone(),
            with().next().is_some(),
            with().any(|request| proves(&request)),
        ));
    }
    for name in &described.body {
        let with = || requests.iter().filter(|one| one.body.contains(name));
        parts.push(part(
            ApiPartKind::RequestMember,
            name.clone(),
            with().next().is_some(),
            with().any(|request| proves(&request)),
        ));
    }
    parts
}

/// Is a status described by this entry of an operation, and by no more exact one?
fn is_described(operation: &DescribedOperation, entry: &str, status: &str) -> bool {
    let has = |key: &str| {
        operation
            .statuses
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(key))
    };
    let class = format!("{}XX", status.get(..1).unwrap_or_default());
    if entry.eq_ignore_ascii_case(status) {
        return true;
    }
    if entry.eq_ignore_ascii_case(&class) {
        return !has(status);
    }
    if status == class && !has(&class) {
        // A check accepts the class, of which the document has only this status.
        let of_class = |key: &str| key.get(..1) == status.get(..1);
        let own = operation.statuses.iter().filter(|(key, _)| of_class(key));
        return of_class(entry) && own.count() == 1;
    }
    entry == "default" && !has(status) && !has(&class)
}

/// What the cases of a suite send and expect.
pub fn seen_in_suite(suite: &Suite) -> Vec<SeenRequest> {
    let mut seen = Vec::new();
    for case in &suite.cases {
        for step in case.steps.iter().chain(&case.finally) {
            seen.extend(seen_in_step(suite, case, step));
        }
    }
    seen
}

/// What a step sends and expects; `None` if its URL is known only in a run.
pub fn seen_in_step(suite: &Suite, case: &Case, step: &Step) -> Option<SeenRequest> {
    let request = &step.request;
    if request.link.is_some() {
        return None;
    }
    let operation = request.operation();
    let (_, path) = operation.split_once(' ')?;
    let contract = suite.contract_of(case);
    let mount = contract.services.get(&request.service);
    let mount = mount.map_or("", |service| service.mount.trim_end_matches('/'));
    let mut parameters: BTreeSet<String> = BTreeSet::new();
    parameters.extend(
        request
            .query
            .iter()
            .map(|(name, _)| format!("query {name}")),
    );
    let fields = request.headers.iter();
    parameters.extend(fields.map(|field| format!("header {}", field.name.to_ascii_lowercase())));
    let body = match &request.body {
        Body::Json(draft) => members_of_draft(draft),
        Body::Form(fields) => fields.iter().map(|(name, _)| name.clone()).collect(),
        _ => BTreeSet::new(),
    };
    Some(SeenRequest {
        method: request.method.clone(),
        paths: vec![format!("{mount}{path}"), path.to_owned()],
        parameters,
        body,
        answers: answers(suite, step),
    })
}

/// What the checks of a step, and those of the rules that hold for it, say about its answer.
fn answers(suite: &Suite, step: &Step) -> Vec<SeenAnswer> {
    let mut statuses: BTreeMap<String, bool> = BTreeMap::new();
    for block in &step.expect {
        for pattern in block
            .required_status()
            .into_iter()
            .flat_map(|check| &check.accepts)
        {
            let is_proven = statuses.entry(key(*pattern)).or_default();
            *is_proven |= !block.proves.is_empty();
        }
    }
    let mut answers = Vec::new();
    for (status, is_proven) in statuses {
        let rules = step.rules.iter().map(|one| &*one.rule);
        let rules = rules.filter(|rule| describes(rule, &status));
        let of_rules = rules.flat_map(|rule| &rule.blocks);
        let blocks = step.expect.iter().chain(of_rules);
        let (mut proven, mut arranging) = (BTreeSet::new(), BTreeSet::new());
        let mut proves = is_proven;
        for block in blocks {
            let members = members_of_block(suite, block);
            if block.proves.is_empty() {
                arranging.extend(members);
            } else {
                proves |= !members.is_empty();
                proven.extend(members);
            }
        }
        answers.push(SeenAnswer {
            status: status.clone(),
            members: proven,
            is_proven: proves,
        });
        answers.push(SeenAnswer {
            status,
            members: arranging,
            is_proven: false,
        });
    }
    answers
}

fn describes(rule: &Rule, status: &str) -> bool {
    match status.parse::<u16>() {
        Ok(status) => rule.describes_status(status),
        Err(_) => rule.status.iter().any(|pattern| key(*pattern) == status),
    }
}

fn key(pattern: StatusPattern) -> String {
    match pattern {
        StatusPattern::Exact(status) => status.to_string(),
        StatusPattern::Class(class) => format!("{class}XX"),
        StatusPattern::NotClass(_) | StatusPattern::Any => "default".into(),
    }
}

fn members_of_draft(draft: &Draft) -> BTreeSet<String> {
    match draft {
        Draft::Literal(value) => members_of_value(value),
        Draft::Object(members) => members.iter().map(|(name, _)| name.clone()).collect(),
        Draft::Array(items) => below(items.iter().map(members_of_draft)),
        Draft::Template(_) => BTreeSet::new(),
    }
}

/// The members of an object, or of the elements of a list: `name`, `[].name`.
pub fn members_of_value(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(members) => members.keys().cloned().collect(),
        Value::Array(items) => below(items.iter().map(members_of_value)),
        _ => BTreeSet::new(),
    }
}

/// The members of elements, as those of their list. Of lists in lists nothing is said.
fn below(items: impl Iterator<Item = BTreeSet<String>>) -> BTreeSet<String> {
    let names = items.flatten().filter(|name| !name.starts_with("[]."));
    names.map(|name| format!("[].{name}")).collect()
}

fn members_of_block(suite: &Suite, block: &Block) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for check in block.body_checks() {
        match check {
            BodyCheck::Json { pattern, .. } | BodyCheck::JsonExactly { pattern, .. } => {
                members.extend(members_of_pattern(pattern));
            }
            BodyCheck::Schema { schema, .. } => {
                let schema = suite.schema(*schema);
                let (document, pointer) = schema.place();
                members.extend(members_of_schema(schema, document, pointer, DEPTH));
            }
            _ => {}
        }
    }
    members
}

fn members_of_pattern(pattern: &Pattern) -> BTreeSet<String> {
    match &*pattern.shape {
        Shape::Value(draft) => members_of_draft(draft),
        Shape::Object(members) => members.iter().map(|(name, _)| name.clone()).collect(),
        Shape::Array(items) | Shape::Unordered(items) | Shape::Contains(items) => {
            below(items.iter().map(members_of_pattern))
        }
        Shape::Each { pattern, .. } => below(std::iter::once(members_of_pattern(pattern))),
        Shape::Optional(pattern) => members_of_pattern(pattern),
        Shape::Marker(_) => BTreeSet::new(),
    }
}

/// The members that a schema says something about.
fn members_of_schema(
    schema: &Schema,
    document: &str,
    pointer: &str,
    depth: usize,
) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    let whole = schema.document(document);
    let Some(value) = whole.and_then(|whole| whole.pointer(pointer)) else {
        return members;
    };
    if depth == 0 {
        return members;
    }
    if let Some(properties) = value.get("properties").and_then(Value::as_object) {
        members.extend(properties.keys().cloned());
    }
    if let Some(reference) = value.get("$ref").and_then(Value::as_str)
        && let Some((other, place)) = schema.resolved(document, reference)
    {
        members.extend(members_of_schema(schema, &other, &place, depth - 1));
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let parts = value.get(keyword).and_then(Value::as_array);
        for number in 0..parts.map_or(0, Vec::len) {
            let place = format!("{pointer}/{keyword}/{number}");
            members.extend(members_of_schema(schema, document, &place, depth - 1));
        }
    }
    if value.get("items").is_some() {
        let place = format!("{pointer}/items");
        let items = members_of_schema(schema, document, &place, depth - 1);
        members.extend(below(std::iter::once(items)));
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn described() -> Vec<DescribedOperation> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        vec![DescribedOperation {
            title: "GET /pets/{id}".into(),
            method: "GET".into(),
            path: "/pets/{}".into(),
            mount: "/v1".into(),
            statuses: vec![
                ("200".into(), names(&["name", "tag"])),
                ("4XX".into(), names(&[])),
                ("default".into(), names(&[])),
            ],
            parameters: names(&["query limit"]),
            body: names(&[]),
        }]
    }

    fn request(path: &str, status: &str, is_proven: bool) -> SeenRequest {
        SeenRequest {
            method: "GET".into(),
            paths: vec![path.into()],
            answers: vec![SeenAnswer {
                status: status.into(),
                members: ["name".to_owned()].into(),
                is_proven,
            }],
            ..SeenRequest::default()
        }
    }

    fn names(coverage: &ApiCoverage, is_it: fn(&ApiPart) -> bool) -> Vec<String> {
        let parts = coverage.operations[0].parts.iter();
        parts
            .filter(|part| is_it(part))
            .map(|part| part.name.clone())
            .collect()
    }

    #[test]
    fn what_is_exercised_and_what_is_proven_are_two_things() {
        let seen = [
            request("/v1/pets/7", "200", true),
            request("/pets/7", "404", false),
            request("/dogs", "200", true),
        ];
        let coverage = cover(("api", &described()), ("suite", &seen), true);
        let exercised = names(&coverage, |part| part.exercised);
        assert_eq!(exercised, ["GET /pets/{id}", "200", "200 name", "4XX"]);
        let proven = names(&coverage, |part| part.proven == Some(true));
        assert_eq!(proven, ["GET /pets/{id}", "200", "200 name"]);
        assert_eq!(coverage.unknown, ["GET /dogs".to_owned()].into());
        assert_eq!(coverage.sums(None), (7, 4, 3));
        assert!((57.0..58.0).contains(&coverage.percent()));
    }

    #[test]
    fn a_recording_proves_nothing_and_a_document_of_nothing_is_no_success() {
        let seen = [request("/pets/7", "500", false)];
        let coverage = cover(("api", &described()), ("x.har", &seen), false);
        assert!(!coverage.has_checks());
        let exercised = names(&coverage, |part| part.exercised);
        assert_eq!(exercised, ["GET /pets/{id}", "default"]);
        let empty = cover(("api", &[]), ("suite", &seen), false);
        assert!(empty.percent() < f64::EPSILON);
    }

    #[test]
    fn members_are_those_of_objects_and_of_elements() {
        let members = |value| members_of_value(&value).into_iter().collect::<Vec<_>>();
        assert_eq!(members(json!({ "a": { "b": 1 } })), ["a"]);
        assert_eq!(members(json!([{ "a": 1 }, { "b": 1 }])), ["[].a", "[].b"]);
        assert_eq!(members(json!([[{ "a": 1 }], 1])), [""; 0]);
    }
}
