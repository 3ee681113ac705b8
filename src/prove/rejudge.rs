//! Judges a passing case again with one answer or one check changed. No request is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::KeptAnswer;
use crate::json::Document;
use crate::judge;
use crate::model::{
    AnswerPlace, Answers, BlockOutcome, Bound, Case, Operation, RawFinding, Response, Scope, Step,
    Suite, Target,
};
use crate::plan::found_rules::operation_of;
use crate::plan::link::is_redirect;

/// A passing case with the answers that it was judged on.
#[derive(Clone, Copy, Debug)]
pub(super) struct GreenCase<'r> {
    pub(super) suite: &'r Suite,
    pub(super) target: &'r Target,
    /// The case, with the rules that were found by the requests that were sent.
    pub(super) case: &'r Case,
    /// One for each step of the case, and what it was judged with.
    pub(super) answers: &'r [KeptAnswer],
    /// The operations of the contract.
    pub(super) operations: &'r [Operation],
}

/// The case with the rules that were found by the requests that were sent.
pub(super) fn held(case: &Case, answers: &[KeptAnswer]) -> Case {
    let mut held = case.clone();
    for (step, answer) in held.steps.iter_mut().zip(answers) {
        if let Some(rules) = &answer.rules {
            step.rules.clone_from(rules);
        }
    }
    held
}

/// The operations of each contract: those of its rules, and those that its cases write.
pub(super) fn operations(suite: &Suite) -> Vec<Vec<Operation>> {
    let mut all: Vec<Vec<Operation>> = vec![Vec::new(); suite.contracts.len()];
    for case in &suite.cases {
        let known = &mut all[case.contract];
        let mut add = |operation: &Operation| {
            if !known.contains(operation) {
                known.push(operation.clone());
            }
        };
        for step in case.steps.iter().chain(&case.finally) {
            if step.request.link.is_none() {
                add(&Operation::new(&step.request.operation()));
            }
            let rules = step.rules.iter().map(|one| &one.rule);
            let rules = rules.chain(&*step.open_rules);
            rules.flat_map(|rule| &rule.operations).for_each(&mut add);
        }
    }
    all
}

/// The answers that a step was judged on.
pub(super) fn answers(kept: &KeptAnswer) -> Answers<'_> {
    Answers {
        redirects: &kept.hops,
        last: Some(&kept.response),
    }
}

/// The answers of a step whose exchange is examined: the last one, and each redirect that a rule describes.
pub(super) fn places(step: &Step, kept: &KeptAnswer) -> Vec<AnswerPlace> {
    let is_described = |place: &AnswerPlace| {
        let response = answers(kept).at(*place);
        response.is_some_and(|response| step.blocks_for(*place, response).next().is_some())
    };
    let redirects = (0..kept.hops.len()).map(AnswerPlace::Redirect);
    let redirects = redirects.filter(is_described);
    redirects.chain([AnswerPlace::Last]).collect()
}

