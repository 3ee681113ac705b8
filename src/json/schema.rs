//! JSON Schemas (draft-07, 2019-09 and 2020-12): a library of documents, and schemas that are compiled once.
//!
//! Only this module uses the JSON Schema crate. Nothing is fetched. What the specification ignores silently (unknown
//! keywords and formats) is an error.

mod cost;
mod dialect;
mod exact;
mod format;
mod keyword;
mod lint;
mod openapi;
mod reference;
mod rule;
mod rules;
#[cfg(test)]
mod tests;
mod violation;
mod ways;

pub(crate) use format::is_format;
pub(crate) use keyword::{FORMATS, TYPES};
pub(crate) use reference::referred;
pub use rule::SchemaRule;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, PatternOptions, Registry, Validator};
use serde_json::{Value, json};

use crate::json::date_time::is_date_time;
use crate::json::schema::cost::Choices;
use crate::json::schema::lint::{Lint, lint};
use crate::json::schema::reference::{Documents, Site, uri_of, uri_of_site};
pub use crate::json::schema::rules::BrokenRules;
use crate::json::schema::violation::Collector;
use crate::text::excerpt::short_text;
use crate::text::nearest::nearest;

/// The name of a schema that is written in a case file.
const INLINE: &str = "inline";

/// The URI of the schema that refers to the one to compile. No document can have it.
const ROOT: &str = "probity-root:///";

/// The largest regular expression, compiled, in bytes.
const PATTERN_SIZE_LIMIT: usize = 1 << 20;

/// The maximum number of candidates to list when none is similar.
const CANDIDATES: usize = 8;

/// The maximum number of reported violations of one rule: one bad member in each of a million elements is one mistake.
pub const VIOLATIONS_OF_ONE_RULE: usize = 100;

/// The number of a compiled schema in its suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct SchemaId(pub usize);

/// Schema documents by name (`presence/records.schema.json`), so that one can refer to another by `$ref`.
pub type SchemaDocuments = BTreeMap<String, Arc<Value>>;

/// All schema documents of a suite, linted, ready to be compiled from.
///
/// ```
/// use std::sync::Arc;
/// use probity::json::{SchemaDocuments, SchemaLibrary};
/// use serde_json::json;
///
/// let mut documents = SchemaDocuments::new();
/// documents.insert("ids.json".into(), Arc::new(json!({ "$defs": { "id": { "type": "string" } } })));
/// let library = SchemaLibrary::new(&documents).unwrap();
/// let schema = library.compile("ids.json", "/$defs/id").unwrap();
/// assert!(schema.accepts(&json!("a")));
/// assert_eq!(schema.violations(&json!(1))[0].rule.location, "ids.json#/$defs/id/type");
/// ```
pub struct SchemaLibrary {
    documents: Arc<Documents>,
    lints: BTreeMap<String, Lint>,
    registry: Registry<'static>,
}

/// A compiled schema.
pub struct Schema {
    /// How it is named: `presence/records.schema.json#/$defs/record`, or `inline`.
    pub name: String,
    validator: Validator,
    documents: Arc<Documents>,
    start: Site,
    /// Its alternatives.
    choices: OnceLock<Choices>,
}

/// Why a schema could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// The document at fault.
    pub document: String,
    /// JSON Pointer to what is wrong in that document, as far as known.
    pub pointer: String,
    /// What is wrong, in one line.
    pub message: String,
    /// Valid alternatives: the similar one, or all if they are few, or none.
    pub candidates: Vec<String>,
    /// What to do, where that is not to write one of `candidates`; empty otherwise.
    pub help: String,
}

/// One rule of a schema that a value breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaViolation {
    /// JSON Pointer to the value.
    pub pointer: String,
    /// What is wrong, in one line. Long values are cut.
    pub message: String,
    /// The required member that is missing, if that is the violation.
    pub missing: Option<String>,
    /// The rule.
    pub rule: SchemaRule,
    /// The requirement that the schema names for this rule with `x-requirement`, if any.
    pub requirement: Option<String>,
}

/// One rule of a schema: a keyword that can reject values, a name in `required`, or a schema that is `false`.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaAssertion {
    /// The document of the rule; `inline` for a schema in a case.
    pub document: String,
    /// JSON Pointer to it.
    pub pointer: String,
    /// The keyword, or `false`.
    pub keyword: String,
    /// The value of the keyword; of `required` the one name.
    pub value: Value,
}

