//! Chains from `links`: what one answer gives, the next request uses.
//!
//! A link does not guarantee that the linked request is accepted (`OpenAPI` 3.1 section 4.8.20), so its requirement is a
//! SHOULD.

use serde_json::Value;

use crate::import::literal;
use crate::import::name::{Names, kebab};
use crate::import::openapi::api::Response;
use crate::import::openapi::created::Creator;
use crate::import::openapi::document::Place;
use crate::import::openapi::fixture::Use;
use crate::import::openapi::location::Location;
use crate::import::openapi::plan::Planned;
use crate::import::openapi::request::Given;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::room::{NO_ROOM, Room};
use crate::import::openapi::sent::{Content, Sent};
use crate::import::openapi::status;
use crate::import::openapi::unchecked::Unchecked;
use crate::import::openapi::writer::{Writer, expect};
use crate::import::yaml::{Entry, Yaml};
use crate::json::pointer::tokens;

/// Writes a requirement for each link of an operation, and a case where the document says enough. `sent` is the request
/// whose answer has the links.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, at: usize, sent: Option<&Sent>) {
    let planned = writer.planned;
    let primary = status::primary(planned);
    let mut room = Room::new(&writer.requests.plan.left_for_rows);
    for response in &planned.operation.responses {
        for (name, link) in &response.links {
            let target = target(writer, link);
            let part = writer.part_of_id(&format!("{} LINK {name}", response.status));
            let id = format!("{}-{part}", planned.id());
            let leads = match &target {
                Ok(target) => target.title(),
                Err(_) => "another operation".to_owned(),
            };
            let sentence = format!(
                "The {} response of {} provides the parameters of {leads} (link {}).",
                status::words(std::slice::from_ref(&response.status)),
                planned.title(),
                name.split_whitespace().collect::<Vec<_>>().join(" ")
            );
            let plan = writer.requests.plan;
            let requirement = Requirement::new(plan, id.clone(), Level::Should, sentence, link);
            let number = writer.requirements.len();
            writer.requirements.push(requirement);
            let written = match (target, sent) {
                _ if response.status != primary => Err("no case gets such a response".to_owned()),
                (Err(why), _) => Err(why),
                (Ok(_), None) => continue,
                (Ok(_), Some(sent)) if !room.takes(sent.size()) => Err(NO_ROOM.to_owned()),
                (Ok(target), Some(sent)) => {
                    let case = format!("{}-link-{}", planned.name, kebab(name, "next"));
                    let chain = Chain { id, case, response };
                    chain.write(writer, at, &target, link, sent)
                }
            };
            if let Err(why) = written {
                writer.requirements[number].without_case = why;
            }
        }
    }
}

/// The operation that a link names, as one of the contract that uses it.
fn target<'d>(writer: &Writer<'_, '_, 'd>, link: &Place<'d>) -> Result<Planned<'d>, String> {
    let plan = writer.requests.plan;
    if link.get("server").is_some() {
        return Err("the linked operation is on another server".into());
    }
    let found = if let Some(id) = link.text("operationId") {
        plan.operations
            .iter()
            .find(|one| one.operation.given_id.as_deref() == Some(id))
    } else if let Some(reference) = link.text("operationRef") {
        let place = plan.documents.target(link, reference);
        let place = place.and_then(|place| plan.documents.resolve(&place));
        let key = place.map(|place| place.key()).ok();
        plan.operations
            .iter()
            .find(|one| Some(one.operation.place.key()) == key)
    } else {
        None
    };
    let mut target = found
        .ok_or("the link names no operation of the document")?
        .clone();
    target.contract.clone_from(&writer.planned.contract);
    Ok(target)
}

/// A case that is being written.
struct Chain<'r, 'd> {
    id: String,
    case: String,
    response: &'r Response<'d>,
}

/// What the second request takes from the first exchange.
struct Taken<'s> {
    sent: &'s Sent,
    creator: Option<&'s Creator>,
    captures: Vec<Entry>,
    names: Names,
}

