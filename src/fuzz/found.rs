//! What is found: an answer that the contract forbids.

use crate::fuzz::expected::Change;
use crate::fuzz::trial::Trial;
use crate::model::{CaseReport, Finding, FindingKind};

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
}

/// A finding, as it is shown.
#[derive(Clone, Debug)]
pub struct Found {
    /// The operation that answered: `POST /tokens`.
    pub operation: String,
    /// What is wrong, in a line.
    pub headline: String,
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
    /// How many more requests found the same.
    pub again: usize,
    pub(crate) key: String,
}

/// A finding about a trial.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// What findings that say the same have in common.
    pub(crate) key: String,
    /// The same without what was changed: a smaller change may be about another member.
    pub(crate) class: String,
    pub(crate) headline: String,
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
    let finding = of_status.or_else(|| findings().next())?;
    let step = steps.get(finding.step)?;
    let status = step.status?;
    // Too many requests are no answer to what was asked.
    if status == 429 {
        return None;
    }
    // A changed path names another operation.
    let operation = if finding.step == trial.step {
        operation.to_owned()
    } else {
        step.operation.to_string()
    };
    let requirement = finding.requirement.clone().unwrap_or_default();
    let (headline, class, place) = if status >= 500 {
        (
            format!("a request is answered with {status}"),
            "failure".to_owned(),
            "",
        )
    } else if finding.step > trial.step {
        let title = step.title.to_string();
        (format!("after a legal request: {title}"), title, "")
    } else if finding.kind == FindingKind::Status
        && finding.rule.is_none()
        && trial.changed.change == Change::Illegal
    {
        if status < 400 {
            let place = trial.changed.place.as_str();
            (
                "an illegal request is accepted".to_owned(),
                "accepted".to_owned(),
                place,
            )
        } else {
            let headline = "an illegal request is refused with another status".to_owned();
            (headline, format!("refused {status}"), "")
        }
    } else {
        let pointer = finding.pointer.as_ref().map(ToString::to_string);
        let pointer = pointer.unwrap_or_default();
        let shape: String = pointer
            .split('/')
            .map(|part| {
                if part.parse::<u64>().is_ok() {
                    "*"
                } else {
                    part
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        let class = format!("{} {requirement} {shape}", finding.kind.name());
        (format!("an answer violates {requirement}"), class, "")
    };
    let got = format!("{}{}", finding.message, expected(finding));
    Some(Hit {
        key: format!("{operation} {class} {place}"),
        class: format!("{operation} {class}"),
        headline,
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
