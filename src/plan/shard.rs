//! Divides a plan into shards, which processes on different machines run.
//!
//! Which shard a case belongs to is a pure function of the plan and, if they are given, the durations of an earlier run.
//! Cases that share a lock stay together, since a lock holds in one process only. Without durations the place is a hash
//! of the id of the case, or of the first lock of its group, so that an edit moves no other case.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::path::PathBuf;

use ring::digest::{Context, SHA256, digest};

use crate::model::{CaseReport, Network, Shard, Suite, Target, hexadecimal};
use crate::plan::Plan;

/// How long cases took in an earlier run, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    by_case: HashMap<String, u64>,
}

/// A case of unknown duration takes no longer than this: an invalid report must not cause an overflow.
const LONGEST: u64 = 1 << 40;

impl Durations {
    /// The durations of the cases that were run.
    pub fn of<'c>(cases: impl IntoIterator<Item = &'c CaseReport>) -> Durations {
        let took = |case: &CaseReport| {
            let reruns = case.reruns.iter().map(|rerun| rerun.duration_ms);
            let milliseconds = case.duration_ms + reruns.sum::<f64>();
            // The cast saturates, and makes 0 of what is no number.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it saturates"
            )]
            let microseconds = (milliseconds * 1e3) as u64;
            microseconds.clamp(1, LONGEST)
        };
        let cases = cases.into_iter().filter(|case| !case.steps.is_empty());
        Durations {
            by_case: cases.map(|case| (case.id.clone(), took(case))).collect(),
        }
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.by_case.is_empty()
    }

    /// What a case takes, by its id, in microseconds; the mean of the others if it is not known.
    pub fn of_cases(&self) -> impl Fn(&str) -> u64 {
        let usual = self.usual();
        move |id| self.by_case.get(id).copied().unwrap_or(usual)
    }

    /// What a case without a duration is assumed to take: the mean of the others.
    fn usual(&self) -> u64 {
        let sum: u128 = self.by_case.values().map(|took| u128::from(*took)).sum();
        let mean = sum / self.by_case.len().max(1) as u128;
        u64::try_from(mean).unwrap_or(LONGEST).max(1)
    }
}

/// By the id of the case, in microseconds.
impl FromIterator<(String, u64)> for Durations {
    fn from_iter<I: IntoIterator<Item = (String, u64)>>(durations: I) -> Durations {
        let durations = durations.into_iter();
        Durations {
            by_case: durations
                .map(|(case, took)| (case, took.clamp(1, LONGEST)))
                .collect(),
        }
    }
}

/// Which shard each case of a plan belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    of: u32,
    /// The number of the shard, in the order of the plan.
    shards: Vec<u32>,
}

impl Split {
    /// Divides a plan among so many shards, at least one.
    pub fn new(plan: &Plan, suite: &Suite, of: u32, durations: Option<&Durations>) -> Split {
        let of = of.max(1);
        let groups = Groups::of(plan, suite);
        let shard_of_group = match durations {
            Some(durations) => balanced(&groups, plan, suite, of, durations),
            None => groups.names.iter().map(|name| hashed(name, of)).collect(),
        };
        let shards = groups.by_place.iter().map(|group| shard_of_group[*group]);
        Split {
            of,
            shards: shards.collect(),
        }
    }

    /// The shard of the case at this place in the plan.
    pub fn shard(&self, place: usize) -> Option<Shard> {
        Shard::new(*self.shards.get(place)?, self.of).ok()
    }

    /// The part of the plan that belongs to a shard.
    pub fn part(&self, plan: &Plan, shard: Shard) -> Plan {
        let cases = plan.cases.iter().zip(&self.shards);
        let own = cases.filter(|(_, number)| **number == shard.number());
        Plan {
            cases: own.map(|(planned, _)| planned.clone()).collect(),
        }
    }

    /// Its digest, as hexadecimal digits: equal if each case is in the same shard.
    pub fn digest(&self) -> String {
        let mut context = Context::new(&SHA256);
        context.update(b"probity-split/1");
        context.update(&self.of.to_be_bytes());
        for number in &self.shards {
            context.update(&number.to_be_bytes());
        }
        hexadecimal(context.finish().as_ref())
    }
}

/// The digest of a plan, as hexadecimal digits: the version of Probity, the suite, and each case with whether it is run.
pub fn plan_digest(plan: &Plan, suite: &Suite) -> String {
    let mut context = Context::new(&SHA256);
    let mut add = |text: &str| {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    };
    add("probity-plan/1");
    add(env!("CARGO_PKG_VERSION"));
    add(&suite.digest);
    for planned in &plan.cases {
        add(&suite.cases[planned.index].id);
        add(if planned.skip.is_some() {
            "skip"
        } else {
            "run"
        });
    }
    hexadecimal(context.finish().as_ref())
}

