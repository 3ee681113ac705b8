//! Does the exit code follow from cases, requirements and waivers?

use crate::model::comparison::Gate;
use crate::model::contradiction::Contradiction;
use crate::model::exit::ExitCode;
use crate::model::gate;
use crate::model::reasons::{DEFECT, Reasons};
use crate::model::report::Report;

/// The exit code, if it is not the one that follows, or has no reason.
pub(super) fn contradiction(report: &Report) -> Option<Contradiction> {
    let stated = report.exit;
    if (stated == ExitCode::Conforms) != report.reasons.is_empty() {
        let follows = match report.reasons.len() {
            0 => "`$.reasons` is empty".to_owned(),
            many => format!("`$.reasons` has {many}"),
        };
        return Some(Contradiction::new("$.exit", stated, follows));
    }
    let regressions = report.comparison.as_deref();
    let regressions = regressions.filter(|one| one.gate == Gate::Regressions);
    if let Some(comparison) = regressions {
        let (exit, reasons) = gate::reasons(Some(report), comparison);
        return (exit != stated).then(|| differs(stated, exit, &reasons));
    }
    let known = report.shard.as_ref().map(|shard| shard.options.strict);
    let (exit, reasons) = decided(report, known.unwrap_or(false));
    if stated == exit || (known.is_none() && stated == decided(report, true).0) {
        return None;
    }
    // That a service is lost is known to the run alone, and to `record` that an exchange had no end.
    let is_live = report.recording.as_ref().is_some_and(|one| one.is_live);
    let is_of_run = stated == ExitCode::Error || (stated == ExitCode::Incomplete && is_live);
    let is_stronger = ExitCode::strongest([stated, exit]) == stated;
    (!is_of_run || !is_stronger).then(|| differs(stated, exit, &reasons))
}

/// The exit code that the contract gives a report, and the reasons for it, whatever gate decided before.
pub fn outcome_by_contract(report: &Report) -> (ExitCode, Vec<String>) {
    let strict = report
        .shard
        .as_ref()
        .is_some_and(|shard| shard.options.strict);
    decided(report, strict)
}

/// The exit code that follows, and the reasons for it.
fn decided(report: &Report, strict: bool) -> (ExitCode, Vec<String>) {
    let defects = report.reasons.iter();
    let defects = defects.filter_map(|reason| reason.strip_prefix(DEFECT));
    let lost = report.shard.as_ref().map_or(&[][..], |shard| &shard.lost);
    let reasons = Reasons {
        nothing_selected: report.nothing_selected(),
        cases: &report.cases,
        requirements: &report.requirements,
        interrupted: report.interrupted,
        strict,
        lost,
        defects: defects.map(str::to_owned).collect(),
        is_shard: report.shard.is_some(),
        incomplete_shards: &report.incomplete_shards,
        waivers: &report.waivers,
    };
    reasons.exit()
}

fn differs(stated: ExitCode, exit: ExitCode, reasons: &[String]) -> Contradiction {
    let why = match reasons.first() {
        Some(first) => format!(" ({})", first.escape_debug()),
        None => String::new(),
    };
    Contradiction::new(
        "$.exit",
        stated,
        format!("the rest of the report gives {exit}{why}"),
    )
}
