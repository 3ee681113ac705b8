//! How steady cases are: whether the same case against the same target gives the same result.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::history::interval::wilson;
use crate::json::digest::Digest;
use crate::model::Verdict;
use crate::model::history::Moment;
use crate::model::trend::{Steadiness, SteadyCases};

/// The cases that were unsteady, and the others together. Only the last runs in which the digest of a case did not change
/// count, and of those only the ones in which it gave a result.
pub(super) fn steadiness(runs: &[Moment]) -> (Vec<Steadiness>, Option<SteadyCases>) {
    let mut results: BTreeMap<&str, Vec<(Digest, Verdict)>> = BTreeMap::new();
    for seen in runs.iter().flat_map(|run| &run.results) {
        let of_case = results.entry(&seen.case).or_default();
        if of_case
            .last()
            .is_some_and(|(digest, _)| *digest != seen.digest)
        {
            of_case.clear();
        }
        of_case.push((seen.digest, seen.verdict));
    }
    let mut unsteady = Vec::new();
    let (mut steady, mut longest) = (0, 0);
    for (case, results) in results {
        let one = of_case(case, results.iter().map(|(_, verdict)| *verdict));
        if one.unsteady > 0 {
            unsteady.push(one);
        } else {
            steady += 1;
            longest = longest.max(one.runs);
        }
    }
    unsteady.sort_by(|one, other| {
        let known = one.is_little_known().cmp(&other.is_little_known());
        let certain = other.interval.low.total_cmp(&one.interval.low);
        let often = Reverse(one.unsteady).cmp(&Reverse(other.unsteady));
        known
            .then(certain)
            .then(often)
            .then_with(|| one.case.cmp(&other.case))
    });
    let steady = (steady > 0).then(|| SteadyCases {
        cases: steady,
        runs: longest,
        interval: wilson(0, longest),
    });
    (unsteady, steady)
}

fn of_case(case: &str, verdicts: impl Iterator<Item = Verdict>) -> Steadiness {
    let (mut runs, mut unsteady, mut failed) = (0, 0, 0);
    let mut before = None;
    for verdict in verdicts {
        let passes = matches!(verdict, Verdict::Pass | Verdict::Warn);
        let is_unsteady =
            verdict == Verdict::Flaky || before.is_some_and(|before: bool| before != passes);
        runs += 1;
        unsteady += usize::from(is_unsteady);
        failed += usize::from(!passes);
        before = Some(passes);
    }
    Steadiness {
        case: case.to_owned(),
        runs,
        unsteady,
        failed,
        interval: wilson(unsteady, runs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Fail, Flaky, Pass, Warn};
    use proptest::prelude::*;

    fn unsteady(verdicts: &[Verdict]) -> (usize, usize) {
        let one = of_case("c", verdicts.iter().copied());
        (one.unsteady, one.runs)
    }

    #[test]
    fn a_change_that_lasts_is_one_and_what_comes_and_goes_is_many() {
        assert_eq!(unsteady(&[Pass, Warn, Pass]), (0, 3));
        assert_eq!(unsteady(&[Fail, Fail]), (0, 2));
        assert_eq!(unsteady(&[Pass, Pass, Fail, Fail]), (1, 4));
        assert_eq!(unsteady(&[Pass, Fail, Pass, Fail]), (3, 4));
        // A case that fails and passes in one run is unsteady in it, whatever was before.
        assert_eq!(unsteady(&[Flaky]), (1, 1));
        assert_eq!(unsteady(&[Flaky, Flaky, Pass]), (3, 3));
    }

    proptest! {
        #[test]
        fn it_is_bounded_by_the_runs_and_steady_results_are_steady(
            verdicts in prop::collection::vec(prop::sample::select(vec![Pass, Warn, Fail, Flaky]), 1..60),
        ) {
            let (number, runs) = unsteady(&verdicts);
            prop_assert_eq!(runs, verdicts.len());
            prop_assert!(number <= runs);
            prop_assert_eq!(unsteady(&vec![verdicts[0]; runs]).0 > 0, verdicts[0] == Flaky);
        }
    }
}
