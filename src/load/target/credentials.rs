//! The credentials of an identity in a target file: headers, a bearer token, user and password, a token endpoint, or a
//! login.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::load::node::{Key, Kind, Node};
use crate::load::record::{Read, Text, record, reject_type};
use crate::load::target::logins::LoginFormat;
use crate::load::target::value_schemas::{ClientAuth, TokenUrl, Variable};
use crate::load::value_patterns::TOKEN;
use crate::model::Diagnostic;

/// The keys of an identity that are not headers.
const CREDENTIALS: [&str; 4] = ["bearer", "basic", "oauth2", "login"];

/// An identity: headers, and at most one credential.
#[derive(Debug)]
pub(crate) struct IdentityFormat<'n> {
    pub(super) headers: Vec<(&'n Key, Text<'n>)>,
    pub(super) credential: Option<(&'n Key, CredentialFormat<'n>)>,
}

/// What `Authorization`, or `Cookie`, is made of.
#[derive(Debug)]
pub(super) enum CredentialFormat<'n> {
    /// `bearer: ${env.TOKEN}`.
    Bearer(Text<'n>),
    /// `bearer: { env: NAME }` or `bearer: { file: PATH }`.
    BearerFrom(BearerFormat<'n>),
    /// `basic: { user, password }`.
    Basic(BasicFormat<'n>),
    /// `oauth2: { token-url, ... }`.
    OAuth2(Box<OAuth2Format<'n>>),
    /// `login: { service, POST, ... }`, or a list of them.
    Login(Vec<LoginFormat<'n>>),
}

record! {
    /// A bearer token from a variable or a file.
    BearerFormat, "`bearer`" {
        /// The environment variable with the token.
        optional "env" env: Text<'n> as Variable,
        /// The file that contains only the token: relative to the target file, read when the run starts.
        optional "file" file: Text<'n>,
    }
}

record! {
    /// A user and a password (RFC 7617).
    BasicFormat, "`basic`" {
        /// The user.
        expected "user" user: Text<'n>,
        /// The password.
        expected "password" password: Text<'n>,
    }
}

record! {
    /// An access token from a token endpoint, fetched once for a run and renewed before it expires.
    OAuth2Format, "`oauth2`" {
        /// The token endpoint.
        expected "token-url" token_url: Text<'n> as TokenUrl,
        /// The client id.
        expected "client-id" client_id: Text<'n>,
        /// The client secret.
        optional "client-secret" client_secret: Text<'n>,
        /// The refresh token. With it the grant is `refresh_token`, without it `client_credentials`.
        optional "refresh-token" refresh_token: Text<'n>,
        /// The requested scope.
        optional "scope" scope: Text<'n>,
        /// The audience of the token, if the endpoint requires one.
        optional "audience" audience: Text<'n>,
        /// The resource of the token (RFC 8707).
        optional "resource" resource: Text<'n>,
        /// How the client sends its secret: `basic` (default) in a header, or `post` in the body.
        optional "auth" auth: Text<'n> as ClientAuth,
        /// Permits http for a token endpoint on another machine.
        optional "allow-http" allow_http: bool,
    }
}

impl<'n> Read<'n> for IdentityFormat<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Kind::Object(entries) = &node.kind else {
            reject_type(node, "an object of headers or credentials", diagnostics);
            return None;
        };
        let mut identity = IdentityFormat {
            headers: Vec::new(),
            credential: None,
        };
        for (key, value) in entries {
            if !CREDENTIALS.contains(&key.text.as_str()) {
                let text = header(key, value, diagnostics);
                identity.headers.extend(text.map(|text| (key, text)));
                continue;
            }
            if let Some((first, _)) = &identity.credential {
                let message = format!("`{}` next to `{}`", key.text, first.text);
                diagnostics.push(
                    Diagnostic::error("target/two-credentials", key.span, message).help(
                        "keep one: an identity has at most one of `bearer`, `basic`, `oauth2` and `login`",
                    ),
                );
                continue;
            }
            let read = credential(&key.text, value, diagnostics);
            identity.credential = read.map(|credential| (key, credential));
        }
        // Returned even if parts were rejected, so that other mistakes are reported, too.
        Some(identity)
    }
}

fn credential<'n>(
    name: &str,
    value: &'n Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<CredentialFormat<'n>> {
    match (name, &value.kind) {
        ("bearer", Kind::Text(_)) => Text::read(value, diagnostics).map(CredentialFormat::Bearer),
        ("bearer", _) => BearerFormat::read(value, diagnostics).map(CredentialFormat::BearerFrom),
        ("login", Kind::List(steps)) if !steps.is_empty() => {
            let steps = steps.iter();
            let read: Vec<_> = steps
                .map(|step| LoginFormat::read(step, diagnostics))
                .collect();
            let read: Option<Vec<_>> = read.into_iter().collect();
            read.map(CredentialFormat::Login)
        }
        ("login", _) => LoginFormat::read(value, diagnostics)
            .map(|format| CredentialFormat::Login(vec![format])),
        ("basic", _) => BasicFormat::read(value, diagnostics).map(CredentialFormat::Basic),
        _ => OAuth2Format::read(value, diagnostics)
            .map(|format| CredentialFormat::OAuth2(Box::new(format))),
    }
}

/// The value of a header. An object was probably meant to be a credential.
fn header<'n>(key: &Key, value: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Text<'n>> {
    if !matches!(value.kind, Kind::Object(_)) {
        return Text::read(value, diagnostics);
    }
    let message = format!("unknown credential `{}`", key.text.escape_debug());
    diagnostics.push(
        Diagnostic::error("target/unknown-credential", key.span, message)
            .label("expected `bearer`, `basic`, `oauth2`, `login`, or a header name with a string")
            .suggest(&key.text, CREDENTIALS),
    );
    None
}

impl JsonSchema for IdentityFormat<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Identity".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut bearer = generator.subschema_for::<BearerFormat<'_>>().to_value();
        bearer = serde_json::json!({
            "description": "A bearer token: the token itself, or where to read it from.",
            "anyOf": [{ "type": "string", "examples": ["${env.TOKEN}"] }, bearer]
        });
        let login = generator.subschema_for::<LoginFormat<'_>>().to_value();
        let login = serde_json::json!({
            "description": "A login: one request, or a list of requests of which the last one gives the cookie or token.",
            "anyOf": [login, { "type": "array", "minItems": 1, "items": login }]
        });
        let pairs: Vec<serde_json::Value> = CREDENTIALS
            .iter()
            .enumerate()
            .flat_map(|(at, one)| CREDENTIALS[at + 1..].iter().map(move |other| (one, other)))
            .map(|(one, other)| serde_json::json!({ "required": [one, other] }))
            .collect();
        json_schema!({
            "description": "The credentials of requests: headers, and at most one of `bearer`, `basic`, `oauth2` and `login`.",
            "type": "object",
            "properties": {
                "bearer": bearer,
                "basic": generator.subschema_for::<BasicFormat<'_>>(),
                "oauth2": generator.subschema_for::<OAuth2Format<'_>>(),
                "login": login
            },
            "not": { "anyOf": pairs },
            "propertyNames": { "pattern": TOKEN },
            "additionalProperties": { "type": "string", "examples": ["Bearer ${env.TOKEN}"] }
        })
    }
}
