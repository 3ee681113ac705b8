//! Where a series of numbers changed its level.
//!
//! Whether it did is decided by the largest cumulative sum of centred ranks (Pettitt 1979, which is CUSUM on ranks): an
//! outlier counts as one rank, whatever it is, and at most one of a hundred random orders of the same numbers may have as
//! large a sum. Where it did is the split that two medians fit best (least absolute deviations); both sides are searched
//! again.

/// Fewer numbers than this on a side of a split say nothing.
const SIDE: usize = 5;

/// Random orders, besides that of the series.
const ORDERS: usize = 999;

/// So many of them may split as far: then the probability is at most 0.01.
const ALLOWED: usize = 9;

/// Splits of one series.
const MOST: usize = 20;

/// A split of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    /// The index of the first number after it.
    pub(super) at: usize,
    /// How likely a split as far is if the order says nothing, at most.
    pub(super) p: f64,
}

/// The splits of a series, in its order. The same series always has the same splits.
pub(super) fn splits(series: &[f64]) -> Vec<Split> {
    let mut found = Vec::new();
    let mut parts = vec![(0, series.len())];
    while let Some((start, end)) = parts.pop() {
        if found.len() == MOST {
            break;
        }
        if let Some(split) = split(&series[start..end]) {
            let at = start + split.at;
            found.push(Split { at, ..split });
            parts.extend([(start, at), (at, end)]);
        }
    }
    found.sort_by_key(|split| split.at);
    found
}

fn split(series: &[f64]) -> Option<Split> {
    if series.len() < 2 * SIDE {
        return None;
    }
    let mut ranks = centred_ranks(series);
    let height = highest(&ranks);
    if height <= 0 {
        return None;
    }
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut as_far = 0;
    for _ in 0..ORDERS {
        random.shuffle(&mut ranks);
        as_far += usize::from(highest(&ranks) >= height);
        // Most series end here, after a few orders.
        if as_far > ALLOWED {
            return None;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
    let p = (as_far + 1) as f64 / (ORDERS + 1) as f64;
    let at = best_fit(series);
    Some(Split { at, p })
}

/// The split that leaves the smallest distances to the medians of its sides.
fn best_fit(series: &[f64]) -> usize {
    let cost = |at: &usize| distances(&series[..*at]) + distances(&series[*at..]);
    let places = SIDE..=series.len() - SIDE;
    let best = places.min_by(|one, other| cost(one).total_cmp(&cost(other)));
    best.unwrap_or(SIDE)
}

/// The sum of the distances to the median.
fn distances(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    numbers.iter().map(|number| (number - median).abs()).sum()
}

/// Twice the ranks, less their mean: whole numbers, also where numbers are equal and share the mean of their ranks.
fn centred_ranks(series: &[f64]) -> Vec<i64> {
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by(|one, other| series[*one].total_cmp(&series[*other]));
    let mut ranks = vec![0; series.len()];
    let mut start = 0;
    while start < order.len() {
        let is_equal = |index: &&usize| series[**index].total_cmp(&series[order[start]]).is_eq();
        let end = start + order[start..].iter().take_while(is_equal).count();
        for index in &order[start..end] {
            // The ranks are start + 1 to end; the mean of all is (n + 1) / 2.
            let twice = i64::try_from(start + 1 + end).unwrap_or(i64::MAX);
            ranks[*index] = twice - i64::try_from(series.len() + 1).unwrap_or(i64::MAX);
        }
        start = end;
    }
    ranks
}

/// The size of the largest sum up to a place that has both sides.
fn highest(ranks: &[i64]) -> i64 {
    let mut best = 0;
    let mut sum = 0;
    for (index, rank) in ranks.iter().enumerate() {
        sum += rank;
        let at = index + 1;
        if at >= SIDE && ranks.len() - at >= SIDE {
            best = best.max(sum.abs());
        }
    }
    best
}

/// Numbers that are the same in every run (xorshift64*, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Fisher and Yates.
    fn shuffle(&mut self, items: &mut [i64]) {
        for last in (1..items.len()).rev() {
            let bound = u64::try_from(last + 1).unwrap_or(u64::MAX);
            let chosen = (self.next() >> 11) % bound;
            items.swap(last, usize::try_from(chosen).unwrap_or(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_outlier_is_no_change() {
        let mut series = vec![20.0; 30];
        series[15] = 9_000.0;
        assert_eq!(splits(&series), []);
    }

    #[test]
    fn two_steps_are_two_changes() {
        let noise = |index: usize| f64::from(u32::try_from(index * 7 % 5).unwrap());
        let level = |index: usize| match index {
            0..20 => 20.0,
            20..40 => 60.0,
            _ => 30.0,
        };
        let series: Vec<f64> = (0..60).map(|index| level(index) + noise(index)).collect();
        let found: Vec<usize> = splits(&series).iter().map(|split| split.at).collect();
        assert_eq!(found, [20, 40]);
    }

    #[test]
    fn noise_is_rarely_a_change() {
        let mut random = Random(42);
        #[expect(clippy::cast_precision_loss, reason = "noise")]
        let mut noise = || (random.next() >> 40) as f64;
        let series = (0..200).map(|_| (0..40).map(|_| noise()).collect::<Vec<f64>>());
        let found = series.filter(|series| !splits(series).is_empty()).count();
        // Two of two hundred are expected.
        assert!(found <= 6, "{found} of 200");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_constant_series_has_no_change(value in any::<f64>(), length in 0_usize..200) {
            prop_assert_eq!(splits(&vec![value; length]), []);
        }

        #[test]
        fn a_planted_step_is_found_where_it_is(
            before in prop::collection::vec(10.0_f64..20.0, 8..40),
            after in prop::collection::vec(50.0_f64..60.0, 8..40),
        ) {
            let series = [before.clone(), after].concat();
            let found = splits(&series);
            prop_assert!(found.iter().any(|split| split.at == before.len()), "{:?}", found);
            prop_assert_eq!(&found, &splits(&series));
        }

        #[test]
        fn any_numbers_have_splits_inside(series in prop::collection::vec(any::<f64>(), 0..80)) {
            for split in splits(&series) {
                prop_assert!(split.at >= SIDE && series.len() - split.at >= SIDE);
                prop_assert!(split.p > 0.0 && split.p <= 0.01);
            }
        }
    }
}
