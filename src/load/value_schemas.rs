//! The JSON Schemas of values in input files, for editors: types, patterns, choices and examples.
//!
//! Only the loader decides what a value means. A value schema rejects what the loader rejects, as far as a JSON Schema
//! can, and nothing else: `tests/generated.rs` compares the two. What the schemas say about markers comes from the table
//! in `model::marker`.

use crate::load::value_patterns::{
    FIELD_NAME, FIELD_VALUE, KEBAB, LINK, NO_MARKER, OPERATION, ROW, STATUS_TEXT, TOKEN,
    string_or_marker,
};

use crate::model::MarkerPlace;

macro_rules! value_schemas {
    ($( $(#[doc = $doc:literal])* $name:ident $schema:tt )*) => {
        $(
            $(#[doc = $doc])*
            pub(crate) struct $name;

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }
                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    let mut schema = schemars::json_schema!($schema);
                    schema.insert("description".to_owned(), concat!($($doc),*).trim().into());
                    schema
                }
            }
        )*
    };
}
pub(crate) use value_schemas;

value_schemas! {
    /// Lowercase letters, digits and `-`.
    Kebab { "type": "string", "pattern": KEBAB, "examples": ["missing-user-is-404"] }

    /// The names of parameters.
    Parameters { "type": "array", "uniqueItems": true, "items": { "type": "string", "pattern": KEBAB } }

    /// The value of each parameter.
    Arguments { "type": "object", "examples": [{ "name": "value" }] }

    /// The path below the base URL of the service, in which values are percent-encoded; or a captured URL.
    Path {
        "type": ["string", "object"],
        "pattern": "^((/|\\$\\{)[^#\\r\\n\\u0000]*)?$",
        "required": ["url"],
        "properties": {
            "url": {
                "description": "The captured URL, absolute or relative.",
                "type": "string",
                "pattern": LINK
            },
            "query": {
                "description": "Query parameters that are added to its own, or replace those of the same name.",
                "$ref": "#/$defs/Query"
            }
        },
        "additionalProperties": false,
        "examples": ["/users/${fixture.user}", { "url": "${capture.location}" }]
    }

    /// A captured URL, absolute or relative.
    Url { "type": "string", "pattern": LINK, "examples": ["${capture.location}"] }

    /// The most redirects that are followed.
    Hops { "type": "integer", "minimum": 0, "maximum": 20, "examples": [5] }

    /// Later steps send the cookies that the target sets.
    Cookies { "const": "keep" }

    /// Fields of a form; a list repeats the field.
    Form {
        "type": "object",
        "additionalProperties": {
            "type": ["string", "number", "boolean", "array"],
            "pattern": NO_MARKER,
            "items": { "type": ["string", "number", "boolean"], "pattern": NO_MARKER }
        }
    }

    /// A file below the directory of the suite.
    BodyFile {
        "type": "string",
        "pattern": r"^[^/\\]+(/[^/\\]+)*$",
        "examples": ["files/image.png"]
    }

    /// Bytes in base64 (RFC 4648 section 4).
    Base64 { "type": "string", "examples": ["iVBORw0KGgo="] }

    /// Bytes in hexadecimal digits.
    Hex { "type": "string", "examples": ["89 50 4e 47"] }

    /// Header fields of a part.
    PartHeaders {
        "type": "object",
        "propertyNames": { "pattern": TOKEN },
        "additionalProperties": { "type": "string", "pattern": "^[^\\r\\n\\u0000]*$" }
    }

    /// The sizes of chunks in bytes; the last one is repeated.
    ChunkSizes {
        "type": ["integer", "array"],
        "minimum": 1,
        "minItems": 1,
        "items": { "type": "integer", "minimum": 1 },
        "examples": [1000, [1, 1000]]
    }

    /// The name of an HTTP method.
    Method { "type": "string", "pattern": TOKEN, "examples": ["PURGE"] }

    /// A whole number and a unit: `ms`, `s`, `m` or `h`; at most a day.
    Duration {
        "type": "string",
        "pattern": r"^(0*[1-9][0-9]*(ms|s|m|h)|\$\{ *row\.[^}]+\})$",
        "examples": ["200ms", "10s"]
    }

    /// Year, month and day.
    Day { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-01-31"] }

    /// A string that is not empty.
    NotEmpty { "type": "string", "pattern": "\\S" }

    /// A JSONPath (RFC 9535).
    Selector {
        "type": "string",
        "pattern": r"^\$",
        "examples": ["$.items[*].id", "$[?@.state == 'online']"]
    }

    /// One or more names in kebab case, which `--only tag:NAME` and `--skip tag:NAME` select.
    Tags {
        "type": ["string", "array"],
        "pattern": r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        "items": { "type": "string", "pattern": r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" }
    }

    /// One or more locks. Cases with the same lock never run at the same time.
    Locks {
        "type": ["string", "array"],
        "minLength": 1,
        "items": { "type": "string", "minLength": 1 }
    }

    /// A list of rows, each an object with a name and values. Each row is one case.
    Rows {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["row"],
            "properties": {
                "row": {
                    "description": "The name of the row, which becomes part of the case id.",
                    "type": "string",
                    "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
                }
            },
            "additionalProperties": { "description": "A value of any type, for `${row.x}`." }
        }
    }

    /// `read` changes nothing on the target; `write` does.
    Effect { "anyOf": [{ "enum": ["read", "write"] }, { "type": "string", "pattern": ROW }] }

    /// How a request is sent.
    Transport {
        "anyOf": [{ "enum": ["normal", "exact", "raw"] }, { "type": "string", "pattern": ROW }]
    }

    /// The request has no body, or one in another form.
    OtherBody {
        "type": ["string", "object"],
        "pattern": "^<none>$",
        "properties": {
            "file": { "$ref": "#/$defs/BodyFile" },
            "base64": { "$ref": "#/$defs/Base64" },
            "hex": { "$ref": "#/$defs/Hex" }
        },
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "examples": ["<none>"]
    }

    /// Query parameters; a list repeats the parameter.
    Query {
        "type": "object",
        "additionalProperties": {
            "type": ["string", "number", "boolean", "array"],
            "pattern": NO_MARKER,
            "items": { "type": ["string", "number", "boolean"], "pattern": NO_MARKER }
        }
    }

    /// Header fields to send; a list repeats the field, `<omit>` leaves it out.
    RequestHeaders {
        "type": "object",
        "propertyNames": { "pattern": FIELD_NAME },
        "additionalProperties": {
            "type": ["string", "array"],
            "pattern": FIELD_VALUE,
            "minItems": 1,
            "items": { "type": "string", "pattern": FIELD_VALUE },
            "examples": ["<omit>"]
        }
    }

    /// 64 hexadecimal digits, perhaps with `sha256:` before them, or a template.
    Sha256 {
        "type": "string",
        "pattern": r"^((sha256:)?[0-9a-fA-F]{64}|[\s\S]*\$\{[\s\S]+)$",
        "examples": ["${fixture.digest}"]
    }

    /// A JSON value; strings may be templates (`${fixture.x}`), but not markers.
    Value {
        "pattern": NO_MARKER,
        "items": { "$ref": "#/$defs/Value" },
        "propertyNames": { "pattern": NO_MARKER },
        "additionalProperties": { "$ref": "#/$defs/Value" },
        "examples": ["${fixture.name}", "${capture.name}"]
    }

    /// Variables by name: constants, or values made once in each attempt of a case.
    Vars {
        "type": "object",
        "propertyNames": { "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
        "additionalProperties": { "$ref": "#/$defs/Value" },
        "examples": [{ "key": "${uuid()}" }]
    }

    /// A string, or a marker for text.
    TextPattern {
        "type": "string",
        "pattern": string_or_marker(MarkerPlace::Text),
        "examples": ["<non-empty>", "</regex/>", "<contains word>", "<ignore-case word>"]
    }

    /// The accepted statuses.
    Status {
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
        },
        "examples": [200, "<2xx>", "<4xx>", "<not 2xx>", "<any>"]
    }

    /// A schema file below `schemas/`, optionally with `#/pointer`, or an inline JSON Schema.
    SchemaUse {
        "type": ["string", "object"],
        "pattern": r"^[^/\\~:][^:]*$",
        "examples": ["presence/records.schema.json", "presence/records.schema.json#/$defs/record"]
    }

    /// Values for `${capture.NAME}` in later steps, each taken from the response.
    Captures {
        "type": "object",
        "propertyNames": { "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
        "additionalProperties": {
            "type": ["string", "object"],
            "pattern": r"^\$",
            "properties": {
                "path": { "description": "The only node that a JSONPath selects.", "type": "string", "pattern": r"^\$" },
                "all": {
                    "description": "All nodes that a JSONPath selects.",
                    "type": "string",
                    "pattern": r"^\$",
                    "examples": ["$.items[*].id"]
                },
                "header": {
                    "description": "The value of a header field.",
                    "type": "string",
                    "examples": ["Location", "ETag"]
                },
                "cookie": { "description": "The value of a cookie that the response sets.", "type": "string" },
                "link": {
                    "description": "The URL of the only link with this relation type, as `Link` has it.",
                    "type": "string",
                    "examples": ["next"]
                },
                "text": { "description": "The body as text.", "const": true },
                "status": { "description": "The status.", "const": true },
                "sha256": { "description": "The SHA-256 digest of the body, in hexadecimal digits.", "const": true },
                "xml": {
                    "description": "The text of the only node that an XPath selects, or the value that it yields.",
                    "type": "string",
                    "minLength": 1,
                    "examples": ["//item/@id"]
                },
                "namespaces": {
                    "description": "The URIs of namespaces in `xml`, by prefix.",
                    "type": "object",
                    "additionalProperties": { "type": "string", "minLength": 1 }
                },
                "match": { "description": "A regular expression: its first group is captured.", "type": "string", "minLength": 1 }
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 3,
            "if": { "type": "object" },
            "then": { "oneOf": [
                { "required": ["path"], "not": { "required": ["namespaces"] } },
                { "required": ["all"], "not": { "anyOf": [{ "required": ["match"] }, { "required": ["namespaces"] }] } },
                { "required": ["header"], "not": { "required": ["namespaces"] } },
                { "required": ["cookie"], "not": { "required": ["namespaces"] } },
                { "required": ["link"], "not": { "required": ["namespaces"] } },
                { "required": ["text"], "not": { "required": ["namespaces"] } },
                { "required": ["xml"] },
                { "required": ["status"], "not": { "anyOf": [{ "required": ["match"] }, { "required": ["namespaces"] }] } },
                { "required": ["sha256"], "not": { "anyOf": [{ "required": ["match"] }, { "required": ["namespaces"] }] } }
            ] },
            "examples": ["$.id", { "all": "$.items[*].id" }, { "header": "Location" }, { "status": true }]
        }
    }

    /// How binding a requirement is.
    Level { "enum": ["MUST", "SHOULD", "MAY"] }

    /// The id of a requirement.
    RequirementId { "type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "examples": ["PRESENCE-01"] }

    /// What is waived: a failure, or a flaky case.
    WaiverKind { "type": "string", "enum": ["failure", "flaky"] }

    /// A path that starts with `/` and does not end with `/`.
    Mount { "type": "string", "pattern": "^(/.*[^/])?$", "examples": ["/v1.0"] }

    /// The blocks of a step, or a row value that contains them.
    Blocks { "type": ["array", "string"], "pattern": ROW, "items": { "$ref": "#/$defs/Block" } }

    /// Ids of rules, each with the reason why it does not hold.
    Exceptions {
        "type": "object",
        "propertyNames": { "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
        "additionalProperties": { "type": "string", "pattern": "\\S" }
    }

    /// One or more operations: a method and a path, with `{}` for each value in it, and `{**}` for
    /// one or more segments.
    Operations {
        "type": ["string", "array"],
        "pattern": OPERATION,
        "minItems": 1,
        "items": { "type": "string", "pattern": OPERATION },
        "examples": ["POST /users/{}/seats"]
    }

    /// Names, each with a description. A name without a dot belongs to the contract.
    DeclaredNames {
        "type": "object",
        "propertyNames": { "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$" },
        "additionalProperties": { "type": "string" }
    }

    /// Fixtures by name, each with a description, or with a description and a form.
    DeclaredFixtures {
        "type": "object",
        "propertyNames": { "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$" },
        "additionalProperties": {
            "type": ["string", "object"],
            "required": ["about"],
            "properties": {
                "about": { "description": "The description.", "type": "string" },
                "schema": {
                    "description": "The JSON Schema of the value; its `description` says in words what is expected.",
                    "type": "object",
                    "examples": [{ "description": "a decimal string", "type": "string", "pattern": "^[0-9]+$" }]
                },
                "distinct-from": {
                    "description": "Fixtures whose values are others than this one.",
                    "type": ["string", "array"],
                    "items": { "type": "string" }
                }
            },
            "additionalProperties": false
        }
    }

    /// An inline JSON Schema.
    InlineSchema { "type": "object" }
}
