//! How likely an order of failures is by chance.

/// The number of streaks: failures with nothing else between them are one.
pub(super) fn streaks(fails: &[bool]) -> usize {
    let before = [false].into_iter().chain(fails.iter().copied());
    let starts = before
        .zip(fails)
        .filter(|(before, fails)| !before && **fails);
    starts.count()
}

/// The share of the orders of so many runs, so many of them failed, that have at most so many streaks of failures (the
/// distribution of the runs test of Wald and Wolfowitz 1940): `j` streaks are cut from the failures in `C(failed - 1, j - 1)`
/// ways and put between the others in `C(others + 1, j)`.
pub(super) fn chance_of_streaks(runs: usize, failed: usize, streaks: usize) -> f64 {
    if failed == 0 || failed >= runs {
        return 1.0;
    }
    let ways = |number: usize| ways(failed - 1, number - 1) * ways(runs - failed + 1, number);
    let as_few: f64 = (1..=streaks).map(ways).sum();
    (as_few / self::ways(runs, failed)).min(1.0)
}

/// The share of the ways to place so many changes between runs that put all of them where something else is known to have
/// changed.
pub(super) fn chance_of_coincidence(places: usize, known: usize, changes: usize) -> f64 {
    if changes == 0 || changes > places {
        return 1.0;
    }
    (ways(known, changes) / ways(places, changes)).min(1.0)
}

/// The binomial coefficient: exact enough, and finite, up to a thousand.
#[expect(clippy::cast_precision_loss, reason = "counts of runs are small")]
fn ways(of: usize, number: usize) -> f64 {
    if number > of {
        return 0.0;
    }
    let factors = (0..number.min(of - number)).map(|at| (of - at) as f64 / (at + 1) as f64);
    factors.product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn known_values() {
        // Three failures in a row among twenty runs: 18 of the 1140 ways to place three.
        assert!(is_near(chance_of_streaks(20, 3, 1), 18.0 / 1140.0));
        // One failure is always one streak.
        assert!(is_near(chance_of_streaks(20, 1, 1), 1.0));
        assert!(is_near(chance_of_streaks(4, 2, 2), 1.0));
        assert!(is_near(chance_of_streaks(5, 0, 0), 1.0));
        // Two changes of ten places, where the suite changed at two.
        assert!(is_near(chance_of_coincidence(10, 2, 2), 1.0 / 45.0));
        // A suite that changes always explains nothing.
        assert!(is_near(chance_of_coincidence(9, 9, 3), 1.0));
        assert!(is_near(chance_of_coincidence(9, 1, 2), 0.0));
    }

    proptest! {
        #[test]
        fn it_is_the_share_of_all_orders(runs in 1_usize..12, order in any::<u16>()) {
            let fails = |order: u16| -> Vec<bool> { (0..runs).map(|at| order >> at & 1 == 1).collect() };
            let seen = fails(order);
            let failed = seen.iter().filter(|fails| **fails).count();
            let all = (0..1_u16 << runs).map(fails);
            let all: Vec<usize> = all
                .filter(|one| one.iter().filter(|fails| **fails).count() == failed)
                .map(|one| streaks(&one))
                .collect();
            let as_few = all.iter().filter(|one| **one <= streaks(&seen)).count();
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let share = as_few as f64 / all.len() as f64;
            prop_assert!(is_near(chance_of_streaks(runs, failed, streaks(&seen)), share));
        }
    }
}
