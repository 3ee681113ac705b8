//! The bounds that schemas set, and the values just beside them.
//!
//! Other changes are far outside a bound or well inside; they would not detect a bound that is off by one. Every bound
//! is tried at every number, text and list: judging shows which of them applies to a place.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Number, Value};

use crate::json::SchemaAssertion;
use crate::json::date_time::Instant;
use crate::model::{Argument, Limit, Shape};
use crate::prove::rejudge::GreenCase;

/// The longest text and the longest list that are made: longer ones would be all that a proof does.
const LONGEST_TEXT: u64 = 100_000;
const LONGEST_LIST: u64 = 2_000;

/// Every bound of some schemas, and what the markers of a case compare with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bounds {
    numbers: Vec<Number>,
    /// Numbers that are tried themselves, too: a bound may be excluded.
    exact: Vec<Number>,
    moments: Vec<Instant>,
    /// The times within which an answer must be complete.
    pub(super) times: Vec<Duration>,
    lengths: BTreeSet<u64>,
    counts: BTreeSet<u64>,
}

impl Bounds {
    /// The bounds among these rules.
    pub(super) fn of<'r>(rules: impl IntoIterator<Item = &'r SchemaAssertion>) -> Bounds {
        let mut bounds = Bounds::default();
        for rule in rules {
            let Value::Number(number) = &rule.value else {
                continue;
            };
            match rule.keyword.as_str() {
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                    bounds.numbers.push(number.clone());
                }
                "minLength" | "maxLength" => bounds.lengths.extend(count(number, LONGEST_TEXT)),
                "minItems" | "maxItems" => bounds.counts.extend(count(number, LONGEST_LIST)),
                _ => {}
            }
        }
        bounds
    }

    /// The same with the bounds of the markers of one step; `None` if it has none.
    pub(super) fn with_markers(&self, green: &GreenCase<'_>, index: usize) -> Option<Bounds> {
        let step = &green.case.steps[index];
        let mut limits = Vec::new();
        let mut times = Vec::new();
        for (block, _) in step.blocks() {
            let within = block.parts().filter_map(|part| part.within);
            times.extend(within.map(|(limit, _)| limit));
            for pattern in block.patterns() {
                pattern.visit(&mut |pattern| {
                    if let Shape::Marker(marker) = &*pattern.shape
                        && let Argument::Limit(limit) = &marker.argument
                    {
                        limits.push((marker.kind.row().unit(), limit));
                    }
                });
            }
        }
        if limits.is_empty() && times.is_empty() {
            return None;
        }
        let mut bounds = Bounds {
            times,
            ..self.clone()
        };
        for (unit, limit) in limits {
            let texts = limit.bounds().into_iter();
            for text in texts.filter_map(|bound| green.compared_with(index, bound)) {
                bounds.add(unit, limit, &text);
            }
        }
        Some(bounds)
    }

    fn add(&mut self, unit: Option<&str>, limit: &Limit, text: &str) {
        if let Some(moment) = Instant::of(text) {
            if let Limit::Period(period) = limit
                && let Some((within, _)) = &period.within
            {
                let within = i64::try_from(within.as_millis()).unwrap_or(0);
                self.moments
                    .extend([moment.plus(within), moment.plus(-within)]);
            }
            self.moments.push(moment);
            return;
        }
        let Ok(number) = serde_json::from_str::<Number>(text) else {
            return;
        };
        match unit {
            Some("character") => self.lengths.extend(count(&number, LONGEST_TEXT)),
            Some(_) => self.counts.extend(count(&number, LONGEST_LIST)),
            None => {
                self.numbers.push(number.clone());
                self.exact.push(number);
            }
        }
    }

    /// The values one below and one above each bound, for values of this type.
    pub(super) fn beside(&self, value: &Value) -> Vec<Value> {
        let mut made: Vec<Value> = Vec::new();
        let mut push = |value: Value| {
            if !made.contains(&value) {
                made.push(value);
            }
        };
        match value {
            Value::Number(_) => {
                let numbers = self.numbers.iter().flat_map(neighbours);
                numbers.for_each(|number| push(number.into()));
                let exact = self.exact.iter().cloned();
                exact.for_each(|number| push(number.into()));
            }
            Value::String(text) => {
                if Instant::of(text).is_some() {
                    let beside = |moment: &Instant| [-1_000, 0, 1_000].map(|by| moment.plus(by));
                    let moments = self.moments.iter().flat_map(beside);
                    let texts = moments.filter_map(|moment| moment.to_text());
                    texts.for_each(|text| push(text.into()));
                }
                if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
                    // A number that is written as text, and may be one where it is not.
                    let numbers = self.numbers.iter().flat_map(neighbours);
                    numbers.for_each(|number| push(number.into()));
                }
                for length in around(&self.lengths) {
                    let filled = text.chars().chain(std::iter::repeat('x'));
                    push(Value::String(filled.take(length).collect()));
                }
            }
            Value::Array(items) => {
                for length in around(&self.counts) {
                    let cycle = items.iter().cycle().cloned();
                    push(
                        cycle
                            .chain(std::iter::repeat(Value::Null))
                            .take(length)
                            .collect(),
                    );
                }
            }
            _ => {}
        }
        made
    }
}

