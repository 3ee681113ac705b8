//! Requests of cases: what the document requires, with its examples, values that its schemas accept, and fixtures.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::import::literal::{self, can_be_written};
use crate::import::name::Names;
use crate::import::openapi::api::{Media, line, path_names};
use crate::import::openapi::created::Creator;
use crate::import::openapi::credential::Identities;
use crate::import::openapi::document::Place;
use crate::import::openapi::fixture::{Fixtures, Use, resolved};
use crate::import::openapi::location::Location;
use crate::import::openapi::page_token::is_page_token;
use crate::import::openapi::plan::{Plan, Planned, encoded, is_json, json_media};
use crate::import::openapi::sample::{self, Unmade};
use crate::import::openapi::sent::{Content, Sent, as_text, flat};
use crate::import::openapi::usable::why_no_key;
use crate::import::yaml::{Entry, Yaml};

/// What requests are made of, and what they need.
#[derive(Debug)]
pub(crate) struct Requests<'p, 'd> {
    pub(crate) plan: &'p Plan<'d>,
    pub(crate) fixtures: Fixtures,
    pub(crate) identities: Identities,
    /// By the outline of the path of what they create.
    pub(crate) creators: BTreeMap<String, Creator>,
    /// The ids of the cases of each contract.
    pub(crate) names_of_cases: BTreeMap<String, Names>,
    /// The fixed segments of all paths: as a value of a parameter, one of them may lead to another operation.
    pub(crate) segments: BTreeSet<String>,
}

/// Values of parameters that are known otherwise.
pub(crate) type Given = BTreeMap<(Location, String), Yaml>;

impl<'p, 'd> Requests<'p, 'd> {
    pub(crate) fn new(plan: &'p Plan<'d>) -> Requests<'p, 'd> {
        Requests {
            plan,
            fixtures: Fixtures::default(),
            identities: Identities::default(),
            creators: BTreeMap::new(),
            names_of_cases: BTreeMap::new(),
            segments: { plan.operations.iter() }
                .flat_map(|planned| planned.operation.path.split('/'))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The request that an operation describes, or why there is none.
    pub(crate) fn of(&mut self, planned: &Planned<'d>, last: Use) -> Result<Sent, String> {
        self.with(planned, last, &Given::new())
    }

    /// The same with some values of parameters.
    pub(crate) fn with(
        &mut self,
        planned: &Planned<'d>,
        last: Use,
        given: &Given,
    ) -> Result<Sent, String> {
        if let Some((name, why)) = self.unsendable(planned) {
            let name = line(name);
            return Err(format!(
                "the required parameter `{name}` is not sent: {why}"
            ));
        }
        let (path, setup, in_path) = self.path(planned, last, given);
        let credentials = self.identities.of(self.plan, planned, &mut self.fixtures);
        let mut sent = Sent {
            setup,
            method: planned.operation.method.clone(),
            path,
            credentials,
            in_path,
            members: BTreeMap::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        };
        for location in [Location::Query, Location::Header, Location::Cookie] {
            let required: Vec<_> = planned
                .parameters(location)
                .filter(|(parameter, _)| {
                    parameter.is_required || given.contains_key(&(location, parameter.name.clone()))
                })
                .collect();
            for (parameter, schema) in required {
                let known = given.get(&(location, parameter.name.clone()));
                let example = self.plan.example(parameter.example.as_ref());
                let made = || sample::value(schema?, &self.plan.schemas);
                let is_known = !is_page_token(self.plan, parameter, schema);
                let made = example.or_else(|| made().filter(|_| is_known));
                let why = || {
                    format!(
                        "the style of `{}` does not define how its value is sent",
                        parameter.name
                    )
                };
                if let (Location::Query, None, Some(value)) = (location, known, &made) {
                    let values = parameter.style.query(&parameter.name, value);
                    sent.add_query(&parameter.name, values.ok_or_else(why)?);
                    continue;
                }
                let value = match (known, made) {
                    (Some(known), _) => known.clone(),
                    (None, Some(value)) => flat(&value).ok_or_else(why)?,
                    (None, None) => Yaml::text(self.fixtures.parameter(
                        self.plan,
                        planned,
                        parameter,
                        schema,
                        Use::Existing,
                    )),
                };
                match location {
                    Location::Query => sent.query.push((parameter.name.clone(), value)),
                    Location::Header => sent.headers.push((parameter.name.clone(), as_text(value))),
                    _ => {
                        let Yaml::Text(text) = as_text(value) else {
                            continue;
                        };
                        sent.add_cookie(&parameter.name, &text);
                    }
                }
            }
        }
        self.add_body(planned, &mut sent)?;
        Ok(sent)
    }

    /// A required parameter that could not be read, and why: no request without it is accepted.
    fn unsendable<'o>(&self, planned: &Planned<'o>) -> Option<(&'o str, &'o str)> {
        let is_required = |place: &Place<'_>| {
            let resolved = self.plan.documents.resolve(place);
            resolved.is_ok_and(|parameter| parameter.is_true("required"))
        };
        let mut lost = planned.operation.lost_parameters.iter();
        let (name, why, _) = lost.find(|(_, _, place)| is_required(place))?;
        Some((name, why))
    }

