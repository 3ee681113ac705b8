//! Requests: three layers (file, case, step) become one.

use crate::load::expect::{bad_body, same_header};
use crate::load::format::RequestFormat;
use crate::load::legality;
use crate::load::legality::{BodyPlace, PlacedBody};
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::{Read, Record, Text, refuse, refuse_type};
use crate::load::scalars::is_token;
use crate::load::transport;
use crate::load::transport::Need;
use crate::model::{Body, Diagnostic, Draft, HeaderLine, HeaderValue, Request, Span, Template};

/// Joins the layers, the outermost first, into one request. `needs` come from the checks of the step.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    mut needs: Vec<Need>,
    step: Span,
) -> Option<Request> {
    // All of it is read, whatever is wrong with a part of it.
    let line = request_line(reader, layers, step);
    let path = line.as_ref().map(|(_, path)| path_template(reader, *path));
    if let Some(path) = &path {
        needs.extend(transport::path_needs(path));
    }
    let headers = headers(reader, layers);
    let body = body(reader, layers);
    let legality = legality::read(reader, layers, &body);
    let body = body.body;
    let method = line.map_or_else(String::new, |(method, _)| method);
    needs.extend(transport::header_needs(&headers, &body, &method));
    let mut headers: Vec<HeaderLine> = headers.into_iter().map(|(line, _)| line).collect();
    headers.shrink_to_fit();
    let transport = transport::chosen(reader, layers, &needs);
    let query = query(reader, layers);
    let service = service(reader, layers);
    let identity = identity(reader, layers);
    let path = path?;
    Some(Request {
        service,
        identity,
        method,
        span: path.span,
        path,
        query,
        headers,
        body,
        schema: legality.schema,
        illegal: legality.illegal,
        transport,
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
            ("method", layer.method),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect();
        let at = |key: &str| layer.node().locate(&format!("/{key}"));
        let refused = match (written.as_slice(), layer.path) {
            ([], None) => continue,
            ([("method", method)], Some(path)) if is_token(method.value) => {
                return Some((method.value.to_owned(), path));
            }
            ([("method", method)], Some(_)) => {
                let message = format!("`{}` is not a method name", method.value.escape_debug());
                Diagnostic::error("case/method", method.span, message)
            }
            ([("method", _)], None) | ([], Some(_)) => {
                let (there, missing) = match layer.path {
                    Some(_) => ("path", "method"),
                    None => ("method", "path"),
                };
                let message = format!("a request with `{there}` and without `{missing}`");
                Diagnostic::error("case/request-line", at(there), message)
                    .help("write both, or one of `GET`, `POST` and the like with the path")
            }
            ([(method, path)], None) => return Some(((*method).to_owned(), *path)),
            ([(first, _)], Some(_)) => second_of(at("path"), at(first), "path"),
            ([(first, _), (second, _), ..], _) => second_of(at(second), at(first), "method"),
        };
        reader.diagnostics.push(refused);
        return None;
    }
    if layers.iter().all(|layer| !layer.is_flawed()) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-request-line",
                step,
                "the request has no method and path",
            )
            .help(
                "write `GET: /path` or the like in the `request` of the step, the case or the file",
            ),
        );
    }
    None
}

fn second_of(at: Span, first: Span, what: &str) -> Diagnostic {
    Diagnostic::error(
        "case/request-line",
        at,
        format!("a second {what} in one request"),
    )
    .also(first, "the first is here")
    .help("a request has one method and one path: remove one of the two")
}

fn path_template(reader: &mut CaseReader<'_>, path: Text<'_>) -> Template {
    if !path.value.is_empty() && !path.value.starts_with('/') && !path.value.starts_with("${") {
        let message = format!("the path `{}` does not begin with `/`", path.value);
        reader.diagnostics.push(
            Diagnostic::error("case/path", path.span, message)
                .help("the base URL comes from the target; a path stands below it"),
        );
    }
    if path.value.contains(['\r', '\n', '\0']) {
        reader.diagnostics.push(
            Diagnostic::error("case/path", path.span, "a line end or NUL in a path")
                .help("write it percent-encoded: `%0D%0A`, `%00`"),
        );
    } else if path.value.contains('#') {
        reader.diagnostics.push(
            Diagnostic::error("case/path", path.span, "a `#` in a path")
                .help("fragments are never sent; write `%23` for the character"),
        );
    }
    reader.template(path.value, path.span)
}