/// A length that is worth making. JSON Schema counts `3.0` as a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction, a sign and what is too large are filtered out"
)]
fn count(number: &Number, longest: u64) -> Option<u64> {
    let double = number
        .as_f64()
        .filter(|double| double.fract() == 0.0 && *double >= 0.0);
    let count = number.as_u64().or(double.map(|double| double as u64));
    count.filter(|count| *count < longest)
}

/// One less and one more than each.
fn around(bounds: &BTreeSet<u64>) -> BTreeSet<usize> {
    let both = bounds
        .iter()
        .flat_map(|bound| [bound.checked_sub(1), bound.checked_add(1)]);
    both.flatten()
        .filter_map(|length| usize::try_from(length).ok())
        .collect()
}

fn neighbours(bound: &Number) -> Vec<Number> {
    if let Some(whole) = bound.as_i64() {
        let both = [whole.checked_sub(1), whole.checked_add(1)];
        return both.into_iter().flatten().map(Number::from).collect();
    }
    let double = bound.as_f64().unwrap_or(0.0);
    [double - 1.0, double + 1.0]
        .into_iter()
        .filter_map(Number::from_f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bounds(rules: &[(&str, Value)]) -> Bounds {
        let rules: Vec<SchemaAssertion> = rules
            .iter()
            .map(|(keyword, says)| SchemaAssertion {
                document: "a.json".into(),
                pointer: String::new(),
                keyword: (*keyword).into(),
                value: says.clone(),
            })
            .collect();
        Bounds::of(&rules)
    }

    #[test]
    fn a_number_is_set_one_beside_each_bound() {
        let bounds = bounds(&[
            ("minimum", json!(-3)),
            ("exclusiveMaximum", json!(1.5)),
            ("minimum", json!(-3)),
        ]);
        assert_eq!(
            bounds.beside(&json!(0)),
            [json!(-4), json!(-2), json!(0.5), json!(2.5)]
        );
        assert_eq!(bounds.beside(&json!("17")), bounds.beside(&json!(0)));
        assert_eq!(bounds.beside(&json!("a")), [] as [Value; 0]);
    }

    #[test]
    fn a_text_is_cut_and_filled_to_one_beside_each_length() {
        let bounds = bounds(&[("minLength", json!(1)), ("maxLength", json!(3.0))]);
        assert_eq!(
            bounds.beside(&json!("äbc")),
            [json!(""), json!("äb"), json!("äbcx")]
        );
    }

    #[test]
    fn a_list_is_cut_and_filled_to_one_beside_each_length() {
        let bounds = bounds(&[("maxItems", json!(2))]);
        assert_eq!(
            bounds.beside(&json!([1, 2])),
            [json!([1]), json!([1, 2, 1])]
        );
        assert_eq!(
            bounds.beside(&json!([])),
            [json!([null]), json!([null, null, null])]
        );
    }

    #[test]
    fn what_a_marker_compares_with_is_tried_with_its_neighbours() {
        use crate::model::{Bound, Period, PeriodSide, Range, Sources, Template};
        let mut sources = Sources::default();
        let file = sources.add("a", "");
        let bound = |text: &str| Bound::of(Template::literal(text, sources.whole(file)));
        let range = |min: &str, max: &str| {
            Limit::Range(Range {
                min: Some(bound(min)),
                max: Some(bound(max)),
            })
        };
        let with = |unit: Option<&str>, limit: Limit| {
            let mut bounds = Bounds::default();
            for one in limit.bounds() {
                bounds.add(unit, &limit, one.text().unwrap());
            }
            bounds
        };
        let numbers = with(None, range("1", "100")).beside(&json!(5));
        for tried in [0, 1, 2, 99, 100, 101] {
            assert!(numbers.contains(&json!(tried)), "{tried}: {numbers:?}");
        }
        let texts = with(Some("character"), range("1", "3")).beside(&json!("ab"));
        assert!(texts.contains(&json!("")) && texts.contains(&json!("abxx")));
        let lists = with(Some("element"), range("1", "2")).beside(&json!([7]));
        assert!(lists.contains(&json!([])) && lists.contains(&json!([7, 7, 7])));
        let period = Limit::Period(Period {
            side: PeriodSide::After,
            moment: bound("2026-01-31T12:00:00Z"),
            within: Some((Duration::from_mins(5), "5m".into())),
        });
        let times = with(None, period).beside(&json!("2026-01-31T12:01:00Z"));
        for tried in ["12:00:00", "11:59:59", "12:05:00", "12:05:01"] {
            let tried = json!(format!("2026-01-31T{tried}Z"));
            assert!(times.contains(&tried), "{tried}: {times:?}");
        }
    }

    #[test]
    fn what_would_be_huge_is_not_made() {
        let huge = bounds(&[("maxLength", json!(u64::MAX)), ("maxItems", json!(1e300))]);
        assert_eq!(huge, Bounds::default());
        let numbers = bounds(&[("maximum", json!(i64::MAX))]);
        assert_eq!(numbers.beside(&json!(1)), [json!(i64::MAX - 1)]);
    }
}
