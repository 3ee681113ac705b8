//! What the steps of a suite send and expect.

use std::collections::{BTreeMap, BTreeSet};

use crate::export::coverage::members::{members_of_block, members_of_draft};
use crate::model::{Body, Case, Rule, SeenAnswer, SeenRequest, StatusPattern, Step, Suite};

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
