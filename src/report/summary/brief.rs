//! What is wrong with a case in one line, for formats that have room for one.

use crate::model::{CaseReport, Finding, Level, Report, Verdict};
use crate::report::summary::blame::label;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// A line is cut after this many characters.
const LONGEST: usize = 300;

/// `body /0/state: got "asleep" (and 2 more)`, or why there is no evidence, or why the case was skipped.
///
/// Empty for a case with nothing to say. On one line, without anything that a terminal acts on.
pub(crate) fn in_brief(case: &CaseReport) -> String {
    let line = match case.verdict {
        Verdict::Error | Verdict::Skip => case.reason.to_string(),
        _ => {
            let mut findings = telling(case);
            let Some(first) = findings.next() else {
                return String::new();
            };
            let first = label(first);
            let first = match findings.count() {
                0 => first,
                more => format!("{} (and {more} more)", short_text(&first, LONGEST - 20)),
            };
            match case.verdict {
                Verdict::Flaky => format!("{}: {first}", case.reason),
                _ => first,
            }
        }
    };
    short_text(&printable(&line), LONGEST)
}

/// `waived until 2026-01-31: the reason`, for a case of which every failure is waived.
pub(crate) fn waived(report: &Report, case: &CaseReport) -> Option<String> {
    let waiver = report.waiver_of(case)?;
    let line = format!("waived until {}: {}", waiver.expires, waiver.reason);
    Some(short_text(&printable(&line), LONGEST))
}

/// The findings that gave the case its verdict, the most binding first.
pub(crate) fn telling(case: &CaseReport) -> impl Iterator<Item = &Finding> {
    // An arrangement that failed has no level, and ends the case like a MUST.
    let rank = |finding: &Finding| finding.level.unwrap_or(Level::Must);
    let mut findings: Vec<&Finding> = case
        .findings
        .iter()
        .filter(|finding| rank(finding) > Level::May)
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(rank(finding)));
    findings.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_failure_in_one_line() {
        let report = sample::broken();
        let line = |id: &str| {
            let case = report.cases.iter().find(|case| case.id == id);
            in_brief(case.unwrap())
        };
        assert_eq!(
            line("presence/users-batch/two-users"),
            "body /0/state: \"asleep\" does not match the pattern (and 2 more)"
        );
        assert_eq!(
            line("seats/inventory/revoke"),
            "could not capture `seat`: $.id selects nothing"
        );
        assert_eq!(line("autopilot/unassign/error-body"), "");
    }

    #[test]
    fn a_line_is_one_short_line_whatever_the_target_sent() {
        for case in sample::all().iter().flat_map(|report| &report.cases) {
            let line = in_brief(case);
            assert!(line.chars().count() <= LONGEST + 1);
            assert_eq!(printable(&line), line);
        }
    }
}
