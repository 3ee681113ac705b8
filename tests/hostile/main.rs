//! Servers that answer with anything: the right verdict, in bounded time and memory, nothing printed raw, and
//! no harm to the other cases of the run.
//!
//! The table in `answers/` names each answer with its script and what must come of it on each transport.
//! `cargo test --test hostile gzip` runs what concerns one of them; `random.rs` says how to run the long one.

mod answer;
mod answers;
mod large;
mod memory;
mod planted;
mod print;
mod random;
mod received;
mod run;
mod server;
mod slow;
mod suite;
#[path = "../support/mod.rs"]
mod support;
mod verdicts;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most trials wait for a server most of the time.
    arguments.test_threads.get_or_insert(8);
    let mut trials: Vec<Trial> = verdicts::trials();
    trials.extend(print::trials());
    trials.extend(random::trials());
    trials.extend(large::trials());
    trials.extend(slow::trials());
    trials.extend(planted::trials());
    trials.extend(received::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
