//! The first bytes that differ, in rows of hexadecimal digits.

use std::fmt::Write;

use crate::model::Diff;
use crate::model::finding::{DiffLine, DiffSide};

/// How many bytes one row shows.
const ROW: usize = 16;

/// The most rows of each side.
const ROWS: usize = 6;

/// The rows from the one before `at`, where the first difference is.
///
/// ```text
///   00000010  49 48 44 52
/// - 00000020  00 01
/// + 00000020  00 02 03
/// ```
pub(super) fn of(expected: &[u8], actual: &[u8], at: usize) -> Diff<String> {
    let first = at / ROW;
    let mut diff = Diff::default();
    if first > 0 {
        if first > 1 {
            diff.lines
                .push(line(DiffSide::Gap, String::new(), Vec::new()));
        }
        let text = text(first - 1, row(actual, first - 1));
        diff.lines.push(line(DiffSide::Same, text, Vec::new()));
    }
    let rows = expected.len().max(actual.len()).div_ceil(ROW);
    let mut shown = 0;
    for index in first..rows {
        let (one, other) = (row(expected, index), row(actual, index));
        if one == other {
            continue;
        }
        shown += 1;
        if shown > ROWS {
            diff.left_out += usize::from(!one.is_empty()) + usize::from(!other.is_empty());
            continue;
        }
        for (side, own, others) in [
            (DiffSide::Expected, one, other),
            (DiffSide::Actual, other, one),
        ] {
            if !own.is_empty() {
                let marks = marks(own, others);
                diff.lines.push(line(side, text(index, own), marks));
            }
        }
    }
    diff
}

fn row(bytes: &[u8], index: usize) -> &[u8] {
    let rest = bytes.get(index * ROW..).unwrap_or_default();
    &rest[..rest.len().min(ROW)]
}

/// `00000010  49 48 44 52`.
fn text(index: usize, row: &[u8]) -> String {
    let mut text = format!("{:08x} ", index * ROW);
    for byte in row {
        // Writing to a string cannot fail.
        let _ = write!(text, " {byte:02x}");
    }
    text
}

/// The digits of the bytes that differ.
fn marks(own: &[u8], others: &[u8]) -> Vec<(usize, usize)> {
    let differs = |index: &usize| own.get(*index) != others.get(*index);
    let start = |index: usize| 10 + index * 3;
    let differing = (0..own.len()).filter(differs);
    differing
        .map(|index| (start(index), start(index) + 2))
        .collect()
}

fn line(side: DiffSide, text: String, marks: Vec<(usize, usize)>) -> DiffLine<String> {
    DiffLine {
        side,
        depth: 0,
        text,
        marks,
        note: String::new(),
        pointer: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_around_the_first_difference_are_shown_and_the_rest_is_counted() {
        let expected = vec![0; 16 * 20];
        let mut actual = expected.clone();
        for byte in &mut actual[16 * 3..] {
            *byte = 1;
        }
        let diff = of(&expected, &actual, 48);
        assert_eq!(diff.lines.len(), 2 + 2 * ROWS);
        assert_eq!(diff.left_out, 2 * (17 - ROWS));
        assert_eq!(diff.lines[0].side, DiffSide::Gap);
        assert!(diff.lines[1].text.starts_with("00000020  00 00"));
        let longer = of(b"ab", b"abc", 2);
        assert_eq!(longer.lines[1].text, "00000000  61 62 63");
        assert_eq!(longer.lines[1].marks, [(16, 18)]);
    }

    proptest! {
        #[test]
        fn any_two_bodies_have_a_bounded_diff(one: Vec<u8>, other: Vec<u8>, at in 0_usize..40) {
            let diff = of(&one, &other, at.min(one.len()).min(other.len()));
            prop_assert!(diff.lines.len() <= 2 + 2 * ROWS);
        }
    }
}
