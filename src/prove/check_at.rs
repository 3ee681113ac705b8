//! Where a check is written, to find it again among findings.

use crate::model::Place;

/// Where a check is written.
pub(super) type CheckAt = (String, u32, u32);

/// Where the expectation of a finding is written.
pub(super) fn check_at(place: &Place) -> CheckAt {
    (place.file.to_string(), place.line, place.column)
}
