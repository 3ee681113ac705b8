//! What operations promise and require, and how that changed from one document to the next.
//!
//! A request that is narrowed, and an answer that is widened, can break a caller that worked before. The checks of oasdiff
//! for requests, answers and security are the reference.

mod comparison;
mod difference;
mod flat;
mod keyword;
mod operation;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a document describes, as far as it matters to callers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlines {
    /// The operations: `GET /pets/{}`.
    pub operations: BTreeMap<String, Outline>,
    /// The schemas that they name, without what rejects nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub schemas: BTreeMap<String, Value>,
}

/// What matters to the callers of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The documented statuses.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub statuses: BTreeSet<String>,
    /// The parameters: `query parameter limit`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// The body of a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The answers by status.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Answer>,
    /// The alternatives of credentials: schemes with their scopes. Empty if everybody may call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<BTreeMap<String, BTreeSet<String>>>,
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Must a request have it?
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Its schema.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub schema: Value,
}

/// The body of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Must a request have one?
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// The media types that are accepted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub media: BTreeSet<String>,
    /// The name of its schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The media types that it may have.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub media: BTreeSet<String>,
    /// The headers that it must have.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub headers: BTreeSet<String>,
    /// The name of its schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A difference between two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Can a caller that worked before fail now?
    pub is_breaking: bool,
    /// What changed, in one line.
    pub text: String,
}

/// What changed, breaking changes first.
pub fn changes(before: &Outlines, after: &Outlines) -> Vec<Change> {
    let mut changes = operation::changes(before, after);
    changes.sort_by_key(|change| !change.is_breaking);
    changes
}
