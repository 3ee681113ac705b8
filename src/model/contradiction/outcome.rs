//! Does the exit code follow from cases, requirements and waivers?

use crate::model::comparison::Gate;
use crate::model::contradiction::{Contradiction, is_own, quoted};
use crate::model::exit::ExitCode;
use crate::model::gate;
use crate::model::reasons::{DEFECT, Reasons, is_lost, unfinished};
use crate::model::report::Report;
use crate::model::waiver::WaiverReport;

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
        if exit != stated {
            return Some(differs(stated, exit, &reasons));
        }
        // The reasons for a defect were made from those before the comparison.
        let is_known = exit != ExitCode::Defect && is_own(report);
        return is_known.then(|| other_reasons(report, &[&reasons]))?;
    }
    if let Some(shard) = &report.shard
        && shard.options.strict != report.strict
    {
        let follows = format!("`$.shard.options.strict` is {}", shard.options.strict);
        return Some(Contradiction::new("$.strict", report.strict, follows));
    }
    let all = decided_with(report, &report.waivers);
    // Of a run that was cut off no waiver is held against anything.
    let without = report.interrupted.then(|| decided_with(report, &[]));
    let may_be = [Some(&all), without.as_ref()].into_iter().flatten();
    let may_be = may_be.filter(|(exit, _)| *exit == stated);
    let may_be: Vec<&[String]> = may_be.map(|(_, reasons)| reasons.as_slice()).collect();
    if may_be.is_empty() {
        let (exit, reasons) = all;
        return Some(differs(stated, exit, &reasons));
    }
    is_own(report).then(|| other_reasons(report, &may_be))?
}

/// What is stated as a reason, if it is none of these lists.
fn other_reasons(report: &Report, may_be: &[&[String]]) -> Option<Contradiction> {
    let stated = &report.reasons;
    let first = may_be.first()?;
    if may_be.contains(&stated.as_slice()) {
        return None;
    }
    let foreign = stated.iter().enumerate();
    let mut foreign = foreign.filter(|(_, text)| !first.contains(text));
    if let Some((index, text)) = foreign.next() {
        let follows = "it does not follow from the rest of the report";
        return Some(Contradiction::new(
            format!("$.reasons[{index}]"),
            quoted(text),
            follows,
        ));
    }
    let list = format!("a list of {}", stated.len());
    let mut missing = first.iter().filter(|text| !stated.contains(text));
    let follows = match missing.next() {
        Some(text) => format!("{} is missing", quoted(text)),
        None => "each is stated once, strongest first".to_owned(),
    };
    Some(Contradiction::new("$.reasons", list, follows))
}

/// The exit code that the contract gives a report, and the reasons for it, whatever gate decided before.
pub fn outcome_by_contract(report: &Report) -> (ExitCode, Vec<String>) {
    decided_with(report, &report.waivers)
}

/// The exit code that follows if these are the waivers, and the reasons for it.
fn decided_with(report: &Report, waivers: &[WaiverReport]) -> (ExitCode, Vec<String>) {
    let defects = report.reasons.iter();
    let defects = defects.filter_map(|reason| reason.strip_prefix(DEFECT));
    let lost: Vec<String> = match &report.shard {
        Some(shard) => shard.lost.clone(),
        None => (report.reasons.iter().filter(|text| is_lost(text)))
            .cloned()
            .collect(),
    };
    let reasons = Reasons {
        nothing_selected: report.nothing_selected(),
        cases: &report.cases,
        requirements: &report.requirements,
        interrupted: report.interrupted,
        strict: report.strict,
        lost: &lost,
        unfinished: unfinished(report),
        defects: defects.map(str::to_owned).collect(),
        is_shard: report.shard.is_some(),
        incomplete_shards: &report.incomplete_shards,
        waivers,
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
