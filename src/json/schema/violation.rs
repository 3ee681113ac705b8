//! Turns an error of the JSON Schema crate into a violation: its place, its rule and a message.

use std::collections::HashMap;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use crate::json::SchemaRule;
use crate::json::pointer::{push_token, tokens};
use crate::json::schema::reference::{Documents, Rule, Site};
use crate::json::schema::{SchemaViolation, VIOLATIONS_OF_ONE_RULE, keyword};
use crate::text::excerpt::{short_json, short_text};

/// Longest text of a value in a message, in characters.
const VALUE_SHOWN: usize = 60;

/// Longest text of a rule, in characters.
const RULE_SHOWN: usize = 200;

/// The start of every evaluation path: the reference through which a schema is compiled.
pub(crate) const THROUGH: &str = "/$ref";

/// The distance of a branch of `anyOf` if the value is of another type.
const OF_ANOTHER_TYPE: usize = 1000;

/// The distance if a constant differs: mostly that of the member that distinguishes the branches.
const ANOTHER_CONSTANT: usize = 10;

/// Collects violations. Each rule is looked up once.
pub(crate) struct Collector<'s> {
    documents: &'s Documents,
    start: &'s Site,
    /// By evaluation path: the rule, and the number of its violations.
    rules: HashMap<String, (Option<Rule>, usize)>,
    violations: Vec<SchemaViolation>,
}

impl<'s> Collector<'s> {
    pub(crate) fn new(documents: &'s Documents, start: &'s Site) -> Collector<'s> {
        Collector {
            documents,
            start,
            rules: HashMap::new(),
            violations: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> Vec<SchemaViolation> {
        self.violations
    }

    /// Adds one error; of alternatives, the errors of the one that was probably meant.
    pub(crate) fn add(&mut self, error: &ValidationError<'_>) {
        let branch = match error.kind() {
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => nearest_branch(error, context),
            _ => None,
        };
        match branch {
            Some(errors) => errors.iter().for_each(|error| self.add(error)),
            None => self.add_itself(error),
        }
    }

    fn add_itself(&mut self, error: &ValidationError<'_>) {
        let path = error.evaluation_path().as_str();
        if !self.rules.contains_key(path) {
            let rule = path
                .strip_prefix(THROUGH)
                .and_then(|path| self.documents.follow(self.start, path));
            self.rules.insert(path.to_owned(), (rule, 0));
        }
        let (rule, count) = self.rules.get_mut(path).expect("inserted above");
        *count += 1;
        if *count > VIOLATIONS_OF_ONE_RULE {
            return;
        }
        let pointer = error.instance_path().as_str();
        let schema_rule = schema_rule(error, rule.as_ref());
        let requirement = rule.as_ref().and_then(|rule| rule.requirement.clone());
        let missing = missing_member(error.kind());
        let mut push = |pointer: String, message: String| {
            self.violations.push(SchemaViolation {
                pointer,
                message,
                missing: missing.map(str::to_owned),
                rule: schema_rule.clone(),
                requirement: requirement.clone(),
            });
        };
        match unexpected_members(error.kind()) {
            Some(names) => {
                for name in names.iter().take(VIOLATIONS_OF_ONE_RULE) {
                    let mut pointer = pointer.to_owned();
                    push_token(&mut pointer, name);
                    push(pointer, format!("member `{}` is not allowed", shown(name)));
                }
            }
            None => push(pointer.to_owned(), message(error)),
        }
    }
}

pub(crate) fn missing_member(kind: &ValidationErrorKind) -> Option<&str> {
    match kind {
        ValidationErrorKind::Required { property } => property.as_str(),
        _ => None,
    }
}

fn unexpected_members(kind: &ValidationErrorKind) -> Option<&[String]> {
    match kind {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => Some(unexpected),
        _ => None,
    }
}

/// The errors of the most similar branch; `None` when none is similar.
fn nearest_branch<'e>(
    whole: &ValidationError<'_>,
    branches: &'e [Vec<ValidationError<'static>>],
) -> Option<&'e [ValidationError<'static>]> {
    let here = whole.instance_path().as_str();
    let depth = |errors: &[ValidationError<'_>]| {
        errors
            .iter()
            .map(|error| error.instance_path().as_str().len())
            .max()
    };
    branches
        .iter()
        .filter(|errors| !errors.is_empty())
        .map(|errors| {
            let distance: usize = errors.iter().map(|error| distance(error, here)).sum();
            (
                distance,
                std::cmp::Reverse(depth(errors)),
                errors.as_slice(),
            )
        })
        .min_by_key(|(distance, depth, _)| (*distance, *depth))
        .filter(|(distance, ..)| *distance < OF_ANOTHER_TYPE)
        .map(|(.., errors)| errors)
}

