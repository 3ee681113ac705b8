//! A cause: what findings of many cases have in common.
//!
//! A fault of the target shows in every case that looks at it. The findings that say the same (requirement, kind, shape of
//! the place, rule of the schema, sort of value) are one cause, whatever case, step or row they are of.

use serde::{Deserialize, Serialize};

use crate::model::contract::Level;
use crate::model::finding::FindingKind;
use crate::model::verdict::Verdict;
use crate::redact::Redacted;

/// One reason for which cases fail, give no evidence, or warn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Cause {
    /// What goes wrong, without values: the same text in another run of the suite.
    pub id: String,
    /// What it does to a case: `fail`, `flaky`, `error` or `warn`.
    pub verdict: Verdict,
    /// What sort of expectation was not met; `None` when there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FindingKind>,
    /// The requirements that are violated by it, that of the example first, then by id; empty when there is no evidence.
    pub requirements: Vec<String>,
    /// The strictest level of those requirements.
    pub level: Option<Level>,
    /// The fact in one line, as it is in the example.
    pub message: Redacted,
    /// The place in the body, as a JSON Pointer with `*` for an index that is another one elsewhere: `/*/xuid`. Left out where
    /// it is not about a value in a body, or where it shows in other places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether `message` is another one in other answers: it names a value of the example.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub varies: bool,
    /// The case that shows it best: the one with the fewest steps, the fewest findings and the smallest answer.
    pub example: String,
    /// The index of the step in the example, from 0 as in its findings; left out when no step was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// The index of the finding in the example, from 0; left out when there is no evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<usize>,
    /// Every case that it breaks, in the order of the report.
    pub cases: Vec<String>,
    /// What went wrong only in answers in which this cause shows, too, and may follow from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Cause>,
}
