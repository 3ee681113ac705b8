//! Is the later side of a comparison the report that it is in?

use std::collections::HashSet;

use crate::model::comparison::{CaseChange, CaseClass, Comparison};
use crate::model::contradiction::Contradiction;
use crate::model::report::{CaseReport, Report};
use crate::model::verdict::Verdict;

/// The first change that is not about the cases and requirements of the report, or is called by another name.
pub(super) fn contradiction(report: &Report, comparison: &Comparison) -> Option<Contradiction> {
    let mut changes = comparison.cases.iter().enumerate();
    let of_cases = changes.find_map(|(index, change)| {
        let found = of_case(report, report.cases.find(&change.id).as_deref(), change)?;
        let path = format!("$.comparison.cases[{index}].{}", found.path);
        Some(Contradiction { path, ..found })
    });
    let of_requirements = || {
        let mut changes = comparison.requirements.iter().enumerate();
        changes.find_map(|(index, change)| {
            let known = report.requirements.iter().find(|one| one.id == change.id);
            let now = known.map(|one| one.disposition);
            let word =
                |one: Option<crate::model::Disposition>| one.map_or("null", |one| one.name());
            (change.new != now).then(|| {
                let path = format!("$.comparison.requirements[{index}].new");
                let follows = format!("the report says {} of it", word(now));
                Contradiction::new(path, word(change.new), follows)
            })
        })
    };
    of_cases.or_else(of_requirements).or_else(|| {
        // What is red is always listed, unless the runs have nothing in common.
        let listed = comparison.cases.iter();
        let listed: HashSet<&str> = listed.map(|change| change.id.as_str()).collect();
        let is_missing = |case: &CaseReport| {
            matches!(
                case.verdict,
                Verdict::Fail | Verdict::Flaky | Verdict::Error | Verdict::Warn
            ) && !listed.contains(case.id.as_str())
        };
        let missing = report.cases.notable().find(|case| is_missing(case));
        let missing = missing.filter(|_| comparison.common > 0)?;
        let (id, verdict) = (missing.id.escape_debug(), missing.verdict.name());
        Some(Contradiction::new(
            "$.comparison.cases",
            format!("a list of {}", comparison.cases.len()),
            format!("{id} is missing, which has the verdict {verdict}"),
        ))
    })
}

fn of_case(
    report: &Report,
    case: Option<&CaseReport>,
    change: &CaseChange,
) -> Option<Contradiction> {
    let word = |one: Option<Verdict>| one.map_or("null", Verdict::name);
    let now = case.map(|case| case.verdict);
    if change.new != now {
        let follows = format!(
            "the verdict of {} is {}",
            change.id.escape_debug(),
            word(now)
        );
        return Some(Contradiction::new("new", word(change.new), follows));
    }
    let is_waived = case.is_some_and(|case| report.waiver_of(case).is_some());
    if change.waived != is_waived {
        let follows = "the waivers of the report say something else";
        return Some(Contradiction::new("waived", change.waived, follows));
    }
    // Lists that differ in nothing but how often a line is in them have no line of one side only.
    let has_no_lines = change.appeared.is_empty() && change.gone.is_empty();
    let class = |differs| CaseClass::of(change.old, change.new, differs);
    let stated = Some(change.class);
    let fits = stated == class(true) || (has_no_lines && stated == class(false));
    (!fits).then(|| {
        let follows = format!(
            "the verdict was {} and is {}",
            word(change.old),
            word(change.new)
        );
        Contradiction::new("class", quoted_class(change.class), follows)
    })
}

fn quoted_class(class: CaseClass) -> String {
    serde_json::to_string(&class).unwrap_or_default()
}
