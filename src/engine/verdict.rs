//! What the steps of a case say together: its verdict, its evidence, and what it left behind.

use std::collections::BTreeMap;

use crate::engine::finding::findings;
use crate::engine::step::{StepOutcome, is_safe, never_arrived};
use crate::model::report::MAY_EXIST;
use crate::model::{
    BlockOutcome, Case, Disposition, Finding, FindingKind, Level, NoAnswerKind, Step, Verdict,
};
use crate::persist::Outlook;
use crate::redact::{Redacted, Redactor};

/// Why a case that was started has no verdict when the run was stopped.
pub(super) const CUT_OFF: &str = "interrupted before the case was done";

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
        return (Verdict::Error, CUT_OFF.into());
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
        for outcome in blocks {
            for id in &outcome.unproven {
                set(id, Disposition::Unproven);
            }
            for id in &outcome.violated {
                set(id, Disposition::Violated);
            }
        }
        // A rule misses no answer that did not come.
        for block in step.expect.iter().skip(blocks.len()) {
            for id in &*block.proves {
                set(id, Disposition::Unproven);
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
    // Of a step that need not have such an answer, and of `finally`, only violations count. A rule that was found by what
    // was sent counts where it was judged.
    evidence.retain(|id, seen| *seen != Disposition::Unproven || case.by_rules.contains(id));
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

/// What the `finally` steps could not undo; nothing where no request that may change something can have arrived. One that
/// was abandoned can have arrived.
pub(super) fn left_behind(
    case: &Case,
    steps: &[StepOutcome],
    finally: &[StepOutcome],
    is_abandoned: bool,
    redactor: &Redactor,
) -> Vec<Redacted> {
    let changing = || {
        case.steps
            .iter()
            .zip(steps)
            .filter(|(step, _)| !is_safe(step))
    };
    let may_change = case.steps.iter().any(|step| !is_safe(step));
    let is_unchanged = steps.iter().all(never_arrived)
        || may_change && changing().all(|(_, outcome)| never_arrived(outcome));
    if is_unchanged && !is_abandoned {
        return Vec::new();
    }
    let left = not_undone(case, steps, finally, redactor);
    // After a success of a request that may change something, something is there.
    let has_changed = |(step, outcome): (&Step, &StepOutcome)| {
        let answer = outcome.exchange.answer.as_ref();
        !is_safe(step) && answer.is_ok_and(|response| (200..400).contains(&response.status))
    };
    if case.steps.iter().zip(steps).any(has_changed) {
        return left;
    }
    let may_exist = |thing: Redacted| redactor.text(&format!("{MAY_EXIST}{}", thing.as_str()));
    left.into_iter().map(may_exist).collect()
}

/// Can a sweep do something about what a case could not undo? It cannot make a request for which a value is missing.
pub(super) fn outlook(left: &[Redacted], finally: &[StepOutcome]) -> Outlook {
    let can_be_sent = finally.iter().any(|outcome| {
        let answer = outcome.exchange.answer.as_ref();
        let is_unsendable =
            answer.is_err_and(|no_answer| no_answer.kind == NoAnswerKind::Unsendable);
        !outcome.did_its_work() && !outcome.is_needless && !is_unsendable
    });
    if can_be_sent {
        Outlook::Sweep
    } else if left.iter().all(|thing| thing.starts_with(MAY_EXIST)) {
        Outlook::Unknown
    } else {
        Outlook::ByHand
    }
}

/// What the `finally` steps could not undo after these steps.
pub(super) fn not_undone(
    case: &Case,
    steps: &[StepOutcome],
    finally: &[StepOutcome],
    redactor: &Redactor,
) -> Vec<Redacted> {
    not_undone_but(case, finally, redactor, |step, outcome| {
        is_gone(step, outcome, steps)
    })
}

/// What the `finally` steps could not undo after a crash, and what some of them found gone. What the steps of the case
/// did is not known, so each DELETE that finds nothing counts.
pub(super) fn undone_later(
    case: &Case,
    finally: &[StepOutcome],
    redactor: &Redactor,
) -> (Vec<Redacted>, Vec<Redacted>) {
    let left = not_undone_but(case, finally, redactor, found_nothing);
    let both = case.finally.iter().zip(finally);
    let gone = both
        .filter(|(step, outcome)| !outcome.did_its_work() && found_nothing(step, outcome))
        .map(|(step, outcome)| {
            let answer = outcome.exchange.answer.as_ref();
            let status = answer.map_or(0, |response| response.status);
            redactor.text(&format!("{}: answered {status}", sent_name(step, outcome)))
        });
    (left, gone.collect())
}

fn not_undone_but(
    case: &Case,
    finally: &[StepOutcome],
    redactor: &Redactor,
    is_gone: impl Fn(&Step, &StepOutcome) -> bool,
) -> Vec<Redacted> {
    case.finally
        .iter()
        .zip(finally)
        .filter(|(_, outcome)| !outcome.did_its_work() && !outcome.is_needless)
        .filter(|(step, outcome)| !is_gone(step, outcome))
        .map(|(step, outcome)| {
            let why = if let Err(no_answer) = &outcome.exchange.answer {
                redactor.text(&no_answer.detail)
            } else {
                let mut own = findings(outcome, redactor).into_iter();
                let first = own.find(|finding| finding.rule.is_none());
                first.map_or_else(Redacted::default, |finding| finding.message)
            };
            redactor.text(&format!("{}: {why}", sent_name(step, outcome)))
        })
        .collect()
}

/// The name of a step, with the request as it was sent.
fn sent_name(step: &Step, outcome: &StepOutcome) -> String {
    let request = &outcome.exchange.request;
    let line = format!("{} {}", request.method, request.url);
    if step.title.is_empty() {
        line
    } else {
        format!("{} ({line})", step.title)
    }
}

/// Had a step nothing left to delete? It deletes what is at a URL, where there is nothing now and there was something
/// before: otherwise its path may be the wrong one.
fn is_gone(step: &Step, outcome: &StepOutcome, steps: &[StepOutcome]) -> bool {
    let without_query = |url: &str| url.split('?').next().unwrap_or_default().to_owned();
    let url = without_query(&outcome.exchange.request.url);
    let was_there = |earlier: &StepOutcome| {
        let answer = earlier.exchange.answer.as_ref();
        let succeeded = answer.is_ok_and(|response| (200..400).contains(&response.status));
        let mut sent = earlier.exchange.sent();
        succeeded && sent.any(|(_, earlier)| without_query(earlier) == url)
    };
    found_nothing(step, outcome) && (step.request.link.is_some() || steps.iter().any(was_there))
}

/// Is there nothing at the URL of a DELETE?
fn found_nothing(step: &Step, outcome: &StepOutcome) -> bool {
    let answer = outcome.exchange.answer.as_ref();
    let findings = outcome.judged.judgement.findings.iter();
    let mut own = findings.filter(|finding| finding.rule.is_none());
    step.request.method == "DELETE"
        && answer.is_ok_and(|response| matches!(response.status, 404 | 410))
        && own.all(|finding| finding.kind == FindingKind::Status)
}