impl<'d> Chain<'_, 'd> {
    fn write(
        self,
        writer: &mut Writer<'_, '_, 'd>,
        at: usize,
        target: &Planned<'d>,
        link: &Place<'d>,
        sent: &Sent,
    ) -> Result<(), String> {
        let planned = writer.planned;
        let creators = writer.requests.creators.values();
        let creator = { creators }.find(|creator| creator.post == at).cloned();
        if !target.is_reading() && creator.is_none() {
            return Err(
                "the linked operation changes the service, and no operation undoes that".into(),
            );
        }
        if link.get("requestBody").is_some() {
            return Err("the link describes a body".into());
        }
        let mut taken = Taken {
            sent,
            creator: creator.as_ref(),
            captures: Vec::new(),
            names: Names::default(),
        };
        for creator in writer.requests.creators.values() {
            taken.names.give(creator.capture.clone());
        }
        let mut given = Given::new();
        let parameters = link.get("parameters");
        for (key, value) in parameters.iter().flat_map(Place::members) {
            let (location, name) = parameter(target, &key.text)
                .ok_or_else(|| format!("the linked operation has no parameter `{}`", key.text))?;
            let mut value = taken.value(&value, &name)?;
            if location == Location::Path {
                value = in_path(value).ok_or("the link gives a value that a path cannot have")?;
            }
            given.insert((location, name), value);
        }
        let next = writer.requests.with(target, Use::Existing, &given)?;
        let Taken { captures, .. } = taken;
        let primary = status::primary(target);
        let mut setup = sent.setup.clone();
        let mut steps = Vec::new();
        let mut undo = None;
        match &creator {
            Some(creator) if captures.is_empty() => setup.clone_from(&creator.setup),
            Some(creator) => {
                let mut parts = creator.parts();
                parts.captures.extend(captures);
                let mut step = parts.entries;
                step.push(Entry::new("capture", Yaml::Map(parts.captures)));
                setup = creator.earlier().to_vec();
                steps.push(step);
                undo = Some(parts.undo);
            }
            None => {
                let status = &self.response.status;
                let id = format!("{}-{}", planned.id(), status::part_of_id(status));
                let mut step = vec![sent.entry(), expect(&id, status)];
                if !captures.is_empty() {
                    step.push(Entry::new("capture", Yaml::Map(captures)));
                }
                steps.push(step);
            }
        }
        // What else the linked request needs comes first.
        let others = next.setup.iter().filter(|step| !setup.contains(step));
        let mut before: Vec<String> = others.cloned().collect();
        before.append(&mut setup);
        steps.push(vec![next.entry(), expect(&self.id, &primary)]);
        let title = format!("follow the link to {}", target.title());
        writer.case(&self.case, title, &before, steps, None);
        if !target.is_reading() {
            writer.last_case_writes();
        }
        if let Some(undo) = undo {
            writer.undo_last_case(undo);
        }
        let is_other = |one: &&Planned<'_>| one.name == target.name;
        let plan = writer.requests.plan;
        let own = plan.operations.iter().find(is_other);
        if own.is_some_and(|own| own.contract != planned.contract) && !primary.ends_with("XX") {
            writer.unchecked.push(Unchecked::whole(
                format!("{} {} {primary}", target.operation.method, target.outline),
                "the rules of another contract describe this answer",
            ));
        }
        Ok(())
    }
}

/// A parameter of the target: `id`, or `path.id` where several have the name.
fn parameter(target: &Planned<'_>, key: &str) -> Option<(Location, String)> {
    let all = || target.operation.parameters.iter();
    let places = [
        ("path.", Location::Path),
        ("query.", Location::Query),
        ("header.", Location::Header),
        ("cookie.", Location::Cookie),
    ];
    let qualified = places.iter().find_map(|(prefix, location)| {
        let name = key.strip_prefix(prefix)?;
        all().find(|one| one.location == *location && one.name == name)
    });
    let found = qualified.or_else(|| all().find(|one| one.name == key))?;
    Some((found.location, found.name.clone()))
}

/// A value as a part of a path.
fn in_path(value: Yaml) -> Option<Yaml> {
    let text = match value {
        Yaml::Text(text) => text,
        Yaml::Scalar(Value::Null) => return None,
        Yaml::Scalar(scalar) => scalar.to_string(),
        _ => return None,
    };
    let is_safe = text.starts_with("${") && text.ends_with('}')
        || !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    is_safe.then_some(Yaml::Text(text))
}

