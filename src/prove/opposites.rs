//! The opposites of checks: what each rejects where the check accepts, and the other way round.

use std::sync::Arc;

use crate::json::SchemaId;
use crate::model::{
    BodyCheck, BytesCondition, CodingCondition, Condition, Draft, EventLimit, HeaderCheck,
    HeaderExpectation, InversionScope, ItemCheck, ItemExpectation, ItemKind, JsonLines, Marker,
    MarkerKind, MediaType, Pattern, Prefix, Selection, Shape, Span, Template, XmlCheck,
    XmlDocument,
};

/// A value that no answer contains.
const IMPOSSIBLE: &str = "probity: no answer contains this";

/// The opposite of a check on the body; `at` is the part of the check that was inverted.
pub(super) struct BodyOpposite {
    pub(super) check: BodyCheck,
    pub(super) at: Span,
}

/// The opposites of a check of a header field, and the part of the check that was inverted.
pub(super) fn opposites_of_header(check: &HeaderCheck) -> Vec<(HeaderExpectation, Span)> {
    let opposite = match &check.expected {
        HeaderExpectation::Absent => HeaderExpectation::Present,
        HeaderExpectation::Present => HeaderExpectation::Absent,
        HeaderExpectation::MediaType(expected) => {
            return opposites_of_media_type(expected)
                .into_iter()
                .map(|opposite| (HeaderExpectation::MediaType(opposite.into()), check.span))
                .collect();
        }
        HeaderExpectation::Pattern(_) => HeaderExpectation::Pattern(impossible(check.span)),
        HeaderExpectation::Lines(_) => HeaderExpectation::Lines(Pattern::new(
            Shape::Array(vec![impossible(check.span)]),
            check.span,
        )),
        HeaderExpectation::Items(kind, items) => return opposites_of_items(*kind, items),
    };
    vec![(opposite, check.span)]
}

/// Another type, and another value of each parameter.
fn opposites_of_media_type(expected: &MediaType) -> Vec<MediaType> {
    let mut all = vec![MediaType {
        essence: "probity/nothing".into(),
        ..expected.clone()
    }];
    for index in 0..expected.parameters.len() {
        let mut opposite = expected.clone();
        IMPOSSIBLE.clone_into(&mut opposite.parameters[index].1);
        all.push(opposite);
    }
    all
}

/// The opposite of each part of each item.
fn opposites_of_items(kind: ItemKind, items: &[ItemCheck]) -> Vec<(HeaderExpectation, Span)> {
    let mut all = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mut add = |expected: ItemExpectation, at: Span| {
            let mut items = items.to_vec();
            items[index].expected = expected;
            all.push((HeaderExpectation::Items(kind, items), at));
        };
        match &item.expected {
            ItemExpectation::Absent => add(ItemExpectation::Present, item.span),
            ItemExpectation::Present => add(ItemExpectation::Absent, item.span),
            ItemExpectation::Members(members) => {
                for (index, (_, pattern)) in members.iter().enumerate() {
                    let mut members = members.clone();
                    members[index].1 = impossible(pattern.span);
                    add(ItemExpectation::Members(members), pattern.span);
                }
            }
        }
    }
    all
}

/// The places that findings of a check of a header field can have.
pub(super) fn spans_of_header(check: &HeaderCheck) -> Vec<Span> {
    let mut spans = vec![check.span];
    if let HeaderExpectation::Items(_, items) = &check.expected {
        for item in items {
            spans.push(item.span);
            if let ItemExpectation::Members(members) = &item.expected {
                spans.extend(members.iter().map(|(_, pattern)| pattern.span));
            }
        }
    }
    spans
}

