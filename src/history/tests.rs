//! What must hold of any two runs, and each row of the table by itself.

mod acceptance;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::json::Digest;
use crate::model::baseline::{
    BASELINE_FORMAT, BodyEntry, CaseEntry, Heading, LatencyEntry, RequirementEntry,
};
use crate::model::{CaseClass, Disposition, ExitCode, Level, Verdict};
use crate::report::sample;

/// A run of these cases: id, verdict, how it fails.
fn run(cases: &[(String, Verdict, Vec<String>)]) -> Baseline {
    let cases = cases.iter().map(|(id, verdict, fails)| {
        let mut fails = fails.clone();
        fails.sort();
        fails.dedup();
        let is_failure = matches!(verdict, Verdict::Fail | Verdict::Flaky | Verdict::Warn);
        let entry = CaseEntry {
            case: id.clone(),
            verdict: *verdict,
            digest: Some(Digest::new([1; 8])),
            fails: if is_failure { fails } else { Vec::new() },
            reason: String::new(),
            lowered: String::new(),
            waived: false,
        };
        (id.clone(), entry)
    });
    let cases: BTreeMap<_, _> = cases.collect();
    Baseline {
        heading: Heading {
            baseline: BASELINE_FORMAT.into(),
            target: "t".into(),
            suite: "s".into(),
            suite_digest: Some("d".into()),
            run: "2026-01-01T00:00:00Z".into(),
            probity: "0".into(),
            cases: cases.len(),
            requirements: 0,
            selection: Vec::new(),
            interrupted: false,
        },
        contracts: BTreeMap::default(),
        requirements: BTreeMap::default(),
        bodies: BTreeMap::default(),
        latency: BTreeMap::default(),
        cases,
    }
}

fn one(verdict: Verdict, fails: &[&str]) -> Baseline {
    let fails = fails.iter().map(ToString::to_string).collect();
    let other = ("c/f/other".to_owned(), Verdict::Pass, Vec::new());
    run(&[("c/f/case".to_owned(), verdict, fails), other])
}

fn none() -> Baseline {
    run(&[("c/f/other".to_owned(), Verdict::Pass, Vec::new())])
}

/// The class of the one case, and what the gate says about it.
fn outcome(old: &Baseline, new: &Baseline) -> (Option<CaseClass>, u8) {
    let comparison = compare(old, new);
    let change = comparison.change_of("c/f/case");
    let (exit, reasons) = reasons(None, &comparison);
    assert_eq!(exit == ExitCode::Conforms, reasons.is_empty());
    (change.map(|change| change.class), exit.code())
}

#[test]
fn what_fails_alike_in_several_cases_is_counted() {
    let runs = |failing: &[(&str, &[&str])]| {
        let cases = failing.iter().map(|(id, fails)| {
            let fails = fails.iter().map(ToString::to_string).collect();
            (format!("c/f/{id}"), Verdict::Fail, fails)
        });
        run(&cases.collect::<Vec<_>>())
    };
    let (gone, more, alone) = (
        "A-1 step 1: status, x",
        "A-2 rule r: value at /a: b",
        "A-3 step 1: y",
    );
    let more_later = "A-2 step 7: value at /a: b";
    let old = runs(&[("a", &[gone, more]), ("b", &[gone]), ("c", &[])]);
    let new = runs(&[
        ("a", &[more]),
        ("b", &[more_later, alone]),
        ("c", &[more, more_later]),
    ]);
    let causes = compare(&old, &new).causes.into_iter();
    let causes: Vec<_> = causes.map(|one| (one.cause, one.old, one.new)).collect();
    assert_eq!(
        causes,
        [
            ("A-2: value at /a: b".to_owned(), 1, 3),
            ("A-1: status, x".to_owned(), 2, 0),
        ]
    );
}

