//! Fixed reports for the tests of every format: clock, port and durations are in the value.

mod compared;
mod everything;
mod failing;
mod parts;
mod planted;
mod settled;
mod sharded;
mod suite;
mod sums;

pub(crate) use compared::{regressed, unchanged};
pub(crate) use everything::everything;
use failing::{
    failed_capture, missing_and_extra, missing_header, not_json, optional_point, presence_schema,
    second_step, trailing_bytes, wrong_content_type, wrong_status, wrong_value,
};
use parts::{
    answer, body, case, finding, passing, place, state_place, step, unanswered, users_batch,
};
pub(crate) use planted::{miscounted, planted};
pub(crate) use settled::settled;
pub(crate) use sharded::{merged, shard};
pub(crate) use suite::suite;
use sums::finish;
pub(crate) use sums::report;

use crate::model::report::RunIdReport;
use crate::model::{
    Disposition, ExitCode, Finding, FindingKind, Level, NoAnswerKind, RecordingReport, Report,
    RerunReport, ResponseReport, Unmatched, Verdict, WaiverKind, WaiverReport, WaiverStanding,
};

/// Every kind of report that a format must be able to show, with the name of its golden files.
pub(crate) fn named() -> Vec<(&'static str, Report)> {
    vec![
        ("green", green()),
        ("broken", broken()),
        ("warned", warned()),
        ("recommended", recommended()),
        ("unreachable", unreachable()),
        ("timed-out", timed_out()),
        ("skipped", skipped()),
        ("left-behind", left_behind()),
        ("interrupted", interrupted()),
        ("nothing-selected", nothing_selected()),
        ("hostile", hostile()),
        ("waived", waived()),
        ("flaky", flaky()),
        ("regressed", regressed()),
        ("unchanged", unchanged()),
        ("judged", judged()),
        ("watched", watched()),
        ("everything", everything()),
        ("shard", shard()),
        ("merged", merged()),
    ]
}

/// The reports of which every format for machines has a golden file: together they set every field. The terminal and
/// HTML have one of each report in [`named`].
pub(crate) const GOLDEN: [&str; 7] = [
    "green",
    "watched",
    "everything",
    "hostile",
    "nothing-selected",
    "shard",
    "merged",
];

/// The same without names.
pub(crate) fn all() -> Vec<Report> {
    named().into_iter().map(|(_, report)| report).collect()
}

/// Everything holds.
pub(crate) fn green() -> Report {
    report(vec![
        passing("autopilot/unassign/route-a", &["AUTOPILOT-05"]),
        passing("license/reprocess/user", &["LICENSE-10", "LICENSE-12"]),
        passing(
            "presence/users-batch/one-user",
            &["PRESENCE-01", "PRESENCE-55"],
        ),
        passing(
            "presence/users-batch/two-users",
            &["PRESENCE-29", "PRESENCE-38", "PRESENCE-41"],
        ),
        passing("seats/inventory/assign", &["SEATS-02", "SEATS-05"]),
        passing("seats/inventory/unknown-product", &["SEATS-07"]),
    ])
}

/// One failure of each kind, among cases that hold.
pub(crate) fn broken() -> Report {
    report(vec![
        trailing_bytes(),
        missing_and_extra(),
        wrong_content_type(),
        presence_schema(),
        not_json(),
        wrong_value(),
        second_step(),
        wrong_status(),
        failed_capture(),
        missing_header(),
        passing("presence/users-batch/one-user", &["PRESENCE-01"]),
        optional_point(),
        passing("seats/inventory/unknown-product", &["SEATS-07"]),
    ])
}

/// Judged from a recording that holds more than the cases ask for, by a suite that has changed since.
pub(crate) fn judged() -> Report {
    let mut cases = green().cases.into_vec();
    cases.push(wrong_status());
    let mut report = report(cases);
    report.target.given = Some("staging.yaml".into());
    report.recording = Some(RecordingReport {
        file: "run.har".into(),
        creator: "probity 0.1.0".into(),
        recorded: Some("2025-12-31T12:00:00.123456Z".into()),
        is_other_suite: true,
        is_live: false,
        exchanges: 9,
        unmatched: vec![Unmatched {
            place: "log.entries[3]".into(),
            request: "GET https://api.example/photo".into(),
            reason: "no case sends this method to this path".into(),
        }],
    });
    report
}

/// Judged while `probity record` passed the exchanges of a client on.
fn watched() -> Report {
    let mut report = green();
    report.recording = judged().recording.map(|recording| RecordingReport {
        is_other_suite: false,
        is_live: true,
        ..recording
    });
    report
}

/// The same, of a suite that has no MUST requirement.
pub(crate) fn recommended() -> Report {
    let mut report = warned();
    report.requirements.retain(|one| one.level != Level::Must);
    let listed: Vec<&str> = report
        .requirements
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    for case in report.cases.list_mut() {
        let proves = case
            .proves
            .iter()
            .filter(|id| listed.contains(&id.as_str()));
        case.proves = proves.cloned().collect();
    }
    report.exit = ExitCode::Conforms;
    report.reasons.clear();
    report
}

