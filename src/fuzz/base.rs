//! The run of the unchanged cases: which of them pass, and with which statuses.

use std::collections::BTreeMap;

use crate::engine::was_cut_off;
use crate::model::{ExchangeReport, Report, Verdict};

/// What came of the unchanged cases.
#[derive(Debug, Default)]
pub(crate) struct Base {
    /// The statuses of the steps of each case that passed, in order.
    pub(crate) passed: BTreeMap<String, Vec<Option<u16>>>,
    /// Ids of cases with a finding.
    pub(crate) failed: Vec<String>,
    /// Cases that were skipped, with the reason.
    pub(crate) skipped: Vec<(String, String)>,
    /// Cases that were not started or not finished before the session ended.
    pub(crate) unfinished: Vec<String>,
    /// What could not be undone.
    pub(crate) left_behind: Vec<String>,
    /// Cases without evidence, with the reason.
    pub(crate) errors: Vec<(String, String)>,
    pub(crate) requests: usize,
    /// The first request of a case without evidence that was not answered.
    pub(crate) unanswered: Option<Box<ExchangeReport>>,
}

impl Base {
    /// How many cases were to run.
    pub(crate) fn cases(&self) -> usize {
        self.passed.len() + self.failed.len() + self.errors.len() + self.unfinished.len()
    }

    /// Why a case was skipped, or gave no evidence.
    pub(crate) fn why_unused(&self, id: &str) -> Option<&str> {
        let mut unused = self.skipped.iter().chain(&self.errors);
        let (_, reason) = unused.find(|(known, _)| known == id)?;
        Some(reason)
    }

    pub(crate) fn of(report: &Report) -> Base {
        let mut base = Base::default();
        for case in &report.cases {
            base.requests += case.steps.iter().fold(0, |sum, step| sum + step.sent());
            let left = case.left_behind.iter().map(ToString::to_string);
            base.left_behind.extend(left);
            if was_cut_off(&case) {
                base.unfinished.push(case.id.clone());
                continue;
            }
            match case.verdict {
                Verdict::Pass => {
                    let steps = case.steps.iter().filter(|step| !step.finally);
                    let statuses = steps.map(|step| step.status).collect();
                    base.passed.insert(case.id.clone(), statuses);
                }
                Verdict::Skip => {
                    let reason = case.reason.to_string();
                    base.skipped.push((case.id.clone(), reason));
                }
                _ if case.findings.is_empty() => {
                    let reason = case.reason.to_string();
                    base.errors.push((case.id.clone(), reason));
                    let exchanges = case.steps.iter().filter_map(|step| step.exchange.as_ref());
                    let mut silent = exchanges.filter(|exchange| exchange.no_answer.is_some());
                    if base.unanswered.is_none() {
                        base.unanswered = silent.next().cloned();
                    }
                }
                _ => base.failed.push(case.id.clone()),
            }
        }
        base
    }
}
