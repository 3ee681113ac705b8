//! Cases of parameters with values that their schemas reject.

use serde_json::Value;

use crate::generate::{SchemaPlace, illegal_texts};
use crate::import::literal::{self, can_be_written};
use crate::import::name::{Names, kebab};
use crate::import::openapi::api::{Parameter, line};
use crate::import::openapi::document::Place;
use crate::import::openapi::fixture::{form, resolved};
use crate::import::openapi::location::Location;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::schema::has_more_with_less;
use crate::import::openapi::sent::{Sent, as_text};
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, expect_any, illegal, require};
use crate::import::yaml::{Entry, Yaml};
use crate::json::{SchemaDocuments, SchemaLibrary};

/// The most rows of one parameter, and the longest value.
const MOST: usize = 8;
const LONGEST: usize = 300;

/// Writes a case for each parameter of the query and the header that can be illegal. `sent` is a request that is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    for location in [Location::Query, Location::Header] {
        write_in(writer, sent, location);
    }
    let planned = writer.planned;
    let plan = writer.requests.plan;
    for (parameter, schema) in planned.parameters(Location::Cookie) {
        let is_constrained = match derivable(plan, planned, parameter, schema) {
            Ok(form) => !rejected(&form, None, Location::Cookie).is_empty(),
            Err(why) => why.is_some(),
        };
        if is_constrained {
            not_derived(writer, parameter, "illegal cookies are not derived");
        }
    }
}

fn write_in(writer: &mut Writer<'_, '_, '_>, sent: &Sent, location: Location) {
    let planned = writer.planned;
    let (statuses, level) = illegal(writer);
    let plan = writer.requests.plan;
    let all: Vec<_> = planned.parameters(location).collect();
    for (parameter, schema) in all {
        let values = match derivable(plan, planned, parameter, schema) {
            Ok(form) => rejected(&form, parameter.example.as_ref(), location),
            Err(None) => continue,
            Err(Some(why)) => {
                not_derived(writer, parameter, why);
                continue;
            }
        };
        if values.is_empty() {
            continue;
        }
        let proves = require(
            writer,
            "ILLEGAL",
            &format!("with an illegal {}", parameter.name),
            &parameter.name,
            &parameter.place,
        );
        let rows = values.into_iter().map(|(row, value)| {
            let value = literal::value(&value);
            let value = if location == Location::Header {
                as_text(value)
            } else {
                value
            };
            Yaml::map([
                Entry::new("row", Yaml::text(row)),
                Entry::new("value", value),
            ])
        });
        let rows = Yaml::Lines(rows.collect());
        let mut with = sent.clone();
        let parameters = if location == Location::Query {
            &mut with.query
        } else {
            &mut with.headers
        };
        parameters.retain(|(name, _)| *name != parameter.name);
        parameters.push((parameter.name.clone(), Yaml::text("${row.value}")));
        let steps = vec![vec![
            with.entry(),
            expect_any(&proves, status::list(&statuses)),
        ]];
        let name = format!(
            "{}-illegal-{}",
            planned.name,
            kebab(&parameter.name, "value")
        );
        writer.case(
            &name,
            format!("an illegal {} is refused", parameter.name),
            &sent.setup,
            steps,
            Some(rows),
        );
        writer.undo_if_accepted();
        if level == Level::Should {
            writer.allow_other_status();
        }
    }
}

/// The schema of which illegal values are made, or why none are; `None` if it rejects nothing that can be sent.
fn derivable(
    plan: &Plan<'_>,
    planned: &Planned<'_>,
    parameter: &Parameter<'_>,
    schema: Option<&Value>,
) -> Result<Value, Option<&'static str>> {
    let schema = schema.ok_or(None)?;
    // What is left of a schema could reject what the whole one accepts.
    if planned.gap(parameter).is_some() && has_more_with_less(schema) {
        return Err(None);
    }
    let Some(form) = form(plan, schema) else {
        let rejects =
            resolved(plan, schema).is_none_or(|schema| schema.to_string().contains("\"$ref\""));
        let why = "illegal values of a schema that refers to others are not derived";
        return Err(rejects.then_some(why));
    };
    if !parameter.style.is_under_its_name(&form) {
        return Err(Some("illegal values of an object are not derived"));
    }
    Ok(form)
}

