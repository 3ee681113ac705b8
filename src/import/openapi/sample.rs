//! Values that a schema accepts: its examples, or the smallest one that can be made.

use serde_json::{Map, Value, json};

use crate::generate::{OF_PATTERNS, of_format};
use crate::import::openapi::schema::Schemas;
use crate::json::{SchemaDocuments, SchemaLibrary};

/// How deep values are made.
const DEPTH: usize = 12;

/// How much is looked at for one value: a schema that contains itself several times has more places than that.
const MOST: usize = 20_000;

/// What it costs to compile a regular expression.
const PATTERN: usize = 100;

/// Keywords whose schemas are made one by one.
const COMBINED: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unmade {
    /// No value is known that the schema accepts.
    Unknown,
    /// The schema is too large to look for one.
    TooLarge,
}

/// A value of the schema, if one can be made.
pub(crate) fn value(schema: &Value, schemas: &Schemas) -> Option<Value> {
    made(schema, schemas).ok()
}

/// The same, or why there is none.
pub(crate) fn made(schema: &Value, schemas: &Schemas) -> Result<Value, Unmade> {
    let most = MOST.min(schemas.left_for_samples.get());
    let mut maker = Maker {
        schemas,
        left: most,
        is_spent: false,
    };
    let made = maker.make(schema, DEPTH);
    let used = most - maker.left;
    let left = schemas.left_for_samples.get().saturating_sub(used);
    schemas.left_for_samples.set(left);
    made.ok_or(if maker.is_spent {
        Unmade::TooLarge
    } else {
        Unmade::Unknown
    })
}

/// The keywords of a schema without some of [`COMBINED`].
#[derive(Clone, Copy)]
struct Keywords<'s> {
    members: &'s Map<String, Value>,
    without: [bool; COMBINED.len()],
}

impl<'s> Keywords<'s> {
    fn has(self, name: &str) -> bool {
        let at = COMBINED.iter().position(|one| *one == name);
        !at.is_some_and(|at| self.without[at])
    }

    fn get(self, name: &str) -> Option<&'s Value> {
        self.members.get(name).filter(|_| self.has(name))
    }

    /// The schemas of one of [`COMBINED`], and the keywords without it.
    fn combined(self, at: usize) -> Option<(&'s [Value], Keywords<'s>)> {
        let parts = self.get(COMBINED[at])?.as_array()?;
        let mut own = self;
        own.without[at] = true;
        Some((parts, own))
    }

    /// Does it say which values there are?
    fn says_something(self) -> bool {
        let names = ["type", "properties", "required", "$ref", "enum", "const"];
        let mut names = names.iter().chain(&COMBINED);
        names.any(|name| self.get(name).is_some())
    }
}

/// Makes one value.
struct Maker<'s> {
    schemas: &'s Schemas,
    /// How much more is looked at and written.
    left: usize,
    is_spent: bool,
}