#[test]
fn each_row_of_the_table() {
    use CaseClass::*;
    use Verdict::{Error, Fail, Flaky, Pass, Skip, Warn};
    let pass = one(Pass, &[]);
    let fail = one(Fail, &["a"]);
    let other = one(Fail, &["b"]);
    let more = one(Fail, &["a", "b"]);
    let warn = one(Warn, &["a"]);
    let flaky = one(Flaky, &["a"]);
    let (error, skip) = (one(Error, &[]), one(Skip, &[]));
    let rows = [
        (&pass, &pass, None, 0),
        (&pass, &fail, Some(Regression), 1),
        (&pass, &warn, Some(Regression), 1),
        (&warn, &fail, Some(Regression), 1),
        // It breaks now and then, and did not: a step back, whatever the retries said.
        (&pass, &flaky, Some(Regression), 1),
        (&flaky, &fail, Some(Regression), 1),
        (&fail, &flaky, Some(Fixed), 0),
        (&pass, &error, Some(LostEvidence), 5),
        (&fail, &error, Some(LostEvidence), 5),
        (&pass, &skip, Some(LostCoverage), 4),
        (&fail, &skip, Some(LostCoverage), 4),
        (&pass, &none(), Some(Vanished), 4),
        (&fail, &fail, Some(StillFailing), 0),
        (&fail, &other, Some(FailingDifferently), 1),
        (&fail, &more, Some(FailingDifferently), 1),
        // To fail in fewer ways is no step back.
        (&more, &fail, Some(FailingDifferently), 0),
        (&fail, &pass, Some(Fixed), 0),
        (&fail, &warn, Some(Fixed), 0),
        (&none(), &pass, Some(New), 0),
        (&none(), &fail, Some(NewFailure), 1),
        (&none(), &warn, Some(NewFailure), 1),
        (&none(), &error, Some(StillWithoutEvidence), 5),
        (&skip, &fail, Some(NewFailure), 1),
        (&skip, &pass, Some(Gained), 0),
        (&skip, &skip, None, 0),
        (&error, &error, Some(StillWithoutEvidence), 5),
    ];
    for (old, new, class, exit) in rows {
        let verdicts = (&old.cases.get("c/f/case"), &new.cases.get("c/f/case"));
        assert_eq!(outcome(old, new), (class, exit), "{verdicts:?}");
    }
}

#[test]
fn a_waived_failure_blocks_nothing_and_is_reported() {
    let mut new = one(Verdict::Fail, &["a"]);
    new.cases.get_mut("c/f/case").unwrap().waived = true;
    let regression = Some(CaseClass::Regression);
    assert_eq!(outcome(&one(Verdict::Pass, &[]), &new), (regression, 0));
}

#[test]
fn with_no_case_in_common_the_gate_is_not_green() {
    let other = run(&[("x/y/z".to_owned(), Verdict::Pass, Vec::new())]);
    let comparison = compare(&one(Verdict::Pass, &[]), &other);
    assert_eq!(comparison.notes.len(), 1);
    assert_eq!(reasons(None, &comparison).0, ExitCode::Incomplete);
}

#[test]
fn what_was_not_selected_has_not_vanished_and_is_reported() {
    let mut new = none();
    new.heading.selection = vec!["c/f/other".into()];
    let comparison = compare(&one(Verdict::Pass, &[]), &new);
    assert_eq!((comparison.cases.len(), comparison.not_selected), (0, 1));
    assert!(comparison.notes[0].contains("only c/f/other was selected now"));
}

#[test]
fn an_edited_case_is_marked_and_blocks_all_the_same() {
    let mut new = one(Verdict::Fail, &["a"]);
    new.cases.get_mut("c/f/case").unwrap().digest = Some(Digest::new([2; 8]));
    let old = one(Verdict::Pass, &[]);
    assert_eq!(outcome(&old, &new), (Some(CaseClass::Regression), 1));
    assert!(compare(&old, &new).cases[0].edited);
}

fn requirement(disposition: Disposition, level: Level, sentence: &str) -> Baseline {
    let mut baseline = none();
    let entry = RequirementEntry {
        requirement: "R-1".into(),
        disposition,
        level,
        contract: "c".into(),
        sentence: sentence.into(),
        left_out: false,
        waived: false,
    };
    baseline.requirements.insert("R-1".into(), entry);
    baseline
}

