//! Suites from descriptions that a team already has.
//!
//! `openapi` reads a document and plans what a careful person would write; `yaml` writes it. `har`, `curl`, `postman` and
//! `hurl` read requests that were recorded or written down, and `traffic` makes a suite of them. Nothing is sent, and
//! nothing is written here: the result is texts, each with its place in a suite.

mod change;
mod curl;
mod deployment;
mod format;
mod har;
mod hurl;
mod json_text;
pub(crate) mod literal;
mod lock;
mod merge;
mod minimal;
mod name;
mod openapi;
mod postman;
mod source;
mod traffic;
pub(crate) mod yaml;

pub use change::{Answer, Body, Change, Outline, Outlines, Parameter, changes};
pub use deployment::Deployed;
pub use lock::{Action, LOCK, Lock};
pub use merge::{
    Followed, Kept, Merged, Written, beside, count_entries, is_only_commented, merge, merge_with,
    written_files,
};
pub use minimal::minimal_suite;
pub use openapi::{Figures, Imported, described_operations, import_file, import_text};
pub use source::{TrafficKind, import_traffic};
pub use traffic::{TrafficFigures, TrafficSuite};