impl Maker<'_> {
    /// Takes as much as something costs; false if that is not left.
    fn pays(&mut self, cost: usize) -> bool {
        let left = self.left.checked_sub(cost).filter(|_| !self.is_spent);
        self.is_spent = left.is_none();
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Takes as much as some copies of a value cost.
    fn pays_for(&mut self, value: &Value, copies: usize) -> bool {
        let text = |text: &str| 1 + text.len() / 16;
        let cost = match value {
            Value::String(own) => text(own),
            Value::Object(members) => members.keys().map(|name| text(name)).sum::<usize>() + 1,
            _ => 1,
        };
        self.pays(cost.saturating_mul(copies))
            && match value {
                Value::Array(items) => items.iter().all(|item| self.pays_for(item, copies)),
                Value::Object(all) => all.values().all(|one| self.pays_for(one, copies)),
                _ => true,
            }
    }

    fn copy(&mut self, value: &Value) -> Option<Value> {
        self.pays_for(value, 1).then(|| value.clone())
    }

    fn make(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        match schema {
            Value::Object(members) => {
                let without = [false; COMBINED.len()];
                self.make_of(Keywords { members, without }, depth)
            }
            Value::Bool(true) if depth > 0 && self.pays(1) => Some("Probity".into()),
            _ => None,
        }
    }

    fn make_of(&mut self, keywords: Keywords<'_>, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        // Its lists are looked through.
        let lengths = keywords.members.values().map(|value| match value {
            Value::Array(items) => items.len(),
            Value::Object(members) => members.len(),
            _ => 1,
        });
        if !self.pays(1 + lengths.sum::<usize>() / 16) {
            return None;
        }
        if let Some(given) = given(keywords.members) {
            return self.copy(given);
        }
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            return self.make(self.schemas.described(reference)?, depth);
        }
        for at in [0, 1] {
            let Some((parts, own)) = keywords.combined(at) else {
                continue;
            };
            let is_null = |one: &&Value| one.get("type") == Some(&json!("null"));
            let mut parts = parts.iter().filter(|one| !is_null(one));
            let made = parts.find_map(|one| self.merged(own, std::slice::from_ref(one), depth));
            if made.is_some() {
                return made;
            }
        }
        if let Some((parts, own)) = keywords.combined(2) {
            return self.merged(own, parts, depth);
        }
        match kind(keywords.members) {
            "object" => self.object(keywords.members, depth),
            "array" => self.array(keywords.members, depth),
            "integer" => number(keywords.members, true),
            "number" => number(keywords.members, false),
            "boolean" => Some(true.into()),
            "null" => Some(Value::Null),
            _ => self.text(keywords),
        }
    }

    fn array(&mut self, schema: &Map<String, Value>, depth: usize) -> Option<Value> {
        let count = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1);
        let count = usize::try_from(count).ok().filter(|count| *count <= 20)?;
        let any = Value::Bool(true);
        let items = schema.get("items");
        // Anything is a text, however deep.
        let depth = if items.is_some() { depth } else { DEPTH };
        match self.make(items.unwrap_or(&any), depth) {
            Some(item) => self
                .pays_for(&item, count)
                .then(|| vec![item; count].into()),
            None if schema.contains_key("minItems") => None,
            None => Some(json!([])),
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, depth: usize) -> Option<Value> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        let mut made = Map::new();
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            let property = properties.and_then(|properties| properties.get(name));
            let property = self.make(property.unwrap_or(&Value::Bool(true)), depth)?;
            if !self.pays(name.len() / 16) {
                return None;
            }
            made.insert(name.to_owned(), property);
        }
        if made.is_empty() {
            // An object without members says nothing: one that can be sent.
            let sent = properties.into_iter().flatten();
            let mut sent =
                sent.filter(|(_, property)| property.get("readOnly") != Some(&Value::Bool(true)));
            let first = sent.find_map(|(name, property)| Some((name, self.make(property, depth)?)));
            made.extend(first.map(|(name, value)| (name.clone(), value)));
        }
        Some(Value::Object(made))
    }

    /// An object of a schema's own keywords and of all of the parts; of other values, the first that can be made.
    fn merged(&mut self, own: Keywords<'_>, parts: &[Value], depth: usize) -> Option<Value> {
        let without = [false; COMBINED.len()];
        let parts = parts.iter().filter_map(Value::as_object);
        let parts = parts.map(|members| Keywords { members, without });
        let mut object: Option<Map<String, Value>> = None;
        let all = std::iter::once(own).chain(parts);
        for part in all.filter(|part| part.says_something()) {
            match self.make_of(part, depth)? {
                Value::Object(members) => object.get_or_insert_default().extend(members),
                other if object.is_none() => return Some(other),
                _ => return None,
            }
        }
        object.map(Value::Object)
    }

    fn text(&mut self, keywords: Keywords<'_>) -> Option<Value> {
        let schema = keywords.members;
        let format = ["format", "x-format"]
            .iter()
            .find_map(|name| schema.get(*name)?.as_str());
        let made = format.and_then(of_format).and_then(|all| all.first());
        let made = sized(made.unwrap_or(&"Probity"), schema)?;
        if !self.pays(made.len() / 16) {
            return None;
        }
        if !schema.contains_key("pattern") {
            return Some(made.into());
        }
        if !self.pays(PATTERN) {
            return None;
        }
        let mut own = Map::new();
        for (name, value) in schema.iter().filter(|(name, _)| keywords.has(name)) {
            own.insert(name.clone(), self.copy(value)?);
        }
        let library = SchemaLibrary::new(&SchemaDocuments::new()).ok()?;
        let compiled = library.compile_inline(&Value::Object(own)).ok()?;
        let tried = std::iter::once(made.as_str()).chain(OF_PATTERNS);
        let mut tried = tried.map(Value::from);
        tried.find(|value| compiled.accepts(value))
    }
}

/// The value that the schema names.
fn given(schema: &Map<String, Value>) -> Option<&Value> {
    if let Some(first) = schema.get("examples").and_then(|examples| examples.get(0)) {
        return Some(first);
    }
    for name in ["const", "default"] {
        if let Some(value) = schema.get(name).filter(|value| !value.is_null()) {
            return Some(value);
        }
    }
    let listed = schema.get("enum")?.as_array()?;
    listed.iter().find(|value| !value.is_null())
}

