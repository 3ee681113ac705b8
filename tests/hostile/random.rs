//! The shipped suite against a server that answers every request with a random answer of the table.
//!
//! It never panics, hangs, passes, or takes more than [`LIMIT_KIB`]. A few runs stand in `cargo test`; as many as one
//! likes, and from which seed, are asked for by the environment:
//!
//! `PROBITY_RANDOM_RUNS=1000 PROBITY_RANDOM_SEED=1 cargo test --release --test hostile random -- --nocapture`
//!
//! `PROBITY_RANDOM_BINARY` names another build of the binary. Each run prints its seed before it begins. The order in which requests come depends on the machine, so a seed gives
//! the same answers in the same order, not always to the same requests.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use libtest_mimic::{Failed, Trial};

use crate::answer::Answer;
use crate::memory::{LIMIT_KIB, Watched};
use crate::server::Server;
use crate::suite::Folder;

/// How many runs unless somebody says otherwise.
const RUNS: u64 = 2;

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

#[expect(
    clippy::print_stdout,
    reason = "a seed must be told before its run can end badly"
)]
fn never_passes() -> Result<(), Failed> {
    let (runs, first) = (
        asked("PROBITY_RANDOM_RUNS", RUNS),
        asked("PROBITY_RANDOM_SEED", 1),
    );
    let answers = Arc::new(crate::answers::all());
    let picks = Arc::new(Mutex::new(Random(0)));
    let server = {
        let picks = Arc::clone(&picks);
        Server::answering(move |asked| match asked.path.as_str() {
            // Is anybody there? Somebody is, or most runs would end early.
            "/" | "/v1.0" | "/beta" => crate::answer::body("{}"),
            _ => pick(&answers, &picks),
        })?
    };
    let folder = Folder::new()?;
    folder.write("target.yaml", &target(&server.url()))?;
    let began = Instant::now();
    let (mut exits, mut peak_kib, mut longest) = (BTreeMap::<i32, u64>::new(), 0, 0.0_f64);
    for seed in first..first + runs {
        println!("random: seed {seed}");
        *picks.lock().unwrap_or_else(PoisonError::into_inner) = Random(seed);
        let run_began = Instant::now();
        let ended = Watched::run(command(&folder))?;
        longest = longest.max(run_began.elapsed().as_secs_f64());
        peak_kib = peak_kib.max(ended.peak_kib);
        let told = || {
            format!(
                "seed {seed}: exit {:?}\n{}\n{}",
                ended.code, ended.stdout, ended.stderr
            )
        };
        let code = ended.code.ok_or_else(told)?;
        *exits.entry(code).or_default() += 1;
        // A violation or no evidence; what conforms, is incomplete, or is a defect of ours is wrong.
        if !matches!(code, 1 | 5) || ended.stderr.contains("panicked") {
            return Err(told().into());
        }
        if ended.peak_kib > LIMIT_KIB {
            return Err(format!("seed {seed} took {} KiB", ended.peak_kib).into());
        }
    }
    println!(
        "random: {runs} runs from seed {first} in {:.0} s, the longest {longest:.1} s; exits {exits:?}; peak {peak_kib} KiB",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

fn command(folder: &Folder) -> Command {
    let other = std::env::var_os("PROBITY_RANDOM_BINARY");
    let mut command = Command::new(other.unwrap_or(env!("CARGO_BIN_EXE_probity").into()));
    command
        .args(["run", "--target", "target.yaml", "--quiet"])
        .args(["--report", "json=r.json", "--report", "html=r.html"])
        .current_dir(&folder.path)
        .env_clear()
        .stdin(Stdio::null());
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
            lines.push(line);
        }
    }
    let services = format!(
        "services: {{ seats: \"{url}\", presence: \"{url}\", graph-v1: \"{url}/v1.0\", graph-beta: \"{url}/beta\" }}"
    );
    let limits = "limits: { timeout: 200ms, connect-timeout: 2s, throttle-wait: 1s }";
    format!("{}\n{services}\n{limits}\n", lines.join("\n"))
}

fn pick(answers: &[Answer], picks: &Mutex<Random>) -> Vec<crate::script::Act> {
    let number = picks.lock().unwrap_or_else(PoisonError::into_inner).next();
    let count = u64::try_from(answers.len()).unwrap_or(1);
    let index = usize::try_from(number % count).unwrap_or(0);
    answers[index].script.clone()
}

/// Numbers that a seed decides (splitmix64).
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
