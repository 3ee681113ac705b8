//! How the values of our file formats look to an editor: forms, choices and examples for completion.
//!
//! The loader alone says what a value means. A look refuses what the loader would refuse, as far as
//! a JSON Schema can see it, and never more: `tests/generated.rs` holds the two against each other.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A value of a row, which may stand for a value of any type.
const ROW: &str = r"^\$\{ *row\.[^}]+\}$";

/// Lower-case letters, digits and `-`; or with values of a row in it.
const KEBAB: &str = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?|[\s\S]*\$\{[\s\S]+)$";

/// A token of RFC 9110 section 5.6.2.
pub(crate) const TOKEN: &str = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/// The name of a field that the raw transport can send.
const FIELD_NAME: &str = "^[^:\\r\\n\\u0000]+$";

/// Text that is no marker and has no line end, or `<omit>`.
const FIELD_VALUE: &str =
    "^(|<omit>|[^<\\r\\n\\u0000][^\\r\\n\\u0000]*|<|<[^\\r\\n\\u0000]*[^>\\r\\n\\u0000])$";

/// Text that is no marker.
const NO_MARKER: &str = r"^(|[^<][\s\S]*|<|<[\s\S]*[^>])$";

/// Text that does not begin like a marker, or a marker for a JSON value.
const JSON_TEXT: &str = r"^(|[^<][\s\S]*|<(any|absent|present|string|non-empty|number|integer|boolean|object|array|null|uuid|date-time|local-date-time)\??>|<(ignore-case|contains|one-of|one-of-ignore-case|not) [\s\S]*\S[\s\S]*>|</[\s\S]+/\??>)$";

/// Text that does not begin like a marker, or a marker for text.
const PLAIN_TEXT: &str = r"^(|[^<][\s\S]*|<(any|string|non-empty|uuid|date-time|local-date-time)>|<(ignore-case|contains|one-of|one-of-ignore-case|not) [\s\S]*\S[\s\S]*>|</[\s\S]+/>)$";

/// Like [`PLAIN_TEXT`], with the markers that only header fields have.
const FIELD_TEXT: &str = r"^(|[^<][\s\S]*|<(any|absent|present|string|non-empty|uuid|date-time|local-date-time)>|<(media-type|ignore-case|contains|one-of|one-of-ignore-case|not) [\s\S]*\S[\s\S]*>|</[\s\S]+/>)$";

/// A status class, any status, or a value of a row.
const STATUS_TEXT: &str = r"^(<(any|(not )?[1-5]xx)>|\$\{ *row\.[^}]+\})$";

/// An http or https URL without query and fragment, or one from the environment.
const BASE_URL: &str = r"^(https?://|\$\{env\.)[^?#]*$";

/// The URL of a proxy, or one from the environment.
const PROXY: &str = r"^((http|socks5h?)://[^@?#]+|.*\$\{env\..*)$";

