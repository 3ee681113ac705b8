//! Request bodies against the schema that says what a legal one is.
//!
//! A case that must succeed sends only what the contract allows; a case about a refusal says what is
//! illegal, and sends just that. The body is resolved with the fixtures of `targets/reference.yaml`; one
//! that holds a captured value, or a fixture that the reference target does not have, is not known before
//! the run and not checked.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::SchemaId;
use crate::load::format::RequestFormat;
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::Text;
use crate::model::{Body, Diagnostic, Scope, Span};

/// The body of the innermost layer that has one.
pub(crate) struct PlacedBody<'n> {
    /// The body.
    pub(crate) body: Body,
    /// Index of its layer; 0 when no layer has a body.
    pub(crate) layer: usize,
    /// Where it is written, if there is one.
    pub(crate) place: Option<BodyPlace<'n>>,
}

/// Where a body is written.
#[derive(Clone, Copy)]
pub(crate) enum BodyPlace<'n> {
    /// JSON, with a position for every value.
    Json(&'n Node),
    /// A text.
    Text(Span),
}

/// What a request says about the legality of its body.
#[derive(Default)]
pub(crate) struct Legality {
    /// What a legal body is.
    pub(crate) schema: Option<SchemaId>,
    /// What is illegal about this one.
    pub(crate) illegal: Option<String>,
}

/// Reads `schema` and `illegal`, and holds the body against them.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    body: &PlacedBody<'_>,
) -> Legality {
    let named = layers.iter().rev().find_map(|layer| layer.schema);
    let named = named.filter(|node| node.as_text() != Some("<none>"));
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
                "`illegal` stands without a schema that says what is legal",
            )
            .help("name one in the request: `schema:` and a file below `schemas/`"),
        );
    }
    if let (Some(node), Some(schema)) = (named, schema) {
        check(reader, schema, &schema_name(node), body, illegal);
    }
    Legality {
        schema,
        illegal: illegal.map(|text| text.value.to_owned()),
    }
}

/// `illegal` goes with the body: what an outer layer says of its own does not hold for one that replaces it.
fn illegal<'n>(layers: &[&RequestFormat<'n>], body_layer: usize) -> Option<Text<'n>> {
    let own = layers.get(body_layer..).unwrap_or_default();
    let innermost = own.iter().rev().find_map(|layer| layer.illegal);
    innermost.filter(|text| text.value != "<none>")
}

fn schema_name(node: &Node) -> String {
    match &node.kind {
        Kind::Text(name) => format!("`{name}`"),
        _ => "the schema in place".to_owned(),
    }
}

fn check(
    reader: &mut CaseReader<'_>,
    schema: SchemaId,
    schema_name: &str,
    body: &PlacedBody<'_>,
    illegal: Option<Text<'_>>,
) {
    let Some(refusals) = refusals(reader, schema, body) else {
        return;
    };
    match (refusals.first(), illegal) {
        (Some((at, why)), None) => {
            let diagnostic = Diagnostic::error(
                "case/illegal-body",
                *at,
                format!("{schema_name} refuses the body of this request"),
            )
            .label(why)
            .help("send what the schema accepts")
            .help(
                "if the case is about a refusal, say what is illegal: `illegal: users is missing`",
            );
            reader.diagnostics.push(diagnostic);
        }
        (None, Some(illegal)) => {
            let diagnostic = Diagnostic::error(
                "case/legal-body",
                illegal.span,
                format!("{schema_name} accepts the body that is said to be illegal"),
            )
            .help("send what the contract forbids, or take `illegal` away");
            reader.diagnostics.push(diagnostic);
        }
        _ => {}
    }
}

/// Why the schema refuses the body, with places; empty when it accepts. `None` when there is nothing to check.
fn refusals(
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
        Body::None => return None,
        Body::Json(draft) => draft.resolve(scope).ok()?,
        Body::Text(template) => match serde_json::from_str(&template.render(scope).ok()?) {
            Ok(value) => value,
            Err(error) => return Some(vec![(place.locate(""), format!("not JSON: {error}"))]),
        },
    };
    let violations = reader.schemas.compiled(schema).violations(&value);
    let refusals = violations.into_iter().map(|violation| {
        let at = place.locate(&violation.pointer);
        (at, violation.message)
    });
    Some(refusals.collect())
}

impl BodyPlace<'_> {
    fn locate(self, pointer: &str) -> Span {
        match self {
            BodyPlace::Json(node) => node.locate(pointer),
            BodyPlace::Text(span) => span,
        }
    }
}
