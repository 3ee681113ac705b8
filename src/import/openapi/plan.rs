//! The operations of a document with the names that they have in a suite, and with their schemas.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;

use percent_encoding::{CONTROLS, PercentEncode, utf8_percent_encode};
use serde_json::{Value, json};

use crate::import::name::{Names, kebab, singular, words};
use crate::import::openapi::api::{Api, Media, Operation, Parameter, Response};
use crate::import::openapi::convert::{Converter, Direction};
use crate::import::openapi::document::{Documents, Place};
use crate::import::openapi::location::Location;
use crate::import::openapi::room;
use crate::import::openapi::schema::Schemas;
use crate::model::Diagnostic;

/// Everything that files are made of.
#[derive(Debug)]
pub(crate) struct Plan<'d> {
    pub(crate) documents: &'d Documents,
    pub(crate) api: &'d Api<'d>,
    /// The name of the service, and the directory of schemas.
    pub(crate) name: String,
    pub(crate) operations: Vec<Planned<'d>>,
    pub(crate) schemas: Schemas,
    /// How many bytes of requests can still be repeated in rows.
    pub(crate) left_for_rows: Cell<usize>,
    /// How many bytes of examples can still be used in requests.
    left_for_examples: Cell<usize>,
    /// The warning about the first example for which there was no room.
    pub(crate) left_out: OnceCell<Diagnostic>,
}

/// The schema of a header, and why a part of it was left out.
pub(crate) type HeaderSchema = (Option<Value>, Option<String>);

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Planned<'d> {
    pub(crate) operation: &'d Operation<'d>,
    /// In kebab case, unique in the document.
    pub(crate) name: String,
    pub(crate) contract: String,
    /// The case file.
    pub(crate) resource: String,
    /// The path with `{}` for each parameter, percent-encoded.
    pub(crate) outline: String,
    /// The file of the schema of its JSON body.
    body: Option<usize>,
    /// The same for each of its responses.
    responses: Vec<Option<usize>>,
    /// The schemas of its parameters.
    parameters: Vec<Option<Value>>,
    /// Why a part of them was left out.
    gaps: Vec<Option<String>>,
    /// The required headers of each of its responses.
    pub(crate) headers: Vec<Vec<HeaderSchema>>,
}

impl Planned<'_> {
    /// The first part of the ids of its requirements.
    pub(crate) fn id(&self) -> String {
        self.name.to_ascii_uppercase()
    }

    /// The method, and the path as the document writes it.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.operation.method, self.operation.path)
    }

    /// Does a successful request change nothing?
    pub(crate) fn is_reading(&self) -> bool {
        ["GET", "HEAD", "OPTIONS", "QUERY", "TRACE"].contains(&self.operation.method.as_str())
    }

    /// What the document says of answers with a status: `404`, `4XX`, `default`.
    pub(crate) fn response(&self, status: &str) -> Option<&Response<'_>> {
        let mut responses = self.operation.responses.iter();
        responses.find(|response| response.status == status)
    }

    pub(crate) fn parameters(
        &self,
        location: Location,
    ) -> impl Iterator<Item = (&Parameter<'_>, Option<&Value>)> {
        let all = self.operation.parameters.iter().zip(&self.parameters);
        let all = all.filter(move |(parameter, _)| parameter.location == location);
        all.map(|(parameter, schema)| (parameter, schema.as_ref()))
    }
}

impl<'d> Planned<'d> {
    /// The parameters of which a part could not be read, with the reason.
    pub(crate) fn parameters_with_gap(&self) -> impl Iterator<Item = (&'d Parameter<'d>, &str)> {
        let all = self.operation.parameters.iter().zip(&self.gaps);
        all.filter_map(|(parameter, gap)| Some((parameter, gap.as_deref()?)))
    }

    /// Why a part of a parameter could not be read, if so.
    pub(crate) fn gap(&self, parameter: &Parameter<'_>) -> Option<&str> {
        let mut all = self.parameters_with_gap();
        let is_it = |known: &Parameter<'_>| {
            known.name == parameter.name && known.location == parameter.location
        };
        all.find(|(known, _)| is_it(known)).map(|(_, gap)| gap)
    }
}

