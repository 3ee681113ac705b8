//! Numbers that no double holds, judged exactly by code that knows doubles only.
//!
//! Validators and JSONPath filters compare numbers as doubles. Before a document is given to them, each number that was
//! rounded is replaced by another one that compares in the same way with everything that it can be compared with:
//! the numbers of the schema or path, and all numbers of the document. Where there is no such number, the document cannot
//! be judged exactly.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use crate::json::Document;
use crate::json::decimal::Decimal;

/// The most rounded numbers of one document that are replaced.
const REPLACED: usize = 1000;

/// What the numbers of a document are compared with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparisons {
    /// Numbers that are compared by order or equality.
    pub(crate) points: Vec<Decimal>,
    /// Divisors of `multipleOf`.
    pub(crate) divisors: Vec<Decimal>,
    /// Is a whole number told from another one (`type: integer`)?
    pub(crate) tells_whole: bool,
}

/// Replaces every rounded number of a document.
///
/// # Errors
///
/// Pointers to numbers that cannot be replaced.
pub(crate) fn exact_stand_in(
    document: &Document,
    mut comparisons: Comparisons,
) -> Result<Value, Vec<String>> {
    let mut by_value: BTreeMap<Decimal, Vec<&String>> = BTreeMap::new();
    for (pointer, text) in &document.inexact {
        by_value
            .entry(Decimal::parse(text))
            .or_default()
            .push(pointer);
    }
    if by_value.len() > REPLACED {
        return Err(document.inexact.keys().cloned().collect());
    }
    let mut value = document.value.clone();
    for pointer in document.inexact.keys() {
        if let Some(place) = value.pointer_mut(pointer) {
            *place = Value::Null;
        }
    }
    add_numbers(&value, &mut comparisons.points);
    comparisons.points.sort_unstable();
    comparisons.points.dedup();
    let mut lost = Vec::new();
    let mut floor: Option<Decimal> = None;
    for (rounded, pointers) in by_value {
        let Some(number) = comparisons.stand_in(&rounded, floor.as_ref()) else {
            lost.extend(pointers.into_iter().cloned());
            continue;
        };
        floor = Some(Decimal::of(&number));
        for pointer in pointers {
            if let Some(place) = value.pointer_mut(pointer) {
                *place = Value::Number(number.clone());
            }
        }
    }
    if lost.is_empty() {
        Ok(value)
    } else {
        Err(lost)
    }
}

impl Comparisons {
    /// A number that compares like `exact` and is more than `floor`.
    fn stand_in(&self, exact: &Decimal, floor: Option<&Decimal>) -> Option<Number> {
        let at = self.points.partition_point(|point| point < exact);
        let above = self.points.get(at);
        let below = at.checked_sub(1).map(|at| &self.points[at]);
        let low = below.max(floor);
        if above == Some(exact) {
            return None;
        }
        let fits = |number: &Number| {
            let number = Decimal::of(number);
            low.is_none_or(|low| *low < number)
                && above.is_none_or(|above| number < *above)
                && (!self.tells_whole || number.is_whole() == exact.is_whole())
                && self.divisors.iter().all(|divisor| {
                    let is_multiple = exact.is_multiple_of(divisor);
                    is_multiple.is_some() && is_multiple == number.is_multiple_of(divisor)
                })
        };
        let divisors: Vec<f64> = self.divisors.iter().map(Decimal::to_f64).collect();
        let candidates = candidates(
            exact.to_f64(),
            low.map(Decimal::to_f64),
            above.map(Decimal::to_f64),
            &divisors,
        );
        candidates.filter_map(Number::from_f64).find(fits)
    }
}