/// Only recommendations are not followed.
pub(crate) fn warned() -> Report {
    let mut warn = case(
        "seats/inventory/json-body",
        "a JSON body is accepted",
        Verdict::Warn,
    );
    warn.findings = vec![
        finding(
            "SEATS-05",
            FindingKind::Status,
            "got 415 Unsupported Media Type",
            ("<2xx>", "415"),
            place(40, "      - { proves: [SEATS-05], status: <2xx> }", "<2xx>"),
        ),
        Finding {
            header: Some("Retry-After".into()),
            ..finding(
                "SEATS-05",
                FindingKind::Header,
                "there is no header field Retry-After",
                ("<present>", "nothing"),
                place(
                    41,
                    "        headers: { Retry-After: <present> }",
                    "<present>",
                ),
            )
        },
    ];
    let mut cases = green().cases.into_vec();
    cases.push(warn);
    report(cases)
}

/// A waived failure and a waived flaky case, and waivers that are stale, expired and of another failure.
pub(crate) fn waived() -> Report {
    let mut cases = green().cases.into_vec();
    cases.push(wrong_status());
    let mut report = report(cases);
    report.exit = ExitCode::StaleWaiver;
    report.reasons = vec![
        "the waiver at staging.waivers.yaml:9 for seats/inventory/assign is stale: it passes now: delete it".into(),
        "the waiver at staging.waivers.yaml:16 for license/reprocess/user is expired: it ended on 2025-12-29: delete or renew it".into(),
    ];
    let waiver = |case: &str, standing, advice: &str| WaiverReport {
        case: case.into(),
        requirement: None,
        kind: WaiverKind::Failure,
        reason: "fixed in 2.4".into(),
        issue: Some("https://tracker.example/7".into()),
        owner: None,
        expires: "2026-01-10".into(),
        days_left: 9,
        standing,
        advice: advice.into(),
        place: place(2, "  - case: seats", "seats"),
    };
    report.waivers = vec![
        waiver(
            "seats/inventory/missing-product",
            WaiverStanding::Applied,
            "",
        ),
        waiver(
            "seats/inventory/assign",
            WaiverStanding::Stale,
            "it passes now: delete it",
        ),
        WaiverReport {
            requirement: Some("LICENSE-12".into()),
            expires: "2025-12-29".into(),
            days_left: -3,
            ..waiver(
                "license/reprocess/user",
                WaiverStanding::Expired,
                "it ended on 2025-12-29: delete or renew it",
            )
        },
        waiver(
            "seats/inventory/unknown-product",
            WaiverStanding::Different,
            "it fails in another way: review it",
        ),
        WaiverReport {
            kind: WaiverKind::Flaky,
            ..waiver("seats/inventory/request-id", WaiverStanding::Applied, "")
        },
    ];
    report.with_causes()
}

/// One case fails now and then, another fails each time in its own way.
pub(crate) fn flaky() -> Report {
    let rerun = |verdict, findings: &[Finding], started_ms| RerunReport {
        verdict,
        reason: "".into(),
        started_ms,
        duration_ms: 4.1,
        findings: findings.to_vec(),
        steps: vec![step(users_batch(), Some(answer(200, "OK", "[]")))],
    };
    let mut flaky = wrong_status();
    flaky.verdict = Verdict::Flaky;
    flaky.reason = "flaky, run 3 times: fail, fail, pass".into();
    flaky.reruns = vec![
        rerun(Verdict::Fail, &flaky.findings, 5.0),
        rerun(Verdict::Pass, &[], 10.0),
    ];
    let mut broken = missing_header();
    broken.reason = "run 2 times: fail, fail".into();
    broken.reruns = vec![rerun(Verdict::Fail, &wrong_value().findings, 5.0)];
    let mut cases = green().cases.into_vec();
    cases.extend([flaky, broken]);
    let mut report = report(cases);
    report.run_id = Some(RunIdReport {
        header: "X-Run-Id".into(),
        id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    });
    report
}

/// As many cases as asked for: of a hundred, ninety-nine hold.
pub(crate) fn many(number: u32) -> Report {
    let broken = broken().cases.into_vec();
    let cases = (0..number).map(|number| {
        let mut case = if number % 100 == 99 {
            broken[number as usize / 100 % broken.len()].clone()
        } else {
            passing(
                "presence/users-batch/one-user",
                &["PRESENCE-01", "PRESENCE-29"],
            )
        };
        case.id = format!("{}-{number}", case.id);
        case.title = format!("{}, number {number}", case.title).into();
        case.started_ms = f64::from(number / 32) * 3.6;
        case
    });
    report(cases.collect())
}

