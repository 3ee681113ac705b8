//! Selections: conditions on the nodes that a JSONPath selects.

use serde_json::Value;

use crate::json::Selector;
use crate::load::format::SelectionFormat;
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::{Text, reject, reject_type, unknown_key};
use crate::load::template::first_hole;
use crate::model::{
    Condition, Diagnostic, Draft, Pattern, Selection, Span, Template, Unresolved, fill_path,
};

/// Reads one selection.
pub(crate) fn read(reader: &mut CaseReader<'_>, format: &SelectionFormat<'_>) -> Option<Selection> {
    let path = format.path.and_then(|path| path_with_values(reader, path));
    let conditions = read_conditions(reader, &Conditions::from(format));
    let (selector, template) = path?;
    Some(Selection {
        selector,
        template: template.map(Box::new),
        conditions: conditions.into(),
        or_none: format.or_none.unwrap_or(false),
        span: format.path?.span,
    })
}

/// A path, and its template if there are values in it. Whether it is a path is checked with other values.
fn path_with_values(
    reader: &mut CaseReader<'_>,
    path: Text<'_>,
) -> Option<(Selector, Option<Template>)> {
    if let Some(known) = reader.interner.known_path(path.value) {
        return Some((known, None));
    }
    let is_literal = first_hole(path.value).is_none();
    if is_literal && (!path.value.contains("${") || Selector::new(path.value).is_ok()) {
        return Some((selector(reader, path)?, None));
    }
    let count_before = reader.diagnostics.len();
    let template = reader.template(path.value, path.span);
    if reader.diagnostics.len() > count_before {
        return None;
    }
    let filled = fill_path(&template, |_| Ok::<_, Unresolved>(Value::from(0))).ok()?;
    let text = Text {
        value: &filled,
        span: path.span,
    };
    Some((selector(reader, text)?, Some(template)))
}

/// The conditions of a selection as they are written.
#[derive(Debug)]
pub(crate) struct Conditions<'n> {
    pub(crate) node: &'n Node,
    pub(crate) is_flawed: bool,
    /// Does the path yield one value, and `or-none` allow that it is computed of nothing?
    pub(crate) is_of_value: bool,
    pub(crate) or_none: Option<bool>,
    pub(crate) each: Option<&'n Node>,
    pub(crate) some: Option<&'n Node>,
    pub(crate) none: Option<&'n Node>,
    pub(crate) count: Option<&'n Node>,
    pub(crate) unique: Option<bool>,
    pub(crate) sorted: Option<Text<'n>>,
    pub(crate) equal: Option<&'n Node>,
    pub(crate) subset_of: Option<&'n Node>,
    pub(crate) superset_of: Option<&'n Node>,
    pub(crate) same_set: Option<&'n Node>,
}

/// Takes the conditions out of a record.
macro_rules! conditions {
    ($format:ident) => {
        $crate::load::selection::Conditions {
            node: $crate::load::record::Record::node($format),
            is_flawed: $crate::load::record::Record::is_flawed($format),
            is_of_value: false,
            or_none: $format.or_none,
            each: $format.each,
            some: $format.some,
            none: $format.none,
            count: $format.count,
            unique: $format.unique,
            sorted: $format.sorted,
            equal: $format.equal,
            subset_of: $format.subset_of,
            superset_of: $format.superset_of,
            same_set: $format.same_set,
        }
    };
}
pub(crate) use conditions;

impl<'n> From<&SelectionFormat<'n>> for Conditions<'n> {
    fn from(format: &SelectionFormat<'n>) -> Conditions<'n> {
        conditions!(format)
    }
}

/// Reads the conditions of a selection.
pub(crate) fn read_conditions(
    reader: &mut CaseReader<'_>,
    format: &Conditions<'_>,
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
        let at = format.node.locate("/unique");
        if !unique {
            reader.diagnostics.push(
                Diagnostic::error("case/unique", at, "`unique: false` checks nothing")
                    .help("remove it"),
            );
        }
        conditions.push((Condition::Unique, at));
    }
    if let Some(text) = format.sorted
        && let Some(condition) = sorted(reader, text)
    {
        conditions.push((condition, text.span));
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
    if conditions.is_empty() && format.sorted.is_none() && !format.is_flawed {
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", format.node.span, "this selection has no condition")
                .help("add `each`, `some`, `none`, `count`, `unique`, `sorted`, `equal`, `subset-of`, `superset-of` or `same-set`"),
        );
    }
    if format.or_none == Some(true)
        && !(format.is_of_value || format.is_flawed || conditions.iter().any(can_hold_for_none))
    {
        let at = format.node.locate("/or-none");
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
            | Condition::Sorted { .. }
            | Condition::SubsetOf(_)
            | Condition::SupersetOf(_)
    )
}

/// `asc`, `desc`, or one of them and a path from each node: `asc by $.name`.
fn sorted(reader: &mut CaseReader<'_>, text: Text<'_>) -> Option<Condition> {
    let (order, by) = match text.value.split_once(" by ") {
        Some((order, by)) => (order.trim(), Some(by.trim())),
        None => (text.value.trim(), None),
    };
    let is_descending = match order {
        "asc" => false,
        "desc" => true,
        _ => {
            let message = format!("expected an order, found `{}`", text.value.escape_debug());
            reader.diagnostics.push(
                Diagnostic::error("case/sorted", text.span, message)
                    .help("write `asc`, `desc` or `asc by $.name`"),
            );
            return None;
        }
    };
    let by = match by {
        None => None,
        Some(value) => Some(selector(
            reader,
            Text {
                value,
                span: text.span,
            },
        )?),
    };
    Some(Condition::Sorted { is_descending, by })
}

/// Compiles a JSONPath, or reports what is wrong with it.
pub(crate) fn selector(reader: &mut CaseReader<'_>, path: Text<'_>) -> Option<Selector> {
    if let Some(hole) = first_hole(path.value) {
        let message = format!("`{hole}` is not filled in in a JSONPath");
        reader.diagnostics.push(
            Diagnostic::error("case/template", path.span, message)
                .label("paths are literal")
                .help("values are filled in in the `path` of `select`"),
        );
        return None;
    }
    match reader.interner.path(path.value) {
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
