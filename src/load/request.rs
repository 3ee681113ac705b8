//! Requests: the layers of file, case and step become one.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::load::body;
use crate::load::format::{LinkFormat, Place, RequestFormat};
use crate::load::framing;
use crate::load::headers;
use crate::load::names::CaseReader;
use crate::load::need::Need;
use crate::load::node::Node;
use crate::load::parameter::parameter;
use crate::load::record::{Entries, Record, Text};
use crate::load::request_schema;
use crate::load::scalars::is_token;
use crate::load::transport;
use crate::model::{
    Body, Diagnostic, Draft, Expression, HeaderLine, Part, Request, Span, Template,
};

/// What is encoded in the literal text of a path. Text outside ASCII is always encoded.
const UNSENDABLE: &AsciiSet = &CONTROLS.add(b' ');

/// Joins the layers, the outermost first, into one request. `needs` come from the checks of the step.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    mut needs: Vec<Need>,
    step: Span,
) -> Option<Request> {
    // All parts are read, so that all mistakes are reported.
    reader.of_body = Some(Vec::new());
    let line = request_line(reader, layers, step);
    let path = line.as_ref().map(|(_, place)| match place {
        Place::Path(path) => {
            let mut template = path_template(reader, *path);
            if !transport::is_raw_written(layers) {
                encode_literals(&mut template);
            }
            template
        }
        Place::Link(target) => url_template(reader, target),
    });
    // Only a captured URL may be more than one segment: in a path its slashes would be encoded.
    let followed = path.as_ref().and_then(capture_alone);
    if let Some(path) = &path {
        needs.extend(transport::path_needs(path));
    }
    let headers = headers::read_sent(reader, layers);
    let added = line.as_ref().and_then(|(_, place)| match place {
        Place::Path(_) => None,
        Place::Link(target) => target.query.as_ref(),
    });
    let query = query(reader, layers, added);
    let of_body = reader.of_body.take().unwrap_or_default();
    let body = body::read(reader, layers, &headers);
    let schema = request_schema::read(reader, layers, &body);
    let body = body.body;
    if let (Body::None, Some(at)) = (&body, of_body.first()) {
        reader.diagnostics.push(
            Diagnostic::error("case/body-value", *at, "this request has no body")
                .help("add a body, or leave out `body.sha256` and the like"),
        );
    }
    let framing = framing::read(reader, layers, matches!(body, Body::None), &mut needs);
    let follow = framing::follow(reader, layers);
    let method = line.map_or_else(String::new, |(method, _)| method);
    needs.extend(transport::header_needs(&headers, &body, &method));
    let mut headers: Vec<HeaderLine> = headers.into_iter().map(|(line, _)| line).collect();
    headers.shrink_to_fit();
    let transport = transport::choose(reader, layers, &needs);
    let service = service(reader, layers);
    let identity = identity(reader, layers);
    let path = path?;
    Some(Request {
        service,
        identity,
        method,
        span: path.span,
        path,
        link: followed,
        follow,
        query,
        headers,
        body,
        framing,
        states_body: !of_body.is_empty(),
        schema: schema.schema,
        illegal: schema.illegal,
        transport,
    })
}

/// The method and place of the innermost layer that has them.
fn request_line<'p, 'n>(
    reader: &mut CaseReader<'_>,
    layers: &[&'p RequestFormat<'n>],
    step: Span,
) -> Option<(String, &'p Place<'n>)> {
    for layer in layers.iter().rev() {
        let mut written: Vec<(&str, Option<&'p Place<'n>>)> = [
            ("GET", &layer.get),
            ("HEAD", &layer.head),
            ("POST", &layer.post),
            ("PUT", &layer.put),
            ("PATCH", &layer.patch),
            ("DELETE", &layer.delete),
            ("OPTIONS", &layer.options),
        ]
        .into_iter()
        .filter_map(|(key, place)| Some((key, Some(place.as_ref()?))))
        .collect();
        written.extend(layer.method.map(|_| ("method", None)));
        let at = |key: &str| layer.node().locate(&format!("/{key}"));
        let rejected = match (written.as_slice(), &layer.path, layer.method) {
            ([], None, _) => continue,
            ([("method", _)], Some(path), Some(method)) if is_token(method.value) => {
                return Some((method.value.to_owned(), path));
            }
            ([("method", _)], Some(_), Some(method)) => {
                let message = format!("`{}` is not an HTTP method", method.value.escape_debug());
                Diagnostic::error("case/method", method.span, message)
            }
            ([(_, None)], _, _) | ([], Some(_), _) => {
                let (there, missing) = match layer.path {
                    Some(_) => ("path", "method"),
                    None => ("method", "path"),
                };
                let message = format!("`{there}` without `{missing}`");
                Diagnostic::error("case/request-line", at(there), message)
                    .help("write both, or a key such as `GET` or `POST` with the path")
            }
            ([(method, Some(place))], None, _) => return Some(((*method).to_owned(), *place)),
            ([(first, _)], Some(_), _) => duplicate(at("path"), at(first), "path"),
            ([(first, _), (second, _), ..], _, _) => duplicate(at(second), at(first), "method"),
        };
        reader.diagnostics.push(rejected);
        return None;
    }
    if !reader.request_is_unread && layers.iter().all(|layer| !layer.is_flawed()) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-request-line",
                step,
                "the request has no method and path",
            )
            .help(
                "add a key such as `GET: /path` to the `request` of the step, the case or the file",
            ),
        );
    }
    None
}

