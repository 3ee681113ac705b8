//! The request of an item.

use std::path::{Component, Path};

use serde_json::json;

use crate::import::postman::template::templates;
use crate::import::postman::value::{is_disabled, list, scalar_text};
use crate::import::traffic::{Body, Call, Part, PartContent, Variable, marked};
use crate::load::{Kind, Node};
use crate::model::Diagnostic;
use crate::text::file as limited;

/// The largest file that is read.
const FILE: u64 = 4 << 20;

/// Reads requests.
pub(crate) struct Requests<'a> {
    pub(crate) folder: Option<&'a Path>,
    pub(crate) found: &'a mut Vec<Diagnostic>,
    pub(crate) variables: &'a mut Vec<Variable>,
    pub(crate) next: &'a mut usize,
}

impl Requests<'_> {
    /// The call; `None` if it is left out, which is reported.
    pub(crate) fn read(&mut self, request: &Node) -> Option<Call> {
        if let Some(url) = request.as_text() {
            return Some(Call {
                method: "GET".into(),
                url: templates(url),
                ..Call::default()
            });
        }
        let method = request
            .get("method")
            .and_then(Node::as_text)
            .unwrap_or("GET");
        let is_method = !method.is_empty()
            && method.len() < 40
            && method
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
        let mut call = Call {
            method: if is_method {
                method.to_ascii_uppercase()
            } else {
                "GET".into()
            },
            url: self.url(request.get("url")?),
            ..Call::default()
        };
        for field in list(request.get("header"))
            .iter()
            .filter(|field| !is_disabled(field))
        {
            let (Some(name), Some(value)) = (
                field.get("key").and_then(Node::as_text),
                field.get("value").and_then(scalar_text),
            ) else {
                continue;
            };
            call.headers
                .push((name.trim().to_owned(), templates(&value)));
        }
        if let Some(lines) = request.get("header").and_then(Node::as_text) {
            let fields = lines.lines().filter_map(|line| line.split_once(':'));
            let fields =
                fields.map(|(name, value)| (name.trim().to_owned(), templates(value.trim())));
            call.headers.extend(fields);
        }
        if let Some(body) = request
            .get("body")
            .filter(|body| matches!(body.kind, Kind::Object(_)) && !is_disabled(body))
        {
            self.body(body, &mut call)?;
        }
        Some(call)
    }

    fn url(&mut self, url: &Node) -> String {
        let raw = url
            .as_text()
            .or_else(|| url.get("raw").and_then(Node::as_text));
        let mut text = match raw {
            Some(raw) => templates(raw),
            None => templates(&assembled(url)),
        };
        for variable in list(url.get("variable")) {
            let Some(name) = variable
                .get("key")
                .or_else(|| variable.get("id"))
                .and_then(Node::as_text)
            else {
                continue;
            };
            let value = variable
                .get("value")
                .and_then(scalar_text)
                .map(|value| templates(&value));
            let value = value.filter(|value| !value.is_empty());
            let place = match value.as_deref() {
                // A variable of the collection is its own name.
                Some(value) if marked::has_filling(value) => value.to_owned(),
                value => marked::variable(&self.variable(name, value)),
            };
            text = with_segment(&text, &format!(":{name}"), &place);
        }
        text
    }

    /// A variable of a path, whose value belongs to the request.
    fn variable(&mut self, name: &str, value: Option<&str>) -> String {
        let same = |known: &&Variable| {
            known.name == name
                || known
                    .name
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with(' '))
        };
        if let Some(known) = self
            .variables
            .iter()
            .filter(same)
            .find(|known| known.value.as_deref() == value)
        {
            return known.name.clone();
        }
        let is_new = !self.variables.iter().any(|known| known.name == name);
        *self.next += 1;
        let name = if is_new {
            name.to_owned()
        } else {
            format!("{name} {}", self.next)
        };
        self.variables.push(Variable {
            name: name.clone(),
            value: value.map(str::to_owned),
            is_secret: false,
            span: None,
        });
        name
    }

    fn body(&mut self, body: &Node, call: &mut Call) -> Option<()> {
        let mode = body.get("mode").and_then(Node::as_text).unwrap_or_default();
        match mode {
            "raw" => {
                let text = templates(body.get("raw").and_then(Node::as_text).unwrap_or_default());
                let language = body
                    .get("options")
                    .and_then(|options| options.get("raw")?.get("language")?.as_text());
                let sent = call
                    .headers
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
                let sent = sent.map(|(_, value)| value.clone());
                let media_type = match (sent, language) {
                    (Some(sent), _) => sent,
                    (None, Some("json")) => self.typed(call, "application/json"),
                    (None, Some("xml")) => self.typed(call, "application/xml"),
                    (None, Some("html")) => self.typed(call, "text/html"),
                    (None, Some("javascript")) => self.typed(call, "application/javascript"),
                    (None, _) => self.typed(call, "text/plain"),
                };
                call.body = Body::of_text(&text, Some(&media_type));
            }
            "urlencoded" => {
                let fields = list(body.get("urlencoded"))
                    .iter()
                    .filter(|field| !is_disabled(field));
                let fields = fields.filter_map(|field| {
                    let value = field.get("value").and_then(scalar_text).unwrap_or_default();
                    Some((field.get("key")?.as_text()?.to_owned(), templates(&value)))
                });
                call.body = Body::Form(fields.collect());
            }
            "formdata" => {
                let mut parts = Vec::new();
                for field in list(body.get("formdata"))
                    .iter()
                    .filter(|field| !is_disabled(field))
                {
                    parts.push(self.part(field)?);
                }
                call.body = Body::Multipart(parts);
            }
            "file" => {
                let source = body.get("file").and_then(|file| file.get("src"));
                let bytes = self.file(source, body)?;
                call.body = Body::of_bytes(&bytes, None);
            }
            "graphql" => {
                let text = |key: &str| {
                    let value = body
                        .get("graphql")
                        .and_then(|graphql| graphql.get(key)?.as_text());
                    templates(value.unwrap_or_default())
                };
                let mut value = json!({ "query": text("query") });
                if let Some(variables) = marked::json(&text("variables")) {
                    value["variables"] = variables;
                }
                self.typed(call, "application/json");
                call.body = Body::Json(value);
            }
            "" | "none" => {}
            _ => {
                let span = body.get("mode").map_or(body.beginning(), |mode| mode.span);
                self.found.push(
                    Diagnostic::error("postman/body", span, "unknown mode of a body")
                        .as_warning()
                        .help("the request is left out"),
                );
                return None;
            }
        }
        Some(())
    }

    #[expect(clippy::unused_self, reason = "it belongs to reading a body")]
    fn typed(&self, call: &mut Call, media_type: &str) -> String {
        if !call
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            call.headers
                .push(("Content-Type".into(), media_type.to_owned()));
        }
        media_type.to_owned()
    }

    fn part(&mut self, field: &Node) -> Option<Part> {
        let name = field
            .get("key")
            .and_then(Node::as_text)
            .unwrap_or_default()
            .to_owned();
        let media_type = field
            .get("contentType")
            .and_then(Node::as_text)
            .map(str::to_owned);
        if field.get("type").and_then(Node::as_text) != Some("file") {
            let value = field.get("value").and_then(scalar_text).unwrap_or_default();
            return Some(Part {
                name,
                content: PartContent::Text(templates(&value)),
                filename: None,
                media_type,
            });
        }
        let source = field
            .get("src")
            .map(|source| list(Some(source)).first().unwrap_or(source));
        let bytes = self.file(source, field)?;
        let filename = source
            .and_then(Node::as_text)
            .and_then(|path| path.rsplit(['/', '\\']).next());
        Some(Part {
            name,
            content: PartContent::of_bytes(&bytes),
            filename: filename.map(str::to_owned),
            media_type: media_type.or_else(|| Some("application/octet-stream".into())),
        })
    }

    fn file(&mut self, source: Option<&Node>, around: &Node) -> Option<Vec<u8>> {
        let name = source.and_then(Node::as_text).unwrap_or_default();
        let path = Path::new(name);
        let is_below = !name.is_empty()
            && path
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let folder = self.folder.filter(|_| is_below);
        let read = folder.and_then(|folder| limited::read(&folder.join(path), FILE).ok());
        if read.is_none() {
            let span = source.map_or(around.beginning(), |source| source.span);
            self.found.push(
                Diagnostic::error("postman/file", span, "the file that the request sends cannot be read")
                    .as_warning()
                    .help("the request is left out: put the file (up to 4 MiB) beside the collection, and name it by a relative path"),
            );
        }
        read
    }
}

