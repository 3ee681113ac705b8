//! Comparisons: `<more-than 7>`, `<number 1..100>`, `<date-time after X within 5m>`. Numbers and moments are compared
//! exactly, whatever their size.

use std::cmp::Ordering;

use serde_json::Value;

use crate::json::Document;
use crate::json::date_time::Instant;
use crate::json::decimal::Decimal;
use crate::json::number::is_number;
use crate::judge::mismatch::{Mismatch, brief, brief_text};
use crate::model::{
    Argument, Bound, FindingKind, Limit, Marker, MarkerKind, Period, PeriodSide, Range, Scope,
    Span, Template,
};

/// A value that was received, as it is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received<'v> {
    pub(super) value: &'v Value,
    /// The number as it is written, if no double holds it.
    pub(super) exact: Option<&'v str>,
    /// Is it text of a header or of a body that is no JSON? Then digits are a number.
    pub(super) is_text: bool,
}

impl Received<'_> {
    fn number(&self) -> Option<Decimal> {
        match self.value {
            Value::Number(number) => Some(match self.exact {
                Some(text) => Decimal::parse(text),
                None => Decimal::of(number),
            }),
            Value::String(text) if self.is_text && is_number(text) => Some(Decimal::parse(text)),
            _ => None,
        }
    }

    /// The order of the value and a bound; `None` when the two cannot be compared.
    fn order(&self, bound: &Bound) -> Option<Ordering> {
        let text = bound.text()?;
        if is_number(text) {
            return Some(self.number()?.cmp(&Decimal::parse(text)));
        }
        let moment = Instant::of(text)?;
        Some(Instant::of(self.value.as_str()?)?.cmp(&moment))
    }
}

/// Does the value fit a limit that is filled in? Its type has been checked.
pub(super) fn fits(marker: &Marker, limit: &Limit, received: Received<'_>) -> bool {
    match limit {
        Limit::Bound(bound) => received
            .order(bound)
            .is_some_and(|order| match marker.kind {
                MarkerKind::MoreThan => order.is_gt(),
                MarkerKind::LessThan => order.is_lt(),
                MarkerKind::AtLeast => order.is_ge(),
                MarkerKind::AtMost => order.is_le(),
                _ => false,
            }),
        Limit::Range(range) => match received.value {
            Value::String(text) => has_length(range, text.chars().count()),
            Value::Array(items) => has_length(range, items.len()),
            _ => {
                let is = |bound: &Option<Bound>, accepts: fn(Ordering) -> bool| {
                    bound
                        .as_ref()
                        .is_none_or(|bound| received.order(bound).is_some_and(accepts))
                };
                is(&range.min, Ordering::is_ge) && is(&range.max, Ordering::is_le)
            }
        },
        Limit::Period(period) => {
            let moment = received.value.as_str().and_then(Instant::of);
            moment.is_some_and(|moment| is_in(period, &moment))
        }
    }
}

fn has_length(range: &Range, length: usize) -> bool {
    let length = Decimal::parse(&length.to_string());
    let is = |bound: &Option<Bound>, accepts: fn(Ordering) -> bool| {
        bound.as_ref().is_none_or(|bound| {
            let number = bound.text().filter(|text| is_number(text));
            number.is_some_and(|number| accepts(length.cmp(&Decimal::parse(number))))
        })
    };
    is(&range.min, Ordering::is_ge) && is(&range.max, Ordering::is_le)
}

fn is_in(period: &Period, moment: &Instant) -> bool {
    let Some(start) = period.moment.text().and_then(Instant::of) else {
        return false;
    };
    let within = period
        .within
        .as_ref()
        .map(|(length, _)| i64::try_from(length.as_millis()).unwrap_or(i64::MAX));
    let is_near =
        |from: &Instant, to: &Instant| within.is_none_or(|within| *to <= from.plus(within));
    match period.side {
        PeriodSide::After => *moment > start && is_near(&start, moment),
        PeriodSide::Before => *moment < start && is_near(moment, &start),
        PeriodSide::Both => is_near(&start, moment) && is_near(moment, &start),
    }
}

