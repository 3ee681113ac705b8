//! Reads a variable where a case first uses it.

use crate::load::names::CaseReader;
use crate::load::place::find;
use crate::model::{CaseValue, Diagnostic, Span, ValueSource};
use crate::text::nearest::nearest;

/// How deep variables refer to each other: each is read inside the one that uses it.
const DEEPEST: usize = 32;

impl CaseReader<'_> {
    /// Reads a variable where it is used for the first time. `key` is `var.NAME`.
    pub(crate) fn use_variable(&mut self, key: &str, span: Span) {
        let name = key.strip_prefix("var.").unwrap_or(key);
        let at = find(self.sources, span, key);
        if self.variables.reading.iter().any(|one| one == name) {
            let message = format!("the variable `{name}` is made of itself");
            self.diagnostics
                .push(Diagnostic::error("case/variable", at, message).help("rename one of them"));
            return;
        }
        if self.variables.read.contains(name) {
            return;
        }
        let Some((_, node)) = self.variables.find(name) else {
            self.report_unknown_variable(name, at);
            return;
        };
        if self.variables.reading.len() == DEEPEST {
            let message = format!("variables refer to each other more than {DEEPEST} deep");
            self.diagnostics
                .push(Diagnostic::error("case/variable", at, message));
            return;
        }
        self.variables.reading.push(name.to_owned());
        let draft = self.draft(node);
        self.variables.reading.pop();
        self.variables.read.insert(name.to_owned());
        self.values.push(CaseValue {
            key: key.to_owned(),
            from: ValueSource::Variable(draft),
            span: node.span,
        });
    }

    fn report_unknown_variable(&mut self, name: &str, at: Span) {
        if self.contract_is_flawed {
            return;
        }
        let known = self.variables.layers.iter().flatten();
        let near = nearest(name, known.map(|(key, _)| key.text.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `var.{near}`?"),
            None => format!("add `vars: {{ {name}: ... }}` to the case, its file or its contract"),
        };
        let message = format!("unknown variable `{name}`");
        self.diagnostics
            .push(Diagnostic::error("case/unknown-variable", at, message).help(help));
    }
}
