//! Conditions on what an XPath yields: the texts of nodes, or one value.
//!
//! The text of a node is a JSON string. Where a condition expects a number or a boolean and the text is one, as JSON
//! writes it, it is that.

use std::collections::HashMap;

use serde_json::Value;

use crate::json::Document as JsonDocument;
use crate::json::number::{is_exact, is_number};
use crate::judge::form::fill;
use crate::judge::mismatch::{Mismatch, brief_text, count, shown};
use crate::judge::selected::{DeadEnd, Selected};
use crate::judge::sink::KEPT;
use crate::model::finding::NO_NODE;
use crate::model::{
    Argument, Condition, Draft, FindingKind, MarkerKind, Pattern, Scope, Shape, Span, XmlSelection,
};
use crate::xml;
use crate::xml::document::{Document, NodeId};
use crate::xml::xpath::{STEPS, TooManySteps, XPath};

/// Checks what the path yields against each condition; one list of mismatches per condition, in order.
pub(super) fn judge(
    selection: &XmlSelection,
    scope: Scope<'_>,
    document: &Document,
) -> Vec<Vec<Mismatch>> {
    let each = || selection.conditions.iter();
    let all = |mismatch: &Mismatch| each().map(|_| vec![mismatch.clone()]).collect();
    let values = match selection.path.values(scope) {
        Ok(values) => values,
        Err(why) => return all(&Mismatch::unresolved(selection.span, &why)),
    };
    let written = selection.path.written.as_str();
    let Ok(found) = Found::of(&selection.path.xpath, document, &values) else {
        let mismatch = Mismatch::new(FindingKind::Count, selection.span, too_many(written));
        return all(&mismatch.expected(format!("at most {STEPS} steps")));
    };
    // That nothing is selected, or what is computed of nothing, is no evidence where a path leads nowhere; nor is what one
    // of several joined paths selects evidence about the others.
    let is_in_question = found.nodes.as_ref().is_none_or(Vec::is_empty);
    let xpath = &selection.path.xpath;
    let dead = if selection.or_none {
        Ok(None)
    } else if is_in_question {
        xpath.dead_end(document, &values)
    } else {
        xpath.dead_branch(document, &values)
    };
    let dead_end = if let Ok(dead) = dead {
        dead.map(|dead| (dead_end(written, &dead), is_of_namespace(&dead)))
    } else {
        let expected = format!("at most {STEPS} steps");
        let message = too_many(written);
        Some((DeadEnd { message, expected }, true))
    };
    let at_dead_end = |DeadEnd { message, expected }: &DeadEnd| {
        let mismatch = Mismatch::new(FindingKind::Count, selection.span, message);
        mismatch.expected(expected).actual(NO_NODE)
    };
    let nothing = JsonDocument::null();
    each()
        .map(|(condition, span)| {
            if let Some((dead, is_certain)) = &dead_end
                && (*is_certain || found.nodes.is_none())
            {
                return vec![at_dead_end(dead)];
            }
            let mismatches = if let (Condition::Unique, Some(nodes)) = (condition, &found.nodes) {
                unique(selection, &found, nodes, document, *span)
            } else {
                let values = typed(condition, &found.values, scope, *span);
                let nodes = values.iter().enumerate();
                let selected = Selected {
                    path: written,
                    span: selection.span,
                    or_none: selection.or_none,
                    nodes: nodes
                        .map(|(index, value)| (index.to_string(), value))
                        .collect(),
                    dead_end: dead_end.clone().map(|(dead_end, _)| dead_end),
                    document: &nothing,
                    are_texts: true,
                    scope,
                };
                let mismatches = selected.judge(condition, *span).into_iter();
                let placed = |mismatch| placed(mismatch, written, &found, document);
                mismatches.map(placed).collect()
            };
            match &dead_end {
                Some((dead, _)) if mismatches.is_empty() && !is_in_question => {
                    vec![at_dead_end(dead)]
                }
                _ => mismatches,
            }
        })
        .collect()
}

/// What a path yields.
struct Found {
    /// The nodes; `None` if the path yields a value.
    nodes: Option<Vec<NodeId>>,
    /// Their texts, or the value.
    values: Vec<Value>,
}

