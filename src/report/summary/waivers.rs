//! The words for waivers that formats for people share.

use crate::model::{WaiverReport, WaiverStanding};
use crate::report::page::count;

/// Fewer days than this are highlighted.
const FEW: i32 = 14;

/// Does the waiver apply, but not for long?
pub(crate) fn is_few(waiver: &WaiverReport) -> bool {
    waiver.standing == WaiverStanding::Applied && waiver.days_left < FEW
}

/// Must it be deleted or reviewed before the run can be green?
pub(crate) fn needs_review(waiver: &WaiverReport) -> bool {
    matches!(
        waiver.standing,
        WaiverStanding::Different
            | WaiverStanding::Stale
            | WaiverStanding::Expired
            | WaiverStanding::Unmatched
    )
}

/// `12 days left`, `last day`, `3 days over`.
pub(crate) fn days_left(waiver: &WaiverReport) -> String {
    match usize::try_from(waiver.days_left) {
        Ok(0) => "last day".to_owned(),
        Ok(days) => format!("{} left", count(days, "day")),
        Err(_) => {
            let over = waiver.days_left.unsigned_abs() as usize;
            format!("{} over", count(over, "day"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn days_are_counted_to_and_past_the_last_one() {
        let mut waiver = sample::waived().waivers[0].clone();
        let mut words = |days| {
            waiver.days_left = days;
            days_left(&waiver)
        };
        let words = [30, 1, 0, -1, -40].map(&mut words);
        assert_eq!(
            words,
            [
                "30 days left",
                "1 day left",
                "last day",
                "1 day over",
                "40 days over"
            ]
        );
    }
}
