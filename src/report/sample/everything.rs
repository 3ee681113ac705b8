//! One report in which every field of a report is set.

use crate::json::Digest;
use crate::model::{
    BranchReport, CaseReport, CodedReport, Finding, OpeningParts, Report, StepReport, UsedStep,
    Verdict,
};
use crate::report::sample::failing::{
    optional_point, presence_schema, second_step, trailing_bytes, wrong_status, wrong_value,
};
use crate::report::sample::parts::{answer, passing, place, request, step};
use crate::report::sample::{
    flaky, judged, left_behind, regressed, skipped, timed_out, waived, warned,
};

/// One case of each verdict, and everything that can be said about a run.
pub(crate) fn everything() -> Report {
    fn only(report: Report, id: &'static str) -> impl Iterator<Item = CaseReport> {
        let cases = report.cases.into_vec().into_iter();
        cases.filter(move |case| case.id == id)
    }
    let mut report = super::report(
        [
            trailing_bytes(),
            passing("license/reprocess/user", &["LICENSE-10", "LICENSE-12"]),
            presence_schema(),
            wrong_value(),
            busy(),
            wrong_status(),
            optional_point(),
            wrong_value_again(),
        ]
        .into_iter()
        .chain(only(timed_out(), "license/reprocess/slow-user"))
        .chain(only(skipped(), "presence/users-batch/blocked"))
        .chain(only(warned(), "seats/inventory/json-body"))
        .chain(only(left_behind(), "seats/inventory/assign"))
        .chain(
            flaky()
                .cases
                .into_vec()
                .into_iter()
                .filter(|case| !case.reruns.is_empty()),
        )
        .collect(),
    );
    // The waived case fails each time, so the flaky one needs another id.
    for case in report
        .cases
        .iter_mut()
        .filter(|case| case.verdict == Verdict::Flaky)
    {
        case.id = "seats/inventory/flaky".into();
        case.violated = vec!["SEATS-07".into()];
        case.unproven = vec!["SEATS-05".into()];
        for finding in &mut case.findings {
            finding.used = Some(Box::new(UsedStep {
                name: "take-seat".into(),
                place: place(31, "      - use: take-seat", "take-seat"),
                value: Some(place(
                    31,
                    "      - { use: take-seat, with: { user: ann } }",
                    "ann",
                )),
            }));
        }
    }
    let steps = report.cases.iter_mut().flat_map(|case| &mut case.steps);
    let mut bodies =
        steps.filter_map(|step| step.exchange.as_mut()?.response.as_mut()?.body.as_mut());
    if let Some(body) = bodies.next() {
        body.coded = Some(CodedReport {
            codings: "gzip".into(),
            octets: 33,
        });
    }
    for case in report.cases.iter_mut() {
        if case.id == "presence/users-batch/two-users" {
            case.by_rules = ["PRESENCE-55".to_owned()].into();
            case.findings[0].rule = Some("records".into());
        }
        if case.id == "seats/inventory/missing-product" {
            let redirect = Finding {
                rule: Some("moved".into()),
                redirect: Some(0),
                message: "got 308 Permanent Redirect".into(),
                expected: "307".into(),
                actual: "308 Permanent Redirect".into(),
                ..case.findings[0].clone()
            };
            case.findings.push(redirect);
        }
    }
    let digest = Digest::new([7; 8]);
    report.suite = "suites/shop".into();
    report.suite_name = Some("shop".into());
    report.suite_digest = Some("0707070707070707".into());
    report.contracts[0].digest = Some(digest);
    report.cases[0].digest = Some(digest);
    report.target.given = Some("staging.yaml".into());
    report.target.insecure = true;
    report.selection = vec!["*".into()];
    report.run_id = flaky().run_id;
    report.seed = Some(4_021);
    report.recording = judged().recording;
    report.comparison = regressed().comparison;
    if let Some(comparison) = &mut report.comparison {
        comparison.not_selected = 2;
    }
    report.waivers = waived().waivers;
    report.waivers[1].owner = Some("kim".into());
    let summary = &mut report.summary;
    (summary.throttled, summary.throttled_ms) = (1, 1500);
    (summary.token_requests, summary.liveness_requests) = (2, 1);
    report.reasons.extend(waived().reasons);
    report.with_causes()
}

/// A case of several steps, sent more than once, that cleans up.
fn busy() -> CaseReport {
    let mut case = second_step();
    let delete = request("DELETE", "/V1/Inventory/prod-1/sku-1/Seats/alex");
    case.steps.push(StepReport {
        finally: true,
        ..step(delete, Some(answer(204, "No Content", "")))
    });
    case.steps[1].throttled = 1;
    case.steps[1].resent = 1;
    case.steps[1].branches = vec![BranchReport {
        block: 1,
        rule: Some("parts".into()),
        redirect: Some(0),
        line: 31,
        when: Some("status 206".into()),
        taken: true,
        alternatives: 2,
        alternative: Some(0),
    }];
    case.steps[1].outline = Some("{\"seatDetails\":[],\"total\":1}".into());
    case.steps[1].opening = OpeningParts {
        dns_ms: Some(1.5),
        connect_ms: Some(2.5),
        tls_ms: Some(12.0),
    }
    .into();
    case
}

/// The same cause as in [`wrong_value`], with another value.
fn wrong_value_again() -> CaseReport {
    let mut case = wrong_value();
    case.id = format!("{}-again", case.id);
    case.findings[0].message = "2 elements differ".into();
    case
}
