//! The identities of a target.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::load::files;
use crate::load::record::{Record as _, Text};
use crate::load::scalars::is_token;
use crate::load::target::TargetReader;
use crate::load::target::credentials::{
    BasicFormat, BearerFormat, CredentialFormat, IdentityFormat, OAuth2Format,
};
use crate::load::target::format::TargetFile;
use crate::load::target::services::{base_url, is_loopback, without_credentials};
use crate::model::{ClientAuth, Diagnostic, Identity, OAuth2, Secret, Span, VariableUse};

/// A token file may be this large, in bytes.
const LARGEST_TOKEN: usize = 64 << 10;

impl TargetReader<'_> {
    pub(super) fn identities(
        &mut self,
        format: &TargetFile<'_>,
        services: &BTreeMap<String, String>,
    ) -> BTreeMap<String, Identity> {
        let mut identities = BTreeMap::new();
        for (key, format) in format.identities.iter().flat_map(|entries| &entries.0) {
            self.check_name(key, "identity", |contract| &contract.identities);
            self.reading = VariableUse::Identity(key.text.clone());
            identities.insert(key.text.clone(), self.identity(format, services));
        }
        identities
    }

    fn identity(
        &mut self,
        format: &IdentityFormat<'_>,
        services: &BTreeMap<String, String>,
    ) -> Identity {
        let mut identity = Identity::default();
        if let Some((key, credential)) = &format.credential {
            let field = match credential {
                CredentialFormat::Login(steps)
                    if steps.last().is_some_and(|login| login.cookie.is_some()) =>
                {
                    "Cookie"
                }
                _ => "Authorization",
            };
            let beside = format.headers.iter().map(|(name, _)| name);
            for name in beside.filter(|name| name.text.eq_ignore_ascii_case(field)) {
                let message = format!("`{}` next to `{}`", name.text, key.text);
                self.diagnostics.push(
                    Diagnostic::error("target/two-credentials", name.span, message)
                        .help(format!("remove one: `{}` sets `{field}`", key.text)),
                );
            }
            self.credential(credential, services, &mut identity);
        }
        for (name, value) in &format.headers {
            if !is_token(&name.text) {
                let message = format!("`{}` is not a header name", name.text.escape_debug());
                self.diagnostics
                    .push(Diagnostic::error("target/header-name", name.span, message));
            }
            if let Some(filled) = self.fill(*value) {
                self.header(&name.text, Secret::new(filled), value.span, &mut identity);
            }
        }
        identity
    }

    fn credential(
        &mut self,
        format: &CredentialFormat<'_>,
        services: &BTreeMap<String, String>,
        identity: &mut Identity,
    ) {
        let token = match format {
            CredentialFormat::Bearer(text) => self.fill(*text).map(|token| (token, text.span)),
            CredentialFormat::BearerFrom(from) => self.bearer(from),
            CredentialFormat::Basic(basic) => {
                self.basic(basic, identity);
                return;
            }
            CredentialFormat::OAuth2(format) => {
                identity.oauth2 = self.oauth2(format);
                return;
            }
            CredentialFormat::Login(steps) => {
                identity.login = self.login(steps, services).map(Box::new);
                return;
            }
        };
        if let Some((token, span)) = token {
            let value = Secret::new(format!("Bearer {token}"));
            self.header("Authorization", value, span, identity);
        }
    }

    /// Adds a header.
    fn header(&mut self, name: &str, value: Secret, span: Span, identity: &mut Identity) {
        if value.expose().contains(['\r', '\n', '\0']) {
            let message = format!("line break or NUL in the value of `{name}`");
            self.diagnostics
                .push(Diagnostic::error("target/header-value", span, message));
        }
        identity.headers.push((name.to_owned(), value));
    }

    /// The token from a variable or a file.
    fn bearer(&mut self, format: &BearerFormat<'_>) -> Option<(String, Span)> {
        let (from, token) = match (format.env, format.file) {
            (Some(name), None) => (name, self.variable(name.value, name.span)),
            (None, Some(path)) => (path, self.token_file(path)),
            _ => {
                if !format.is_flawed() {
                    let at = format.node().beginning();
                    self.diagnostics.push(
                        Diagnostic::error(
                            "target/bearer",
                            at,
                            "expected one of `env` and `file` in `bearer`",
                        )
                        .help("write `bearer: { env: NAME }` or `bearer: { file: PATH }`"),
                    );
                }
                return None;
            }
        };
        token.map(|token| (token, from.span))
    }

    /// The token in a file. White space around it is ignored.
    fn token_file(&mut self, path: Text<'_>) -> Option<String> {
        let written = self.fill(path)?;
        if self.is_borrowed {
            // The file belongs to the suite, which may be untrusted: it must not name files of this machine.
            let message = "`file` is only valid in a target file that is named with `--target`";
            self.diagnostics
                .push(Diagnostic::error("target/token-file", path.span, message));
            return None;
        }
        let folder = Path::new(&*self.sources.file(path.span.file).name).parent();
        let file = folder.map_or_else(|| written.clone().into(), |folder| folder.join(&written));
        let reject = |message: String| {
            Diagnostic::error("target/token-file", path.span, message)
                .help("write only the token into the file; its path is relative to the target file")
        };
        let token = match files::read_file(&file) {
            Ok(text) => text.trim().to_owned(),
            Err(cause) => {
                self.diagnostics.push(reject(cause.message.clone()));
                return None;
            }
        };
        let message = if token.is_empty() {
            format!("the token file `{written}` is empty")
        } else if token.len() > LARGEST_TOKEN || token.chars().any(char::is_whitespace) {
            format!("the token file `{written}` contains more than a token")
        } else {
            self.keep(&token, "the token", path.span);
            return Some(token);
        };
        self.diagnostics.push(reject(message));
        None
    }

    /// RFC 7617: `Basic` and the base64 of `user:password`.
    fn basic(&mut self, format: &BasicFormat<'_>, identity: &mut Identity) {
        let user = format.user.and_then(|user| Some((self.fill(user)?, user)));
        let password = format
            .password
            .and_then(|text| self.secret(text, "the password"));
        let (Some((user, written)), Some(password)) = (user, password) else {
            return;
        };
        if user.contains(':') {
            self.diagnostics.push(Diagnostic::error(
                "target/basic-user",
                written.span,
                "colon in the user of Basic credentials (RFC 7617 section 2)",
            ));
        }
        let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
        // The encoded pair does not contain the base64 of the password.
        self.secrets.push(Secret::new(pair.clone()));
        let value = Secret::new(format!("Basic {pair}"));
        self.header("Authorization", value, written.span, identity);
    }

    fn oauth2(&mut self, format: &OAuth2Format<'_>) -> Option<OAuth2> {
        let token_url = format
            .token_url
            .and_then(|text| self.token_url(text, format.allow_http == Some(true)));
        let client_id = format.client_id.and_then(|text| self.fill(text));
        let mut is_complete = true;
        let client_secret =
            self.optional_secret(format.client_secret, "the client secret", &mut is_complete);
        let refresh_token =
            self.optional_secret(format.refresh_token, "the refresh token", &mut is_complete);
        let named = [
            ("scope", format.scope),
            ("audience", format.audience),
            ("resource", format.resource),
        ];
        let parameters: Vec<Option<(String, String)>> = named
            .into_iter()
            .filter_map(|(name, text)| Some((name, text?)))
            .map(|(name, text)| Some((name.to_owned(), self.fill(text)?)))
            .collect();
        let client_auth = match format.auth.map(|text| (text.value, text.span)) {
            None | Some(("basic", _)) => ClientAuth::Basic,
            Some(("post", _)) => ClientAuth::Post,
            Some((other, span)) => {
                let message = format!(
                    "expected `basic` or `post`, found `{}`",
                    other.escape_debug()
                );
                self.diagnostics.push(
                    Diagnostic::error("target/client-auth", span, message)
                        .suggest(other, ["basic", "post"]),
                );
                ClientAuth::Basic
            }
        };
        if format.client_secret.is_none() && format.refresh_token.is_none() && !format.is_flawed() {
            let at = format.node().beginning();
            self.diagnostics.push(
                Diagnostic::error(
                    "target/no-grant",
                    at,
                    "expected `client-secret` or `refresh-token` in `oauth2`",
                )
                .help("add `client-secret: ${env.NAME}` (the grant `client_credentials`)")
                .help("or `refresh-token: ${env.NAME}` (the grant `refresh_token`)"),
            );
        }
        if !is_complete {
            return None;
        }
        Some(OAuth2 {
            token_url: token_url?,
            client_id: client_id?,
            client_secret,
            refresh_token,
            parameters: parameters.into_iter().collect::<Option<_>>()?,
            client_auth,
        })
    }

    /// The URL of a token endpoint. It receives secrets, so it uses https or is on this machine.
    fn token_url(&mut self, text: Text<'_>, allows_http: bool) -> Option<String> {
        let filled = self.fill(text)?;
        let (before_query, query) = match filled.split_once('?') {
            Some((url, query)) => (url, Some(query)),
            None => (filled.as_str(), None),
        };
        let url = match base_url(before_query) {
            Ok(url) => url,
            Err(message) => {
                let message = format!("the token endpoint {message}");
                self.diagnostics.push(
                    Diagnostic::error("target/token-url", text.span, message)
                        .help("write a URL such as https://login.example/oauth2/v2.0/token"),
                );
                return None;
            }
        };
        if url.starts_with("http://") && !is_loopback(&url) && !allows_http {
            let message = format!(
                "`{}` would receive the client secret unencrypted",
                without_credentials(&url)
            );
            self.diagnostics.push(
                Diagnostic::error("target/token-url", text.span, message)
                    .help("write https://")
                    .help("or add `allow-http: true` if you trust the network"),
            );
            return None;
        }
        Some(match query {
            Some(query) => format!("{url}?{query}"),
            None => url,
        })
    }

    /// A secret that may be missing. Clears `is_complete` when it is there and cannot be used.
    fn optional_secret(
        &mut self,
        text: Option<Text<'_>>,
        what: &str,
        is_complete: &mut bool,
    ) -> Option<Secret> {
        let secret = self.secret(text?, what);
        *is_complete &= secret.is_some();
        secret
    }

    /// A string that is a secret wherever it comes from.
    fn secret(&mut self, text: Text<'_>, what: &str) -> Option<Secret> {
        if text.value.is_empty() {
            reject_empty(text, what, self.diagnostics);
            return None;
        }
        let filled = self.fill(text)?;
        if !text.value.contains("${") {
            self.keep(&filled, what, text.span);
        }
        // The text around a variable is as secret as its value.
        self.secrets.push(Secret::new(filled.clone()));
        Some(Secret::new(filled))
    }
}

fn reject_empty(text: Text<'_>, what: &str, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.push(
        Diagnostic::error("target/empty-secret", text.span, format!("{what} is empty"))
            .help("take it from the environment: `${env.NAME}`"),
    );
}
