//! What the requests of a login capture.

use crate::json::Selector;
use crate::load::interner::Interner;
use crate::load::node::{Kind, Node};
use crate::load::pattern::compile;
use crate::load::record::{Entries, reject};
use crate::load::scalars::is_token;
use crate::load::target::TargetReader;
use crate::model::{Diagnostic, LoginCapture, LoginCaptureFrom, MOST_LOGIN_CAPTURES, TextPattern};

impl TargetReader<'_> {
    /// Reads the captures of a request. Later requests know their names.
    pub(super) fn login_captures(
        &mut self,
        entries: Option<&Entries<'_, &Node>>,
    ) -> Vec<LoginCapture> {
        let mut captures = Vec::new();
        for (key, node) in entries.iter().flat_map(|entries| &entries.0) {
            let known = self.captured.get_or_insert_default();
            let problem = if known.contains(&key.text) {
                Some(format!("`{}` is captured twice", key.text.escape_debug()))
            } else if known.len() == MOST_LOGIN_CAPTURES {
                Some(format!(
                    "a login captures more than {MOST_LOGIN_CAPTURES} values"
                ))
            } else {
                None
            };
            if let Some(message) = problem {
                let diagnostic = Diagnostic::error("target/login-capture", key.span, message);
                self.diagnostics.push(diagnostic.help("remove one"));
                continue;
            }
            known.push(key.text.clone());
            if let Some((from, part)) = self.login_capture(node) {
                let name = key.text.clone();
                captures.push(LoginCapture { name, from, part });
            }
        }
        captures
    }

    fn login_capture(&mut self, node: &Node) -> Option<(LoginCaptureFrom, Option<TextPattern>)> {
        let part = match node.get("match").map(|node| (node, &node.kind)) {
            None => None,
            Some((node, Kind::Text(text))) => {
                match compile(&mut Interner::default(), text, node.span) {
                    Ok(part) => Some(part),
                    Err(rejected) => {
                        self.diagnostics.push(*rejected);
                        return None;
                    }
                }
            }
            Some(_) => return self.bad_login_capture(node),
        };
        let entries = match &node.kind {
            Kind::Text(path) => {
                return match Selector::new(path) {
                    Ok(selector) => Some((LoginCaptureFrom::Json(selector), None)),
                    Err(error) => {
                        let message = format!("invalid JSONPath: {}", error.message);
                        let diagnostic =
                            Diagnostic::error("target/login-capture", node.span, message);
                        self.diagnostics
                            .push(diagnostic.help("write a path such as `$.csrf`"));
                        None
                    }
                };
            }
            Kind::Object(entries) => entries.iter().filter(|(key, _)| key.text != "match"),
            _ => return self.bad_login_capture(node),
        };
        let sources: Vec<(&str, &Kind)> = entries
            .map(|(key, value)| (key.text.as_str(), &value.kind))
            .collect();
        let from = match sources.as_slice() {
            [("text", Kind::Bool(true))] if part.is_some() => LoginCaptureFrom::Text,
            [("header", Kind::Text(name))] if is_token(name) => {
                LoginCaptureFrom::Header(name.clone())
            }
            [("cookie", Kind::Text(name))] if is_token(name) => {
                LoginCaptureFrom::Cookie(name.clone())
            }
            _ => return self.bad_login_capture(node),
        };
        Some((from, part))
    }

    fn bad_login_capture<T>(&mut self, node: &Node) -> Option<T> {
        reject(node, self.diagnostics, || {
            let message = format!("expected a capture, found {}", node.describe());
            Diagnostic::error("target/login-capture", node.span, message)
                .help("write `$.csrf`, `{ header: X-Token }`, `{ cookie: csrf }` or `{ text: true, match: 'value=\"([^\"]+)\"' }`")
        });
        None
    }
}
