//! What cases leave behind: is the state of a server after a case what it was before?
//!
//! A case that writes undoes in `finally` what it did, and nobody would miss a `finally` on a green run. So
//! each case is run alone on a fresh server, whole and broken off after each of its steps; and what cases leave
//! is looked at on every server with a fault (where a call that should be refused is executed) and on every
//! server that conforms. The state is the server's own: no answer has to be believed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::json::pointer::push_token;
use crate::model::{Case, Effect, LeftBehind, Undoing};
use crate::prove::Material;
use crate::prove::acceptance;
use crate::prove::acceptance::EntryAt;
use crate::prove::difference::Difference;
use crate::prove::trial::{Ending, Part, Ran, Trial, TrialOutcome, run_all};
use crate::reference::{Fault, Settings};

/// What was left behind in all runs so far.
#[derive(Debug, Default)]
pub(super) struct Traces {
    runs: usize,
    cases: BTreeSet<usize>,
    /// By case and place.
    left: BTreeMap<(usize, String), Trace>,
}

#[derive(Debug)]
struct Trace {
    first: Difference,
    when: String,
    runs: usize,
}

impl Traces {
    /// Adds what a trial left. `when` says in words which server it was.
    pub(super) fn add(&mut self, outcome: Option<&TrialOutcome>, when: &str) {
        for ran in outcome.iter().flat_map(|outcome| &outcome.ran) {
            self.note(ran, when, |_| true);
        }
    }

    /// Adds what a trial on a server with a fault left: there a case answers for the disposable fixtures that
    /// it names, and not for what the server did to others.
    pub(super) fn add_faulty(
        &mut self,
        fault: Fault,
        outcome: Option<&TrialOutcome>,
        material: &Material,
    ) {
        let when = format!("on a server with the fault {fault}");
        for ran in outcome.iter().flat_map(|outcome| &outcome.ran) {
            let foreign = foreign(&material.suite.cases[ran.part.index], material);
            self.note(ran, &when, |place| {
                !place.split('/').any(|token| foreign.contains(token))
            });
        }
    }

    fn note(&mut self, ran: &Ran, when: &str, answers_for: impl Fn(&str) -> bool) {
        self.runs += 1;
        self.cases.insert(ran.part.index);
        for difference in ran.left.iter().filter(|one| answers_for(&one.place)) {
            let at = (ran.part.index, difference.place.clone());
            let trace = self.left.entry(at).or_insert_with(|| Trace {
                first: difference.clone(),
                when: match ran.part.ending {
                    Ending::Whole => when.to_owned(),
                    Ending::BrokenOff(steps) => format!("broken off after step {steps}"),
                    Ending::WithoutFinally => "its effect is `read`, its finally left out".into(),
                },
                runs: 0,
            });
            trace.runs += 1;
        }
    }

    /// What was left, against what the contracts accept.
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
            let accepted = acceptance::of_state(&contract.lasting, &place);
            match accepted {
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
                accepted: accepted.map(|(entry, _)| contract.lasting[entry].reason.clone()),
            });
        }
        report.tidy = report.cases - untidy.len();
        report.unmatched = acceptance::unmatched(
            &suite.contracts,
            &material.fully_green(),
            &used,
            &suite.sources,
            acceptance::lasting_places,
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

/// The value of a fixture as it stands in a pointer.
fn token(value: &Value) -> String {
    let mut pointer = String::new();
    push_token(&mut pointer, value.as_str().unwrap_or(&value.to_string()));
    pointer.split_off(1)
}

/// Runs each case alone on a fresh server. One that writes is run whole, and broken off after each of its steps;
/// one that reads without its `finally`, since it has nothing to undo.
pub(super) async fn alone(
    material: &Material,
    traces: &mut Traces,
    progress: &(dyn Fn(usize, usize) + Sync),
) {
    let trials = material.green.iter().map(|index| Trial {
        settings: Settings::default(),
        parts: parts(*index, &material.suite.cases[*index]),
    });
    for outcome in run_all(trials.collect(), material, progress).await {
        traces.add(outcome.as_ref(), "run whole");
    }
}

fn parts(index: usize, case: &Case) -> Vec<Part> {
    let part = |ending| Part { index, ending };
    match case.effect {
        Effect::Read => vec![part(Ending::WithoutFinally)],
        Effect::Write => std::iter::once(Ending::Whole)
            .chain((1..case.steps.len()).map(Ending::BrokenOff))
            .map(part)
            .collect(),
    }
}
