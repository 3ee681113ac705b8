//! Does the exit code follow from cases, requirements and waivers?

use crate::model::comparison::Gate;
use crate::model::contradiction::{Contradiction, is_own, quoted};
use crate::model::exit::ExitCode;
use crate::model::gate;
use crate::model::reasons::{DEFECT, Reasons, UNFINISHED};
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
        return is_known.then(|| other_reasons(report, &[reasons]))?;
    }
    let known = report.shard.as_ref().map(|shard| shard.options.strict);
    let waivers = &report.waivers;
    let (exit, reasons) = decided(report, known.unwrap_or(false), waivers);
    let strict = known.is_none().then(|| decided(report, true, waivers));
    if stated == exit || strict.as_ref().is_some_and(|(strict, _)| stated == *strict) {
        if !is_own(report) {
            return None;
        }
        let mut may_be = vec![(exit, reasons)];
        may_be.extend(strict);
        if report.interrupted {
            // Of a run that was cut off no waiver is held against anything.
            may_be.push(decided(report, known.unwrap_or(false), &[]));
            may_be.push(decided(report, known.unwrap_or(true), &[]));
        }
        let may_be = may_be.into_iter().filter(|(exit, _)| *exit == stated);
        let may_be: Vec<Vec<String>> = may_be.map(|(_, reasons)| reasons).collect();
        return other_reasons(report, &may_be);
    }
    // That a service is lost is known to the run alone, and to `record` that an exchange had no end.
    let is_live = report.recording.as_ref().is_some_and(|one| one.is_live);
    let is_of_run = stated == ExitCode::Error || (stated == ExitCode::Incomplete && is_live);
    let is_stronger = ExitCode::strongest([stated, exit]) == stated;
    if !is_of_run || !is_stronger {
        return Some(differs(stated, exit, &reasons));
    }
    is_own(report).then(|| other_reasons(report, &[reasons]))?
}

/// What is stated as a reason, if it is none of these lists. That a service is lost, and that an exchange had no end, is
/// in no case.
fn other_reasons(report: &Report, may_be: &[Vec<String>]) -> Option<Contradiction> {
    let is_live = report.recording.as_ref().is_some_and(|one| one.is_live);
    let is_of_run = |text: &String| text.contains(" is lost: ") || (is_live && text == UNFINISHED);
    let stated = &report.reasons;
    let fits = |reasons: &Vec<String>| {
        let mut rest = reasons.iter().peekable();
        let mut stated = stated.iter();
        stated.all(|text| rest.next_if_eq(&text).is_some() || is_of_run(text))
            && rest.peek().is_none()
    };
    let first = may_be.first()?;
    if may_be.iter().any(fits) {
        return None;
    }
    let foreign = stated.iter().enumerate();
    let mut foreign = foreign.filter(|(_, text)| !first.contains(text) && !is_of_run(text));
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
    let strict = report
        .shard
        .as_ref()
        .is_some_and(|shard| shard.options.strict);
    decided(report, strict, &report.waivers)
}

/// The exit code that follows, and the reasons for it.
fn decided(report: &Report, strict: bool, waivers: &[WaiverReport]) -> (ExitCode, Vec<String>) {
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
