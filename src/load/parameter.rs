//! Query parameters and form fields: a scalar, or a list of them.

use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::reject_type;
use crate::model::{Diagnostic, Draft};

/// A query parameter or a form field.
pub(crate) fn parameter(reader: &mut CaseReader<'_>, value: &Node) -> Draft {
    check_parameter(value, reader.diagnostics);
    reader.draft(value)
}

/// A parameter is a scalar or a list of scalars.
fn check_parameter(value: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let is_scalar =
        |node: &Node| !matches!(node.kind, Kind::Object(_) | Kind::Null | Kind::List(_));
    match &value.kind {
        Kind::List(items) => {
            for item in items.iter().filter(|item| !is_scalar(item)) {
                reject_type(item, "a string, a number, `true` or `false`", diagnostics);
            }
        }
        _ if is_scalar(value) => {}
        _ => {
            let expected = "a string, a number, `true`, `false` or a list of these";
            reject_type(value, expected, diagnostics);
        }
    }
}
