//! The shipped suite against servers that answer every request with a random answer of the table.
//!
//! It never panics, hangs, passes, or takes more than [`LIMIT_KIB`]. A few runs stand in `cargo test`; as many as one
//! likes, and from which seed, are asked for by the environment:
//!
//! `PROBITY_RANDOM_RUNS=1000 PROBITY_RANDOM_SEED=1 cargo test --release --test hostile random -- --nocapture`
//!
//! A run waits most of the time, so ten are under way at once, each with a server of its own; `PROBITY_RANDOM_AT_ONCE`
//! says how many. `PROBITY_RANDOM_BINARY` names another build of the binary. Each run prints its seed before it
//! begins, and what became of it. The order in which requests come depends on the machine, so a seed gives the same
//! answers in the same order, not always to the same requests.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use libtest_mimic::{Failed, Trial};

use crate::answer::Answer;
use crate::memory::{LIMIT_KIB, Watched};
use crate::server::Server;
use crate::support::folder::Folder;

/// How many runs unless somebody says otherwise, and how many of them at one time.
const RUNS: u64 = 2;
const AT_ONCE: u64 = 10;
/// Part of every token, from the environment.
const SECRET: &str = "planted-in-every-token";

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("random::the_shipped_suite", never_passes)]
}

/// A number from the environment.
fn asked(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// The seeds that are left, for whoever takes the next one, and whether a run ended badly.
struct Seeds {
    next: AtomicU64,
    end: u64,
    is_over: AtomicBool,
}

impl Seeds {
    fn take(&self) -> Option<u64> {
        let seed = self.next.fetch_add(1, Ordering::Relaxed);
        (seed < self.end && !self.is_over.load(Ordering::Relaxed)).then_some(seed)
    }
}

/// What became of the runs of one lane.
#[derive(Default)]
struct Sum {
    exits: BTreeMap<i32, u64>,
    peak_kib: usize,
    longest: f64,
}

impl Sum {
    fn add(&mut self, other: Sum) {
        for (code, count) in other.exits {
            *self.exits.entry(code).or_default() += count;
        }
        self.peak_kib = self.peak_kib.max(other.peak_kib);
        self.longest = self.longest.max(other.longest);
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are for whoever asked for many runs"
)]
fn never_passes() -> Result<(), Failed> {
    let (runs, first) = (
        asked("PROBITY_RANDOM_RUNS", RUNS),
        asked("PROBITY_RANDOM_SEED", 1),
    );
    let at_once = asked("PROBITY_RANDOM_AT_ONCE", AT_ONCE).clamp(1, runs.max(1));
    let seeds = Seeds {
        next: AtomicU64::new(first),
        end: first.saturating_add(runs),
        is_over: AtomicBool::new(false),
    };
    let began = Instant::now();
    let lanes: Vec<Result<Sum, String>> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..at_once).map(|_| scope.spawn(|| lane(&seeds))).collect();
        let ended = lanes.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended
            .map(|lane| lane.unwrap_or_else(|_| Err("a lane panicked".to_owned())))
            .collect()
    });
    let mut sum = Sum::default();
    for lane in lanes {
        sum.add(lane?);
    }
    let done: u64 = sum.exits.values().sum();
    if done != runs {
        return Err(format!("{done} of {runs} runs ended").into());
    }
    println!(
        "random: {runs} runs from seed {first}, {at_once} at once, in {:.0} s, the longest {:.1} s; exits {:?}; peak {} KiB",
        began.elapsed().as_secs_f64(),
        sum.longest,
        sum.exits,
        sum.peak_kib
    );
    Ok(())
}

