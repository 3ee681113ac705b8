//! Reports of runs that were compared with an earlier one.

use crate::model::{
    CaseChange, CaseClass, CauseChange, Comparison, Disposition, Drift, ExitCode, Gate,
    LatencyShift, LatencySummary, Level, Report, RequirementChange, Side, Verdict, fingerprint,
};
use crate::report::sample::{broken, green, sums};

/// One of each sort of change.
pub(crate) fn regressed() -> Report {
    let mut report = broken();
    let mut comparison = unchanged_comparison(&report);
    comparison.gate = Gate::Regressions;
    comparison.notes = vec![
        "different targets: staging before, reference now".into(),
        "the suite changed: requirements of seats, 1 case edited".into(),
    ];
    comparison.edited = vec!["seats/inventory/unknown-product".into()];
    comparison.common = 11;
    comparison.causes = changed_causes();
    let state = "PRESENCE-41 step 1: schema at /*/state, text refused by presence/records.schema.json#/pattern";
    let late = "no answer in time: no answer within 30 s";
    comparison.cases = CaseClass::ALL
        .into_iter()
        .zip([
            (Some(Verdict::Pass), Some(Verdict::Fail), state, "", ""),
            (
                Some(Verdict::Fail),
                Some(Verdict::Fail),
                "LICENSE-12 step 1: missing at /assignedPlans, something expected, nothing found",
                "LICENSE-12 step 1: status, 200 expected, 500 found",
                "",
            ),
            (Some(Verdict::Pass), Some(Verdict::Error), "", "", late),
            (
                Some(Verdict::Pass),
                Some(Verdict::Skip),
                "",
                "",
                "the target has no fixture presence.blocked",
            ),
            (Some(Verdict::Pass), None, "", "", ""),
            (None, Some(Verdict::Fail), state, "", ""),
            (Some(Verdict::Error), Some(Verdict::Error), "", "", late),
            (
                Some(Verdict::Fail),
                Some(Verdict::Fail),
                "",
                "",
                "removed in 2.4",
            ),
            (Some(Verdict::Fail), Some(Verdict::Pass), "", state, ""),
            (Some(Verdict::Skip), Some(Verdict::Pass), "", "", ""),
            (None, Some(Verdict::Pass), "", "", ""),
        ])
        .map(|(class, (old, new, appeared, gone, reason))| {
            let lines = |line: &str| -> Vec<String> {
                let line = (!line.is_empty()).then(|| line.to_owned());
                line.into_iter().collect()
            };
            CaseChange {
                id: format!("presence/changes/{}", class.words().replace(' ', "-")),
                class,
                old,
                new,
                edited: class == CaseClass::FailingDifferently,
                waived: class == CaseClass::StillFailing,
                appeared: lines(appeared),
                gone: lines(gone),
                reason: reason.to_owned(),
            }
        })
        .collect();
    // More lines than any format shows.
    for number in 1..=24 {
        let line = format!(
            "LICENSE-12 step 1: extra at /member-{number}, nothing expected, something found"
        );
        comparison.cases[1].appeared.push(line);
    }
    // The regression is a case of the report, so that annotations have a place for it.
    comparison.cases[0].id = "presence/users-batch/two-users".into();
    let regressed = report.cases.find(&comparison.cases[0].id).unwrap();
    comparison.cases[0].appeared = fingerprint(regressed.all_findings()).into_iter().collect();
    comparison.requirements = vec![
        requirement(
            "PRESENCE-41",
            Some(Disposition::Upheld),
            Some(Disposition::Violated),
        ),
        requirement(
            "SEATS-07",
            Some(Disposition::Violated),
            Some(Disposition::Upheld),
        ),
    ];
    let seen = vec![
        "presence/users-batch/one-user".to_owned(),
        "presence/users-batch/two-users".to_owned(),
    ];
    let drift = |pointer: Option<&str>, then: Option<&str>, now: Option<&str>| Drift {
        operation: "presence POST /users/batch".into(),
        status: 200,
        pointer: pointer.map(str::to_owned),
        then: then.map(str::to_owned),
        now: now.map(str::to_owned),
        cases: seen.clone(),
    };
    comparison.drift = vec![
        drift(Some("/*/devices"), None, Some("array")),
        drift(Some("/*/xuid"), Some("text"), Some("number")),
    ];
    let summary = |answers, median_ms, p95_ms| LatencySummary {
        answers,
        median_ms,
        p95_ms,
    };
    comparison.latency = vec![LatencyShift {
        operation: "presence POST /users/batch".into(),
        old: summary(40, 21.0, 48.0),
        new: summary(44, 63.0, 140.0),
    }];
    report.exit = ExitCode::Violated;
    report.reasons = vec!["got worse: presence/users-batch/two-users".into()];
    report.comparison = Some(Box::new(comparison));
    report
}

/// Causes of each sort of change.
fn changed_causes() -> Vec<CauseChange> {
    let cause = |cause: &str, old, new| CauseChange {
        cause: cause.into(),
        old,
        new,
    };
    vec![
        cause(
            "PRESENCE-41: schema at /*/state, text refused by presence/records.schema.json#/pattern",
            0,
            2,
        ),
        cause(
            "PRESENCE-29: count at /, number expected, number found",
            2,
            3,
        ),
        cause("SEATS-05: status, 2xx expected, 415 found", 4, 1),
        cause("SEATS-07: status, 404 expected, 500 found", 2, 0),
    ]
}

/// Nothing changed, and all is well.
pub(crate) fn unchanged() -> Report {
    let mut report = green();
    report.comparison = Some(Box::new(unchanged_comparison(&report)));
    report
}

fn unchanged_comparison(report: &Report) -> Comparison {
    let side = |started: &str| Side {
        target: report.target.name.to_string(),
        suite: report.suite.to_string(),
        started: started.to_owned(),
        cases: report.cases.len(),
    };
    Comparison {
        gate: Gate::Contract,
        old: side("2025-12-25T08:00:00.5Z"),
        new: side(&report.started),
        notes: Vec::new(),
        common: report.cases.len(),
        not_selected: 0,
        edited: Vec::new(),
        cases: Vec::new(),
        requirements: Vec::new(),
        drift: Vec::new(),
        latency: Vec::new(),
        causes: Vec::new(),
    }
}

fn requirement(id: &str, old: Option<Disposition>, new: Option<Disposition>) -> RequirementChange {
    let known = sums::REQUIREMENTS.iter().find(|(known, ..)| *known == id);
    RequirementChange {
        id: id.into(),
        contract: "presence".into(),
        level: Level::Must,
        sentence: known.unwrap().2.into(),
        old,
        new,
        edited: false,
        waived: false,
    }
}
