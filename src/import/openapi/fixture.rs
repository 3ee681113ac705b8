//! Fixtures: values that only somebody who knows a deployment can name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::import::literal;
use crate::import::name::{kebab, lower_first, singular, with_article, words};
use crate::import::openapi::api::{Parameter, path_names};
use crate::import::openapi::keyword;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::openapi::sample;
use crate::import::openapi::schema::without_examples;
use crate::import::yaml::{Entry, Yaml};

/// Names of parameters that say nothing without the thing that they are about.
const GENERIC: [&str; 10] = [
    "id",
    "key",
    "name",
    "slug",
    "uuid",
    "guid",
    "number",
    "code",
    "ref",
    "identifier",
];

/// A fixture of the suite.
#[derive(Clone, Debug)]
pub(crate) struct Fixture {
    about: String,
    form: Option<Value>,
    /// The value in the target template, if the document has one.
    value: Option<Value>,
    /// Is the value a variable of the environment, and no text of the document?
    is_variable: bool,
    /// Do cases change what it names?
    is_disposable: bool,
}

/// The fixtures that cases use.
#[derive(Debug, Default)]
pub(crate) struct Fixtures {
    /// By name.
    all: BTreeMap<String, Fixture>,
    /// The names that each contract uses.
    used: BTreeMap<String, BTreeSet<String>>,
}

/// What a fixture stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Something that is there.
    Existing,
    /// Something that is not.
    Unknown,
    /// Something that the case deletes.
    Deleted,
}

impl Fixtures {
    /// The template of a parameter.
    pub(crate) fn parameter(
        &mut self,
        plan: &Plan<'_>,
        planned: &Planned<'_>,
        parameter: &Parameter<'_>,
        schema: Option<&Value>,
        of: Use,
    ) -> String {
        let own = parameter_name(&planned.operation.path, &parameter.name);
        let form = schema.and_then(|schema| form(plan, schema));
        let about = if parameter.about.is_empty() {
            format!("`{}` of {}", parameter.name, planned.title())
        } else {
            lower_first(&parameter.about)
        };
        let thing = own.trim_end_matches("-id");
        let such = if thing == own { "" } else { "the id of " };
        let such = format!("{such}{}", with_article(&thing.replace('-', " ")));
        let given = plan.example(parameter.example.as_ref());
        let given = given.or_else(|| self::given(schema, plan));
        let (name, fixture) = match of {
            Use::Existing => (own.clone(), (about, given)),
            Use::Unknown => {
                let about = format!("{such} that does not exist");
                (
                    format!("unknown-{own}"),
                    (about, unknown(form.as_ref(), thing)),
                )
            }
            Use::Deleted => {
                let about = format!("{such} that cases may delete");
                (format!("{own}-to-delete"), (about, None))
            }
        };
        let fixture = Fixture {
            about: fixture.0,
            form,
            value: fixture.1,
            is_variable: false,
            is_disposable: of == Use::Deleted,
        };
        let name = self.add(&planned.contract, &name, &fixture);
        format!(
            "${{fixture.{}}}",
            plan.shared_name(&planned.contract, &name)
        )
    }

    /// The template of any other value, which is a variable of the environment if it is known.
    pub(crate) fn other(
        &mut self,
        plan: &Plan<'_>,
        contract: &str,
        name: &str,
        about: &str,
        value: Option<Value>,
    ) -> String {
        let fixture = Fixture {
            about: about.to_owned(),
            form: None,
            is_variable: value.is_some(),
            value,
            is_disposable: false,
        };
        let name = self.add(contract, name, &fixture);
        format!("${{fixture.{}}}", plan.shared_name(contract, &name))
    }

    /// Notes that cases change what a template stands for.
    pub(crate) fn change(&mut self, plan: &Plan<'_>, template: &str) {
        let name = template
            .trim_start_matches("${fixture.")
            .trim_end_matches('}');
        let own = name
            .strip_prefix(&format!("{}.", plan.name))
            .unwrap_or(name);
        if let Some(fixture) = self.all.get_mut(own) {
            fixture.is_disposable = true;
        }
    }

    /// Removes a fixture that a contract does not use after all.
    pub(crate) fn forget(&mut self, contract: &str, name: &str) {
        if let Some(used) = self.used.get_mut(contract) {
            used.remove(name);
        }
        if !self.used.values().any(|used| used.contains(name)) {
            self.all.remove(name);
        }
    }

    fn add(&mut self, contract: &str, name: &str, fixture: &Fixture) -> String {
        let mut tried = name.to_owned();
        let mut number = 2_usize;
        loop {
            let known = self
                .all
                .entry(tried.clone())
                .or_insert_with(|| fixture.clone());
            if known.form == fixture.form {
                if known.value.is_none() {
                    known.value.clone_from(&fixture.value);
                    known.is_variable = fixture.is_variable;
                }
                self.used
                    .entry(contract.to_owned())
                    .or_default()
                    .insert(tried.clone());
                return tried;
            }
            tried = format!("{name}-{number}");
            number += 1;
        }
    }