impl<'d> Plan<'d> {
    pub(crate) fn new(
        documents: &'d Documents,
        api: &'d Api<'d>,
        found: &mut Vec<Diagnostic>,
    ) -> Plan<'d> {
        let name = kebab(&short_title(&api.title), "api");
        let shared = shared_segments(api);
        let mut names = Names::default();
        let mut ids: BTreeMap<&str, &Place<'_>> = BTreeMap::new();
        let mut converter = Converter::new(documents, api.is_old);
        let mut values = Vec::new();
        let mut operations = Vec::new();
        for operation in &api.operations {
            if let Some(id) = &operation.given_id
                && let Some(first) = ids.insert(id, &operation.place)
            {
                let warning = operation.place.warning(
                    format!("duplicate operationId `{}`", id.escape_debug()),
                    "the ids of its requirements get a number: give each operation its own operationId",
                );
                found.push(warning.also(first.span, "first use"));
            }
            let own = match &operation.given_id {
                Some(id) => kebab(id, ""),
                None => String::new(),
            };
            let own = if own.is_empty() {
                name_of_path(operation)
            } else {
                own
            };
            let own = names.give(own);
            let body = operation
                .body
                .as_ref()
                .and_then(|body| json_media(&body.media));
            let body = body.and_then(|media| media.schema.as_ref());
            let body =
                body.map(|place| converter.file(place, Direction::Request, &format!("{own}-body")));
            let responses = operation.responses.iter().map(|response| {
                let place = json_media(&response.media)?.schema.as_ref()?;
                let name = format!("{own}-{}", response.status.to_ascii_lowercase());
                Some(converter.file(place, Direction::Response, &name))
            });
            let responses = responses.collect();
            let mut gaps = Vec::new();
            for parameter in &operation.parameters {
                let schema = parameter.schema.as_ref();
                let converted = schema.map(|place| converter.value(place));
                let (schema, gap) = converted.unwrap_or((Value::Null, None));
                values.push(schema);
                gaps.push(parameter.gap.clone().or(gap));
            }
            let headers = operation.responses.iter().map(|response| {
                let headers = response.headers.iter().map(|(_, place)| {
                    let (schema, gap) = header_schema(documents, &mut converter, place);
                    values.push(schema);
                    (None, gap)
                });
                headers.collect()
            });
            let headers = headers.collect();
            operations.push(Planned {
                operation,
                contract: contract_of(operation, shared, &name),
                resource: resource_of(operation, shared, &name),
                outline: outline(&operation.path),
                name: own,
                body,
                responses,
                parameters: vec![None; gaps.len()],
                gaps,
                headers,
            });
        }
        let finished = converter.finish(&mut values);
        found.extend(finished.found.iter().cloned());
        let schemas = Schemas::new(finished, found);
        let mut values = values.into_iter();
        for planned in &mut operations {
            let parameters = planned.parameters.iter_mut().zip(&mut planned.gaps);
            let headers = planned
                .headers
                .iter_mut()
                .flatten()
                .map(|(schema, gap)| (schema, gap));
            for (parameter, gap) in parameters.chain(headers) {
                *parameter = values.next().filter(|value| !value.is_null());
                let of_others = || schemas.gap_of_value(parameter.as_ref()?).map(str::to_owned);
                *gap = gap.take().or_else(of_others);
            }
        }
        Plan {
            documents,
            api,
            name,
            operations,
            schemas,
            left_for_rows: Cell::new(room::OF_ALL),
            left_for_examples: Cell::new(room::REPEATED),
            left_out: OnceCell::new(),
        }
    }

    /// The file of the schema of the JSON body of a request, below the directory of schemas.
    pub(crate) fn body_schema(&self, planned: &Planned<'_>) -> Option<&str> {
        planned.body.map(|number| self.schemas.name(number))
    }

    /// The responses of an operation, each with the file of its schema.
    pub(crate) fn responses<'p>(
        &'p self,
        planned: &'p Planned<'d>,
    ) -> impl Iterator<Item = (&'p Response<'d>, Option<&'p str>)> {
        let responses = planned.operation.responses.iter().zip(&planned.responses);
        responses.map(|(response, file)| (response, file.map(|number| self.schemas.name(number))))
    }

    /// An example as a value of a request, as long as there is room: many operations can refer to one that is large.
    pub(crate) fn example(&self, place: Option<&Place<'_>>) -> Option<Value> {
        let place = place?;
        let left = self.left_for_examples.get();
        let Some(left) = left.checked_sub(place.size()) else {
            self.left_out.get_or_init(|| {
                let message = format!(
                    "the requests of the document would repeat more than {} MiB of examples",
                    room::REPEATED >> 20
                );
                place.warning(message, "left out: this example; others may be, too")
            });
            return None;
        };
        self.left_for_examples.set(left);
        Some(place.node.to_json())
    }

    /// A name that contracts share, as a contract writes it.
    pub(crate) fn shared_name(&self, contract: &str, name: &str) -> String {
        if contract == self.name {
            return name.to_owned();
        }
        format!("{}.{name}", self.name)
    }
}

