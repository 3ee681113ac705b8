//! The general part of a check: what holds for every answer of an operation if it holds for one.
//!
//! A check that contains a value (a literal, a fixture, a capture, a number of elements) belongs to its request, and so
//! does one that requires something to occur. What is left speaks of form: types, formats, expressions, schemas, and
//! what each element must be.

use crate::model::{
    Argument, Block, BodyCheck, BytesCondition, CodingCondition, Condition, Conditions, EventLimit,
    HeaderCheck, HeaderExpectation, ItemCheck, ItemExpectation, JsonLines, Limit, MarkerKind,
    Pattern, Selection, Shape, Span, XmlCheck, XmlSelection,
};

/// A check of a block, alone in a block of its own.
#[derive(Clone, Debug)]
pub(super) struct GeneralCheck {
    /// What it reads.
    pub(super) reads: Reads,
    /// The check, as it is reported.
    pub(super) name: String,
    /// The block with nothing else in it.
    pub(super) block: Block,
    /// Where the check is written.
    pub(super) at: Span,
}

/// The part of an answer that a check reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reads {
    Status,
    Headers,
    Body,
}

/// The general checks of a block, each alone, with its condition. The status of a refusal says why this request was refused: only that of a
/// success is general.
pub(super) fn general_checks(block: &Block, is_success: bool) -> Vec<GeneralCheck> {
    let bare = Block {
        status: None,
        headers: Vec::new(),
        body: Vec::new(),
        within: None,
        // Which alternative holds belongs to the request.
        any_of: Vec::new(),
        ..block.clone()
    };
    let mut all = Vec::new();
    if let Some(check) = block.status.as_ref().filter(|_| is_success) {
        let shown: Vec<String> = check.accepts.iter().map(ToString::to_string).collect();
        all.push(GeneralCheck {
            reads: Reads::Status,
            name: format!("status {}", shown.join(" or ")),
            at: check.span,
            block: Block {
                status: Some(check.clone()),
                ..bare.clone()
            },
        });
    }
    for check in &block.headers {
        if let Some(expected) = general_header(&check.expected) {
            all.push(GeneralCheck {
                reads: Reads::Headers,
                name: format!("header {}", check.name),
                at: check.span,
                block: Block {
                    headers: vec![HeaderCheck {
                        expected,
                        ..check.clone()
                    }],
                    ..bare.clone()
                },
            });
        }
    }
    for check in &block.body {
        if let Some((general, at)) = general_body(check) {
            all.push(GeneralCheck {
                reads: Reads::Body,
                name: name_of(check),
                at,
                block: Block {
                    body: vec![general],
                    ..bare.clone()
                },
            });
        }
    }
    all
}

fn general_header(expected: &HeaderExpectation) -> Option<HeaderExpectation> {
    Some(match expected {
        HeaderExpectation::Absent
        | HeaderExpectation::Present
        | HeaderExpectation::MediaType(_) => expected.clone(),
        HeaderExpectation::Pattern(pattern) => {
            HeaderExpectation::Pattern(general_pattern(pattern)?)
        }
        HeaderExpectation::Lines(pattern) => HeaderExpectation::Lines(general_pattern(pattern)?),
        HeaderExpectation::Items(kind, items) => {
            HeaderExpectation::Items(*kind, items.iter().map(general_item).collect())
        }
    })
}

/// The item with the members that contain no value.
fn general_item(item: &ItemCheck) -> ItemCheck {
    let ItemExpectation::Members(members) = &item.expected else {
        return item.clone();
    };
    let members = members.iter();
    let members: Vec<(String, Pattern)> = members
        .filter_map(|(name, pattern)| Some((name.clone(), general_pattern(pattern)?)))
        .collect();
    ItemCheck {
        expected: if members.is_empty() {
            ItemExpectation::Present
        } else {
            ItemExpectation::Members(members)
        },
        ..item.clone()
    }
}

