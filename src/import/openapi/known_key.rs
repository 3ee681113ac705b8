//! Keys that no object of an `OpenAPI` document has: what is in a misspelt one would be left out without a word.
//!
//! A key of any version 3.x is known in all of them. Schemas are `keyword`; examples hold data.

use std::collections::BTreeSet;

use crate::import::openapi::document::{Documents, Place};
use crate::model::Diagnostic;
use crate::text::nearest::nearest;

/// The objects whose keys are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Object {
    Document,
    Info,
    Server,
    Components,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    Response,
    MediaType,
    Encoding,
    Link,
    SecurityScheme,
    Flows,
    Flow,
}

/// What is in a member.
#[derive(Clone, Copy, Debug)]
enum Has {
    /// Nothing that is checked here.
    Other,
    One(Object),
    List(Object),
    Named(Object),
    /// Callbacks by name: each has path items by expression.
    Callbacks,
}

use Has::{Callbacks, List, Named, One, Other};

/// Members of each object, and what is in them.
type Keys = &'static [(&'static str, Has)];

impl Object {
    fn title(self) -> &'static str {
        match self {
            Object::Document => "the document",
            Object::Info => "`info`",
            Object::Server => "a server",
            Object::Components => "`components`",
            Object::PathItem => "a path item",
            Object::Operation => "an operation",
            Object::Parameter => "a parameter",
            Object::Header => "a header",
            Object::RequestBody => "a request body",
            Object::Response => "a response",
            Object::MediaType => "a media type",
            Object::Encoding => "an encoding",
            Object::Link => "a link",
            Object::SecurityScheme => "a security scheme",
            Object::Flows => "the flows of a security scheme",
            Object::Flow => "a flow of a security scheme",
        }
    }

    #[expect(clippy::too_many_lines, reason = "one table")]
    fn keys(self) -> Keys {
        match self {
            Object::Document => &[
                ("openapi", Other),
                ("$self", Other),
                ("info", One(Object::Info)),
                ("jsonSchemaDialect", Other),
                ("servers", List(Object::Server)),
                ("paths", Named(Object::PathItem)),
                ("webhooks", Named(Object::PathItem)),
                ("components", One(Object::Components)),
                ("security", Other),
                ("tags", Other),
                ("externalDocs", Other),
            ],
            Object::Info => &[
                ("title", Other),
                ("summary", Other),
                ("description", Other),
                ("termsOfService", Other),
                ("contact", Other),
                ("license", Other),
                ("version", Other),
            ],
            Object::Server => &[
                ("url", Other),
                ("description", Other),
                ("name", Other),
                ("variables", Other),
            ],
            Object::Components => &[
                ("schemas", Other),
                ("responses", Named(Object::Response)),
                ("parameters", Named(Object::Parameter)),
                ("examples", Other),
                ("requestBodies", Named(Object::RequestBody)),
                ("headers", Named(Object::Header)),
                ("securitySchemes", Named(Object::SecurityScheme)),
                ("links", Named(Object::Link)),
                ("callbacks", Callbacks),
                ("pathItems", Named(Object::PathItem)),
                ("mediaTypes", Named(Object::MediaType)),
            ],
            Object::PathItem => &[
                ("summary", Other),
                ("description", Other),
                ("get", One(Object::Operation)),
                ("put", One(Object::Operation)),
                ("post", One(Object::Operation)),
                ("delete", One(Object::Operation)),
                ("options", One(Object::Operation)),
                ("head", One(Object::Operation)),
                ("patch", One(Object::Operation)),
                ("trace", One(Object::Operation)),
                ("query", One(Object::Operation)),
                ("additionalOperations", Named(Object::Operation)),
                ("servers", List(Object::Server)),
                ("parameters", List(Object::Parameter)),
            ],
            Object::Operation => &[
                ("tags", Other),
                ("summary", Other),
                ("description", Other),
                ("externalDocs", Other),
                ("operationId", Other),
                ("parameters", List(Object::Parameter)),
                ("requestBody", One(Object::RequestBody)),
                ("responses", Named(Object::Response)),
                ("callbacks", Callbacks),
                ("deprecated", Other),
                ("security", Other),
                ("servers", List(Object::Server)),
            ],
            // A header is a parameter with a name and a place of its own.
            Object::Parameter | Object::Header => &[
                ("name", Other),
                ("in", Other),
                ("description", Other),
                ("required", Other),
                ("deprecated", Other),
                ("allowEmptyValue", Other),
                ("style", Other),
                ("explode", Other),
                ("allowReserved", Other),
                ("schema", Other),
                ("example", Other),
                ("examples", Other),
                ("content", Named(Object::MediaType)),
            ],
            Object::RequestBody => &[
                ("description", Other),
                ("content", Named(Object::MediaType)),
                ("required", Other),
            ],
            Object::Response => &[
                ("summary", Other),
                ("description", Other),
                ("headers", Named(Object::Header)),
                ("content", Named(Object::MediaType)),
                ("links", Named(Object::Link)),
            ],
            Object::MediaType => &[
                ("schema", Other),
                ("itemSchema", Other),
                ("example", Other),
                ("examples", Other),
                ("encoding", Named(Object::Encoding)),
                ("prefixEncoding", List(Object::Encoding)),
                ("itemEncoding", One(Object::Encoding)),
            ],
            Object::Encoding => &[
                ("contentType", Other),
                ("headers", Named(Object::Header)),
                ("style", Other),
                ("explode", Other),
                ("allowReserved", Other),
                ("encoding", Named(Object::Encoding)),
                ("prefixEncoding", List(Object::Encoding)),
                ("itemEncoding", One(Object::Encoding)),
            ],
            Object::Link => &[
                ("operationRef", Other),
                ("operationId", Other),
                ("parameters", Other),
                ("requestBody", Other),
                ("description", Other),
                ("server", One(Object::Server)),
            ],
            Object::SecurityScheme => &[
                ("type", Other),
                ("description", Other),
                ("name", Other),
                ("in", Other),
                ("scheme", Other),
                ("bearerFormat", Other),
                ("flows", One(Object::Flows)),
                ("openIdConnectUrl", Other),
                ("oauth2MetadataUrl", Other),
                ("deprecated", Other),
            ],
            Object::Flows => &[
                ("implicit", One(Object::Flow)),
                ("password", One(Object::Flow)),
                ("clientCredentials", One(Object::Flow)),
                ("authorizationCode", One(Object::Flow)),
                ("deviceAuthorization", One(Object::Flow)),
            ],
            Object::Flow => &[
                ("authorizationUrl", Other),
                ("deviceAuthorizationUrl", Other),
                ("tokenUrl", Other),
                ("refreshUrl", Other),
                ("scopes", Other),
            ],
        }
    }
}

