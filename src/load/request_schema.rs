//! Checks request bodies against the schema of a legal body.
//!
//! A case that expects success sends only what the contract allows. A case about a rejection states what is
//! illegal, and the schema must reject its body. Bodies are resolved with the fixtures of `targets/reference.yaml`.
//! A body with a captured value, or with a fixture that the reference target does not have, is not checked: its value
//! is not known before the run.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::SchemaId;
use crate::load::body::{BodyPlace, PlacedBody};
use crate::load::format::RequestFormat;
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::Text;
use crate::model::{Body, Diagnostic, Scope, Span};

/// The schema of a request body, and what is illegal about the body.
#[derive(Default)]
pub(crate) struct RequestSchema {
    /// The schema of a legal body.
    pub(crate) schema: Option<SchemaId>,
    /// What is illegal about this body, if it is.
    pub(crate) illegal: Option<String>,
}

/// Reads `schema` and `illegal`, and checks the body against them.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    body: &PlacedBody<'_>,
) -> RequestSchema {
    let named = layers.iter().rev().find_map(|layer| layer.schema);
    let named = named.filter(|node| node.as_text() != Some("<none>"));
    if let (Some(node), Some(BodyPlace::Other(at, words))) = (named, body.place) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/schema-of-body",
                at,
                format!("a schema describes JSON, and this body is {words}"),
            )
            .also(node.span, "the schema")
            .help("write `schema: <none>` in this request, or remove `schema`"),
        );
    }
    let schema = named.and_then(|node| {
        reader
            .schemas
            .resolve(node, reader.sources, reader.diagnostics)
    });
    let illegal = illegal(layers, body.layer);
    if let Some(illegal) = illegal.filter(|_| named.is_none()) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/illegal-without-schema",
                illegal.span,
                "`illegal` needs a `schema` of legal bodies",
            )
            .help("add `schema:` with a file below `schemas/` to the request"),
        );
    }
    if let (Some(node), Some(schema)) = (named, schema) {
        check(reader, schema, &schema_name(node), body, illegal);
    }
    RequestSchema {
        schema,
        illegal: illegal.map(|text| text.value.to_owned()),
    }
}

/// `illegal` belongs to the body of its layer: it does not apply to a body that replaces that one.
fn illegal<'n>(layers: &[&RequestFormat<'n>], body_layer: usize) -> Option<Text<'n>> {
    let own = layers.get(body_layer..).unwrap_or_default();
    let innermost = own.iter().rev().find_map(|layer| layer.illegal);
    innermost.filter(|text| text.value != "<none>")
}

fn schema_name(node: &Node) -> String {
    match &node.kind {
        Kind::Text(name) => format!("`{name}`"),
        _ => "the inline schema".to_owned(),
    }
}

fn check(
    reader: &mut CaseReader<'_>,
    schema: SchemaId,
    schema_name: &str,
    body: &PlacedBody<'_>,
    illegal: Option<Text<'_>>,
) {
    let Some(problems) = problems(reader, schema, body) else {
        return;
    };
    match (problems.first(), illegal) {
        (Some((at, why)), None) => {
            let diagnostic = Diagnostic::error(
                "case/illegal-body",
                *at,
                format!("{schema_name} rejects the body of this request"),
            )
            .label(why)
            .help("send a body that the schema accepts")
            .help(
                "or state what is illegal, if the case expects a rejection: `illegal: users is missing`",
            );
            reader.diagnostics.push(diagnostic);
        }
        (None, Some(illegal)) => {
            let diagnostic = Diagnostic::error(
                "case/legal-body",
                illegal.span,
                format!("{schema_name} accepts this body, which `illegal` says it rejects"),
            )
            .help("send a body that the contract forbids, or remove `illegal`");
            reader.diagnostics.push(diagnostic);
        }
        _ => {}
    }
}

/// Why the schema rejects the body, with places; empty when it accepts it. `None` when there is nothing to check.
fn problems(
    reader: &CaseReader<'_>,
    schema: SchemaId,
    body: &PlacedBody<'_>,
) -> Option<Vec<(Span, String)>> {
    let place = body.place?;
    if matches!(place, BodyPlace::Json(node) if node.has_broken()) {
        return None;
    }
    let captures = BTreeMap::new();
    let scope = Scope {
        fixtures: reader.fixtures,
        captures: &captures,
    };
    let value: Value = match &body.body {
        Body::Json(draft) => draft.resolve(scope).ok()?,
        Body::Text(template) => match serde_json::from_str(&template.render(scope).ok()?) {
            Ok(value) => value,
            Err(error) => return Some(vec![(place.locate(""), format!("not JSON: {error}"))]),
        },
        Body::None | Body::Form(_) | Body::Multipart(_) | Body::File(_) | Body::Bytes(_) => {
            return None;
        }
    };
    let violations = reader.schemas.compiled(schema).violations(&value);
    let problems = violations.into_iter().map(|violation| {
        let at = place.locate(&violation.pointer);
        (at, violation.message)
    });
    Some(problems.collect())
}