fn general_body(check: &BodyCheck) -> Option<(BodyCheck, Span)> {
    Some(match check {
        BodyCheck::Empty { span } | BodyCheck::Schema { span, .. } => (check.clone(), *span),
        BodyCheck::Json { pattern, span } => {
            let pattern = general_pattern(pattern)?;
            (
                BodyCheck::Json {
                    pattern,
                    span: *span,
                },
                *span,
            )
        }
        BodyCheck::JsonExactly { pattern, span } => {
            let pattern = general_pattern(pattern)?;
            (
                BodyCheck::JsonExactly {
                    pattern,
                    span: *span,
                },
                *span,
            )
        }
        BodyCheck::Text { pattern, span } => {
            let pattern = general_pattern(pattern)?;
            (
                BodyCheck::Text {
                    pattern,
                    span: *span,
                },
                *span,
            )
        }
        BodyCheck::JsonLines { condition, span } => {
            let condition = match condition {
                JsonLines::Each(pattern) => JsonLines::Each(general_pattern(pattern)?),
                JsonLines::Schema(_) => condition.clone(),
                JsonLines::Count { .. } => return None,
            };
            let span = *span;
            (BodyCheck::JsonLines { condition, span }, span)
        }
        BodyCheck::Xml { check, span } => (
            BodyCheck::Xml {
                check: general_xml(check)?,
                span: *span,
            },
            *span,
        ),
        // How many events come is a value, that some do is not.
        BodyCheck::Events { limit, span } => {
            let limit = EventLimit {
                take: None,
                ..*limit
            };
            (BodyCheck::Events { limit, span: *span }, *span)
        }
        // A length, a digest, a beginning, a coding: each is a value.
        BodyCheck::Bytes { .. } | BodyCheck::Encoded { .. } => return None,
        // A path with a value in it belongs to its request.
        BodyCheck::Select(selection) if selection.template.is_some() => return None,
        BodyCheck::Select(selection) => {
            let conditions: Conditions = selection
                .conditions
                .iter()
                .filter_map(|(condition, span)| Some((general_condition(condition)?, *span)))
                .collect();
            if conditions.is_empty() {
                return None;
            }
            let general = Selection {
                conditions,
                or_none: true,
                ..selection.clone()
            };
            (BodyCheck::Select(general), selection.span)
        }
    })
}

fn general_xml(check: &XmlCheck) -> Option<XmlCheck> {
    match check {
        XmlCheck::WellFormed => Some(XmlCheck::WellFormed),
        // A path with a value in it belongs to its request, and so does a document.
        XmlCheck::Select(selection) if selection.path.holes.is_empty() => {
            let conditions = selection.conditions.iter();
            let conditions: Box<[(Condition, Span)]> = conditions
                .filter_map(|(condition, span)| Some((general_condition(condition)?, *span)))
                .collect();
            (!conditions.is_empty()).then(|| {
                XmlCheck::Select(Box::new(XmlSelection {
                    conditions,
                    or_none: true,
                    ..(**selection).clone()
                }))
            })
        }
        XmlCheck::Select(_) | XmlCheck::Equals(_) => None,
    }
}

fn general_condition(condition: &Condition) -> Option<Condition> {
    match condition {
        Condition::Each(pattern) => general_pattern(pattern).map(Condition::Each),
        Condition::None(pattern) => general_pattern(pattern).map(Condition::None),
        Condition::Unique | Condition::Sorted { .. } => Some(condition.clone()),
        Condition::Some(_)
        | Condition::Count { .. }
        | Condition::Equal(_)
        | Condition::SubsetOf(_)
        | Condition::SupersetOf(_)
        | Condition::SameSet(_) => None,
    }
}

/// The pattern, if there is no value in it; what it says of each element, without that there is one.
fn general_pattern(pattern: &Pattern) -> Option<Pattern> {
    let shape = match &*pattern.shape {
        Shape::Object(members) => {
            let members = members.iter();
            let members =
                members.map(|(name, inner)| Some((name.clone(), general_pattern(inner)?)));
            Shape::Object(members.collect::<Option<_>>()?)
        }
        Shape::Each { pattern, .. } => Shape::Each {
            pattern: Box::new(general_pattern(pattern)?),
            or_none: true,
        },
        Shape::Optional(inner) => Shape::Optional(Box::new(general_pattern(inner)?)),
        Shape::Marker(marker) => match &marker.argument {
            Argument::None | Argument::Regex(_) => Shape::clone(&pattern.shape),
            // One word is a value, several are the values of an enumeration.
            Argument::Words(words) if words.len() > 1 => Shape::clone(&pattern.shape),
            Argument::Pattern(inner) => {
                general_pattern(inner).map(|_| Shape::clone(&pattern.shape))?
            }
            Argument::Limit(limit) if is_general(marker.kind, limit) => {
                Shape::clone(&pattern.shape)
            }
            Argument::Words(_) | Argument::Text(_) | Argument::Limit(_) => return None,
        },
        Shape::Value(_) | Shape::Array(_) | Shape::Unordered(_) | Shape::Contains(_) => {
            return None;
        }
    };
    Some(Pattern::new(shape, pattern.span))
}

