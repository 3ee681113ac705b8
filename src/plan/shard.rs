//! Divides a plan into shards, which processes on different machines run.
//!
//! Which shard a case belongs to is a pure function of the plan and, if they are given, the durations of an earlier run.
//! Cases that share a lock stay together, since a lock holds in one process only. Without durations the place is a hash
//! of the id of the case, or of the first lock of its group, so that an edit moves no other case.

#[cfg(test)]
mod tests;

use std::borrow::Borrow;
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
    pub fn of(cases: impl IntoIterator<Item = impl Borrow<CaseReport>>) -> Durations {
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
        let took = |case: &CaseReport| (case.id.clone(), took(case));
        let cases = cases.into_iter().filter_map(|case| {
            let case = case.borrow();
            (!case.steps.is_empty()).then(|| took(case))
        });
        Durations {
            by_case: cases.collect(),
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
