//! A filled-in pattern against a JSON value: one walk through both that meets every mismatch.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::align::{Row, align};
use super::canonical::canonical;
use super::form::{self, Accepts, Form, OrNone};
use super::marker::{self, same_but_case};
use super::matching::{ELEMENTS_LIMIT, Partners, match_one_to_one};
use super::mismatch::{Mismatch, brief, count, shown, type_of};
use super::sink::Sink;
use crate::model::finding::short_text;
use crate::model::pointer::Path;
use crate::model::{FindingKind, Marker, Span, json_equal};

/// Beyond this many pairs, elements without a partner are not compared with each other.
const CELLS_COMPARED: usize = 4_096;

static NO_INEXACT: BTreeMap<String, String> = BTreeMap::new();

/// What the walk needs to know besides pattern and value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checker<'c> {
    /// Must every member be named (`json-exactly`)?
    closed: bool,
    /// Numbers of the body that did not survive as written, by pointer.
    inexact: &'c BTreeMap<String, String>,
}

impl<'c> Checker<'c> {
    /// Objects may have members that the pattern does not name.
    pub(super) fn open(inexact: &'c BTreeMap<String, String>) -> Checker<'c> {
        Checker {
            closed: false,
            inexact,
        }
    }

    /// Objects have the members that the pattern names.
    pub(super) fn closed(inexact: &'c BTreeMap<String, String>) -> Checker<'c> {
        Checker {
            closed: true,
            inexact,
        }
    }

    /// For text that is no JSON.
    pub(super) fn of_text() -> Checker<'static> {
        Checker::closed(&NO_INEXACT)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// The same, for what is inside a value that must be equal.
    pub(super) fn to_closed(self) -> Checker<'c> {
        Checker {
            closed: true,
            ..self
        }
    }

    pub(super) fn first_mismatch(&self, form: &Form<'_>, value: &Value) -> Option<Mismatch> {
        let mut sink = Sink::all();
        self.check(form, value, &Path::Start(""), &mut sink);
        sink.mismatches.into_iter().next()
    }

    pub(super) fn matches(&self, form: &Form<'_>, value: &Value, path: &Path<'_>) -> bool {
        let mut sink = Sink::any();
        self.check(form, value, path, &mut sink);
        sink.is_clean()
    }

    /// How far the value is from the form: 0.0 matches, from 1.0 on nothing is alike.
    #[expect(clippy::cast_precision_loss, reason = "for comparing candidates only")]
    pub(super) fn cost(&self, form: &Form<'_>, value: &Value, path: &Path<'_>) -> f64 {
        let mut sink = Sink::weight();
        self.check(form, value, path, &mut sink);
        // The container itself is alike in all candidates: it must not make two strangers kin.
        let own = form.weight();
        let bound = if own > 1 { own - 1 } else { own };
        sink.weight as f64 / bound as f64
    }

    /// Holds the value against the form.
    pub(super) fn check(&self, form: &Form<'_>, value: &Value, path: &Path<'_>, sink: &mut Sink) {
        if sink.is_done() {
            return;
        }
        match &form.accepts {
            Accepts::Value(expected) => self.value(expected, value, form.span, path, sink),
            Accepts::Optional(inner) => self.check(inner, value, path, sink),
            Accepts::Object(members) => match value {
                Value::Object(actual) => self.object(members, actual, form.span, path, sink),
                _ => refuse(form, value, path, sink),
            },
            Accepts::Array(items) => match value {
                Value::Array(actual) => self.array(items, actual, form.span, path, sink),
                _ => refuse(form, value, path, sink),
            },
            Accepts::Unordered(items) | Accepts::Contains(items) => match value {
                Value::Array(actual) => self.bag(form, items, actual, path, sink),
                _ => refuse(form, value, path, sink),
            },
            Accepts::Each(inner, or_none) => match value {
                Value::Array(actual) => self.each(form, inner, *or_none, actual, path, sink),
                _ => refuse(form, value, path, sink),
            },
            Accepts::Not(inner) => self.not(form, inner, value, path, sink),
            Accepts::IgnoreCase(expected) => {
                if !value
                    .as_str()
                    .is_some_and(|text| same_but_case(text, expected))
                {
                    refuse(form, value, path, sink);
                }
            }
            Accepts::ContainsText(part) => {
                if !value
                    .as_str()
                    .is_some_and(|text| text.contains(part.as_str()))
                {
                    refuse(form, value, path, sink);
                }
            }
            Accepts::Marker(marker) => self.marker(form, marker, value, path, sink),
        }
    }

    /// A value that must be equal. Walked member by member, so that each difference has its place.
    pub(super) fn value(
        &self,
        expected: &Value,
        actual: &Value,
        span: Span,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        if sink.is_done() || (self.inexact.is_empty() && json_equal(expected, actual)) {
            return;
        }
        match (expected, actual) {
            (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => {
                self.to_closed()
                    .check(&open_up(expected, span), actual, path, sink);
            }
            (Value::Number(_), Value::Number(_)) if self.is_inexact(path) => {
                self.report_inexact(&shown(expected), span, path, sink);
            }
            _ if json_equal(expected, actual) => {}
            _ => refuse_value(expected, actual, span, path, sink),
        }
    }

    fn object(
        &self,
        members: &[(&str, Form<'_>)],
        actual: &Map<String, Value>,
        span: Span,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        for (name, form) in members {
            if sink.is_done() {
                return;
            }
            let member_path = Path::Member(path, name);
            match actual.get(*name) {
                Some(value) => self.check(form, value, &member_path, sink),
                None if form.may_be_missing() => {}
                None => sink.report(FindingKind::Missing, form.weight(), || {
                    let message = format!("member `{name}` is missing");
                    Mismatch::new(FindingKind::Missing, form.span, message)
                        .at(member_path.pointer())
                        .expected(form.describe())
                        .actual("no such member")
                }),
            }
        }
        if !self.closed {
            return;
        }
        for (name, value) in actual {
            if sink.is_done() {
                return;
            }
            if members.iter().any(|(named, _)| named == name) {
                continue;
            }
            sink.report(FindingKind::Extra, form::weight(value), || {
                let message = format!("member `{name}` is not expected");
                Mismatch::new(FindingKind::Extra, span, message)
                    .at(Path::Member(path, name).pointer())
                    .expected("no such member")
                    .actual(shown(value))
            });
        }
    }

    fn array(
        &self,
        items: &[Form<'_>],
        actual: &[Value],
        span: Span,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        if items.len() == actual.len() || !sink.explains() {
            for (index, (form, value)) in items.iter().zip(actual).enumerate() {
                self.check(form, value, &Path::Element(path, index), sink);
            }
            let difference = items.len().abs_diff(actual.len());
            if difference > 0 {
                sink.report(FindingKind::Count, difference, || {
                    wrong_count(items.len(), actual.len(), span, path)
                });
            }
            return;
        }
        sink.report(FindingKind::Count, 1, || {
            wrong_count(items.len(), actual.len(), span, path)
        });
        for row in self.rows(items, actual, path) {
            match row {
                Row::Same(..) => {}
                Row::Pair(one, other) => {
                    self.check(
                        &items[one],
                        &actual[other],
                        &Path::Element(path, other),
                        sink,
                    );
                }
                Row::Missing(one) => missing_element(&items[one], path, sink),
                Row::Extra(other) => extra_element(&actual[other], other, span, path, sink),
            }
        }
    }

    /// Which element stands for which, when order counts.
    pub(super) fn rows(&self, items: &[Form<'_>], actual: &[Value], path: &Path<'_>) -> Vec<Row> {
        let matches = |one: usize, other: usize| {
            self.matches(&items[one], &actual[other], &Path::Element(path, other))
        };
        let cost = |one: usize, other: usize| {
            self.cost(&items[one], &actual[other], &Path::Element(path, other))
        };
        align(items.len(), actual.len(), &matches, &cost)
    }

    /// `<unordered>` and `<contains>`.
    fn bag(
        &self,
        form: &Form<'_>,
        items: &[Form<'_>],
        actual: &[Value],
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        let is_exact = matches!(form.accepts, Accepts::Unordered(_));
        let cannot_match = items.len() > actual.len() || (is_exact && items.len() < actual.len());
        if cannot_match && !sink.explains() {
            let difference = items.len().abs_diff(actual.len());
            sink.report(FindingKind::Count, difference, || {
                wrong_count(items.len(), actual.len(), form.span, path)
            });
            return;
        }
        let Some(partners) = self.partners(items, actual, path) else {
            sink.report(FindingKind::Count, form.weight(), || {
                too_many(items.len(), actual.len(), form, path)
            });
            return;
        };
        if !sink.explains() {
            let lost = items
                .iter()
                .zip(&partners)
                .filter(|(_, partner)| partner.is_none());
            let weight: usize = lost.map(|(item, _)| item.weight()).sum();
            if weight > 0 {
                sink.report(FindingKind::Missing, weight, || {
                    wrong_count(items.len(), actual.len(), form.span, path)
                });
            }
            return;
        }
        for row in self.bag_rows(items, actual, &partners, path) {
            match row {
                Row::Pair(one, other) => {
                    let element_path = Path::Element(path, other);
                    self.check(&items[one], &actual[other], &element_path, sink);
                }
                Row::Missing(one) => missing_element(&items[one], path, sink),
                Row::Extra(other) if is_exact => {
                    extra_element(&actual[other], other, form.span, path, sink);
                }
                Row::Same(..) | Row::Extra(_) => {}
            }
        }
    }

    /// The partner of each item; `None` when there are too many to find out.
    pub(super) fn partners(
        &self,
        items: &[Form<'_>],
        actual: &[Value],
        path: &Path<'_>,
    ) -> Option<Partners> {
        if self.inexact.is_empty()
            && let Some(partners) = partners_of_values(items, actual)
        {
            return Some(partners);
        }
        if items.len().max(actual.len()) > ELEMENTS_LIMIT {
            return None;
        }
        Some(match_one_to_one(items.len(), actual.len(), |one, other| {
            self.matches(&items[one], &actual[other], &Path::Element(path, other))
        }))
    }

    /// A matching as rows in the order of the actual elements; those without a partner are paired by likeness.
    pub(super) fn bag_rows(
        &self,
        items: &[Form<'_>],
        actual: &[Value],
        partners: &Partners,
        path: &Path<'_>,
    ) -> Vec<Row> {
        let mut row_of: Vec<Row> = (0..actual.len()).map(Row::Extra).collect();
        for (one, partner) in partners.iter().enumerate() {
            if let Some(other) = *partner {
                row_of[other] = Row::Same(one, other);
            }
        }
        let mut lost: Vec<usize> = (0..items.len())
            .filter(|&one| partners[one].is_none())
            .collect();
        let free: Vec<usize> = (0..actual.len())
            .filter(|&other| row_of[other] == Row::Extra(other))
            .collect();
        if lost.len() * free.len() <= CELLS_COMPARED {
            for (one, other) in self.likest(&lost, &free, items, actual, path) {
                row_of[other] = Row::Pair(one, other);
                lost.retain(|&left| left != one);
            }
        }
        row_of.extend(lost.into_iter().map(Row::Missing));
        row_of
    }

    /// Pairs that have something in common, the likest first, each element in one pair at most.
    fn likest(
        &self,
        lost: &[usize],
        free: &[usize],
        items: &[Form<'_>],
        actual: &[Value],
        path: &Path<'_>,
    ) -> Vec<(usize, usize)> {
        let mut costs = Vec::with_capacity(lost.len() * free.len());
        for &one in lost {
            for &other in free {
                let cost = self.cost(&items[one], &actual[other], &Path::Element(path, other));
                if cost < 1.0 {
                    costs.push((cost, one, other));
                }
            }
        }
        costs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (_, one, other) in costs {
            if !pairs.iter().any(|pair| pair.0 == one || pair.1 == other) {
                pairs.push((one, other));
            }
        }
        pairs
    }

    fn each(
        &self,
        form: &Form<'_>,
        inner: &Form<'_>,
        or_none: OrNone,
        actual: &[Value],
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        if actual.is_empty() && or_none == OrNone::No {
            sink.report(FindingKind::Count, 1, || {
                let message = "is empty: `<each>` needs at least one element";
                Mismatch::new(FindingKind::Count, form.span, message)
                    .at(path.pointer())
                    .expected("at least one element")
                    .actual("[]")
            });
        }
        for (index, value) in actual.iter().enumerate() {
            if sink.is_done() {
                return;
            }
            self.check(inner, value, &Path::Element(path, index), sink);
        }
    }

    fn not(
        &self,
        form: &Form<'_>,
        inner: &Form<'_>,
        value: &Value,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        let mut probe = Sink::any();
        self.check(inner, value, path, &mut probe);
        if probe.saw_inexact {
            // That the inner form does not match is no evidence here.
            self.report_inexact(&form.describe(), form.span, path, sink);
        } else if probe.is_clean() {
            refuse(form, value, path, sink);
        }
    }

    fn marker(
        &self,
        form: &Form<'_>,
        marker: &Marker,
        value: &Value,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        let asks_for_whole = matches!(marker, Marker::Integer) && value.is_number();
        if asks_for_whole && self.is_inexact(path) && !self.is_written_whole(path) {
            self.report_inexact("an integer", form.span, path, sink);
        } else if matches!(marker, Marker::Absent) {
            sink.report(FindingKind::Extra, 1, || {
                Mismatch::new(FindingKind::Extra, form.span, "must not be there")
                    .at(path.pointer())
                    .expected(form.describe())
                    .actual(shown(value))
            });
        } else if !marker::accepts(marker, value) {
            refuse(form, value, path, sink);
        }
    }

    fn is_inexact(&self, path: &Path<'_>) -> bool {
        !self.inexact.is_empty() && self.inexact.contains_key(&path.pointer())
    }

    /// Is the number written without fraction and exponent?
    fn is_written_whole(&self, path: &Path<'_>) -> bool {
        let text = self.inexact.get(&path.pointer());
        text.is_some_and(|text| !text.contains(['.', 'e', 'E']))
    }

    fn report_inexact(&self, expected: &str, span: Span, path: &Path<'_>, sink: &mut Sink) {
        sink.report(FindingKind::Inexact, 1, || {
            inexact_number(self.inexact, &path.pointer(), span).expected(expected)
        });
    }
}

/// The mismatch for a number that cannot be compared.
pub(super) fn inexact_number(
    inexact: &BTreeMap<String, String>,
    pointer: &str,
    span: Span,
) -> Mismatch {
    let text = inexact.get(pointer).map_or("", String::as_str);
    let message = format!(
        "{} has more digits than can be compared exactly",
        short_text(text, 40)
    );
    Mismatch::new(FindingKind::Inexact, span, message)
        .at(pointer)
        .actual(text)
}

/// A value as a form of its members or elements.
pub(super) fn open_up(value: &Value, span: Span) -> Form<'_> {
    let of = |value| Form::value(std::borrow::Cow::Borrowed(value), span);
    let accepts = match value {
        Value::Object(members) => Accepts::Object(
            members
                .iter()
                .map(|(name, member)| (name.as_str(), of(member)))
                .collect(),
        ),
        Value::Array(items) => Accepts::Array(items.iter().map(of).collect()),
        _ => return of(value),
    };
    Form { accepts, span }
}

/// Partners where every item is a plain value: equal elements are interchangeable, so taking the
/// first free one is a maximum matching, however many there are.
fn partners_of_values(items: &[Form<'_>], actual: &[Value]) -> Option<Partners> {
    let values: Vec<&Value> = items
        .iter()
        .map(|form| match &form.accepts {
            Accepts::Value(value) => Some(value.as_ref()),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let mut free: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, value) in actual.iter().enumerate().rev() {
        free.entry(canonical(value)).or_default().push(index);
    }
    let take = |value: &&Value| free.get_mut(&canonical(value)).and_then(Vec::pop);
    Some(values.iter().map(take).collect())
}

fn refuse(form: &Form<'_>, value: &Value, path: &Path<'_>, sink: &mut Sink) {
    let kind = kind_of(form.type_name(), value);
    sink.report(kind, form.weight(), || {
        let mut message = differs(kind, value, &form.describe());
        if let (Accepts::Marker(Marker::OneOf(words)), Some(text)) = (&form.accepts, value.as_str())
            && words.iter().any(|word| same_but_case(word, text))
        {
            message.push_str(CASE_ONLY);
        }
        Mismatch::new(kind, form.span, message)
            .at(path.pointer())
            .expected(form.describe())
            .actual(shown(value))
    });
}

/// What is added where only letter case differs.
const CASE_ONLY: &str = " (differs in case only)";

fn refuse_value(expected: &Value, actual: &Value, span: Span, path: &Path<'_>, sink: &mut Sink) {
    let kind = kind_of(Some(type_of(expected)), actual);
    sink.report(kind, form::weight(expected), || {
        let expected_shown = match kind {
            FindingKind::Type => shown(expected),
            _ => brief(expected),
        };
        let mut message = differs(kind, actual, &expected_shown);
        if let (Some(one), Some(other)) = (expected.as_str(), actual.as_str())
            && same_but_case(one, other)
        {
            message.push_str(CASE_ONLY);
        }
        Mismatch::new(kind, span, message)
            .at(path.pointer())
            .expected(shown(expected))
            .actual(shown(actual))
    });
}

fn differs(kind: FindingKind, actual: &Value, expected: &str) -> String {
    let expected = short_text(expected, 100);
    match (kind, actual) {
        (_, Value::Array(_) | Value::Object(_)) | (FindingKind::Value, _) => {
            format!("is {}, expected {expected}", brief(actual))
        }
        _ => format!(
            "is {} ({}), expected {expected}",
            brief(actual),
            type_of(actual)
        ),
    }
}

/// Another type, or another value of the type?
fn kind_of(expected_type: Option<&str>, actual: &Value) -> FindingKind {
    let is_numeric = |name: &str| matches!(name, "integer" | "number");
    let actual_type = type_of(actual);
    match expected_type {
        Some(expected)
            if expected != actual_type && !(is_numeric(expected) && is_numeric(actual_type)) =>
        {
            FindingKind::Type
        }
        _ => FindingKind::Value,
    }
}

fn wrong_count(expected: usize, actual: usize, span: Span, path: &Path<'_>) -> Mismatch {
    let message = format!("has {}, expected {expected}", count(actual, "element"));
    Mismatch::new(FindingKind::Count, span, message)
        .at(path.pointer())
        .expected(count(expected, "element"))
        .actual(count(actual, "element"))
}

fn too_many(expected: usize, actual: usize, form: &Form<'_>, path: &Path<'_>) -> Mismatch {
    let message = format!(
        "too many to match in any order: {actual} elements against {expected} patterns, at most {ELEMENTS_LIMIT} of each"
    );
    Mismatch::new(FindingKind::Count, form.span, message)
        .at(path.pointer())
        .expected(form.describe())
        .actual(count(actual, "element"))
}

fn missing_element(form: &Form<'_>, path: &Path<'_>, sink: &mut Sink) {
    sink.report(FindingKind::Missing, form.weight(), || {
        let rendered = form::short_form(form, 100);
        let message = format!("no element is {rendered}");
        Mismatch::new(FindingKind::Missing, form.span, message)
            .at(path.pointer())
            .expected(form.render())
            .actual("no such element")
    });
}

fn extra_element(value: &Value, index: usize, span: Span, path: &Path<'_>, sink: &mut Sink) {
    sink.report(FindingKind::Extra, form::weight(value), || {
        Mismatch::new(FindingKind::Extra, span, "element is not expected")
            .at(Path::Element(path, index).pointer())
            .expected("no such element")
            .actual(shown(value))
    });
}
