//! How fast the binary is, as whole processes against a server of its own, beside a thin loop.
//!
//! `cargo bench --bench throughput` measures everything, `-- --quick` takes a minute's worth less. `-- --selections`
//! measures only suites as people write them, `-- --curves` how their cost grows, and `-- --hurl` such a suite beside the
//! Hurl that `PROBITY_HURL` names. Nothing is asserted on time: the figures are for people, and `docs/performance.md` says
//! what they mean.
//!
//! The bench starts itself again in two roles: as the server (whose processor time is nobody's), and as
//! the thin loop, which does what a user could write by hand in an afternoon: the same requests, the same
//! number in flight, the same compiled schema; no files, no diagnostics, no report.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![allow(clippy::unwrap_used, reason = "a bench may end on the first surprise")]

mod curves;
mod figures;
mod hurl;
mod process;
mod selections;
mod server;
mod suite;
mod thin_loop;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use figures::{Comparison, Samples};
use process::Usage;
use server::Server;
use suite::{Layout, TemporaryDirectory};

/// What the binary keeps in flight without `--jobs`.
const IN_FLIGHT: usize = 32;
/// How late the late server is.
const LATE: Duration = Duration::from_millis(50);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["role:server"] => server::serve(),
        ["role:thin-loop", base, count] => thin_loop::run(base, count.parse().unwrap(), IN_FLIGHT),
        // `cargo test --all-targets` starts benches too, without `--bench`: there is nothing to test here.
        _ if !words.contains(&"--bench") => {}
        _ if words.contains(&"--curves") => curves::measure(),
        _ if words.contains(&"--hurl") => {
            hurl::measure(&mut Server::start(), words.contains(&"--quick"));
        }
        _ if words.contains(&"--selections") => {
            selections::measure(&mut Server::start(), words.contains(&"--quick"));
        }
        _ => measure(words.contains(&"--quick")),
    }
}

fn measure(is_quick: bool) {
    let (rounds, counts): (usize, &[usize]) = if is_quick {
        (1, &[1_000])
    } else {
        (7, &[1_000, 10_000])
    };
    let mut server = Server::start();
    for &count in counts {
        for layout in [Layout::Hundreds, Layout::Single] {
            throughput(&mut server, count, layout, rounds);
        }
    }
    selections::measure(&mut server, is_quick);
    late_server(&mut server, rounds);
    start_up(&mut server, if is_quick { 5 } else { 51 });
}

/// The binary without and with a report beside the thin loop, in turns, so that a busy machine is busy for all.
fn throughput(server: &mut Server, count: usize, layout: Layout, rounds: usize) {
    let directory = TemporaryDirectory::with_suite(count, layout);
    let base = server.base("");
    let report = directory.path().join("report.json");
    let mut plain = Samples::default();
    let mut reporting = Samples::default();
    let mut thin = Samples::default();
    server.take_counts();
    let mut connections = 0;
    for _ in 0..rounds {
        plain.add(&run_suite(directory.path(), &base, &["--no-report"]));
        let counts = server.take_counts();
        assert_eq!(counts.requests, count, "every case sends one request");
        connections = connections.max(counts.connections);
        reporting.add(&run_suite(
            directory.path(),
            &base,
            &["--report", &format!("json={}", report.display())],
        ));
        thin.add(&thin_loop(&base, count));
        server.take_counts();
    }
    println!("\n## {count} cases, {}\n", layout.words());
    Comparison {
        cases: count,
        thin: &thin,
        others: &[("probity", &plain), ("probity, JSON report", &reporting)],
    }
    .print();
    println!("connections opened: {connections}, with {IN_FLIGHT} in flight");
}

/// Nothing but waiting: what is lost between one answer and the next request.
fn late_server(server: &mut Server, rounds: usize) {
    const CASES: usize = 1_000;
    let directory = TemporaryDirectory::with_suite(CASES, Layout::Hundreds);
    let base = server.base("/late");
    let mut samples = Samples::default();
    let mut thin = Samples::default();
    server.take_counts();
    let mut connections = 0;
    for _ in 0..rounds.min(5) {
        samples.add(&run_suite(directory.path(), &base, &["--no-report"]));
        connections = connections.max(server.take_counts().connections);
        thin.add(&thin_loop(&base, CASES));
        server.take_counts();
    }
    let turns = u32::try_from(CASES.div_ceil(IN_FLIGHT)).unwrap();
    let ideal = LATE * turns;
    println!("\n## A server that is {LATE:?} late, {CASES} cases\n");
    println!(
        "{turns} turns of {LATE:?} are {:.0} ms; connections opened: {connections}\n",
        ideal.as_secs_f64() * 1e3
    );
    for (name, samples) in [("thin loop", &thin), ("probity", &samples)] {
        println!(
            "{name}: wall {:.0} ms, ratio {:.3} (fastest {:.3})",
            samples.wall() * 1e3,
            samples.wall() / ideal.as_secs_f64(),
            samples.fastest_wall() / ideal.as_secs_f64(),
        );
    }
}

fn start_up(server: &mut Server, rounds: usize) {
    let directory = TemporaryDirectory::with_suite(1, Layout::Hundreds);
    let base = server.base("");
    let mut nothing = Samples::default();
    let mut version = Samples::default();
    let mut one = Samples::default();
    for _ in 0..rounds {
        nothing.add(&process::run_briefly(&mut Command::new("true")));
        version.add(&process::run_briefly(probity().arg("--version")));
        one.add(&process::run_briefly(suite_command(
            &mut probity(),
            directory.path(),
            &base,
            &["--no-report"],
        )));
    }
    println!("\n## Start-up, whole processes\n");
    for (name, samples) in [
        ("`true`", &nothing),
        ("`probity --version`", &version),
        ("`probity run` of one case", &one),
    ] {
        println!(
            "{name}: {:.2} ms (fastest {:.2} ms)",
            samples.wall() * 1e3,
            samples.fastest_wall() * 1e3
        );
    }
}

fn probity() -> Command {
    Command::new(env!("CARGO_BIN_EXE_probity"))
}

fn suite_command<'c>(
    command: &'c mut Command,
    suite: &Path,
    base: &str,
    more: &[&str],
) -> &'c mut Command {
    command
        .args(["run", "--target", base, "--suite"])
        .arg(suite)
        .args(more)
}

fn run_suite(suite: &Path, base: &str, more: &[&str]) -> Usage {
    process::run(suite_command(&mut probity(), suite, base, more))
}

fn thin_loop(base: &str, count: usize) -> Usage {
    let own = std::env::current_exe().unwrap();
    process::run(Command::new(own).args(["role:thin-loop", base, &count.to_string()]))
}
