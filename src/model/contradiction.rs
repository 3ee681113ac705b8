//! Does a report say what follows from it?
//!
//! Exit code, dispositions and counts of a report are decided from its cases and findings, and a reader sees only them.
//! So a report that is read is decided again, by the same code: one that was edited by hand, or that another program
//! wrote, must not look greener than its cases.

mod case;
mod change;
mod fault;
mod outcome;
mod requirement;
mod sums;
#[cfg(test)]
mod tests;
mod times;

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::model::contract::Level;
use crate::model::disposition::Disposition;
use crate::model::report::Report;
use crate::model::sums::Sums;

pub use case::contradiction_in_case;
pub use outcome::outcome_by_contract;
pub use times::contradiction_in_times;

/// A value of a report that does not follow from the rest of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Where, as a JSONPath: `$.summary.fail`.
    pub path: String,
    /// What the report says there.
    pub stated: String,
    /// What follows from the rest of it, in words.
    pub follows: String,
}

impl Contradiction {
    fn new(
        path: impl Into<String>,
        stated: impl fmt::Display,
        follows: impl fmt::Display,
    ) -> Contradiction {
        Contradiction {
            path: path.into(),
            stated: stated.to_string(),
            follows: follows.to_string(),
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contradiction {
            path,
            stated,
            follows,
        } = self;
        write!(f, "`{path}` is {stated}, but {follows}")
    }
}

/// The first value of a report that does not follow from the rest of it: from findings to verdicts, from verdicts to
/// requirements and counts, and from all of that to the exit code.
pub fn contradiction(report: &Report) -> Option<Contradiction> {
    if let Some(found) = contradiction_in_times(report) {
        return Some(found);
    }
    let levels: HashMap<&str, Level> = report
        .requirements
        .iter()
        .map(|one| (one.id.as_str(), one.level))
        .collect();
    let mut dispositions = report.requirements.iter().map(|one| one.disposition);
    let all_are_applicable = !dispositions.any(|one| one == Disposition::NotApplicable);
    let mut ids = HashSet::new();
    let mut sums = Sums::default();
    for (index, case) in report.cases.iter().enumerate() {
        let at = |member: &str| format!("$.cases[{index}].{member}");
        if !ids.insert(case.id.clone()) {
            return Some(Contradiction::new(
                at("id"),
                quoted(&case.id),
                "another case has the same id",
            ));
        }
        let of_checks = || case::of_checks(&case).filter(|_| all_are_applicable);
        let found = case::contradiction_in_case(&case)
            .or_else(of_checks)
            .or_else(|| case::of_blame(&case, &levels))
            .or_else(|| case::of_levels(&case, &levels));
        if let Some(found) = found {
            return Some(Contradiction {
                path: at(&found.path),
                ..found
            });
        }
        sums.add(&case);
    }
    requirement::contradiction(report, &sums.evidence)
        .or_else(|| sums::contradiction(report, &sums))
        .or_else(|| {
            let comparison = report.comparison.as_deref()?;
            change::contradiction(report, comparison)
        })
        .or_else(|| outcome::contradiction(report))
        .or_else(|| fault::contradiction(report))
}

/// Was it written by this version? Another one may word reasons and sort causes in another way.
fn is_own(report: &Report) -> bool {
    report.probity == env!("CARGO_PKG_VERSION")
}

/// A text of the report in a message, which must stay one line.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}