/// Fills in the holes of a limit. Paths into the answer stay.
///
/// # Errors
///
/// When a hole has no value, or one that nothing can be compared with: a check that compares with it must fail, whatever
/// is received.
pub(super) fn fill(limit: &Limit, scope: Scope<'_>, span: Span) -> Result<Limit, Box<Mismatch>> {
    let needs_moment = matches!(limit, Limit::Period(_));
    let needs_number = matches!(limit, Limit::Range(_));
    limit.try_map(|bound| {
        if bound.path.is_some() || bound.text().is_some() {
            return Ok(bound.clone());
        }
        let text = bound.value.render(scope);
        let text = text.map_err(|why| Box::new(Mismatch::unresolved(span, &why)))?;
        let origin = bound.value.to_string();
        let origin = origin
            .trim_start_matches("${")
            .trim_end_matches('}')
            .to_owned();
        let is_fit = match (is_number(&text), Instant::of(&text).is_some()) {
            (true, _) => !needs_moment,
            (_, true) => !needs_number,
            _ => false,
        };
        if !is_fit {
            return Err(Box::new(unfit(
                &brief_text(&text),
                &origin,
                needs_moment,
                needs_number,
                span,
            )));
        }
        Ok(Bound {
            origin: Some(origin),
            ..Bound::of(Template::literal(text, span))
        })
    })
}

fn unfit(
    shown: &str,
    origin: &str,
    needs_moment: bool,
    needs_number: bool,
    span: Span,
) -> Mismatch {
    let needed = match (needs_moment, needs_number) {
        (true, _) => "a date-time with a zone",
        (_, true) => "a number",
        _ => "a number or a date-time with a zone",
    };
    let message = format!("cannot be compared with `{shown}` (`{origin}`): expected {needed}");
    Mismatch::new(FindingKind::Value, span, message)
        .expected(format!("{needed} to compare with"))
        .actual(shown)
}

