//! Sends legal and illegal requests at random, and finds the answers that the contract forbids.
//!
//! What it sends are cases: `seed` takes those of the suite as they are written, `change` changes one request of one of
//! them, and `trial` has the result loaded and run as any run does. So identities, captures, `finally`, limits, permits and
//! the rules of the contract hold as in a run, and what was found is a case file already. `requests` reads what a contract
//! says about legal requests. Random numbers come from a seed; time and memory are bounded.

mod base;
mod change;
mod edit;
mod expected;
mod found;
mod fuzzed;
mod names;
mod options;
mod request;
mod requests;
mod rows;
mod seed;
mod session;
mod shape;
mod spot;
mod trial;
mod untouched;
mod written;

pub use found::{Found, Tally};
pub use fuzzed::{Fuzzed, Untouched};
pub use options::FuzzOptions;
pub use session::Fuzzer;
pub use written::file_stem;