fn duplicate(at: Span, first: Span, what: &str) -> Diagnostic {
    Diagnostic::error(
        "case/request-line",
        at,
        format!("a second {what} in one request"),
    )
    .also(first, "first one")
    .help("remove one: a request has one method and one path")
}

fn path_template(reader: &mut CaseReader<'_>, path: Text<'_>) -> Template {
    if !path.value.is_empty() && !path.value.starts_with('/') && !path.value.starts_with("${") {
        let message = format!("the path `{}` does not start with `/`", path.value);
        reader.diagnostics.push(
            Diagnostic::error("case/path", path.span, message)
                .help("write the path below the base URL of the service: `/users`"),
        );
    }
    if path.value.contains(['\r', '\n', '\0']) {
        reader.diagnostics.push(
            Diagnostic::error("case/path", path.span, "line break or NUL in a path")
                .help("percent-encode it: `%0D%0A`, `%00`"),
        );
    } else if path.value.contains('#') {
        reader.diagnostics.push(
            Diagnostic::error("case/path", path.span, "`#` in a path")
                .help("fragments are never sent: write `%23` for the character"),
        );
    }
    reader.template(path.value, path.span)
}

/// The capture with a URL.
fn url_template(reader: &mut CaseReader<'_>, link: &LinkFormat<'_>) -> Template {
    let url = link.url;
    let template = reader.template(url.value, url.span);
    if capture_alone(&template).is_none() && !template.parts.is_empty() {
        let message = format!(
            "expected a capture as `url`, found `{}`",
            url.value.escape_debug()
        );
        let diagnostic = Diagnostic::error("case/url", url.span, message);
        let starts_with_slash = url.value.starts_with('/');
        reader.diagnostics.push(if starts_with_slash {
            diagnostic.help("write a path without `url`: `GET: /users`")
        } else {
            diagnostic.help("write `url: \"${capture.NAME}\"`; more parameters go into `query`")
        });
    }
    template
}

/// The name of the capture, if the template is nothing else.
fn capture_alone(template: &Template) -> Option<String> {
    match template.parts.as_slice() {
        [Part::Hole(Expression::Capture(name))] => Some(name.clone()),
        _ => None,
    }
}

/// Percent-encodes what no request line can contain: spaces, control characters and everything outside ASCII.
fn encode_literals(path: &mut Template) {
    for part in &mut path.parts {
        if let Part::Text(text) = part
            && text.contains(|c: char| c == ' ' || c.is_control() || !c.is_ascii())
        {
            *text = utf8_percent_encode(text, UNSENDABLE).to_string();
        }
    }
}

/// The parameters of the layers, and those that are `added` to a captured URL.
fn query(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    added: Option<&Entries<'_, &Node>>,
) -> Vec<(String, Draft)> {
    let mut parameters: Vec<(String, Draft)> = Vec::new();
    let layers = layers.iter().filter_map(|layer| layer.query.as_ref());
    for (key, value) in layers.chain(added).flat_map(|entries| &entries.0) {
        let draft = parameter(reader, value);
        parameters.retain(|(name, _)| *name != key.text);
        parameters.push((key.text.clone(), draft));
    }
    parameters
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
    use crate::load::testing::{case, cases, messages};
    use crate::model::{Body, HeaderValue};

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
    fn a_path_starts_with_a_slash_or_a_value() {
        let count = |path: &str| {
            let expect = "expect: [{ proves: [DEMO-01], status: 200 }]";
            messages(&format!(
                "cases: [{{ id: a, request: {{ GET: \"{path}\" }}, {expect} }}]"
            ))
            .len()
        };
        for path in ["/", "", "/a?b=c", "${fixture.user}", "/${upper('x')}"] {
            assert_eq!(count(path), 0, "{path}");
        }
        for path in ["a", "http://a", "/a#b", "/\\r"] {
            assert_eq!(count(path), 1, "{path}");
        }
    }

    #[test]
    fn literal_text_that_no_request_line_can_contain_is_encoded() {
        let path = |text: &str| request(text).path.to_string();
        let encoded = "/a%20b/m%C3%BCnchen?q=%C3%A4%09%25${fixture.demo.user}";
        let written = r#""/a b/münchen?q=ä\t%25${fixture.user}""#;
        assert_eq!(path(&format!("{{ GET: {written} }}")), encoded);
        assert_eq!(
            path("{ GET: \"/a b/münchen\", transport: raw }"),
            "/a b/münchen"
        );
    }

    #[test]
    fn any_method_is_a_token() {
        assert_eq!(request("{ method: purge, path: /a }").method, "purge");
        assert_eq!(request("{ OPTIONS: /a }").method, "OPTIONS");
    }
}
