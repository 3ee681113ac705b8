//! The keywords of JSON Schema, and the form of their values.
//!
//! The specification ignores unknown keywords, so `requierd` would be a check that never fails. Keywords outside this
//! table are rejected.

use serde_json::Value;

use crate::json::schema::dialect::Dialect;

/// The form of the value of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// A schema.
    Schema,
    /// An object of schemas; its member names are names, not keywords.
    SchemaByName,
    /// An object of schemas whose member names are regular expressions.
    SchemaByPattern,
    /// A list of at least one schema.
    SchemaList,
    /// A schema, or a list of them: `items` before draft 2020-12.
    Items,
    /// An object of schemas and lists of texts: `dependencies`.
    Dependencies,
    /// A reference to a schema.
    Reference,
    /// One of the seven type names, or a list of them.
    Type,
    /// The name of a format.
    Format,
    /// A regular expression.
    Pattern,
    /// Any text.
    Text,
    /// A list of texts.
    TextList,
    /// An object of lists of texts.
    TextListByName,
    /// A whole number that is not negative.
    Count,
    /// A number.
    Number,
    /// A number above 0.
    Positive,
    /// `true` or `false`.
    Flag,
    /// A list of any values.
    ValueList,
    /// Any value.
    Value,
}

/// The first and the last dialect of a keyword.
type Span = (Dialect, Dialect);

const ALL: Span = (Dialect::Draft07, Dialect::Draft202012);
const SINCE_2019: Span = (Dialect::Draft201909, Dialect::Draft202012);
const UNTIL_2019: Span = (Dialect::Draft07, Dialect::Draft201909);
const ONLY_07: Span = (Dialect::Draft07, Dialect::Draft07);
const ONLY_2020: Span = (Dialect::Draft202012, Dialect::Draft202012);

/// All keywords of all dialects (core, applicator, unevaluated, validation, meta-data, format and content vocabularies).
/// Draft 2019-09 still defines `definitions`, and no longer `dependencies`.
const KEYWORDS: [(&str, ValueKind, Span); 59] = [
    ("$anchor", ValueKind::Text, SINCE_2019),
    ("$comment", ValueKind::Text, ALL),
    ("$defs", ValueKind::SchemaByName, SINCE_2019),
    ("$id", ValueKind::Text, ALL),
    ("$ref", ValueKind::Reference, ALL),
    ("$schema", ValueKind::Text, ALL),
    ("$vocabulary", ValueKind::Value, SINCE_2019),
    ("additionalItems", ValueKind::Schema, UNTIL_2019),
    ("additionalProperties", ValueKind::Schema, ALL),
    ("allOf", ValueKind::SchemaList, ALL),
    ("anyOf", ValueKind::SchemaList, ALL),
    ("const", ValueKind::Value, ALL),
    ("contains", ValueKind::Schema, ALL),
    ("contentEncoding", ValueKind::Text, ALL),
    ("contentMediaType", ValueKind::Text, ALL),
    ("contentSchema", ValueKind::Schema, SINCE_2019),
    ("default", ValueKind::Value, ALL),
    ("definitions", ValueKind::SchemaByName, UNTIL_2019),
    ("dependencies", ValueKind::Dependencies, ONLY_07),
    ("dependentRequired", ValueKind::TextListByName, SINCE_2019),
    ("dependentSchemas", ValueKind::SchemaByName, SINCE_2019),
    ("deprecated", ValueKind::Flag, SINCE_2019),
    ("description", ValueKind::Text, ALL),
    ("else", ValueKind::Schema, ALL),
    ("enum", ValueKind::ValueList, ALL),
    ("examples", ValueKind::ValueList, ALL),
    ("exclusiveMaximum", ValueKind::Number, ALL),
    ("exclusiveMinimum", ValueKind::Number, ALL),
    ("format", ValueKind::Format, ALL),
    ("if", ValueKind::Schema, ALL),
    ("items", ValueKind::Items, ALL),
    ("maxContains", ValueKind::Count, SINCE_2019),
    ("maxItems", ValueKind::Count, ALL),
    ("maxLength", ValueKind::Count, ALL),
    ("maxProperties", ValueKind::Count, ALL),
    ("maximum", ValueKind::Number, ALL),
    ("minContains", ValueKind::Count, SINCE_2019),
    ("minItems", ValueKind::Count, ALL),
    ("minLength", ValueKind::Count, ALL),
    ("minProperties", ValueKind::Count, ALL),
    ("minimum", ValueKind::Number, ALL),
    ("multipleOf", ValueKind::Positive, ALL),
    ("not", ValueKind::Schema, ALL),
    ("oneOf", ValueKind::SchemaList, ALL),
    ("pattern", ValueKind::Pattern, ALL),
    ("patternProperties", ValueKind::SchemaByPattern, ALL),
    ("prefixItems", ValueKind::SchemaList, ONLY_2020),
    ("properties", ValueKind::SchemaByName, ALL),
    ("propertyNames", ValueKind::Schema, ALL),
    ("readOnly", ValueKind::Flag, ALL),
    ("required", ValueKind::TextList, ALL),
    ("then", ValueKind::Schema, ALL),
    ("title", ValueKind::Text, ALL),
    ("type", ValueKind::Type, ALL),
    ("unevaluatedItems", ValueKind::Schema, SINCE_2019),
    ("unevaluatedProperties", ValueKind::Schema, SINCE_2019),
    ("uniqueItems", ValueKind::Flag, ALL),
    ("writeOnly", ValueKind::Flag, ALL),
    // An extension: the requirement that the schema checks.
    ("x-requirement", ValueKind::Text, ALL),
];

