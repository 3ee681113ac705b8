//! Judges a passing case again with one answer or one check changed. No request is sent.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::KeptAnswer;
use crate::json::Document;
use crate::judge;
use crate::model::{BlockOutcome, Bound, Case, RawFinding, Response, Scope, Step, Suite, Target};

/// A passing case with the answers that it was judged on.
#[derive(Clone, Copy, Debug)]
pub(super) struct GreenCase<'r> {
    pub(super) suite: &'r Suite,
    pub(super) target: &'r Target,
    pub(super) case: &'r Case,
    /// One for each step of the case, and what it was judged with.
    pub(super) answers: &'r [KeptAnswer],
}

impl GreenCase<'_> {
    /// The findings that are new when step `index` gets another answer. Later steps get the values captured from it.
    pub(super) fn findings_of_answer(&self, index: usize, response: &Response) -> Vec<RawFinding> {
        let (step, answer) = (&self.case.steps[index], &self.answers[index]);
        let found = self.judge(index, step, &answer.captures, response);
        if !found.is_empty() {
            return found;
        }
        match judge::capture(index, step, response, self.suite) {
            Err(findings) => findings,
            Ok(values) => self.findings_of_captures(index, values),
        }
    }

    /// The findings that are new when a step has other checks.
    pub(super) fn findings_of_checks(&self, index: usize, step: &Step) -> Vec<RawFinding> {
        let answer = &self.answers[index];
        self.judge(index, step, &answer.captures, &answer.response)
    }

    /// What became of each block of step `index`: which branches were taken.
    pub(super) fn outcomes(&self, index: usize) -> Vec<BlockOutcome> {
        let (step, answer) = (&self.case.steps[index], &self.answers[index]);
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures: &answer.captures,
        };
        judge::judge_step(index, step, scope, &answer.response, self.suite).blocks
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
        self.judge(index, step, &self.answers[index].captures, response)
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
            let found = self.judge(index, step, &captures, &answer.response);
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
        response: &Response,
    ) -> Vec<RawFinding> {
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        let judgement = judge::judge_step(index, step, scope, response, self.suite);
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