/// One run after the other, with a server and a folder of their own, until no seed is left.
#[expect(
    clippy::print_stdout,
    reason = "a seed must be told before its run can end badly"
)]
fn lane(seeds: &Seeds) -> Result<Sum, String> {
    let answers = crate::answers::all();
    let picks = Arc::new(Mutex::new(Random(0)));
    let server = {
        let picks = Arc::clone(&picks);
        Server::answering(move |asked| match asked.path.as_str() {
            // Is anybody there? Somebody is, or most runs would end early.
            "/" | "/v1.0" | "/beta" => crate::answer::body("{}"),
            _ => pick(&answers, &picks),
        })
    };
    let server = server.map_err(|error| error.to_string())?;
    let folder = Folder::new();
    folder.write("target.yaml", target(&server.url()));
    let mut sum = Sum::default();
    while let Some(seed) = seeds.take() {
        println!("random: seed {seed}");
        *picks.lock().unwrap_or_else(PoisonError::into_inner) = Random(seed);
        let began = Instant::now();
        let ended = Watched::run(command(&folder)).map_err(|error| error.to_string())?;
        let took = began.elapsed().as_secs_f64();
        println!(
            "random: seed {seed}: exit {:?}, {took:.1} s, {} KiB",
            ended.code, ended.peak_kib
        );
        match verdict(&ended).and_then(|code| keeps_secret(&folder, &ended).map(|()| code)) {
            Ok(code) => *sum.exits.entry(code).or_default() += 1,
            Err(why) => {
                seeds.is_over.store(true, Ordering::Relaxed);
                let (stdout, stderr) = (ended.stdout, ended.stderr);
                return Err(format!("seed {seed}: {why}\n{stdout}\n{stderr}"));
            }
        }
        sum.longest = sum.longest.max(took);
        sum.peak_kib = sum.peak_kib.max(ended.peak_kib);
    }
    Ok(sum)
}

/// The exit code of a run that ended well: with a violation or no evidence. What conforms, is incomplete, or is a
/// defect of ours is wrong.
fn verdict(ended: &Watched) -> Result<i32, String> {
    match ended.code {
        _ if ended.stderr.contains("panicked") => Err("it panicked".to_owned()),
        _ if ended.peak_kib > LIMIT_KIB => Err(format!("it took {} KiB", ended.peak_kib)),
        Some(code @ (1 | 5)) => Ok(code),
        code => Err(format!("exit {code:?}")),
    }
}

/// The tokens of the target are secrets: they stand in nothing that was printed or written.
fn keeps_secret(folder: &Folder, ended: &Watched) -> Result<(), String> {
    for (name, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
        if text.contains(SECRET) {
            return Err(format!("{name} holds the secret"));
        }
    }
    let files = std::fs::read_dir(folder.root()).map_err(|error| error.to_string())?;
    for file in files {
        let path = file.map_err(|error| error.to_string())?.path();
        let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
        if String::from_utf8_lossy(&bytes).contains(SECRET) {
            return Err(format!("{} holds the secret", path.display()));
        }
    }
    Ok(())
}

fn command(folder: &Folder) -> Command {
    let other = std::env::var_os("PROBITY_RANDOM_BINARY");
    let mut command = folder.program(other.unwrap_or(env!("CARGO_BIN_EXE_probity").into()));
    command
        .args(["run", "--target", "target.yaml", "--quiet"])
        .args(["--report", "json=r.json", "--report", "html=r.html"])
        .env("PLANTED", SECRET);
    command
}

/// The reference target with its services at the server, and with little patience.
fn target(url: &str) -> String {
    let reference = include_str!("../../targets/reference.yaml");
    let mut lines = Vec::new();
    let mut is_dropped = false;
    for line in reference.lines() {
        let is_key = !line.starts_with([' ', '#']) && !line.is_empty();
        if is_key {
            is_dropped = line.starts_with("services:") || line.starts_with("limits:");
        }
        if !is_dropped {
            // Nobody looks at the tokens, so each of them may begin with a secret.
            let line = line.replace("{ Authorization: \"", "{ Authorization: \"${env.PLANTED}");
            lines.push(line);
        }
    }
    let services = format!(
        "services: {{ seats: \"{url}\", presence: \"{url}\", graph-v1: \"{url}/v1.0\", graph-beta: \"{url}/beta\" }}"
    );
    let limits = "limits: { timeout: 200ms, connect-timeout: 2s, throttle-wait: 1s }";
    format!("{}\n{services}\n{limits}\n", lines.join("\n"))
}

fn pick(answers: &[Answer], picks: &Mutex<Random>) -> Vec<crate::support::script::Act> {
    let number = picks.lock().unwrap_or_else(PoisonError::into_inner).next();
    let count = u64::try_from(answers.len()).unwrap_or(1);
    let index = usize::try_from(number % count).unwrap_or(0);
    answers[index].script.clone()
}

/// Numbers that a seed decides (splitmix64).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below this one.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
