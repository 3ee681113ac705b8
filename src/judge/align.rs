//! Which expected element is paired with which actual element, when order counts.
//!
//! Compared by index, one inserted element would make every later one a mismatch. Elements that match
//! are aligned by Myers' algorithm (1986); what lies between them is paired by likeness, in order.

use std::ops::Range;

use similar::DiffOp;
use similar::algorithms::{Capture, myers};

/// Beyond this many pairs of elements, lists are compared by index.
const CELLS_ALIGNED: usize = 1_000_000;

/// Beyond this many pairs of elements, a stretch between two matches is paired by index.
const CELLS_PAIRED: usize = 4_096;

/// One row of an alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// The elements match.
    Same(usize, usize),
    /// The elements differ, and are paired.
    Pair(usize, usize),
    /// This expected element has no partner.
    Missing(usize),
    /// This actual element has no partner.
    Extra(usize),
}

/// Aligns two lists by index. `matches` says whether two elements match, `cost` how far they are
/// from each other: 0.0 is the same, from 1.0 on nothing in common.
pub(super) fn align(
    expected: usize,
    actual: usize,
    matches: &dyn Fn(usize, usize) -> bool,
    cost: &dyn Fn(usize, usize) -> f64,
) -> Vec<Row> {
    let mut rows = Vec::with_capacity(expected.max(actual));
    let shorter = expected.min(actual);
    let prefix = (0..shorter).take_while(|&at| matches(at, at)).count();
    let suffix = (0..shorter - prefix)
        .take_while(|&at| matches(expected - 1 - at, actual - 1 - at))
        .count();
    rows.extend((0..prefix).map(|at| Row::Same(at, at)));
    middle(
        prefix..expected - suffix,
        prefix..actual - suffix,
        matches,
        cost,
        &mut rows,
    );
    let ends = (expected - suffix..expected).zip(actual - suffix..actual);
    rows.extend(ends.map(|(one, other)| Row::Same(one, other)));
    rows
}

/// Aligns what lies between the common ends.
fn middle(
    expected: Range<usize>,
    actual: Range<usize>,
    matches: &dyn Fn(usize, usize) -> bool,
    cost: &dyn Fn(usize, usize) -> f64,
    rows: &mut Vec<Row>,
) {
    if expected.len() * actual.len() > CELLS_ALIGNED {
        by_index(expected, actual, matches, rows);
        return;
    }
    let ours: Vec<Ours> = (0..expected.end).map(Ours).collect();
    let theirs: Vec<Theirs<'_>> = (0..actual.end).map(|at| Theirs(at, matches)).collect();
    let mut capture = Capture::new();
    let done: Result<(), std::convert::Infallible> =
        myers::diff_deadline_raw(&mut capture, &ours[..], expected, &theirs[..], actual, None);
    match done {
        Ok(()) => {}
        Err(never) => match never {},
    }
    let (mut missing, mut extra) = (Vec::new(), Vec::new());
    for op in capture.ops() {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = *op
        {
            pair(&missing, &extra, cost, rows);
            missing.clear();
            extra.clear();
            rows.extend((0..len).map(|at| Row::Same(old_index + at, new_index + at)));
        } else {
            missing.extend(op.old_range());
            extra.extend(op.new_range());
        }
    }
    pair(&missing, &extra, cost, rows);
}

fn by_index(
    expected: Range<usize>,
    actual: Range<usize>,
    matches: &dyn Fn(usize, usize) -> bool,
    rows: &mut Vec<Row>,
) {
    let shorter = expected.len().min(actual.len());
    for (one, other) in expected.clone().zip(actual.clone()) {
        rows.push(if matches(one, other) {
            Row::Same(one, other)
        } else {
            Row::Pair(one, other)
        });
    }
    rows.extend((expected.start + shorter..expected.end).map(Row::Missing));
    rows.extend((actual.start + shorter..actual.end).map(Row::Extra));
}

