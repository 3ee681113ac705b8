//! What the steps of a case say together: its verdict, its evidence, and what it left behind.

use crate::engine::finding::findings;
use crate::engine::step::StepOutcome;
use crate::model::{Case, Disposition, Finding, Level, NoAnswer, NoAnswerKind, Verdict};
use crate::redact::{Redacted, Redactor};

/// The verdict of a case, and the reason when there is no evidence.
pub(super) fn verdict(
    steps: &[StepOutcome],
    findings: &[Finding],
    was_stopped: bool,
) -> (Verdict, String) {
    if let Some(finding) = findings.iter().find(|finding| finding.level.is_none()) {
        let what = if finding.block.is_some() {
            "the case could not be arranged"
        } else {
            "a value could not be captured"
        };
        return (Verdict::Error, format!("{what}: {}", finding.message));
    }
    if steps.iter().any(|step| step.judged.is_silenced) {
        let reason = "the target throttles and sends no Retry-After";
        return (Verdict::Error, reason.into());
    }
    for step in steps {
        if let Some(reason) = &step.wait_refused {
            return (Verdict::Error, reason.clone());
        }
        if let Err(no_answer) = &step.exchange.answer {
            let attempts = match step.attempts {
                1 => String::new(),
                many => format!(" ({many} attempts)"),
            };
            return (
                Verdict::Error,
                format!("{}: {}{attempts}", no_answer.kind.words(), no_answer.detail),
            );
        }
    }
    if findings
        .iter()
        .any(|finding| finding.level == Some(Level::Must))
    {
        return (Verdict::Fail, String::new());
    }
    // A case that judged nothing has not passed: green without evidence would be the worst mistake.
    let judged: usize = steps
        .iter()
        .map(|step| step.judged.judgement.passed + step.judged.judgement.failed)
        .sum();
    if judged == 0 && !was_stopped {
        return (Verdict::Error, "no check was made".into());
    }
    if was_stopped {
        return (
            Verdict::Error,
            "interrupted before the case was done".into(),
        );
    }
    if findings
        .iter()
        .any(|finding| finding.level == Some(Level::Should))
    {
        return (Verdict::Warn, String::new());
    }
    (Verdict::Pass, String::new())
}

/// What the steps say about each requirement of the case. One that a later, unsent step should have proven is unproven.
pub(super) fn evidence(case: &Case, steps: &[StepOutcome]) -> Vec<Disposition> {
    let mut evidence = vec![Disposition::Upheld; case.proves.len()];
    let mut set = |id: &String, disposition: Disposition| {
        if let Some(at) = case.proves.iter().position(|proven| proven == id)
            && evidence[at] != Disposition::Violated
        {
            evidence[at] = disposition;
        }
    };
    for (number, step) in case.steps.iter().enumerate() {
        let blocks = steps
            .get(number)
            .map_or(&[][..], |outcome| &outcome.judged.judgement.blocks);
        for (position, block) in step.expect.iter().enumerate() {
            match blocks.get(position) {
                Some(outcome) => {
                    outcome
                        .unproven
                        .iter()
                        .for_each(|id| set(id, Disposition::Unproven));
                    outcome
                        .violated
                        .iter()
                        .for_each(|id| set(id, Disposition::Violated));
                }
                None => block
                    .proves
                    .iter()
                    .for_each(|id| set(id, Disposition::Unproven)),
            }
        }
    }
    evidence
}

/// What the `finally` steps could not undo; nothing where no request of the case can have arrived.
pub(super) fn left_behind(
    case: &Case,
    steps: &[StepOutcome],
    finally: &[StepOutcome],
    redactor: &Redactor,
) -> Vec<Redacted> {
    if steps.iter().all(never_arrived) {
        return Vec::new();
    }
    not_undone(case, finally, redactor)
}

pub(super) fn not_undone(
    case: &Case,
    finally: &[StepOutcome],
    redactor: &Redactor,
) -> Vec<Redacted> {
    case.finally
        .iter()
        .zip(finally)
        .filter(|(_, outcome)| !outcome.passed())
        .map(|(step, outcome)| {
            let why = match &outcome.exchange.answer {
                Err(no_answer) => redactor.text(&no_answer.detail),
                Ok(_) => {
                    let first = findings(outcome, redactor).into_iter().next();
                    first.map_or_else(Redacted::default, |finding| finding.message)
                }
            };
            redactor.text(&format!("{}: {why}", step.name()))
        })
        .collect()
}

/// Is it certain that the request did not arrive?
fn never_arrived(step: &StepOutcome) -> bool {
    let is_unsent = |no_answer: &NoAnswer| {
        matches!(
            no_answer.kind,
            NoAnswerKind::Unresolved
                | NoAnswerKind::Refused
                | NoAnswerKind::Tls
                | NoAnswerKind::Unsendable
        )
    };
    step.attempts <= 1 && step.exchange.answer.as_ref().is_err_and(is_unsent)
}
