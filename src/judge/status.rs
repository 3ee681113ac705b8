//! The status: is it accepted, and is the answer the one that the other checks describe?

use super::mismatch::Mismatch;
use crate::model::{FindingKind, Level, Response, StatusCheck, StatusPattern, Step};

/// Holds the status against a check.
pub(super) fn judge(check: &StatusCheck, response: &Response) -> Option<Mismatch> {
    let is_accepted = check
        .accepts
        .iter()
        .any(|pattern| pattern.accepts(response.status));
    if is_accepted {
        return None;
    }
    let accepted: Vec<String> = check.accepts.iter().map(ToString::to_string).collect();
    let actual = format!("{} {}", response.status, response.reason);
    let actual = actual.trim_end();
    let mismatch = Mismatch::new(FindingKind::Status, check.span, format!("got {actual}"));
    Some(mismatch.expected(accepted.join(" or ")).actual(actual))
}

/// Is the status of a class that the step's required status checks accept? If not, the checks of
/// headers and body describe an answer that did not come. Where no status is required, the
/// recommended ones decide.
pub(super) fn is_answer_described(step: &Step, status: u16) -> bool {
    let checks = |required: bool| {
        step.expect
            .iter()
            .filter(move |block| matches!(block.level, None | Some(Level::Must)) == required)
            .filter_map(|block| block.status.as_ref())
            .flat_map(|check| check.accepts.iter().copied())
    };
    let is_of_class = |pattern| accepts_class_of(pattern, status);
    if checks(true).next().is_some() {
        checks(true).any(is_of_class)
    } else {
        checks(false).next().is_none() || checks(false).any(is_of_class)
    }
}

/// Does the pattern accept any status of the class that `status` belongs to?
fn accepts_class_of(pattern: StatusPattern, status: u16) -> bool {
    match pattern {
        StatusPattern::Exact(accepted) => accepted / 100 == status / 100,
        StatusPattern::Class(_) | StatusPattern::NotClass(_) | StatusPattern::Any => {
            pattern.accepts(status)
        }
    }
}
