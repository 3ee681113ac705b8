//! What a target declares: capabilities, exceptions and permissions.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::contract::nearest_id;
use crate::load::node::Key;
use crate::load::record::reject;
use crate::load::target::TargetReader;
use crate::load::target::format::TargetFile;
use crate::model::Diagnostic;

impl TargetReader<'_> {
    pub(super) fn capabilities(&mut self, format: &TargetFile<'_>) -> BTreeSet<String> {
        let mut capabilities = BTreeSet::new();
        for text in format.capabilities.iter().flatten() {
            let key = Key {
                text: text.value.to_owned(),
                span: text.span,
            };
            self.check_name(&key, "capability", |contract| &contract.capabilities);
            capabilities.insert(key.text);
        }
        capabilities
    }

    pub(super) fn disposable(&mut self, format: &TargetFile<'_>) -> BTreeSet<String> {
        let mut disposable = BTreeSet::new();
        for text in format.disposable.iter().flatten() {
            let key = Key {
                text: text.value.to_owned(),
                span: text.span,
            };
            self.check_name(&key, "fixture", |contract| &contract.fixtures);
            disposable.insert(key.text);
        }
        disposable
    }

    pub(super) fn not_applicable(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, String> {
        let mut not_applicable = BTreeMap::new();
        for (key, reason) in format.not_applicable.iter().flat_map(|entries| &entries.0) {
            if self.suite.requirement(&key.text).is_none() {
                let all = self
                    .suite
                    .contracts
                    .iter()
                    .flat_map(|contract| &contract.requirements);
                let diagnostic = Diagnostic::error(
                    "target/unknown-requirement",
                    key.span,
                    format!("no contract of the suite has a requirement `{}`", key.text),
                );
                self.diagnostics.push(match nearest_id(&key.text, all) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
            }
            if reason.value.trim().is_empty() {
                self.diagnostics.push(
                    Diagnostic::error(
                        "target/no-reason",
                        reason.span,
                        format!("missing reason why `{}` is not applicable", key.text),
                    )
                    .help("state the reason: every report shows it"),
                );
            }
            not_applicable.insert(key.text.clone(), reason.value.to_owned());
        }
        not_applicable
    }

    pub(super) fn cannot(
        &mut self,
        format: &TargetFile<'_>,
        capabilities: &BTreeSet<String>,
    ) -> BTreeMap<String, String> {
        let mut cannot = BTreeMap::new();
        for (key, reason) in format.cannot.iter().flat_map(|entries| &entries.0) {
            self.check_name(key, "capability", |contract| &contract.capabilities);
            if capabilities.contains(&key.text) {
                let message = format!("`{}` is also under `capabilities`", key.text);
                self.diagnostics.push(
                    Diagnostic::error("target/contradiction", key.span, message)
                        .help("remove one: the target has it or cannot have it"),
                );
            }
            if reason.value.trim().is_empty() {
                let message = format!("missing reason why the target cannot have `{}`", key.text);
                self.diagnostics.push(
                    Diagnostic::error("target/no-reason", reason.span, message)
                        .help("state the reason: every report shows it"),
                );
            }
            cannot.insert(key.text.clone(), reason.value.to_owned());
        }
        cannot
    }

    /// Does the target permit writing? By default only if all its services are on this machine.
    pub(super) fn permits_write(&mut self, format: &TargetFile<'_>, is_local: bool) -> bool {
        let Some(permits) = &format.permits else {
            return is_local;
        };
        let mut write = false;
        for permit in permits {
            match permit.as_text() {
                Some("write") => write = true,
                Some("read") => {}
                other => reject(permit, self.diagnostics, || {
                    let message =
                        format!("expected `read` or `write`, found {}", permit.describe());
                    Diagnostic::error("target/permits", permit.span, message)
                        .suggest(other.unwrap_or(""), ["read", "write"])
                }),
            }
        }
        // A bare URL uses the file of a loopback deployment, but not its permission.
        write && (format.services.is_some() || is_local)
    }
}

#[cfg(test)]
mod tests {
    use crate::load::target::testing::{read, url};

    #[test]
    fn only_a_loopback_target_permits_writing_by_default() {
        let permits = |url: &str, more: &str| {
            let text = format!("name: a\nservices: {{ users: \"{url}\" }}\n{more}");
            read(&text).unwrap().0.permits_write
        };
        for loopback in [
            "http://127.0.0.1:1",
            "http://localhost/x",
            "http://[::1]:8080",
        ] {
            assert!(permits(loopback, ""), "{loopback}");
            assert!(!permits(loopback, "permits: [read]"), "{loopback}");
        }
        for remote in [
            "https://a.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
        ] {
            assert!(!permits(remote, ""), "{remote}");
            assert!(permits(remote, "permits: [read, write]"), "{remote}");
        }
    }

    #[test]
    fn a_loopback_url_that_leads_elsewhere_is_a_remote_target() {
        let permits = |network: &str| {
            let text =
                format!("name: a\nservices: {{ users: \"http://localhost\" }}\nnetwork: {network}");
            read(&text).unwrap().0.permits_write
        };
        assert!(permits("{ http: 1.1 }"));
        assert!(permits("{ resolve: { localhost: 127.0.0.2 } }"));
        assert!(!permits("{ resolve: { localhost: 10.0.0.1 } }"));
        assert!(!permits("{ proxy: \"http://127.0.0.1:1\" }"));
    }

    #[test]
    fn the_permission_of_the_reference_file_does_not_apply_to_a_url() {
        assert!(url("http://127.0.0.1:4040").permits_write);
        assert!(!url("https://a.example").permits_write);
    }
}
