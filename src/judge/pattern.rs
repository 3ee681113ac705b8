//! A filled-in pattern against a JSON value: one walk through both that meets every mismatch.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::json::Document;
use crate::json::decimal::Decimal;
use crate::json::json_equal;
use crate::json::number::is_number;
use crate::json::pointer::Path;
use crate::judge::form;
use crate::judge::form::{Accepts, Form, OrNone};
use crate::judge::limit;
use crate::judge::limit::Received;
use crate::judge::marker;
use crate::judge::mismatch::{Mismatch, shown};
use crate::judge::refusal::{inexact_number, refuse, refuse_value};
use crate::judge::sink::Sink;
use crate::model::{Argument, FindingKind, Limit, Marker, MarkerKind, Span};

static NO_INEXACT: BTreeMap<String, String> = BTreeMap::new();

/// What the walk needs to know besides pattern and value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checker<'c> {
    /// Must every member be named (`json-exactly`)?
    closed: bool,
    /// Numbers of the body that did not survive as written, by pointer.
    inexact: &'c BTreeMap<String, String>,
    /// Is the value text that is no JSON?
    is_text: bool,
    /// The whole body, for comparisons with other members.
    document: Option<&'c Document>,
}

impl<'c> Checker<'c> {
    /// Objects may have members that the pattern does not name.
    pub(super) fn open(inexact: &'c BTreeMap<String, String>) -> Checker<'c> {
        Checker {
            closed: false,
            inexact,
            is_text: false,
            document: None,
        }
    }

    /// Objects have the members that the pattern names.
    pub(super) fn closed(inexact: &'c BTreeMap<String, String>) -> Checker<'c> {
        Checker {
            closed: true,
            inexact,
            is_text: false,
            document: None,
        }
    }

    /// For text that is no JSON.
    pub(super) fn of_text() -> Checker<'static> {
        Checker {
            is_text: true,
            ..Checker::closed(&NO_INEXACT)
        }
    }

    /// The same with the body that paths of comparisons lead into.
    pub(super) fn within(self, document: &'c Document) -> Checker<'c> {
        Checker {
            document: Some(document),
            ..self
        }
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

    /// Checks the value against the form.
    pub(super) fn check(&self, form: &Form<'_>, value: &Value, path: &Path<'_>, sink: &mut Sink) {
        if sink.is_done() {
            return;
        }
        match &form.accepts {
            Accepts::Value(expected) => self.value(expected, value, form.span, path, sink),
            Accepts::Optional(inner) => self.check(inner, value, path, sink),
            Accepts::Object(members) => match value {
                Value::Object(actual) => self.object(members, actual, form.span, path, sink),
                _ => refuse(form, value, path, self.inexact, sink),
            },
            Accepts::Array(items) => match value {
                Value::Array(actual) => self.array(items, actual, form.span, path, sink),
                _ => refuse(form, value, path, self.inexact, sink),
            },
            Accepts::Unordered(items) | Accepts::Contains(items) => match value {
                Value::Array(actual) => self.bag(form, items, actual, path, sink),
                _ => refuse(form, value, path, self.inexact, sink),
            },
            Accepts::Each(inner, or_none) => match value {
                Value::Array(actual) => self.each(form, inner, *or_none, actual, path, sink),
                _ => refuse(form, value, path, self.inexact, sink),
            },
            Accepts::Not(inner) => self.not(form, inner, value, path, sink),
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
        if sink.is_done() || (!self.has_inexact() && json_equal(expected, actual)) {
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
            _ => refuse_value(expected, actual, span, path, self.inexact, sink),
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
            refuse(form, value, path, self.inexact, sink);
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
        if self.is_text
            && let (MarkerKind::Number | MarkerKind::Integer, Value::String(text)) =
                (marker.kind, value)
        {
            self.number_in_text(form, marker, text, path, sink);
            return;
        }
        let asks_for_whole = marker.kind == MarkerKind::Integer && value.is_number();
        if asks_for_whole && self.is_inexact(path) && !self.is_exactly_whole(path) {
            self.report_inexact("an integer", form.span, path, sink);
        } else if marker.kind == MarkerKind::Absent {
            sink.report(FindingKind::Extra, 1, || {
                Mismatch::new(FindingKind::Extra, form.span, "must be absent")
                    .at(path.pointer())
                    .expected(form.describe())
                    .actual(shown(value))
            });
        } else if let Argument::Limit(limit) = &marker.argument {
            self.limit(form, marker, limit, value, path, sink);
        } else if !marker::accepts(marker, value) {
            refuse(form, value, path, self.inexact, sink);
        }
    }

    /// A number in text: digits as JSON writes them, compared exactly whatever their size. An integer has digits only.
    fn number_in_text(
        &self,
        form: &Form<'_>,
        marker: &Marker,
        text: &str,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        let is_whole = || {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
        };
        let fits = || match &marker.argument {
            Argument::Limit(limit) => {
                let received = Received {
                    value: &Value::from(0),
                    exact: Some(text),
                    is_text: true,
                };
                limit::fits(marker, limit, received)
            }
            _ => true,
        };
        let is_of_kind = marker.kind != MarkerKind::Integer || is_whole();
        if !(is_number(text) && is_of_kind && fits()) {
            refuse(form, &Value::from(text), path, self.inexact, sink);
        }
    }

    fn limit(
        &self,
        form: &Form<'_>,
        marker: &Marker,
        limit: &Limit,
        value: &Value,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        let found = match limit::look_up(marker, limit, self.document, form.span) {
            Ok(found) => found,
            Err(mismatch) => {
                sink.report(FindingKind::Missing, form.weight(), || {
                    mismatch.at(path.pointer()).actual(shown(value))
                });
                return;
            }
        };
        let (marker, form) = match found {
            None => (Cow::Borrowed(marker), Cow::Borrowed(form)),
            Some(found) => {
                let form = Form {
                    accepts: Accepts::Marker(Cow::Owned(found.clone())),
                    span: form.span,
                };
                (Cow::Owned(found), Cow::Owned(form))
            }
        };
        let Argument::Limit(limit) = &marker.argument else {
            return;
        };
        let pointer = self.has_inexact().then(|| path.pointer());
        let received = Received {
            value,
            exact: pointer.and_then(|pointer| self.inexact.get(&pointer).map(String::as_str)),
            is_text: self.is_text,
        };
        if !marker::accepts(&marker, value) || !limit::fits(&marker, limit, received) {
            refuse(&form, value, path, self.inexact, sink);
        }
    }

    /// Is there any number in the body that cannot be compared?
    pub(super) fn has_inexact(&self) -> bool {
        !self.inexact.is_empty()
    }

    fn is_inexact(&self, path: &Path<'_>) -> bool {
        self.has_inexact() && self.inexact.contains_key(&path.pointer())
    }

    /// Is the number whole, as it is written?
    fn is_exactly_whole(&self, path: &Path<'_>) -> bool {
        let text = self.inexact.get(&path.pointer());
        text.is_some_and(|text| Decimal::parse(text).is_whole())
    }

    fn report_inexact(&self, expected: &str, span: Span, path: &Path<'_>, sink: &mut Sink) {
        sink.report(FindingKind::Inexact, 1, || {
            inexact_number(self.inexact, &path.pointer(), span).expected(expected)
        });
    }
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