/// Is it a key that no version has to know: an extension, a key of YAML or of JSON Schema?
fn is_extension(key: &str) -> bool {
    key.starts_with("x-") || key == "<<" || ["$schema", "$id", "$comment"].contains(&key)
}

/// Warns about each key that is not known, and about each operation that has to have `responses` and has none.
pub(crate) fn check(documents: &Documents, is_old: bool, found: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![(documents.root(), Object::Document)];
    while let Some((place, object)) = waiting.pop() {
        // Where a reference leads nowhere, that is a warning already.
        let Ok(place) = documents.resolve(&place) else {
            continue;
        };
        if !seen.insert((place.key(), object)) {
            continue;
        }
        let keys = object.keys();
        let mut has_responses = object != Object::Operation || !is_old;
        for (key, member) in place.members() {
            let name = key.text.as_str();
            if is_extension(name) {
                continue;
            }
            let Some((_, has)) = keys.iter().find(|(known, _)| *known == name) else {
                let near = nearest(name, keys.iter().map(|(known, _)| *known));
                has_responses |= near == Some("responses");
                found.push(unknown(&member, name, object, near));
                continue;
            };
            has_responses |= name == "responses";
            below(&member, *has, &mut waiting);
        }
        if !has_responses && place.members().next().is_some() {
            let message = "an operation without `responses`";
            let instead = "nothing is checked of its answers: OpenAPI 3.0 requires at least one";
            found.push(place.warning(message, instead));
        }
    }
}