#[test]
fn requirements_by_disposition_level_and_sentence() {
    use Disposition::{NotApplicable, Unproven, Upheld, Violated};
    let must = |disposition| requirement(disposition, Level::Must, "It answers.");
    let exit = |old: &Baseline, new: &Baseline| reasons(None, &compare(old, new)).0.code();
    assert_eq!(exit(&must(Upheld), &must(Violated)), 1);
    assert_eq!(exit(&must(Upheld), &must(Unproven)), 4);
    // To declare that it does not apply hides what it said.
    assert_eq!(exit(&must(Upheld), &must(NotApplicable)), 1);
    assert_eq!(exit(&must(Violated), &must(NotApplicable)), 1);
    assert_eq!(exit(&must(Upheld), &none()), 4);
    assert_eq!(exit(&must(Violated), &must(Upheld)), 0);
    assert_eq!(exit(&must(Violated), &must(Violated)), 0);
    let may = |disposition| requirement(disposition, Level::May, "It is fast.");
    assert_eq!(exit(&may(Upheld), &may(Violated)), 0);
    let edited = requirement(Violated, Level::Must, "It answers quickly.");
    let comparison = compare(&must(Upheld), &edited);
    assert!(comparison.requirements[0].edited);
    assert_eq!(reasons(None, &comparison).0.code(), 0);
}

fn body(outline: &str, status: u16) -> Baseline {
    let mut baseline = one(Verdict::Pass, &[]);
    let entry = BodyEntry {
        body: "c/f/case".into(),
        step: 1,
        operation: "c GET /a".into(),
        status,
        outline: outline.into(),
    };
    baseline.bodies.insert(("c/f/case".into(), 1), entry);
    baseline
}

#[test]
fn drift_in_bodies_of_passing_cases_is_listed() {
    let drift = |old: &Baseline, new: &Baseline| -> Vec<String> {
        let found = compare(old, new).drift.into_iter();
        found
            .map(|one| {
                let side = |side: Option<String>| side.unwrap_or_default();
                let pointer = one.pointer.unwrap_or_else(|| "-".into());
                format!("{pointer}: {} > {}", side(one.then), side(one.now))
            })
            .collect()
    };
    let old = body("{a:text}", 200);
    assert_eq!(drift(&old, &body("{a:text}", 200)), [""; 0]);
    assert_eq!(
        drift(&old, &body("{a:number,b:null}", 200)),
        ["/a: text > number", "/b:  > null"]
    );
    assert_eq!(
        drift(&old, &body("{a:text}", 201)),
        ["-: status 200 > status 201"]
    );
    // A failing case is reported as a failure, and an edited case gets another answer.
    let mut failing = body("{b:text}", 200);
    failing.cases.get_mut("c/f/case").unwrap().verdict = Verdict::Fail;
    assert_eq!(drift(&old, &failing), [""; 0]);
    let mut edited = body("{b:text}", 200);
    edited.cases.get_mut("c/f/case").unwrap().digest = Some(Digest::new([2; 8]));
    assert_eq!(drift(&old, &edited), [""; 0]);
    // A text that is not an outline is noted, and not compared.
    let broken = compare(&old, &body("{{{", 200));
    assert!(broken.drift.is_empty());
    assert!(broken.notes[0].contains("too large for an outline"));
    assert!(compare(&none(), &old).notes[0].contains("body outlines are missing before"));
}

#[test]
fn latency_is_reported_by_a_clear_measure_and_decides_nothing() {
    let with = |answers, median_ms, p95_ms| {
        let mut baseline = none();
        let entry = LatencyEntry {
            latency: "c GET /a".into(),
            answers,
            median_ms,
            p95_ms,
        };
        baseline.latency.insert("c GET /a".into(), entry);
        baseline
    };
    let old = with(10, 20.0, 40.0);
    let result = |new: &Baseline| {
        let comparison = compare(&old, new);
        assert_eq!(reasons(None, &comparison).0, ExitCode::Conforms);
        comparison.latency.len()
    };
    assert_eq!(result(&with(10, 60.0, 120.0)), 1);
    assert_eq!(result(&with(10, 5.0, 10.0)), 1);
    // One of the two alone, too few answers, and what is within the noise.
    assert_eq!(result(&with(10, 60.0, 41.0)), 0);
    assert_eq!(result(&with(4, 60.0, 120.0)), 0);
    assert_eq!(result(&with(10, 29.0, 55.0)), 0);
}

