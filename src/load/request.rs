//! Requests: three layers (file, case, step) become one, and the transport it needs is found.

use std::fmt;

use super::format::RequestFormat;
use super::legality::{self, BodyPlace, PlacedBody};
use super::names::CaseReader;
use super::node::{Kind, Node};
use super::record::Text;
use crate::model::{
    Body, Diagnostic, Draft, Effect, HeaderLine, HeaderValue, Part, Request, Span, Template,
    Transport,
};

/// Something that not every transport can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// The least transport that can do it.
    pub(crate) least: Transport,
    /// What it is, as in "the normal transport cannot ...".
    pub(crate) what: String,
    /// Where the case says so.
    pub(crate) span: Span,
}

/// Joins the layers, the outermost first, into one request. `needs` come from the checks of the step.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    mut needs: Vec<Need>,
    step: Span,
) -> Option<Request> {
    let (method, path) = request_line(reader, layers, step)?;
    let path_template = path_template(reader, path);
    needs.extend(path_needs(&path_template, path.span));
    let headers = headers(reader, layers);
    let body = body(reader, layers);
    let legality = legality::read(reader, layers, &body);
    let body = body.body;
    needs.extend(header_needs(&headers, &body, &method));
    let mut headers: Vec<HeaderLine> = headers.into_iter().map(|(line, _)| line).collect();
    headers.shrink_to_fit();
    let transport = transport(reader, layers, &needs);
    let query = query(reader, layers);
    Some(Request {
        service: service(reader, layers),
        identity: identity(reader, layers),
        method,
        path: path_template,
        query,
        headers,
        body,
        schema: legality.schema,
        illegal: legality.illegal,
        transport,
        span: path.span,
    })
}

/// The method and path of the innermost layer that has them.
fn request_line<'n>(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'n>],
    step: Span,
) -> Option<(String, Text<'n>)> {
    for layer in layers.iter().rev() {
        let written: Vec<(&str, Text<'n>)> = [
            ("GET", layer.get),
            ("HEAD", layer.head),
            ("POST", layer.post),
            ("PUT", layer.put),
            ("PATCH", layer.patch),
            ("DELETE", layer.delete),
            ("OPTIONS", layer.options),
        ]
        .into_iter()
        .filter_map(|(method, path)| Some((method, path?)))
        .collect();
        match (written.as_slice(), layer.method, layer.path) {
            ([], None, None) => {}
            ([(method, path)], None, None) => return Some(((*method).to_owned(), *path)),
            ([], Some(method), Some(path)) => {
                if !is_token(method.value) {
                    reader.diagnostics.push(Diagnostic::error(
                        "case/method",
                        method.span,
                        format!("`{}` is not a method name", method.value),
                    ));
                    return None;
                }
                return Some((method.value.to_owned(), path));
            }
            ([], Some(one), None) | ([], None, Some(one)) => {
                reader.diagnostics.push(
                    Diagnostic::error(
                        "case/request-line",
                        one.span,
                        "`method` and `path` go together",
                    )
                    .help("write both, or one of `GET`, `POST` and the like with the path"),
                );
                return None;
            }
            ([(_, first), ..], ..) => {
                let second = written.get(1).map_or(first.span, |(_, path)| path.span);
                let second = layer.method.or(layer.path).map_or(second, |text| text.span);
                reader.diagnostics.push(
                    Diagnostic::error("case/request-line", second, "a request has one method")
                        .also(first.span, "the other one"),
                );
                return None;
            }
        }
    }
    reader.diagnostics.push(
        Diagnostic::error(
            "case/no-request-line",
            step,
            "the step has no method and path",
        )
        .help("write `GET: /path` or the like in the request of the step, the case or the file"),
    );
    None
}

fn path_template(reader: &mut CaseReader<'_>, path: Text<'_>) -> Template {
    if !path.value.is_empty() && !path.value.starts_with('/') && !path.value.starts_with("${") {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/path",
                path.span,
                format!("the path `{}` does not begin with `/`", path.value),
            )
            .help("the base URL comes from the target; a path stands below it"),
        );
    }
    if path.value.contains(['\r', '\n', '\0', '#']) {
        reader.diagnostics.push(Diagnostic::error(
            "case/path",
            path.span,
            "a path cannot hold line ends, NUL or `#`",
        ));
    }
    reader.template(path.value, path.span)
}

/// What the literal text of a path asks of the transport.
fn path_needs(path: &Template, span: Span) -> Vec<Need> {
    let literal: String = path
        .parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Hole(_) => "x",
        })
        .collect();
    let mut needs = Vec::new();
    let is_dot = |segment: &str| {
        matches!(
            segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    };
    let path_only = literal.split('?').next().unwrap_or("");
    if path_only.split('/').any(is_dot) {
        needs.push(Need {
            least: Transport::Exact,
            what: "keep `.` and `..` in a path".into(),
            span,
        });
    }
    for (characters, least) in [
        (is_exact as fn(char) -> bool, Transport::Exact),
        (is_raw, Transport::Raw),
    ] {
        if let Some(found) = literal.chars().find(|c| characters(*c)) {
            needs.push(Need {
                least,
                what: format!("send `{}` in a path as it is", found.escape_debug()),
                span,
            });
        }
    }
    needs
}

