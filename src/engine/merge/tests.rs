//! Random plans are divided, run, killed, repeated and lost: what is merged must be the report of the whole run, or say
//! exactly what is missing.

mod random;
mod world;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;
use crate::model::{CaseReport, Disposition, ExitCode, Verdict};
use random::Random;
use world::{Fate, World, as_json, shown};

/// How many suites, divisions and fates are tried.
const TRIALS: u64 = 100;

#[test]
fn a_merge_equals_the_whole_run_or_says_what_is_missing() {
    let mut world = World::new();
    let (mut whole_runs, mut gaps, mut refusals) = (0, 0, 0);
    for trial in 0..TRIALS {
        let mut random = Random::new(trial);
        let of = random.below(17) + 1;
        world.draw(&mut random);
        let split = world.split(of, random.below(3) == 0);
        let mut files = Vec::new();
        let mut expected = BTreeSet::new();
        let mut missing = BTreeSet::new();
        let mut is_contradicted = false;
        let calm = random.below(3) == 0;
        for shard in Shard::all(of) {
            let fate = Fate::draw(&mut random, calm);
            let left = world.run(&split, shard, fate, &mut random);
            if let Some(lost) = left.not_run {
                expected.insert(shard);
                missing.extend(lost);
            }
            is_contradicted |= left.is_contradicted;
            files.extend(left.files);
        }
        random.shuffle(&mut files);
        if files.is_empty() {
            continue;
        }
        let merged = world.shards(files).and_then(|shards| world.merge(shards));
        if is_contradicted {
            let refusal = merged.expect_err("two runs of a shard disagree");
            assert!(
                refusal.message.contains("is there twice"),
                "trial {trial}: {refusal}"
            );
            refusals += 1;
            continue;
        }
        let merged = merged.unwrap_or_else(|error| panic!("trial {trial}: {error:?}"));
        let whole = world.whole(&BTreeSet::new());
        if expected.is_empty() {
            assert_eq!(as_json(&merged), as_json(&whole), "trial {trial}");
            whole_runs += 1;
            continue;
        }
        gaps += 1;
        assert_ne!(merged.exit, ExitCode::Conforms, "trial {trial}");
        let incomplete = merged.incomplete_shards.iter();
        let incomplete: BTreeSet<Shard> = incomplete.map(|one| one.shard).collect();
        assert_eq!(incomplete, expected, "trial {trial}");
        for shard in &expected {
            let named = format!("shard {shard} ");
            let mut reasons = merged.reasons.iter();
            assert!(
                reasons.any(|reason| reason.starts_with(&named)),
                "trial {trial}: {:?}",
                merged.reasons
            );
        }
        for (case, before) in merged.cases.iter().zip(whole.cases.iter()) {
            assert_eq!(case.id, before.id);
            if missing.contains(&case.id) {
                assert_eq!(case.verdict, Verdict::Skip, "trial {trial}");
                assert!(case.reason.contains("shard"), "{}", case.reason);
            } else {
                assert_eq!(shown(&case), shown(&before), "trial {trial}");
            }
        }
        assert_eq!(merged.cases.len(), whole.cases.len());
        // The dispositions are those of a run in which the missing cases were skipped.
        let without = world.whole(&missing);
        for (one, other) in merged.requirements.iter().zip(&without.requirements) {
            assert_eq!((&one.id, one.disposition), (&other.id, other.disposition));
            let needs_all = !world.is_one_enough(&one.id);
            let misses = merged
                .cases
                .iter()
                .any(|case| missing.contains(&case.id) && case.proves.contains(&one.id));
            if misses && needs_all {
                assert_ne!(
                    one.disposition,
                    Disposition::Upheld,
                    "trial {trial}: {}",
                    one.id
                );
            }
        }
    }
    assert!(whole_runs > 20, "{whole_runs} complete merges");
    assert!(gaps > 40, "{gaps} merges with a gap");
    assert!(refusals > 0, "no contradiction");
}

/// Three shards of a drawn world, each complete.
fn three(world: &mut World, seed: u64) -> Vec<ShardRun> {
    let mut random = Random::new(seed);
    world.draw(&mut random);
    let split = world.split(3, false);
    let runs = Shard::all(3).map(|shard| world.run(&split, shard, Fate::Report, &mut random));
    runs.flat_map(|left| left.files).collect()
}

