//! How steady cases are: whether the same case against the same target gives the same result, changes once, or comes and
//! goes.
//!
//! A service that breaks and is mended gives failures in a row; one that is unsteady gives them in any order. A case is said
//! to have changed if its failures are one streak, or if chance gives as few streaks, or as many changes where the suite or
//! Probity changed, in at most one of a hundred orders. All other cases whose result changes are unsteady.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::history::interval::wilson;
use crate::history::streaks::{chance_of_coincidence, chance_of_streaks, streaks};
use crate::json::digest::Digest;
use crate::model::Verdict;
use crate::model::history::Moment;
use crate::model::trend::{ChangePoint, ChangedCase, Steadiness, SteadyCases};

/// Chance gives such an order in at most so many.
const CHANCE: f64 = 0.01;

/// What a case said in a run.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// The index of the run.
    run: usize,
    digest: Digest,
    verdict: Verdict,
}

/// The cases by how their results follow each other.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) unsteady: Vec<Steadiness>,
    pub(super) changed: Vec<ChangedCase>,
    pub(super) steady: Option<SteadyCases>,
}

/// Sorts the cases. Only the last runs in which the digest of a case did not change count, and of those only the ones in
/// which it gave a result.
pub(super) fn steadiness(runs: &[Moment]) -> Sorted {
    let mut results: BTreeMap<&str, Vec<Seen>> = BTreeMap::new();
    for (run, moment) in runs.iter().enumerate() {
        for seen in &moment.results {
            let of_case = results.entry(&seen.case).or_default();
            let (digest, verdict) = (seen.digest, seen.verdict);
            if of_case.last().is_some_and(|last| last.digest != digest) {
                of_case.clear();
            }
            of_case.push(Seen {
                run,
                digest,
                verdict,
            });
        }
    }
    let mut sorted = Sorted::default();
    let (mut steady, mut longest) = (0, 0);
    for (case, results) in results {
        let (unsteady, changed) = of_case(case, &results, runs);
        if unsteady.is_none() && changed.is_none() {
            steady += 1;
            longest = longest.max(results.len());
        }
        sorted.unsteady.extend(unsteady);
        sorted.changed.extend(changed);
    }
    sorted.unsteady.sort_by(|one, other| {
        let known = one.is_little_known().cmp(&other.is_little_known());
        let certain = other.interval.low.total_cmp(&one.interval.low);
        let often = Reverse(one.unsteady).cmp(&Reverse(other.unsteady));
        known
            .then(certain)
            .then(often)
            .then_with(|| one.case.cmp(&other.case))
    });
    // What fails now comes first, then what changed last.
    let last = |one: &ChangedCase| one.points.last().map(|point| (point.fails, point.run));
    sorted.changed.sort_by(|one, other| {
        last(other)
            .cmp(&last(one))
            .then_with(|| one.case.cmp(&other.case))
    });
    sorted.steady = (steady > 0).then(|| SteadyCases {
        cases: steady,
        runs: longest,
        interval: wilson(0, longest),
    });
    sorted
}

/// How unsteady a case is, and where it changed. Runs in which it was flaky say nothing about a change.
fn of_case(
    case: &str,
    results: &[Seen],
    runs: &[Moment],
) -> (Option<Steadiness>, Option<ChangedCase>) {
    let is_flaky = |one: &&Seen| one.verdict == Verdict::Flaky;
    let flaky = results.iter().filter(is_flaky).count();
    let clear: Vec<Seen> = results
        .iter()
        .filter(|one| !is_flaky(one))
        .copied()
        .collect();
    let fails: Vec<bool> = clear.iter().map(|one| fails(one.verdict)).collect();
    let points = points(&clear, runs);
    let failed = fails.iter().filter(|fails| **fails).count();
    let by_order = chance_of_streaks(fails.len(), failed, streaks(&fails));
    let has_changed = !points.is_empty()
        && (streaks(&fails) == 1
            || by_order <= CHANCE
            || by_known_points(&clear, &points, runs) <= CHANCE);
    let moves = if has_changed { 0 } else { points.len() };
    let unsteady = (flaky + moves > 0).then(|| Steadiness {
        case: case.to_owned(),
        runs: results.len(),
        unsteady: flaky + moves,
        failed: flaky + failed,
        interval: wilson(flaky + moves, results.len()),
    });
    let changed = has_changed.then(|| ChangedCase {
        case: case.to_owned(),
        runs: clear.len(),
        failed,
        points,
        p: by_order,
    });
    (unsteady, changed)
}

fn fails(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Pass | Verdict::Warn)
}

/// Where the result became another one.
fn points(results: &[Seen], runs: &[Moment]) -> Vec<ChangePoint> {
    let pairs = results.windows(2);
    let changes = pairs.filter(|pair| fails(pair[0].verdict) != fails(pair[1].verdict));
    let points = changes.map(|pair| ChangePoint {
        run: pair[1].run,
        fails: fails(pair[1].verdict),
        with: known(&runs[pair[0].run], &runs[pair[1].run]),
    });
    points.collect()
}