    /// Optional parameters of the query for which the document has examples.
    pub(crate) fn examples(&self, planned: &Planned<'_>) -> Vec<(String, Yaml)> {
        let optional = planned
            .parameters(Location::Query)
            .filter(|(parameter, _)| !parameter.is_required);
        let given = optional.filter_map(|(parameter, schema)| {
            let example = self.plan.example(parameter.example.as_ref());
            let example = example.or_else(|| {
                let schema = resolved(self.plan, schema?)?;
                schema.get("examples")?.get(0).cloned()
            })?;
            parameter.style.query(&parameter.name, &example)
        });
        given.flatten().collect()
    }

    /// The path with values, and the steps that give them.
    fn path(
        &mut self,
        planned: &Planned<'d>,
        last: Use,
        given: &Given,
    ) -> (String, Vec<String>, BTreeMap<String, String>) {
        let mut values = BTreeMap::new();
        let template = &planned.operation.path;
        let count = path_names(template).count();
        let mut path = String::new();
        let mut setup: Vec<String> = Vec::new();
        let mut rest = template.as_str();
        let mut outline = String::new();
        let mut number = 0;
        while let Some((before, (name, after))) = rest
            .split_once('{')
            .and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
        {
            number += 1;
            path.push_str(&literal::template(before));
            outline.extend(encoded(before));
            outline.push_str("{}");
            rest = after;
            if let Some(Yaml::Text(known)) = given.get(&(Location::Path, name.to_owned())) {
                path.push_str(known);
                values.insert(name.to_owned(), known.clone());
                continue;
            }
            let of = if number == count { last } else { Use::Existing };
            let creator = self.creators.get(&outline);
            let creator = creator
                .filter(|creator| of != Use::Unknown && creator.contract == planned.contract);
            if let Some(creator) = creator {
                setup.extend(
                    creator
                        .setup
                        .iter()
                        .filter(|step| !setup.contains(step))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
                let value = format!("${{capture.{}}}", creator.capture);
                path.push_str(&value);
                values.insert(name.to_owned(), value);
                continue;
            }
            let found = planned
                .parameters(Location::Path)
                .find(|(parameter, _)| parameter.name == name);
            let Some((parameter, schema)) = found else {
                continue;
            };
            let value = fixed(schema).filter(|_| of == Use::Existing);
            let value = value.unwrap_or_else(|| {
                self.fixtures
                    .parameter(self.plan, planned, parameter, schema, of)
            });
            path.push_str(&value);
            values.insert(name.to_owned(), value);
        }
        path.push_str(&literal::template(rest));
        (path, setup, values)
    }

    fn add_body(&mut self, planned: &Planned<'d>, sent: &mut Sent) -> Result<(), String> {
        let Some(body) = &planned.operation.body else {
            return Ok(());
        };
        match first_media(&body.media) {
            Some(media) => self.add_media(planned, media, sent),
            None if body.is_required => {
                return Err("the body of the request has no media type".into());
            }
            None => {}
        }
        Ok(())
    }

    /// The request with its body in another media type than the first. `None` if the document does not say enough.
    pub(crate) fn in_media(
        &mut self,
        planned: &Planned<'d>,
        media: &Media<'d>,
        sent: &Sent,
    ) -> Option<Sent> {
        let is_form = ["application/x-www-form-urlencoded", "multipart/form-data"]
            .contains(&media.name.as_str());
        let has_value = match &media.example {
            Some(example) if example.node.as_text().is_some() => true,
            Some(_) => is_form || is_json(&media.name),
            None => is_form && media.schema.is_some() || media.name == "text/plain",
        };
        // The schema of one JSON type is not that of another one.
        let is_same = is_json(&media.name)
            && matches!(&sent.body, Some(Content::Json { .. }))
            && media.example.is_none();
        let mut other = sent.clone();
        other.headers.retain(|(name, _)| name != "Content-Type");
        if is_same {
            let first = first_media(&planned.operation.body.as_ref()?.media)?;
            if !is_same_schema(first, media) {
                return None;
            }
            other
                .headers
                .push(("Content-Type".into(), Yaml::text(&media.name)));
            return Some(other);
        }
        if !has_value || is_json(&media.name) {
            return None;
        }
        self.add_media(planned, media, &mut other);
        Some(other)
    }

    fn add_media(&mut self, planned: &Planned<'d>, media: &Media<'d>, sent: &mut Sent) {
        if is_json(&media.name) {
            sent.body = Some(self.json(planned, media));
            if media.name != "application/json" {
                sent.headers
                    .push(("Content-Type".into(), Yaml::text(&media.name)));
            }
            return;
        }
        let example = self.plan.example(media.example.as_ref());
        let schema = media.schema.as_ref();
        let value = match media.name.split(';').next().unwrap_or("") {
            "application/x-www-form-urlencoded" | "multipart/form-data" => {
                example.or_else(|| Some(Value::Object(self.members(schema?))))
            }
            _ => example,
        };
        let name = format!("{}-body", planned.name);
        let entry = match (media.name.as_str(), value) {
            ("application/x-www-form-urlencoded", Some(Value::Object(members)))
                if members.keys().all(|name| why_no_key(name).is_none()) =>
            {
                let fields = members
                    .iter()
                    .filter_map(|(name, value)| Some(Entry::new(name, as_text(flat(value)?))));
                Some(Entry::new("form", Yaml::map(fields)))
            }
            ("multipart/form-data", Some(Value::Object(members))) => Some(Entry::new(
                "multipart",
                Yaml::Lines(members.iter().map(part).collect()),
            )),
            (_, Some(Value::String(text))) => {
                Some(Entry::new("text", Yaml::text(literal::template(&text))))
            }
            ("text/plain", None) => Some(Entry::new("text", Yaml::text("Probity"))),
            _ => None,
        };
        let is_typed = matches!(&entry, Some(entry) if entry.key != "text");
        if !is_typed {
            sent.headers
                .push(("Content-Type".into(), Yaml::text(&media.name)));
        }
        let entry = entry.unwrap_or_else(|| {
            let about = format!("a body for {} as {}", planned.title(), media.name);
            Entry::new(
                "text",
                Yaml::text(
                    self.fixtures
                        .other(self.plan, &planned.contract, &name, &about, None),
                ),
            )
        });
        sent.body = Some(Content::Other(entry));
    }

    /// A JSON body: the example of the document, or a value that the schema accepts, or a fixture.
    fn json(&mut self, planned: &Planned<'d>, media: &Media<'d>) -> Content {
        let file = self.plan.body_schema(planned).map(str::to_owned);
        let described = file
            .as_deref()
            .and_then(|file| self.plan.schemas.described(file));
        let compiled = file
            .as_deref()
            .and_then(|file| self.plan.schemas.compiled(file));
        let made = described.map(|schema| sample::made(schema, &self.plan.schemas));
        let is_too_large = matches!(made, Some(Err(Unmade::TooLarge)));
        let made = made.and_then(Result::ok);
        let example = self.plan.example(media.example.as_ref());
        let given = [example, made].into_iter().flatten();
        let is_legal = |value: &Value| {
            can_be_written(value) && compiled.as_ref().is_none_or(|schema| schema.accepts(value))
        };
        let schema = file.map(|file| format!("{}/{file}", self.plan.name));
        if let Some(value) = { given }.find(is_legal) {
            return Content::Json { value, schema };
        }
        let name = format!("{}-body", planned.name);
        let mut about = format!("a JSON body for {}", planned.title());
        if is_too_large {
            about.push_str(" (its schema is too large to generate one)");
        }
        let fixture = self
            .fixtures
            .other(self.plan, &planned.contract, &name, &about, None);
        Content::Other(Entry::new("json", Yaml::text(fixture)))
    }

    /// The members of an object as a form has them.
    fn members(&self, schema: &Place<'d>) -> Map<String, Value> {
        let Ok(schema) = self.plan.documents.resolve(schema) else {
            return Map::new();
        };
        let required = schema.get("required");
        let required: Vec<&str> = required
            .iter()
            .flat_map(Place::items)
            .filter_map(|item| item.node.as_text())
            .collect();
        let properties = schema.get("properties");
        let members = properties.iter().flat_map(Place::members);
        let members =
            members.filter(|(key, _)| required.is_empty() || required.contains(&key.text.as_str()));
        let members = members.map(|(key, property)| {
            let resolved = self.plan.documents.resolve(&property);
            (key, resolved.unwrap_or(property))
        });
        let members = members.filter(|(_, property)| !property.is_true("readOnly"));
        let members = members.map(|(key, property)| {
            let is_file = property.text("format") == Some("binary")
                || property.text("contentMediaType").is_some();
            let example = property.get("example").or_else(|| property.get("default"));
            let listed = property
                .get("enum")
                .and_then(|listed| listed.items().next());
            let value = match (example.or(listed), property.text("type")) {
                (Some(example), _) => example.node.to_json(),
                (None, Some("integer" | "number")) => 1.into(),
                (None, Some("boolean")) => true.into(),
                (None, _) if is_file => FILE.into(),
                (None, _) => "Probity".into(),
            };
            (key.text.clone(), value)
        });
        members.collect()
    }
}

/// The media type in which cases send a body: JSON if it is among them.
pub(crate) fn first_media<'m, 'd>(media: &'m [Media<'d>]) -> Option<&'m Media<'d>> {
    json_media(media).or_else(|| media.iter().find(|media| !media.name.contains('*')))
}

