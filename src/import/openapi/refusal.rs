//! Cases of requests that the document says are refused: without credentials, about something unknown, without what is
//! required.

use serde_json::Value;

use crate::import::literal;
use crate::import::name::{Names, kebab};
use crate::import::openapi::fixture::{Use, thing};
use crate::import::openapi::illegal_body;
use crate::import::openapi::location::Location;
use crate::import::openapi::others::Others;
use crate::import::openapi::outline::required;
use crate::import::openapi::parameter;
use crate::import::openapi::path_value;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::sent::{Content, Sent};
use crate::import::openapi::writer::{Writer, expect, illegal, require, require_status};
use crate::import::yaml::{Entry, Yaml};

/// Writes the refusals of an operation. `sent` is a request that is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    without_credentials(writer, sent);
    unknown(writer);
    without_parameters(writer, sent);
    without_members(writer, sent);
    illegal_body::write(writer, sent);
    parameter::write(writer, sent);
    path_value::write(writer);
}

fn without_credentials(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    if !sent.credentials.are_needed() {
        return;
    }
    let plan = writer.requests.plan;
    let mut documented = ["401", "403"].into_iter();
    let documented = documented.find(|status| planned.response(status).is_some());
    let name = format!("{}-anonymous", planned.name);
    let title = "a request without credentials is refused".to_owned();
    let anonymous = sent.anonymous();
    if let Some(status) = documented {
        let id = require_status(writer, status, Level::Must);
        let steps = vec![vec![anonymous.entry(), expect(&id, status)]];
        writer.case(&name, title, &sent.setup, steps, None);
        writer.undo_if_accepted(sent);
        writer.provoked.push(vec![status.to_owned()]);
        return;
    }
    let id = format!("{}-ANONYMOUS", planned.id());
    let sentence = format!(
        "{} returns 401 or 403 if the request has no credentials.",
        planned.title()
    );
    let place = planned
        .operation
        .place
        .get("security")
        .unwrap_or_else(|| planned.operation.place.clone());
    writer.requirements.push(Requirement::new(
        plan,
        id.clone(),
        Level::Should,
        sentence,
        &place,
    ));
    let statuses = ["401".to_owned(), "403".to_owned()];
    writer.provoked.push(statuses.to_vec());
    let proves = Yaml::list([Yaml::text(id)]);
    let expected = (&proves, statuses.as_slice());
    writer.refused_case((&name, title), &anonymous, expected, Level::Should, None);
}

fn unknown(writer: &mut Writer<'_, '_, '_>) {
    let planned = writer.planned;
    if planned.response("404").is_none() || !writer.has_path_parameters() {
        return;
    }
    let Ok(sent) = writer.requests.of(planned, Use::Unknown) else {
        return;
    };
    let id = require_status(writer, "404", Level::Must);
    let title = format!("an unknown {} is not found", thing(&planned.operation.path));
    let name = format!("{}-unknown", planned.name);
    writer.case(
        &name,
        title,
        &sent.setup,
        vec![vec![sent.entry(), expect(&id, "404")]],
        None,
    );
    writer.undo_if_accepted(&sent);
    writer.provoked.push(vec!["404".into()]);
}

fn without_parameters(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    for location in [Location::Query, Location::Header] {
        let (part, when) = match location {
            Location::Header => (
                "WITHOUT OTHER HEADERS",
                "any other required header is missing",
            ),
            _ => (
                "WITHOUT OTHER PARAMETERS",
                "any other required query parameter is missing",
            ),
        };
        let mut others = Others::new(plan, sent, part, when);
        let required: Vec<_> = planned
            .parameters(location)
            .filter(|(parameter, _)| parameter.is_required)
            .map(|(parameter, _)| parameter)
            .collect();
        for parameter in required {
            if !others.takes(&parameter.name) {
                continue;
            }
            let kind = if location == Location::Query {
                "query parameter"
            } else {
                "header"
            };
            let proves = require(
                writer,
                "WITHOUT",
                &format!("the {kind} `{}` is missing", parameter.name),
                &parameter.name,
                &parameter.place,
            );
            let mut without = sent.clone();
            if location == Location::Query {
                without.drop_query(&parameter.name);
            }
            without
                .headers
                .retain(|(name, _)| location != Location::Header || *name != parameter.name);
            let (statuses, level) = illegal(writer);
            let name = format!(
                "{}-without-{}",
                planned.name,
                kebab(&parameter.name, "value")
            );
            let title = format!("the required {kind} {} is missing", parameter.name);
            let expected = (&proves, statuses.as_slice());
            writer.refused_case((&name, title), &without, expected, level, None);
        }
        let refused = illegal(writer);
        others.require(writer, refused, &planned.operation.place);
    }
}

fn without_members(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    let Some(body) = &planned.operation.body else {
        return;
    };
    let Some(Content::Json {
        value: Value::Object(members),
        schema: Some(schema),
    }) = &sent.body
    else {
        return;
    };
    let Some(file) = plan.body_schema(planned) else {
        return;
    };
    if plan.schemas.is_distorted(file) {
        return;
    }
    let Some(compiled) = plan.schemas.compiled(file) else {
        return;
    };
    let mut rows = Vec::new();
    let mut names = Names::default();
    let Some(described) = plan.schemas.written(file) else {
        return;
    };
    let mut others = Others::members(plan, sent);
    for name in required(plan, described) {
        if !members.contains_key(&name) || others.is_among(&name) {
            continue;
        }
        let mut without = members.clone();
        without.shift_remove(&name);
        let without = Value::Object(without);
        if compiled.accepts(&without) || !others.takes(&name) {
            continue;
        }
        let proves = require(
            writer,
            "WITHOUT",
            &format!("the body member `{name}` is missing"),
            &name,
            &body.place,
        );
        rows.push(Yaml::map([
            Entry::new("row", Yaml::text(names.give(kebab(&name, "value")))),
            Entry::new("proves", proves),
            Entry::new("body", literal::value(&without)),
        ]));
    }
    let refused = illegal(writer);
    others.require(writer, refused, &body.place);
    if rows.is_empty() {
        return;
    }
    let mut row = sent.clone();
    row.body = Some(Content::Row {
        schema: schema.clone(),
        illegal: "a required member is missing".into(),
    });
    let (statuses, level) = illegal(writer);
    let proves = Yaml::text("${row.proves}");
    let title = "a required member of the body is missing".to_owned();
    let name = format!("{}-incomplete", planned.name);
    let expected = (&proves, statuses.as_slice());
    let rows = Some(Yaml::Lines(rows));
    writer.refused_case((&name, title), &row, expected, level, rows);
}