impl Found {
    fn of(path: &XPath, document: &Document, values: &[xml::Value]) -> Result<Found, TooManySteps> {
        let scalar = |value: Value| Found {
            nodes: None,
            values: vec![value],
        };
        Ok(match path.evaluate(document, values)? {
            xml::Value::Nodes(nodes) => {
                let mut length = 0;
                let mut texts = Vec::new();
                for node in &nodes {
                    let text = document.string_value(*node);
                    // Nodes within each other repeat their text.
                    length += text.len() as u64;
                    if length > 2 * STEPS {
                        return Err(TooManySteps);
                    }
                    texts.push(Value::from(text.into_owned()));
                }
                Found {
                    nodes: Some(nodes),
                    values: texts,
                }
            }
            xml::Value::Text(text) => scalar(text.into()),
            xml::Value::Number(found) => scalar(number(found)),
            xml::Value::Boolean(flag) => scalar(flag.into()),
        })
    }
}

/// The value that a capture takes.
///
/// # Errors
///
/// Why it cannot be captured.
pub(super) fn captured(path: &XPath, document: &Document) -> Result<Value, String> {
    let found = Found::of(path, document, &[]).map_err(|_| too_many(path.as_str()))?;
    let dead = || {
        let dead = path.dead_end(document, &[]).ok()??;
        Some(dead_end(path.as_str(), &dead).message)
    };
    match (&found.nodes, found.values.as_slice()) {
        (Some(_), [only]) => Ok(only.clone()),
        (Some(nodes), _) => {
            let message = format!("{} at {}", count(nodes.len(), "node"), path.as_str());
            Err(match dead().filter(|_| nodes.is_empty()) {
                Some(why) => format!("{message}: {why}"),
                None => message,
            })
        }
        // What is computed of nothing is a value of nothing.
        (None, [value]) => dead().map_or_else(|| Ok(value.clone()), Err),
        (None, _) => Err(format!("{} yields nothing", path.as_str())),
    }
}

fn too_many(path: &str) -> String {
    format!("{path} was not evaluated: it takes more than {STEPS} steps")
}

/// Is the name there, in another namespace? Then it is certain that the path is wrong.
fn is_of_namespace(dead: &xml::xpath::DeadEnd) -> bool {
    matches!(dead, xml::xpath::DeadEnd::OtherNamespace { .. })
}

fn dead_end(path: &str, dead: &xml::xpath::DeadEnd) -> DeadEnd {
    match dead {
        xml::xpath::DeadEnd::Nothing(part) => DeadEnd {
            message: format!("the path {path} leads nowhere: there is nothing at {part}"),
            expected: format!("a node at {part}"),
        },
        xml::xpath::DeadEnd::Misspelt { part, found } => DeadEnd {
            message: format!(
                "there is nothing at {part}, but there is `{found}`: one of them is misspelt"
            ),
            expected: format!("a node at {part}, or nothing with a similar name"),
        },
        xml::xpath::DeadEnd::OtherNamespace {
            local,
            expected,
            found,
        } => {
            let in_words = |namespace: &str| match namespace {
                "" => "no namespace".to_owned(),
                other => format!("the namespace `{}`", brief_text(other)),
            };
            let (expected, found) = (in_words(expected), in_words(found));
            DeadEnd {
                message: format!(
                    "elements `{local}` are in {found} here, and the path {path} means those in {expected}"
                ),
                expected: format!("elements `{local}` in {expected}"),
            }
        }
    }
}

/// A mismatch of a node, with the path and place of the node instead of its number.
fn placed(mismatch: Mismatch, written: &str, found: &Found, document: &Document) -> Mismatch {
    let Some(index) = mismatch.pointer.as_deref() else {
        return mismatch;
    };
    let index = index.parse::<usize>().ok();
    let node = index.and_then(|index| found.nodes.as_ref()?.get(index));
    let at = match node {
        Some(node) => place(*node, document),
        None => written.to_owned(),
    };
    let diff = mismatch.diff.map(|mut diff| {
        for line in &mut diff.lines {
            line.pointer = String::new();
        }
        diff
    });
    Mismatch {
        message: format!("{at}: {}", mismatch.message),
        pointer: None,
        diff,
        ..mismatch
    }
}

fn place(node: NodeId, document: &Document) -> String {
    let (line, column) = document.place(node);
    format!("{} (line {line}, column {column})", document.path(node))
}

