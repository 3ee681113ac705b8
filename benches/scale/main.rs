//! A simulation of a large plan on many machines: how evenly it is divided, what stragglers and lost shards cost.
//!
//! `cargo bench --bench scale` takes 100,000 cases and 100 shards, `-- --full` a million and 1,000. Cases, durations and
//! losses are made from a fixed seed, and nothing is sent; the division is the real one. `docs/scale.md` has the figures.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a simulation rounds, and may end on the first surprise"
)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::model::Suite;
use probity::plan::{Durations, Plan, PlannedCase, Split};

/// Requests in flight in each shard.
const IN_FLIGHT: usize = 8;
/// One case in so many shares a lock with others of its group.
const LOCKED: usize = 50;
/// Cases that share a lock.
const GROUP: usize = 20;
/// One case in so many waits for something that the target does later.
const STRAGGLERS: u64 = 1_000;
/// One shard in so many is lost.
const LOST: usize = 100;
/// What it takes to start a shard again, in seconds: to notice, to schedule, to load the suite.
const RESTART: f64 = 60.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|word| word == "--bench") {
        return;
    }
    let is_full = arguments.iter().any(|word| word == "--full");
    let (cases, shards) = if is_full {
        (1_000_000, 1_000)
    } else {
        (100_000, 100)
    };
    simulate(cases, shards);
}

fn simulate(count: usize, shards: u32) {
    let mut random = Random(42);
    let suite = suite(count);
    let took: Vec<f64> = (0..count).map(|_| random.duration()).collect();
    let plan = Plan {
        cases: (0..count)
            .map(|index| PlannedCase { index, skip: None })
            .collect(),
    };
    // An earlier run took about as long: half as long or twice as long is not rare.
    let earlier: Durations = suite
        .cases
        .iter()
        .zip(&took)
        .map(|(case, took)| {
            let seconds = took * (0.3 * random.normal()).exp();
            (case.id.clone(), (seconds * 1e6) as u64)
        })
        .collect();
    let sum: f64 = took.iter().sum();
    println!(
        "{count} cases, {shards} shards, {IN_FLIGHT} in flight in each; {:.1} h of waiting, longest case {:.0} s",
        sum / 3600.0,
        took.iter().copied().fold(0.0, f64::max)
    );
    let ideal = sum / IN_FLIGHT as f64 / f64::from(shards);
    println!("evenly divided: {ideal:.0} s for each shard");
    println!("| division | median | slowest | slowest / even | with lost shards | to divide |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, durations) in [
        ("by the hash of the id", None),
        ("by durations of an earlier run", Some(&earlier)),
    ] {
        let started = Instant::now();
        let split = Split::new(&plan, &suite, shards, durations);
        let divided = started.elapsed();
        let times = times(&split, &suite, &took, durations, shards);
        let mut sorted = times.clone();
        sorted.sort_by(f64::total_cmp);
        let (median, slowest) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
        let lost = (0..shards as usize / LOST).map(|_| random.below(times.len()));
        let again = lost.map(|shard| times[shard]).fold(0.0, f64::max);
        println!(
            "| {name} | {median:.0} s | {slowest:.0} s | {:.2} | {:.0} s | {:.2} s |",
            slowest / ideal,
            slowest + RESTART + again,
            divided.as_secs_f64()
        );
    }
}

/// How long each shard takes, in seconds: the next case starts where one ends, with durations the longest first; cases with
/// a lock wait for each other.
fn times(
    split: &Split,
    suite: &Suite,
    took: &[f64],
    durations: Option<&Durations>,
    shards: u32,
) -> Vec<f64> {
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); shards as usize];
    for place in 0..took.len() {
        let shard = split.shard(place).unwrap();
        own[shard.number() as usize - 1].push(place);
    }
    if let Some(durations) = durations {
        let of_case = durations.of_cases();
        let before = |place: &usize| Reverse(of_case(&suite.cases[*place].id));
        for cases in &mut own {
            cases.sort_by_cached_key(before);
        }
    }
    let time = |cases: &Vec<usize>| {
        let mut free: BinaryHeap<Reverse<u64>> = vec![Reverse(0); IN_FLIGHT].into();
        let mut unlocked = std::collections::HashMap::new();
        let mut end = 0;
        for place in cases {
            let Reverse(mut start) = free.pop().unwrap();
            if let Some(lock) = lock_of(*place) {
                start = start.max(unlocked.get(&lock).copied().unwrap_or(0));
            }
            let ended = start + (took[*place] * 1e6) as u64;
            if let Some(lock) = lock_of(*place) {
                unlocked.insert(lock, ended);
            }
            end = end.max(ended);
            free.push(Reverse(ended));
        }
        end as f64 / 1e6
    };
    own.iter().map(time).collect()
}

/// The lock of a case: groups of neighbours, here and there in the suite.
fn lock_of(place: usize) -> Option<usize> {
    let group = place / GROUP;
    group.is_multiple_of(LOCKED).then_some(group)
}

/// A suite of so many cases without steps: only their ids and locks matter here.
fn suite(count: usize) -> Suite {
    let loaded = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun);
    let mut suite = loaded.suite;
    let mut case = suite.cases[0].clone();
    case.steps.clear();
    case.finally.clear();
    suite.cases = (0..count)
        .map(|place| {
            let mut case = case.clone();
            case.id = format!("api/file-{}/case-{}", place / 100, place % 100);
            case.locks = lock_of(place)
                .map(|lock| format!("lock-{lock}"))
                .into_iter()
                .collect();
            case
        })
        .collect();
    suite
}

/// Random numbers from a seed (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Of the standard normal distribution.
    fn normal(&mut self) -> f64 {
        let (a, b) = (self.share().max(f64::MIN_POSITIVE), self.share());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// How long a case takes, in seconds: 120 ms in the median, a few of them seconds; stragglers 20 to 60 s.
    fn duration(&mut self) -> f64 {
        if self.next().is_multiple_of(STRAGGLERS) {
            return 20.0 + 40.0 * self.share();
        }
        0.12 * self.normal().exp()
    }
}
