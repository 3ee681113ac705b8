//! Checks on a body of which each line is a JSON text.

use crate::load::format::JsonLinesFormat;
use crate::load::names::CaseReader;
use crate::load::record::Record;
use crate::load::selection::count;
use crate::model::{BodyCheck, Diagnostic, JsonLines, Span};

/// Reads `jsonl`.
pub(crate) fn read(reader: &mut CaseReader<'_>, format: &JsonLinesFormat<'_>) -> Vec<BodyCheck> {
    let mut conditions: Vec<(JsonLines, Span)> = Vec::new();
    if let Some(node) = format.each {
        conditions.push((JsonLines::Each(reader.pattern(node)), node.span));
    }
    if let Some(node) = format.schema
        && let Some(schema) = reader
            .schemas
            .resolve(node, reader.sources, reader.diagnostics)
    {
        conditions.push((JsonLines::Schema(schema), node.span));
    }
    if let Some(node) = format.count
        && let Some((min, max)) = count(reader, node)
    {
        conditions.push((JsonLines::Count { min, max }, node.span));
    }
    let is_there = [format.each, format.schema, format.count]
        .iter()
        .any(Option::is_some);
    if !is_there && !format.is_flawed() {
        let at = format.node().span;
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", at, "`jsonl` has no condition")
                .help("add `each`, `schema` or `count`"),
        );
    }
    let conditions = conditions.into_iter();
    conditions
        .map(|(condition, span)| BodyCheck::JsonLines { condition, span })
        .collect()
}
