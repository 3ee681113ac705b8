//! Whether a run can be resumed: its options, suite and target must be the same.

use crate::model::{CaseReport, Report, RunCommand, Setup};
use crate::persist::event_reader::EventStream;

/// Which options are given again with other values than in the interrupted run.
pub fn changed_options(given: &RunCommand, earlier: &RunCommand) -> Vec<String> {
    let texts = [
        ("--suite", &given.suite, &earlier.suite),
        ("--target", &given.target, &earlier.target),
        ("--waivers", &given.waivers, &earlier.waivers),
    ];
    let mut differences: Vec<String> = texts
        .into_iter()
        .filter(|(_, given, earlier)| given.is_some() && given != earlier)
        .map(|(option, _, earlier)| match earlier {
            Some(earlier) => format!("it was started with `{option} {earlier}`"),
            None => format!("it was started without `{option}`"),
        })
        .collect();
    if !given.only.is_empty() && given.only != earlier.only {
        differences.push(match earlier.only.as_slice() {
            [] => "it was started without `--only`".to_owned(),
            only => format!("it was started with `--only {}`", only.join(" --only ")),
        });
    }
    if given.strict && !earlier.strict {
        differences.push("it was started without `--strict`".into());
    }
    if given.seed.is_some() && given.seed != earlier.seed {
        differences.push(match earlier.seed {
            Some(seed) => format!("it was started with `--seed {seed}`"),
            None => "its cases use no seed".to_owned(),
        });
    }
    if given.retries != 0 && given.retries != earlier.retries {
        differences.push(format!(
            "it was started with `--retries {}`",
            earlier.retries
        ));
    }
    differences
}

/// Which shard of which plan a report is of.
fn shard_of(report: &Report) -> Option<(&str, &str, &str)> {
    let shard = report.shard.as_ref()?;
    Some((&shard.plan, &shard.split, &shard.run))
}

/// What differs from the setup of the interrupted run: suite, target, selection, plan.
pub fn changed_setup(stream: &EventStream, now: &Report, setup: &Setup) -> Vec<String> {
    let then = &stream.not_started;
    let nothing = Setup::default();
    let before = stream.setup.as_ref().unwrap_or(&nothing);
    let is_embedded = then.target.given.is_none();
    let facts = [
        (
            then.probity != now.probity,
            "it was started by another version of Probity",
        ),
        (then.suite != now.suite, "the name of the suite differs"),
        (before.suite != setup.suite, "the suite has changed"),
        (
            then.target.name != now.target.name,
            "the name of the target differs",
        ),
        (
            !is_embedded && then.target.services != now.target.services,
            "the URLs of the target's services differ",
        ),
        (
            before.fixtures != setup.fixtures,
            "the fixtures of the target differ",
        ),
        (
            before.capabilities != setup.capabilities,
            "the capabilities of the target differ",
        ),
        (
            before.identities != setup.identities,
            "the identities of the target differ",
        ),
        (
            before.permits_write != setup.permits_write,
            "`permits` of the target differs",
        ),
        (
            before.not_applicable != setup.not_applicable,
            "`not-applicable` of the target differs",
        ),
        (
            before.cannot != setup.cannot,
            "`cannot` of the target differs",
        ),
        (then.selection != now.selection, "the selected cases differ"),
        (
            shard_of(then) != shard_of(now),
            "the plan, or the way in which it is divided into shards, differs",
        ),
    ];
    let mut differences: Vec<String> = facts
        .into_iter()
        .filter(|(differs, _)| *differs)
        .map(|(_, fact)| fact.to_owned())
        .collect();
    let about = |case: &CaseReport| (case.id.clone(), case.proves.clone(), case.reason.clone());
    let is_other_plan = then.cases.len() != now.cases.len()
        || then
            .cases
            .iter()
            .zip(&now.cases)
            .any(|(then, now)| about(&then) != about(&now));
    if is_other_plan && differences.is_empty() {
        differences.push("the planned cases differ".into());
    }
    differences
}