#[test]
fn no_case_is_put_aside_twice_and_those_of_a_later_shard_start_later() {
    let mut world = World::new();
    let mut runs = three(&mut world, 4);
    runs[1] = world.changed(&runs[1], |report, _| {
        report.started = "1970-01-01T00:00:02.5Z".into();
    });
    let later: BTreeSet<String> = runs[1].own.iter().cloned().collect();
    let whole = world.whole(&BTreeSet::new());
    let before = world.shelf.size();
    let merged = world.merge(world.shards(runs).unwrap()).unwrap();
    assert_eq!(world.shelf.size(), before);
    let starts = |case: &CaseReport, delay: f64| -> Vec<f64> {
        let reruns = case.reruns.iter().map(|rerun| rerun.started_ms);
        let all = std::iter::once(case.started_ms).chain(reruns);
        all.map(|start| start + delay).collect()
    };
    for (case, alone) in merged.cases.iter().zip(whole.cases.iter()) {
        let is_moved = later.contains(&case.id) && case.verdict != Verdict::Skip;
        let delay = if is_moved { 2500.0 } else { 0.0 };
        assert_eq!(starts(&case, 0.0), starts(&alone, delay), "{}", case.id);
    }
}

fn refusal(runs: Vec<ShardRun>, world: &World) -> String {
    let error = world
        .shards(runs)
        .and_then(|shards| world.merge(shards))
        .expect_err("these shards do not belong together");
    let details = error.details.iter().map(|line| format!("\n  {line}"));
    format!("{error}{}", details.collect::<String>())
}

/// Runs that cannot be merged, each changed in one place.
#[test]
fn shards_of_different_runs_are_refused() {
    type Change = fn(&mut Report, &mut ShardReport);
    let changes: [(&str, Change); 18] = [
        ("run id", |_, shard| shard.run = "other".into()),
        ("version", |report, _| report.probity = "9.9.9".into()),
        ("number", |_, shard| shard.shard = "2/4".parse().unwrap()),
        ("suite", |report, _| report.suite_digest = Some("00".into())),
        ("target", |_, shard| shard.target.name = "other".into()),
        ("urls", |_, shard| {
            shard
                .target
                .services
                .insert("presence".into(), "http://other".into());
        }),
        ("fixtures", |_, shard| shard.target.fixtures.clear()),
        ("capabilities", |_, shard| shard.target.capabilities.clear()),
        ("permits", |_, shard| {
            shard.target.permits_write = !shard.target.permits_write;
        }),
        ("not-applicable", |_, shard| {
            shard
                .target
                .not_applicable
                .insert("SEATS-02".into(), "no".into());
        }),
        ("settings", |_, shard| shard.settings = "00".into()),
        ("insecure", |report, _| report.target.insecure = true),
        ("selection", |report, _| {
            report.selection = vec!["presence".into()];
        }),
        ("strict", |_, shard| {
            shard.options.strict = !shard.options.strict;
        }),
        ("retries", |_, shard| shard.options.retries = 3),
        ("seed", |_, shard| shard.options.seed = Some(7)),
        ("plan", |_, shard| shard.plan = "00".into()),
        ("split", |_, shard| shard.split = "00".into()),
    ];
    let mut world = World::new();
    let mut refusals = String::new();
    for (name, change) in changes {
        let mut runs = three(&mut world, 1);
        runs[1] = world.changed(&runs[1], change);
        let refusal = refusal(runs, &world);
        writeln!(refusals, "{name}: {refusal}").unwrap();
    }
    insta::assert_snapshot!(refusals);
}

#[test]
fn a_case_in_two_shards_or_in_the_wrong_one_is_refused() {
    let mut world = World::new();
    let mut runs = three(&mut world, 2);
    let taken = runs[0].report.cases.at(0).unwrap().into_owned();
    runs[1] = world.changed(&runs[1], |report, shard| {
        report.cases.push(taken.clone());
        shard.own += 1;
    });
    let text = refusal(runs, &world);
    assert!(
        text.contains("is in two shards: 1/3 (1.json) and 2/3 (2.json)"),
        "{text}"
    );

    let mut runs = three(&mut world, 2);
    let mut moved = None;
    runs[0] = world.changed(&runs[0], |report, shard| {
        moved = report.cases.pop();
        shard.own -= 1;
    });
    runs[1] = world.changed(&runs[1], |report, shard| {
        report.cases.extend(moved.clone());
        shard.own += 1;
    });
    let text = refusal(runs, &world);
    assert!(
        text.contains("is in shard 2/3, and belongs to shard 1/3"),
        "{text}"
    );

    let mut runs = three(&mut world, 2);
    runs[2] = world.changed(&runs[2], |report, _| {
        report.cases.pop();
    });
    let text = refusal(runs, &world);
    assert!(text.contains("the file is damaged"), "{text}");

    let mut runs = three(&mut world, 2);
    runs[2] = world.changed(&runs[2], |report, shard| {
        report.cases.pop();
        shard.own -= 1;
    });
    let text = refusal(runs, &world);
    assert!(text.contains("no shard has the case"), "{text}");
}