impl Taken<'_> {
    /// The value that a link gives to a parameter.
    fn value(&mut self, value: &Place<'_>, parameter: &str) -> Result<Yaml, String> {
        let json = value.node.to_json();
        let Value::String(text) = &json else {
            return match json {
                Value::Number(_) | Value::Bool(_) => Ok(literal::value(&json)),
                _ => Err("the link gives a value that is neither a string nor a number".into()),
            };
        };
        if text.starts_with('$') {
            return self.expression(text, parameter);
        }
        if !text.contains("{$") {
            return Ok(literal::value(&json));
        }
        let mut made = String::new();
        let mut rest = text.as_str();
        while let Some((before, inside)) = rest.split_once("{$") {
            let (expression, after) = inside.split_once('}').ok_or_else(|| unknown(text))?;
            made.push_str(&literal::template(before));
            match self.expression(&format!("${expression}"), parameter)? {
                Yaml::Text(part) => made.push_str(&part),
                Yaml::Scalar(part) => made.push_str(&part.to_string()),
                _ => return Err(unknown(text)),
            }
            rest = after;
        }
        made.push_str(&literal::template(rest));
        Ok(Yaml::Text(made))
    }

    fn expression(&mut self, text: &str, parameter: &str) -> Result<Yaml, String> {
        if let Some(pointer) = text.strip_prefix("$response.body") {
            let path = json_path(pointer).ok_or_else(|| unknown(text))?;
            return Ok(self.captured(Yaml::text(path), parameter));
        }
        if let Some(name) = text.strip_prefix("$response.header.") {
            let is_token = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if !is_token {
                return Err(unknown(text));
            }
            let source = Yaml::map([Entry::new("header", Yaml::text(name))]);
            return Ok(self.captured(source, parameter));
        }
        let found = if let Some(name) = text.strip_prefix("$request.path.") {
            self.sent.in_path.get(name).map(Yaml::text)
        } else if let Some(name) = text.strip_prefix("$request.query.") {
            value_of(&self.sent.query, |known| known == name)
        } else if let Some(name) = text.strip_prefix("$request.header.") {
            value_of(&self.sent.headers, |known| known.eq_ignore_ascii_case(name))
        } else if let Some(pointer) = text.strip_prefix("$request.body#") {
            match &self.sent.body {
                Some(Content::Json { value, .. }) => value.pointer(pointer).map(literal::value),
                _ => None,
            }
        } else if text == "$method" {
            Some(Yaml::text(&self.sent.method))
        } else {
            return Err(unknown(text));
        };
        found.ok_or_else(|| format!("the first request has no `{text}`"))
    }

    /// The template of a value of the answer.
    fn captured(&mut self, source: Yaml, parameter: &str) -> Yaml {
        let creator = self
            .creator
            .filter(|one| one.source() == Some(source.clone()));
        let known = self.captures.iter().find(|known| known.value == source);
        let name = match (creator, known) {
            (Some(creator), _) => creator.capture.clone(),
            (None, Some(known)) => known.key.clone(),
            (None, None) => {
                let name = self.names.give(kebab(parameter, "value"));
                self.captures.push(Entry::new(&name, source));
                name
            }
        };
        Yaml::text(format!("${{capture.{name}}}"))
    }
}

fn unknown(text: &str) -> String {
    format!(
        "the expression `{}` of the link is not derived",
        crate::text::excerpt::short_text(text, 60)
    )
}

fn value_of(values: &[(String, Yaml)], is_it: impl Fn(&str) -> bool) -> Option<Yaml> {
    let found = values.iter().find(|(name, _)| is_it(name))?;
    Some(found.1.clone())
}

/// The JSON Pointer of an expression (`#/data/0/id`, or nothing for the whole body) as a path.
fn json_path(pointer: &str) -> Option<String> {
    let mut path = "$".to_owned();
    let pointer = match pointer {
        "" | "#" => return Some(path),
        other => other
            .strip_prefix('#')
            .filter(|rest| rest.starts_with('/'))?,
    };
    for name in tokens(pointer) {
        let is_index = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_digit())
            && (name == "0" || !name.starts_with('0'))
            && name.len() < 10;
        let is_simple = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_index {
            path.push_str(&format!("[{name}]"));
        } else if is_simple {
            path.push('.');
            path.push_str(&name);
        } else if name.contains("${") || name.chars().any(char::is_control) {
            return None;
        } else {
            let name = name.replace('\\', "\\\\").replace('\'', "\\'");
            path.push_str(&format!("['{name}']"));
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_become_paths() {
        for (pointer, expected) in [
            ("", Some("$")),
            ("#/id", Some("$.id")),
            ("#/data/0/pet-id", Some("$.data[0]['pet-id']")),
            ("#/a~1b/it's", Some("$['a/b']['it\\'s']")),
            ("#/${x}", None),
            ("id", None),
        ] {
            assert_eq!(json_path(pointer).as_deref(), expected, "{pointer}");
        }
    }
}
