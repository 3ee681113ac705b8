//! What comparing markers compare with: `7` and `$.total`, `1..100`, `after ${capture.time} within 5m`.

use crate::json::date_time::Instant;
use crate::json::decimal::Decimal;
use crate::json::number::is_number;
use crate::load::names::CaseReader;
use crate::load::record::Text;
use crate::load::scalars::duration;
use crate::load::selection;
use crate::load::template::hole_end;
use crate::model::{
    Argument, ArgumentKind, Bound, Diagnostic, Limit, MarkerRow, Pattern, Period, PeriodSide,
    Range, Shape, Span,
};

/// What a bound must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Length,
    Moment,
    NumberOrMoment,
}

impl Kind {
    fn fits(self, text: &str) -> bool {
        match self {
            Kind::Number => is_number(text),
            Kind::Length => text.len() < 16 && is_number(text) && text.parse::<u64>().is_ok(),
            Kind::Moment => Instant::of(text).is_some(),
            Kind::NumberOrMoment => is_number(text) || Instant::of(text).is_some(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Length => "a length",
            Kind::Moment => "a date-time with a zone",
            Kind::NumberOrMoment => "a number or a date-time with a zone",
        }
    }
}

impl CaseReader<'_> {
    /// Reads what follows the name of a comparing marker.
    pub(crate) fn limit(&mut self, row: &MarkerRow, argument: &str, span: Span) -> Argument {
        let limit = match row.argument {
            ArgumentKind::Range => self.range(row, argument, span).map(Limit::Range),
            ArgumentKind::Period => self.period(argument, span).map(Limit::Period),
            _ => self
                .bound(argument, Kind::NumberOrMoment, span)
                .map(Limit::Bound),
        };
        limit.map_or(Argument::None, |limit| Argument::Limit(Box::new(limit)))
    }

    fn bound(&mut self, text: &str, kind: Kind, span: Span) -> Option<Bound> {
        if text.starts_with('$') && !text.starts_with("${") && !text.starts_with("$${") {
            let path = Text { value: text, span };
            let selector = selection::selector(self, path)?;
            return Some(Bound {
                path: Some(selector),
                ..Bound::of(crate::model::Template::literal(text, span))
            });
        }
        let count_before = self.diagnostics.len();
        let template = self.template(text, span);
        if self.diagnostics.len() > count_before {
            return None;
        }
        if let Some(literal) = template.as_literal().filter(|literal| !kind.fits(literal)) {
            let message = format!("expected {}, found `{literal}`", kind.words());
            self.diagnostics.push(
                Diagnostic::error("case/marker-argument", span, message).help(
                    "a value from elsewhere is written `${capture.NAME}`, a member of the same answer `$.member`",
                ),
            );
            return None;
        }
        Some(Bound::of(template))
    }

    fn range(&mut self, row: &MarkerRow, argument: &str, span: Span) -> Option<Range> {
        let kind = match row.unit() {
            Some(_) => Kind::Length,
            None => Kind::Number,
        };
        let Some((min, max)) = split(argument, "..") else {
            // `<array 3>`; a number is written as itself.
            if kind == Kind::Length && !argument.contains(' ') {
                let bound = self.bound(argument, kind, span)?;
                return Some(Range {
                    min: Some(bound.clone()),
                    max: Some(bound),
                });
            }
            let name = row.name;
            let message = format!("expected a range, found `{argument}`");
            self.diagnostics.push(
                Diagnostic::error("case/marker-argument", span, message).help(format!(
                    "write `<{name} 1..100>`, `<{name} 1..>` or `<{name} ..100>`: both bounds are included"
                )),
            );
            return None;
        };
        let (min, max) = (min.trim(), max.trim());
        if min.is_empty() && max.is_empty() {
            let message = "a range without bounds";
            self.diagnostics.push(
                Diagnostic::error("case/marker-argument", span, message)
                    .help(format!("write `<{}>`", row.name)),
            );
            return None;
        }
        let mut read = |text: &str| match text {
            "" => Some(None),
            text => self.bound(text, kind, span).map(Some),
        };
        let (min, max) = (read(min), read(max));
        let range = Range {
            min: min?,
            max: max?,
        };
        let literal = |bound: &Option<Bound>| {
            let text = bound.as_ref()?.text()?;
            is_number(text).then(|| Decimal::parse(text))
        };
        if let (Some(min), Some(max)) = (literal(&range.min), literal(&range.max))
            && min > max
        {
            let message = format!("no value is in the range `{range}`");
            self.diagnostics.push(
                Diagnostic::error("case/marker-argument", span, message)
                    .help("write the lesser bound first"),
            );
        }
        Some(range)
    }

