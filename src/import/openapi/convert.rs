//! Schemas of a document as draft 2020-12, one file for each component.
//!
//! A request must not be required to have what only answers have (`readOnly`), and the other way round (`writeOnly`): where
//! that makes a difference, a component has two files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::import::name::{Names, kebab};
use crate::import::openapi::document::{Documents, Place, PlaceKey};
use crate::import::openapi::keyword::{self, Form};
use crate::import::openapi::room::REPEATED;
use crate::import::yaml::is_exact;
use crate::json::{SchemaDocuments, SchemaLibrary};
use crate::load::Kind;
use crate::model::Diagnostic;

/// Who sends what a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Request,
    Response,
}

impl Direction {
    /// The keyword of members that only the other side sends.
    fn hidden(self) -> &'static str {
        match self {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        }
    }
}

/// Begins a reference to a file by its number, until the names of all are known.
const MARK: char = '\0';

/// Most schemas that one combines by `allOf` in which members are looked for.
const COMBINED: usize = 1000;

/// A schema in a file of its own.
#[derive(Debug)]
pub(crate) struct Converted<'d> {
    /// The name of its file without an extension.
    pub(crate) stem: String,
    pub(crate) direction: Direction,
    pub(crate) place: Place<'d>,
    pub(crate) schema: Value,
    /// Why a part of it was left out, if one was.
    pub(crate) gap: Option<String>,
}

/// Converts schemas, and all that they refer to.
#[derive(Debug)]
pub(crate) struct Converter<'d> {
    documents: &'d Documents,
    is_old: bool,
    names: Names,
    stems: BTreeMap<PlaceKey, String>,
    by_place: BTreeMap<(PlaceKey, Direction), usize>,
    files: Vec<Converted<'d>>,
    waiting: Vec<usize>,
    /// The file that is being converted; `None` for a value.
    current: Option<usize>,
    /// Why a part of the value was left out.
    gap_of_value: Option<String>,
    /// How many bytes of schemas can still be values of their own.
    left_for_values: usize,
    /// Regular expressions, and whether they can be used.
    patterns: BTreeMap<String, bool>,
    found: Vec<Diagnostic>,
}

