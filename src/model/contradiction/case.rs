//! Does the verdict of a case follow from its findings?

use std::collections::HashMap;

use crate::model::contract::Level;
use crate::model::contradiction::{Contradiction, quoted, times};
use crate::model::finding::Finding;
use crate::model::report::CaseReport;
use crate::model::verdict::Verdict;

/// The first member of a case that does not follow from the others. The path is that in the case.
pub fn contradiction_in_case(case: &CaseReport) -> Option<Contradiction> {
    if let Some(found) = times::of_case(case) {
        return Some(found);
    }
    let stated = case.verdict;
    let verdict = |follows: &str| {
        let id = case.id.escape_debug();
        Some(Contradiction::new(
            "verdict",
            stated.name(),
            format!("{follows} ({id})"),
        ))
    };
    if stated == Verdict::Skip {
        let has_run = !case.findings.is_empty()
            || !case.steps.is_empty()
            || !case.reruns.is_empty()
            || !case.violated.is_empty()
            || case.checks_passed > 0
            || case.checks_failed > 0;
        return has_run.then(|| verdict("the case was run"))?;
    }
    if let Some(found) = of_reruns(case) {
        return Some(found);
    }
    let first = match stated {
        Verdict::Flaky => Verdict::Fail,
        other => other,
    };
    if let Some(follows) = of_findings(first, &case.findings) {
        return verdict(follows);
    }
    let is_green = matches!(stated, Verdict::Pass | Verdict::Warn);
    if is_green && case.checks_passed == 0 && case.checks_failed == 0 {
        return verdict("no check was made");
    }
    // What was found is the evidence against requirements.
    let mut blamed = case.all_findings().flat_map(|one| &one.requirements);
    let missing = blamed.find(|id| !case.violated.contains(id))?;
    Some(Contradiction::new(
        "violated",
        listed(&case.violated),
        format!("a finding blames {}", quoted(missing)),
    ))
}

/// A green case with checks that failed, of which nothing was found. What is found about requirements that are not
/// applicable is removed, so this holds only where all are.
pub(super) fn of_checks(case: &CaseReport) -> Option<Contradiction> {
    let is_green = matches!(case.verdict, Verdict::Pass | Verdict::Warn);
    (is_green && case.checks_failed > 0 && case.findings.is_empty()).then(|| {
        let follows = format!("checks failed ({})", case.id.escape_debug());
        Contradiction::new("verdict", case.verdict.name(), follows)
    })
}

/// The attempts after the first one: each by itself, and whether they fit the verdict of all.
fn of_reruns(case: &CaseReport) -> Option<Contradiction> {
    for (index, rerun) in case.reruns.iter().enumerate() {
        let follows = match rerun.verdict {
            Verdict::Skip | Verdict::Flaky => Some("no attempt ends so"),
            verdict => of_findings(verdict, &rerun.findings),
        };
        if let Some(follows) = follows {
            let path = format!("reruns[{index}].verdict");
            return Some(Contradiction::new(path, rerun.verdict.name(), follows));
        }
    }
    let passed = |verdict| matches!(verdict, Verdict::Pass | Verdict::Warn);
    let last = case.reruns.last().map(|rerun| rerun.verdict);
    let follows = match (case.verdict, last) {
        (Verdict::Flaky, None) => "the case was run once",
        (Verdict::Flaky, Some(last)) if !passed(last) => "its last attempt did not pass",
        (Verdict::Fail | Verdict::Flaky, _) | (_, None) => return None,
        _ => "only a case that failed is run again",
    };
    Some(Contradiction::new("verdict", case.verdict.name(), follows))
}

/// Why findings do not give a verdict of one attempt. An error needs none, and hides none.
fn of_findings(verdict: Verdict, findings: &[Finding]) -> Option<&'static str> {
    let has = |level| findings.iter().any(|finding| finding.level == level);
    let must = has(Some(Level::Must));
    match verdict {
        Verdict::Error => None,
        Verdict::Fail => (!must).then_some("no finding is about a MUST requirement"),
        _ if must => Some("a finding is about a MUST requirement"),
        _ if has(None) => Some("a precondition or a capture failed"),
        Verdict::Pass if has(Some(Level::Should)) => {
            Some("a finding is about a SHOULD requirement")
        }
        Verdict::Warn if !has(Some(Level::Should)) => {
            Some("no finding is about a SHOULD requirement")
        }
        _ => None,
    }
}

/// A finding whose level is not the strictest one of the requirements that it blames, or that blames one beside them.
pub(super) fn of_blame(case: &CaseReport, levels: &HashMap<&str, Level>) -> Option<Contradiction> {
    let attempts = case.reruns.iter().enumerate();
    let attempts = attempts.map(|(index, rerun)| (format!("reruns[{index}]."), &rerun.findings));
    let attempts = std::iter::once((String::new(), &case.findings)).chain(attempts);
    let mut all = attempts.flat_map(|(path, findings)| {
        let findings = findings.iter().enumerate();
        findings.map(move |(index, finding)| (format!("{path}findings[{index}]"), finding))
    });
    all.find_map(|(path, finding)| {
        let named = finding.requirement.as_ref();
        let is_named = match named {
            Some(id) => finding.requirements.contains(id),
            None => finding.requirements.is_empty(),
        };
        if !is_named {
            let path = format!("{path}.requirement");
            let stated = named.map_or_else(|| "null".to_owned(), |id| quoted(id));
            let follows = format!("the finding blames {}", listed(&finding.requirements));
            return Some(Contradiction::new(path, stated, follows));
        }
        let mut blamed = finding
            .requirements
            .iter()
            .map(|id| levels.get(id.as_str()));
        let strictest = blamed.try_fold(None, |most, level| Some(most.max(Some(*level?))))?;
        (finding.level != strictest).then(|| {
            let word = |level: Option<Level>| {
                level.map_or_else(|| "null".to_owned(), |one| one.to_string())
            };
            let follows = format!("{} is {}", listed(&finding.requirements), word(strictest));
            Contradiction::new(format!("{path}.level"), word(finding.level), follows)
        })
    })
}

/// Why the verdict of a case does not fit the levels of what it violated.
pub(super) fn of_levels(case: &CaseReport, levels: &HashMap<&str, Level>) -> Option<Contradiction> {
    let hides = |level: Level| match level {
        Level::Must => matches!(case.verdict, Verdict::Pass | Verdict::Warn),
        Level::Should => case.verdict == Verdict::Pass,
        Level::May => false,
    };
    let mut violated = case.violated.iter();
    let found = violated.find_map(|id| {
        let level = levels.get(id.as_str())?;
        hides(*level).then_some((id, level))
    });
    let (id, level) = found?;
    let (case_id, id) = (case.id.escape_debug(), id.escape_debug());
    let follows = format!("{case_id} violated the {level} requirement {id}");
    Some(Contradiction::new("verdict", case.verdict.name(), follows))
}

/// `["A-1","A-2"]`.
fn listed(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| quoted(id)).collect();
    format!("[{}]", ids.join(","))
}