/// What else is known to have changed between two runs.
fn known(before: &Moment, after: &Moment) -> Vec<&'static str> {
    let suite = before.suite_digest.is_some()
        && after.suite_digest.is_some()
        && before.suite_digest != after.suite_digest;
    let facts = [
        (suite, "the suite"),
        (before.probity != after.probity, "the version of Probity"),
    ];
    let changed = facts.into_iter().filter(|(is_other, _)| *is_other);
    changed.map(|(_, what)| what).collect()
}

/// How likely it is that all changes are where something else changed. A suite that changes in every run explains nothing.
fn by_known_points(results: &[Seen], points: &[ChangePoint], runs: &[Moment]) -> f64 {
    if points.iter().any(|point| point.with.is_empty()) {
        return 1.0;
    }
    let pairs = results.windows(2);
    let known = pairs
        .clone()
        .filter(|pair| !known(&runs[pair[0].run], &runs[pair[1].run]).is_empty());
    chance_of_coincidence(pairs.len(), known.count(), points.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Fail, Flaky, Pass, Warn};
    use proptest::prelude::*;

    /// Runs of these suites.
    fn moments(suites: &[u8]) -> Vec<Moment> {
        let moments = suites.iter().map(|suite| Moment {
            suite_digest: Some(suite.to_string()),
            ..Moment::default()
        });
        moments.collect()
    }

    fn sorted(verdicts: &[Verdict], suites: &[u8]) -> (Option<Steadiness>, Option<ChangedCase>) {
        let results: Vec<Seen> = (0..)
            .zip(verdicts)
            .map(|(run, verdict)| Seen {
                run,
                digest: Digest::new([1; 8]),
                verdict: *verdict,
            })
            .collect();
        of_case("c", &results, &moments(suites))
    }

    /// In how many runs it is unsteady, and the runs in which it changed.
    fn told(verdicts: &[Verdict]) -> (usize, Vec<usize>) {
        let (unsteady, changed) = sorted(verdicts, &vec![0; verdicts.len()]);
        let points = changed.into_iter().flat_map(|one| one.points);
        (
            unsteady.map_or(0, |one| one.unsteady),
            points.map(|point| point.run).collect(),
        )
    }

    #[test]
    fn a_regression_and_its_fix_are_changes_and_what_comes_and_goes_is_unsteady() {
        assert_eq!(told(&[Pass, Warn, Pass]), (0, vec![]));
        assert_eq!(told(&[Fail, Fail]), (0, vec![]));
        assert_eq!(told(&[Pass, Pass, Fail, Fail]), (0, vec![2]));
        assert_eq!(told(&[Fail, Pass, Pass]), (0, vec![1]));
        assert_eq!(told(&[Pass, Fail, Pass]), (0, vec![1, 2]));
        assert_eq!(told(&[Pass, Fail, Fail, Pass]), (0, vec![1, 3]));
        assert_eq!(told(&[Pass, Fail, Pass, Fail]), (3, vec![]));
        // Two long regressions are no order of chance (p = 0.003); two short ones are.
        let long = [[Pass; 5], [Fail; 5], [Pass; 5], [Fail; 5]].concat();
        assert_eq!(told(&long), (0, vec![5, 10, 15]));
        let short = [[Pass; 2], [Fail; 2], [Pass; 2], [Fail; 2]].concat();
        assert_eq!(told(&short), (3, vec![]));
    }

    #[test]
    fn a_run_in_which_it_was_flaky_is_unsteady_and_no_change() {
        assert_eq!(told(&[Flaky]), (1, vec![]));
        assert_eq!(told(&[Flaky, Flaky, Pass]), (2, vec![]));
        assert_eq!(told(&[Pass, Flaky, Pass, Fail, Fail, Fail]), (1, vec![3]));
    }

    #[test]
    fn changes_with_the_suite_are_changes_unless_the_suite_always_changes() {
        let verdicts = [vec![Pass; 8], vec![Fail], vec![Pass; 8], vec![Fail]].concat();
        let with_suite: Vec<u8> = verdicts.iter().map(|one| u8::from(*one == Fail)).collect();
        assert_eq!(told(&verdicts), (3, vec![]));
        let (unsteady, changed) = sorted(&verdicts, &with_suite);
        let changed = changed.unwrap();
        assert_eq!(unsteady, None);
        assert_eq!(changed.points[0].with, ["the suite"]);
        let always: Vec<u8> = (0..18).collect();
        let (unsteady, changed) = sorted(&verdicts, &always);
        assert_eq!((unsteady.unwrap().unsteady, changed), (3, None));
    }

    proptest! {
        #[test]
        fn it_is_bounded_by_the_runs_and_steady_results_are_steady(
            verdicts in prop::collection::vec(prop::sample::select(vec![Pass, Warn, Fail, Flaky]), 1..60),
        ) {
            let (number, points) = told(&verdicts);
            prop_assert!(number <= verdicts.len());
            prop_assert!(points.iter().all(|run| *run < verdicts.len()));
            // Whatever differs is in one of the lists.
            let has_flaky = verdicts.contains(&Flaky);
            let mut clear = verdicts.iter().filter(|one| **one != Flaky).map(|one| fails(*one));
            let first = clear.next();
            let differs = clear.any(|one| Some(one) != first);
            prop_assert_eq!(number > 0 || !points.is_empty(), has_flaky || differs);
        }
    }
}