/// Keywords of other drafts, and those that depend on dynamic scope, with their replacements in draft 2020-12.
const INSTEAD: [(&str, &str); 9] = [
    ("$dynamicAnchor", "$anchor"),
    ("$dynamicRef", "$ref"),
    ("$recursiveAnchor", "$anchor"),
    ("$recursiveRef", "$ref"),
    ("additionalItems", "items"),
    ("definitions", "$defs"),
    ("dependencies", "dependentRequired"),
    ("divisibleBy", "multipleOf"),
    ("id", "$id"),
];

/// The same for earlier drafts, where it is another one.
const INSTEAD_BEFORE: [(&str, &str, Dialect); 5] = [
    ("$defs", "definitions", Dialect::Draft07),
    ("dependentRequired", "dependencies", Dialect::Draft07),
    ("dependentSchemas", "dependencies", Dialect::Draft07),
    ("prefixItems", "items", Dialect::Draft07),
    ("prefixItems", "items", Dialect::Draft201909),
];

/// The names that `type` may give.
pub(crate) const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// The formats of draft 2020-12, all of them checked.
pub(crate) const FORMATS: [&str; 19] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// The formats that are checked in a dialect.
pub(crate) fn formats(dialect: Dialect) -> Vec<&'static str> {
    let is_known = |name: &&str| dialect > Dialect::Draft07 || !["duration", "uuid"].contains(name);
    FORMATS.into_iter().filter(is_known).collect()
}

/// The form of the value of a keyword in any dialect; `None` for an unknown keyword. Documents were linted before, so a
/// keyword of another dialect does not occur in them.
pub(crate) fn value_kind(keyword: &str) -> Option<ValueKind> {
    find(keyword).map(|(kind, _)| kind)
}

/// The form of the value of a keyword in a dialect; `None` if the dialect has no such keyword.
pub(crate) fn value_kind_in(dialect: Dialect, keyword: &str) -> Option<ValueKind> {
    let (kind, (first, last)) = find(keyword)?;
    (first <= dialect && dialect <= last).then_some(match kind {
        ValueKind::Items if dialect == Dialect::Draft202012 => ValueKind::Schema,
        kind => kind,
    })
}

fn find(keyword: &str) -> Option<(ValueKind, Span)> {
    let found = KEYWORDS.binary_search_by_key(&keyword, |(name, ..)| name);
    match found {
        Ok(at) => Some((KEYWORDS[at].1, KEYWORDS[at].2)),
        Err(_) => keyword.starts_with("x-").then_some((ValueKind::Value, ALL)),
    }
}

/// Where the value of a keyword is a schema or something else: what it is.
pub(crate) fn of_value(kind: ValueKind, value: &Value) -> ValueKind {
    match kind {
        ValueKind::Items if value.is_array() => ValueKind::SchemaList,
        ValueKind::Items => ValueKind::Schema,
        kind => kind,
    }
}

/// The replacement of a keyword that a dialect does not have.
pub(crate) fn instead(dialect: Dialect, of: &str) -> Option<&'static str> {
    let mut before = INSTEAD_BEFORE.iter();
    let before = before.find(|(name, _, of_dialect)| *name == of && *of_dialect == dialect);
    let found = INSTEAD.iter().find(|(name, _)| *name == of);
    let replaced = before.map(|(_, instead, _)| *instead);
    let replaced = replaced.or(found.map(|(_, instead)| *instead));
    // One that the dialect does not have either helps nobody.
    replaced.filter(|name| value_kind_in(dialect, name).is_some())
}

/// The names of all keywords of a dialect.
pub(crate) fn names(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let names = KEYWORDS.iter().map(|(name, ..)| *name);
    names.filter(move |name| value_kind_in(dialect, name).is_some())
}

/// The names of all dialects that have a keyword.
pub(crate) fn dialects_of(keyword: &str) -> Vec<Dialect> {
    let has = |dialect: &Dialect| value_kind_in(*dialect, keyword).is_some();
    Dialect::ALL.into_iter().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_knows_its_keywords() {
        assert!(KEYWORDS.is_sorted_by_key(|(name, ..)| *name));
        assert_eq!(value_kind("properties"), Some(ValueKind::SchemaByName));
        assert_eq!(value_kind("maximum"), Some(ValueKind::Number));
        assert_eq!(value_kind("x-anything"), Some(ValueKind::Value));
        assert_eq!(value_kind("requierd"), None);
    }

    #[test]
    fn a_dialect_has_its_keywords_and_the_replacement_is_one_of_them() {
        let (old, new) = (Dialect::Draft07, Dialect::Draft202012);
        assert_eq!(value_kind_in(new, "items"), Some(ValueKind::Schema));
        assert_eq!(value_kind_in(old, "items"), Some(ValueKind::Items));
        assert_eq!(value_kind_in(old, "$defs"), None);
        assert_eq!(instead(old, "$defs"), Some("definitions"));
        assert_eq!(instead(new, "definitions"), Some("$defs"));
        assert_eq!(instead(old, "$dynamicAnchor"), None);
        let formats = formats(old);
        assert!(!formats.contains(&"uuid") && formats.contains(&"iri"));
    }
}