#[test]
fn the_report_of_a_whole_run_is_no_shard() {
    let world = World::new();
    let whole = world.whole(&BTreeSet::new());
    let refusal = ShardRun::of_report("run.json".into(), whole, &world.shelf).unwrap_err();
    assert_eq!(
        refusal.message,
        "run.json is the report of a whole run, not of a shard"
    );
    assert!(world.shards(Vec::new()).is_err());
}

#[test]
fn another_suite_is_refused() {
    let mut world = World::new();
    let runs = three(&mut world, 3);
    world.edit_suite();
    let text = refusal(runs, &world);
    assert!(
        text.starts_with("the suite embedded is not that of the shards"),
        "{text}"
    );
}

/// A requirement that one shard upholds and another one violates is violated.
#[test]
fn a_violation_in_one_shard_outweighs_the_evidence_of_others() {
    let mut world = World::new();
    world.all_pass();
    let split = world.split(7, false);
    let mut random = Random::new(1);
    let runs = |world: &World, random: &mut Random| -> Vec<ShardRun> {
        let runs = Shard::all(7).map(|shard| world.run(&split, shard, Fate::Report, random));
        runs.flat_map(|left| left.files).collect()
    };
    let green = world.shards(runs(&world, &mut random)).unwrap();
    assert_eq!(world.merge(green).unwrap().exit, ExitCode::Conforms);
    let id = world.violate_one("PRESENCE-38");
    let files = runs(&world, &mut random);
    let exits: Vec<ExitCode> = files.iter().map(|run| run.report.exit).collect();
    let red = exits
        .iter()
        .filter(|exit| **exit == ExitCode::Violated)
        .count();
    assert_eq!(red, 1, "{exits:?}");
    let merged = world.merge(world.shards(files).unwrap()).unwrap();
    assert_eq!(merged.exit, ExitCode::Violated);
    let requirement = merged
        .requirements
        .iter()
        .find(|one| one.id == "PRESENCE-38")
        .unwrap();
    assert_eq!(requirement.disposition, Disposition::Violated);
    assert!(requirement.cases.len() > 1 && requirement.cases.contains(&id));
}

/// The shard that would have seen the only violation is missing, and everything else is green.
#[test]
fn every_missing_shard_keeps_the_merge_from_being_green() {
    let mut world = World::new();
    world.all_pass();
    // More shards than cases: some have none, and a merge without them is not complete either.
    let of = u32::try_from(world.cases() + 20).unwrap();
    let split = world.split(of, false);
    let mut random = Random::new(1);
    let all: Vec<ShardRun> = Shard::all(of)
        .flat_map(|shard| world.run(&split, shard, Fate::Report, &mut random).files)
        .collect();
    let empty = all.iter().filter(|run| run.own.is_empty()).count();
    assert!(empty > 10, "{empty} shards have no case");
    for run in all.iter().filter(|run| run.own.is_empty()) {
        assert_eq!(run.report.exit, ExitCode::Conforms);
        assert_eq!(run.report.reasons, [""; 0]);
    }
    let complete = world.merge(world.shards(all.clone()).unwrap()).unwrap();
    assert_eq!(complete.exit, ExitCode::Conforms);
    for at in (0..all.len()).step_by(7) {
        let mut runs = all.clone();
        let gone = runs.remove(at);
        let merged = world.merge(world.shards(runs).unwrap()).unwrap();
        assert_eq!(merged.exit, ExitCode::Incomplete, "{}", gone.shard());
        assert_eq!(merged.incomplete_shards.len(), 1);
    }
    // All of them without a case, and no other: nothing is evidence.
    let none: Vec<ShardRun> = all.into_iter().filter(|run| run.own.is_empty()).collect();
    let merged = world.merge(world.shards(none).unwrap()).unwrap();
    assert_eq!(merged.exit, ExitCode::Incomplete);
    let mut requirements = merged.requirements.iter();
    assert!(requirements.all(|one| one.disposition != Disposition::Upheld));
}
