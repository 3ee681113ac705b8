//! Numbers in place of randomness and of a clock: every GUID and every time of the deployment is made from
//! one counter, so that two runs with the same calls give the same answers.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counter of one deployment.
#[derive(Debug, Default)]
pub(crate) struct Sequence(AtomicU64);

impl Sequence {
    /// The next number, from 1.
    pub(crate) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A new GUID of version 4 form.
    pub(crate) fn guid(&self) -> String {
        format!("0b5e0000-0000-4000-8000-{:012x}", self.next())
    }

    /// A new time without a zone, one second after the one before: `2026-01-15T10:00:01`.
    pub(crate) fn time(&self) -> String {
        const DAY: u64 = 24 * 60 * 60;
        const TEN_O_CLOCK: u64 = 10 * 60 * 60;
        let second = (TEN_O_CLOCK + self.next()) % DAY;
        format!(
            "2026-01-15T{:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_each_other() {
        let sequence = Sequence::default();
        assert_eq!(sequence.guid(), "0b5e0000-0000-4000-8000-000000000001");
        assert_eq!(sequence.time(), "2026-01-15T10:00:02");
    }
}
