//! Probity checks that an HTTP deployment, real or mock, keeps its contract.
//!
//! Data goes one way: [`load`] reads files into the nouns of [`model`], [`plan`] binds a suite to a
//! target, [`execute`] turns a request into an exchange, [`judge`] turns expectations and an exchange
//! into findings, [`report`] renders the outcome. [`engine`] joins them. [`compare`] holds one run against
//! another. [`reference`](mod@reference) is a deployment that keeps the four contracts, and shares no code with
//! the rest. [`prove`] shows that every check can fail, by answers that are changed and by faults of that deployment.

pub mod auth;
pub mod cli;
pub mod engine;
pub mod execute;
pub mod harness;
pub mod history;
pub mod json;
pub mod judge;
pub mod load;
pub mod model;
pub mod persist;
pub mod plan;
pub mod prove;
pub mod recording;
pub mod redact;
pub mod reference;
pub mod report;
pub mod text;
