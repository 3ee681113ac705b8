//! What a contract says about legal requests (`requests`): checked here, and read by `probity fuzz`.

use crate::load::expect::read_proves;
use crate::load::format::RequestsFormat;
use crate::load::node::Node;
use crate::load::operations::operations;
use crate::load::record::Read;
use crate::load::rules::{RuleContext, reader};
use crate::load::status;
use crate::model::{Diagnostic, Span};

/// Checks the entries of one contract.
pub(crate) fn check(context: &mut RuleContext<'_>, directory: &str) {
    let mut known: Vec<(String, Span)> = Vec::new();
    for item in &context.contracts[directory].requests {
        check_entry(context, directory, item, &mut known);
    }
}

fn check_entry(
    context: &mut RuleContext<'_>,
    directory: &str,
    node: &Node,
    known: &mut Vec<(String, Span)>,
) {
    let Some(format) = RequestsFormat::read(node, context.diagnostics) else {
        return;
    };
    let (operations, places) = operations(format.operation.as_ref(), context.diagnostics);
    for (operation, place) in operations.iter().zip(places) {
        let name = operation.name();
        if let Some((_, first)) = known.iter().find(|(known, _)| known == name) {
            let message = format!("a second entry for `{name}`");
            context.diagnostics.push(
                Diagnostic::error("contract/duplicate-requests", place, message)
                    .also(*first, "first entry")
                    .help("remove one: an operation has one description of its requests"),
            );
        } else {
            known.push((name.to_owned(), place));
        }
    }
    let schemas = [format.query, format.headers, format.body];
    if schemas.iter().all(Option::is_none) {
        context.diagnostics.push(
            Diagnostic::error(
                "contract/empty-requests",
                node.span,
                "this entry says nothing about a legal request",
            )
            .help("add `query`, `headers` or `body` with a schema, or remove the entry"),
        );
    }
    for schema in schemas.into_iter().flatten() {
        let (sources, schemas) = (context.sources, &mut *context.schemas);
        schemas.resolve(schema, sources, context.diagnostics);
    }
    let mut reader = reader(context, directory);
    if let Some(refused) = format.refused {
        status::read(&mut reader, refused);
    }
    if let Some(proves) = format.proves {
        read_proves(&mut reader, proves);
    }
}