/// How much one error indicates that its branch was not meant; `here` is the place of the branches.
fn distance(error: &ValidationError<'_>, here: &str) -> usize {
    let is_here = error.instance_path().as_str() == here;
    match error.kind() {
        ValidationErrorKind::Type { .. } | ValidationErrorKind::FalseSchema if is_here => {
            OF_ANOTHER_TYPE
        }
        ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. } => ANOTHER_CONSTANT,
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let branches = context.iter().map(|errors| {
                let distances = errors.iter().map(|error| distance(error, here));
                distances.sum()
            });
            branches.min().unwrap_or(1)
        }
        _ => 1,
    }
}

fn schema_rule(error: &ValidationError<'_>, rule: Option<&Rule>) -> SchemaRule {
    let kind = match error.kind() {
        ValidationErrorKind::FalseSchema => "false",
        kind => kind.keyword(),
    };
    let Some(rule) = rule else {
        // Every path can be followed; this is only a fallback.
        let location = error.absolute_keyword_location();
        return SchemaRule {
            keyword: kind.to_owned(),
            location: location.map_or_else(String::new, |uri| uri.as_str().to_owned()),
            rule: String::new(),
        };
    };
    let last = tokens(&rule.site.pointer).last();
    let keyword = match last {
        Some(last) if kind != "false" && keyword::value_kind(&last).is_some() => last,
        _ => kind.to_owned(),
    };
    SchemaRule {
        keyword,
        location: rule.site.to_string(),
        rule: short_json(&rule.value, RULE_SHOWN),
    }
}

/// What is wrong, in one line. Long values are cut.
fn message(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    let instance = error.instance().as_ref();
    let value = || match instance {
        Value::Array(_) | Value::Object(_) => format!("this {}", type_of(instance)),
        scalar => short_json(scalar, VALUE_SHOWN),
    };
    let has = |noun: &str| match size(instance) {
        1 => format!("has 1 {noun}"),
        size => format!("has {size} {noun}s"),
    };
    match error.kind() {
        Kind::Type { kind } => format!("got {}, expected {}", type_of(instance), types(kind)),
        kind @ Kind::Required { .. } => match missing_member(kind) {
            Some(name) => format!("member `{}` is missing", shown(name)),
            None => "a member is missing".to_owned(),
        },
        Kind::Pattern { pattern } => format!("{} does not match /{}/", value(), shown(pattern)),
        Kind::Format { format } => format!("{} is not of the format {format}", value()),
        Kind::Constant { expected_value } => {
            format!(
                "{} is not {}",
                value(),
                short_json(expected_value, VALUE_SHOWN)
            )
        }
        Kind::Enum { options } => {
            format!(
                "{} is not one of {}",
                value(),
                short_json(options, VALUE_SHOWN)
            )
        }
        Kind::Minimum { limit } => format!("{} is less than {limit}", value()),
        Kind::Maximum { limit } => format!("{} is more than {limit}", value()),
        Kind::ExclusiveMinimum { limit } => format!("{} is not more than {limit}", value()),
        Kind::ExclusiveMaximum { limit } => format!("{} is not less than {limit}", value()),
        Kind::MultipleOf { multiple_of } => {
            format!("{} is not a multiple of {multiple_of}", value())
        }
        Kind::MinLength { limit } => format!("{}, at least {limit} expected", has("character")),
        Kind::MaxLength { limit } => format!("{}, at most {limit} allowed", has("character")),
        Kind::MinItems { limit } => format!("{}, at least {limit} expected", has("element")),
        Kind::MaxItems { limit } => format!("{}, at most {limit} allowed", has("element")),
        Kind::MinProperties { limit } => format!("{}, at least {limit} expected", has("member")),
        Kind::MaxProperties { limit } => format!("{}, at most {limit} allowed", has("member")),
        Kind::AdditionalItems { limit } => format!("only {limit} elements are allowed"),
        Kind::UnevaluatedItems { unexpected } => {
            format!("{} elements are not allowed", unexpected.len())
        }
        Kind::UniqueItems => "two elements are equal".to_owned(),
        Kind::Contains => "too few or too many elements match `contains`".to_owned(),
        Kind::PropertyNames { error: inner } => {
            let name = short_json(inner.instance(), VALUE_SHOWN);
            format!("member name {name}: {}", message(inner))
        }
        Kind::Not { .. } => format!("{} is excluded by `not`", value()),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            format!(
                "{} matches none of the {} alternatives",
                type_of(instance),
                context.len()
            )
        }
        Kind::OneOfMultipleValid { .. } => {
            "more than one alternative of `oneOf` matches".to_owned()
        }
        Kind::FalseSchema => "no value is allowed here".to_owned(),
        kind => format!("`{}` rejects {}", kind.keyword(), value()),
    }
}

fn shown(text: &str) -> String {
    short_text(text, VALUE_SHOWN)
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(name) => name.to_string(),
        TypeKind::Multiple(names) => {
            let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
            names.join(" or ")
        }
    }
}

/// The JSON type of a value.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
