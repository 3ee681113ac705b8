//! Suites from descriptions that a team already has.
//!
//! `openapi` reads a document and plans what a careful person would write; `yaml` writes it. Nothing is sent, and nothing
//! is written here: the result is texts, each with its place in a suite.

mod change;
mod json_text;
mod literal;
mod lock;
mod name;
mod openapi;
mod yaml;

pub use change::{Change, Outline, Outlines, changes};
pub use lock::{Action, LOCK, Lock};
pub use openapi::{Figures, Imported, described_operations, import_file, import_text};