impl SchemaLibrary {
    /// Checks every document and every reference between them.
    ///
    /// # Errors
    ///
    /// Everything that is wrong in any document: unknown keywords, types and formats, invalid values of keywords, and
    /// references that lead nowhere.
    pub fn new(documents: &SchemaDocuments) -> Result<SchemaLibrary, Vec<SchemaError>> {
        let mut known = Documents::default();
        let mut lints = BTreeMap::new();
        for (name, document) in documents {
            let lint = lint(name, document);
            known.add(name, document, &lint);
            lints.insert(name.clone(), lint);
        }
        let mut errors = Vec::new();
        for (name, lint) in &mut lints {
            errors.append(&mut lint.errors);
            errors.extend(lost_references(&known, name, lint));
        }
        if errors.is_empty() {
            errors = ways::too_many(&known);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let bound = documents
            .iter()
            .map(|(name, document)| (uri_of(name), known.bound(name, document, &lints[name])));
        // Each document is of the draft that its `$schema` names, and of 2020-12 without one.
        let registry = Registry::new()
            .extend(bound)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| vec![SchemaError::of("", "", error.to_string())])?;
        Ok(SchemaLibrary {
            documents: Arc::new(known),
            lints,
            registry,
        })
    }

    /// Compiles the document `name` (or the place in it that `fragment`, a JSON Pointer, names).
    ///
    /// # Errors
    ///
    /// There is no such schema, or it contains an invalid regular expression.
    pub fn compile(&self, name: &str, fragment: &str) -> Result<Schema, Vec<SchemaError>> {
        let start = Site {
            document: name.to_owned(),
            pointer: fragment.to_owned(),
        };
        if self.documents.schema_at(&start).is_none() {
            return Err(vec![self.documents.no_schema(&start)]);
        }
        let validator =
            build(&self.registry, &start).map_err(|error| self.build_errors(name, None, &error))?;
        Ok(Schema {
            name: if fragment.is_empty() {
                name.to_owned()
            } else {
                start.to_string()
            },
            validator,
            documents: Arc::clone(&self.documents),
            start,
            choices: OnceLock::new(),
        })
    }

    /// Compiles a schema that is written in a case file. Its references are relative to `schemas/`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; the document of each error is `inline`.
    pub fn compile_inline(&self, schema: &Value) -> Result<Schema, Vec<SchemaError>> {
        let schema = Arc::new(schema.clone());
        let mut lint = lint(INLINE, &schema);
        let mut documents = Documents::clone(&self.documents);
        documents.add(INLINE, &schema, &lint);
        let mut errors = std::mem::take(&mut lint.errors);
        errors.extend(lost_references(&documents, INLINE, &lint));
        if !errors.is_empty() {
            return Err(errors);
        }
        let start = Site {
            document: INLINE.to_owned(),
            pointer: String::new(),
        };
        let bound = documents.bound(INLINE, &schema, &lint);
        let registry = self
            .registry
            .add(uri_of(INLINE), bound)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| vec![SchemaError::of(INLINE, "", error.to_string())])?;
        let validator = build(&registry, &start)
            .map_err(|error| self.build_errors(INLINE, Some(&lint), &error))?;
        Ok(Schema {
            name: INLINE.to_owned(),
            validator,
            documents: Arc::new(documents),
            start,
            choices: OnceLock::new(),
        })
    }

    /// Every `x-requirement` of the documents: document, pointer and requirement.
    pub fn named_requirements(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let lints = self.lints.iter();
        lints.flat_map(|(document, lint)| {
            let named = lint.requirements.iter();
            named.map(move |(pointer, id)| (document.as_str(), pointer.as_str(), id.as_str()))
        })
    }

    /// The errors that the lint cannot detect: regular expressions. The crate does not report the document of an invalid
    /// one.
    fn build_errors(
        &self,
        name: &str,
        own: Option<&Lint>,
        error: &jsonschema::ValidationError<'_>,
    ) -> Vec<SchemaError> {
        let own = own.map(|lint| (name, lint));
        let others = self.lints.iter().map(|(name, lint)| (name.as_str(), lint));
        let mut errors = Vec::new();
        for (document, lint) in own.into_iter().chain(others) {
            for (pointer, pattern) in &lint.patterns {
                if options().build(&json!({ "pattern": pattern })).is_err() {
                    let message = format!("invalid regular expression `{pattern}`");
                    errors.push(SchemaError::of(document, pointer, message));
                }
            }
        }
        if errors.is_empty() {
            let pointer = error.instance_path().as_str();
            let message = short_text(&error.to_string(), 300);
            errors.push(SchemaError::of(name, pointer, message));
        }
        errors
    }
}

