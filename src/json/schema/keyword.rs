//! The keywords of JSON Schema, draft 2020-12, and the form of their values.
//!
//! The specification ignores unknown keywords, so `requierd` would be a check that never fails. Keywords outside this
//! table are rejected.

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

/// All keywords (core, applicator, unevaluated, validation, meta-data, format and content vocabularies).
const KEYWORDS: [(&str, ValueKind); 56] = [
    ("$anchor", ValueKind::Text),
    ("$comment", ValueKind::Text),
    ("$defs", ValueKind::SchemaByName),
    ("$id", ValueKind::Text),
    ("$ref", ValueKind::Reference),
    ("$schema", ValueKind::Text),
    ("$vocabulary", ValueKind::Value),
    ("additionalProperties", ValueKind::Schema),
    ("allOf", ValueKind::SchemaList),
    ("anyOf", ValueKind::SchemaList),
    ("const", ValueKind::Value),
    ("contains", ValueKind::Schema),
    ("contentEncoding", ValueKind::Text),
    ("contentMediaType", ValueKind::Text),
    ("contentSchema", ValueKind::Schema),
    ("default", ValueKind::Value),
    ("dependentRequired", ValueKind::TextListByName),
    ("dependentSchemas", ValueKind::SchemaByName),
    ("deprecated", ValueKind::Flag),
    ("description", ValueKind::Text),
    ("else", ValueKind::Schema),
    ("enum", ValueKind::ValueList),
    ("examples", ValueKind::ValueList),
    ("exclusiveMaximum", ValueKind::Number),
    ("exclusiveMinimum", ValueKind::Number),
    ("format", ValueKind::Format),
    ("if", ValueKind::Schema),
    ("items", ValueKind::Schema),
    ("maxContains", ValueKind::Count),
    ("maxItems", ValueKind::Count),
    ("maxLength", ValueKind::Count),
    ("maxProperties", ValueKind::Count),
    ("maximum", ValueKind::Number),
    ("minContains", ValueKind::Count),
    ("minItems", ValueKind::Count),
    ("minLength", ValueKind::Count),
    ("minProperties", ValueKind::Count),
    ("minimum", ValueKind::Number),
    ("multipleOf", ValueKind::Positive),
    ("not", ValueKind::Schema),
    ("oneOf", ValueKind::SchemaList),
    ("pattern", ValueKind::Pattern),
    ("patternProperties", ValueKind::SchemaByPattern),
    ("prefixItems", ValueKind::SchemaList),
    ("properties", ValueKind::SchemaByName),
    ("propertyNames", ValueKind::Schema),
    ("readOnly", ValueKind::Flag),
    ("required", ValueKind::TextList),
    ("then", ValueKind::Schema),
    ("title", ValueKind::Text),
    ("type", ValueKind::Type),
    ("unevaluatedItems", ValueKind::Schema),
    ("unevaluatedProperties", ValueKind::Schema),
    ("uniqueItems", ValueKind::Flag),
    ("writeOnly", ValueKind::Flag),
    // An extension: the requirement that the schema checks.
    ("x-requirement", ValueKind::Text),
];

/// Keywords of earlier drafts, and two that depend on dynamic scope, with their replacements.
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

/// The form of the value of a keyword; `None` for an unknown keyword.
pub(crate) fn value_kind(keyword: &str) -> Option<ValueKind> {
    let found = KEYWORDS.binary_search_by_key(&keyword, |(name, _)| name);
    match found {
        Ok(at) => Some(KEYWORDS[at].1),
        Err(_) => keyword.starts_with("x-").then_some(ValueKind::Value),
    }
}

/// The replacement of an unsupported keyword.
pub(crate) fn instead(of: &str) -> Option<&'static str> {
    let found = INSTEAD.iter().find(|(name, _)| *name == of);
    found.map(|(_, instead)| *instead)
}

/// The names of all keywords.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_knows_its_keywords() {
        assert!(KEYWORDS.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(value_kind("properties"), Some(ValueKind::SchemaByName));
        assert_eq!(value_kind("maximum"), Some(ValueKind::Number));
        assert_eq!(value_kind("x-anything"), Some(ValueKind::Value));
        assert_eq!(value_kind("requierd"), None);
    }
}
