//! The JSON Schemas of values in input files, for editors: types, patterns, choices and examples.
//!
//! Only the loader decides what a value means. A value schema rejects what the loader rejects, as far as a JSON Schema
//! can, and nothing else: `tests/generated.rs` compares the two. What the schemas say about markers comes from the table
//! in `model::marker`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value as Json, json};

use crate::load::value_patterns::{
    BASE_URL, FIELD_NAME, FIELD_VALUE, KEBAB, LINK, NO_MARKER, OPERATION, PROXY, ROW, STATUS_TEXT,
    TOKEN, coding_or_marker, key_or_marker, string_or_marker,
};
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

macro_rules! value_schemas {
    ($( $(#[doc = $doc:literal])* $name:ident $schema:tt )*) => {
        $(
            $(#[doc = $doc])*
            pub(crate) struct $name;

            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    let mut schema = json_schema!($schema);
                    schema.insert("description".to_owned(), concat!($($doc),*).trim().into());
                    schema
                }
            }
        )*
    };
}

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

    /// The number of events that are read.
    Take { "type": "integer", "minimum": 1, "maximum": 10000, "examples": [3] }

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

    /// A whole number and a unit: `B`, `KiB` or `MiB`; at most 1 GiB.
    Size { "type": "string", "pattern": "^[0-9]+(B|KiB|MiB)$", "examples": ["16MiB"] }

    /// Year, month and day.
    Day { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-01-31"] }

    /// A string that is not empty.
    NotEmpty { "type": "string", "pattern": "\\S" }

    /// A whole number from 1.
    Positive { "type": "integer", "minimum": 1 }

    /// A JSONPath (RFC 9535).
    Selector {
        "type": "string",
        "pattern": r"^\$",
        "examples": ["$.items[*].id", "$[?@.state == 'online']"]
    }

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

    /// The response has no body, and no bytes follow it.
    EmptyBody { "const": "<empty>" }

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

    /// 64 hexadecimal digits, perhaps with `sha256:` before them, or a template.
    Sha256 {
        "type": "string",
        "pattern": r"^((sha256:)?[0-9a-fA-F]{64}|[\s\S]*\$\{[\s\S]+)$",
        "examples": ["${fixture.digest}"]
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

    /// A JSON value; strings may be templates (`${fixture.x}`), but not markers.
    Value {
        "pattern": NO_MARKER,
        "items": { "$ref": "#/$defs/Value" },
        "propertyNames": { "pattern": NO_MARKER },
        "additionalProperties": { "$ref": "#/$defs/Value" },
        "examples": ["${fixture.name}", "${capture.name}"]
    }

    /// An order of selected nodes.
    Order { "type": "string", "pattern": r"^ *(asc|desc) *( by *\$.*)?$", "examples": ["asc", "desc by $.created"] }

    /// Variables by name: constants, or values made once in each attempt of a case.
    Vars {
        "type": "object",
        "propertyNames": { "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
        "additionalProperties": { "$ref": "#/$defs/Value" },
        "examples": [{ "key": "${uuid()}" }]
    }

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

    /// A string, or a marker for text.
    TextPattern {
        "type": "string",
        "pattern": string_or_marker(MarkerPlace::Text),
        "examples": ["<non-empty>", "</regex/>", "<contains word>", "<ignore-case word>"]
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

    /// A schema file below `schemas/`, optionally with `#/pointer`, or an inline JSON Schema.
    SchemaUse {
        "type": ["string", "object"],
        "pattern": r"^[^/\\~:][^:]*$",
        "examples": ["presence/records.schema.json", "presence/records.schema.json#/$defs/record"]
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

    /// Base URLs by service name, with or without connection settings.
    Urls {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "type": ["string", "object"],
            "pattern": BASE_URL,
            "examples": ["https://graph.example/v1.0"],
            "required": ["url"],
            "properties": {
                "url": {
                    "description": "The base URL.",
                    "type": "string",
                    "pattern": BASE_URL,
                    "examples": ["https://graph.example/v1.0"]
                },
                "network": {
                    "description": "Connection settings of the service. They replace the `network` of the target.",
                    "$ref": "#/$defs/Network"
                }
            },
            "additionalProperties": false
        }
    }

    /// The name of a header field.
    HeaderName { "type": "string", "pattern": TOKEN, "examples": ["traceparent", "X-Run-Id"] }

    /// The name of an environment variable.
    Variable { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "examples": ["API_TOKEN"] }

    /// The URL of a token endpoint.
    TokenUrl {
        "type": "string",
        "pattern": r"^(https?://|\$\{env\.)[^#]*$",
        "examples": ["https://login.example/tenant/oauth2/v2.0/token"]
    }

    /// One or more paths, relative to the directory of the target file.
    Files {
        "type": ["string", "array"],
        "minLength": 1,
        "items": { "type": "string", "minLength": 1 },
        "examples": ["certs/ca.pem"]
    }

    /// One or more hosts.
    Hosts {
        "type": ["string", "array"],
        "minLength": 1,
        "items": { "type": "string", "minLength": 1 },
        "examples": [["localhost", ".internal.example"]]
    }

    /// Addresses by host, or by host and port.
    Addresses {
        "type": "object",
        "additionalProperties": { "type": "string", "minLength": 2 },
        "examples": [{ "api.example": "127.0.0.1", "api.example:8443": "127.0.0.1:9443" }]
    }

    /// The URL of a proxy, with or without credentials.
    ProxyUse {
        "type": ["string", "object"],
        "pattern": PROXY,
        "examples": ["http://proxy.example:3128", "socks5://127.0.0.1:1080"],
        "required": ["url"],
        "properties": {
            "url": { "description": "The URL.", "type": "string", "pattern": PROXY },
            "user": { "description": "The user.", "type": "string" },
            "password": {
                "description": "The password.",
                "type": "string",
                "examples": ["${env.PROXY_PASSWORD}"]
            }
        },
        "dependentRequired": { "user": ["password"], "password": ["user"] },
        "additionalProperties": false
    }

    /// An HTTP version. `auto`: the one negotiated in TLS, and 1.1 without TLS.
    HttpVersion { "enum": ["auto", 1.1, 2, "1.1", "2"] }

    /// How a client sends its secret to a token endpoint.
    ClientAuth { "enum": ["basic", "post"] }

    /// A path below the base URL of a service, with or without a query.
    LoginPath { "type": "string", "pattern": r"^(/|\$\{env\.)[^#\s]*$", "examples": ["/login"] }

    /// A status from 200 to 399, or a list of them.
    LoginStatus {
        "type": ["integer", "array"],
        "minimum": 200,
        "maximum": 399,
        "minItems": 1,
        "items": { "type": "integer", "minimum": 200, "maximum": 399 }
    }

    /// What later requests of a login use, by name.
    LoginCaptures {
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                { "type": "string", "pattern": "^\\$", "examples": ["$.csrf"] },
                {
                    "type": "object",
                    "properties": {
                        "text": { "const": true },
                        "header": { "type": "string", "pattern": TOKEN },
                        "cookie": { "type": "string", "pattern": TOKEN },
                        "match": { "type": "string", "minLength": 1 }
                    },
                    "oneOf": [
                        { "required": ["text", "match"] },
                        { "required": ["header"] },
                        { "required": ["cookie"] }
                    ],
                    "additionalProperties": false
                }
            ]
        }
    }

    /// The fields of a form, by name.
    FieldsToSend { "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } }

    /// Header fields with their values.
    HeaderTexts {
        "type": "object",
        "propertyNames": { "pattern": TOKEN },
        "additionalProperties": { "type": "string", "pattern": "^[^\\r\\n\\u0000]*$" }
    }

    /// A factor or a minimum.
    Stretch { "type": "string", "pattern": "^[1-9][0-9]*(x|ms|s|m|h)$", "examples": ["3x", "30s"] }

    /// What cases may do to the target.
    Permits { "type": "array", "items": { "enum": ["read", "write"] } }

    /// Requirements or capabilities, each with the reason why it does not apply.
    Reasons { "type": "object", "additionalProperties": { "type": "string", "pattern": r"\S" } }
}
