//! The JSON Schemas of values in blocks of `expect`, beside those of other values in `value_schemas`.

use serde_json::{Map, Value as Json, json};

use crate::load::value_patterns::{
    NO_MARKER, ROW, STATUS_TEXT, TOKEN, coding_or_marker, key_or_marker, string_or_marker,
};
use crate::load::value_schemas::value_schemas;
use crate::model::{
    ArgumentKind, COOKIE_ATTRIBUTES, COOKIE_FLAGS, COOKIE_VALUE, MarkerPlace, MarkerRow, rows_in,
};

/// An object with a member for each marker that is a key.
fn marker_keys(member: impl Fn(&MarkerRow) -> Json) -> Json {
    let members = rows_in(MarkerPlace::Key).map(|row| (format!("<{}>", row.name), member(row)));
    Json::Object(members.collect::<Map<_, _>>())
}

/// The schema of the value of a marker that is a key.
fn key_schema(row: &MarkerRow) -> Json {
    let description = format!("Accepts {}.", row.words);
    if row.argument == ArgumentKind::PatternList {
        json!({
            "description": description,
            "type": ["array", "string"],
            "pattern": ROW,
            "items": { "$ref": "#/$defs/Pattern" }
        })
    } else {
        json!({ "description": description, "$ref": "#/$defs/Pattern" })
    }
}

/// The members of a cookie.
fn cookie_members() -> Json {
    let value = json!({
        "description": "The value, which no report shows.",
        "type": ["string", "number"]
    });
    let mut members = Map::new();
    members.insert(COOKIE_VALUE.to_owned(), value);
    for name in COOKIE_ATTRIBUTES {
        let member = if COOKIE_FLAGS.contains(&name) {
            json!({ "enum": [true, false, "<present>", "<absent>"] })
        } else {
            json!({ "type": ["string", "number"] })
        };
        members.insert(name.to_owned(), member);
    }
    members.into()
}

/// The schema of a field of named items: also an exact value, a marker, or patterns for the lines.
fn items(names: &str, members: &Json, of_item: Json) -> Json {
    let mut item = json!({ "type": ["string", "object"], "properties": members });
    if let (Some(item), Json::Object(more)) = (item.as_object_mut(), of_item) {
        item.extend(more);
    }
    json!({
        "type": ["string", "array", "object"],
        "pattern": string_or_marker(MarkerPlace::Header),
        "minItems": 1,
        "items": { "type": "string", "pattern": string_or_marker(MarkerPlace::Header) },
        "minProperties": 1,
        "properties": {
            "<contains>": { "type": "array", "items": { "type": "string" } },
            "<unordered>": { "type": "array", "items": { "type": "string" } },
            "<each>": { "type": "string" },
            "<each?>": { "type": "string" }
        },
        "patternProperties": { (names): item },
        "additionalProperties": false,
        "dependentSchemas": {
            "<contains>": { "maxProperties": 1 },
            "<unordered>": { "maxProperties": 1 },
            "<each>": { "maxProperties": 1 },
            "<each?>": { "maxProperties": 1 }
        }
    })
}

