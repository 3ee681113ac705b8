//! The keywords of JSON Schema, draft 2020-12, and the form of their values.
//!
//! The specification ignores unknown keywords, so `requierd` would be a check that never fails. Keywords outside this
//! table are rejected.

/// The form of the value of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
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
const KEYWORDS: [(&str, Holds); 56] = [
    ("$anchor", Holds::Text),
    ("$comment", Holds::Text),
    ("$defs", Holds::SchemaByName),
    ("$id", Holds::Text),
    ("$ref", Holds::Reference),
    ("$schema", Holds::Text),
    ("$vocabulary", Holds::Value),
    ("additionalProperties", Holds::Schema),
    ("allOf", Holds::SchemaList),
    ("anyOf", Holds::SchemaList),
    ("const", Holds::Value),
    ("contains", Holds::Schema),
    ("contentEncoding", Holds::Text),
    ("contentMediaType", Holds::Text),
    ("contentSchema", Holds::Schema),
    ("default", Holds::Value),
    ("dependentRequired", Holds::TextListByName),
    ("dependentSchemas", Holds::SchemaByName),
    ("deprecated", Holds::Flag),
    ("description", Holds::Text),
    ("else", Holds::Schema),
    ("enum", Holds::ValueList),
    ("examples", Holds::ValueList),
    ("exclusiveMaximum", Holds::Number),
    ("exclusiveMinimum", Holds::Number),
    ("format", Holds::Format),
    ("if", Holds::Schema),
    ("items", Holds::Schema),
    ("maxContains", Holds::Count),
    ("maxItems", Holds::Count),
    ("maxLength", Holds::Count),
    ("maxProperties", Holds::Count),
    ("maximum", Holds::Number),
    ("minContains", Holds::Count),
    ("minItems", Holds::Count),
    ("minLength", Holds::Count),
    ("minProperties", Holds::Count),
    ("minimum", Holds::Number),
    ("multipleOf", Holds::Positive),
    ("not", Holds::Schema),
    ("oneOf", Holds::SchemaList),
    ("pattern", Holds::Pattern),
    ("patternProperties", Holds::SchemaByPattern),
    ("prefixItems", Holds::SchemaList),
    ("properties", Holds::SchemaByName),
    ("propertyNames", Holds::Schema),
    ("readOnly", Holds::Flag),
    ("required", Holds::TextList),
    ("then", Holds::Schema),
    ("title", Holds::Text),
    ("type", Holds::Type),
    ("unevaluatedItems", Holds::Schema),
    ("unevaluatedProperties", Holds::Schema),
    ("uniqueItems", Holds::Flag),
    ("writeOnly", Holds::Flag),
    // An extension: the requirement that the schema checks.
    ("x-requirement", Holds::Text),
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
pub(crate) fn holds(keyword: &str) -> Option<Holds> {
    let found = KEYWORDS.binary_search_by_key(&keyword, |(name, _)| name);
    match found {
        Ok(at) => Some(KEYWORDS[at].1),
        Err(_) => keyword.starts_with("x-").then_some(Holds::Value),
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
        assert_eq!(holds("properties"), Some(Holds::SchemaByName));
        assert_eq!(holds("maximum"), Some(Holds::Number));
        assert_eq!(holds("x-anything"), Some(Holds::Value));
        assert_eq!(holds("requierd"), None);
    }
}