impl GreenCase<'_> {
    /// The name of the operation that gave an answer of step `index`: the one that its request was sent to, or the one
    /// that the step writes where no other is known.
    pub(super) fn operation(&self, index: usize, place: AnswerPlace) -> String {
        let (step, answer) = (&self.case.steps[index], &self.answers[index]);
        let written = step.request.operation();
        let number = place.redirect().unwrap_or(answer.hops.len());
        if number == 0 && step.request.link.is_none() {
            return written;
        }
        let contract = self.suite.contract_of(self.case);
        let unchecked = contract.unchecked.iter();
        let mut named = unchecked.filter_map(|entry| entry.operation.as_deref());
        if place == AnswerPlace::Last && named.any(|name| name.starts_with(&written)) {
            return written;
        }
        let Some((method, url)) = answer.sent.get(number) else {
            return written;
        };
        let services = &self.target.services;
        let operations = self.operations.iter();
        let found = operation_of((method, url), operations, contract, services);
        match found {
            Some(operation) => operation.name().to_owned(),
            None if number == 0 || place == AnswerPlace::Last => written,
            None => format!("{method} {{redirect}}"),
        }
    }

    /// The findings that are new when step `index` gets another answer. Later steps get the values captured from it.
    pub(super) fn findings_of_answer(
        &self,
        index: usize,
        place: AnswerPlace,
        response: &Response,
    ) -> Vec<RawFinding> {
        if let AnswerPlace::Redirect(number) = place {
            return self.findings_of_redirect(index, number, response);
        }
        let (step, answer) = (&self.case.steps[index], &self.answers[index]);
        let changed = Answers {
            last: Some(response),
            ..answers(answer)
        };
        let found = self.judge(index, step, &answer.captures, changed);
        if !found.is_empty() {
            return found;
        }
        match judge::capture(index, step, response, self.suite) {
            Err((_, findings)) => findings,
            Ok(values) => self.findings_of_captures(index, values),
        }
    }

    /// The findings that are new when a redirect is another answer. One that leads nowhere is the last answer.
    fn findings_of_redirect(
        &self,
        index: usize,
        number: usize,
        response: &Response,
    ) -> Vec<RawFinding> {
        let (step, answer) = (&self.case.steps[index], &self.answers[index]);
        let leads_on =
            is_redirect(response.status) && response.header_values("location").next().is_some();
        if leads_on {
            let mut hops = answer.hops.clone();
            hops[number].answer = Some(Arc::new(response.clone()));
            let changed = Answers {
                redirects: &hops,
                last: Some(&answer.response),
            };
            return self.judge(index, step, &answer.captures, changed);
        }
        let mut step = step.clone();
        step.rules
            .retain(|one| one.about <= AnswerPlace::Redirect(number));
        for one in &mut step.rules {
            if one.about == AnswerPlace::Redirect(number) {
                one.about = AnswerPlace::Last;
            }
        }
        let changed = Answers {
            redirects: &answer.hops[..number],
            last: Some(response),
        };
        self.judge(index, &step, &answer.captures, changed)
    }

    /// The findings that are new when a step has other checks.
    pub(super) fn findings_of_checks(&self, index: usize, step: &Step) -> Vec<RawFinding> {
        let answer = &self.answers[index];
        self.judge(index, step, &answer.captures, answers(answer))
    }

    /// What became of each block of step `index`: which branches were taken.
    pub(super) fn outcomes(&self, index: usize) -> Vec<BlockOutcome> {
        let (step, answer) = (&self.case.steps[index], &self.answers[index]);
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures: &answer.captures,
        };
        judge::judge_step(index, step, scope, answers(answer), self.suite).blocks
    }

    /// The value that a marker of step `index` compares with.
    pub(super) fn compared_with(&self, index: usize, bound: &Bound) -> Option<String> {
        let answer = &self.answers[index];
        let Some(path) = &bound.path else {
            let scope = Scope {
                fixtures: &self.target.fixtures,
                captures: &answer.captures,
            };
            return bound.value.render(scope).ok();
        };
        let document = Document::parse(&answer.response.body).ok()?;
        match path.select(&document.value).as_slice() {
            [(_, Value::String(text))] => Some(text.clone()),
            [(_, Value::Number(number))] => Some(number.to_string()),
            _ => None,
        }
    }

    /// The findings when a step has the checks of others: all of them, and of its answer alone.
    pub(super) fn findings_of_others(
        &self,
        index: usize,
        step: &Step,
        response: &Response,
    ) -> Vec<RawFinding> {
        self.judge(index, step, &self.answers[index].captures, response.into())
    }

    /// Judges the steps after `index` with other captures.
    fn findings_of_captures(&self, index: usize, values: Vec<(String, Value)>) -> Vec<RawFinding> {
        let Some(next) = self.answers.get(index + 1) else {
            return Vec::new();
        };
        let is_new = |(name, value): &(String, Value)| next.captures.get(name) != Some(value);
        let changed: Vec<(String, Value)> = values.into_iter().filter(is_new).collect();
        if changed.is_empty() {
            return Vec::new();
        }
        let later = self.answers.iter().enumerate().skip(index + 1);
        for (index, answer) in later {
            let mut captures = answer.captures.clone();
            captures.extend(changed.iter().cloned());
            let step = &self.case.steps[index];
            let found = self.judge(index, step, &captures, answers(answer));
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn judge(
        &self,
        index: usize,
        step: &Step,
        captures: &BTreeMap<String, Value>,
        answers: Answers<'_>,
    ) -> Vec<RawFinding> {
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        let judgement = judge::judge_step(index, step, scope, answers, self.suite);
        let known = &self.answers[index].findings;
        let mut findings = judgement.findings;
        findings.retain(|finding| !known.contains(finding) && !self.is_not_applicable(finding));
        findings
    }

    /// Is the finding only about requirements that the target declares not applicable?
    fn is_not_applicable(&self, finding: &RawFinding) -> bool {
        let not_applicable = &self.target.not_applicable;
        !finding.requirements.is_empty()
            && finding
                .requirements
                .iter()
                .all(|id| not_applicable.contains_key(id))
    }
}