pub(super) fn opposites_of_body(check: &BodyCheck, nothing: SchemaId) -> Vec<BodyOpposite> {
    let one = |check: BodyCheck, at: Span| vec![BodyOpposite { check, at }];
    match check {
        BodyCheck::Empty { span } => one(
            BodyCheck::Json {
                pattern: impossible(*span),
                span: *span,
            },
            *span,
        ),
        BodyCheck::Schema { span, .. } => one(
            BodyCheck::Schema {
                schema: nothing,
                span: *span,
            },
            *span,
        ),
        BodyCheck::Text { pattern, span } => one(
            BodyCheck::Text {
                pattern: impossible(pattern.span),
                span: *span,
            },
            pattern.span,
        ),
        BodyCheck::Json { pattern, span } => opposites(pattern)
            .into_iter()
            .map(|(pattern, at)| BodyOpposite {
                check: BodyCheck::Json {
                    pattern,
                    span: *span,
                },
                at,
            })
            .collect(),
        BodyCheck::JsonExactly { pattern, span } => opposites(pattern)
            .into_iter()
            .map(|(pattern, at)| BodyOpposite {
                check: BodyCheck::JsonExactly {
                    pattern,
                    span: *span,
                },
                at,
            })
            .collect(),
        BodyCheck::Select(selection) => opposites_of_selection(selection),
        BodyCheck::Bytes { condition, span } => {
            let condition = opposite_of_bytes(condition, *span);
            let span = *span;
            one(BodyCheck::Bytes { condition, span }, span)
        }
        BodyCheck::Encoded { condition, span } => {
            let condition = match condition {
                CodingCondition::Name(_) => CodingCondition::Name(impossible(*span)),
                CodingCondition::Size { .. } => CodingCondition::Size {
                    min: u64::MAX,
                    max: None,
                },
            };
            let span = *span;
            one(BodyCheck::Encoded { condition, span }, span)
        }
        BodyCheck::Xml { check, span } => opposites_of_xml(check, *span),
        BodyCheck::Events { limit, span } => {
            let limit = EventLimit {
                take: Some(usize::MAX),
                ..*limit
            };
            one(BodyCheck::Events { limit, span: *span }, *span)
        }
        BodyCheck::JsonLines { condition, span } => opposites_of_lines(condition, nothing)
            .into_iter()
            .map(|(condition, at)| BodyOpposite {
                check: BodyCheck::JsonLines {
                    condition,
                    span: *span,
                },
                at: at.unwrap_or(*span),
            })
            .collect(),
    }
}

fn opposite_of_bytes(condition: &BytesCondition, span: Span) -> BytesCondition {
    match condition {
        BytesCondition::Length { .. } => BytesCondition::Length {
            min: u64::MAX,
            max: None,
        },
        // No digest has this form.
        BytesCondition::Sha256(_) => BytesCondition::Sha256(Template::literal(IMPOSSIBLE, span)),
        BytesCondition::StartsWith(_) | BytesCondition::Equal(_) => {
            BytesCondition::StartsWith(Prefix::Bytes(IMPOSSIBLE.as_bytes().to_vec()))
        }
    }
}

/// The opposites of a condition on lines of JSON, with the place of the inverted part where it is not the whole.
fn opposites_of_lines(condition: &JsonLines, nothing: SchemaId) -> Vec<(JsonLines, Option<Span>)> {
    match condition {
        JsonLines::Each(pattern) => {
            let leaves = opposites(pattern).into_iter();
            leaves
                .map(|(pattern, at)| (JsonLines::Each(pattern), Some(at)))
                .collect()
        }
        JsonLines::Schema(_) => vec![(JsonLines::Schema(nothing), None)],
        JsonLines::Count { .. } => {
            let many = JsonLines::Count {
                min: u64::MAX,
                max: None,
            };
            vec![(many, None)]
        }
    }
}

