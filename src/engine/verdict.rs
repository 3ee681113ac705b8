//! What the steps of a case say together: its verdict, its evidence, and what it left behind.

use std::collections::BTreeMap;

use crate::engine::finding::findings;
use crate::engine::step::StepOutcome;
use crate::model::{
    BlockOutcome, Case, Disposition, Finding, FindingKind, Level, NoAnswer, NoAnswerKind, Response,
    Step, Verdict,
};
use crate::redact::{Redacted, Redactor};

/// The verdict of a case, and the reason when there is no evidence.
pub(super) fn verdict(
    steps: &[StepOutcome],
    findings: &[Finding],
    was_stopped: bool,
) -> (Verdict, String) {
    // A rule that is broken is a violation, whatever else keeps the case from its end.
    let mut of_rules = findings.iter().filter(|finding| finding.rule.is_some());
    if of_rules.any(|finding| finding.level == Some(Level::Must)) {
        return (Verdict::Fail, String::new());
    }
    // What the head of an incomplete answer violates is a violation, too.
    let is_must = |finding: &Finding| finding.level == Some(Level::Must);
    let is_incomplete = |finding: &Finding| finding.kind == FindingKind::Incomplete;
    if findings.iter().any(is_incomplete) && findings.iter().any(is_must) {
        return (Verdict::Fail, String::new());
    }
    let mut arranging = findings.iter().filter(|finding| finding.level.is_none());
    if let Some(finding) = arranging.find(|finding| !is_incomplete(finding)) {
        let what = if finding.block.is_some() {
            "a precondition failed"
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
pub(super) fn evidence(
    case: &Case,
    steps: &[StepOutcome],
    finally: &[StepOutcome],
) -> Vec<Disposition> {
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
        for (position, (block, rule)) in step.blocks().enumerate() {
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
                // A rule misses no answer that did not come.
                None if rule.is_some() => {}
                None => block
                    .proves
                    .iter()
                    .for_each(|id| set(id, Disposition::Unproven)),
            }
        }
    }
    for id in violated_in(&case.finally, finally) {
        set(id, Disposition::Violated);
    }
    evidence
}

/// What the answers say about the requirements that only rules check. A rule holds for answers: it misses none that did
/// not come, but one of them at least must have been judged.
pub(super) fn evidence_of_rules(
    case: &Case,
    steps: &[StepOutcome],
    finally: &[StepOutcome],
) -> BTreeMap<String, Disposition> {
    let mut evidence: BTreeMap<String, Disposition> = BTreeMap::new();
    for (step, outcome) in case.steps.iter().zip(steps) {
        for block in of_rules(step, outcome) {
            for (ids, disposition) in [
                (&block.upheld, Disposition::Upheld),
                (&block.unproven, Disposition::Unproven),
                (&block.violated, Disposition::Violated),
            ] {
                for id in ids.iter().filter(|id| !case.proves.contains(id)) {
                    let seen = evidence.entry(id.clone()).or_insert(disposition);
                    if *seen != Disposition::Violated && disposition != Disposition::Upheld {
                        *seen = disposition;
                    }
                }
            }
        }
    }
    // Of a step that need not have such an answer, and of `finally`, only violations count.
    evidence.retain(|id, seen| *seen == Disposition::Violated || case.by_rules.contains(id));
    for id in violated_in(&case.finally, finally).filter(|id| !case.proves.contains(id)) {
        evidence.insert(id.clone(), Disposition::Violated);
    }
    for (id, unproven) in unproven_by_rules(case) {
        evidence.entry(id).or_insert(unproven);
    }
    evidence
}

/// The evidence of a case that sent nothing.
pub(super) fn unproven_by_rules(case: &Case) -> BTreeMap<String, Disposition> {
    let ids = case.by_rules.iter();
    ids.map(|id| (id.clone(), Disposition::Unproven)).collect()
}

/// The requirements that rules found violated in these steps.
fn violated_in<'o>(
    steps: &'o [Step],
    outcomes: &'o [StepOutcome],
) -> impl Iterator<Item = &'o String> {
    let both = steps.iter().zip(outcomes);
    both.flat_map(|(step, outcome)| of_rules(step, outcome))
        .flat_map(|block| &block.violated)
}

/// The outcomes of the blocks of rules.
fn of_rules<'o>(
    step: &'o Step,
    outcome: &'o StepOutcome,
) -> impl Iterator<Item = &'o BlockOutcome> {
    let outcomes = &outcome.judged.judgement.blocks;
    outcomes.iter().skip(step.expect.len())
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
        .filter(|(_, outcome)| !outcome.did_its_work() && !outcome.is_needless)
        .map(|(step, outcome)| {
            let why = if let Err(no_answer) = &outcome.exchange.answer {
                redactor.text(&no_answer.detail)
            } else {
                let mut own = findings(outcome, redactor).into_iter();
                let first = own.find(|finding| finding.rule.is_none());
                first.map_or_else(Redacted::default, |finding| finding.message)
            };
            redactor.text(&format!("{}: {why}", step.name()))
        })
        .collect()
}

/// Is it certain that the step created nothing on the target? Its only request did not arrive, or was refused.
pub(super) fn created_nothing(step: &StepOutcome) -> bool {
    let is_refused = |response: &Response| (400..500).contains(&response.status);
    let was_refused = step.exchange.answer.as_ref().is_ok_and(is_refused);
    step.attempts <= 1 && step.resent == 0 && was_refused || never_arrived(step)
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
    let led_nowhere = |no_answer: &NoAnswer| {
        no_answer.kind == NoAnswerKind::Elsewhere && step.exchange.hops.is_empty()
    };
    if step.exchange.answer.as_ref().is_err_and(led_nowhere) {
        return true;
    }
    step.attempts <= 1
        && step.exchange.hops.is_empty()
        && step.exchange.answer.as_ref().is_err_and(is_unsent)
}
