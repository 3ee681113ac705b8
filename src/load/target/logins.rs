//! Identities that log in with a request.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::json::Selector;
use crate::load::node::{Kind, Node};
use crate::load::record::{Entries, Record as _, Text, record, reject_type};
use crate::load::scalars::{is_token, read_duration};
use crate::load::target::TargetReader;
use crate::load::target::value_schemas::{
    FieldsToSend, HeaderTexts, LoginCaptures, LoginPath, LoginStatus,
};
use crate::load::value_schemas::{Duration, Selector as SelectorText, Value};
use crate::model::{
    Diagnostic, Login, LoginBody, LoginGives, LoginRequest, Secret, Span, captured_index,
};
use crate::text::nearest::nearest;

/// Parts of the names of members whose values are secrets wherever they come from.
const SECRET_NAMES: [&str; 5] = ["pass", "pwd", "secret", "token", "key"];

record! {
    /// A request of a login, sent once for a run. The answer to the last one gives a cookie or a token.
    LoginFormat, "`login`" {
        /// The service of the target that the request goes to.
        expected "service" service: Text<'n>,
        /// POST to this path below the base URL of the service.
        optional "POST" post: Text<'n> as LoginPath,
        /// PUT to this path.
        optional "PUT" put: Text<'n> as LoginPath,
        /// GET this path.
        optional "GET" get: Text<'n> as LoginPath,
        /// The body as a form: `{ user: "${env.USER}", password: "${env.PASSWORD}" }`.
        optional "form" form: Entries<'n, &'n Node> as FieldsToSend,
        /// The body as JSON.
        optional "json" json: &'n Node as Value,
        /// Header fields of the request.
        optional "headers" headers: Entries<'n, Text<'n>> as HeaderTexts,
        /// Values of the answer that later requests of the login use: `{ csrf: { text: true, match: 'value="([^"]+)"' } }`.
        optional "capture" capture: Entries<'n, &'n Node> as LoginCaptures,
        /// The answer to an accepted login; by default any with a status 2xx or 3xx.
        optional "expect" expect: LoginExpectFormat<'n>,
        /// The name of the cookie that the answer sets. Requests send it to the same host.
        optional "cookie" cookie: Text<'n>,
        /// The path of the token in the JSON body of the answer. Requests send it as `Authorization: Bearer`.
        optional "token" token: Text<'n> as SelectorText,
        /// After how long the next login is sent, for example `10m`; by default when the cookie or token expires.
        optional "renew" renew: &'n Node as Duration,
    }
}

record! {
    /// The answer to an accepted login.
    LoginExpectFormat, "`expect` of a login" {
        /// Its status, or a list.
        optional "status" status: &'n Node as LoginStatus,
        /// Header fields with their exact values: `Location: /home`.
        optional "headers" headers: Entries<'n, Text<'n>> as HeaderTexts,
    }
}

