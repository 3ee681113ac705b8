//! Cases of requests with what the document lets a caller leave out: parameters of the query, and members of the body.

use serde_json::Value;

use crate::import::literal::can_be_written;
use crate::import::openapi::fixture::resolved;
use crate::import::openapi::location::Location;
use crate::import::openapi::outline::parts;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::sample;
use crate::import::openapi::sent::{Content, Sent};
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, expect, expect_any};
use crate::import::yaml::{Entry, Yaml};

/// Writes the cases of an operation with what is optional. `sent` is a request without, that is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, at: usize, sent: &Sent) {
    let planned = writer.planned;
    let primary = status::primary(planned);
    let id = format!("{}-{}", planned.id(), status::part_of_id(&primary));
    let whole = whole(writer, at, sent);
    if let Some(with) = with_examples(writer, sent) {
        let is_whole = whole
            .as_ref()
            .is_some_and(|whole| whole.sent.query == with.query && !whole.has_members);
        let expect = match &whole {
            Some(whole) if is_whole => {
                let optional = require(writer, whole, &primary);
                let both = Yaml::list([Yaml::text(id), Yaml::text(optional)]);
                expect_any(&both, status::yaml(&primary))
            }
            _ => expect(&id, &primary),
        };
        let title = "with the examples of the document for optional parameters".to_owned();
        let case = format!("{}-with-examples", planned.name);
        let steps = vec![vec![with.entry(), expect]];
        writer.case(&case, title, &with.setup, steps, None);
        if is_whole {
            return;
        }
    }
    let Some(whole) = whole else { return };
    let id = require(writer, &whole, &primary);
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
    if let Some(undo) = undo {
        writer.undo_last_case(undo);
    }
}

/// A request with everything that is optional.
struct Whole {
    sent: Sent,
    has_parameters: bool,
    has_members: bool,
}

impl Whole {
    fn what(&self) -> &'static str {
        match (self.has_parameters, self.has_members) {
            (true, true) => "its optional parameters and the optional members of its body",
            (true, false) => "its optional parameters",
            (false, _) => "the optional members of its body",
        }
    }
}

fn require(writer: &mut Writer<'_, '_, '_>, whole: &Whole, primary: &str) -> String {
    let planned = writer.planned;
    let id = format!("{}-OPTIONAL", planned.id());
    let shown = status::words(&[primary.to_owned()]);
    let sentence = format!(
        "{} takes {}: it answers {shown}.",
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
    let mut responses = planned.operation.responses.iter();
    if !primary.starts_with('2') || !responses.any(|response| response.status == primary) {
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
    let has_members = add_members(writer, &mut with);
    (has_parameters || has_members).then_some(Whole {
        sent: with,
        has_parameters,
        has_members,
    })
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
            || planned.gap(parameter).is_some();
        if is_left_out {
            continue;
        }
        let is_legal = |value: &Value| {
            can_be_written(value) && schema.is_none_or(|schema| plan.schemas.accept(schema, value))
        };
        let made = || schema.and_then(|schema| sample::value(schema, &plan.schemas));
        let example = parameter.example.clone().filter(is_legal);
        let value = example.or_else(|| made().filter(is_legal));
        let values = value.and_then(|value| parameter.style.query(&parameter.name, &value));
        if let Some(values) = values {
            sent.add_query(&parameter.name, values);
        }
    }
}

/// Adds the optional members of a JSON object that have a value. False if it has none.
fn add_members(writer: &Writer<'_, '_, '_>, sent: &mut Sent) -> bool {
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
    let mut is_more = false;
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
            let Some(value) = sample::value(property, &plan.schemas) else {
                continue;
            };
            let mut more = body.clone();
            let Some(members) = more.as_object_mut() else {
                return false;
            };
            members.insert(name.clone(), value);
            if can_be_written(&more) && compiled.accepts(&more) {
                *body = more;
                is_more = true;
            }
        }
    }
    is_more
}
