//! Cases of parameters with values that their schemas reject.

use serde_json::Value;

use crate::generate::{SchemaPlace, illegal_texts};
use crate::import::literal::{self, can_be_written};
use crate::import::name::{Names, kebab};
use crate::import::openapi::api::{Parameter, line};
use crate::import::openapi::document::Place;
use crate::import::openapi::fixture::{form, resolved};
use crate::import::openapi::location::Location;
use crate::import::openapi::others::Others;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::schema::has_more_with_less;
use crate::import::openapi::sent::{Sent, as_text};
use crate::import::openapi::writer::{Writer, illegal, require, require_without_case};
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
        let found = invalid(plan, planned, parameter, schema);
        if !matches!(found, Err(None)) {
            let why = "invalid cookies are not derived";
            without_case(writer, Location::Cookie, parameter, why);
        }
    }
}

/// When a request is illegal.
pub(crate) fn when(location: Location, parameter: &Parameter<'_>) -> String {
    let kind = match location {
        Location::Path => "path parameter",
        Location::Query => "query parameter",
        Location::Header => "header",
        Location::Cookie => "cookie",
    };
    format!("the {kind} `{}` is invalid", parameter.name)
}

/// Requires that illegal values are refused, without a case.
pub(crate) fn without_case(
    writer: &mut Writer<'_, '_, '_>,
    location: Location,
    parameter: &Parameter<'_>,
    why: &str,
) {
    let (name, place) = (&parameter.name, &parameter.place);
    let when = when(location, parameter);
    require_without_case(writer, "ILLEGAL", &when, name, place, why);
}

fn write_in(writer: &mut Writer<'_, '_, '_>, sent: &Sent, location: Location) {
    let planned = writer.planned;
    let (statuses, level) = illegal(writer);
    let plan = writer.requests.plan;
    let (part, when_other) = match location {
        Location::Header => ("ILLEGAL OTHER HEADERS", "any other header is invalid"),
        _ => (
            "ILLEGAL OTHER PARAMETERS",
            "any other query parameter is invalid",
        ),
    };
    let mut others = Others::new(plan, sent, part, when_other);
    for (parameter, schema) in planned.parameters(location) {
        let found = match invalid(plan, planned, parameter, schema) {
            Ok(found) => found,
            Err(None) => continue,
            Err(Some(why)) => {
                without_case(writer, location, parameter, why);
                continue;
            }
        };
        if !others.takes(&parameter.name) {
            continue;
        }
        let proves = require(
            writer,
            "ILLEGAL",
            &when(location, parameter),
            &parameter.name,
            &parameter.place,
        );
        let rows = found.rows.into_iter().map(|(row, value)| {
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
        let name = format!(
            "{}-illegal-{}",
            planned.name,
            kebab(&parameter.name, "value")
        );
        let title = format!("an invalid {} is refused", parameter.name);
        let expected = (&proves, statuses.as_slice());
        writer.refused_case((&name, title), &with, expected, level, Some(rows));
        writer.note_left_out(found.left_out);
    }
    others.require(writer, (statuses, level), &planned.operation.place);
}

/// Values of a parameter that its schema rejects.
#[derive(Debug)]
pub(crate) struct Invalid {
    /// Each with the name of its row.
    pub(crate) rows: Vec<(String, Value)>,
    /// How many more there would be.
    pub(crate) left_out: usize,
}

/// The illegal values of a parameter, or why none are known; `None` if its schema rejects nothing that can be sent.
pub(crate) fn invalid(
    plan: &Plan<'_>,
    planned: &Planned<'_>,
    parameter: &Parameter<'_>,
    schema: Option<&Value>,
) -> Result<Invalid, Option<&'static str>> {
    let form = derivable(plan, planned, parameter, schema)?;
    let legal = plan.example(parameter.example.as_ref());
    rejected(&form, legal.as_ref(), parameter.location)
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
        let why = "invalid values of a schema that refers to others are not derived";
        return Err(rejects.then_some(why));
    };
    if !parameter.style.is_under_its_name(&form) {
        return Err(Some("invalid values of an object are not derived"));
    }
    Ok(form)
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
        let sentence = format!(
            "{title} accepts the values of `{name}` that the document allows, and no others."
        );
        add(name, sentence, why, &parameter.place);
    }
    for (name, why, place) in &planned.operation.lost_parameters {
        let sentence = format!("{title} has the parameter `{}`.", line(name));
        add(name, sentence, why, place);
    }
    requirements
}

fn rejected(
    schema: &Value,
    legal: Option<&Value>,
    location: Location,
) -> Result<Invalid, Option<&'static str>> {
    let documents = SchemaDocuments::new();
    let library = SchemaLibrary::new(&documents).ok();
    let compiled = library.and_then(|library| library.compile_inline(schema).ok());
    let compiled = compiled.ok_or(Some("its schema cannot be used without the others"))?;
    let legal = legal.filter(|legal| compiled.accepts(legal));
    let is_left_out = |value: &Value| {
        let can_be_sent = match location {
            Location::Header => {
                let text = value.to_string();
                text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            }
            // No list is sent: it is only compared with the schema.
            Location::Path => value.is_array() || is_segment(value),
            _ => true,
        };
        !can_be_sent || !can_be_written(value) || compiled.accepts(value)
    };
    let place = SchemaPlace::inline(&documents, schema);
    let takes_lists = ![Location::Header, Location::Path].contains(&location);
    let found = illegal_texts(place, legal, &is_left_out, takes_lists, MOST);
    let (mut found, mut left_out) = found.ok_or(Some("no valid value is known to change"))?;
    let count = found.len();
    found.retain(|one| one.value.to_string().len() <= LONGEST);
    left_out += count - found.len();
    if found.is_empty() {
        let why = "its invalid values are too long for a row; `probity fuzz` may send them";
        return Err((left_out > 0).then_some(why));
    }
    let rows = found.into_iter().map(|one| (one.name, one.value));
    Ok(Invalid {
        rows: rows.collect(),
        left_out,
    })
}

/// Is a value one segment of a path as it is, whatever a server decodes?
fn is_segment(value: &Value) -> bool {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return false,
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!".contains(&byte);
    !text.is_empty() && ![".", ".."].contains(&text.as_str()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rejected_value_is_rejected_by_its_schema() {
        let names = |schema: Value, location| {
            let found = rejected(&schema, None, location);
            let rows = found.map(|found| found.rows).unwrap_or_default();
            let names = rows.into_iter().map(|(row, _)| row);
            names.collect::<Vec<_>>()
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
        // What is in a path is one segment of it.
        let id = json!({ "type": "string", "minLength": 1, "pattern": "^[1-9][0-9]*$" });
        assert_eq!(names(id, Location::Path), ["pattern"]);
        let date = json!({ "type": "string", "format": "date" });
        assert_eq!(names(date, Location::Path), ["format", "number"]);
    }
}
