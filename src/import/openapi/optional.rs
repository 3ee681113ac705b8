//! Cases of requests with what the document lets a caller leave out: parameters of the query, and members of the body.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::import::literal::can_be_written;
use crate::import::openapi::fixture::resolved;
use crate::import::openapi::location::Location;
use crate::import::openapi::outline::parts;
use crate::import::openapi::page_token::is_page_token;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::sample;
use crate::import::openapi::sent::{Content, Sent};
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, expect, expect_any};
use crate::import::yaml::{Entry, Yaml};

/// The most bytes of bodies that are tried to find out which members are legal together.
const MOST_TRIED: usize = 8 << 20;

/// Writes the cases of an operation with what is optional. `sent` is a request without, that is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, at: usize, sent: &Sent) {
    let planned = writer.planned;
    let primary = status::primary(planned);
    let id = format!("{}-{}", planned.id(), status::part_of_id(&primary));
    page_tokens(writer);
    let whole = whole(writer, at, sent);
    if let Some(with) = with_examples(writer, sent) {
        let is_whole = whole.as_ref().is_some_and(|whole| {
            whole.sent.query == with.query && !whole.has_members && whole.untried == 0
        });
        let expect = match &whole {
            Some(whole) if is_whole => {
                let optional = require(writer, whole, &primary);
                let both = Yaml::list([Yaml::text(id), Yaml::text(optional)]);
                expect_any(&both, status::yaml(&primary))
            }
            _ => expect(&id, &primary),
        };
        let title = "with the optional parameters that have examples".to_owned();
        let case = format!("{}-with-examples", planned.name);
        let steps = vec![vec![with.entry(), expect]];
        writer.case(&case, title, &with.setup, steps, None);
        if is_whole {
            return;
        }
    }
    let Some(whole) = whole else { return };
    let id = require(writer, &whole, &primary);
    let untried = match whole.untried {
        0 => None,
        1 => Some("1 optional member is not tried: the body is too large".to_owned()),
        more => Some(format!(
            "{more} optional members are not tried: the body is too large"
        )),
    };
    if !whole.has_parameters && !whole.has_members {
        if let Some(requirement) = writer.requirements.last_mut() {
            requirement.without_case = untried.unwrap_or_default();
        }
        return;
    }
    let mut step = vec![whole.sent.entry(), expect(&id, &primary)];
    let mut setup = whole.sent.setup.clone();
    let mut undo = None;
    if let Some(creator) = writer.own_creator() {
        let parts = creator.parts();
        setup = creator.earlier().to_vec();
        step.push(Entry::new("capture", Yaml::Map(parts.captures)));
        undo = Some(parts.undo);
    }
    let case = format!("{}-with-optional", planned.name);
    let title = format!("with {}", whole.what());
    writer.case(&case, title, &setup, vec![step], None);
    if let Some(untried) = untried {
        writer.note("title", untried);
    }
    if let Some(undo) = undo {
        writer.undo_last_case(undo);
    }
}

/// A request with everything that is optional.
struct Whole {
    sent: Sent,
    has_parameters: bool,
    has_members: bool,
    /// How many optional members are not tried.
    untried: usize,
}

impl Whole {
    fn what(&self) -> &'static str {
        match (self.has_parameters, self.has_members) {
            (true, true) => "its optional query parameters and the optional members of its body",
            (true, false) => "its optional query parameters",
            (false, _) => "the optional members of its body",
        }
    }
}

fn require(writer: &mut Writer<'_, '_, '_>, whole: &Whole, primary: &str) -> String {
    let planned = writer.planned;
    let id = format!("{}-OPTIONAL", planned.id());
    let shown = status::words(&[primary.to_owned()]);
    let sentence = format!(
        "{} accepts {} and returns {shown}.",
        planned.title(),
        whole.what()
    );
    let place = &planned.operation.place;
    let plan = writer.requests.plan;
    let requirement = Requirement::new(plan, id.clone(), Level::Should, sentence, place);
    writer.requirements.push(requirement);
    id
}

/// A request that changes nothing, with the examples that the document has for optional parameters of the query.
fn with_examples(writer: &Writer<'_, '_, '_>, sent: &Sent) -> Option<Sent> {
    let examples = writer.requests.examples(writer.planned);
    if !writer.planned.is_reading() || examples.is_empty() {
        return None;
    }
    let mut with = sent.clone();
    with.query.extend(examples);
    Some(with)
}

/// `None` if nothing is optional, or the document names no success, or the same thing would have to be deleted twice.
fn whole(writer: &Writer<'_, '_, '_>, at: usize, sent: &Sent) -> Option<Whole> {
    let planned = writer.planned;
    let primary = status::primary(planned);
    if !primary.starts_with('2') || planned.response(&primary).is_none() {
        return None;
    }
    let mut creators = writer.requests.creators.values();
    let is_deleted_once =
        planned.operation.method == "DELETE" && !creators.any(|creator| creator.delete == at);
    if is_deleted_once {
        return None;
    }
    let mut with = sent.clone();
    add_parameters(writer, &mut with);
    let has_parameters = with.query.len() > sent.query.len();
    let mut left = Left::default();
    let has_members = add_members(writer, &mut with, &mut left);
    (has_parameters || has_members || left.untried > 0).then_some(Whole {
        sent: with,
        has_parameters,
        has_members,
        untried: left.untried,
    })
}

