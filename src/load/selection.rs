//! Selections: conditions on the nodes that a JSONPath selects.

use crate::json::Selector;
use crate::load::format::SelectionFormat;
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::{Record, Text, reject, reject_type, unknown_key};
use crate::model::{Condition, Diagnostic, Draft, Pattern, Selection, Span};

/// Reads one selection.
pub(crate) fn read(reader: &mut CaseReader<'_>, format: &SelectionFormat<'_>) -> Option<Selection> {
    let selector = format.path.and_then(|path| selector(reader, path));
    let conditions = read_conditions(reader, format);
    let path = format.path?;
    Some(Selection {
        selector: selector?,
        conditions,
        or_none: format.or_none.unwrap_or(false),
        span: path.span,
    })
}

fn read_conditions(
    reader: &mut CaseReader<'_>,
    format: &SelectionFormat<'_>,
) -> Vec<(Condition, Span)> {
    let mut conditions = Vec::new();
    let mut pattern = |node: Option<&Node>, condition: fn(Pattern) -> Condition| {
        node.map(|node| (condition(reader.pattern(node)), node.span))
    };
    conditions.extend(pattern(format.each, Condition::Each));
    conditions.extend(pattern(format.some, Condition::Some));
    conditions.extend(pattern(format.none, Condition::None));
    if let Some(node) = format.count {
        let (min, max) = count(reader, node).unwrap_or((0, None));
        conditions.push((Condition::Count { min, max }, node.span));
    }
    if let Some(unique) = format.unique {
        let at = format.node().locate("/unique");
        if !unique {
            reader.diagnostics.push(
                Diagnostic::error("case/unique", at, "`unique: false` checks nothing")
                    .help("remove it"),
            );
        }
        conditions.push((Condition::Unique, at));
    }
    if let Some(node) = format.equal {
        conditions.push((Condition::Equal(reader.draft(node)), node.span));
    }
    let mut array = |node: Option<&Node>, condition: fn(Draft) -> Condition| {
        node.map(|node| (condition(array(reader, node)), node.span))
    };
    conditions.extend(array(format.subset_of, Condition::SubsetOf));
    conditions.extend(array(format.superset_of, Condition::SupersetOf));
    conditions.extend(array(format.same_set, Condition::SameSet));
    if conditions.is_empty() && !format.is_flawed() {
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", format.node().span, "this selection has no condition")
                .help("add `each`, `some`, `none`, `count`, `unique`, `equal`, `subset-of`, `superset-of` or `same-set`"),
        );
    }
    if format.or_none == Some(true)
        && !(format.is_flawed() || conditions.iter().any(can_hold_for_none))
    {
        let at = format.node().locate("/or-none");
        reader.diagnostics.push(
            Diagnostic::error("case/or-none", at, "`or-none` has no effect here")
                .help("it makes `each`, `none`, `count: 0`, `unique` and `subset-of` pass when nothing is selected"),
        );
    }
    conditions
}

/// Can `or-none` make the condition pass when nothing is selected?
fn can_hold_for_none((condition, _): &(Condition, Span)) -> bool {
    matches!(
        condition,
        Condition::Each(_)
            | Condition::None(_)
            | Condition::Count { min: 0, .. }
            | Condition::Unique
            | Condition::SubsetOf(_)
            | Condition::SupersetOf(_)
    )
}

/// Compiles a JSONPath, or reports what is wrong with it.
pub(crate) fn selector(reader: &mut CaseReader<'_>, path: Text<'_>) -> Option<Selector> {
    match Selector::new(path.value) {
        Ok(selector) => Some(selector),
        Err(error) => {
            let message = match path.value {
                "" => "empty JSONPath".to_owned(),
                value => format!("invalid JSONPath `{value}` (RFC 9535)"),
            };
            let diagnostic = Diagnostic::error("case/json-path", path.span, message);
            reader.diagnostics.push(if path.value.starts_with('$') {
                let label = match error.position {
                    Some(position) if position > 0 => {
                        format!("{} after `{}`", error.message, &path.value[..position])
                    }
                    _ => error.message,
                };
                diagnostic.label(label)
            } else {
                diagnostic
                    .help("start the path with `$`: `$.items[*].id`, `$[?@.state == 'online']`")
            });
            None
        }
    }
}

/// A number, or bounds: `3`, `{ min: 1, max: 3 }`.
pub(crate) fn count(reader: &mut CaseReader<'_>, node: &Node) -> Option<(u64, Option<u64>)> {
    let number = |node: &Node| match &node.kind {
        Kind::Number(number) => number.as_u64(),
        _ => None,
    };
    if let Some(exactly) = number(node) {
        return Some((exactly, Some(exactly)));
    }
    if let Kind::Object(entries) = &node.kind
        && !entries.is_empty()
        && entries.iter().all(|(key, value)| {
            matches!(key.text.as_str(), "min" | "max") && number(value).is_some()
        })
    {
        let min = node.get("min").and_then(number).unwrap_or(0);
        let max = node.get("max").and_then(number);
        if max.is_none_or(|max| min <= max) && (min, max) != (0, None) {
            return Some((min, max));
        }
        let message = match max {
            Some(max) => format!("`min` {min} is greater than `max` {max}"),
            None => "`min: 0` accepts every count".to_owned(),
        };
        reader
            .diagnostics
            .push(Diagnostic::error("case/count", node.span, message));
        return None;
    }
    reject(node, reader.diagnostics, || bad_count(node));
    None
}

fn bad_count(node: &Node) -> Diagnostic {
    let unknown = match &node.kind {
        Kind::Object(entries) => {
            let is_bound = |key: &str| matches!(key, "min" | "max");
            entries.iter().find(|(key, _)| !is_bound(&key.text))
        }
        _ => None,
    };
    if let Some((key, _)) = unknown {
        return unknown_key(key, "a count", &["min", "max"]);
    }
    let message = format!("expected a count, found {}", node.describe());
    Diagnostic::error("case/count", node.span, message)
        .help("write a whole number, or `{ min: 1, max: 3 }` with one or both bounds")
}

/// A value that is an array, or a template that may become one.
fn array(reader: &mut CaseReader<'_>, node: &Node) -> Draft {
    let draft = reader.draft(node);
    let is_array = match &draft {
        Draft::Array(_) | Draft::Template(_) => true,
        Draft::Literal(value) => value.is_array(),
        Draft::Object(_) => false,
    };
    if !is_array {
        reject_type(node, "a list", reader.diagnostics);
    }
    draft
}
