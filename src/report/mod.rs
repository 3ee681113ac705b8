//! The renderings of a report: [`formats`] lists them, and each has its own module.
//!
//! Every renderer is a pure function from values of [`model`](crate::model) to text on a writer. It decides nothing
//! (verdicts, exit code and reasons are in the report), reads no clock, opens no file, and does not detect whether it
//! writes to a terminal.

pub mod api_coverage;
pub mod badge;
pub mod coverage;
pub mod ctrf;
pub mod diagnostics;
pub mod formats;
pub mod github;
pub mod history;
#[cfg(feature = "cli")]
pub mod html;
pub mod json;
pub mod junit;
pub mod listing;
pub mod markdown;
pub mod matrix;
pub mod progress;
pub mod proof;
pub mod sarif;
pub mod statement;
pub mod tap;
pub mod targets;
pub mod terminal;

mod page;
mod snippet;
mod summary;

pub(crate) use summary::advice::advice;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
