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
    /// The values of its parameters, where the step uses them.
    pub values: Vec<GivenValue>,
}

/// A value that a case gives to a shared step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenValue {
    /// The value in the case.
    pub value: Span,
    /// The text of the definition that it is filled into.
    pub site: Span,
}

impl SharedUse {
    /// The value that an expectation at this place depends on. `block` is the place of the block that it belongs to: a
    /// value can be used in several.
    pub fn given(&self, at: Span, block: Option<Span>) -> Option<GivenValue> {
        let is_in = |inner: Span, outer: Span| {
            outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
        };
        let given = self.values.iter().copied();
        let mut given = given.filter(|one| one.site == at || is_in(at, one.value));
        let first = given.clone().next();
        let in_block = given.find(|one| block.is_some_and(|block| is_in(one.site, block)));
        in_block.or(first)
    }
}

/// The shared step that a finding is about, and where the case uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UsedStep {
    /// The name of the step in its contract.
    pub name: String,
    /// Where the case uses it.
    pub place: Place,
    /// The value in the case that the expectation is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Place>,
}

impl UsedStep {
    /// The same without secrets in the line of the case.
    #[must_use]
    pub fn redacted(self, redactor: &Redactor) -> UsedStep {
        let redacted = |place: Place| Place {
            source: redactor.redact(&place.source).into_owned(),
            ..place
        };
        UsedStep {
            place: redacted(self.place),
            value: self.value.map(redacted),
            ..self
        }
    }
}
