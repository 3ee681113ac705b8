//! Cases of requests that HTTP itself refuses, where the document says so: a method that is not described, an answer in no
//! known media type, a body in another one.
//!
//! Each of these statuses is documented by some for other reasons (405 for an illegal value, 415 for a missing header): a
//! description that says something else is left alone.

use crate::import::openapi::api::Response;
use crate::import::openapi::fixture::{Use, thing};
use crate::import::openapi::location::Location;
use crate::import::openapi::plan::Planned;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::response;
use crate::import::openapi::sent::{Content, Sent};
use crate::import::openapi::unchecked::Unchecked;
use crate::import::openapi::writer::{Writer, expect};
use crate::import::yaml::{Entry, Yaml};

/// A media type that no document describes.
const NONE: &str = "application/x-probity";

/// Methods that are tried, the harmless one first.
const TRIED: [&str; 5] = ["GET", "PUT", "PATCH", "DELETE", "POST"];

/// Writes what can be derived. `sent` is a request that is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    unknown(writer);
    method(writer);
    accept(writer, sent);
    content_type(writer, sent);
}

/// The documented response with a status, if its description is about one of the words, or about nothing.
pub(crate) fn described<'p>(
    planned: &'p Planned<'_>,
    status: &str,
    words: &[&str],
) -> Option<&'p Response<'p>> {
    let response = planned.response(status)?;
    let about = response::about(response).to_lowercase();
    let is_it = about.is_empty() || words.iter().any(|word| about.contains(word));
    is_it.then_some(response)
}

/// The requirement of a documented status, unless there is one.
pub(crate) fn require(
    writer: &mut Writer<'_, '_, '_>,
    response: &Response<'_>,
    when: &str,
) -> Option<String> {
    let planned = writer.planned;
    let id = format!("{}-{}", planned.id(), response.status);
    if writer.requirements.iter().any(|known| known.id == id) {
        return None;
    }
    let remark = response::remark(response);
    let sentence = format!(
        "{} returns {} {when}{remark}.",
        planned.title(),
        response.status
    );
    writer.requirements.push(Requirement::new(
        writer.requests.plan,
        id.clone(),
        Level::Must,
        sentence,
        &response.place,
    ));
    Some(id)
}

/// Something that does not exist, where the document describes errors without their statuses: one request gets one.
fn unknown(writer: &mut Writer<'_, '_, '_>) {
    let planned = writer.planned;
    let errors = planned.response("4XX");
    let Some(errors) = errors.or_else(|| planned.response("default")) else {
        return;
    };
    if planned.response("404").is_some() || !writer.has_path_parameters() {
        return;
    }
    let Ok(sent) = writer.requests.of(planned, Use::Unknown) else {
        return;
    };
    let id = format!("{}-UNKNOWN", planned.id());
    let sentence = format!(
        "{} returns 404 if the {} does not exist.",
        planned.title(),
        thing(&planned.operation.path)
    );
    writer.requirements.push(Requirement::new(
        writer.requests.plan,
        id.clone(),
        Level::Should,
        sentence,
        &errors.place,
    ));
    let name = format!("{}-unknown", planned.name);
    let title = format!("an unknown {} is not found", thing(&planned.operation.path));
    let steps = vec![vec![sent.entry(), expect(&id, "404")]];
    writer.case(&name, title, &sent.setup, steps, None);
    writer.undo_if_accepted(&sent);
    writer.provoked.push(vec!["404".into()]);
}