/// A header field, and where its name stands.
pub(super) type PlacedHeader = (HeaderLine, Span);

/// All header fields: an inner layer replaces a field of the same name, at the place of the outer one.
fn headers(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> Vec<PlacedHeader> {
    let mut lines: Vec<PlacedHeader> = Vec::new();
    for layer in layers {
        let mut own: Vec<(&str, Span)> = Vec::new();
        for (key, node) in layer.headers.iter().flat_map(|entries| &entries.0) {
            let name = key.text.as_str();
            if name.is_empty() || name.contains(['\r', '\n', '\0', ':']) {
                let message = format!("`{}` is not the name of a header", name.escape_debug());
                reader
                    .diagnostics
                    .push(Diagnostic::error("case/header-name", key.span, message));
                continue;
            }
            if let Some((_, first)) = own.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
                reader.diagnostics.push(
                    same_header(name, key.span, *first)
                        .help("write a list, if the field is to be sent in several lines"),
                );
                continue;
            }
            own.push((name, key.span));
            let Some(value) = header_value(reader, name, node) else {
                continue;
            };
            let line = HeaderLine {
                name: name.to_owned(),
                value,
            };
            let earlier = lines
                .iter()
                .position(|(line, _)| line.name.eq_ignore_ascii_case(name));
            match earlier {
                Some(at) => lines[at] = (line, key.span),
                None => lines.push((line, key.span)),
            }
        }
    }
    lines
}

