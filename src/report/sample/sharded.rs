//! One shard of a run, and a run that was merged without one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::model::{
    Disposition, ExitCode, IncompleteShard, Report, ShardOptions, ShardReport, TargetFacts, Verdict,
};
use crate::report::sample::sums::finish;
use crate::report::sample::{green, report};

/// The second of three shards: nothing failed, and that proves nothing yet.
pub(crate) fn shard() -> Report {
    let mut cases = green().cases.into_vec();
    cases.truncate(2);
    let mut report = report(cases);
    report.target.given = Some("staging.yaml".into());
    report.strict = true;
    report.shard = Some(Box::new(ShardReport {
        shard: "2/3".parse().expect("a shard"),
        run: "8134-1".into(),
        plan: "5f0c7c2b8c1d9a3e".repeat(4),
        split: "1a9e3d8c2b7c0f51".repeat(4),
        planned: 6,
        own: 2,
        options: ShardOptions {
            suite: Some("my-suite".into()),
            strict: true,
            retries: 1,
            seed: Some(7),
            clock: Some("2026-01-01T00:00:00Z".into()),
            durations: Some("last.json".into()),
            waivers: Some("known.yaml".into()),
            insecure: true,
            allow_missing_env: true,
        },
        target: Box::new(target()),
        settings: "9a3e1a9e3d8c2b7c".repeat(4),
        lost: vec!["service `seats` is lost".into()],
    }));
    for requirement in &mut report.requirements {
        requirement.disposition = Disposition::Unproven;
        requirement.reason = "shard 2/3 alone cannot decide it: merge the shards".into();
    }
    let mut report = finish(report);
    report.exit = ExitCode::Conforms;
    report.reasons.clear();
    report
}

fn target() -> TargetFacts {
    let name = |name: &str| name.to_owned();
    TargetFacts {
        name: name("reference"),
        given: Some(name("staging.yaml")),
        services: BTreeMap::from([(name("seats"), name("http://127.0.0.1:4040"))]),
        identities: BTreeMap::from([(name("seats.admin"), vec![name("Authorization")])]),
        unset: BTreeMap::from([(name("license.user"), BTreeSet::from([name("TOKEN")]))]),
        fixtures: BTreeMap::from([(name("seats.product"), json!("prod-1"))]),
        capabilities: BTreeSet::from([name("seats.query-form")]),
        remote: BTreeSet::from([name("seats")]),
        permits_write: true,
        disposable: BTreeSet::from([name("seats.product")]),
        not_applicable: BTreeMap::from([(name("SEATS-05"), name("this mock has no body"))]),
        cannot: BTreeMap::from([(name("seats.bulk"), name("this mock has one seat"))]),
        throttle_wait_ms: 30_000,
        throttle_total_ms: 600_000,
        run_id_header: Some(name("traceparent")),
        stand_ins: vec![name("qrstuvwx")],
    }
}

/// A run of three shards, of which two never ended.
pub(crate) fn merged() -> Report {
    let mut cases = green().cases.into_vec();
    for (case, reason) in cases.iter_mut().zip([
        "shard 3/3 is missing",
        "shard 3/3 is missing",
        "shard 1/3 was killed",
    ]) {
        case.verdict = Verdict::Skip;
        case.reason = reason.into();
        case.steps.clear();
        case.duration_ms = 0.0;
    }
    let mut report = finish(report(cases));
    let shard = |shard: &str| shard.parse().expect("a shard");
    report.incomplete_shards = vec![
        IncompleteShard::new(shard("1/3"), "was killed", 1),
        IncompleteShard::new(shard("3/3"), "is missing", 2),
    ];
    let words = report
        .incomplete_shards
        .iter()
        .map(IncompleteShard::in_words);
    let words: Vec<String> = words.collect();
    report.reasons.splice(0..0, words);
    report.exit = ExitCode::Incomplete;
    report
}
