use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::*;
use crate::load::{SuiteSource, Thoroughness, load_suite};
use crate::plan::PlannedCase;

const CONTRACT: &str = "
contract: things
title: Things
service: things
services: { things: {} }
requirements:
  - { id: T-01, level: MUST, sentence: a, source: b }
";

/// A suite of cases with these ids and locks, and the plan of all.
fn planned(cases: &[(&str, &str)]) -> (Suite, Plan) {
    let mut text = "contract: things\nrequest: { GET: / }\ncases:\n".to_owned();
    for (id, locks) in cases {
        let lock = match *locks {
            "" => String::new(),
            locks => format!("lock: [{locks}], "),
        };
        let _ = writeln!(
            text,
            "  - {{ id: {id}, {lock}expect: [{{ proves: [T-01], status: 200 }}] }}"
        );
    }
    let files = [
        ("cases/things/contract.yaml", CONTRACT.to_owned()),
        ("cases/things/all.yaml", text),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text));
    let loaded = load_suite(&SuiteSource::Texts(files.into()), Thoroughness::ForRun);
    assert_eq!(loaded.diagnostics, []);
    let cases = (0..loaded.suite.cases.len()).map(|index| PlannedCase { index, skip: None });
    let plan = Plan {
        cases: cases.collect(),
    };
    (loaded.suite, plan)
}

fn many(number: usize) -> Vec<(String, String)> {
    (0..number)
        .map(|number| (format!("case-{number}"), String::new()))
        .collect()
}

fn borrowed(cases: &[(String, String)]) -> Vec<(&str, &str)> {
    cases
        .iter()
        .map(|(id, lock)| (id.as_str(), lock.as_str()))
        .collect()
}

fn by_id(suite: &Suite, plan: &Plan, split: &Split) -> BTreeMap<String, u32> {
    let places = plan.cases.iter().enumerate();
    places
        .map(|(place, planned)| {
            let id = suite.cases[planned.index].id.clone();
            (id, split.shard(place).unwrap().number())
        })
        .collect()
}

fn durations(took: &[(&str, u64)]) -> Durations {
    let took = took
        .iter()
        .map(|(id, took)| (format!("things/all/{id}"), *took));
    Durations {
        by_case: took.collect(),
    }
}

#[test]
fn each_case_is_in_one_shard_and_keeps_the_order_of_the_plan() {
    let cases = many(100);
    let (suite, plan) = planned(&borrowed(&cases));
    for of in [1, 2, 7, 150] {
        let split = Split::new(&plan, &suite, of, None);
        let mut seen = Vec::new();
        for shard in Shard::all(of) {
            let part = split.part(&plan, shard);
            assert!(part.cases.is_sorted_by_key(|planned| planned.index));
            seen.extend(part.cases.into_iter().map(|planned| planned.index));
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
    }
    // The hash must never change: shards of different versions would otherwise overlap.
    let split = Split::new(&plan, &suite, 4, None);
    let first: Vec<u32> = split.shards[..8].to_vec();
    assert_eq!(first, [3, 2, 3, 4, 4, 2, 1, 3]);
}

#[test]
fn an_edit_moves_no_other_case() {
    let cases = many(50);
    let (suite, plan) = planned(&borrowed(&cases));
    let before = by_id(&suite, &plan, &Split::new(&plan, &suite, 8, None));
    let mut edited = cases;
    edited.insert(0, ("first".into(), String::new()));
    edited.swap(20, 40);
    edited.remove(30);
    let (suite, plan) = planned(&borrowed(&edited));
    let after = by_id(&suite, &plan, &Split::new(&plan, &suite, 8, None));
    for (id, shard) in after.iter().filter(|(id, _)| !id.ends_with("first")) {
        assert_eq!(before.get(id), Some(shard), "{id}");
    }
}

#[test]
fn cases_that_share_a_lock_are_together_directly_or_through_others() {
    let cases = [
        ("a", "one"),
        ("b", ""),
        ("c", "two"),
        ("d", "three"),
        ("e", "one, three"),
        ("f", "two"),
        ("g", "three, four"),
        ("h", "four"),
    ];
    let (suite, plan) = planned(&cases);
    let long = durations(&[("a", 9), ("e", 900), ("h", 90)]);
    for of in 2..20 {
        for durations in [None, Some(&long)] {
            let split = Split::new(&plan, &suite, of, durations);
            let by_id = by_id(&suite, &plan, &split);
            let shards = |ids: &[&str]| -> BTreeSet<u32> {
                let ids = ids.iter().map(|id| by_id[&format!("things/all/{id}")]);
                ids.collect()
            };
            assert_eq!(shards(&["a", "d", "e", "g", "h"]).len(), 1);
            assert_eq!(shards(&["c", "f"]).len(), 1);
        }
    }
}

#[test]
fn durations_balance_the_shards() {
    let cases = many(40);
    let (suite, plan) = planned(&borrowed(&cases));
    let took: Vec<(&str, u64)> = cases
        .iter()
        .zip([1_000_000, 10, 20, 30, 500_000, 40, 50])
        .map(|((id, _), took)| (id.as_str(), took))
        .collect();
    let durations = durations(&took);
    let usual = durations.usual();
    let split = Split::new(&plan, &suite, 4, Some(&durations));
    let mut loads = [0; 4];
    for (id, shard) in by_id(&suite, &plan, &split) {
        let took = durations.by_case.get(&id).copied().unwrap_or(usual);
        loads[shard as usize - 1] += took;
    }
    let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
    assert!(most - least <= usual, "{loads:?}");
    assert_ne!(split, Split::new(&plan, &suite, 4, None));
    assert_ne!(split.digest(), Split::new(&plan, &suite, 4, None).digest());
}

#[test]
fn durations_of_a_damaged_report_do_no_harm() {
    let mut cases = crate::report::sample::green().cases;
    for (case, took) in cases.iter_mut().zip([f64::NAN, -1.0, f64::INFINITY, 1e300]) {
        case.duration_ms = took;
    }
    let durations = Durations::of(&cases);
    assert!(
        durations
            .by_case
            .values()
            .all(|took| (1..=LONGEST).contains(took))
    );
    let none = Durations::of(&[]);
    assert!(none.is_empty());
    let (suite, plan) = planned(&[("a", ""), ("b", "")]);
    Split::new(&plan, &suite, 3, Some(&none));
}

#[test]
fn the_digest_of_a_plan_shows_every_difference() {
    let (suite, plan) = planned(&[("a", ""), ("b", "")]);
    let whole = plan_digest(&plan, &suite);
    assert_eq!(whole.len(), 64);
    let mut other = plan.clone();
    other.cases.pop();
    assert_ne!(plan_digest(&other, &suite), whole);
    let mut other = plan.clone();
    other.cases[1].skip = Some("no".into());
    assert_ne!(plan_digest(&other, &suite), whole);
    let (other, _) = planned(&[("a", ""), ("b", "x")]);
    assert_ne!(plan_digest(&plan, &other), whole);
}