impl TargetReader<'_> {
    /// Reads the requests of a login; `services` are the base URLs of the target.
    pub(super) fn login(
        &mut self,
        steps: &[LoginFormat<'_>],
        services: &BTreeMap<String, String>,
    ) -> Option<Login> {
        let (last, before) = steps.split_last()?;
        let count_before = self.diagnostics.len();
        self.captured = Some(Vec::new());
        let mut read = Vec::with_capacity(before.len());
        for step in before {
            let of_last = [
                ("cookie", step.cookie.is_some()),
                ("token", step.token.is_some()),
                ("renew", step.renew.is_some()),
            ];
            for (key, _) in of_last.iter().filter(|(_, is_there)| *is_there) {
                let at = step.node().locate(&format!("/{key}"));
                let message = format!("`{key}` in a request of a login before the last one");
                self.diagnostics.push(
                    Diagnostic::error("target/login", at, message)
                        .help("the last request of the list gives the cookie or the token"),
                );
            }
            read.extend(self.login_request(step, services));
        }
        let request = self.login_request(last, services);
        self.captured = None;
        let gives = self.login_gives(last);
        let renew = last
            .renew
            .and_then(|node| read_duration(node, self.diagnostics));
        if self.diagnostics.len() > count_before {
            return None;
        }
        Some(Login {
            before: read,
            request: request?,
            gives: gives?,
            renew,
        })
    }

    /// Reads one request of a login.
    fn login_request(
        &mut self,
        format: &LoginFormat<'_>,
        services: &BTreeMap<String, String>,
    ) -> Option<LoginRequest> {
        let base = format
            .service
            .and_then(|name| self.login_base(name, services));
        let place = self.login_place(format);
        let body = self.login_body(format);
        let headers = self.login_headers(format.headers.as_ref());
        let expect = format.expect.as_ref();
        let statuses = expect.and_then(|expect| expect.status);
        let statuses = statuses.map_or_else(Vec::new, |node| self.statuses(node));
        let expected = expect.and_then(|expect| expect.headers.as_ref());
        // What is expected is not filled in with what came.
        let captured = self.captured.take();
        let expected_headers = self.login_headers(expected).into_iter();
        self.captured = captured;
        let captures = self.login_captures(format.capture.as_ref());
        let (method, path) = place?;
        Some(LoginRequest {
            service: format.service?.value.to_owned(),
            method: method.to_owned(),
            url: format!("{}{path}", base?),
            headers,
            body,
            statuses,
            expected_headers: expected_headers
                .map(|(name, value)| (name, value.expose().to_owned()))
                .collect(),
            captures,
        })
    }

    fn login_base(
        &mut self,
        name: Text<'_>,
        services: &BTreeMap<String, String>,
    ) -> Option<String> {
        let base = services.get(name.value);
        if base.is_none() && !self.broken_services.contains(name.value) {
            let message = format!("the target has no service `{}`", name.value.escape_debug());
            let diagnostic = Diagnostic::error("target/unknown-service", name.span, message);
            let near = nearest(name.value, services.keys().map(String::as_str));
            self.diagnostics.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("write the name of a service under `services`"),
            });
        }
        base.cloned()
    }

    /// Method and path.
    fn login_place(&mut self, format: &LoginFormat<'_>) -> Option<(&'static str, String)> {
        let written = [
            ("POST", format.post),
            ("PUT", format.put),
            ("GET", format.get),
        ];
        let written: Vec<(&'static str, Text<'_>)> = written
            .into_iter()
            .filter_map(|(method, path)| Some((method, path?)))
            .collect();
        let [(method, path)] = written.as_slice() else {
            let message = "expected one of `POST`, `PUT` and `GET` in `login`";
            self.reject_login(format, message, "write `POST: /login`");
            return None;
        };
        let filled = self.fill(*path)?;
        let is_sendable =
            |one: char| one.is_ascii_graphic() && one != '#' || captured_index(one).is_some();
        if !filled.starts_with('/') || !filled.chars().all(is_sendable) {
            let message = format!("invalid path `{}`", path.value.escape_debug());
            self.diagnostics.push(
                Diagnostic::error("target/login-path", path.span, message).help(
                    "write a path that starts with `/`; other characters than ASCII are percent-encoded",
                ),
            );
            return None;
        }
        Some((method, filled))
    }

    fn login_body(&mut self, format: &LoginFormat<'_>) -> LoginBody {
        match (&format.form, format.json) {
            (None, None) => LoginBody::None,
            (Some(fields), None) => {
                let fields = fields.0.iter();
                let fields = fields.filter_map(|(key, node)| {
                    let value = self.login_value(&key.text, node)?;
                    Some((key.text.clone(), Secret::new(value)))
                });
                LoginBody::Form(fields.collect())
            }
            (None, Some(node)) => {
                self.keep_secrets_of(node);
                let value = self.fill_value(node);
                LoginBody::Json(Secret::new(value.to_string()))
            }
            (Some(_), Some(_)) => {
                self.reject_login(format, "`form` next to `json` in `login`", "keep one");
                LoginBody::None
            }
        }
    }

    /// A field of a form.
    fn login_value(&mut self, name: &str, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => {
                let text = Text {
                    value: text,
                    span: node.span,
                };
                self.keep_secret_of(name, text.value, text.span);
                let filled = self.fill(text)?;
                if text.value.contains("${") && !filled.contains(is_captured) {
                    // The text around a variable is as secret as its value.
                    self.secrets.push(Secret::new(filled.clone()));
                }
                Some(filled)
            }
            Kind::Number(number) => Some(number.to_string()),
            Kind::Bool(flag) => Some(flag.to_string()),
            _ => {
                reject_type(node, "a string or a number", self.diagnostics);
                None
            }
        }
    }

    /// A password that is written in the file is a secret, too.
    fn keep_secret_of(&mut self, name: &str, value: &str, span: Span) {
        let name = name.to_lowercase();
        let is_secret = SECRET_NAMES.iter().any(|part| name.contains(part));
        if is_secret && !value.contains("${") {
            self.keep(value, &format!("the value of `{name}`"), span);
        }
    }

    fn keep_secrets_of(&mut self, node: &Node) {
        match &node.kind {
            Kind::Object(entries) => {
                for (key, value) in entries {
                    if let Some(text) = value.as_text() {
                        self.keep_secret_of(&key.text, text, value.span);
                    }
                    self.keep_secrets_of(value);
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.keep_secrets_of(item)),
            _ => {}
        }
    }

    fn login_headers(&mut self, entries: Option<&Entries<'_, Text<'_>>>) -> Vec<(String, Secret)> {
        let mut headers = Vec::new();
        for (name, text) in entries.iter().flat_map(|entries| &entries.0) {
            if !is_token(&name.text) {
                let message = format!("`{}` is not a header name", name.text.escape_debug());
                self.diagnostics
                    .push(Diagnostic::error("target/header-name", name.span, message));
            }
            let Some(value) = self.fill(*text) else {
                continue;
            };
            if value.contains(['\r', '\n', '\0']) {
                let message = format!("line break or NUL in the value of `{}`", name.text);
                self.diagnostics
                    .push(Diagnostic::error("target/header-value", text.span, message));
            }
            if text.value.contains("${") && !value.contains(is_captured) {
                self.secrets.push(Secret::new(value.clone()));
            }
            headers.push((name.text.clone(), Secret::new(value)));
        }
        headers
    }

    fn statuses(&mut self, node: &Node) -> Vec<u16> {
        let items = match &node.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut statuses = Vec::new();
        for item in items {
            let number = match &item.kind {
                Kind::Number(number) => number.as_u64(),
                _ => None,
            };
            match number.and_then(|number| u16::try_from(number).ok()) {
                Some(status @ 200..=399) => statuses.push(status),
                Some(status) => {
                    let message = format!("{status} is no status of an accepted login");
                    self.diagnostics.push(
                        Diagnostic::error("target/login-status", item.span, message)
                            .help("write a status from 200 to 399"),
                    );
                }
                None => reject_type(item, "a status or a list of them", self.diagnostics),
            }
        }
        if items.is_empty() {
            reject_type(node, "a status or a list of them", self.diagnostics);
        }
        statuses
    }

    fn login_gives(&mut self, format: &LoginFormat<'_>) -> Option<LoginGives> {
        match (format.cookie, format.token) {
            (Some(name), None) if is_token(name.value) => {
                Some(LoginGives::Cookie(name.value.to_owned()))
            }
            (Some(name), None) => {
                let message = format!(
                    "`{}` is not the name of a cookie",
                    name.value.escape_debug()
                );
                self.diagnostics
                    .push(Diagnostic::error("target/login-cookie", name.span, message));
                None
            }
            (None, Some(path)) => match Selector::new(path.value) {
                Ok(selector) => Some(LoginGives::Token(selector)),
                Err(error) => {
                    let message = format!("invalid JSONPath: {}", error.message);
                    self.diagnostics.push(
                        Diagnostic::error("target/login-token", path.span, message)
                            .help("write a path such as `$.access_token`"),
                    );
                    None
                }
            },
            _ => {
                let message = "expected one of `cookie` and `token` in `login`";
                let help = "write `cookie: NAME`, or `token: $.access_token`";
                self.reject_login(format, message, help);
                None
            }
        }
    }

    fn reject_login(&mut self, format: &LoginFormat<'_>, message: &str, help: &str) {
        if !format.is_flawed() {
            let at = format.node().beginning();
            self.diagnostics
                .push(Diagnostic::error("target/login", at, message).help(help));
        }
    }
}

/// Does a captured value go here?
fn is_captured(one: char) -> bool {
    captured_index(one).is_some()
}