/// The schema of a header as a value of its own, null if there is none, and why a part of it was left out.
fn header_schema<'d>(
    documents: &'d Documents,
    converter: &mut Converter<'d>,
    place: &Place<'d>,
) -> (Value, Option<String>) {
    let Ok(header) = documents.resolve(place) else {
        return (Value::Null, None);
    };
    if let Some(schema) = header.get("schema") {
        return converter.value(&schema);
    }
    let media = header.get("content").and_then(|all| all.members().next());
    match media {
        Some((name, _)) if is_json(&name.text) => {
            (json!({ "contentMediaType": "application/json" }), None)
        }
        Some((name, _)) => {
            let why = format!("values in {} are not derived", name.text.escape_debug());
            (Value::Null, Some(why))
        }
        None => (Value::Null, None),
    }
}

/// The JSON body among several.
pub(crate) fn json_media<'m, 'd>(media: &'m [Media<'d>]) -> Option<&'m Media<'d>> {
    media.iter().find(|media| is_json(&media.name))
}

/// Is the media type JSON?
pub(crate) fn is_json(name: &str) -> bool {
    let name = name.split(';').next().unwrap_or("").trim();
    name == "application/json" || name == "text/json" || name.ends_with("+json")
}

/// The title without what every title says.
fn short_title(title: &str) -> String {
    let title = title.split(['(', '-', ':']).next().unwrap_or(title);
    let words = title.split_whitespace();
    let is_filler = |word: &&str| {
        ["api", "apis", "the", "rest", "openapi", "swagger"].contains(&word.to_lowercase().as_str())
    };
    let kept: Vec<&str> = words.filter(|word| !is_filler(word)).collect();
    kept.join(" ")
}

/// The path with `{}` for each parameter, as it is sent: what is not ASCII is percent-encoded.
pub(crate) fn outline(path: &str) -> String {
    let mut outline = String::new();
    let mut rest = path;
    while let Some((before, (_, after))) = rest
        .split_once('{')
        .and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
    {
        outline.extend(encoded(before));
        outline.push_str("{}");
        rest = after;
    }
    outline.extend(encoded(rest));
    outline
}

/// A part of a path as it is sent.
pub(crate) fn encoded(path: &str) -> PercentEncode<'_> {
    utf8_percent_encode(path, CONTROLS)
}

fn fixed_segments(path: &str) -> Vec<&str> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.collect()
}

/// How many segments all paths begin with, such as `/api/v1`. One is left for the name of what is there.
fn shared_segments(api: &Api<'_>) -> usize {
    let mut paths = api
        .operations
        .iter()
        .map(|operation| fixed_segments(&operation.path));
    let Some(first) = paths.next() else { return 0 };
    let mut shared = first
        .iter()
        .take_while(|segment| !segment.contains('{'))
        .count()
        .saturating_sub(1);
    for path in paths {
        let common = first
            .iter()
            .zip(&path)
            .take_while(|(one, other)| one == other)
            .count();
        shared = shared.min(common).min(path.len().saturating_sub(1));
    }
    shared
}

fn contract_of(operation: &Operation<'_>, shared: usize, api: &str) -> String {
    let first = fixed_segments(&operation.path)
        .into_iter()
        .skip(shared)
        .find(|segment| !segment.contains('{'));
    let tag = operation
        .tag
        .as_deref()
        .filter(|tag| !words(tag).is_empty());
    kebab(tag.or(first).unwrap_or(api), api)
}

/// The name of the things that the path is about: `pets-toys` of `/pets/{id}/toys/{toy}`.
fn resource_of(operation: &Operation<'_>, shared: usize, api: &str) -> String {
    let segments = fixed_segments(&operation.path).into_iter().skip(shared);
    let fixed: Vec<&str> = segments.filter(|segment| !segment.contains('{')).collect();
    let name = kebab(&fixed.join("-"), api);
    if name == "contract" {
        "contract-cases".into()
    } else {
        name
    }
}

/// `get-pet` of `GET /pets/{id}`, `get-pets` of `GET /pets`.
fn name_of_path(operation: &Operation<'_>) -> String {
    let segments = fixed_segments(&operation.path);
    let mut parts = vec![operation.method.to_ascii_lowercase()];
    for (index, segment) in segments.iter().enumerate() {
        if segment.starts_with('{') {
            continue;
        }
        let is_one = segments
            .get(index + 1)
            .is_some_and(|next| next.starts_with('{'));
        let segment = words(segment).join("-");
        parts.push(if is_one { singular(&segment) } else { segment });
    }
    kebab(&parts.join("-"), "operation")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_outlines_and_titles_have_names() {
        assert_eq!(
            outline("/pets/{petId}/toys/{id}.{format}"),
            "/pets/{}/toys/{}.{}"
        );
        assert_eq!(outline("/a{b"), "/a{b");
        assert_eq!(short_title("Swagger Petstore - OpenAPI 3.0"), "Petstore");
        assert_eq!(short_title("The Shop API"), "Shop");
    }
}