    /// The entries of `fixtures` in a contract, and of `disposable`.
    pub(crate) fn declared(&self, plan: &Plan<'_>, contract: &str) -> (Vec<Entry>, Vec<Yaml>) {
        let used = self.used.get(contract).into_iter().flatten();
        let mut declared = Vec::new();
        let mut disposable = Vec::new();
        for name in used {
            let fixture = &self.all[name];
            let full = plan.shared_name(contract, name);
            let about = Yaml::text(&fixture.about);
            let value = match &fixture.form {
                Some(form) => Yaml::map([
                    Entry::new("about", about),
                    Entry::new("schema", Yaml::json(form)),
                ]),
                None => about,
            };
            if fixture.is_disposable {
                disposable.push(Yaml::text(&full));
            }
            declared.push(Entry::new(full, value));
        }
        (declared, disposable)
    }

    /// The entries of `fixtures` in a target file, and a line for each that has no value yet.
    pub(crate) fn values(&self, plan: &Plan<'_>) -> (Vec<Entry>, Vec<String>) {
        let mut values = Vec::new();
        let mut missing = Vec::new();
        for (name, fixture) in &self.all {
            let full = format!("{}.{name}", plan.name);
            match &fixture.value {
                Some(value) => {
                    let value = target_value(value, fixture.is_variable);
                    values.push(Entry::new(full, value));
                }
                None => missing.push(format!("{full}: TODO   # {}", fixture.about)),
            }
        }
        (values, missing)
    }
}

/// Target files have variables of the environment in texts, and nothing else. A document has none: it could send what is
/// in them anywhere.
fn target_value(value: &Value, is_variable: bool) -> Yaml {
    match value {
        Value::String(text) if is_variable => Yaml::text(text),
        Value::String(text) => Yaml::text(literal::template(text)),
        other => Yaml::json(other),
    }
}

/// `pet-id` of `petId`, and of `id` in `/pets/{id}`.
pub(crate) fn parameter_name(path: &str, name: &str) -> String {
    let own = kebab(name, "value");
    if !GENERIC.contains(&own.as_str()) {
        return own;
    }
    let before = path.split(&format!("{{{name}}}")).next().unwrap_or("");
    let segments = before
        .split('/')
        .filter(|segment| !segment.is_empty() && !segment.contains('{'));
    let thing = { segments }
        .next_back()
        .map(|segment| words(segment).join("-"));
    match thing.filter(|thing| !thing.is_empty()) {
        Some(thing) => format!("{}-{own}", singular(&thing)),
        None => own,
    }
}

/// What the last parameter of a path names: `pet` of `/pets/{petId}`.
pub(crate) fn thing(path: &str) -> String {
    let last = path_names(path).last();
    let name = last.map_or_else(|| "resource".into(), |last| parameter_name(path, last));
    name.trim_end_matches("-id").replace('-', " ")
}

/// The schema of a parameter in place, if it refers to nothing.
pub(crate) fn form(plan: &Plan<'_>, schema: &Value) -> Option<Value> {
    let schema = resolved(plan, schema)?;
    let mut form = without_examples(&schema);
    let members = form.as_object_mut()?;
    members.retain(|name, _| !keyword::rejects_nothing(name));
    let is_alone = !form.to_string().contains("\"$ref\"") && !form.to_string().contains("${");
    (is_alone && form.as_object().is_some_and(|form| !form.is_empty())).then_some(form)
}

/// The schema behind references.
pub(crate) fn resolved(plan: &Plan<'_>, schema: &Value) -> Option<Value> {
    let mut schema = schema;
    for _ in 0..8 {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(name) => schema = plan.schemas.described(name)?,
            None => return Some(schema.clone()),
        }
    }
    None
}

/// The value that a schema names as an example.
fn given(schema: Option<&Value>, plan: &Plan<'_>) -> Option<Value> {
    let schema = resolved(plan, schema?)?;
    ["examples", "default"]
        .iter()
        .any(|name| schema.get(name).is_some())
        .then(|| sample::value(&schema, &plan.schemas))?
}

/// A value of the form that names nothing.
fn unknown(form: Option<&Value>, thing: &str) -> Option<Value> {
    let Some(form) = form else {
        return Some(format!("no-such-{thing}").into());
    };
    if ["enum", "const", "pattern", "maxLength", "maximum"]
        .iter()
        .any(|name| form.get(name).is_some())
    {
        return (form.get("maximum") == Some(&json!(i32::MAX))).then(|| json!(i32::MAX));
    }
    match (
        form.get("type").and_then(Value::as_str),
        form.get("format").and_then(Value::as_str),
    ) {
        (Some("integer"), _) => Some(json!(999_999_999)),
        (Some("string"), Some("uuid")) => Some(json!("00000000-0000-4000-8000-000000000000")),
        (Some("string"), None) => Some(format!("no-such-{thing}").into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generic_name_says_what_it_is_about() {
        assert_eq!(parameter_name("/pets/{petId}", "petId"), "pet-id");
        assert_eq!(parameter_name("/pets/{id}", "id"), "pet-id");
        assert_eq!(parameter_name("/pets/{id}/toys/{name}", "name"), "toy-name");
        assert_eq!(parameter_name("/{id}", "id"), "id");
        assert_eq!(thing("/pets/{petId}/toys/{id}"), "toy");
        assert_eq!(thing("/pages/{slug}"), "page slug");
        assert_eq!(thing("/pets"), "resource");
    }
}