fn opposites_of_xml(check: &XmlCheck, span: Span) -> Vec<BodyOpposite> {
    let make = |check: XmlCheck| BodyCheck::Xml { check, span };
    match check {
        // JSON text is never XML.
        XmlCheck::WellFormed => vec![BodyOpposite {
            check: BodyCheck::Json {
                pattern: impossible(span),
                span,
            },
            at: span,
        }],
        XmlCheck::Equals(_) => {
            let name = "probity-no-answer-contains-this";
            let document = crate::xml::Document::parse_text(&format!("<{name}/>"));
            let opposite = document.ok().map(|document| BodyOpposite {
                check: make(XmlCheck::Equals(Box::new(XmlDocument {
                    document: Arc::new(document),
                    holes: Vec::new(),
                }))),
                at: span,
            });
            opposite.into_iter().collect()
        }
        XmlCheck::Select(selection) => {
            let mut all = Vec::new();
            for (index, (condition, span)) in selection.conditions.iter().enumerate() {
                for (opposite, at) in opposites_of_condition(condition, *span) {
                    let mut selection = selection.clone();
                    selection.conditions[index].0 = opposite;
                    let check = make(XmlCheck::Select(selection));
                    all.push(BodyOpposite { check, at });
                }
            }
            all
        }
    }
}

fn opposites_of_selection(selection: &Selection) -> Vec<BodyOpposite> {
    let mut all = Vec::new();
    for (index, (condition, span)) in selection.conditions.iter().enumerate() {
        for (opposite, at) in opposites_of_condition(condition, *span) {
            let mut selection = selection.clone();
            selection.conditions[index].0 = opposite;
            all.push(BodyOpposite {
                check: BodyCheck::Select(selection),
                at,
            });
        }
    }
    all
}

fn opposites_of_condition(condition: &Condition, span: Span) -> Vec<(Condition, Span)> {
    let each_leaf = |pattern: &Pattern, make: fn(Pattern) -> Condition| {
        let leaves = opposites(pattern).into_iter();
        leaves.map(|(pattern, at)| (make(pattern), at)).collect()
    };
    let literal = |value: serde_json::Value| Draft::Literal(Box::new(value));
    match condition {
        Condition::Each(pattern) => each_leaf(pattern, Condition::Each),
        // A leaf that nothing matches makes the whole pattern match nothing: one is as good as all.
        Condition::Some(pattern) => vec![(Condition::Some(impossible(pattern.span)), span)],
        Condition::None(pattern) => {
            let any = Shape::Marker(Marker::new(MarkerKind::Any));
            let any = Pattern::new(any, pattern.span);
            vec![(Condition::None(any), pattern.span)]
        }
        Condition::Count { .. } => {
            let many = Condition::Count {
                min: u64::MAX,
                max: None,
            };
            vec![(many, span)]
        }
        Condition::Unique | Condition::Sorted { .. } => {
            let none = Condition::Count {
                min: 0,
                max: Some(0),
            };
            vec![(none, span)]
        }
        Condition::Equal(_) => vec![(Condition::Equal(literal(IMPOSSIBLE.into())), span)],
        Condition::SubsetOf(_) => vec![(Condition::SubsetOf(literal(serde_json::json!([]))), span)],
        Condition::SupersetOf(_) => {
            let stranger = literal(serde_json::json!([IMPOSSIBLE]));
            vec![(Condition::SupersetOf(stranger), span)]
        }
        Condition::SameSet(_) => {
            let stranger = literal(serde_json::json!([IMPOSSIBLE]));
            vec![(Condition::SameSet(stranger), span)]
        }
    }
}