/// Doubles to try: beside the number, beside the bounds, and between them.
fn candidates(
    near: f64,
    low: Option<f64>,
    high: Option<f64>,
    divisors: &[f64],
) -> impl Iterator<Item = f64> {
    let beside = |from: f64| {
        let up = std::iter::successors(Some(from), |double| Some(double.next_up())).take(8);
        let down = std::iter::successors(Some(from), |double| Some(double.next_down())).take(8);
        up.chain(down)
    };
    let start = low.or(high.map(|high| high - 1000.0)).unwrap_or(0.0);
    let end = high.unwrap_or(start + 1000.0);
    let mut steps: Vec<f64> = (1..8)
        .map(|part| start + (end - start) * f64::from(part) / 8.0)
        .collect();
    for unit in [0.5, 1.0].iter().chain(divisors) {
        steps.extend((1..8).map(|times| ((start / unit).floor() + f64::from(times)) * unit));
        steps.extend((1..8).map(|times| ((near / unit).floor() + f64::from(times) - 4.0) * unit));
    }
    let bounds = [low, high].into_iter().flatten();
    beside(near)
        .chain(bounds.flat_map(beside))
        .chain(steps)
        .filter(|double| double.is_finite())
}

/// The numbers in a value.
pub(crate) fn add_numbers(value: &Value, numbers: &mut Vec<Decimal>) {
    match value {
        Value::Number(number) => numbers.push(Decimal::of(number)),
        Value::Array(items) => items.iter().for_each(|item| add_numbers(item, numbers)),
        Value::Object(members) => members
            .values()
            .for_each(|member| add_numbers(member, numbers)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand_in(text: &str, points: &[&str], divisors: &[&str]) -> Option<Decimal> {
        let document = Document::parse(text.as_bytes()).unwrap();
        let all = |texts: &[&str]| texts.iter().map(|text| Decimal::parse(text)).collect();
        let comparisons = Comparisons {
            points: all(points),
            divisors: all(divisors),
            tells_whole: true,
        };
        let value = exact_stand_in(&document, comparisons).ok()?;
        value.as_number().map(Decimal::of)
    }

    #[test]
    fn a_stand_in_is_on_the_same_side_of_every_bound() {
        for (text, points) in [
            ("18446744073709551617", &["18446744073709551616"][..]),
            ("10000000000000000000001", &["1e22", "1e23"]),
            ("1.00000000000000000001", &["1", "2"]),
            ("0.99999999999999999999", &["1", "0"]),
            ("1e400", &["1e308"]),
            ("-1e400", &["-1e308"]),
            ("1e-400", &["0", "1"]),
        ] {
            let exact = Decimal::parse(text);
            let number = stand_in(text, points, &[]).unwrap();
            for point in points.iter().map(|point| Decimal::parse(point)) {
                assert_eq!(number.cmp(&point), exact.cmp(&point), "{text}");
            }
            assert_eq!(number.is_whole(), exact.is_whole(), "{text}");
        }
    }

    #[test]
    fn a_stand_in_has_the_same_divisors() {
        for (text, divisor) in [
            ("10000000000000000000001", "10"),
            ("10000000000000000000010", "10"),
            ("19.990000000000000001", "0.01"),
            ("20000000000000000000000.05", "0.05"),
            ("20000000000000000000000.05", "0.1"),
        ] {
            let by = Decimal::parse(divisor);
            let number = stand_in(text, &[], &[divisor]).unwrap();
            assert_eq!(
                number.is_multiple_of(&by),
                Decimal::parse(text).is_multiple_of(&by),
                "{text} {divisor}"
            );
        }
    }

    #[test]
    fn where_no_number_compares_in_the_same_way_there_is_none() {
        let bounds = ["18446744073709551616", "18446744073709555712"];
        assert_eq!(stand_in("18446744073709551617", &bounds, &[]), None);
    }

    #[test]
    fn numbers_of_one_document_stay_in_order() {
        let text = "[18446744073709551619, 18446744073709551617, 18446744073709551618, 18446744073709551617.0]";
        let document = Document::parse(text.as_bytes()).unwrap();
        let value = exact_stand_in(&document, Comparisons::default()).unwrap();
        let numbers: Vec<f64> = value
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        assert!(numbers[1] < numbers[2] && numbers[2] < numbers[0]);
        assert!((numbers[1] - numbers[3]).abs() < f64::EPSILON);
    }
}
