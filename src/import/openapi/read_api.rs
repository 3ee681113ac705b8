//! Reads what a document describes, and says what is left out.

use std::collections::BTreeSet;

use crate::import::openapi::api::{
    Api, Body, Media, Operation, Parameter, Response, line, path_names,
};
use crate::import::openapi::document::{Documents, Place};
use crate::import::openapi::location::Location;
use crate::import::openapi::plan::{is_json, outline};
use crate::import::openapi::style::Style;
use crate::import::openapi::usable::{
    why_no_header, why_no_media_type, why_no_parameter, why_no_path,
};
use crate::load::{Kind, why_no_operation};
use crate::model::Diagnostic;
use crate::text::excerpt::short_text;
use crate::text::html::decoded;

/// The methods of a path item.
const METHODS: [&str; 9] = [
    "get", "head", "options", "trace", "post", "put", "patch", "delete", "query",
];

/// Reads a document. `None` if it is none.
pub(crate) fn read<'d>(documents: &'d Documents, found: &mut Vec<Diagnostic>) -> Option<Api<'d>> {
    let root = documents.root();
    let version = root.get("openapi");
    let number = version
        .as_ref()
        .and_then(|version| match &version.node.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Number(number) => Some(number.to_string()),
            _ => None,
        });
    let Some(number) = number.filter(|number| number.starts_with("3.")) else {
        let (at, message) = match (&version, root.get("swagger")) {
            (_, Some(swagger)) => (swagger.span, "this is Swagger 2.0".to_owned()),
            (Some(version), None) => (
                version.span,
                format!("expected version 3.x, found {}", version.node.describe()),
            ),
            (None, None) => (
                root.span,
                "no `openapi` at the top: this is not an OpenAPI document".to_owned(),
            ),
        };
        found.push(
            Diagnostic::error("openapi/version", at, message)
                .label("#/openapi")
                .help("OpenAPI 3.0, 3.1 and 3.2 can be imported; convert older documents first"),
        );
        return None;
    };
    let mut reader = Reader { documents, found };
    let info = root.get("info");
    let global = root.get("security").map(|place| security(&place));
    let mut operations = Vec::new();
    let paths = root.get("paths");
    for (path, item) in paths.iter().flat_map(Place::members) {
        if path.text.starts_with("x-") {
            continue;
        }
        if let Some(why) = why_no_path(&path.text) {
            reader.warn(&item, why, "left out: its operations");
            continue;
        }
        let Some(item) = reader.resolved(&item, "its operations") else {
            continue;
        };
        reader.warn_servers(&item);
        let named = METHODS
            .iter()
            .filter_map(|method| Some((*method, item.get(method)?)));
        let additional = item.get("additionalOperations");
        let additional = additional.iter().flat_map(Place::members);
        let additional = additional.map(|(method, place)| (method.text.as_str(), place));
        for (method, place) in named.chain(additional).collect::<Vec<_>>() {
            operations.extend(reader.operation(&path.text, method, &item, &place, global.as_ref()));
        }
    }
    if operations.is_empty() {
        let at = paths.map_or(root.span, |paths| paths.span);
        let mistake = Diagnostic::error(
            "openapi/no-operations",
            at,
            "the document describes no operation",
        );
        found.push(
            mistake
                .label("#/paths")
                .help("an import needs at least one operation below `paths`"),
        );
        return None;
    }
    let schemes = root
        .get("components")
        .and_then(|components| components.get("securitySchemes"));
    let schemes = schemes.iter().flat_map(Place::members);
    let schemes =
        schemes.filter_map(|(key, place)| Some((key.text.clone(), reader.scheme(&place)?)));
    let schemes = schemes.collect();
    let server = root
        .get("servers")
        .and_then(|servers| servers.items().next());
    let webhooks = root.get("webhooks");
    let webhooks = webhooks.iter().flat_map(Place::members);
    Some(Api {
        webhooks: webhooks
            .map(|(key, place)| (key.text.clone(), place))
            .collect(),
        title: info
            .and_then(|info| info.text("title"))
            .unwrap_or("api")
            .to_owned(),
        server: server
            .and_then(|server| server.text("url"))
            .unwrap_or("")
            .to_owned(),
        is_old: number.starts_with("3.0"),
        operations,
        schemes,
    })
}

struct Reader<'d, 'f> {
    documents: &'d Documents,
    found: &'f mut Vec<Diagnostic>,
}

