//! Lists: in order, in any order, and which elements are paired.

use std::collections::HashMap;

use serde_json::Value;

use crate::json::pointer::Path;
use crate::judge::align::{Row, align};
use crate::judge::canonical::canonical;
use crate::judge::form;
use crate::judge::form::{Accepts, Form};
use crate::judge::matching::{ELEMENTS_LIMIT, Partners, match_one_to_one};
use crate::judge::mismatch::{Mismatch, count, shown};
use crate::judge::pattern::Checker;
use crate::judge::sink::Sink;
use crate::model::{FindingKind, Span};

/// Beyond this many pairs, elements without a partner are not compared with each other.
const CELLS_COMPARED: usize = 4_096;

impl Checker<'_> {
    /// Exactly these elements, in order.
    pub(super) fn array(
        &self,
        items: &[Form<'_>],
        actual: &[Value],
        span: Span,
        path: &Path<'_>,
        sink: &mut Sink,
    ) {
        if sink.explains() && self.is_reordered(items, actual, path) {
            sink.report(FindingKind::Value, items.len(), || {
                Mismatch::new(
                    FindingKind::Value,
                    span,
                    "has the expected elements in another order",
                )
                .at(path.pointer())
                .expected(form::short_list(items))
                .actual(shown(&Value::Array(actual.to_vec())))
            });
            return;
        }
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

    /// Do all elements match, each another item, but not in this order?
    fn is_reordered(&self, items: &[Form<'_>], actual: &[Value], path: &Path<'_>) -> bool {
        let differs = |(at, form): (usize, &Form<'_>)| {
            !self.matches(form, &actual[at], &Path::Element(path, at))
        };
        let is_plain = items
            .iter()
            .all(|form| matches!(form.accepts, Accepts::Value(_)));
        let is_cheap =
            items.len() * actual.len() <= CELLS_COMPARED || is_plain && !self.has_inexact();
        items.len() == actual.len()
            && is_cheap
            && items
                .iter()
                .enumerate()
                .filter(|one| differs(*one))
                .nth(1)
                .is_some()
            && self
                .partners(items, actual, path)
                .is_some_and(|partners| partners.iter().all(Option::is_some))
    }

    /// Which elements are paired, when order counts.
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
    pub(super) fn bag(
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
        if !self.has_inexact()
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

    /// A matching as rows in the order of the actual elements; those without a partner are paired by similarity.
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

    /// Pairs that have something in common, the most similar first, each element in one pair at most.
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
