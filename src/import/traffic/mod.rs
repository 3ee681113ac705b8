//! Makes a suite of requests that were recorded or written down: what `har`, `curl`, `postman` and `hurl` read.
//!
//! A source gives calls. `vault` takes credentials out of them, `link` finds what a later call takes from an earlier answer,
//! `shape` makes patterns of answers, and `suite` writes. Nothing is sent, and no credential is written.

mod address;
mod answer;
mod body;
mod call;
mod credential;
mod expected;
mod figures;
mod file;
mod group;
mod header;
mod identity;
mod link;
pub(crate) mod marked;
mod mask;
mod operation;
mod path;
mod received;
mod request;
mod scripted;
mod service;
mod shape;
mod step;
mod suite;
#[cfg(test)]
mod tests;
mod token;
mod value;
mod variable;
mod vault;
mod written;

pub(crate) use answer::is_path;
pub(crate) use body::{Body, Part, PartContent, encoded, multipart};
pub(crate) use call::{Answer, Call, Traffic, Variable};
pub(crate) use credential::{Credential, is_opaque, is_secret};
pub use figures::{TrafficFigures, TrafficSuite};
pub(crate) use header::is_name as is_field_name;
pub(crate) use mask::PREDICATES;
pub(crate) use scripted::{Capture, Check, Pattern, StatusCheck, classes, is_time};
pub(crate) use service::Source;
pub(crate) use suite::write;