/// Requires of each optional position in a list that it is accepted, without a case.
fn page_tokens(writer: &mut Writer<'_, '_, '_>) {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    for (parameter, schema) in planned.parameters(Location::Query) {
        if parameter.is_required || !is_page_token(plan, parameter, schema) {
            continue;
        }
        let part = writer.part_of_id(&format!("PARAMETER {}", parameter.name));
        let id = format!("{}-{part}", planned.id());
        let sentence = format!(
            "{} accepts a value of `{}` that an earlier response gave.",
            planned.title(),
            parameter.name
        );
        let mut requirement = Requirement::new(plan, id, Level::Should, sentence, &parameter.place);
        requirement.without_case =
            "only the service knows values of this parameter: the document has no example, default or enum"
                .into();
        writer.requirements.push(requirement);
    }
}

/// Adds the optional parameters of the query that have a value.
fn add_parameters(writer: &Writer<'_, '_, '_>, sent: &mut Sent) {
    let plan = writer.requests.plan;
    let planned = writer.planned;
    for (parameter, schema) in planned.parameters(Location::Query) {
        let is_key = { sent.credentials.query.iter() }.any(|(name, _)| *name == parameter.name);
        let is_left_out = parameter.is_required
            || is_key
            || parameter.name.contains("${")
            || parameter.place.is_true("deprecated")
            || is_page_token(plan, parameter, schema)
            || planned.gap(parameter).is_some();
        if is_left_out {
            continue;
        }
        let is_legal = |value: &Value| {
            can_be_written(value) && schema.is_none_or(|schema| plan.schemas.accept(schema, value))
        };
        let made = || schema.and_then(|schema| sample::value(schema, &plan.schemas));
        let example = plan.example(parameter.example.as_ref()).filter(is_legal);
        let value = example.or_else(|| made().filter(is_legal));
        let values = value.and_then(|value| parameter.style.query(&parameter.name, &value));
        if let Some(values) = values {
            sent.add_query(&parameter.name, values);
        }
    }
}

/// Adds the optional members of a JSON object that have a value. False if it has none.
fn add_members(writer: &Writer<'_, '_, '_>, sent: &mut Sent, left: &mut Left) -> bool {
    let plan = writer.requests.plan;
    let Some(Content::Json { value: body, .. }) = &mut sent.body else {
        return false;
    };
    let Some(file) = plan.body_schema(writer.planned) else {
        return false;
    };
    let (Some(described), Some(compiled)) =
        (plan.schemas.described(file), plan.schemas.compiled(file))
    else {
        return false;
    };
    if plan.schemas.is_distorted(file) {
        return false;
    }
    // The service names what it creates.
    let creator = writer.own_creator();
    let named = creator.and_then(|creator| creator.source());
    let mut more: Vec<(String, Value)> = Vec::new();
    let mut known = BTreeSet::new();
    for part in parts(plan, described) {
        let properties = part.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let says = |word: &str| {
                let whole = resolved(plan, property);
                let is_it = |schema: &Value| schema.get(word) == Some(&Value::Bool(true));
                is_it(property) || whole.is_some_and(|whole| is_it(&whole))
            };
            let is_name = named == Some(Yaml::text(format!("$.{name}")));
            if body.get(name).is_some() || is_name || says("readOnly") || says("deprecated") {
                continue;
            }
            let value = sample::value(property, &plan.schemas);
            if let Some(value) = value.filter(|_| known.insert(name.clone())) {
                more.push((name.clone(), value));
            }
        }
    }
    let is_legal = |body: &Value| can_be_written(body) && compiled.accepts(body);
    add_legal(body, more, &is_legal, left)
}

/// What is left to try.
#[derive(Debug)]
struct Left {
    /// How many more bytes.
    bytes: usize,
    /// How many members are not tried, because they are more than that.
    untried: usize,
}

impl Default for Left {
    fn default() -> Left {
        Left {
            bytes: MOST_TRIED,
            untried: 0,
        }
    }
}

/// Adds as many members to an object as it can have: all at once, otherwise one half after the other. False if none is
/// added.
fn add_legal(
    body: &mut Value,
    mut more: Vec<(String, Value)>,
    is_legal: &dyn Fn(&Value) -> bool,
    left: &mut Left,
) -> bool {
    if left.bytes == 0 {
        left.untried += more.len();
        return false;
    }
    let mut with = body.clone();
    let Some(members) = with.as_object_mut().filter(|_| !more.is_empty()) else {
        return false;
    };
    members.extend(more.iter().cloned());
    let size = with.to_string().len();
    let is_too_much = size > left.bytes;
    left.bytes = left.bytes.saturating_sub(size);
    if is_too_much {
        left.untried += more.len();
        return false;
    }
    if is_legal(&with) {
        *body = with;
        return true;
    }
    if more.len() == 1 {
        return false;
    }
    let second = more.split_off(more.len() / 2);
    let is_more = add_legal(body, more, is_legal, left);
    add_legal(body, second, is_legal, left) || is_more
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_legal_is_left_out_and_the_rest_is_added() {
        let more: Vec<(String, Value)> = (0..9).map(|at| (format!("m{at}"), json!(at))).collect();
        let add = |most: usize| {
            let mut body = json!({ "a": true });
            let is_legal = |body: &Value| body.get("m3").is_none() && body.get("m8").is_none();
            let mut left = Left {
                bytes: most,
                untried: 0,
            };
            let is_more = add_legal(&mut body, more.clone(), &is_legal, &mut left);
            (
                is_more,
                left.untried,
                body.as_object()
                    .unwrap()
                    .keys()
                    .cloned()
                    .collect::<Vec<_>>()
                    .concat(),
            )
        };
        assert_eq!(add(10_000), (true, 0, "am0m1m2m4m5m6m7".into()));
        assert_eq!(add(10), (false, 9, "a".into()));
    }
}
