//! What is found: an answer that the contract forbids.

use crate::fuzz::expected::Change;
use crate::fuzz::trial::Trial;
use crate::model::{CaseReport, Finding, FindingKind, NoAnswerKind, cause_of};

/// What came of the changed requests of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changed requests that were answered.
    pub answered: usize,
    /// Of them those that the contract rejects.
    pub illegal: usize,
    /// Of all with 2xx or 3xx.
    pub accepted: usize,
    /// Of all with 4xx.
    pub refused: usize,
    /// Changed requests without an answer, while the unchanged one of their batch had one.
    pub silent: usize,
}

/// A finding, as it is shown.
#[derive(Clone, Debug)]
pub struct Found {
    /// The operation that answered: `POST /tokens`.
    pub operation: String,
    /// What is wrong, in a line.
    pub headline: String,
    /// The requirement that the answer violates; `None` if no requirement is about it.
    pub requirement: Option<String>,
    /// The change of the request, in words.
    pub change: String,
    /// What came.
    pub got: String,
    /// The contract.
    pub contract: String,
    /// The case file that repeats it, or why there is none.
    pub file: Result<String, &'static str>,
    /// Why the case of the file is no evidence of the finding, if so: it was run once more, and found something else.
    pub doubt: Option<&'static str>,
    /// The other requests that found the same.
    pub again: Again,
    pub(crate) cause: String,
}

/// The most other changes that are listed.
const ALSO: usize = 10;

/// Further requests with the same cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// How many.
    pub requests: usize,
    /// Some of what they changed: `POST /tokens: hours is more than 24`.
    pub also: Vec<String>,
}

impl Again {
    pub(crate) fn add(&mut self, change: String) {
        self.requests += 1;
        if self.also.len() < ALSO && !self.also.contains(&change) {
            self.also.push(change);
        }
    }
}

/// A finding about a trial.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// What findings that say the same have in common, as in reports ([`cause_of`]).
    pub(crate) cause: String,
    pub(crate) headline: String,
    /// The requirement to name; `None` if no requirement is about the answer.
    pub(crate) requirement: Option<String>,
    pub(crate) operation: String,
    pub(crate) got: String,
    /// The number of the step.
    pub(crate) step: usize,
    /// The status of the answer.
    pub(crate) status: u16,
    /// Was it found by a rule of the contract?
    pub(crate) is_by_rule: bool,
    /// The requirements that it violates.
    pub(crate) requirements: Vec<String>,
}

/// The status of the answer to the changed request.
pub(crate) fn status(trial: &Trial, report: &CaseReport) -> Option<u16> {
    let mut steps = report.steps.iter().filter(|step| !step.finally);
    steps.nth(trial.step)?.status
}

/// Had the changed request no answer for a reason that the service has?
pub(crate) fn is_silent(trial: &Trial, report: &CaseReport) -> bool {
    let mut steps = report.steps.iter().filter(|step| !step.finally);
    let step = steps.nth(trial.step);
    let exchange = step.and_then(|step| step.exchange.as_ref());
    let no_answer = exchange.and_then(|exchange| exchange.no_answer.as_ref());
    no_answer.is_some_and(|none| {
        use NoAnswerKind::{Cut, NotHttp, TimedOut};
        matches!(none.kind, Cut | NotHttp | TimedOut)
    })
}

/// What is wrong with the answers of a trial, from the changed request on.
/// `operation` is that of the changed request.
pub(crate) fn hit(trial: &Trial, report: &CaseReport, operation: &str) -> Option<Hit> {
    let steps: Vec<_> = report.steps.iter().filter(|step| !step.finally).collect();
    // An illegal request that is refused gives nothing to capture.
    let is_meant = |finding: &&Finding| {
        (trial.step..steps.len()).contains(&finding.step) && finding.kind != FindingKind::Capture
    };
    let findings = || report.findings.iter().filter(is_meant);
    let of_status =
        findings().find(|finding| finding.kind == FindingKind::Status && finding.rule.is_none());
    let mut finding = of_status.or_else(|| findings().next())?;
    let step = steps.get(finding.step)?;
    let status = step.status?;
    // Too many requests are no answer to what was asked.
    if status == 429 {
        return None;
    }
    // The requirement of the unchanged request is about another request: a rule may be about this answer.
    let is_foreign = |one: &Finding| {
        one.rule.is_none() && one.step == trial.step && trial.has_foreign_requirement
    };
    if is_foreign(finding) {
        let is_about_status = |one: &&Finding| {
            one.kind == FindingKind::Status && one.rule.is_some() && one.step == finding.step
        };
        finding = findings().find(is_about_status).unwrap_or(finding);
    }
    let requirement = finding.requirement.clone().filter(|_| !is_foreign(finding));
    // A changed path names another operation.
    let operation = if finding.step == trial.step {
        operation.to_owned()
    } else {
        step.operation.to_string()
    };
    let is_own_status = finding.kind == FindingKind::Status && finding.rule.is_none();
    let of_operation = |what: &str| {
        let requirement = requirement.as_deref().unwrap_or("no requirement");
        format!("{operation}: {requirement}: {what}")
    };
    let (headline, cause) = if status >= 500 {
        let violated = match &requirement {
            Some(id) => format!("it violates {id}"),
            None => "an undocumented status that no requirement is about".into(),
        };
        let headline = format!("a request is answered with {status}: {violated}");
        (headline, cause_of(report, finding))
    } else if finding.step > trial.step && is_own_status {
        let title = step.title.to_string();
        let cause = of_operation(&title);
        (format!("after a legal request: {title}"), cause)
    } else if is_own_status && trial.changed.change == Change::Illegal {
        if status < 400 {
            let headline = "an illegal request is accepted".to_owned();
            (headline, of_operation("accepted"))
        } else {
            let headline = "an illegal request is refused with another status".to_owned();
            (headline, of_operation(&format!("refused with {status}")))
        }
    } else {
        let violated = requirement.as_deref().unwrap_or_default();
        let headline = format!("an answer violates {violated}");
        (headline, cause_of(report, finding))
    };
    let got = format!("{}{}", finding.message, expected(finding));
    Some(Hit {
        cause,
        headline,
        requirement,
        operation,
        got,
        step: finding.step,
        status,
        is_by_rule: finding.rule.is_some(),
        requirements: finding.requirements.clone(),
    })
}

fn expected(finding: &Finding) -> String {
    let expected = finding.expected.to_string();
    // Some messages say it themselves.
    if expected.is_empty() || finding.message.contains(", expected ") {
        String::new()
    } else {
        format!(", expected {expected}")
    }
}