/// Characters that a client would encode, and that HTTP libraries still let through.
fn is_exact(c: char) -> bool {
    !c.is_ascii() || "\"{}\\'".contains(c)
}

/// Characters that no HTTP library sends in a path.
fn is_raw(c: char) -> bool {
    c == ' ' || c.is_ascii_control() || "<>`^|".contains(c)
}

type PlacedHeader = (HeaderLine, Span);

/// All header fields: an inner layer replaces a field of the same name, at the place of the outer one.
fn headers(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> Vec<PlacedHeader> {
    let mut lines: Vec<PlacedHeader> = Vec::new();
    for layer in layers {
        for (key, value) in layer.headers.iter().flat_map(|entries| &entries.0) {
            let Some(value) = header_value(reader, value.0) else {
                continue;
            };
            if key.text.is_empty() || key.text.contains(['\r', '\n', '\0', ':']) {
                reader.diagnostics.push(Diagnostic::error(
                    "case/header-name",
                    key.span,
                    format!("`{}` is not a header field name", key.text.escape_debug()),
                ));
                continue;
            }
            let placed = (
                HeaderLine {
                    name: key.text.clone(),
                    value,
                },
                key.span,
            );
            let earlier = lines
                .iter()
                .position(|(line, _)| line.name.eq_ignore_ascii_case(&key.text));
            match earlier {
                Some(at) => lines[at] = placed,
                None => lines.push(placed),
            }
        }
    }
    lines
}

fn header_value(reader: &mut CaseReader<'_>, node: &Node) -> Option<HeaderValue> {
    let texts: Vec<&Node> = match &node.kind {
        Kind::Text(text) if text == "<omit>" => return Some(HeaderValue::Omit),
        Kind::Text(_) => vec![node],
        Kind::List(items) => items.iter().collect(),
        _ => {
            reader
                .diagnostics
                .push(super::record::wrong_type(node, "a text or a list of texts"));
            return None;
        }
    };
    let mut lines = Vec::with_capacity(texts.len());
    for node in texts {
        let Some(text) = node.as_text() else {
            reader
                .diagnostics
                .push(super::record::wrong_type(node, "a text"));
            continue;
        };
        if text.starts_with('<') && text.ends_with('>') {
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/marker-in-value",
                    node.span,
                    format!("the marker `{text}` stands where a value is needed"),
                )
                .help("`<omit>` leaves a header out; other markers stand under `expect`")
                .help(format!("write `\\{text}` for the literal text")),
            );
        }
        if text.contains(['\r', '\n', '\0']) {
            reader.diagnostics.push(Diagnostic::error(
                "case/header-value",
                node.span,
                "a header value cannot hold line ends or NUL",
            ));
        }
        lines.push(reader.template(super::names::unescape(text), node.span));
    }
    Some(HeaderValue::Lines(lines))
}

/// What the header fields ask of the transport.
fn header_needs(headers: &[PlacedHeader], body: &Body, method: &str) -> Vec<Need> {
    let mut needs = Vec::new();
    for (line, span) in headers {
        let need = |least, what: String| Need {
            least,
            what,
            span: *span,
        };
        let name = line.name.to_ascii_lowercase();
        if !is_token(&line.name) {
            needs.push(need(
                Transport::Raw,
                format!("send a header named `{}`", line.name),
            ));
            continue;
        }
        match (&line.value, name.as_str()) {
            (HeaderValue::Omit, "accept") => {
                needs.push(need(Transport::Exact, "leave out `Accept`".into()));
            }
            (HeaderValue::Omit, "host") => {
                needs.push(need(Transport::Raw, "leave out `Host`".into()));
            }
            (HeaderValue::Omit, "content-length") if !matches!(body, Body::None) => {
                needs.push(need(
                    Transport::Raw,
                    "send a body without `Content-Length`".into(),
                ));
            }
            (HeaderValue::Lines(lines), "content-length") => {
                let is_plain_zero = matches!(body, Body::None)
                    && matches!(lines.as_slice(), [one] if one.as_literal() == Some("0"));
                if !is_plain_zero || !sends_length(method) {
                    needs.push(need(
                        Transport::Raw,
                        "send a `Content-Length` of your own".into(),
                    ));
                }
            }
            (HeaderValue::Lines(_), "transfer-encoding" | "connection") => {
                needs.push(need(
                    Transport::Raw,
                    format!("send a `{}` of your own", line.name),
                ));
            }
            (HeaderValue::Lines(lines), "host") if lines.len() > 1 => {
                needs.push(need(Transport::Raw, "send `Host` twice".into()));
            }
            _ => {}
        }
    }
    needs
}

/// Methods whose request says `Content-Length: 0` when it has no body (RFC 9110 section 8.6).
fn sends_length(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}

