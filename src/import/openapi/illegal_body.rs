//! Cases of bodies that the schema of a request rejects, a row for each change, and of bodies that are no JSON.

use serde_json::Value;

use crate::generate::illegal_values;
use crate::import::literal::{self, can_be_written};
use crate::import::name::{Names, kebab};
use crate::import::openapi::api::{Body, line};
use crate::import::openapi::document::Place;
use crate::import::openapi::others::Others;
use crate::import::openapi::plan::{Plan, json_media};
use crate::import::openapi::room::{NO_ROOM, Room};
use crate::import::openapi::sent::{Content, Sent};
use crate::import::openapi::writer::{Writer, illegal, require, require_without_case};
use crate::import::yaml::{Entry, Yaml};

/// The most rows of one operation: a file is read by people.
const MOST: usize = 16;

/// The longest body of a row, as JSON.
const LONGEST: usize = 600;

/// When a body is illegal.
const DIFFERS: &str = "the body does not match its schema";

/// Writes the cases of illegal bodies. `sent` is a request that is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    let Some(body) = &planned.operation.body else {
        return;
    };
    match &sent.body {
        Some(Content::Json {
            value,
            schema: Some(schema),
        }) => {
            changed(writer, sent, body, value, schema);
            malformed(writer, sent, body, Some(value));
        }
        Some(Content::Json {
            value,
            schema: None,
        }) => malformed(writer, sent, body, Some(value)),
        // A fixture: nobody knows yet what is in it.
        Some(Content::Other(entry)) if entry.key == "json" => {
            if let Some(file) = writer.requests.plan.body_schema(writer.planned) {
                let why = unread(writer.requests.plan, file)
                    .unwrap_or_else(|| "no body is known that its schema accepts".into());
                require_without_case(writer, "ILLEGAL", DIFFERS, "body", &body.place, &why);
            }
            malformed(writer, sent, body, None);
        }
        Some(Content::Other(entry)) => without_fields(writer, sent, body, entry),
        _ => {}
    }
}

/// Why a schema says nothing about illegal bodies, if so: what is left of it may reject legal ones.
fn unread(plan: &Plan<'_>, file: &str) -> Option<String> {
    let gap = plan.schemas.gap(file)?;
    let is_distorted = plan.schemas.is_distorted(file);
    is_distorted.then(|| format!("the schema could not be read: {}", line(gap)))
}

/// A row for each change that the schema rejects. Missing members of the body itself are another case.
fn changed(
    writer: &mut Writer<'_, '_, '_>,
    sent: &Sent,
    body: &Body<'_>,
    value: &Value,
    schema: &str,
) {
    let plan = writer.requests.plan;
    let file = plan.body_schema(writer.planned).unwrap_or("");
    let (Some(place), Some(compiled)) = (plan.schemas.place(file), plan.schemas.compiled(file))
    else {
        return;
    };
    if let Some(why) = unread(plan, file) {
        return require_without_case(writer, "ILLEGAL", DIFFERS, "body", &body.place, &why);
    }
    let members = value.as_object().map_or(0, serde_json::Map::len);
    let is_other_case = |changed: &Value| {
        let left = changed.as_object().map(serde_json::Map::len);
        left.is_some_and(|left| left > 0 && left < members)
    };
    let is_left_out = |changed: &Value| {
        is_other_case(changed)
            || !can_be_written(changed)
            || changed.to_string().len() > LONGEST.max(2 * value.to_string().len())
            || compiled.accepts(changed)
    };
    let (mut found, mut left_out) = illegal_values(place, value, &is_left_out, MOST);
    if found.is_empty() {
        return;
    }
    let size = sent.size();
    let mut room = Room::new(&plan.left_for_rows);
    let fitting = found.iter().take_while(|_| room.takes(size)).count();
    left_out += found.len() - fitting;
    found.truncate(fitting);
    if found.is_empty() {
        return require_without_case(writer, "ILLEGAL", DIFFERS, "body", &body.place, NO_ROOM);
    }
    let rows = found.iter().map(|one| {
        Yaml::map([
            Entry::new("row", Yaml::text(&one.name)),
            Entry::new("illegal", Yaml::text(literal::template(&one.what))),
            Entry::new("body", literal::value(&one.value)),
        ])
    });
    let rows = Yaml::Lines(rows.collect());
    let mut row = sent.clone();
    row.body = Some(Content::Row {
        schema: schema.to_owned(),
        illegal: "${row.illegal}".into(),
    });
    let refused = Refused {
        part: "ILLEGAL",
        when: DIFFERS,
        title: "a body that does not match the schema is refused",
        name: "illegal-body",
    };
    refused.write(writer, &row, rows, &body.place);
    writer.note_left_out(left_out);
}

