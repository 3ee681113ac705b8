//! Puts the cases of the shards in their places in the plan.

use std::collections::HashMap;
use std::io;

use crate::engine::merge::error::MergeError;
use crate::engine::merge::shard_run::{ShardRun, State};
use crate::engine::run::INTERRUPTED;
use crate::model::{CaseReport, Cases, IncompleteShard, Shard, Shelf, Slip, Suite, Verdict};
use crate::plan::{Plan, PlannedCase, Split};

/// When the shards ran.
pub(super) struct Times {
    pub(super) start: jiff::Timestamp,
    pub(super) started: String,
    pub(super) duration_ms: f64,
    /// How long after the first one each shard started, in milliseconds.
    pub(super) delays: HashMap<Shard, f64>,
}

/// The cases of the plan, with what the shards say about them.
pub(super) struct Parts<'p> {
    plan: &'p Plan,
    split: Option<&'p Split>,
    places: HashMap<&'p str, usize>,
    shelf: &'p Shelf,
    outcomes: Vec<Option<Slip>>,
    /// The shard of each case, as far as known.
    owners: Vec<Option<Shard>>,
    files: HashMap<Shard, String>,
    /// Why a case has no outcome.
    reasons: Vec<Option<String>>,
}

impl<'p> Parts<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        suite: &'p Suite,
        split: Option<&'p Split>,
        shelf: &'p Shelf,
    ) -> Parts<'p> {
        let ids = plan.cases.iter().enumerate();
        let ids = ids.map(|(place, planned)| (&*suite.cases[planned.index].id, place));
        Parts {
            plan,
            split,
            places: ids.collect(),
            shelf,
            outcomes: vec![None; plan.cases.len()],
            owners: vec![None; plan.cases.len()],
            files: HashMap::new(),
            reasons: vec![None; plan.cases.len()],
        }
    }

    /// Takes the cases of a shard, which are moved by the time after which it started.
    pub(super) fn take(&mut self, run: &ShardRun, times: &Times) -> Result<(), MergeError> {
        let shard = run.shard();
        let delay = times.delays.get(&shard).copied().unwrap_or_default();
        if run.own.len() != run.facts().own {
            let message = format!(
                "{} has {} of the {} cases of shard {shard}: the file is damaged",
                run.file,
                run.own.len(),
                run.facts().own
            );
            return Err(MergeError::new(message, Vec::new()));
        }
        self.files.insert(shard, run.file.clone());
        for id in &run.own {
            self.own(id, shard, &run.file)?;
        }
        let slips = self.shelf.slips(&run.report.cases)?;
        for (case, slip) in run.report.cases.iter().zip(slips) {
            let Some(place) = self.places.get(case.id.as_str()).copied() else {
                continue;
            };
            let is_planned = self.plan.cases[place].skip.is_none();
            let is_not_run = case.verdict == Verdict::Skip && case.reason.as_str() == INTERRUPTED;
            if is_planned && is_not_run {
                continue;
            }
            self.outcomes[place] = Some(slip.delayed(delay));
        }
        Ok(run.report.cases.check()?)
    }

    /// Notes the shard of a case: the one to which it belongs, and no other.
    fn own(&mut self, id: &str, shard: Shard, file: &str) -> Result<(), MergeError> {
        let refuse = |message: String| Err(MergeError::new(message, Vec::new()));
        let Some(place) = self.places.get(id).copied() else {
            return refuse(format!("{file}: the plan has no case {id}"));
        };
        if let Some(other) = self.owners[place] {
            let other_file = &self.files[&other];
            return refuse(format!(
                "the case {id} is in two shards: {other} ({other_file}) and {shard} ({file})"
            ));
        }
        let right = self.split.and_then(|split| split.shard(place));
        if let Some(right) = right.filter(|right| *right != shard) {
            return refuse(format!(
                "{file}: the case {id} is in shard {shard}, and belongs to shard {right}"
            ));
        }
        self.owners[place] = Some(shard);
        Ok(())
    }

    /// Gives each case without an outcome the reason. Returns the shards that are to blame.
    pub(super) fn complete(
        &mut self,
        of: u32,
        states: &[(Shard, State)],
    ) -> Result<Vec<IncompleteShard>, MergeError> {
        let states: HashMap<Shard, State> = states.iter().copied().collect();
        let is_missing = |shard: &Shard| !states.contains_key(shard);
        let missing: Vec<Shard> = Shard::all(of).filter(is_missing).collect();
        let mut left_out: HashMap<Shard, usize> = HashMap::new();
        for place in 0..self.outcomes.len() {
            let is_planned = self.plan.cases[place].skip.is_none();
            if self.outcomes[place].is_some() {
                continue;
            }
            let known = self.owners[place];
            let known = known.or_else(|| self.split.and_then(|split| split.shard(place)));
            let only = match missing.as_slice() {
                [only] => Some(*only),
                _ => None,
            };
            let known = known.or(only);
            let state = known.map(|shard| states.get(&shard).copied());
            let reason = match (known, state) {
                (Some(shard), Some(None)) => format!("shard {shard} is missing"),
                (Some(shard), Some(Some(State::Interrupted))) => {
                    format!("shard {shard} was interrupted")
                }
                (Some(shard), Some(Some(State::Killed))) => format!("shard {shard} was killed"),
                (None, _) if !missing.is_empty() => "its shard is missing".to_owned(),
                // A plan without it would be green.
                _ => {
                    let id = self.places.iter().find(|(_, at)| **at == place);
                    let id = id.map_or("", |(id, _)| *id);
                    let message = format!("no shard has the case {id}, although its shard ended");
                    return Err(MergeError::new(message, Vec::new()));
                }
            };
            if is_planned {
                self.reasons[place] = Some(reason);
                if let Some(shard) = known {
                    *left_out.entry(shard).or_default() += 1;
                }
            }
        }
        let shards = Shard::all(of).filter_map(|shard| {
            let reason = match states.get(&shard) {
                None => "is missing",
                Some(State::Interrupted) => "was interrupted",
                Some(State::Killed) => "was killed",
                Some(State::Complete) => return None,
            };
            let cases = left_out.get(&shard).copied().unwrap_or_default();
            Some(IncompleteShard::new(shard, reason, cases))
        });
        Ok(shards.collect())
    }

    /// The cases in the order of the plan. One without an outcome is made by `not_run`, from the reason if there is one.
    pub(super) fn cases(
        self,
        not_run: impl Fn(&PlannedCase, Option<&str>) -> CaseReport,
    ) -> io::Result<Cases> {
        let planned = self.plan.cases.iter().zip(&self.reasons);
        let slips = self.outcomes.into_iter().zip(planned);
        let slips = slips.map(|(outcome, (planned, reason))| match outcome {
            Some(slip) => Ok(slip),
            None => self.shelf.add(&not_run(planned, reason.as_deref())),
        });
        Ok(self.shelf.cases(slips.collect::<io::Result<_>>()?))
    }
}