value_schemas! {
    /// The number of events that are read.
    Take { "type": "integer", "minimum": 1, "maximum": 10000, "examples": [3] }

    /// An expression of XPath 1.0.
    XPathText {
        "type": "string",
        "minLength": 1,
        "examples": ["/order/item/@id", "count(//item)", "//s:Fault/faultcode"]
    }

    /// An XML document.
    XmlText {
        "type": "string",
        "minLength": 1,
        "pattern": r"^\s*<"
    }

    /// The URIs of namespaces, by prefix.
    Namespaces {
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": r"^[^\s:<>&]+$" },
        "additionalProperties": { "type": "string", "minLength": 1 },
        "examples": [{ "s": "http://schemas.xmlsoap.org/soap/envelope/" }]
    }

    /// The response has no body, and no bytes follow it.
    EmptyBody { "const": "<empty>" }

    /// Expected header fields: an exact value, a marker, patterns for the lines, or cookies and links by name.
    ExpectedHeaders {
        "type": "object",
        "propertyNames": { "pattern": TOKEN },
        "additionalProperties": {
            "type": ["string", "array", "object"],
            "pattern": string_or_marker(MarkerPlace::Header),
            "minItems": 1,
            "items": { "type": "string", "pattern": string_or_marker(MarkerPlace::Header) },
            "properties": {
                "<contains>": { "type": "array", "items": { "type": "string" } },
                "<unordered>": { "type": "array", "items": { "type": "string" } },
                "<each>": { "type": "string" },
                "<each?>": { "type": "string" }
            },
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "examples": ["<present>", "<absent>", "<media-type application/json>", "</regex/>"]
        },
        "patternProperties": {
            "^[Ss][Ee][Tt]-[Cc][Oo][Oo][Kk][Ii][Ee]$": items(
                TOKEN,
                &cookie_members(),
                json!({ "minProperties": 1, "additionalProperties": false })
            ),
            "^[Ll][Ii][Nn][Kk]$": items(
                r"^[^<\s]\S*$",
                &json!({ "url": { "description": "The URL as it is written.", "type": "string" } }),
                json!({
                    "minProperties": 1,
                    "propertyNames": { "pattern": TOKEN, "not": { "enum": ["rel", "anchor"] } },
                    "additionalProperties": { "type": ["string", "number"] }
                })
            )
        }
    }

    /// The first bytes of a body, as text or in hexadecimal digits.
    Beginning {
        "type": ["string", "object"],
        "minLength": 1,
        "properties": {
            "hex": {
                "description": "Two hexadecimal digits for each byte.",
                "type": "string",
                "pattern": "^ *[0-9a-fA-F] *[0-9a-fA-F]( *[0-9a-fA-F] *[0-9a-fA-F])* *$"
            }
        },
        "required": ["hex"],
        "additionalProperties": false,
        "examples": ["%PDF-", { "hex": "89 50 4e 47" }]
    }

    /// The name of a content coding in lower case, or a marker for text.
    Coding {
        "type": "string",
        "pattern": coding_or_marker(),
        "examples": ["gzip", "<one-of gzip br>", "identity"]
    }

    /// The name of a content coding in lower case, a marker for text, or `{ coding, size }`.
    Encoded {
        "type": ["string", "object"],
        "pattern": coding_or_marker(),
        "properties": {
            "coding": {
                "description": "The codings in lower case, or a marker; `identity` is none.",
                "type": "string",
                "pattern": coding_or_marker()
            },
            "size": {
                "description": "The number of bytes of the body as it came, or `{ min, max }`.",
                "$ref": "#/$defs/Count"
            }
        },
        "minProperties": 1,
        "additionalProperties": false,
        "examples": ["gzip", "identity", { "coding": "gzip", "size": { "max": 1000 } }]
    }

    /// An order of selected nodes.
    Order { "type": "string", "pattern": r"^ *(asc|desc) *( by *\$.*)?$", "examples": ["asc", "desc by $.created"] }

    /// A list of JSON values, or a template for one.
    Values {
        "type": ["array", "string"],
        "pattern": r"^\$\{",
        "items": {
            "pattern": NO_MARKER,
            "propertyNames": { "pattern": NO_MARKER }
        }
    }

    /// A JSON value with markers where more than one value is accepted.
    Pattern {
        "pattern": string_or_marker(MarkerPlace::Json),
        "items": { "$ref": "#/$defs/Pattern" },
        "properties": marker_keys(key_schema),
        "propertyNames": { "pattern": key_or_marker() },
        "dependentSchemas": marker_keys(|_| json!({ "maxProperties": 1 })),
        "additionalProperties": { "$ref": "#/$defs/Pattern" },
        "examples": rows_in(MarkerPlace::Json).flat_map(MarkerRow::examples).collect::<Vec<_>>()
    }

    /// Ids of the requirements that the block proves, the main one first.
    Proves {
        "type": ["array", "string"],
        "pattern": ROW,
        "items": { "type": "string", "examples": ["PRESENCE-01"] },
        "minItems": 1,
        "uniqueItems": true,
        "examples": [["PRESENCE-01"], "${row.proves}"]
    }

    /// Unexpected statuses, by the requirement that they violate.
    Blames {
        "type": ["object", "string"],
        "pattern": ROW,
        "additionalProperties": {
            "type": ["integer", "string", "array"],
            "minimum": 100,
            "maximum": 599,
            "pattern": STATUS_TEXT,
            "minItems": 1,
            "items": {
                "type": ["integer", "string"],
                "minimum": 100,
                "maximum": 599,
                "pattern": STATUS_TEXT
            }
        }
    }

    /// A number of nodes, or bounds.
    Count {
        "type": ["integer", "object", "string"],
        "minimum": 0,
        "pattern": ROW,
        "properties": {
            "min": { "description": "The minimum number.", "type": ["integer", "string"], "minimum": 0, "pattern": ROW },
            "max": { "description": "The maximum number.", "type": ["integer", "string"], "minimum": 0, "pattern": ROW }
        },
        "additionalProperties": false,
        "minProperties": 1
    }

    /// Alternatives: blocks that prove nothing themselves.
    Alternatives {
        "type": "array",
        "minItems": 2,
        "items": {
            "$ref": "#/$defs/Block",
            "not": { "anyOf": [
                { "required": ["proves"] },
                { "required": ["blames"] },
                { "required": ["when"] },
                { "required": ["any-of"] }
            ] }
        }
    }
}