fn unique(
    selection: &XmlSelection,
    found: &Found,
    nodes: &[NodeId],
    document: &Document,
    span: Span,
) -> Vec<Mismatch> {
    if nodes.is_empty() && !selection.or_none {
        let path = &selection.path.written;
        let message = format!("{path} selects nothing");
        let mismatch = Mismatch::new(FindingKind::Count, span, message);
        return vec![mismatch.expected("at least one node").actual(NO_NODE)];
    }
    let mut first_of: HashMap<&str, NodeId> = HashMap::new();
    let mut mismatches = Vec::new();
    for (node, value) in nodes.iter().zip(&found.values) {
        let text = value.as_str().unwrap_or_default();
        let first = *first_of.entry(text).or_insert(*node);
        if first != *node && mismatches.len() < KEPT {
            let (here, there) = (place(*node, document), place(first, document));
            let message = format!("{here}: \"{}\" is a duplicate of {there}", brief_text(text));
            let mismatch = Mismatch::new(FindingKind::Duplicate, span, message);
            mismatches.push(mismatch.expected("no two equal").actual(shown(value)));
        }
    }
    mismatches
}

/// The values as the condition compares them.
fn typed(condition: &Condition, values: &[Value], scope: Scope<'_>, span: Span) -> Vec<Value> {
    let by = |choose: &dyn Fn(&str) -> Option<Value>| {
        let each = values.iter().map(|value| match value {
            Value::String(text) => choose(text).unwrap_or_else(|| value.clone()),
            other => other.clone(),
        });
        each.collect()
    };
    match condition {
        Condition::Each(pattern) | Condition::Some(pattern) | Condition::None(pattern) => {
            let wanted = Wanted::of(pattern);
            by(&|text| wanted.value_of(text))
        }
        Condition::Equal(draft)
        | Condition::SubsetOf(draft)
        | Condition::SupersetOf(draft)
        | Condition::SameSet(draft) => {
            let Ok(expected) = fill(draft, scope, span) else {
                return values.to_vec();
            };
            let expected = match expected.as_ref() {
                Value::Array(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            // A text that is expected as it is remains one.
            let texts: std::collections::HashSet<&str> =
                expected.iter().filter_map(Value::as_str).collect();
            let has_numbers = expected.iter().any(Value::is_number);
            let has_booleans = expected.iter().any(Value::is_boolean);
            let wanted = Wanted {
                numbers: has_numbers,
                booleans: has_booleans,
                texts: false,
            };
            by(&|text| wanted.value_of(text).filter(|_| !texts.contains(text)))
        }
        Condition::Sorted { .. } => {
            let are_numbers = values
                .iter()
                .all(|value| value.as_str().is_some_and(is_number));
            let wanted = Wanted {
                numbers: are_numbers,
                ..Wanted::default()
            };
            by(&|text| wanted.value_of(text))
        }
        Condition::Count { .. } | Condition::Unique => values.to_vec(),
    }
}

/// Which types a pattern could accept a text as.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    numbers: bool,
    booleans: bool,
    texts: bool,
}

impl Wanted {
    fn of(pattern: &Pattern) -> Wanted {
        let mut wanted = Wanted::default();
        match &*pattern.shape {
            Shape::Value(draft) => match draft {
                Draft::Literal(value) => {
                    wanted.numbers = value.is_number();
                    wanted.booleans = value.is_boolean();
                    wanted.texts = value.is_string();
                }
                _ => wanted.texts = true,
            },
            Shape::Marker(marker) => match (marker.kind, &marker.argument) {
                (MarkerKind::Number | MarkerKind::Integer, _) => wanted.numbers = true,
                (MarkerKind::Boolean, _) => wanted.booleans = true,
                (_, Argument::Pattern(inner)) => return Wanted::of(inner),
                _ => wanted.texts = true,
            },
            Shape::Optional(inner) => return Wanted::of(inner),
            _ => {}
        }
        wanted
    }

    /// The number or boolean that a text is, as JSON writes it and if nothing of it is lost.
    fn value_of(self, text: &str) -> Option<Value> {
        if self.texts {
            return None;
        }
        if self.booleans && matches!(text, "true" | "false") {
            return Some(Value::Bool(text == "true"));
        }
        if !self.numbers || !is_number(text) {
            return None;
        }
        let number: serde_json::Number = serde_json::from_str(text).ok()?;
        let is_kept = number.is_i64()
            || number.is_u64()
            || number.as_f64().is_some_and(|double| is_exact(text, double));
        is_kept.then_some(Value::Number(number))
    }
}

/// What an XPath yields, as JSON.
fn number(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return Value::from(number as i64);
    }
    // NaN and the infinities are no JSON numbers.
    serde_json::Number::from_f64(number)
        .map_or_else(|| Value::from(number.to_string()), Value::Number)
}