fn method(writer: &mut Writer<'_, '_, '_>) {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    let words = ["method", "allow", "not supported"];
    let is_about = |planned: &Planned<'_>| described(planned, "405", &words).is_some();
    let mut same = plan.operations.iter();
    let first = same.find(|other| other.outline == planned.outline && is_about(other));
    if first.is_none_or(|first| first.name != planned.name) {
        return;
    }
    let Some(response) = described(planned, "405", &words) else {
        return;
    };
    let is_described = |method: &str| {
        plan.operations.iter().any(|other| {
            other.operation.method == method && may_be(&other.outline, &planned.outline)
        })
    };
    let Some(method) = TRIED.into_iter().find(|method| !is_described(method)) else {
        return;
    };
    let Ok(mut sent) = writer.requests.of(planned, Use::Existing) else {
        return;
    };
    let when = format!("for {method}, which the document does not describe for this path");
    let Some(id) = require(writer, response, &when) else {
        return;
    };
    sent.method = method.to_owned();
    sent.body = None;
    sent.query.clear();
    sent.headers.retain(|(name, _)| name != "Content-Type");
    let name = format!("{}-other-method", planned.name);
    let title = "a method that is not described is refused".to_owned();
    let steps = vec![vec![sent.entry(), expect(&id, "405")]];
    writer.case(&name, title, &sent.setup, steps, None);
    if method != "GET" {
        writer.last_case_writes();
    }
    writer.unchecked.push(Unchecked::whole(
        format!("{method} {} 405", planned.outline),
        "the document does not describe this method",
    ));
}

/// Could a path of one outline be one of the other?
fn may_be(one: &str, other: &str) -> bool {
    let (mut ones, mut others) = (one.split('/'), other.split('/'));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other))
                if one == other || one.contains("{}") || other.contains("{}") => {}
            _ => return false,
        }
    }
}

fn accept(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    let words = ["accept", "media", "content", "format", "represent"];
    let Some(response) = described(planned, "406", &words) else {
        return;
    };
    let media = planned
        .operation
        .responses
        .iter()
        .flat_map(|one| &one.media);
    let is_open = media.into_iter().any(|media| media.name.contains('*'));
    let has_accept = planned
        .parameters(Location::Header)
        .any(|(parameter, _)| parameter.name.eq_ignore_ascii_case("accept"));
    if is_open || has_accept {
        return;
    }
    let Some(id) = require(
        writer,
        response,
        "if `Accept` lists no media type that the document describes",
    ) else {
        return;
    };
    let mut with = sent.clone();
    with.headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("accept"));
    with.headers.push(("Accept".into(), Yaml::text(NONE)));
    let name = format!("{}-not-acceptable", planned.name);
    let title = "an unknown media type in `Accept` is refused".to_owned();
    let steps = vec![vec![with.entry(), expect(&id, "406")]];
    writer.case(&name, title, &sent.setup, steps, None);
    writer.provoked.push(vec!["406".into()]);
}

fn content_type(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    let words = ["media", "content", "type", "format", "unsupported"];
    let Some(response) = described(planned, "415", &words) else {
        return;
    };
    let body = planned.operation.body.as_ref();
    let is_closed =
        body.is_some_and(|body| body.media.iter().all(|media| !media.name.contains('*')));
    if !is_closed || sent.body.is_none() {
        return;
    }
    let Some(id) = require(
        writer,
        response,
        "if the body is in a media type that the document does not describe",
    ) else {
        return;
    };
    let mut with = sent.clone();
    with.headers.retain(|(name, _)| name != "Content-Type");
    with.headers.push(("Content-Type".into(), Yaml::text(NONE)));
    with.body = Some(Content::Other(Entry::new("text", Yaml::text("Probity"))));
    let name = format!("{}-other-media-type", planned.name);
    let title = "a body in an unknown media type is refused".to_owned();
    let steps = vec![vec![with.entry(), expect(&id, "415")]];
    writer.case(&name, title, &sent.setup, steps, None);
    writer.undo_if_accepted(&with);
    writer.provoked.push(vec!["415".into()]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_be_described_by_another_template() {
        assert!(may_be("/pets/{}", "/pets/mine"));
        assert!(may_be("/pets/mine", "/pets/{}"));
        assert!(!may_be("/pets/{}", "/pets"));
        assert!(!may_be("/pets/{}/toys", "/pets/{}/names"));
    }
}
