//! Cleanup: is the state of a server after a case what it was before?
//!
//! A case that writes cleans up in `finally`, but a passing run does not show that. So each case is run alone on a fresh
//! server, complete and interrupted after each of its steps; and the state is compared on every server with a fault
//! (which may execute a call that it should refuse) and on every variant. The state is the server's own, not an answer.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::pointer::push_token;
use crate::model::{Case, Effect, LeftBehind, Undoing};
use crate::prove::Material;
use crate::prove::allowed;
use crate::prove::allowed::EntryAt;
use crate::prove::difference::Difference;
use crate::prove::pairs;
use crate::prove::share::Share;
use crate::prove::trial::{Ending, Part, Ran, Trial, TrialOutcome, run_all};
use crate::reference::{Fault, Settings};

/// The place of a server among all that a proof starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum ServerPlace {
    /// The one for a case alone.
    Alone(usize),
    /// One with a fault.
    Fault(usize),
    /// One with variants.
    Variants(usize),
}

/// What all runs so far left behind.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Traces {
    runs: usize,
    cases: BTreeSet<usize>,
    /// By case and place.
    #[serde(with = "pairs")]
    left: BTreeMap<(usize, String), Trace>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Trace {
    /// The place of the server among all, to know which was the first.
    at: ServerPlace,
    first: Difference,
    when: String,
    runs: usize,
}

impl Traces {
    /// Adds what a trial left behind. `when` describes the server.
    pub(super) fn add(&mut self, at: ServerPlace, outcome: Option<&TrialOutcome>, when: &str) {
        for ran in outcome.iter().flat_map(|outcome| &outcome.ran) {
            self.note(at, ran, when, |_| true);
        }
    }

    /// Adds what the servers of another shard left behind.
    pub(super) fn merge(&mut self, other: Traces) {
        self.runs += other.runs;
        self.cases.extend(other.cases);
        for (place, theirs) in other.left {
            match self.left.entry(place) {
                Entry::Vacant(free) => {
                    free.insert(theirs);
                }
                Entry::Occupied(mut taken) => {
                    let ours = taken.get_mut();
                    let runs = ours.runs + theirs.runs;
                    if theirs.at < ours.at {
                        *ours = theirs;
                    }
                    ours.runs = runs;
                }
            }
        }
    }

    /// Adds what a trial on a server with a fault left behind: there a case is responsible for the disposable fixtures that
    /// it names, not for what the server did to others.
    pub(super) fn add_faulty(
        &mut self,
        (at, fault): (ServerPlace, Fault),
        outcome: Option<&TrialOutcome>,
        material: &Material,
    ) {
        let when = format!("with the fault {fault}");
        for ran in outcome.iter().flat_map(|outcome| &outcome.ran) {
            let foreign = foreign(&material.suite.cases[ran.part.index], material);
            self.note(at, ran, &when, |place| {
                !place.split('/').any(|token| foreign.contains(token))
            });
        }
    }

    fn note(
        &mut self,
        server: ServerPlace,
        ran: &Ran,
        when: &str,
        is_responsible_for: impl Fn(&str) -> bool,
    ) {
        self.runs += 1;
        self.cases.insert(ran.part.index);
        for difference in ran.left.iter().filter(|one| is_responsible_for(&one.place)) {
            let at = (ran.part.index, difference.place.clone());
            let trace = self.left.entry(at).or_insert_with(|| Trace {
                at: server,
                first: difference.clone(),
                when: match ran.part.ending {
                    Ending::Complete => when.to_owned(),
                    Ending::Interrupted(steps) => format!("interrupted after step {steps}"),
                    Ending::WithoutFinally => {
                        "its effect is `read`, run without its `finally`".into()
                    }
                },
                runs: 0,
            });
            trace.runs += 1;
        }
    }

    /// Does every number name one of so many cases?
    pub(super) fn fit(&self, cases: usize) -> bool {
        let mut left = self.left.keys();
        left.all(|(case, _)| *case < cases) && self.cases.iter().all(|case| *case < cases)
    }

    /// Compares what was left behind with what the contracts allow.
    pub(super) fn report(self, material: &Material) -> Undoing {
        let suite = &material.suite;
        let mut used: HashSet<EntryAt> = HashSet::new();
        let mut untidy: BTreeSet<usize> = BTreeSet::new();
        let mut report = Undoing {
            cases: self.cases.len(),
            runs: self.runs,
            ..Undoing::default()
        };
        for ((index, place), trace) in self.left {
            let case = &suite.cases[index];
            let contract = &suite.contracts[case.contract];
            let allowed_by = allowed::of_state(&contract.lasting, &place);
            match allowed_by {
                Some((entry, at)) => {
                    used.insert((case.contract, entry, at));
                }
                None => {
                    untidy.insert(index);
                }
            }
            report.left.push(LeftBehind {
                contract: contract.name.clone(),
                case: case.id.clone(),
                place,
                before: trace.first.before,
                after: trace.first.after,
                when: trace.when,
                runs: trace.runs,
                accepted: allowed_by.map(|(entry, _)| contract.lasting[entry].reason.clone()),
            });
        }
        report.tidy = report.cases - untidy.len();
        report.unmatched = allowed::unmatched(
            &suite.contracts,
            &material.fully_green(),
            &used,
            &suite.sources,
            allowed::lasting_places,
        );
        report
    }
}

/// The values of the fixtures that cases of the contract change, and this one does not name.
fn foreign(case: &Case, material: &Material) -> HashSet<String> {
    let disposable = &material.suite.contract_of(case).disposable;
    let others = disposable.difference(&case.needs.fixtures);
    let values = others.filter_map(|name| material.target.fixtures.get(name));
    values.map(token).collect()
}

/// The value of a fixture as a token of a pointer.
fn token(value: &Value) -> String {
    let mut pointer = String::new();
    push_token(&mut pointer, value.as_str().unwrap_or(&value.to_string()));
    pointer.split_off(1)
}

/// Runs each case alone on a fresh server. A case that writes is run completely, and interrupted after each of its
/// steps; a case that reads is run without its `finally`, since it has nothing to undo. Returns the places of the cases.
pub(super) async fn alone(
    material: &Material,
    share: Share,
    traces: &mut Traces,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> BTreeSet<usize> {
    let own = share.take(&material.green);
    let trials = own.iter().map(|(_, index)| Trial {
        settings: Settings::default(),
        parts: parts(**index, &material.suite.cases[**index]),
    });
    let outcomes = run_all(trials.collect(), material, progress).await;
    for ((place, _), outcome) in own.iter().zip(outcomes) {
        let at = ServerPlace::Alone(*place);
        traces.add(at, outcome.as_ref(), "run completely");
    }
    own.iter().map(|(place, _)| *place).collect()
}

fn parts(index: usize, case: &Case) -> Vec<Part> {
    let part = |ending| Part { index, ending };
    match case.effect {
        Effect::Read => vec![part(Ending::WithoutFinally)],
        Effect::Write => std::iter::once(Ending::Complete)
            .chain((1..case.steps.len()).map(Ending::Interrupted))
            .map(part)
            .collect(),
    }
}