/// Requires that illegal values are refused, without a case.
fn not_derived(writer: &mut Writer<'_, '_, '_>, parameter: &Parameter<'_>, why: &str) {
    let (statuses, level) = illegal(writer);
    let planned = writer.planned;
    let part = writer.part_of_id(&format!("ILLEGAL {}", parameter.name));
    let sentence = format!(
        "{} with an illegal {} is refused with {}.",
        planned.title(),
        parameter.name,
        status::words(&statuses)
    );
    let id = format!("{}-{part}", planned.id());
    let plan = writer.requests.plan;
    let mut requirement = Requirement::new(plan, id, level, sentence, &parameter.place);
    requirement.without_case = why.into();
    writer.requirements.push(requirement);
}

/// Requirements about what could not be read of parameters.
pub(crate) fn left_out(plan: &Plan<'_>, planned: &Planned<'_>) -> Vec<Requirement> {
    let mut ids = Names::default();
    let mut requirements = Vec::new();
    let mut add = |name: &str, sentence: String, why: &str, place: &Place<'_>| {
        let part = ids.give(kebab(name, "parameter")).to_ascii_uppercase();
        let id = format!("{}-PARAMETER-{part}-WHOLE", planned.id());
        let mut requirement = Requirement::new(plan, id, Level::Must, sentence, place);
        requirement.without_case = format!("it could not be read: {}", line(why));
        requirements.push(requirement);
    };
    let title = planned.title();
    for (parameter, why) in planned.parameters_with_gap() {
        let name = &parameter.name;
        let sentence =
            format!("{title} accepts and refuses values of {name} as the document describes it.");
        add(name, sentence, why, &parameter.place);
    }
    for (name, why, place) in &planned.operation.lost_parameters {
        let sentence = format!("{title} has the parameter {}.", line(name));
        add(name, sentence, why, place);
    }
    requirements
}

/// Values that a schema rejects, each with the name of its row.
fn rejected(schema: &Value, legal: Option<&Value>, location: Location) -> Vec<(String, Value)> {
    let documents = SchemaDocuments::new();
    let compiled = SchemaLibrary::new(&documents)
        .ok()
        .and_then(|library| library.compile_inline(schema).ok());
    let Some(compiled) = compiled else {
        return Vec::new();
    };
    let legal = legal.filter(|legal| compiled.accepts(legal));
    let is_left_out = |value: &Value| {
        let text = value.to_string();
        let is_field =
            location != Location::Header || text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        !is_field || text.len() > LONGEST || !can_be_written(value) || compiled.accepts(value)
    };
    let place = SchemaPlace::inline(&documents, schema);
    let mut found = illegal_texts(place, legal, &is_left_out, MOST);
    found.retain(|one| location != Location::Header || !one.value.is_array());
    found.into_iter().map(|one| (one.name, one.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rejected_value_is_rejected_by_its_schema() {
        let names = |schema: Value, location| {
            rejected(&schema, None, location)
                .into_iter()
                .map(|(row, _)| row)
                .collect::<Vec<_>>()
        };
        let query = Location::Query;
        assert_eq!(
            names(
                json!({ "type": "integer", "minimum": 1, "maximum": 9 }),
                query
            ),
            ["too-small", "too-large", "word", "fraction"]
        );
        assert_eq!(
            names(json!({ "type": "string", "enum": ["a"] }), query),
            ["unknown", "number"]
        );
        assert_eq!(names(json!({ "type": "string" }), query), [""; 0]);
        assert_eq!(
            names(json!({ "type": "integer", "minimum": i64::MIN }), query),
            ["word", "fraction"]
        );
        let word = json!({ "type": "string", "minLength": 3, "pattern": "^[a-z]+$" });
        assert_eq!(
            names(word.clone(), query),
            ["too-short", "pattern", "pattern-2", "number"]
        );
        assert_eq!(
            names(word, Location::Header),
            ["too-short", "pattern", "number"]
        );
    }
}