/// Pairs elements that do not match so that the order is kept and as much as possible is alike.
fn pair(
    missing: &[usize],
    extra: &[usize],
    cost: &dyn Fn(usize, usize) -> f64,
    rows: &mut Vec<Row>,
) {
    let cells = missing.len() * extra.len();
    if cells == 0 {
        rows.extend(missing.iter().map(|&one| Row::Missing(one)));
        rows.extend(extra.iter().map(|&other| Row::Extra(other)));
        return;
    }
    // As many came as were expected: each was replaced where it stood, alike or not.
    if missing.len() == extra.len() || cells > CELLS_PAIRED {
        let shorter = missing.len().min(extra.len());
        let pairs = missing.iter().zip(extra);
        rows.extend(pairs.map(|(&one, &other)| Row::Pair(one, other)));
        rows.extend(missing[shorter..].iter().map(|&one| Row::Missing(one)));
        rows.extend(extra[shorter..].iter().map(|&other| Row::Extra(other)));
        return;
    }
    let likeness = |row: usize, column: usize| (1.0 - cost(missing[row], extra[column])).max(0.0);
    let width = extra.len() + 1;
    // best[row * width + column]: the most likeness that the elements from there on can have.
    let mut best = vec![0.0_f64; (missing.len() + 1) * width];
    let mut alike = vec![0.0_f64; cells];
    for row in (0..missing.len()).rev() {
        for column in (0..extra.len()).rev() {
            let here = likeness(row, column);
            alike[row * extra.len() + column] = here;
            let at = row * width + column;
            best[at] = (here + best[at + width + 1])
                .max(best[at + width])
                .max(best[at + 1]);
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < missing.len() && column < extra.len() {
        let at = row * width + column;
        let here = alike[row * extra.len() + column];
        if here > 0.0 && here + best[at + width + 1] >= best[at] {
            rows.push(Row::Pair(missing[row], extra[column]));
            row += 1;
            column += 1;
        } else if best[at + width] >= best[at + 1] {
            rows.push(Row::Missing(missing[row]));
            row += 1;
        } else {
            rows.push(Row::Extra(extra[column]));
            column += 1;
        }
    }
    rows.extend(missing[row..].iter().map(|&one| Row::Missing(one)));
    rows.extend(extra[column..].iter().map(|&other| Row::Extra(other)));
}

/// An expected element, for an algorithm that compares.
struct Ours(usize);

/// An actual element, equal to the expected elements that match it.
struct Theirs<'m>(usize, &'m dyn Fn(usize, usize) -> bool);

impl PartialEq<Ours> for Theirs<'_> {
    fn eq(&self, other: &Ours) -> bool {
        (self.1)(other.0, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(expected: &[u8], actual: &[u8]) -> Vec<Row> {
        let matches = |one: usize, other: usize| expected[one] == actual[other];
        let cost =
            |one: usize, other: usize| f64::from(expected[one].abs_diff(actual[other])) / 10.0;
        align(expected.len(), actual.len(), &matches, &cost)
    }

    #[test]
    fn an_inserted_element_moves_no_other() {
        assert_eq!(
            rows(&[10, 50, 90], &[10, 30, 50, 90]),
            [
                Row::Same(0, 0),
                Row::Extra(1),
                Row::Same(1, 2),
                Row::Same(2, 3)
            ]
        );
    }

    #[test]
    fn an_element_is_paired_with_the_one_that_is_alike() {
        assert_eq!(rows(&[10, 50], &[51]), [Row::Missing(0), Row::Pair(1, 0)]);
        assert_eq!(rows(&[10], &[200]), [Row::Pair(0, 0)]);
        assert_eq!(
            rows(&[10, 20], &[200]),
            [Row::Missing(0), Row::Missing(1), Row::Extra(0)]
        );
    }

    proptest! {
        #[test]
        fn every_element_is_in_one_row_and_in_order(expected in prop::collection::vec(0u8..9, 0..12), actual in prop::collection::vec(0u8..9, 0..12)) {
            let rows = rows(&expected, &actual);
            let ones: Vec<usize> = rows.iter().filter_map(|row| match *row {
                Row::Same(one, _) | Row::Pair(one, _) | Row::Missing(one) => Some(one),
                Row::Extra(_) => None,
            }).collect();
            let others: Vec<usize> = rows.iter().filter_map(|row| match *row {
                Row::Same(_, other) | Row::Pair(_, other) | Row::Extra(other) => Some(other),
                Row::Missing(_) => None,
            }).collect();
            prop_assert_eq!(ones, (0..expected.len()).collect::<Vec<_>>());
            prop_assert_eq!(others, (0..actual.len()).collect::<Vec<_>>());
            if expected == actual {
                prop_assert!(rows.iter().all(|row| matches!(row, Row::Same(..))));
            }
        }
    }
}