/// Does a comparison hold for every answer? One with another member of the answer does, and one with a literal range of
/// numbers or characters, as in a schema. The number of elements belongs to the request.
fn is_general(kind: MarkerKind, limit: &Limit) -> bool {
    let is_range = matches!(limit, Limit::Range(_)) && kind != MarkerKind::Array;
    let mut bounds = limit.bounds().into_iter();
    bounds.all(|bound| bound.path.is_some() || is_range && bound.text().is_some())
}

/// A check on the body, as it is reported.
pub(super) fn name_of(check: &BodyCheck) -> String {
    match check {
        BodyCheck::Empty { .. } => "body <empty>".into(),
        BodyCheck::Schema { .. } => "schema".into(),
        BodyCheck::Json { .. } => "json".into(),
        BodyCheck::JsonExactly { .. } => "json-exactly".into(),
        BodyCheck::Text { .. } => "text".into(),
        BodyCheck::Select(selection) => format!("select {}", selection.path()),
        BodyCheck::Bytes { condition, .. } => match condition {
            BytesCondition::Length { .. } => "bytes length".into(),
            BytesCondition::Sha256(_) => "bytes sha256".into(),
            BytesCondition::StartsWith(_) => "bytes starts-with".into(),
            BytesCondition::Equal(file) => format!("file {}", file.name),
        },
        BodyCheck::Encoded { condition, .. } => match condition {
            CodingCondition::Name(_) => "encoded".into(),
            CodingCondition::Size { .. } => "encoded size".into(),
        },
        BodyCheck::Events { .. } => "events".into(),
        BodyCheck::JsonLines { condition, .. } => match condition {
            JsonLines::Each(_) => "jsonl each".into(),
            JsonLines::Schema(_) => "jsonl schema".into(),
            JsonLines::Count { .. } => "jsonl count".into(),
        },
        BodyCheck::Xml { check, .. } => match check {
            XmlCheck::WellFormed => "xml well-formed".into(),
            XmlCheck::Select(selection) => format!("xml select {}", selection.path.written),
            XmlCheck::Equals(_) => "xml equals".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Selector;
    use crate::model::{Draft, Marker, Sources};

    fn at() -> Span {
        let mut sources = Sources::default();
        let file = sources.add("cases.yaml", "expect\n");
        sources.whole(file)
    }

    fn pattern(shape: Shape) -> Pattern {
        Pattern::new(shape, at())
    }

    fn form() -> Pattern {
        pattern(Shape::Marker(Marker::new(MarkerKind::String)))
    }

    fn value() -> Pattern {
        pattern(Shape::Value(Draft::Literal(Box::new("x".into()))))
    }

    fn words(words: &[&str]) -> Pattern {
        pattern(Shape::Marker(Marker {
            kind: MarkerKind::OneOf,
            argument: Argument::Words(words.iter().map(|word| (*word).to_owned()).collect()),
        }))
    }

    #[test]
    fn a_form_is_general_and_a_value_is_not() {
        let not = |inner: Pattern| {
            pattern(Shape::Marker(Marker {
                kind: MarkerKind::Not,
                argument: Argument::Pattern(Box::new(inner)),
            }))
        };
        let object = |inner: Pattern| pattern(Shape::Object(vec![("a".into(), inner)]));
        for general in [form(), words(&["a", "b"]), not(form()), object(form())] {
            assert!(general_pattern(&general).is_some(), "{general:?}");
        }
        let list = pattern(Shape::Array(Vec::new()));
        let contains = pattern(Shape::Contains(vec![form()]));
        let one = words(&["a"]);
        for specific in [value(), one, not(value()), object(value()), list, contains] {
            assert!(general_pattern(&specific).is_none(), "{specific:?}");
        }
    }

    #[test]
    fn what_each_element_must_be_is_general_and_that_there_is_one_is_not() {
        let each = pattern(Shape::Each {
            pattern: Box::new(form()),
            or_none: false,
        });
        let general = general_pattern(&each).unwrap();
        assert!(matches!(*general.shape, Shape::Each { or_none: true, .. }));

        let conditions = [
            (Condition::Each(form()), at()),
            (Condition::Some(form()), at()),
            (Condition::Count { min: 1, max: None }, at()),
        ];
        let selection = Selection {
            template: None,
            selector: Selector::new("$[*]").unwrap(),
            conditions: conditions.into_iter().collect(),
            or_none: false,
            span: at(),
        };
        let (general, _) = general_body(&BodyCheck::Select(selection)).unwrap();
        let BodyCheck::Select(general) = general else {
            panic!("{general:?}");
        };
        assert!(general.or_none);
        assert_eq!(general.conditions.len(), 1);
    }
}
