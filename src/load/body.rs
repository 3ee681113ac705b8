//! The body of a request: JSON, text or none.

use crate::load::format::RequestFormat;
use crate::load::names::CaseReader;
use crate::load::node::Node;
use crate::load::record::{Record, reject};
use crate::model::{Body, Diagnostic, Span};

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
    /// Text.
    Text(Span),
}

impl BodyPlace<'_> {
    /// Where the value is that a JSON Pointer names.
    pub(crate) fn locate(self, pointer: &str) -> Span {
        match self {
            BodyPlace::Json(node) => node.locate(pointer),
            BodyPlace::Text(span) => span,
        }
    }
}

/// Reads the body of the innermost layer that has one.
pub(crate) fn read<'n>(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'n>],
) -> PlacedBody<'n> {
    for (index, layer) in layers.iter().enumerate().rev() {
        let placed = |body, place| PlacedBody {
            body,
            layer: index,
            place,
        };
        let written = [
            ("json", layer.json.is_some()),
            ("text", layer.text.is_some()),
            ("body", layer.body.is_some()),
        ];
        let mut keys = written
            .iter()
            .filter_map(|(key, is_there)| is_there.then_some(*key));
        if let (Some(first), Some(second)) = (keys.next(), keys.next()) {
            let at = |key: &str| layer.node().locate(&format!("/{key}"));
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/several-bodies",
                    at(second),
                    "a second body in one request",
                )
                .also(at(first), "first body")
                .help("keep one of `json`, `text` and `body: <none>`"),
            );
        }
        if let Some(json) = layer.json {
            return placed(Body::Json(reader.draft(json)), Some(BodyPlace::Json(json)));
        }
        if let Some(text) = layer.text {
            let template = reader.template(text.value, text.span);
            return placed(Body::Text(template), Some(BodyPlace::Text(text.span)));
        }
        if let Some(none) = layer.body {
            if none.as_text() != Some("<none>") {
                reject(none, reader.diagnostics, || {
                    bad_body(none, "a request", "<none>")
                });
            }
            return placed(Body::None, None);
        }
    }
    PlacedBody {
        body: Body::None,
        layer: 0,
        place: None,
    }
}

/// The diagnostic for a `body` that is not the one marker it can be.
pub(crate) fn bad_body(node: &Node, what: &str, marker: &str) -> Diagnostic {
    let message = format!(
        "expected `{marker}` as `body` of {what}, found {}",
        node.describe()
    );
    let diagnostic = Diagnostic::error("case/body", node.span, message);
    match node.as_text() {
        Some("<empty>" | "<none>" | "") => diagnostic.help(format!("write `body: {marker}`")),
        _ => diagnostic.help("use `json:` for JSON and `text:` for other content"),
    }
}