/// The marker with its paths into the answer replaced by the values there.
///
/// # Errors
///
/// Why a path gives nothing to compare with.
pub(super) fn look_up(
    marker: &Marker,
    limit: &Limit,
    document: Option<&Document>,
    span: Span,
) -> Result<Option<Marker>, Box<Mismatch>> {
    if limit.bounds().iter().all(|bound| bound.path.is_none()) {
        return Ok(None);
    }
    let found = limit.try_map(|bound| {
        let Some(path) = &bound.path else {
            return Ok(bound.clone());
        };
        let cannot = |why: String| {
            let message = format!("cannot be compared with `{}`: {why}", path.as_str());
            Box::new(
                Mismatch::new(FindingKind::Missing, span, message)
                    .expected(format!("one value at {}", path.as_str())),
            )
        };
        let Some(document) = document else {
            return Err(cannot("the body is not JSON".into()));
        };
        let nodes = path.select_in(document);
        let nodes = nodes.map_err(|_| cannot("the path cannot be evaluated".into()))?;
        let [(pointer, value)] = nodes.as_slice() else {
            return Err(cannot(match nodes.len() {
                0 => "it selects nothing".into(),
                several => format!("it selects {several} nodes"),
            }));
        };
        let text = match (document.inexact.get(pointer), value) {
            (Some(exact), Value::Number(_)) => exact.clone(),
            (_, Value::Number(number)) => number.to_string(),
            (_, Value::String(text)) if Instant::of(text).is_some() => text.clone(),
            _ => {
                let why = format!("{} is no number and no date-time with a zone", brief(value));
                return Err(cannot(why));
            }
        };
        Ok(Bound {
            origin: Some(path.as_str().to_owned()),
            ..Bound::of(Template::literal(text, span))
        })
    })?;
    Ok(Some(Marker {
        kind: marker.kind,
        argument: Argument::Limit(Box::new(found)),
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::json::Selector;
    use crate::judge::testing::{judge, must, response, span};
    use crate::model::{BodyCheck, Expression, Judgement, Part, Pattern, Shape, StatusPattern};

    fn literal(text: &str) -> Bound {
        Bound::of(Template::literal(text, span()))
    }

    fn capture() -> Bound {
        Bound::of(Template {
            parts: vec![Part::Hole(Expression::Capture("one".into()))],
            span: span(),
        })
    }

    fn range(min: Option<&str>, max: Option<&str>) -> Limit {
        Limit::Range(Range {
            min: min.map(literal),
            max: max.map(literal),
        })
    }

    fn judged(kind: MarkerKind, limit: Limit, body: &str) -> Judgement {
        let marker = Marker {
            kind,
            argument: Argument::Limit(Box::new(limit)),
        };
        let member = Pattern::new(Shape::Marker(marker), span());
        let pattern = Pattern::new(Shape::Object(vec![("v".into(), member)]), span());
        let mut block = must().status(&[StatusPattern::Any]);
        block.body.push(BodyCheck::Json {
            pattern,
            span: span(),
        });
        judge(vec![block], &response(200, body))
    }

    fn message(kind: MarkerKind, limit: Limit, body: &str) -> Option<String> {
        let findings = judged(kind, limit, body).findings.into_iter();
        findings.map(|finding| finding.message).next()
    }

    #[test]
    fn both_bounds_of_a_range_are_included() {
        let number = |body: &str| message(MarkerKind::Number, range(Some("1"), Some("100")), body);
        for body in [
            r#"{"v":1}"#,
            r#"{"v":100.0}"#,
            r#"{"v":1e2}"#,
            r#"{"v":50.5}"#,
        ] {
            assert_eq!(number(body), None, "{body}");
        }
        assert_eq!(
            number(r#"{"v":0.99999999999999999999}"#).unwrap(),
            "is 0.99999999999999999999, expected a number from 1 to 100"
        );
        assert_eq!(
            number(r#"{"v":101}"#).unwrap(),
            "is 101, expected a number from 1 to 100"
        );
        assert_eq!(
            number(r#"{"v":"50"}"#).unwrap(),
            "is \"50\" (string), expected a number from 1 to 100"
        );
        let integer = |body: &str| message(MarkerKind::Integer, range(None, Some("0")), body);
        assert_eq!(integer(r#"{"v":-99999999999999999999999}"#), None);
        assert!(
            integer(r#"{"v":-0.5}"#)
                .unwrap()
                .contains("an integer at most 0")
        );
    }

    #[test]
    fn a_length_is_of_characters_or_elements() {
        let text = |body: &str| message(MarkerKind::String, range(Some("2"), Some("3")), body);
        assert_eq!(text(r#"{"v":"äß"}"#), None);
        assert_eq!(
            text(r#"{"v":"abcd"}"#).unwrap(),
            "is \"abcd\", expected a string of 2 to 3 characters"
        );
        let list = |body: &str| message(MarkerKind::Array, range(Some("1"), None), body);
        assert_eq!(list(r#"{"v":[null]}"#), None);
        assert_eq!(
            list(r#"{"v":[]}"#).unwrap(),
            "is an array of 0, expected an array of at least 1 element"
        );
    }

    #[test]
    fn what_cannot_be_compared_never_passes() {
        let path = |path: &str| {
            Limit::Bound(Bound {
                path: Some(Selector::new(path).unwrap()),
                ..literal(path)
            })
        };
        let less = |limit: Limit, body: &str| message(MarkerKind::LessThan, limit, body);
        // The capture `one` of these tests is 1.
        assert_eq!(less(Limit::Bound(capture()), r#"{"v":0}"#), None);
        assert_eq!(
            less(Limit::Bound(capture()), r#"{"v":1}"#).unwrap(),
            "is 1, expected less than 1 (`capture.one`)"
        );
        assert_eq!(less(path("$.w"), r#"{"v":1,"w":2}"#), None);
        assert_eq!(
            less(path("$.w"), r#"{"v":3,"w":2}"#).unwrap(),
            "is 3, expected less than 2 (`$.w`)"
        );
        for (w, why) in [
            ("null", "null is no number and no date-time with a zone"),
            ("\"x\"", "\"x\" is no number and no date-time with a zone"),
            (
                "[1]",
                "an array of 1 is no number and no date-time with a zone",
            ),
        ] {
            assert_eq!(
                less(path("$.w"), &format!(r#"{{"v":1,"w":{w}}}"#)).unwrap(),
                format!("cannot be compared with `$.w`: {why}")
            );
        }
        assert_eq!(
            less(path("$.x"), r#"{"v":1}"#).unwrap(),
            "cannot be compared with `$.x`: it selects nothing"
        );
        assert!(less(path("$.w"), r#"{"v":"2026-01-31T12:00:00Z","w":2}"#).is_some());
        let moment = literal("2026-01-31T12:00:00Z");
        assert!(less(Limit::Bound(moment.clone()), r#"{"v":1}"#).is_some());
        assert!(less(Limit::Bound(moment), r#"{"v":"2026-01-31T11:59:59"}"#).is_some());
        let period = Limit::Period(Period {
            side: PeriodSide::After,
            moment: capture(),
            within: None,
        });
        assert_eq!(
            message(
                MarkerKind::DateTime,
                period,
                r#"{"v":"2026-01-31T12:00:00Z"}"#
            )
            .unwrap(),
            "cannot be compared with `1` (`capture.one`): expected a date-time with a zone"
        );
    }

    #[test]
    fn a_period_excludes_its_moment_and_includes_its_end() {
        use PeriodSide::{After, Before, Both};
        let minutes = |side, within: Option<u64>| {
            Limit::Period(Period {
                side,
                moment: literal("2026-01-31T12:00:00Z"),
                within: within.map(|minutes| {
                    let length = std::time::Duration::from_secs(minutes * 60);
                    (length, format!("{minutes}m"))
                }),
            })
        };
        let fits = |limit: Limit, time: &str| {
            let body = format!(r#"{{"v":"2026-01-31T{time}"}}"#);
            message(MarkerKind::DateTime, limit, &body).is_none()
        };
        for (side, within, inside, outside) in [
            (
                After,
                None,
                &["12:00:00.0001Z", "23:00:00Z"][..],
                &["12:00:00Z", "11:59:59Z", "13:00:00+01:00"][..],
            ),
            (
                After,
                Some(5),
                &["12:05:00Z", "13:01:00+01:00"],
                &["12:05:00.000000000000001Z", "12:00:00Z"],
            ),
            (
                Before,
                Some(5),
                &["11:55:00Z", "11:59:59Z"],
                &["11:54:59.9Z", "12:00:00Z", "12:01:00Z"],
            ),
            (
                Both,
                Some(5),
                &["11:55:00Z", "12:00:00Z", "12:05:00Z"],
                &["11:54:59Z", "12:05:01Z"],
            ),
        ] {
            for time in inside {
                assert!(fits(minutes(side, within), time), "{side:?} {time}");
            }
            for time in outside {
                assert!(!fits(minutes(side, within), time), "{side:?} {time}");
            }
        }
        let found = message(
            MarkerKind::DateTime,
            minutes(After, Some(5)),
            r#"{"v":"2026-01-31T12:06:00Z"}"#,
        );
        assert_eq!(
            found.unwrap(),
            "is \"2026-01-31T12:06:00Z\", expected a date-time with a zone after 2026-01-31T12:00:00Z within 5m"
        );
    }

    proptest! {
        #[test]
        fn comparisons_are_those_of_the_numbers(one: i64, other: i64) {
            let is = |kind| {
                let limit = Limit::Bound(literal(&other.to_string()));
                message(kind, limit, &json!({ "v": one }).to_string()).is_none()
            };
            prop_assert_eq!(is(MarkerKind::MoreThan), one > other);
            prop_assert_eq!(is(MarkerKind::AtLeast), one >= other);
            prop_assert_eq!(is(MarkerKind::LessThan), one < other);
            prop_assert_eq!(is(MarkerKind::AtMost), one <= other);
        }
    }
}
