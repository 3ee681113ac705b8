//! Merges the reports of the shards of a run into the report that one process would have written.
//!
//! The cases are those of the plan, planned again from the suite and from what the shards have recorded of their target.
//! Evidence, waivers and the exit code are decided from all of them, as in a run. A case without a report leaves its
//! requirements unproven, and the exit code is not 0.

mod agreement;
mod error;
mod parts;
mod shard_run;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::assemble::Seen;
use crate::engine::source::Source;
use crate::engine::{Engine, Policy, Stop, Waivers};
use crate::model::reasons::DEFECT;
use crate::model::{Report, Shard, ShardOptions, ShardReport, Shelf, Suite, TargetReport};
use crate::plan::{Selection, Split, plan_digest, plan_run};
use crate::recording::{Playback, recorded_target};
use crate::text::names;

pub use error::MergeError;
use parts::{Parts, Times};
pub use shard_run::ShardRun;
use shard_run::State;

/// The shards of one run: at least one, and each at most once.
#[derive(Debug)]
pub struct Shards {
    /// In the order of their numbers.
    runs: Vec<ShardRun>,
    /// What was noticed and does no harm.
    notes: Vec<String>,
    /// Where the cases are.
    shelf: Shelf,
}

impl Shards {
    /// Checks that these are shards of one run, and takes one of each. Their cases are on the shelf.
    ///
    /// # Errors
    ///
    /// When there is none, when they differ in anything but their cases, or when two of one shard disagree.
    pub fn new(runs: Vec<ShardRun>, shelf: Shelf) -> Result<Shards, MergeError> {
        let Some(first) = runs.first() else {
            return Err(MergeError::new("no shard to merge", Vec::new()));
        };
        let differences = runs.iter().flat_map(|run| {
            let differences = agreement::differences(first, run).into_iter();
            differences.map(|one| format!("{}: {one}", run.file))
        });
        let differences: Vec<String> = differences.collect();
        if !differences.is_empty() {
            let message = format!("not every file is of the run of {}", first.file);
            return Err(MergeError::new(message, differences));
        }
        let version = &first.report.probity;
        if version != env!("CARGO_PKG_VERSION") {
            let message = format!(
                "the shards were run by Probity {version}, and this is {}",
                env!("CARGO_PKG_VERSION")
            );
            return Err(MergeError::new(message, Vec::new()));
        }
        let mut shards = Shards {
            runs: Vec::new(),
            notes: Vec::new(),
            shelf,
        };
        let mut by_shard: HashMap<Shard, usize> = HashMap::new();
        for run in runs {
            match by_shard.get(&run.shard()) {
                None => {
                    by_shard.insert(run.shard(), shards.runs.len());
                    shards.runs.push(run);
                }
                Some(at) => {
                    let note = agreement::join(&mut shards.runs[*at], run, &shards.shelf)?;
                    shards.notes.push(note);
                }
            }
        }
        shards.runs.sort_by_key(ShardRun::shard);
        Ok(shards)
    }

    /// What was noticed and does no harm.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What every shard says about the run.
    pub fn facts(&self) -> &ShardReport {
        self.runs[0].facts()
    }

    /// The options of the run.
    pub fn options(&self) -> &ShardOptions {
        &self.facts().options
    }

    /// The selection of the run.
    pub fn selection(&self) -> &[String] {
        &self.runs[0].report.selection
    }

    /// The target of the run.
    pub fn target(&self) -> &TargetReport {
        &self.runs[0].report.target
    }

    /// The file of a shard, if there is one.
    pub fn file_of(&self, shard: Shard) -> Option<&str> {
        let run = self.runs.iter().find(|run| run.shard() == shard)?;
        Some(&run.file)
    }