fn header_value(reader: &mut CaseReader<'_>, name: &str, node: &Node) -> Option<HeaderValue> {
    let texts: &[Node] = match &node.kind {
        Kind::Text(text) if text == "<omit>" => return Some(HeaderValue::Omit),
        Kind::List(items) if items.is_empty() => {
            reader.diagnostics.push(
                Diagnostic::error("case/no-lines", node.span, "an empty list of lines")
                    .help("write `<omit>` for a header that must not be sent"),
            );
            return None;
        }
        Kind::List(items) => items,
        // One text, or something that is none: told as such.
        Kind::Text(_) | Kind::Number(_) | Kind::Bool(_) => std::slice::from_ref(node),
        _ => {
            refuse_type(node, "a text or a list of texts", reader.diagnostics);
            return None;
        }
    };
    let mut lines = Vec::with_capacity(texts.len());
    for node in texts {
        let Some(text) = Text::read(node, reader.diagnostics) else {
            continue;
        };
        let value = text.value;
        if value.starts_with('<') && value.ends_with('>') {
            let message = format!("the marker `{value}` stands where a value is needed");
            reader.diagnostics.push(
                Diagnostic::error("case/marker-in-value", node.span, message)
                    .help("`<omit>` leaves a header out; other markers stand under `expect`")
                    .help(format!("write `\\{value}` for the literal text")),
            );
        }
        if value.contains(['\r', '\n', '\0']) {
            let message = format!("the value of `{name}` holds a line end or NUL");
            reader.diagnostics.push(
                Diagnostic::error("case/header-value", node.span, message)
                    .help("no transport sends that; write a list for several lines"),
            );
        }
        lines.push(reader.template(crate::load::names::unescape(value), node.span));
    }
    Some(HeaderValue::Lines(lines))
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
                .also(at(first), "the first is here")
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
                refuse(none, reader.diagnostics, || {
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

fn query(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> Vec<(String, Draft)> {
    let mut parameters: Vec<(String, Draft)> = Vec::new();
    for layer in layers {
        for (key, value) in layer.query.iter().flat_map(|entries| &entries.0) {
            check_parameter(value, reader.diagnostics);
            let draft = reader.draft(value);
            parameters.retain(|(name, _)| *name != key.text);
            parameters.push((key.text.clone(), draft));
        }
    }
    parameters
}

/// A parameter is a scalar or a list of scalars: nothing else has a form in a query.
fn check_parameter(value: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let is_scalar =
        |node: &Node| !matches!(node.kind, Kind::Object(_) | Kind::Null | Kind::List(_));
    match &value.kind {
        Kind::List(items) => {
            for item in items.iter().filter(|item| !is_scalar(item)) {
                refuse_type(item, "a text, a number, `true` or `false`", diagnostics);
            }
        }
        _ if is_scalar(value) => {}
        _ => {
            let expected = "a text, a number, `true`, `false` or a list of these";
            refuse_type(value, expected, diagnostics);
        }
    }
}

fn service(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> String {
    let written = layers.iter().rev().find_map(|layer| layer.service);
    if let Some(text) = written {
        reader.service(text.value, text.span);
    }
    let service = written.map_or(reader.contract.service.as_str(), |text| text.value);
    reader.needs.services.insert(service.to_owned());
    service.to_owned()
}

fn identity(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> Option<String> {
    let written = layers.iter().rev().find_map(|layer| layer.identity)?;
    (written.value != "<none>").then(|| reader.identity(written.value, written.span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::testing::{case, cases, told};

    fn request(text: &str) -> Request {
        case(&format!("    request: {text}"))
            .steps
            .remove(0)
            .request
    }

    /// Header fields as text, in order.
    fn headers(request: &Request) -> Vec<String> {
        let lines = request.headers.iter().map(|line| match &line.value {
            HeaderValue::Omit => format!("{} omitted", line.name),
            HeaderValue::Lines(lines) => {
                let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
                format!("{}: {}", line.name, lines.join(", "))
            }
        });
        lines.collect()
    }

    #[test]
    fn layers_are_merged_member_by_member() {
        let cases = cases(
            r"
request:
  POST: /users
  identity: reader
  service: audit
  query: { page: 1, size: 2 }
  headers: { Accept: text/plain, X-Shared: a, X-Gone: b }
  json: { shared: true }
cases:
  - id: a
    request:
      query: { size: 3 }
      headers: { accept: application/json, X-Own: c, X-Gone: <omit> }
    steps:
      - expect: [{ proves: [DEMO-01], status: 200 }]
      - request: { GET: /users, identity: <none>, body: <none>, headers: { X-Own: d } }
        expect: [{ proves: [DEMO-01], status: 200 }]
",
        );
        let [first, second] = cases[0].steps.as_slice() else {
            panic!()
        };
        let first = &first.request;
        assert_eq!(
            (first.method.as_str(), first.path.to_string()),
            ("POST", "/users".into())
        );
        assert_eq!(first.identity.as_deref(), Some("demo.reader"));
        assert_eq!(first.service, "audit");
        let names: Vec<&str> = first.query.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["page", "size"]);
        assert!(matches!(&first.query[1].1, Draft::Literal(size) if **size == 3));
        assert_eq!(
            headers(first),
            [
                "accept: application/json",
                "X-Shared: a",
                "X-Gone omitted",
                "X-Own: c"
            ]
        );
        assert!(matches!(first.body, Body::Json(_)));
        let second = &second.request;
        assert_eq!(second.method, "GET");
        assert_eq!(second.identity, None);
        assert!(matches!(second.body, Body::None));
        assert!(headers(second).contains(&"X-Own: d".to_owned()));
    }

    #[test]
    fn a_path_begins_with_a_slash_or_a_value() {
        let told = |path: &str| {
            let expect = "expect: [{ proves: [DEMO-01], status: 200 }]";
            told(&format!(
                "cases: [{{ id: a, request: {{ GET: \"{path}\" }}, {expect} }}]"
            ))
            .len()
        };
        for path in ["/", "", "/a?b=c", "${fixture.user}", "/${upper('x')}"] {
            assert_eq!(told(path), 0, "{path}");
        }
        for path in ["a", "http://a", "/a#b", "/\\r"] {
            assert_eq!(told(path), 1, "{path}");
        }
    }

    #[test]
    fn any_method_is_a_token() {
        assert_eq!(request("{ method: purge, path: /a }").method, "purge");
        assert_eq!(request("{ OPTIONS: /a }").method, "OPTIONS");
    }
}