/// The URL of its parts.
fn assembled(url: &Node) -> String {
    let joined = |key: &str, separator: &str| {
        let node = url.get(key);
        let parts = list(node)
            .iter()
            .filter_map(|part| part.as_text().map(str::to_owned));
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() {
            node.and_then(scalar_text).unwrap_or_default()
        } else {
            parts.join(separator)
        }
    };
    let protocol = url
        .get("protocol")
        .and_then(Node::as_text)
        .map_or(String::new(), |one| format!("{one}://"));
    let port = url
        .get("port")
        .and_then(scalar_text)
        .map_or(String::new(), |port| format!(":{port}"));
    let query = list(url.get("query"))
        .iter()
        .filter(|pair| !is_disabled(pair))
        .filter_map(|pair| {
            let value = pair.get("value").and_then(scalar_text).unwrap_or_default();
            Some(format!("{}={value}", pair.get("key")?.as_text()?))
        });
    let query: Vec<String> = query.collect();
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{}", query.join("&"))
    };
    format!(
        "{protocol}{}{port}/{}{query}",
        joined("host", "."),
        joined("path", "/")
    )
}

/// The URL with a segment of its path replaced.
fn with_segment(url: &str, segment: &str, by: &str) -> String {
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (url, None),
    };
    let segments = path
        .split('/')
        .map(|one| if one == segment { by } else { one });
    let path = segments.collect::<Vec<_>>().join("/");
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}