impl<'d> Reader<'d, '_> {
    fn warn(&mut self, place: &Place<'_>, message: impl Into<String>, instead: &str) {
        self.found.push(place.warning(message, instead));
    }

    fn resolved(&mut self, place: &Place<'d>, what: &str) -> Option<Place<'d>> {
        match self.documents.resolve(place) {
            Ok(resolved) if matches!(resolved.node.kind, Kind::Object(_)) => Some(resolved),
            Ok(resolved) => {
                let message = format!("expected an object, found {}", resolved.node.describe());
                self.warn(&resolved, message, &format!("left out: {what}"));
                None
            }
            Err(why) => {
                self.warn(place, why.0, &format!("left out: {what}"));
                None
            }
        }
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: &Place<'d>,
        place: &Place<'d>,
        global: Option<&Vec<Alternative>>,
    ) -> Option<Operation<'d>> {
        let is_method = !method.is_empty()
            && method.len() <= 40
            && method
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_method {
            let message = format!("`{}` is not a method", method.escape_debug());
            self.warn(place, message, "left out: the operation");
            return None;
        }
        let method = method.to_ascii_uppercase();
        if let Some(why) = why_no_operation(&format!("{method} {}", outline(path))) {
            let message = format!("`{method} {path}` is not an operation: {why}");
            self.warn(place, message, "left out: the operation");
            return None;
        }
        let place = self.resolved(place, "the operation")?;
        self.warn_servers(&place);
        let tag = place.get("tags").and_then(|tags| tags.items().next());
        let security = place.get("security").map(|place| security(&place));
        let security = security.or_else(|| global.cloned()).unwrap_or_default();
        let (parameters, lost_parameters) = self.parameters(path, item, &place);
        let callbacks = place.get("callbacks");
        let callbacks = callbacks.iter().flat_map(Place::members);
        Some(Operation {
            callbacks: callbacks
                .map(|(key, place)| (key.text.clone(), place))
                .collect(),
            scopes: security.iter().map(|one| one.scopes.clone()).collect(),
            security: security.into_iter().map(|one| one.schemes).collect(),
            method,
            path: path.to_owned(),
            given_id: place.text("operationId").map(str::to_owned),
            summary: prose(place.text("summary").or_else(|| place.text("description"))),
            tag: tag.and_then(|tag| tag.node.as_text()).map(str::to_owned),
            parameters,
            lost_parameters,
            body: place.get("requestBody").and_then(|place| self.body(&place)),
            responses: self.responses(&place),
            place,
        })
    }

    /// A security scheme, if a request can have its key.
    fn scheme(&mut self, place: &Place<'d>) -> Option<Place<'d>> {
        let place = self.documents.resolve(place).ok()?;
        let location = place.text("in").and_then(Location::named);
        let key = location.filter(|_| place.text("type") == Some("apiKey"));
        if let (Some(location), Some(name)) = (key, place.text("name"))
            && let Some(why) = why_no_parameter(location, name)
        {
            let message = format!("the key `{}` cannot be sent: {why}", name.escape_debug());
            self.warn(&place, message, "left out: the security scheme");
            return None;
        }
        Some(place)
    }

    /// One URL serves all operations of a suite.
    fn warn_servers(&mut self, place: &Place<'_>) {
        if let Some(servers) = place.get("servers") {
            let message = "`servers` of a path or an operation are not supported";
            self.warn(
                &servers,
                message,
                "its requests go to the first server of the document",
            );
        }
    }

    fn links(&mut self, place: &Place<'d>) -> Vec<(String, Place<'d>)> {
        let described = place.get("links");
        let members: Vec<_> = described.iter().flat_map(Place::members).collect();
        let links = members.into_iter().filter_map(|(name, link)| {
            Some((name.text.clone(), self.resolved(&link, "the link")?))
        });
        links.collect()
    }

    fn parameters(
        &mut self,
        path: &str,
        item: &Place<'d>,
        place: &Place<'d>,
    ) -> (Vec<Parameter<'d>>, Vec<(String, String, Place<'d>)>) {
        let mut lost = Vec::new();
        let mut parameters: Vec<Parameter<'d>> = Vec::new();
        let lists = [item.get("parameters"), place.get("parameters")];
        for place in lists.iter().flatten().flat_map(Place::items) {
            let parameter = match self.parameter(&place) {
                Ok(Some(parameter)) => parameter,
                Ok(None) => continue,
                Err((name, why)) => {
                    lost.push((name, why, place));
                    continue;
                }
            };
            // Those of the operation replace those of the path.
            parameters.retain(|known| {
                let is_same = match known.location {
                    Location::Header => known.name.eq_ignore_ascii_case(&parameter.name),
                    _ => known.name == parameter.name,
                };
                !is_same || known.location != parameter.location
            });
            parameters.push(parameter);
        }
        let mut named = BTreeSet::new();
        for name in path_names(path) {
            let is_known =
                |known: &Parameter<'_>| known.location == Location::Path && known.name == name;
            if named.insert(name) && !parameters.iter().any(is_known) {
                let message = format!("the parameter `{name}` of the path is not described");
                self.warn(place, message, "it is treated as a string");
                parameters.push(Parameter {
                    name: name.to_owned(),
                    location: Location::Path,
                    is_required: true,
                    about: String::new(),
                    schema: None,
                    example: None,
                    gap: None,
                    style: Style::default(),
                    place: place.clone(),
                });
            }
        }
        parameters
            .retain(|one| one.location != Location::Path || named.contains(one.name.as_str()));
        (parameters, lost)
    }

    /// A parameter; `None` for one that stands for nothing. The mistake is what it is called, and why it was left out.
    fn parameter(&mut self, place: &Place<'d>) -> Result<Option<Parameter<'d>>, (String, String)> {
        let at = place;
        let called = at.text("$ref").map_or_else(
            || at.last_token(),
            |reference| reference.rsplit('/').next().unwrap_or(reference).to_owned(),
        );
        let Some(place) = self.resolved(place, "the parameter") else {
            let why = match self.documents.resolve(at) {
                Err(why) => why.0,
                Ok(other) => format!("expected an object, found {}", other.node.describe()),
            };
            return Err((called, why));
        };
        let Some(name) = place.text("name") else {
            let message = "a parameter without `name`";
            self.warn(&place, message, "left out: the parameter");
            return Err((called, message.into()));
        };
        let Some(location) = place.text("in").and_then(Location::named) else {
            let message = format!(
                "expected path, query, header or cookie in `in` of the parameter `{}`",
                name.escape_debug()
            );
            self.warn(&place, message.clone(), "left out: the parameter");
            return Err((name.to_owned(), message));
        };
        if let Some(why) = why_no_parameter(location, name) {
            let shown = short_text(name, 60);
            let message = format!(
                "the parameter `{}` cannot be sent: {why}",
                shown.escape_debug()
            );
            self.warn(&place, message, "left out: the parameter");
            return Err((name.to_owned(), why.into()));
        }
        let is_fixed = ["accept", "content-type", "authorization"]
            .contains(&name.to_ascii_lowercase().as_str());
        if location == Location::Header && is_fixed {
            return Ok(None);
        }
        // A parameter with one media type instead of a style.
        let content = place.get("content");
        let media = content
            .as_ref()
            .and_then(|content| content.members().next());
        let gap = match (&content, &media) {
            (Some(_), None) => Some("its `content` has no media type".to_owned()),
            (_, Some((media, _))) if !is_json(&media.text) => Some(format!(
                "values in {} are not derived",
                media.text.escape_debug()
            )),
            _ => Style::gap(&place, location),
        };
        let has_content = content.is_some();
        let content = media.map(|(_, place)| place).filter(|_| gap.is_none());
        Ok(Some(Parameter {
            name: name.to_owned(),
            location,
            is_required: place.is_true("required") || location == Location::Path,
            about: prose(place.text("description")),
            schema: place
                .get("schema")
                .filter(|_| !has_content)
                .or_else(|| content.as_ref()?.get("schema")),
            gap,
            example: self
                .example(&place)
                .or_else(|| self.example(content.as_ref()?)),
            style: Style::new(
                &place,
                matches!(location, Location::Query | Location::Cookie),
                has_content,
            ),
            place,
        }))
    }

    /// `example`, or the first of `examples`.
    fn example(&self, place: &Place<'d>) -> Option<Place<'d>> {
        if let Some(example) = place.get("example") {
            return Some(example);
        }
        let first = place.get("examples")?.members().next()?.1;
        let first = self.documents.resolve(&first).ok()?;
        first.get("value")
    }

    fn body(&mut self, place: &Place<'d>) -> Option<Body<'d>> {
        let place = self.resolved(place, "the body of the request")?;
        Some(Body {
            is_required: place.is_true("required"),
            media: self.media(&place).0,
            place,
        })
    }

    /// The media types of a body, and why some were left out.
    fn media(&mut self, place: &Place<'d>) -> (Vec<Media<'d>>, Option<String>) {
        let content = place.get("content");
        let mut gap = None;
        if let Some(content) = &content
            && !matches!(content.node.kind, Kind::Object(_))
        {
            let message = format!(
                "expected media types in `content`, found {}",
                content.node.describe()
            );
            self.warn(content, &message, "left out: the content");
            gap = Some(message);
        }
        let mut media = Vec::new();
        for (name, place) in content.iter().flat_map(Place::members) {
            let Some(place) = self.resolved(&place, "the media type") else {
                gap = Some(format!("the media type {}", name.text.escape_debug()));
                continue;
            };
            if let Some(why) = why_no_media_type(name.text.trim()) {
                let message = format!("`{}`: {why}", name.text.escape_debug());
                self.warn(&place, message, "left out: the media type");
                gap = Some(why.to_owned());
                continue;
            }
            media.push(Media {
                name: name.text.trim().to_ascii_lowercase(),
                schema: place.get("schema"),
                example: self.example(&place),
                has_item_schema: place.get("itemSchema").is_some(),
            });
        }
        (media, gap)
    }

    fn responses(&mut self, place: &Place<'d>) -> Vec<Response<'d>> {
        let mut responses = Vec::new();
        let all = place.get("responses");
        for (key, place) in all.iter().flat_map(Place::members) {
            if key.text.starts_with("x-") {
                continue;
            }
            let status = key.text.to_ascii_uppercase();
            let is_status = status == "DEFAULT"
                || status.len() == 3
                    && status.starts_with(['1', '2', '3', '4', '5'])
                    && (status.ends_with("XX") || status.bytes().all(|byte| byte.is_ascii_digit()));
            if !is_status {
                let message = format!("`{}` is not a status", key.text.escape_debug());
                self.warn(&place, message, "left out: the response");
                continue;
            }
            let at = place.clone();
            let Some(place) = self.resolved(&place, "the response") else {
                continue;
            };
            let mut headers = Vec::new();
            let mut other_headers = Vec::new();
            let mut has_location = false;
            let described = place.get("headers");
            for (name, header) in described.iter().flat_map(Place::members) {
                let Some(resolved) = self.resolved(&header, "the header") else {
                    let why = "it could not be read".to_owned();
                    other_headers.push((name.text.clone(), header, Some(why)));
                    continue;
                };
                has_location |= name.text.eq_ignore_ascii_case("location");
                // The media types of the content say it. (OpenAPI: a header of this name is ignored.)
                if name.text.eq_ignore_ascii_case("content-type") {
                    continue;
                }
                if !resolved.is_true("required") {
                    other_headers.push((name.text.clone(), header, None));
                } else if let Some(why) = why_no_header(&name.text) {
                    self.warn(&header, why, "left out: the header");
                    other_headers.push((name.text.clone(), header, Some(why.to_owned())));
                } else {
                    headers.push((name.text.clone(), header));
                }
            }
            let (media, gap) = self.media(&place);
            responses.push(Response {
                status: if status == "DEFAULT" {
                    "default".into()
                } else {
                    status
                },
                about: prose(place.text("description")),
                media,
                gap,
                headers,
                other_headers,
                has_location,
                links: self.links(&place),
                place: at,
            });
        }
        responses
    }
}

/// What a text of the document says, which is Markdown, on one line.
fn prose(text: Option<&str>) -> String {
    line(&decoded(text.unwrap_or("")))
}

/// An alternative of a security requirement: all of its schemes are needed, with the scopes.
#[derive(Clone, Debug)]
struct Alternative {
    schemes: Vec<String>,
    scopes: Vec<String>,
}

/// The alternatives of a security requirement.
fn security(place: &Place<'_>) -> Vec<Alternative> {
    let alternatives = place.items().map(|one| Alternative {
        schemes: one.members().map(|(key, _)| key.text.clone()).collect(),
        scopes: one
            .members()
            .flat_map(|(_, scopes)| scopes.items())
            .filter_map(|scope| scope.node.as_text().map(str::to_owned))
            .collect(),
    });
    alternatives.collect()
}