impl<'d> Converter<'d> {
    pub(crate) fn new(documents: &'d Documents, is_old: bool) -> Converter<'d> {
        Converter {
            documents,
            is_old,
            names: Names::default(),
            stems: BTreeMap::new(),
            by_place: BTreeMap::new(),
            files: Vec::new(),
            waiting: Vec::new(),
            current: None,
            gap_of_value: None,
            left_for_values: REPEATED,
            patterns: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Puts a schema into a file, if it is not in one, and returns the number of the file. One that has a name in the
    /// document keeps it.
    pub(crate) fn file(&mut self, place: &Place<'d>, direction: Direction, name: &str) -> usize {
        let only = matches!(&place.node.kind, Kind::Object(entries) if entries.len() == 1);
        let target = place.text("$ref").filter(|_| only);
        let target = target.and_then(|reference| self.documents.target(place, reference).ok());
        let (place, name) = match target {
            Some(target) => {
                let name = component_name(&target);
                (target, name)
            }
            None => (
                place.clone(),
                name_around(place).unwrap_or_else(|| name.to_owned()),
            ),
        };
        let number = self.number(&place, direction, &name);
        self.convert_waiting();
        number
    }

    /// A schema as a value of its own, such as that of a parameter, and why a part of it was left out.
    pub(crate) fn value(&mut self, place: &Place<'d>) -> (Value, Option<String>) {
        self.gap_of_value = None;
        let left = self.left_for_values.checked_sub(place.size());
        let value = if let Some(left) = left {
            self.left_for_values = left;
            self.schema(place, Direction::Request, &BTreeSet::new())
        } else {
            let message = format!(
                "the schemas of parameters and headers are repeated in more than {} MiB",
                REPEATED >> 20
            );
            self.warn(place, message);
            Value::Null
        };
        let gap = self.gap_of_value.take();
        self.convert_waiting();
        (value, gap)
    }

    /// All files, with references by the names of files. `values` are schemas that refer to them.
    pub(crate) fn finish(mut self, values: &mut [Value]) -> Finished<'d> {
        let mut canonical: Vec<usize> = (0..self.files.len()).collect();
        for ((place, direction), &number) in &self.by_place {
            let other = self.by_place.get(&(place.clone(), Direction::Response));
            if *direction == Direction::Request
                && let Some(&other) = other
            {
                canonical[number] = other;
            }
        }
        // A request differs from an answer if it is written differently, or refers to one that does.
        loop {
            let differs = |&number: &usize| {
                canonical[number] != number && {
                    let with = |schema: &Value| renamed(schema, &|at| canonical[at].to_string());
                    with(&self.files[number].schema) != with(&self.files[canonical[number]].schema)
                }
            };
            let different: Vec<usize> = (0..self.files.len()).filter(differs).collect();
            if different.is_empty() {
                break;
            }
            for number in different {
                canonical[number] = number;
            }
        }
        let names: Vec<String> = (0..self.files.len())
            .map(|number| {
                let file = &self.files[canonical[number]];
                let key = (file.place.key(), Direction::Response);
                let has_other =
                    file.direction == Direction::Request && self.by_place.contains_key(&key);
                let middle = if has_other { ".request" } else { "" };
                format!("{}{middle}.schema.json", file.stem)
            })
            .collect();
        let name_of = |at: usize| names.get(at).cloned().unwrap_or_default();
        for file in &mut self.files {
            file.schema = renamed(&file.schema, &name_of);
        }
        for value in values {
            *value = renamed(value, &name_of);
        }
        let files = self.files.into_iter().enumerate();
        let files = files.filter(|(number, _)| canonical[*number] == *number);
        Finished {
            files: files
                .map(|(number, file)| (names[number].clone(), file))
                .collect(),
            names,
            found: self.found,
        }
    }

    fn number(&mut self, place: &Place<'d>, direction: Direction, name: &str) -> usize {
        let key = place.key();
        if let Some(number) = self.by_place.get(&(key.clone(), direction)) {
            return *number;
        }
        let stem = match self.stems.get(&key) {
            Some(stem) => stem.clone(),
            None => self.names.give(kebab(name, "schema")),
        };
        self.stems.insert(key.clone(), stem.clone());
        let number = self.files.len();
        self.files.push(Converted {
            stem,
            direction,
            place: place.clone(),
            schema: Value::Bool(true),
            gap: None,
        });
        self.by_place.insert((key, direction), number);
        self.waiting.push(number);
        number
    }

    fn convert_waiting(&mut self) {
        while let Some(number) = self.waiting.pop() {
            let place = self.files[number].place.clone();
            let direction = self.files[number].direction;
            self.current = Some(number);
            self.files[number].schema = self.schema(&place, direction, &BTreeSet::new());
        }
        self.current = None;
    }

    fn warn(&mut self, place: &Place<'_>, message: impl Into<String>) {
        let message = message.into();
        self.leave_out(&message);
        self.found
            .push(place.warning(message, "left out: this part of the schema"));
    }

    /// Notes that the file, or the value, does not have all of its schema.
    fn leave_out(&mut self, why: &str) {
        let gap = match self.current {
            Some(number) => self.files.get_mut(number).map(|file| &mut file.gap),
            None => Some(&mut self.gap_of_value),
        };
        if let Some(gap) = gap {
            gap.get_or_insert_with(|| why.to_owned());
        }
    }

    /// `hidden` are the members that only the other side sends, of schemas around this one.
    fn schema(
        &mut self,
        place: &Place<'d>,
        direction: Direction,
        hidden: &BTreeSet<String>,
    ) -> Value {
        match &place.node.kind {
            Kind::Bool(flag) => return Value::Bool(*flag),
            Kind::Object(_) => {}
            Kind::Broken => {
                self.leave_out("this part of the document cannot be read");
                return Value::Bool(true);
            }
            _ => {
                let message = format!("expected a schema, found {}", place.node.describe());
                self.warn(place, message);
                return Value::Bool(true);
            }
        }
        let mut written = Map::new();
        if let Some(reference) = place.get("$ref")
            && reference.node.as_text().is_none()
        {
            let message = format!(
                "expected a reference in `$ref`, found {}",
                reference.node.describe()
            );
            self.warn(&reference, message);
        }
        if let Some(reference) = place.text("$ref") {
            let target = self.documents.target(place, reference);
            let leads = |target| self.documents.resolve(&target).map(|_| target);
            match target.and_then(leads) {
                Ok(target) => {
                    let name = component_name(&target);
                    let number = self.number(&target, direction, &name);
                    written.insert("$ref".into(), format!("{MARK}{number}").into());
                }
                Err(why) => self.warn(place, why.0),
            }
            if self.is_old {
                return nullable(written, place.is_true("nullable"));
            }
        }
        let mut hidden = hidden.clone();
        self.collect_hidden(place, direction, &mut hidden);
        for (key, child) in place.members() {
            self.keyword(&key.text, place, &child, direction, &hidden, &mut written);
        }
        nullable(written, place.is_true("nullable"))
    }

    fn keyword(
        &mut self,
        name: &str,
        schema: &Place<'d>,
        child: &Place<'d>,
        direction: Direction,
        hidden: &BTreeSet<String>,
        written: &mut Map<String, Value>,
    ) {
        let none = BTreeSet::new();
        let is_form = match keyword::form(name) {
            Form::SchemasByName => matches!(child.node.kind, Kind::Object(_)),
            Form::Required => {
                matches!(child.node.kind, Kind::List(_))
                    && child.items().all(|item| item.node.as_text().is_some())
            }
            _ => true,
        };
        if !is_form {
            let expected = match keyword::form(name) {
                Form::Required => "a list of names",
                _ => "an object of schemas",
            };
            let message = format!(
                "expected {expected} in `{name}`, found {}",
                child.node.describe()
            );
            self.warn(child, message);
            if !matches!(child.node.kind, Kind::List(_)) {
                return;
            }
        }
        if name == "pattern"
            && let Some(pattern) = child.node.as_text()
            && !self.is_usable(pattern)
        {
            let message = format!(
                "unsupported regular expression `{}`",
                pattern.escape_debug()
            );
            return self.warn(child, message);
        }
        let value = match keyword::form(name) {
            Form::Ignored => return,
            Form::Unknown => {
                return self.warn(child, format!("unknown keyword `{}`", name.escape_debug()));
            }
            Form::Schema => self.schema(child, direction, &none),
            Form::Schemas => {
                let hidden = if name == "allOf" { hidden } else { &none };
                let schemas = child
                    .items()
                    .map(|item| self.schema(&item, direction, hidden));
                Value::Array(schemas.collect())
            }
            Form::SchemasByName => {
                let is_patterns = name == "patternProperties";
                let members: Vec<_> = child.members().collect();
                let members = members.into_iter().filter(|(key, item)| {
                    let is_usable = !is_patterns || self.is_usable(&key.text);
                    if !is_usable {
                        self.warn(
                            item,
                            format!(
                                "unsupported regular expression `{}`",
                                key.text.escape_debug()
                            ),
                        );
                    }
                    is_usable
                });
                let members: Vec<_> = members.collect();
                let members = members.into_iter();
                let schemas = members
                    .map(|(key, item)| (key.text.clone(), self.schema(&item, direction, &none)));
                Value::Object(schemas.collect())
            }
            Form::Required => child
                .items()
                .filter_map(|item| item.node.as_text())
                .filter(|name| !hidden.contains(*name))
                .map(Value::from)
                .collect(),
            Form::Example => json!([child.node.to_json()]),
            Form::Discriminator => {
                if let Some(property) = child.text("propertyName") {
                    written.insert("x-discriminator".into(), property.into());
                }
                return;
            }
            Form::Value => child.node.to_json(),
        };
        if keyword::form(name) == Form::Value && !is_exact(&value) {
            let message = format!("a number in `{name}` cannot be represented exactly");
            return self.warn(child, message);
        }
        let members = keyword::converted(name, value, &|other| {
            schema.get(other).map(|other| other.node.to_json())
        });
        match members {
            Ok(members) => written.extend(members),
            Err(expected) => {
                let message = format!(
                    "expected {expected} in `{name}`, found {}",
                    child.node.describe()
                );
                self.warn(child, message);
            }
        }
    }

    /// Can the schemas of a suite have this regular expression?
    fn is_usable(&mut self, pattern: &str) -> bool {
        if let Some(known) = self.patterns.get(pattern) {
            return *known;
        }
        let library = SchemaLibrary::new(&SchemaDocuments::new());
        let schema = json!({ "pattern": pattern });
        let is_usable = library.is_ok_and(|library| library.compile_inline(&schema).is_ok());
        self.patterns.insert(pattern.to_owned(), is_usable);
        is_usable
    }

    /// The members of a schema that only the other side sends, those of all that it combines included.
    fn collect_hidden(
        &mut self,
        place: &Place<'d>,
        direction: Direction,
        hidden: &mut BTreeSet<String>,
    ) {
        let flag = direction.hidden();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![place.clone()];
        while let Some(part) = waiting.pop() {
            // Several ways can lead to one schema.
            if !seen.insert(part.key()) {
                continue;
            }
            if seen.len() > COMBINED {
                let message = format!("more than {COMBINED} schemas are combined by `allOf`");
                let instead = format!("in the others, `{flag}` is not looked for");
                self.leave_out(&message);
                self.found.push(place.warning(message, &instead));
                return;
            }
            let properties = part.get("properties");
            for (key, property) in properties.iter().flat_map(Place::members) {
                let resolved = self.documents.resolve(&property);
                if property.is_true(flag) || resolved.is_ok_and(|resolved| resolved.is_true(flag)) {
                    hidden.insert(key.text.clone());
                }
            }
            let parts = part.get("allOf");
            let parts = parts.iter().flat_map(Place::items);
            waiting.extend(parts.filter_map(|part| self.documents.resolve(&part).ok()));
        }
    }
}

/// The files of a document.
#[derive(Debug)]
pub(crate) struct Finished<'d> {
    /// Each with the name of its file.
    pub(crate) files: Vec<(String, Converted<'d>)>,
    /// The names of files by number.
    pub(crate) names: Vec<String>,
    pub(crate) found: Vec<Diagnostic>,
}

fn component_name(place: &Place<'_>) -> String {
    place.last_token()
}

/// The name of the component that a schema in it has, such as a response.
fn name_around(place: &Place<'_>) -> Option<String> {
    let mut tokens = place.pointer.split('/').skip(1);
    let is_component = tokens.next() == Some("components") && tokens.next() != Some("schemas");
    tokens.next().filter(|_| is_component).map(str::to_owned)
}

/// The schema, which also accepts null if it is nullable.
fn nullable(mut schema: Map<String, Value>, is_nullable: bool) -> Value {
    if !is_nullable {
        return Value::Object(schema);
    }
    if let Some(Value::Array(listed)) = schema.get_mut("enum")
        && !listed.contains(&Value::Null)
    {
        listed.push(Value::Null);
    }
    let is_combined = ["$ref", "allOf", "anyOf", "oneOf"]
        .iter()
        .any(|name| schema.contains_key(*name));
    match schema.get_mut("type") {
        Some(Value::Array(types)) if types.iter().any(|one| one == "null") => {}
        Some(Value::Array(types)) => types.push("null".into()),
        Some(kind) => *kind = json!([kind, "null"]),
        None if is_combined => return json!({ "anyOf": [schema, { "type": "null" }] }),
        None => {}
    }
    Value::Object(schema)
}

/// The schema with other names for the files that it refers to.
fn renamed(schema: &Value, name_of: &dyn Fn(usize) -> String) -> Value {
    match schema {
        Value::String(text) => match text
            .strip_prefix(MARK)
            .and_then(|number| number.parse().ok())
        {
            Some(number) => Value::String(name_of(number)),
            None => schema.clone(),
        },
        Value::Array(items) => items.iter().map(|item| renamed(item, name_of)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members
                    .map(|(name, value)| (name.clone(), renamed(value, name_of)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}