/// Do two media types name the same schema?
fn is_same_schema(one: &Media<'_>, other: &Media<'_>) -> bool {
    match (&one.schema, &other.schema) {
        (Some(one), Some(other)) => one.node.to_json() == other.node.to_json(),
        (None, None) => true,
        _ => false,
    }
}

/// Stands for a file in a form.
const FILE: &str = "\u{0}file";

fn part((name, value): (&String, &Value)) -> Yaml {
    let name = Entry::new("name", Yaml::text(literal::template(name)));
    match value {
        Value::String(text) if text == FILE => Yaml::map([
            name,
            Entry::new("text", Yaml::text("Probity")),
            Entry::new("filename", Yaml::text("probity.txt")),
        ]),
        Value::Array(_) | Value::Object(_) => {
            Yaml::map([name, Entry::new("json", literal::value(value))])
        }
        other => {
            let text = flat(other).map_or_else(|| Yaml::text(""), as_text);
            Yaml::map([name, Entry::new("text", text)])
        }
    }
}

/// The value of a path parameter that the document names, if it can be in a path as it is.
fn fixed(schema: Option<&Value>) -> Option<String> {
    let schema = schema?;
    let value = schema.get("const").or_else(|| schema.get("enum")?.get(0))?;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_safe = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    is_safe.then_some(text)
}