/// Bodies that are no JSON. `value` is a legal one, if one is known.
fn malformed(writer: &mut Writer<'_, '_, '_>, sent: &Sent, body: &Body<'_>, value: Option<&Value>) {
    let Some(media) = json_media(&body.media) else {
        return;
    };
    let mut texts = vec![("no-json", "Probity".to_owned())];
    if let Some(value) = value.filter(|value| value.is_object()) {
        let mut text = value.to_string();
        if text.len() <= LONGEST {
            text.pop();
            texts.insert(0, ("cut", text));
        }
    }
    if body.is_required {
        texts.push(("empty", String::new()));
    }
    let rows = texts.into_iter().map(|(name, text)| {
        Yaml::map([
            Entry::new("row", Yaml::text(name)),
            Entry::new("text", Yaml::text(literal::template(&text))),
        ])
    });
    let rows = Yaml::Lines(rows.collect());
    let mut row = sent.clone();
    let has_type = |(name, _): &(String, Yaml)| name.eq_ignore_ascii_case("content-type");
    if !row.headers.iter().any(has_type) {
        let media_type = Yaml::text(&media.name);
        row.headers.push(("Content-Type".into(), media_type));
    }
    row.body = Some(Content::Other(Entry::new(
        "text",
        Yaml::text("${row.text}"),
    )));
    let refused = Refused {
        part: "MALFORMED",
        when: "the body is not valid JSON",
        title: "a body that is not valid JSON is refused",
        name: "malformed-body",
    };
    refused.write(writer, &row, rows, &body.place);
}

/// A form without one of its required fields.
fn without_fields(writer: &mut Writer<'_, '_, '_>, sent: &Sent, body: &Body<'_>, entry: &Entry) {
    let documents = writer.requests.plan.documents;
    let media = body.media.iter().find(|media| !media.name.contains('*'));
    let schema = media.and_then(|media| documents.resolve(media.schema.as_ref()?).ok());
    let required = schema.and_then(|schema| schema.get("required"));
    let required: Vec<String> = required
        .iter()
        .flat_map(Place::items)
        .filter_map(|item| item.node.as_text().map(str::to_owned))
        .collect();
    let mut rows = Vec::new();
    let mut names = Names::default();
    let mut others = Others::members(writer.requests.plan, sent);
    for name in required {
        if others.is_among(&name) {
            continue;
        }
        let without = match (&entry.value, entry.key.as_str()) {
            (Yaml::Map(fields), "form") => {
                let left = fields.iter().filter(|field| field.key != name).cloned();
                let left: Vec<Entry> = left.collect();
                (left.len() < fields.len() && !left.is_empty()).then_some(Yaml::Map(left))
            }
            (Yaml::Lines(parts), "multipart") => {
                let left = parts.iter().filter(|part| !is_named(part, &name)).cloned();
                let left: Vec<Yaml> = left.collect();
                (left.len() < parts.len() && !left.is_empty()).then_some(Yaml::List(left))
            }
            _ => None,
        };
        let Some(without) = without else { continue };
        if !others.takes(&name) {
            continue;
        }
        let when = format!("the body member `{name}` is missing");
        let proves = require(writer, "WITHOUT", &when, &name, &body.place);
        rows.push(Yaml::map([
            Entry::new("row", Yaml::text(names.give(kebab(&name, "value")))),
            Entry::new("proves", proves),
            Entry::new("body", without),
        ]));
    }
    let refused = illegal(writer);
    others.require(writer, refused, &body.place);
    if rows.is_empty() {
        return;
    }
    let mut row = sent.clone();
    row.body = Some(Content::Other(Entry::new(
        &entry.key,
        Yaml::text("${row.body}"),
    )));
    let (statuses, level) = illegal(writer);
    let name = format!("{}-incomplete", writer.planned.name);
    let title = "a required member of the body is missing".to_owned();
    let proves = Yaml::text("${row.proves}");
    let expected = (&proves, statuses.as_slice());
    let rows = Some(Yaml::Lines(rows));
    writer.refused_case((&name, title), &row, expected, level, rows);
}

fn is_named(part: &Yaml, wanted: &str) -> bool {
    let Yaml::Map(entries) = part else {
        return false;
    };
    let mut names = entries.iter().filter(|entry| entry.key == "name");
    names.any(|entry| entry.value == Yaml::text(literal::template(wanted)))
}

/// A case whose rows are refused for the same reason.
struct Refused {
    part: &'static str,
    when: &'static str,
    title: &'static str,
    name: &'static str,
}

impl Refused {
    fn write(&self, writer: &mut Writer<'_, '_, '_>, row: &Sent, rows: Yaml, at: &Place<'_>) {
        let (statuses, level) = illegal(writer);
        let proves = require(writer, self.part, self.when, "body", at);
        let id = format!("{}-{}", writer.planned.name, self.name);
        let title = self.title.to_owned();
        let expected = (&proves, statuses.as_slice());
        writer.refused_case((&id, title), row, expected, level, Some(rows));
    }
}
