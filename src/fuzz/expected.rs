//! What is expected of the answer to a changed request, as the blocks of a case.

use serde_json::{Value, json};

/// How a request is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The contract rejects it: it must be refused.
    Illegal,
    /// The contract allows it.
    Legal,
    /// The contract says nothing about it.
    Blind,
}

/// A refusal with one of the statuses that the contract names.
pub(crate) fn refused(proves: &[String], statuses: &Value) -> Value {
    json!([{ "proves": proves, "status": statuses }])
}

/// Any answer but a failure of the server.
pub(crate) fn no_failure(proves: &[String]) -> Value {
    json!([{ "proves": proves, "status": ["<2xx>", "<3xx>", "<4xx>"] }])
}

/// A success.
pub(crate) fn success(proves: &[String]) -> Value {
    json!([{ "proves": proves, "status": "<2xx>" }])
}

/// It is not there any more.
pub(crate) fn gone(proves: &[String]) -> Value {
    json!([{ "proves": proves, "status": [404, 410] }])
}