#[test]
fn a_report_compared_with_itself_shows_nothing() {
    for report in sample::all() {
        let run = baseline_of(&report);
        let comparison = compare(&run, &run);
        assert!(comparison.cases.iter().all(|change| {
            matches!(
                change.class,
                CaseClass::StillFailing | CaseClass::StillWithoutEvidence
            )
        }));
        assert!(comparison.requirements.is_empty());
        assert!(comparison.drift.is_empty() && comparison.latency.is_empty());
    }
}

fn any_run() -> impl Strategy<Value = Vec<(String, Verdict, Vec<String>)>> {
    let verdict = prop_oneof![
        Just(Verdict::Pass),
        Just(Verdict::Warn),
        Just(Verdict::Fail),
        Just(Verdict::Error),
        Just(Verdict::Skip),
    ];
    prop::collection::vec(
        ("c/f/[a-f]", verdict, prop::collection::vec("[ab]", 1..3)),
        1..8,
    )
    .prop_map(|mut cases| {
        cases.sort_by(|one, other| one.0.cmp(&other.0));
        cases.dedup_by(|one, other| one.0 == other.0);
        cases
    })
}

proptest! {
    #[test]
    fn the_order_of_cases_says_nothing(old in any_run(), new in any_run()) {
        let backwards = |run: &[(String, Verdict, Vec<String>)]| {
            let mut run = run.to_vec();
            run.reverse();
            run
        };
        let forward = compare(&run(&old), &run(&new));
        prop_assert_eq!(forward, compare(&run(&backwards(&old)), &run(&backwards(&new))));
    }

    #[test]
    fn swapping_the_sides_turns_what_broke_into_what_was_fixed(old in any_run(), new in any_run()) {
        let forward = compare(&run(&old), &run(&new));
        let back = compare(&run(&new), &run(&old));
        let ids = |comparison: &Comparison, class| -> Vec<String> {
            comparison.of(class).map(|change| change.id.clone()).collect()
        };
        for (class, swapped) in [
            (CaseClass::Regression, CaseClass::Fixed),
            (CaseClass::FailingDifferently, CaseClass::FailingDifferently),
            (CaseClass::StillFailing, CaseClass::StillFailing),
        ] {
            prop_assert_eq!(ids(&forward, class), ids(&back, swapped));
            prop_assert_eq!(ids(&back, class), ids(&forward, swapped));
        }
    }

    #[test]
    fn the_gate_is_green_only_where_nothing_got_worse(old in any_run(), new in any_run()) {
        let (old, new) = (run(&old), run(&new));
        let comparison = compare(&old, &new);
        let (exit, _) = reasons(None, &comparison);
        let worse = old.cases.iter().any(|(id, then)| match new.cases.get(id) {
            None => true,
            Some(now) => match (then.verdict, now.verdict) {
                (_, Verdict::Error) => true,
                (Verdict::Skip | Verdict::Error, now) => matches!(now, Verdict::Warn | Verdict::Fail),
                (_, Verdict::Skip) => true,
                (then, now) if now > then => true,
                _ => now.fails.iter().any(|line| !then.fails.contains(line)) && now.verdict >= then.verdict,
            },
        });
        let unaccepted = new.cases.iter().any(|(id, now)| {
            !old.cases.contains_key(id) && !matches!(now.verdict, Verdict::Pass | Verdict::Skip)
        });
        prop_assert_eq!(exit != ExitCode::Conforms, worse || unaccepted || comparison.common == 0);
    }
}