/// Nobody listens at the target.
pub(crate) fn unreachable() -> Report {
    let names = [
        "autopilot/unassign/route-a",
        "license/reprocess/user",
        "presence/users-batch/one-user",
        "presence/users-batch/two-users",
        "presence/users-batch/batch-limit[at-limit]",
        "presence/users-batch/batch-limit[over-limit]",
        "seats/inventory/assign",
        "seats/inventory/unknown-product",
    ];
    let cases = names.map(|name| {
        unanswered(
            name,
            NoAnswerKind::Refused,
            "connection refused (os error 111)",
            0.21,
        )
    });
    report(cases.into())
}

/// One answer did not come in time.
pub(crate) fn timed_out() -> Report {
    let mut cases = green().cases.into_vec();
    cases.push(unanswered(
        "license/reprocess/slow-user",
        NoAnswerKind::TimedOut,
        "no answer within 30 s; 1204 bytes of the body had come",
        30_001.7,
    ));
    report(cases)
}

/// Cases that were not run.
pub(crate) fn skipped() -> Report {
    let skip = |id: &str, proves: &[&str], reason: &str| {
        let mut skip = case(id, "not run", Verdict::Skip);
        skip.reason = reason.into();
        skip.proves = proves.iter().map(ToString::to_string).collect();
        skip.steps.clear();
        skip.duration_ms = 0.0;
        skip
    };
    let write = "the target does not permit writes";
    let mut report = report(vec![
        passing(
            "autopilot/unassign/route-a",
            &["AUTOPILOT-05", "AUTOPILOT-09"],
        ),
        passing("license/reprocess/user", &["LICENSE-10", "LICENSE-12"]),
        passing(
            "presence/users-batch/two-users",
            &["PRESENCE-01", "PRESENCE-29", "PRESENCE-38"],
        ),
        skip(
            "presence/users-batch/blocked",
            &["PRESENCE-41"],
            "the target has no fixture presence.blocked",
        ),
        skip("seats/inventory/assign", &["SEATS-02"], write),
        skip("seats/inventory/assign-twice", &["SEATS-02"], write),
        skip("seats/inventory/revoke", &["SEATS-02", "SEATS-05"], write),
        passing("seats/inventory/unknown-product", &["SEATS-07"]),
    ]);
    let not_applicable = &mut report.requirements[8];
    not_applicable.disposition = Disposition::NotApplicable;
    not_applicable.reason = "this mock answers in one media type only".into();
    finish(report)
}

/// A case could not undo what it did.
pub(crate) fn left_behind() -> Report {
    let mut cases = green().cases.into_vec();
    cases[4].left_behind = vec![
        "DELETE /V1/Inventory/prod-1/sku-1/Seats/alex: got 500 Internal Server Error".into(),
        "DELETE /V1/Inventory/prod-1/sku-1/Seats/kim: no answer within 30 s".into(),
    ];
    report(cases)
}

/// Stopped before all was done.
pub(crate) fn interrupted() -> Report {
    let mut cases = green().cases.into_vec();
    for case in &mut cases[3..] {
        case.verdict = Verdict::Skip;
        case.reason = "the run was interrupted".into();
        case.steps.clear();
    }
    let mut report = report(cases);
    report.interrupted = true;
    report.exit = ExitCode::Interrupted;
    report
        .reasons
        .insert(0, "the run was interrupted after 3 of 6 cases".into());
    report
}

/// A selection that matches no case.
pub(crate) fn nothing_selected() -> Report {
    let mut report = report(Vec::new());
    report.selection = vec!["presence/user-batch/*".into()];
    report.selected_nothing = report.selection.clone();
    for requirement in &mut report.requirements {
        requirement.required = false;
        requirement.reason = "the selection left out all its cases".into();
    }
    report.reasons = vec!["nothing was selected".into()];
    finish(report)
}

/// A target that tries to take over the terminal.
pub(crate) fn hostile() -> Report {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}gnp.\u{feff}\r\n\tPASS \u{9b}32m";
    let mut bad = case(
        "presence/users-batch/two-users",
        "every requested user comes back once",
        Verdict::Fail,
    );
    let long = format!("\"{}\"", "long ".repeat(900));
    bad.findings = vec![
        Finding {
            pointer: Some(format!("/0/{evil}").into()),
            ..finding(
                "PRESENCE-41",
                FindingKind::Value,
                &format!("got \"{evil}\""),
                ("\"online\"", evil),
                state_place(),
            )
        },
        Finding {
            pointer: Some("/0/name".into()),
            ..finding(
                "PRESENCE-41",
                FindingKind::Value,
                &format!("got {long}"),
                ("\"Alex\"", &long),
                state_place(),
            )
        },
    ];
    let response = ResponseReport {
        reason: evil.into(),
        headers: vec![
            ("Content-Type".into(), "application/json".into()),
            ("X-Evil".into(), evil.into()),
            ("X-Long".into(), "0123456789".repeat(900).into()),
        ],
        body: Some(body(&format!(
            "[{{\"xuid\":\"{evil}\",\"text\":\"{}\"}}]",
            "x".repeat(9000)
        ))),
        trailing: evil.into(),
        ..answer(200, "OK", "")
    };
    bad.steps = vec![step(users_batch(), Some(response))];
    report(vec![bad])
}