/// The pattern with one leaf inverted, for each leaf, and where that leaf is written.
fn opposites(pattern: &Pattern) -> Vec<(Pattern, Span)> {
    let within = |inner: &Pattern, wrap: &dyn Fn(Pattern) -> Shape| {
        let inverted = opposites(inner).into_iter();
        inverted
            .map(|(inner, at)| {
                let shape = wrap(inner);
                let span = pattern.span;
                (Pattern::new(shape, span), at)
            })
            .collect::<Vec<_>>()
    };
    let in_list = |items: &[Pattern], make: fn(Vec<Pattern>) -> Shape| {
        let each = items.iter().enumerate().flat_map(|(index, item)| {
            within(item, &|inverted| {
                let mut items = items.to_vec();
                items[index] = inverted;
                make(items)
            })
        });
        each.collect::<Vec<_>>()
    };
    let inverted = match &*pattern.shape {
        Shape::Object(members) => members
            .iter()
            .enumerate()
            .flat_map(|(index, (_, member))| {
                within(member, &|inverted| {
                    let mut members = members.clone();
                    members[index].1 = inverted;
                    Shape::Object(members)
                })
            })
            .collect(),
        Shape::Array(items) => in_list(items, Shape::Array),
        Shape::Unordered(items) => in_list(items, Shape::Unordered),
        Shape::Contains(items) => in_list(items, Shape::Contains),
        Shape::Each { pattern, or_none } => within(pattern, &|inverted| Shape::Each {
            pattern: Box::new(inverted),
            or_none: *or_none,
        }),
        Shape::Optional(inner) if !takes_the_member(inner) => {
            within(inner, &|inverted| Shape::Optional(Box::new(inverted)))
        }
        Shape::Value(_) | Shape::Marker(_) | Shape::Optional(_) => Vec::new(),
    };
    if inverted.is_empty() {
        return vec![(impossible(pattern.span), pattern.span)];
    }
    inverted
}

/// Does an inversion replace the whole optional member?
fn takes_the_member(inner: &Pattern) -> bool {
    match &*inner.shape {
        Shape::Marker(marker) => marker.kind.row().inversion == InversionScope::Member,
        _ => false,
    }
}

/// A pattern that no value matches, and no missing member either.
fn impossible(span: Span) -> Pattern {
    Pattern::new(
        Shape::Value(Draft::Literal(Box::new(IMPOSSIBLE.into()))),
        span,
    )
}

/// The places that findings of a check can have.
pub(super) fn spans_of(check: &BodyCheck) -> Vec<Span> {
    let mut spans = Vec::new();
    match check {
        BodyCheck::Empty { span }
        | BodyCheck::Schema { span, .. }
        | BodyCheck::Bytes { span, .. }
        | BodyCheck::Events { span, .. }
        | BodyCheck::Encoded { span, .. } => spans.push(*span),
        BodyCheck::JsonLines { condition, span } => {
            spans.push(*span);
            if let JsonLines::Each(pattern) = condition {
                spans_of_pattern(pattern, &mut spans);
            }
        }
        BodyCheck::Json { pattern, span }
        | BodyCheck::JsonExactly { pattern, span }
        | BodyCheck::Text { pattern, span } => {
            spans.push(*span);
            spans_of_pattern(pattern, &mut spans);
        }
        BodyCheck::Select(selection) => {
            spans.push(selection.span);
            spans_of_conditions(&selection.conditions, &mut spans);
        }
        BodyCheck::Xml { check, span } => {
            spans.push(*span);
            if let XmlCheck::Select(selection) = check {
                spans.push(selection.span);
                spans_of_conditions(&selection.conditions, &mut spans);
            }
        }
    }
    spans
}

fn spans_of_conditions(conditions: &[(Condition, Span)], spans: &mut Vec<Span>) {
    for (condition, span) in conditions {
        spans.push(*span);
        if let Condition::Each(pattern) | Condition::Some(pattern) | Condition::None(pattern) =
            condition
        {
            spans_of_pattern(pattern, spans);
        }
    }
}

fn spans_of_pattern(pattern: &Pattern, spans: &mut Vec<Span>) {
    spans.push(pattern.span);
    match &*pattern.shape {
        Shape::Object(members) => {
            for (_, member) in members {
                spans_of_pattern(member, spans);
            }
        }
        Shape::Array(items) | Shape::Unordered(items) | Shape::Contains(items) => {
            for item in items {
                spans_of_pattern(item, spans);
            }
        }
        Shape::Each { pattern, .. } | Shape::Optional(pattern) => spans_of_pattern(pattern, spans),
        Shape::Value(_) | Shape::Marker(_) => {}
    }
}
