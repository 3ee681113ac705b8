//! The sums and dispositions that follow from the cases of a sample.

use crate::model::report::FORMAT;
use crate::model::{
    CaseReport, ContractReport, Disposition, Dispositions, ExitCode, Level, Report,
    RequirementReport, Summary, TargetReport, Verdict,
};
use crate::report::sample::parts::BASE;
use std::borrow::Cow;

/// Id, level and sentence of the requirements; the contract is the part before the dash.
pub(super) const REQUIREMENTS: [(&str, Level, &str, &str); 12] = [
    (
        "AUTOPILOT-05",
        Level::Must,
        "The 204 answer has no content.",
        "[seed] + RFC 9110 section 15.3.5",
    ),
    (
        "AUTOPILOT-09",
        Level::May,
        "An error names a date and a request id.",
        "[linked: G7]",
    ),
    (
        "LICENSE-10",
        Level::Must,
        "assignedPlans, where present, is an array and never null.",
        "[linked: G2, G9]",
    ),
    (
        "LICENSE-12",
        Level::Must,
        "The answer is the user, with the members that the schema of the resource names.",
        "[seed]",
    ),
    (
        "PRESENCE-01",
        Level::Must,
        "The target serves POST on /users/batch below its base URL.",
        "[seed]",
    ),
    (
        "PRESENCE-29",
        Level::Must,
        "onlineOnly left out gives online and offline users.",
        "[seed]",
    ),
    (
        "PRESENCE-38",
        Level::Must,
        "A non-empty body is JSON made of PresenceRecord data: an array of records, or one record.",
        "[seed] + [linked: X2]; see C-P1",
    ),
    (
        "PRESENCE-41",
        Level::Must,
        "state, where present, is online, away or offline, without regard to case.",
        "[linked: X2; samples lower case, table capitalised]",
    ),
    (
        "PRESENCE-55",
        Level::Must,
        "With Accept: application/json the non-empty answer is application/json.",
        "[seed]",
    ),
    (
        "SEATS-02",
        Level::Must,
        "The answer to an assignment says for each seat whether it was assigned.",
        "[observed: C1, C2]",
    ),
    (
        "SEATS-05",
        Level::Should,
        "A JSON body {\"usernames\":[...],\"seatAction\":\"...\"} with Content-Type application/json is accepted.",
        "[observed: C1, C2]; no document describes a body",
    ),
    (
        "SEATS-07",
        Level::Must,
        "A product that the target does not know gives 404.",
        "[seed]",
    ),
];

/// A report of these cases, with the sums and dispositions that follow from them.
pub(crate) fn report(mut cases: Vec<CaseReport>) -> Report {
    for case in &mut cases {
        case.checks_failed = case.findings.len();
        if matches!(case.verdict, Verdict::Error | Verdict::Skip) {
            case.checks_passed = 0;
        }
        if case.proves.is_empty() {
            case.proves = proves(case).into();
        }
        if case.verdict == Verdict::Error {
            case.unproven = case.proves.to_vec();
        }
    }
    let requirements = REQUIREMENTS
        .iter()
        .map(|(id, level, sentence, source)| requirement(id, *level, sentence, source, &cases))
        .collect();
    finish(Report {
        run_id: None,
        seed: None,
        shard: None,
        incomplete_shards: Vec::new(),
        format: FORMAT.into(),
        exit: ExitCode::Conforms,
        reasons: Vec::new(),
        strict: false,
        probity: "0.1.0".into(),
        suite: "embedded".into(),
        suite_name: None,
        suite_digest: None,
        target: TargetReport {
            name: "reference".into(),
            given: None,
            services: ["autopilot", "license", "presence", "seats"]
                .map(|name| (name.to_owned(), BASE.into()))
                .into(),
            insecure: false,
        },
        started: "2026-01-01T00:00:00Z".into(),
        duration_ms: 312.0,
        interrupted: false,
        selection: Vec::new(),
        selected_nothing: Vec::new(),
        summary: Summary::default(),
        contracts: Vec::new(),
        requirements,
        causes: Vec::new(),
        cases: cases.into(),
        waivers: Vec::new(),
        comparison: None,
        recording: None,
    })
}

/// What the findings blame; without findings, all of the contract.
fn proves(case: &CaseReport) -> Vec<String> {
    let mut blamed: Vec<String> = case
        .findings
        .iter()
        .filter_map(|finding| finding.requirement.clone())
        .collect();
    blamed.dedup();
    if blamed.is_empty() {
        let ids = REQUIREMENTS.iter().map(|(id, ..)| (*id).to_owned());
        blamed = ids
            .filter(|id| id.to_lowercase().starts_with(&*case.contract))
            .collect();
    }
    blamed
}

