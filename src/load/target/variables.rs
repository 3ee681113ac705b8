//! Environment variables in a target file. Their values are secrets.

use crate::load::place::find;
use crate::load::record::Text;
use crate::load::target::{Missing, TargetReader};
use crate::model::{Diagnostic, Secret, Span, VariableUse, captured_index, captured_value};
use crate::text::nearest::nearest;

/// Shorter values cannot be redacted without redacting half of every report.
const SHORTEST_SECRET: usize = 4;

/// The code of a diagnostic about a variable that is not set.
pub const MISSING_VARIABLE: &str = "target/missing-variable";

/// What can be done without the variables of identities; said once.
const SKIP: &str =
    "to skip the cases of identities whose variables are not set: probity run --allow-missing-env";

impl TargetReader<'_> {
    /// Fills in `${env.NAME}`; `None` when that is impossible, which is reported. The values become secrets.
    pub(super) fn fill(&mut self, text: Text<'_>) -> Option<String> {
        let mut filled = String::new();
        let mut is_complete = true;
        let mut rest = text.value;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                filled.push_str(&rest[..at - 1]);
                filled.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            filled.push_str(&rest[..at]);
            let hole = &rest[at..];
            let end = hole.find('}').map_or(hole.len(), |end| end + 1);
            let span = find(self.sources, text.span, &hole[..end]);
            match self.hole(&hole[..end], span) {
                Some(value) => filled.push_str(&value),
                None => is_complete = false,
            }
            rest = &hole[end..];
        }
        filled.push_str(rest);
        is_complete.then_some(filled)
    }

    /// The value of `${env.NAME}`.
    fn hole(&mut self, hole: &str, span: Span) -> Option<String> {
        let error = |message: String| Diagnostic::error("target/template", span, message);
        let Some(inside) = hole
            .strip_prefix("${")
            .and_then(|hole| hole.strip_suffix('}'))
        else {
            let message = "unclosed `${`".to_owned();
            self.diagnostics
                .push(error(message).help("write `$${` for a literal `${`"));
            return None;
        };
        let inside = inside.trim();
        let name = inside.strip_prefix("env.").unwrap_or("");
        if !name.is_empty() {
            let value = self.variable(name, span)?;
            if self.captured.is_some() && value.contains(|one| captured_index(one).is_some()) {
                let message = format!("`{name}` has a character that is no text");
                self.diagnostics.push(error(message));
                return None;
            }
            return Some(value);
        }
        if let (Some(name), Some(captured)) = (inside.strip_prefix("capture."), &self.captured) {
            let index = captured.iter().position(|known| known == name);
            if let Some(mark) = index.and_then(captured_value) {
                return Some(mark.to_string());
            }
            let message = format!("no earlier request of this login captures `{name}`");
            let near = nearest(name, captured.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `capture.{near}`?"),
                None => format!("add `capture: {{ {name}: ... }}` to an earlier one"),
            };
            self.diagnostics.push(error(message).help(help));
            return None;
        }
        let diagnostic = error(format!("unknown template `{hole}` in a target"));
        let is_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_bare = !inside.is_empty() && inside.chars().all(is_variable);
        self.diagnostics.push(if is_bare {
            diagnostic.help(format!("did you mean `${{env.{inside}}}`?"))
        } else {
            diagnostic
                .help("only environment variables are available: `${env.NAME}`")
                .help("write `$${` for a literal `${`")
        });
        None
    }

    /// The value of an environment variable, which becomes a secret.
    pub(super) fn variable(&mut self, name: &str, span: Span) -> Option<String> {
        let needs_it = self.variables.entry(name.to_owned()).or_default();
        needs_it.insert(self.reading.clone());
        let Some(value) = (self.environment)(name).filter(|value| !value.is_empty()) else {
            if let (VariableUse::Identity(identity), Missing::Tolerated) =
                (&self.reading, self.missing)
            {
                let variables = self.unset.entry(identity.clone()).or_default();
                variables.insert(name.to_owned());
                return None;
            }
            let message = format!("the environment variable `{name}` is not set");
            let diagnostic = Diagnostic::error(MISSING_VARIABLE, span, message)
                .help(format!("set it before the run: {name}=... probity run ..."));
            self.diagnostics.push(match &self.reading {
                VariableUse::Fixture(fixture) => diagnostic.help(format!(
                    "it is for a fixture: without it, remove `{fixture}` from the target: the cases that need it are skipped"
                )),
                VariableUse::Identity(_) if !self.is_skipping_offered() => diagnostic.help(SKIP),
                _ => diagnostic,
            });
            return None;
        };
        self.keep(&value, &format!("the value of `{name}`"), span);
        Some(value)
    }

    fn is_skipping_offered(&self) -> bool {
        let mut helps = self.diagnostics.iter().flat_map(|one| &one.help);
        helps.any(|help| help == SKIP)
    }

    /// Remembers a secret, so that no output shows it.
    pub(super) fn keep(&mut self, value: &str, what: &str, span: Span) {
        if value.chars().count() < SHORTEST_SECRET {
            self.diagnostics.push(
                Diagnostic::error("target/short-secret", span, format!("{what} is too short to be redacted in reports"))
                    .help(format!("secrets need at least {SHORTEST_SECRET} characters: values of environment variables and all credentials"))
                    .help("write a value that is not secret in the file"),
            );
        }
        self.secrets.push(Secret::new(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::target::testing::{diagnostics, read};

    #[test]
    fn a_variable_can_be_used_everywhere_and_is_a_secret() {
        let text = "
name: staging
services: { users: \"https://${env.TOKEN}.example/\" }
identities: { demo.reader: { Authorization: \"Bearer ${env.TOKEN} $${x}\" } }
fixtures: { demo.user: { id: [\"${env.TOKEN}\", 1] } }
";
        let (target, _) = read(text).unwrap();
        assert_eq!(target.services["users"], "https://s3cret.example");
        let (name, value) = &target.identities["demo.reader"].headers[0];
        assert_eq!(
            (name.as_str(), value.expose()),
            ("Authorization", "Bearer s3cret ${x}")
        );
        assert_eq!(
            target.fixtures["demo.user"],
            serde_json::json!({ "id": ["s3cret", 1] })
        );
        assert!(
            target
                .secrets
                .iter()
                .all(|secret| secret.expose() == "s3cret")
        );
        assert_eq!(target.secrets.len(), 3);
    }

    #[test]
    fn what_to_do_without_a_variable_depends_on_its_use_and_is_said_once() {
        let text = "
name: staging
services: { users: \"https://users.example/\" }
identities:
  demo.reader: { Authorization: \"Bearer ${env.READER}\" }
  demo.other: { Authorization: \"Bearer ${env.OTHER}\" }
fixtures: { demo.user: \"${env.USER_ID}\" }
";
        let helps = |missing| {
            let found = diagnostics(text, missing).into_iter();
            let found = found.filter(|one| one.code == MISSING_VARIABLE);
            let helps: Vec<String> = found.flat_map(|one| one.help).collect();
            helps
                .into_iter()
                .filter(|help| !help.starts_with("set it"))
                .collect::<Vec<_>>()
        };
        let remove = "it is for a fixture: without it, remove `demo.user` from the target: the cases that need it are skipped";
        assert_eq!(helps(Missing::Rejected), [SKIP, remove]);
        assert_eq!(helps(Missing::Tolerated), [remove]);
    }
}