/// A token of RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// The body of the innermost layer that has one.
fn body<'n>(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'n>]) -> PlacedBody<'n> {
    for (index, layer) in layers.iter().enumerate().rev() {
        let placed = |body, place| PlacedBody {
            body,
            layer: index,
            place,
        };
        let written = [
            layer.json.as_ref().map(|later| later.0.span),
            layer.text.as_ref().map(|text| text.span),
            layer.body.as_ref().map(|later| later.0.span),
        ];
        let mut spans = written.into_iter().flatten();
        if let (Some(first), Some(second)) = (spans.next(), spans.next()) {
            reader.diagnostics.push(
                Diagnostic::error("case/several-bodies", second, "a request has one body")
                    .also(first, "the other one")
                    .help("keep one of `json`, `text` and `body: <none>`"),
            );
        }
        if let Some(json) = &layer.json {
            return placed(
                Body::Json(reader.draft(json.0)),
                Some(BodyPlace::Json(json.0)),
            );
        }
        if let Some(text) = &layer.text {
            let template = reader.template(text.value, text.span);
            return placed(Body::Text(template), Some(BodyPlace::Text(text.span)));
        }
        if let Some(none) = &layer.body {
            if none.0.as_text() != Some("<none>") {
                reader.diagnostics.push(
                    Diagnostic::error(
                        "case/body",
                        none.0.span,
                        format!(
                            "`body` of a request is `<none>`, found {}",
                            none.0.describe()
                        ),
                    )
                    .help("use `json:` for JSON and `text:` for anything else"),
                );
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

fn query(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> Vec<(String, Draft)> {
    let mut parameters: Vec<(String, Draft)> = Vec::new();
    for layer in layers {
        for (key, value) in layer.query.iter().flat_map(|entries| &entries.0) {
            if matches!(value.0.kind, Kind::Object(_) | Kind::Null) {
                reader.diagnostics.push(super::record::wrong_type(
                    value.0,
                    "a text, a number, `true`, `false` or a list of these",
                ));
                continue;
            }
            let draft = reader.draft(value.0);
            parameters.retain(|(name, _)| *name != key.text);
            parameters.push((key.text.clone(), draft));
        }
    }
    parameters
}

fn service(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> String {
    let written = layers.iter().rev().find_map(|layer| layer.service);
    let service = written.map_or(reader.contract.service.as_str(), |text| text.value);
    if let Some(text) = written.filter(|text| !reader.contract.services.contains_key(text.value)) {
        let declared = reader.contract.services.keys().map(String::as_str);
        reader.diagnostics.push(
            Diagnostic::error(
                "case/unknown-service",
                text.span,
                format!(
                    "the contract `{}` declares no service `{}`",
                    reader.contract.name, text.value
                ),
            )
            .suggest(text.value, declared),
        );
    }
    reader.needs.services.insert(service.to_owned());
    service.to_owned()
}

fn identity(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> Option<String> {
    let written = layers.iter().rev().find_map(|layer| layer.identity)?;
    (written.value != "<none>").then(|| reader.identity(written.value, written.span))
}

/// The transport that the case names, if it can do what is needed, or the least that can.
fn transport(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    needs: &[Need],
) -> Transport {
    let least = needs
        .iter()
        .map(|need| need.least)
        .max()
        .unwrap_or(Transport::Normal);
    let Some(written) = layers
        .iter()
        .rev()
        .find_map(|layer| layer.transport.as_ref())
    else {
        return least;
    };
    let chosen = match written.0.as_text() {
        Some("normal") => Transport::Normal,
        Some("exact") => Transport::Exact,
        Some("raw") => Transport::Raw,
        _ => {
            let diagnostic = Diagnostic::error(
                "case/transport",
                written.0.span,
                format!(
                    "expected `normal`, `exact` or `raw`, found {}",
                    written.0.describe()
                ),
            );
            let text = written.0.as_text().unwrap_or("");
            reader
                .diagnostics
                .push(diagnostic.suggest(text, ["normal", "exact", "raw"]));
            return least;
        }
    };
    for need in needs.iter().filter(|need| need.least > chosen) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/transport-cannot",
                written.0.span,
                format!("the {} transport cannot {}", chosen.name(), need.what),
            )
            .also(need.span, "asked for here")
            .help(format!(
                "write `transport: {}`, or leave `transport` out",
                need.least.name()
            )),
        );
    }
    chosen
}

/// Reads `read` or `write`.
pub(crate) fn effect(reader: &mut CaseReader<'_>, node: &Node) -> Effect {
    match node.as_text() {
        Some("read") => Effect::Read,
        Some("write") => Effect::Write,
        other => {
            let diagnostic = Diagnostic::error(
                "case/effect",
                node.span,
                format!("expected `read` or `write`, found {}", node.describe()),
            );
            reader
                .diagnostics
                .push(diagnostic.suggest(other.unwrap_or(""), ["read", "write"]));
            Effect::Read
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
