//! A language server for the files of a suite (Language Server Protocol 3.17), over standard input and output.
//!
//! Diagnostics come from the loader, as in `check`; names and completion from an index of all files and from the tables of
//! the formats. It sends no request to a target, writes no file, and reads no environment variable.

mod complete;
pub mod cursor;
mod diagnostics;
mod document;
mod event;
mod goto;
mod grammar;
mod hover;
mod index;
mod json_schema;
mod lens;
mod loader;
mod markers;
mod message;
mod open_suite;
pub mod position;
mod rename;
mod requests;
mod roots;
mod server;
mod suite;
mod suites;
mod tree;
mod uri;
pub mod wire;

pub use server::{Ended, serve};