    fn period(&mut self, argument: &str, span: Span) -> Option<Period> {
        let (word, rest) = argument.split_once(' ').unwrap_or((argument, ""));
        let (side, moment, within) = match word {
            "after" | "before" => {
                let side = match word {
                    "after" => PeriodSide::After,
                    _ => PeriodSide::Before,
                };
                match split(rest, " within ") {
                    Some((moment, within)) => (side, moment, Some(within)),
                    None => (side, rest, None),
                }
            }
            "within" => match split(rest, " of ") {
                Some((within, moment)) => (PeriodSide::Both, moment, Some(within)),
                None => return self.bad_period(argument, span),
            },
            _ => return self.bad_period(argument, span),
        };
        if moment.trim().is_empty() {
            return self.bad_period(argument, span);
        }
        let within = match within.map(str::trim) {
            None => None,
            Some(text) => {
                let Some(length) = duration(text) else {
                    let message = format!("invalid duration `{text}`");
                    self.diagnostics.push(
                        Diagnostic::error("format/duration", span, message).help(
                            "write a whole number and a unit, from `1ms` to `24h`: `30s`, `5m`",
                        ),
                    );
                    return None;
                };
                Some((length, text.to_owned()))
            }
        };
        Some(Period {
            side,
            moment: self.bound(moment.trim(), Kind::Moment, span)?,
            within,
        })
    }

    fn bad_period(&mut self, argument: &str, span: Span) -> Option<Period> {
        let message = format!("expected a period, found `{argument}`");
        self.diagnostics.push(
            Diagnostic::error("case/marker-argument", span, message).help(
                "write `after TIME`, `before TIME`, `after TIME within 5m` or `within 5m of TIME`",
            ),
        );
        None
    }

    /// Reports a negated comparison: a value that cannot be compared at all would pass.
    pub(crate) fn reject_negated_limit(&mut self, pattern: &Pattern, whole: &str) {
        let Shape::Marker(marker) = &*pattern.shape else {
            return;
        };
        let Argument::Limit(limit) = &marker.argument else {
            return;
        };
        let message = format!("`{whole}` would also accept what cannot be compared");
        let diagnostic = Diagnostic::error("case/marker-argument", pattern.span, message);
        let opposite = match marker.kind.row().name {
            "more-than" => "at-most",
            "at-least" => "less-than",
            "less-than" => "at-least",
            "at-most" => "more-than",
            _ => "",
        };
        self.diagnostics.push(match opposite {
            "" => diagnostic.help("write the ranges that are accepted"),
            opposite => diagnostic.help(format!("write `<{opposite} {limit}>`")),
        });
    }
}

/// Splits a text at a separator that is not in a hole.
fn split<'t>(text: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if let Some(behind) = rest.strip_prefix(separator) {
            return Some((&text[..at], behind));
        }
        at += match rest.strip_prefix("${").and_then(|_| hole_end(rest)) {
            Some(end) => end + 1,
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::load::testing::messages;

    fn found(marker: &str) -> Vec<String> {
        messages(&format!(
            "cases: [{{ id: a, request: {{ GET: / }}, expect: [{{ proves: [DEMO-01], status: 200, json: {{ v: \"{marker}\" }} }}] }}]"
        ))
    }

    #[test]
    fn a_separator_in_a_hole_separates_nothing() {
        assert_eq!(split("1..5", ".."), Some(("1", "5")));
        assert_eq!(split("${a('..')}..", ".."), Some(("${a('..')}", "")));
        assert_eq!(split("${a", ".."), None);
    }

    #[test]
    fn ranges_bounds_and_periods_are_read() {
        for marker in [
            "<number 1..100>",
            "<number -1.5e3..>",
            "<integer ..0>",
            "<string 1..64?>",
            "<string 8>",
            "<array 1..>",
            "<number ${fixture.user}..5>",
            "<more-than 7>",
            "<at-most 2026-01-31T12:00:00Z>",
            "<at-least $.items[0].total>",
            "<date-time>",
            "<date-time?>",
            "<date-time after 2026-01-31T12:00:00Z>",
            "<date-time after ${now(-5m)} within 10m?>",
            "<date-time before $.expires>",
            "<date-time within 5m of ${now()}>",
        ] {
            assert_eq!(found(marker), [] as [String; 0], "{marker}");
        }
    }

    #[test]
    fn mistakes_are_reported() {
        for (marker, message) in [
            ("<number 5..1>", "no value is in the range `5..1`"),
            ("<number 5>", "expected a range, found `5`"),
            ("<number ..>", "a range without bounds"),
            ("<number a..b>", "expected a number, found `a`"),
            ("<number 01..2>", "expected a number, found `01`"),
            ("<string -1..2>", "expected a length, found `-1`"),
            ("<array 1.5..>", "expected a length, found `1.5`"),
            ("<more-than>", "`<more-than>` needs an argument"),
            (
                "<more-than x>",
                "expected a number or a date-time with a zone, found `x`",
            ),
            ("<more-than $.[>", "invalid JSONPath `$.[` (RFC 9535)"),
            (
                "<not more-than 5>",
                "`<not more-than 5>` would also accept what cannot be compared",
            ),
            ("<date-time soon>", "expected a period, found `soon`"),
            ("<date-time after >", "expected a period, found `after`"),
            (
                "<date-time within 5m>",
                "expected a period, found `within 5m`",
            ),
            (
                "<date-time after yesterday>",
                "expected a date-time with a zone, found `yesterday`",
            ),
            (
                "<date-time after ${now()} within 5>",
                "invalid duration `5`",
            ),
        ] {
            let found = found(marker);
            assert!(
                found.iter().any(|one| one == message),
                "{marker}: {found:?}"
            );
        }
    }
}