fn kind(schema: &Map<String, Value>) -> &str {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        _ => None,
    };
    named.unwrap_or(if schema.contains_key("properties") {
        "object"
    } else {
        "string"
    })
}

fn number(schema: &Map<String, Value>, is_whole: bool) -> Option<Value> {
    let get = |name: &str| schema.get(name).and_then(Value::as_f64);
    let step = get("multipleOf").unwrap_or(1.0);
    let least = get("minimum").or_else(|| get("exclusiveMinimum").map(|limit| limit + step));
    let most = get("maximum").or_else(|| get("exclusiveMaximum").map(|limit| limit - step));
    let wanted = match (least, most) {
        (Some(least), _) if least > 1.0 => least,
        (_, Some(most)) if most < 1.0 => most,
        _ => step.max(1.0),
    };
    let rounded = (wanted / step).ceil() * step;
    if !rounded.is_finite() || rounded.abs() > 9e15 {
        return None;
    }
    if is_whole || rounded.fract() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole, and within 53 bits"
        )]
        return Some(Value::from(rounded as i64));
    }
    Some(rounded.into())
}

/// The text, as long as the schema wants it.
fn sized(text: &str, schema: &Map<String, Value>) -> Option<String> {
    let count = |name: &str| {
        let count = schema.get(name).and_then(Value::as_u64);
        count.and_then(|count| usize::try_from(count).ok())
    };
    let least = count("minLength").unwrap_or(0);
    if least > 4096 {
        return None;
    }
    let missing = |text: &str| least.saturating_sub(text.chars().count());
    let filled = text.to_owned() + &" Probity".repeat(missing(text).div_ceil(8));
    let most = count("maxLength").unwrap_or(usize::MAX).max(least);
    if least == 0 {
        return Some(filled.chars().take(most).collect());
    }
    let start: String = filled.chars().take(most.min(least.max(7))).collect();
    let start = start.trim_end();
    Some(start.to_owned() + &"y".repeat(missing(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(schema: &Value) -> Value {
        let finished = crate::import::openapi::convert::Finished {
            files: Vec::new(),
            names: Vec::new(),
            found: Vec::new(),
        };
        let schemas = Schemas::new(finished, &mut Vec::new());
        value(schema, &schemas).unwrap_or_default()
    }

    #[test]
    fn a_made_value_is_accepted_by_its_schema() {
        for schema in [
            json!({ "type": "string" }),
            json!({ "type": "string", "minLength": 30, "maxLength": 31 }),
            json!({ "type": "string", "minLength": 2, "maxLength": 3 }),
            json!({ "type": "string", "maxLength": 3 }),
            json!({ "type": "string", "pattern": "^[A-Z]{3}$" }),
            json!({ "type": "string", "format": "date-time" }),
            json!({ "type": "string", "format": "ipv6" }),
            json!({ "type": ["null", "integer"], "minimum": 7 }),
            json!({ "type": "integer", "exclusiveMinimum": 7 }),
            json!({ "type": "number", "multipleOf": 0.5, "maximum": 0.5 }),
            json!({ "type": "integer", "minimum": 3, "multipleOf": 5 }),
            json!({ "enum": [null, "b"] }),
            json!({ "type": "array", "minItems": 2, "items": { "type": "boolean" } }),
            json!({ "type": "object", "required": ["a", "b"], "properties": { "a": { "const": 3 } } }),
            json!({ "allOf": [
                { "required": ["a"], "properties": { "a": { "type": "integer" } } },
                { "required": ["b"], "properties": { "b": { "examples": ["c"], "type": "string" } } },
            ] }),
            json!({ "oneOf": [{ "type": "null" }, { "type": "string", "format": "uuid" }] }),
            json!({ "properties": { "a": { "readOnly": true }, "b": { "type": "boolean" } } }),
        ] {
            let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
            let value = made(&schema);
            assert!(
                library.compile_inline(&schema).unwrap().accepts(&value),
                "{schema}: {value}"
            );
        }
    }

    #[test]
    fn what_cannot_be_made_is_not() {
        for schema in [
            json!({ "type": "string", "pattern": "^very special$" }),
            json!({ "type": "string", "minLength": 1_000_000_000 }),
            json!({ "type": "array", "minItems": 1_000_000_000 }),
            json!(false),
        ] {
            assert_eq!(made(&schema), Value::Null, "{schema}");
        }
    }
}