macro_rules! looks {
    ($( $(#[doc = $doc:literal])* $look:ident $schema:tt )*) => {
        $(
            $(#[doc = $doc])*
            pub(crate) struct $look;

            impl JsonSchema for $look {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($look).into()
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

looks! {
    /// Lower-case letters, digits and `-`.
    Kebab { "type": "string", "pattern": KEBAB, "examples": ["missing-user-is-404"] }

    /// The path below the base URL of the service. Values filled in are percent-encoded.
    Path {
        "type": "string",
        "pattern": "^((/|\\$\\{)[^#\\r\\n\\u0000]*)?$",
        "examples": ["/users/${fixture.user}"]
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

    /// Text that says something.
    Said { "type": "string", "pattern": "\\S" }

    /// A whole number from 1.
    Positive { "type": "integer", "minimum": 1 }

    /// A JSONPath (RFC 9535).
    Selector {
        "type": "string",
        "pattern": r"^\$",
        "examples": ["$.items[*].id", "$[?@.state == 'online']"]
    }

    /// A lock, or several. Cases that share one never run at the same time.
    Locks {
        "type": ["string", "array"],
        "minLength": 1,
        "items": { "type": "string", "minLength": 1 }
    }

    /// One case for each: an object with the name of the row and its values.
    Rows {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["row"],
            "properties": {
                "row": {
                    "description": "The name, which becomes part of the case id.",
                    "type": "string",
                    "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
                }
            },
            "additionalProperties": { "description": "A value of any type, for `${row.x}`." }
        }
    }

    /// `read` changes nothing, `write` changes the target.
    Effect { "anyOf": [{ "enum": ["read", "write"] }, { "type": "string", "pattern": ROW }] }

    /// How a request goes to the wire.
    Transport {
        "anyOf": [{ "enum": ["normal", "exact", "raw"] }, { "type": "string", "pattern": ROW }]
    }

    /// Nothing is sent.
    NoBody { "const": "<none>" }

    /// Nothing comes back, not one octet.
    EmptyBody { "const": "<empty>" }

    /// Query parameters; a list is the parameter repeated.
    Query {
        "type": "object",
        "additionalProperties": {
            "type": ["string", "number", "boolean", "array"],
            "pattern": NO_MARKER,
            "items": { "type": ["string", "number", "boolean"], "pattern": NO_MARKER }
        }
    }

    /// Header fields to send; a list is the field repeated, `<omit>` leaves one out.
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

    /// Header fields that must come back: exact value, marker, or a list of exact lines.
    ExpectedHeaders {
        "type": "object",
        "propertyNames": { "pattern": TOKEN },
        "additionalProperties": {
            "type": ["string", "array"],
            "pattern": FIELD_TEXT,
            "minItems": 1,
            "items": { "type": "string" },
            "examples": ["<present>", "<absent>", "<media-type application/json>", "</regex/>"]
        }
    }

    /// A JSON value; texts may hold values (`${fixture.x}`), and are no markers.
    Value {
        "pattern": NO_MARKER,
        "items": { "$ref": "#/$defs/Value" },
        "propertyNames": { "pattern": NO_MARKER },
        "additionalProperties": { "$ref": "#/$defs/Value" },
        "examples": ["${fixture.name}", "${capture.name}"]
    }

    /// A list of JSON values, or a text that stands for one.
    Values {
        "type": ["array", "string"],
        "pattern": r"^\$\{",
        "items": {
            "pattern": NO_MARKER,
            "propertyNames": { "pattern": NO_MARKER }
        }
    }

    /// A JSON value with words in angle brackets where there is freedom.
    Pattern {
        "pattern": JSON_TEXT,
        "items": { "$ref": "#/$defs/Pattern" },
        "properties": {
            "<unordered>": {
                "description": "Exactly these elements in any order, one to one.",
                "type": ["array", "string"],
                "pattern": ROW,
                "items": { "$ref": "#/$defs/Pattern" }
            },
            "<contains>": {
                "description": "These elements at least, one to one.",
                "type": ["array", "string"],
                "pattern": ROW,
                "items": { "$ref": "#/$defs/Pattern" }
            },
            "<each>": {
                "description": "An array whose every element matches, and that has one.",
                "$ref": "#/$defs/Pattern"
            },
            "<each?>": {
                "description": "An array whose every element matches; it may be empty.",
                "$ref": "#/$defs/Pattern"
            },
            "<optional>": {
                "description": "The member may be missing; where it is there, it matches.",
                "$ref": "#/$defs/Pattern"
            }
        },
        "propertyNames": { "pattern": "^([^<]|$|<(unordered|contains|each\\??|optional)>$)" },
        "dependentSchemas": {
            "<unordered>": { "maxProperties": 1 },
            "<contains>": { "maxProperties": 1 },
            "<each>": { "maxProperties": 1 },
            "<each?>": { "maxProperties": 1 },
            "<optional>": { "maxProperties": 1 }
        },
        "additionalProperties": { "$ref": "#/$defs/Pattern" },
        "examples": [
            "<any>", "<present>", "<absent>", "<string>", "<non-empty>", "<number>", "<integer>",
            "<boolean>", "<object>", "<array>", "<null>", "<uuid>", "<date-time>",
            "<local-date-time>", "</regex/>", "<ignore-case word>", "<contains word>",
            "<one-of a b>", "<one-of-ignore-case a b>", "<not null>"
        ]
    }

    /// A text, or a marker for one.
    TextPattern {
        "type": "string",
        "pattern": PLAIN_TEXT,
        "examples": ["<non-empty>", "</regex/>", "<contains word>", "<ignore-case word>"]
    }

    /// Ids of the requirements proven, the one to blame first.
    Proves {
        "anyOf": [
            { "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true },
            { "type": "string", "pattern": ROW }
        ]
    }

    /// Accepted statuses.
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

    /// A schema file below `schemas/`, perhaps with `#/pointer`, or a JSON Schema in place.
    SchemaUse {
        "type": ["string", "object"],
        "pattern": r"^[^/\\~:][^:]*$",
        "examples": ["presence/records.schema.json", "presence/records.schema.json#/$defs/record"]
    }

    /// A number of nodes, or bounds for it.
    Count {
        "type": ["integer", "object", "string"],
        "minimum": 0,
        "pattern": ROW,
        "properties": {
            "min": { "description": "At least this many.", "type": ["integer", "string"], "minimum": 0, "pattern": ROW },
            "max": { "description": "At most this many.", "type": ["integer", "string"], "minimum": 0, "pattern": ROW }
        },
        "additionalProperties": false,
        "minProperties": 1
    }

    /// Values for `${capture.NAME}` in later steps, each from a place in the response.
    Captures {
        "type": "object",
        "propertyNames": { "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
        "additionalProperties": {
            "type": ["string", "object"],
            "pattern": r"^\$",
            "properties": {
                "all": { "description": "All nodes that a JSONPath selects.", "type": "string", "pattern": r"^\$" },
                "header": { "description": "The value of a header field.", "type": "string" },
                "status": { "description": "The status.", "const": true }
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
            "examples": ["$.id"]
        }
    }

    /// How binding a requirement is.
    Level { "enum": ["MUST", "SHOULD", "MAY"] }

    /// The id of a requirement.
    RequirementId { "type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "examples": ["PRESENCE-01"] }

    /// What a waiver forgives.
    Forgiveness { "type": "string", "enum": ["failure", "flaky"] }

    /// A path that begins with `/` and does not end with one.
    Mount { "type": "string", "pattern": "^(/.*[^/])?$", "examples": ["/v1.0"] }

    /// Names, each with a line for people. A name without a dot is the contract's own.
    DeclaredNames {
        "type": "object",
        "propertyNames": { "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$" },
        "additionalProperties": { "type": "string" }
    }

    /// Base URLs by service name, each alone or with the way to the service.
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
                    "description": "How it is reached: instead of the `network` of the target, not beside it.",
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

    /// A path relative to the directory of the target file, or several.
    Files {
        "type": ["string", "array"],
        "minLength": 1,
        "items": { "type": "string", "minLength": 1 },
        "examples": ["certs/ca.pem"]
    }

    /// A host, or several.
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

    /// The URL of a proxy, alone or with credentials beside it.
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

    /// A version of HTTP: `auto` is what TLS agrees on, and 1.1 without TLS.
    HttpVersion { "enum": ["auto", 1.1, 2, "1.1", "2"] }

    /// How a client shows its secret to a token endpoint.
    ClientAuth { "enum": ["basic", "post"] }

    /// How many times as long, or at least how long.
    Stretch { "type": "string", "pattern": "^[1-9][0-9]*(x|ms|s|m|h)$", "examples": ["3x", "30s"] }

    /// What may be done to the target.
    Permits { "type": "array", "items": { "enum": ["read", "write"] } }

    /// Requirements, each with the reason why it does not apply.
    Reasons { "type": "object", "additionalProperties": { "type": "string", "pattern": r"\S" } }
}