/// The digest of how a target is reached, without its secrets and the places of files: limits, connection settings, and,
/// unless each process has started its own, the sources of credentials.
pub fn settings_digest(target: &Target) -> String {
    let cleaned = |network: &Network| {
        let mut network = network.clone();
        network.authority_files.clear();
        if let Some(client) = &mut network.client {
            client.certificate_file = PathBuf::new();
            client.key_file = PathBuf::new();
        }
        network
    };
    let network = cleaned(&target.network);
    let networks = target.networks.iter();
    let networks: BTreeMap<&String, Network> = networks
        .map(|(name, network)| (name, cleaned(network)))
        .collect();
    let identities = target.given.as_ref().map(|_| &target.identities);
    // What is secret is shown by a placeholder.
    let text = format!(
        "{:?} {network:?} {networks:?} {identities:?}",
        target.limits
    );
    hexadecimal(digest(&SHA256, text.as_bytes()).as_ref())
}

/// The id that the requests of all shards of a run have: 32 hexadecimal digits.
pub(crate) fn shared_run_id(run: &str) -> String {
    let digest = digest(&SHA256, format!("probity-run/1\n{run}").as_bytes());
    hexadecimal(&digest.as_ref()[..16])
}

/// Cases that must be in one shard.
struct Groups {
    /// `lock NAME` or `case ID`.
    names: Vec<String>,
    /// The index of the group of each case, in the order of the plan.
    by_place: Vec<usize>,
}

impl Groups {
    /// Cases that share a lock, directly or through other cases, are one group. Its name is that of its first lock.
    fn of(plan: &Plan, suite: &Suite) -> Groups {
        let mut parents: BTreeMap<&str, &str> = BTreeMap::new();
        for planned in &plan.cases {
            let mut locks = suite.cases[planned.index].locks.iter();
            let Some(first) = locks.next() else { continue };
            parents.entry(first).or_insert(first);
            for other in locks {
                parents.entry(other).or_insert(other);
                let (one, other) = (root(&parents, first), root(&parents, other));
                // The smaller name stays the root.
                parents.insert(one.max(other), one.min(other));
            }
        }
        let mut groups = Groups {
            names: Vec::new(),
            by_place: Vec::with_capacity(plan.cases.len()),
        };
        let mut known: HashMap<&str, usize> = HashMap::new();
        for planned in &plan.cases {
            let case = &suite.cases[planned.index];
            let group = match case.locks.iter().next() {
                None => groups.add(format!("case {}", case.id)),
                Some(lock) => {
                    let lock = root(&parents, lock);
                    *known
                        .entry(lock)
                        .or_insert_with(|| groups.add(format!("lock {lock}")))
                }
            };
            groups.by_place.push(group);
        }
        groups
    }

    fn add(&mut self, name: String) -> usize {
        self.names.push(name);
        self.names.len() - 1
    }
}

fn root<'n>(parents: &BTreeMap<&'n str, &'n str>, mut name: &'n str) -> &'n str {
    while let Some(parent) = parents.get(name).filter(|parent| **parent != name) {
        name = parent;
    }
    name
}

/// The shard of a group by the hash of its name.
fn hashed(name: &str, of: u32) -> u32 {
    let digest = digest(&SHA256, name.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_ref()[..8]);
    let shard = u64::from_be_bytes(first) % u64::from(of);
    u32::try_from(shard).unwrap_or(0) + 1
}

/// The shards of groups by their durations: the longest first, each to the shard that has the least to do so far.
fn balanced(
    groups: &Groups,
    plan: &Plan,
    suite: &Suite,
    of: u32,
    durations: &Durations,
) -> Vec<u32> {
    let of_case = durations.of_cases();
    let mut took = vec![0_u64; groups.names.len()];
    for (planned, group) in plan.cases.iter().zip(&groups.by_place) {
        if planned.skip.is_none() {
            let case = of_case(&suite.cases[planned.index].id);
            took[*group] = took[*group].saturating_add(case);
        }
    }
    let mut order: Vec<usize> = (0..took.len()).collect();
    order.sort_by(|one, other| {
        let by_time = took[*other].cmp(&took[*one]);
        by_time.then_with(|| groups.names[*one].cmp(&groups.names[*other]))
    });
    let mut loads: BinaryHeap<Reverse<(u64, u32)>> =
        (1..=of).map(|number| Reverse((0, number))).collect();
    let mut shards = vec![1; took.len()];
    for group in order {
        if let Some(Reverse((load, number))) = loads.pop() {
            shards[group] = number;
            loads.push(Reverse((load.saturating_add(took[group]), number)));
        }
    }
    shards
}

#[cfg(test)]
mod tests {
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
}
