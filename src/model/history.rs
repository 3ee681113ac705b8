//! The history of a target: what each of its runs showed, in the order of time.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::json::digest::Digest;
use crate::model::comparison::LatencySummary;
use crate::model::contract::Level;
use crate::model::disposition::Disposition;
use crate::model::exit::ExitCode;
use crate::model::report::Summary;
use crate::model::verdict::Verdict;

/// One run, as far as a trend needs it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Moment {
    /// The file it was read from.
    pub file: String,
    /// When it started: RFC 3339, UTC.
    pub started: String,
    /// The target.
    pub target: String,
    /// The digest of the suite, if the report has it.
    pub suite_digest: Option<String>,
    /// The version of Probity.
    pub probity: String,
    /// The exit code.
    pub exit: ExitCode,
    /// Was it interrupted, or only a part of the cases? Then its numbers are not those of a complete run.
    pub is_partial: bool,
    /// How many cases had which verdict.
    pub cases: Summary,
    /// Its requirements, by id.
    pub requirements: BTreeMap<String, RequirementMoment>,
    /// Latency by contract and operation.
    pub latency: BTreeMap<String, LatencySummary>,
    /// The cases that gave a result, in the order of the report.
    pub results: Vec<CaseResult>,
}

/// The result of one case in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// Its id.
    pub case: Arc<str>,
    /// Digest of what it says.
    pub digest: Digest,
    /// Pass, warn, fail or flaky.
    pub verdict: Verdict,
}

/// What a run said about one requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementMoment {
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// The sentence.
    pub sentence: String,
    /// What it said.
    pub disposition: Disposition,
}

/// A requirement that is violated in the last run that says something about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failing<'h> {
    /// The id.
    pub id: &'h str,
    /// What the last run said.
    pub last: &'h RequirementMoment,
    /// The run since which it was never seen upheld.
    pub first_bad: &'h Moment,
    /// The last run before, that saw it upheld.
    pub last_good: Option<&'h Moment>,
}

impl Moment {
    /// How many requirements have that disposition.
    pub fn count(&self, disposition: Disposition) -> usize {
        let requirements = self.requirements.values();
        requirements
            .filter(|one| one.disposition == disposition)
            .count()
    }
}

/// The runs of each target, earliest first; targets by name.
pub fn by_target(mut moments: Vec<Moment>) -> BTreeMap<String, Vec<Moment>> {
    moments.sort_by(|one, other| (&one.started, &one.file).cmp(&(&other.started, &other.file)));
    let mut targets: BTreeMap<String, Vec<Moment>> = BTreeMap::new();
    for moment in moments {
        targets
            .entry(moment.target.clone())
            .or_default()
            .push(moment);
    }
    targets
}

/// Every requirement that fails, with the run in which that began. Runs that say nothing about it (it was
/// unproven, or not selected) neither begin nor end anything.
pub fn failing(moments: &[Moment]) -> Vec<Failing<'_>> {
    let mut found: BTreeMap<&str, Failing<'_>> = BTreeMap::new();
    let mut good: BTreeMap<&str, &Moment> = BTreeMap::new();
    for moment in moments {
        for (id, one) in &moment.requirements {
            let id = id.as_str();
            match one.disposition {
                Disposition::Violated => {
                    let last_good = good.get(id).copied();
                    let failing = found.entry(id).or_insert(Failing {
                        id,
                        last: one,
                        first_bad: moment,
                        last_good,
                    });
                    failing.last = one;
                }
                Disposition::Upheld => {
                    good.insert(id, moment);
                    found.remove(id);
                }
                // Declared not applicable: it neither fails nor was seen upheld.
                Disposition::NotApplicable => {
                    found.remove(id);
                }
                Disposition::Unproven => {}
            }
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(day: u8, disposition: Disposition) -> Moment {
        let one = RequirementMoment {
            level: Level::Must,
            sentence: "It answers.".into(),
            disposition,
        };
        Moment {
            file: format!("{day}.json"),
            started: format!("2026-01-{day:02}T00:00:00Z"),
            target: "t".into(),
            requirements: [("R-1".to_owned(), one)].into(),
            ..Moment::default()
        }
    }

    fn found(dispositions: &[Disposition]) -> Option<(String, Option<String>)> {
        let days = 1..;
        let moments: Vec<Moment> = days
            .zip(dispositions)
            .map(|(day, one)| moment(day, *one))
            .collect();
        let all = failing(&moments);
        let good = |one: &Failing<'_>| one.last_good.map(|good| good.file.clone());
        all.first()
            .map(|one| (one.first_bad.file.clone(), good(one)))
    }

    #[test]
    fn the_first_bad_run_is_the_first_after_the_last_good_one() {
        use Disposition::{Unproven, Upheld, Violated};
        let bad = |first: &str, good: Option<&str>| Some((first.into(), good.map(str::to_owned)));
        assert_eq!(found(&[Upheld, Upheld]), None);
        assert_eq!(
            found(&[Upheld, Violated, Violated]),
            bad("2.json", Some("1.json"))
        );
        assert_eq!(found(&[Violated, Upheld]), None);
        assert_eq!(found(&[Violated, Violated]), bad("1.json", None));
        assert_eq!(
            found(&[Upheld, Violated, Unproven, Violated, Unproven]),
            bad("2.json", Some("1.json"))
        );
    }

    #[test]
    fn runs_are_sorted_by_time_within_their_target() {
        let mut other = moment(1, Disposition::Upheld);
        other.target = "a".into();
        let runs = vec![
            moment(2, Disposition::Upheld),
            moment(1, Disposition::Upheld),
            other,
        ];
        let targets = by_target(runs);
        assert_eq!(targets.keys().collect::<Vec<_>>(), ["a", "t"]);
        assert_eq!(targets["t"][0].file, "1.json");
    }
}
