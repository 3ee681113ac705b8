//! Expectations and an exchange become findings.

use crate::model::{Finding, Judgement, Response, Scope, Step, Suite};

/// Placeholder until the judge lands.
pub fn judge_step(_: usize, _: &Step, _: Scope<'_>, _: &Response, _: &Suite) -> Judgement {
    Judgement::default()
}

/// Placeholder until the judge lands.
///
/// # Errors
///
/// Never.
pub fn capture(
    _: usize,
    _: &Step,
    _: &Response,
    _: Scope<'_>,
    _: &Suite,
) -> Result<Vec<(String, serde_json::Value)>, Vec<Finding>> {
    Ok(Vec::new())
}
