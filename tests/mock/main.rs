//! A mock of the four contracts that shares nothing with the suite: green as it is, and red with any one fault.
//!
//! Its stubs are written from the documented facts alone (`FACTS.md`), with bodies of their own, and keep no state:
//! request matchers and canned answers, like those of a mock server. `variants/` has the faults, each on one kind of
//! call. `survivors.rs` lists those that the suite does not see yet.
//!
//! `cargo test --test mock seats/` runs what concerns one contract or one kind of call.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod autopilot;
mod change;
mod http;
mod license;
mod nothing;
mod presence;
mod run;
mod seats;
mod server;
mod stub;
mod survivors;
mod target;
mod trials;
mod variant;
mod variants;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A run waits for the mock some of the time.
    arguments.test_threads.get_or_insert(4);
    libtest_mimic::run(&arguments, trials::all()).exit_code()
}
