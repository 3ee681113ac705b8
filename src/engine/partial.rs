//! The report of a run that was cut off: what had been done, and that the rest is missing.

use std::collections::HashMap;

use crate::model::evidence::in_shard;
use crate::model::reasons::Reasons;
use crate::model::sums::Sums;
use crate::model::{CaseReport, Cases, Disposition, Report};
use crate::redact::Redactor;

/// Why a requirement is unproven about which no case says anything.
const NO_CASE: &str = "no selected case proves it";

/// Puts the completed cases into the report of a run that has done nothing, as [`Engine::not_started`]
/// makes it. It says that the run was interrupted, whatever the cases say: never green. Waivers waive
/// nothing, because they are checked against a complete run.
///
/// [`Engine::not_started`]: crate::engine::Engine::not_started
pub fn partial_report(mut report: Report, done: Vec<CaseReport>) -> Report {
    let mut done: HashMap<String, CaseReport> = done
        .into_iter()
        .map(|case| (case.id.clone(), case))
        .collect();
    let planned = std::mem::take(&mut report.cases).into_vec().into_iter();
    let cases = planned.map(|case| done.remove(&case.id).unwrap_or(case));
    report.cases = cases.collect();
    let sums = Sums::of(&report.cases);
    let evidence = &sums.evidence;
    for requirement in &mut report.requirements {
        requirement.cases = evidence.cases(&requirement.id).to_vec();
        requirement.required |= !requirement.cases.is_empty();
        let is_open = requirement.disposition != Disposition::NotApplicable;
        // Whether one case is enough is not known here: what lacks evidence stays unproven.
        let nothing = || (Disposition::Unproven, NO_CASE.to_owned());
        let is_decided = matches!(
            requirement.disposition,
            Disposition::Upheld | Disposition::Violated
        );
        // The header of a stream that was made from a report says what the cases had given.
        let seen = evidence
            .disposition(&requirement.id, false)
            .or_else(|| is_decided.then(nothing));
        if let Some((mut disposition, mut reason)) = seen.filter(|_| is_open) {
            if let Some(shard) = &report.shard {
                (disposition, reason) = in_shard(shard.shard, disposition, reason);
            }
            requirement.disposition = disposition;
            // It is made of the id and the reason of a case, which hold no secret.
            requirement.reason = Redactor::default().text(&reason);
        }
    }
    report.interrupted = true;
    let reasons = Reasons {
        nothing_selected: report.nothing_selected(),
        cases: &report.cases,
        requirements: &report.requirements,
        interrupted: true,
        strict: report.strict,
        lost: &[],
        unfinished: None,
        defects: Vec::new(),
        is_shard: report.shard.is_some(),
        incomplete_shards: &report.incomplete_shards,
        waivers: &[],
    };
    let (exit, reasons) = reasons.exit();
    report.exit = exit;
    report.reasons = reasons;
    sums.count_in(&mut report);
    report.duration_ms = end_of(&report.cases);
    report.with_causes()
}

/// When the last case that was done ended, in milliseconds after the start of the run.
fn end_of(cases: &Cases) -> f64 {
    let ends = cases.iter().map(|case| case.started_ms + case.duration_ms);
    ends.fold(0.0, f64::max)
}
