//! How long an answer took.

use std::time::Duration;

use crate::judge::mismatch::Mismatch;
use crate::judge::tally::Tally;
use crate::model::{FindingKind, Span};

/// Checks that the answer was complete within a time. Where it is not known how long it took, nothing is judged.
pub(super) fn judge(limit: Duration, span: Span, took: Option<Duration>, tally: &mut Tally) {
    let Some(took) = took else {
        tally.unjudged += 1;
        return;
    };
    if took <= limit {
        tally.pass(1);
        return;
    }
    let (took, limit) = (shown(took), shown(limit));
    let message = format!("took {took}, expected at most {limit}");
    let mismatch = Mismatch::new(FindingKind::Late, span, message);
    tally.record(vec![
        mismatch.expected(format!("at most {limit}")).actual(took),
    ]);
}

/// A duration in milliseconds, rounded up: what is over a limit must not look equal to it.
fn shown(duration: Duration) -> String {
    format!("{} ms", duration.as_nanos().div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{judge, must, response, span};
    use crate::model::{Block, Response, StatusPattern};

    #[test]
    fn a_late_answer_is_a_finding_and_an_unknown_time_is_no_evidence() {
        let judged = |took: Option<Duration>| {
            let block = Block {
                within: Some((Duration::from_millis(500), span())),
                ..must().status(&[StatusPattern::Any])
            };
            let response = Response {
                took,
                ..response(200, "")
            };
            judge(vec![block], &response)
        };
        let late = judged(Some(Duration::from_micros(500_001)));
        assert_eq!(
            late.findings[0].message,
            "took 501 ms, expected at most 500 ms"
        );
        assert_eq!(late.findings[0].kind, FindingKind::Late);
        assert!(judged(Some(Duration::from_millis(500))).blocks[0].held);
        let unknown = judged(None);
        assert!(!unknown.blocks[0].held && unknown.findings.is_empty());
        assert_eq!(unknown.unjudged, 1);
    }
}