/// Every `x-requirement` of a schema in a case: pointer and requirement.
pub fn named_requirements(schema: &Value) -> Vec<(String, String)> {
    lint(INLINE, schema).requirements
}

/// Compiles the schema at a place, through a schema that only refers to it.
///
/// The crate validates only the root schema with the meta-schema of its draft. That of draft 2020-12 takes 2.3 ms to set
/// up, that of draft 4 almost nothing. Both support `$ref`, and documents in the registry keep their own draft. The lint
/// has checked all of them.
fn build(
    registry: &Registry<'_>,
    site: &Site,
) -> Result<Validator, Box<jsonschema::ValidationError<'static>>> {
    options()
        .with_draft(Draft::Draft4)
        .with_registry(registry)
        .with_base_uri(ROOT)
        .build(&json!({ "$ref": uri_of_site(site) }))
        .map_err(Box::new)
}

/// Formats are known and checked, patterns take linear time and have a bounded size, and nothing is fetched.
fn options<'r>() -> jsonschema::ValidationOptions<'r> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_format("date-time", |text: &str| is_date_time(text, true))
        .should_ignore_unknown_formats(false)
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_SIZE_LIMIT))
        .offline()
}

/// The suggestions for an unknown word.
fn candidates<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<String> {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(written, known.iter().copied()) {
        Some(nearest) => vec![nearest.to_owned()],
        None if known.len() <= CANDIDATES => known.into_iter().map(str::to_owned).collect(),
        None => Vec::new(),
    }
}

/// The references of one document that lead nowhere.
fn lost_references(documents: &Documents, name: &str, lint: &Lint) -> Vec<SchemaError> {
    let lost = lint.references.iter().filter_map(|(pointer, reference)| {
        let why = documents.resolve(name, reference).err()?;
        let at = Site {
            document: name.to_owned(),
            pointer: pointer.clone(),
        };
        Some(documents.reference_error(at, reference, why))
    });
    lost.collect()
}

impl Schema {
    /// Everything that the schema rejects in the value, at most [`VIOLATIONS_OF_ONE_RULE`] for one rule; empty when it
    /// accepts the value. If none of several alternatives matches, the violations of the most similar one.
    pub fn violations(&self, value: &Value) -> Vec<SchemaViolation> {
        if self.accepts(value) {
            return Vec::new();
        }
        if let Some(at) = self.too_expensive(value) {
            return vec![self.cut(&at)];
        }
        let mut collector = Collector::new(&self.documents, &self.start);
        for error in self.validator.iter_errors(value) {
            collector.add(&error);
        }
        collector.finish()
    }

    /// The document and the JSON Pointer where it starts.
    pub fn place(&self) -> (&str, &str) {
        (&self.start.document, &self.start.pointer)
    }

    /// Is it written in a case file?
    pub fn is_inline(&self) -> bool {
        self.start.document == INLINE
    }

    /// A document that it can refer to, or its own.
    pub fn document(&self, name: &str) -> Option<&Value> {
        self.documents.document(name)
    }

    /// The document and the JSON Pointer that a reference in a document names.
    pub fn resolved(&self, document: &str, reference: &str) -> Option<(String, String)> {
        let site = self.documents.resolve(document, reference).ok()?;
        Some((site.document, site.pointer))
    }

    /// Does the schema accept the value?
    pub fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }
}

impl SchemaError {
    fn of(document: &str, pointer: &str, message: impl Into<String>) -> SchemaError {
        SchemaError {
            document: document.to_owned(),
            pointer: pointer.to_owned(),
            message: message.into(),
            candidates: Vec::new(),
            help: String::new(),
        }
    }
}

impl std::fmt::Debug for SchemaLibrary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SchemaLibrary({:?})", self.documents.names())
    }
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Schema({})", self.name)
    }
}
