//! The JSON Schemas of values in target files, beside those of other values in `load::value_schemas`.

use crate::load::value_patterns::{BASE_URL, PROXY, TOKEN};
use crate::load::value_schemas::value_schemas;

value_schemas! {
    /// A whole number and a unit: `B`, `KiB` or `MiB`; at most 1 GiB.
    Size { "type": "string", "pattern": "^[0-9]+(B|KiB|MiB)$", "examples": ["16MiB"] }

    /// A whole number from 1.
    Positive { "type": "integer", "minimum": 1 }

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
