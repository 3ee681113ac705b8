//! The four contracts, as tests with names: each one-change mutant of a body, each recorded body, each
//! variant and each fault of the reference deployment.
//!
//! `cargo test --test contracts SEATS-19` runs what concerns one rule.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod blame;
mod bodies;
mod causes;
mod deployments;
mod mutants;
mod schemas;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most trials wait for a deployment most of the time.
    arguments.test_threads.get_or_insert(16);
    let mut trials: Vec<Trial> = bodies::trials();
    trials.extend(blame::trials());
    trials.extend(mutants::trials());
    trials.extend(deployments::trials());
    let conclusion = libtest_mimic::run(&arguments, trials);
    causes::write_file();
    conclusion.exit_code()
}