fn below<'d>(member: &Place<'d>, has: Has, waiting: &mut Vec<(Place<'d>, Object)>) {
    match has {
        Other => {}
        One(object) => waiting.push((member.clone(), object)),
        List(object) => waiting.extend(member.items().map(|one| (one, object))),
        Named(object) => {
            // A header may be called `x-total`.
            let is_own = |name: &str| object == Object::Header || !is_extension(name);
            let own = member.members().filter(|(key, _)| is_own(&key.text));
            waiting.extend(own.map(|(_, one)| (one, object)));
        }
        Callbacks => {
            let items = member
                .members()
                .flat_map(|(_, callback)| callback.members());
            let items = items.filter(|(key, _)| !is_extension(&key.text));
            waiting.extend(items.map(|(_, item)| (item, Object::PathItem)));
        }
    }
}

fn unknown(member: &Place<'_>, name: &str, object: Object, near: Option<&str>) -> Diagnostic {
    let message = format!(
        "unknown key `{}` in {}",
        name.escape_debug(),
        object.title()
    );
    let warning = member.warning(message, "left out: what is in it");
    match near {
        Some(near) => warning.help(format!("did you mean `{near}`?")),
        None => warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sources;

    fn checked(text: &str, is_old: bool) -> Vec<(String, String, Vec<String>)> {
        let (mut sources, mut found) = (Sources::default(), Vec::new());
        let documents =
            Documents::of_text("a", "a", text.to_owned(), &mut sources, &mut found).unwrap();
        check(&documents, is_old, &mut found);
        found.sort_by_key(|one| one.span);
        let said = found.into_iter();
        said.map(|one| (one.label, one.message, one.help)).collect()
    }

    #[test]
    fn each_object_of_a_document_has_its_keys() {
        let text = r##"
openapi: 3.1.0
$self: https://a.example
x-own: 1
inof: {}
info: { title: A, version: "1", licence: {} }
servers: [{ url: "/", urls: [] }]
paths:
  x-other: { any: 1 }
  /a:
    GET: {}
    parameters: [{ name: a, in: query, requierd: true }]
    get:
      opertionId: b
      requestBody: { contents: {} }
      callbacks: { x: { "{$request.body#/url}": { psot: {} } } }
      responses:
        "200":
          descripton: ok
          headers: { A: { shema: {} } }
          content: { application/json: { schma: {}, example: { any: 1 }, encoding: { a: { contentTyp: b } } } }
          links: { l: { operationID: b, parameters: { any: 1 }, server: { uri: "/" } } }
        "404": { $ref: "#/components/responses/No", summary: beside }
components:
  schema: {}
  responses: { No: { description: no, contnt: {} } }
  securitySchemes: { s: { type: oauth2, flow: {}, flows: { implict: {}, password: { tokenURL: "/" } } } }
  pathItems: { p: { $ref: "#/components/pathItems/p" } }
"##;
        let found = checked(text, false);
        let lines: Vec<String> = found
            .iter()
            .map(|(label, message, help)| {
                let near = help.get(1).map_or("", String::as_str);
                format!("{label}: {message}: {near}")
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn an_operation_of_openapi_3_0_has_responses() {
        let text = "paths: { /a: { get: { summary: A }, put: { respones: {} }, post: { $ref: '#/b' } } }\nx-b: {}";
        let said = |is_old| {
            let found = checked(text, is_old).into_iter();
            found.map(|(_, message, _)| message).collect::<Vec<_>>()
        };
        let unknown = "unknown key `respones` in an operation";
        assert_eq!(said(true), ["an operation without `responses`", unknown]);
        assert_eq!(said(false), [unknown]);
    }
}
