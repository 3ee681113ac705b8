//! Where a case uses a step that its contract defines.

use serde::{Deserialize, Serialize};

use crate::model::source::{Place, Span};
use crate::redact::Redactor;

/// The use of a shared step. The places in the step are those of its definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedUse {
    /// The name of the step.
    pub name: String,
    /// The name in the case.
    pub span: Span,
}

/// The shared step that a finding is about, and where the case uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UsedStep {
    /// The name of the step in its contract.
    pub name: String,
    /// Where the case uses it.
    pub place: Place,
}

impl UsedStep {
    /// The same without secrets in the line of the case.
    #[must_use]
    pub fn redacted(self, redactor: &Redactor) -> UsedStep {
        UsedStep {
            place: Place {
                source: redactor.redact(&self.place.source).into_owned(),
                ..self.place
            },
            ..self
        }
    }
}