    /// The report of the whole run.
    ///
    /// # Errors
    ///
    /// When the suite is not that of the shards, or a case is in two shards or in none.
    pub fn merge(self, suite: &Arc<Suite>, waivers: Option<Waivers>) -> Result<Report, MergeError> {
        let facts = self.facts().clone();
        let first = self.runs[0].report.without_cases();
        if first.suite_digest.as_ref() != Some(&suite.digest) {
            let message = format!("{} is not that of the shards", names::suite(&suite.name));
            let help = "merge with the suite of the run: the same files, or `--suite DIR`";
            return Err(MergeError::new(message, vec![help.into()]));
        }
        let mut target = recorded_target(&facts.target);
        if first.target.insecure {
            target.disable_certificate_verification();
        }
        let selection = Selection::new(&first.selection);
        let selection =
            selection.map_err(|error| MergeError::new(error.to_string(), Vec::new()))?;
        let plan = plan_run(suite, &target, &selection);
        if plan_digest(&plan, suite) != facts.plan {
            let message =
                "the plan of this suite and the recorded target is not that of the shards";
            return Err(MergeError::new(message, Vec::new()));
        }
        let of = facts.shard.of();
        let split = facts.options.durations.is_none();
        let split = split.then(|| Split::new(&plan, suite, of, None));
        if split
            .as_ref()
            .is_some_and(|split| split.digest() != facts.split)
        {
            let message = "the shards divide the plan in another way than this version of Probity";
            return Err(MergeError::new(message, Vec::new()));
        }
        let mut parts = Parts::new(&plan, suite, split.as_ref(), &self.shelf);
        let (seen, times) = (self.seen(), self.times());
        let states: Vec<(Shard, State)> = self
            .runs
            .iter()
            .map(|run| (run.shard(), run.state))
            .collect();
        let common_seed = self.seed();
        for run in self.runs {
            parts.take(&run, &times)?;
        }
        let incomplete = parts.complete(of, &states)?;
        let engine = Engine::with_source(
            Source::Recording(Playback::default()),
            Arc::clone(suite),
            Arc::new(target),
            Stop::default(),
        );
        let cases = parts.cases(|planned, reason| match reason {
            Some(reason) => engine.skipped(&engine.suite.cases[planned.index], reason),
            None => engine.not_run(planned),
        });
        let cases = cases?;
        let policy = Policy {
            strict: facts.options.strict,
            waivers,
        };
        let seen = Seen {
            incomplete_shards: incomplete,
            ..seen
        };
        let report = engine.report_on(&plan, &selection, cases, &policy, times.start, seen);
        // Nothing is decided from a part of the cases.
        report.cases.check()?;
        Ok(Report {
            started: times.started,
            duration_ms: times.duration_ms,
            suite: first.suite,
            suite_name: first.suite_name,
            target: first.target,
            run_id: first.run_id,
            seed: common_seed,
            ..report
        })
    }

    /// The seed of the shards that made random values, if it is the same in all of them.
    fn seed(&self) -> Option<u64> {
        let mut seeds = self.runs.iter().filter_map(|run| run.report.seed);
        let first = seeds.next()?;
        seeds.all(|seed| seed == first).then_some(first)
    }

    /// What the shards have seen besides the outcomes of their cases.
    fn seen(&self) -> Seen {
        let mut seen = Seen::default();
        for run in &self.runs {
            let summary = &run.report.summary;
            seen.throttled_ms = seen.throttled_ms.saturating_add(summary.throttled_ms);
            seen.token_requests = seen.token_requests.saturating_add(summary.token_requests);
            seen.liveness_requests = seen
                .liveness_requests
                .saturating_add(summary.liveness_requests);
            for lost in &run.facts().lost {
                if !seen.lost.contains(lost) {
                    seen.lost.push(lost.clone());
                }
            }
            let reasons = run.report.reasons.iter();
            let defects = reasons.filter_map(|reason| reason.strip_prefix(DEFECT));
            let shard = run.shard();
            seen.defects
                .extend(defects.map(|defect| format!("in shard {shard}: {defect}")));
        }
        seen
    }

    /// When the first shard started, and how long it took until the last one ended.
    fn times(&self) -> Times {
        let moments = self.runs.iter().map(|run| {
            let started: Option<jiff::Timestamp> = run.report.started.parse().ok();
            (started.unwrap_or(jiff::Timestamp::UNIX_EPOCH), run)
        });
        let moments: Vec<(jiff::Timestamp, &ShardRun)> = moments.collect();
        let first = moments.iter().min_by_key(|(started, _)| *started);
        let (start, started) = first.map_or_else(Default::default, |(started, run)| {
            (*started, run.report.started.clone())
        });
        let after = |moment: jiff::Timestamp| moment.duration_since(start).as_secs_f64() * 1e3;
        let ends = moments
            .iter()
            .map(|(started, run)| after(*started) + run.report.duration_ms);
        Times {
            start,
            started,
            duration_ms: ends.fold(0.0, f64::max),
            delays: moments
                .iter()
                .map(|(started, run)| (run.shard(), after(*started)))
                .collect(),
        }
    }
}