fn requirement(
    id: &str,
    level: Level,
    sentence: &str,
    source: &str,
    cases: &[CaseReport],
) -> RequirementReport {
    let proving: Vec<&CaseReport> = cases
        .iter()
        .filter(|case| case.proves.iter().any(|proved| proved == id))
        .collect();
    let violated = proving
        .iter()
        .flat_map(|case| &case.findings)
        .any(|finding| finding.requirements.iter().any(|violated| violated == id));
    let evidence = proving.iter().any(|case| {
        matches!(
            case.verdict,
            Verdict::Pass | Verdict::Warn | Verdict::Fail | Verdict::Flaky
        )
    });
    let (disposition, reason) = match proving.first() {
        _ if violated => (Disposition::Violated, String::new()),
        _ if evidence => (Disposition::Upheld, String::new()),
        None => (Disposition::Unproven, "no case proves it".to_owned()),
        Some(case) if case.verdict == Verdict::Skip => (
            Disposition::Unproven,
            format!("{} was skipped: {}", case.id, case.reason),
        ),
        Some(case) => (
            Disposition::Unproven,
            format!("{}: {}", case.id, case.reason),
        ),
    };
    RequirementReport {
        id: id.into(),
        contract: id.split('-').next().unwrap().to_lowercase(),
        level,
        sentence: sentence.into(),
        source: source.into(),
        disposition,
        reason: reason.into(),
        required: level == Level::Must,
        cases: proving.iter().map(|case| case.id.clone()).collect(),
    }
}

/// Sums, exit code and reasons.
pub(super) fn finish(mut report: Report) -> Report {
    let sum = |cases: &[Cow<'_, CaseReport>]| {
        let with = |verdict| cases.iter().filter(|case| case.verdict == verdict).count();
        Summary {
            throttled: 0,
            throttled_ms: 0,
            token_requests: 0,
            liveness_requests: 0,
            pass: with(Verdict::Pass),
            warn: with(Verdict::Warn),
            fail: with(Verdict::Fail),
            flaky: with(Verdict::Flaky),
            error: with(Verdict::Error),
            skip: with(Verdict::Skip),
            requests: cases
                .iter()
                .flat_map(|case| &case.steps)
                .map(|step| step.attempts)
                .sum(),
            checks: cases
                .iter()
                .map(|case| case.checks_passed + case.checks_failed)
                .sum(),
        }
    };
    let titles = [
        ("autopilot", "unassignUserFromDevice (Microsoft Graph beta)"),
        (
            "license",
            "reprocessLicenseAssignment (Microsoft Graph v1.0)",
        ),
        ("presence", "POST /users/batch (Xbox Live presence)"),
        ("seats", "POST /V1/Inventory/{productId}/{skuId}/Seats"),
    ];
    report.summary = sum(&report.cases.iter().collect::<Vec<_>>());
    report.contracts = titles
        .map(|(name, title)| {
            let cases: Vec<_> = report
                .cases
                .iter()
                .filter(|case| *case.contract == *name)
                .collect();
            let with = |disposition| {
                report
                    .requirements
                    .iter()
                    .filter(|one| one.contract == name && one.disposition == disposition)
                    .count()
            };
            ContractReport {
                name: name.into(),
                digest: None,
                title: title.into(),
                cases: sum(&cases),
                requirements: Dispositions {
                    upheld: with(Disposition::Upheld),
                    violated: with(Disposition::Violated),
                    unproven: with(Disposition::Unproven),
                    not_applicable: with(Disposition::NotApplicable),
                },
            }
        })
        .into();
    if report.reasons.is_empty() {
        let required = |disposition| {
            report
                .requirements
                .iter()
                .filter(|one| one.required && one.disposition == disposition)
                .count()
        };
        let (violated, unproven) = (
            required(Disposition::Violated),
            required(Disposition::Unproven),
        );
        let facts = [
            (violated, ExitCode::Violated, "required and violated"),
            (report.summary.error, ExitCode::Error, "without evidence"),
            (unproven, ExitCode::Incomplete, "required and unproven"),
        ];
        for (number, exit, fact) in facts.into_iter().filter(|(number, ..)| *number > 0) {
            report.reasons.push(format!("{number} {fact}"));
            report.exit = ExitCode::strongest([report.exit, exit]);
        }
    } else if report.exit == ExitCode::Conforms {
        report.exit = ExitCode::Incomplete;
    }
    report.with_causes()
}
