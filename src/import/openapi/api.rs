//! What a document describes: operations with their parameters, bodies and responses.

use crate::import::openapi::document::Place;
use crate::import::openapi::location::Location;
use crate::import::openapi::style::Style;

/// A described service.
#[derive(Debug)]
pub(crate) struct Api<'d> {
    pub(crate) title: String,
    /// The URL of the first server, if it is one.
    pub(crate) server: String,
    /// Is it `OpenAPI` 3.0, with its own dialect of schemas?
    pub(crate) is_old: bool,
    pub(crate) operations: Vec<Operation<'d>>,
    /// The security schemes by name.
    pub(crate) schemes: Vec<(String, Place<'d>)>,
    /// Requests that the service sends by itself.
    pub(crate) webhooks: Vec<(String, Place<'d>)>,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation<'d> {
    /// In capital letters.
    pub(crate) method: String,
    /// As it is written: `/pets/{petId}`.
    pub(crate) path: String,
    /// The name that the document gives.
    pub(crate) given_id: Option<String>,
    pub(crate) summary: String,
    pub(crate) tag: Option<String>,
    pub(crate) parameters: Vec<Parameter<'d>>,
    /// Parameters that could not be read: a name, or what it is called instead, and why.
    pub(crate) lost_parameters: Vec<(String, String, Place<'d>)>,
    pub(crate) body: Option<Body<'d>>,
    pub(crate) responses: Vec<Response<'d>>,
    /// Each alternative is a list of schemes, all of which it needs.
    pub(crate) security: Vec<Vec<String>>,
    /// The scopes (or roles) that each alternative needs.
    pub(crate) scopes: Vec<Vec<String>>,
    /// Requests that the service sends because of it.
    pub(crate) callbacks: Vec<(String, Place<'d>)>,
    pub(crate) place: Place<'d>,
}

/// One parameter.
#[derive(Clone, Debug)]
pub(crate) struct Parameter<'d> {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) is_required: bool,
    pub(crate) about: String,
    pub(crate) schema: Option<Place<'d>>,
    pub(crate) example: Option<Place<'d>>,
    /// Why a part of it was left out, if one was.
    pub(crate) gap: Option<String>,
    pub(crate) style: Style,
    pub(crate) place: Place<'d>,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Body<'d> {
    pub(crate) is_required: bool,
    pub(crate) media: Vec<Media<'d>>,
    pub(crate) place: Place<'d>,
}

/// A body in one media type.
#[derive(Clone, Debug)]
pub(crate) struct Media<'d> {
    pub(crate) name: String,
    pub(crate) schema: Option<Place<'d>>,
    pub(crate) example: Option<Place<'d>>,
    /// Has it a schema of each element of a stream?
    pub(crate) has_item_schema: bool,
}

/// One response.
#[derive(Debug)]
pub(crate) struct Response<'d> {
    /// `200`, `4XX` or `default`.
    pub(crate) status: String,
    pub(crate) about: String,
    pub(crate) media: Vec<Media<'d>>,
    /// Why a part of its content was left out, if one was.
    pub(crate) gap: Option<String>,
    /// Names of headers that every such response has.
    pub(crate) headers: Vec<(String, Place<'d>)>,
    /// Headers that it may have, and those that could not be read, with the reason.
    pub(crate) other_headers: Vec<(String, Place<'d>, Option<String>)>,
    /// Has it a `Location`, required or not?
    pub(crate) has_location: bool,
    /// What can be done next, by name.
    pub(crate) links: Vec<(String, Place<'d>)>,
    pub(crate) place: Place<'d>,
}

/// The names in a path: `petId` of `/pets/{petId}`.
pub(crate) fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
}

/// The first sentence of a description, on one line.
pub(crate) fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    if let Some(end) = text.find(". ") {
        text.truncate(end);
    }
    let text = text.trim_end_matches('.').trim();
    crate::text::excerpt::short_text(text, 120)
}
