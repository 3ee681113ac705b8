//! What a case may refer to: the names that its contract declares, and the captures made so far.
//!
//! Every template is read by [`CaseReader::template`], which reports unknown names with their places and collects
//! what the case needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::load::body_files::BodyFiles;
use crate::load::contract::ReadContract;
use crate::load::interner::Interner;
use crate::load::node::{Kind, Node};
use crate::load::place::find;
use crate::load::read_rule::{Exception, ReadRule};
use crate::load::record::Text;
use crate::load::schemas::SchemaTable;
use crate::load::template;
use crate::load::template::TemplateError;
use crate::load::variables::Variables;
use crate::model::{
    BodyFact, BodyFile, CaseValue, Contract, Diagnostic, Draft, Expression, Made, Needs, Part,
    Sources, Span, Template, ValueSource,
};
use crate::text::nearest::nearest;

/// What a rule may use.
pub(crate) const HELP_OF_RULES: &str = "a rule holds for every answer of an operation: use a literal value, a fixture or a constant of `vars`";

/// All contracts of a suite, by their directories.
pub(crate) type Contracts = BTreeMap<String, ReadContract>;

/// Reads one case: what it may use, what it has used, and what is wrong with it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about the case"
)]
pub(crate) struct CaseReader<'a> {
    pub(crate) contract: &'a Contract,
    /// Part of the contract could not be read: names that seem to be undeclared are not reported.
    pub(crate) contract_is_flawed: bool,
    pub(crate) contracts: &'a Contracts,
    pub(crate) sources: &'a Sources,
    pub(crate) schemas: &'a mut SchemaTable,
    pub(crate) files: &'a mut BodyFiles,
    /// The fixtures of the suite's reference target, by full name.
    pub(crate) fixtures: &'a BTreeMap<String, Value>,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    pub(crate) interner: &'a mut Interner,
    /// The rules of the contract.
    pub(crate) rules: &'a [ReadRule],
    /// The rules that do not hold for the case.
    pub(crate) without: Vec<Exception>,
    /// Is it a rule of the contract instead of a case?
    pub(crate) is_rule: bool,
    /// Could a `request` of the file, the case or the step not be read at all? Then none is missing.
    pub(crate) request_is_unread: bool,
    /// The names of the values of the row, for a better message.
    pub(crate) row_values: Vec<String>,
    /// What the case needs so far.
    pub(crate) needs: Needs,
    /// Captures made by the steps before this one.
    pub(crate) captured: BTreeSet<String>,
    /// The names of captures that some template has used so far.
    pub(crate) captured_and_used: BTreeSet<String>,
    /// Captures that this step makes, after its checks.
    pub(crate) capturing: BTreeSet<String>,
    /// Captures that some step makes, for a better message.
    pub(crate) captured_later: BTreeSet<String>,
    /// The variables of the contract, the file and the case.
    pub(crate) variables: Variables<'a>,
    /// Where facts about the body are used so far; `None` where they cannot be used.
    pub(crate) of_body: Option<Vec<Span>>,
    /// What is made before the first step, in order.
    pub(crate) values: Vec<CaseValue>,
    /// Does a template of the case call a function?
    pub(crate) computes: bool,
}

impl CaseReader<'_> {
    /// Parses a template for a text, and checks the names in it.
    pub(crate) fn template(&mut self, text: &str, span: Span) -> Template {
        let template = self.any_template(text, span);
        self.reject_arrays(&template);
        template
    }

    /// Reports functions that make arrays, which cannot be part of a text.
    fn reject_arrays(&mut self, template: &Template) {
        for part in &template.parts {
            if let Part::Hole(expression @ Expression::Call(function, arguments)) = part
                && expression.is_array()
            {
                let name = function.row().name;
                let at = find(self.sources, template.span, name);
                let message = format!("`{name}` makes an array, which cannot be part of a text");
                let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
                self.diagnostics
                    .push(
                        Diagnostic::error("case/template", at, message).help(format!(
                            "`repeat-text({})` repeats a text",
                            arguments.join(", ")
                        )),
                    );
            }
        }
    }

    /// Parses a template whose value may be of any type, and checks the names in it.
    fn any_template(&mut self, text: &str, span: Span) -> Template {
        self.warn_about_braces(text, span);
        let mut parts = match template::parse(text) {
            Ok(parts) => parts,
            Err(error) => {
                let diagnostic = self.template_diagnostic(&error, span);
                self.diagnostics.push(diagnostic);
                Vec::new()
            }
        };
        for part in &mut parts {
            if let Part::Hole(expression) = part {
                self.bind(expression, span);
            }
        }
        Template { parts, span }
    }

    fn template_diagnostic(&self, error: &TemplateError, span: Span) -> Diagnostic {
        let at = find(self.sources, span, &error.hole);
        if error.is_row_value && !self.row_values.is_empty() {
            let message = format!("a row cannot use `{}`, a value of a row", error.hole);
            return Diagnostic::error("case/template", at, message)
                .help("write the value out, or use `${row.x}` where the case uses this value");
        }
        if self.is_rule && error.is_row_value {
            let message = format!("a rule cannot use `{}`", error.hole);
            return Diagnostic::error("contract/rule-template", at, message).help(HELP_OF_RULES);
        }
        let diagnostic = Diagnostic::error("case/template", at, error.message.clone());
        let bare = error.bare_name.as_deref();
        match (bare.and_then(|name| self.spaces_of(name)), &error.help) {
            (Some(full_name), _) => diagnostic.help(format!("did you mean `{full_name}`?")),
            (None, Some(help)) => diagnostic.help(help.clone()),
            (None, None) => diagnostic,
        }
    }

    /// What a name without a prefix means: `${capture.id}` for `${id}`, if there is such a capture.
    fn spaces_of(&self, name: &str) -> Option<String> {
        let captures = [&self.captured, &self.capturing, &self.captured_later];
        let full_name = self.contract.full_name(name);
        let space = if self.row_values.iter().any(|value| value == name) {
            "row"
        } else if captures.iter().any(|names| names.contains(name)) {
            "capture"
        } else if self.contract.fixtures.contains_key(&full_name) {
            "fixture"
        } else {
            return None;
        };
        Some(format!("${{{space}.{name}}}"))
    }

    /// Gives fixtures their full names, and reports unknown fixtures and captures.
    fn bind(&mut self, expression: &mut Expression, span: Span) {
        match expression {
            Expression::Fixture(name) => {
                let full_name = self.contract.full_name(name);
                if self.contract.fixtures.contains_key(&full_name) {
                    self.needs.fixtures.insert(full_name.clone());
                } else {
                    let at = find(self.sources, span, &format!("fixture.{name}"));
                    let near = self.suggest(name, self.contract.fixtures.keys());
                    self.report_unknown("case/unknown-fixture", "fixture", name, at, near);
                }
                *name = full_name;
            }
            Expression::Capture(name) => {
                if !self.captured.contains(name) || self.variables.are_read() {
                    self.report_unknown_capture(name, span);
                }
                self.captured_and_used.insert(name.clone());
            }
            Expression::Call(_, arguments) => {
                self.computes = true;
                for argument in arguments {
                    self.bind(argument, span);
                }
            }
            Expression::Made(made) => self.make(made, span),
            Expression::Variable(key) => self.use_variable(key, span),
            Expression::OfBody(fact) => self.note_body_fact(*fact, span),
            Expression::Literal(_) => {}
        }
    }

    /// Gives a value that is made in the run its place in the case.
    fn make(&mut self, made: &mut Made, span: Span) {
        if self.is_rule {
            let written = made.maker.to_string();
            let name = written.split('(').next().unwrap_or(&written);
            let at = find(self.sources, span, name);
            let message = format!("a rule cannot use `{name}`");
            let diagnostic = Diagnostic::error("contract/rule-template", at, message);
            self.diagnostics.push(diagnostic.help(HELP_OF_RULES));
            return;
        }
        made.place = self.values.len();
        self.values.push(CaseValue {
            key: made.key(),
            from: ValueSource::Made(made.maker),
            span,
        });
    }

    fn note_body_fact(&mut self, fact: BodyFact, span: Span) {
        if let Some(uses) = &mut self.of_body {
            return uses.push(span);
        }
        let at = find(self.sources, span, "body");
        let message = format!("`{}` has no value here", fact.key());
        self.diagnostics.push(
            Diagnostic::error("case/body-value", at, message)
                .help("use it in the path, the query or a header of a request with a body"),
        );
    }

    fn report_unknown_capture(&mut self, name: &str, span: Span) {
        let at = find(self.sources, span, &format!("capture.{name}"));
        if self.is_rule {
            let message = format!("a rule cannot use `capture.{name}`");
            let diagnostic = Diagnostic::error("contract/rule-template", at, message);
            self.diagnostics.push(diagnostic.help(HELP_OF_RULES));
            return;
        }
        if self.variables.are_read() {
            let message = format!("a variable cannot use `capture.{name}`");
            self.diagnostics.push(
                Diagnostic::error("case/variable", at, message)
                    .label("variables are made before the first step"),
            );
            return;
        }
        let message = format!("unknown capture `{name}`");
        let near = nearest(name, self.captured.iter().map(String::as_str));
        let help = if self.capturing.contains(name) {
            "this step captures it after its checks: use it in a later step".to_owned()
        } else if self.captured_later.contains(name) {
            "a later step captures it: reorder the steps".to_owned()
        } else if let Some(near) = near {
            format!("did you mean `{near}`?")
        } else {
            format!("add `capture: {{ {name}: $.path }}` to an earlier step")
        };
        let diagnostic = Diagnostic::error("case/unknown-capture", at, message);
        self.diagnostics.push(diagnostic.help(help));
    }

    /// A text in a place where only values of a row are filled in; any other template is reported.
    pub(crate) fn plain(&mut self, text: &str, span: Span, place: &str) -> Option<String> {
        match template::plain(text) {
            Ok(plain) => Some(plain.into_owned()),
            Err(hole) => {
                let message = format!("`{hole}` is not filled in in {place}");
                self.diagnostics.push(
                    Diagnostic::error("case/template", span, message)
                        .help("write it out, or take it from a row: `${row.x}`"),
                );
                None
            }
        }
    }

    /// A file of the suite that a request sends.
    pub(crate) fn file(&mut self, name: Text<'_>) -> Option<BodyFile> {
        let plain = template::plain(name.value).unwrap_or(name.value.into());
        let name = Text {
            value: &plain,
            span: name.span,
        };
        self.files.get(name, &self.contract.name, self.diagnostics)
    }

    /// Checks that an identity is declared, and returns its full name.
    pub(crate) fn identity(&mut self, name: &str, span: Span) -> String {
        let full_name = self.contract.full_name(name);
        if self.contract.identities.contains_key(&full_name) {
            self.needs.identities.insert(full_name.clone());
        } else if name.starts_with('<') {
            let message = format!("unknown marker `{name}`");
            let plain = name.trim_matches(['<', '>']);
            let error =
                Diagnostic::error("case/unknown-marker", span, message).suggest(name, ["<none>"]);
            let is_identity =
                (self.contract.identities).contains_key(&self.contract.full_name(plain));
            let help = if is_identity {
                format!("did you mean the identity `{plain}`?")
            } else {
                "expected the name of an identity, or `<none>` for a request without credentials"
                    .into()
            };
            self.diagnostics.push(error.help(help));
        } else {
            let near = self.suggest(name, self.contract.identities.keys());
            self.report_unknown("case/unknown-identity", "identity", name, span, near);
        }
        full_name
    }

    /// Checks that a service is declared.
    pub(crate) fn service(&mut self, name: &str, span: Span) {
        if !self.contract.services.contains_key(name) {
            let near = self.suggest(name, self.contract.services.keys());
            self.report_unknown("case/unknown-service", "service", name, span, near);
        }
    }

    /// Notes a fixture, a capability or a requirement that a case names under `needs`.
    pub(crate) fn need(&mut self, name: &str, span: Span) {
        let full_name = self.contract.full_name(name);
        if self.contract.fixtures.contains_key(&full_name) {
            self.needs.fixtures.insert(full_name);
        } else if self.contract.capabilities.contains_key(&full_name) {
            self.needs.capabilities.insert(full_name);
        } else if self.contract.requirement(name).is_some() {
            self.needs.requirements.insert(name.to_owned());
        } else {
            let declared = self.contract.fixtures.keys();
            let near = self.suggest(name, declared.chain(self.contract.capabilities.keys()));
            let what = "fixture, capability or requirement";
            self.report_unknown("case/unknown-need", what, name, span, near);
        }
    }

    fn report_unknown(
        &mut self,
        code: &'static str,
        what: &str,
        name: &str,
        at: Span,
        near: Option<String>,
    ) {
        if self.contract_is_flawed {
            return;
        }
        let diagnostic = Diagnostic::error(
            code,
            at,
            format!(
                "the contract `{}` declares no {what} `{name}`",
                self.contract.name
            ),
        );
        let diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!(
                "declare it in cases/{}/contract.yaml",
                self.contract.name
            )),
        };
        self.diagnostics.push(diagnostic);
    }

    /// A declared name close to the written one, as a case would write it.
    fn suggest<'n>(
        &self,
        written: &str,
        declared: impl Iterator<Item = &'n String>,
    ) -> Option<String> {
        let own = format!("{}.", self.contract.name);
        nearest(
            written,
            declared.map(|name| name.strip_prefix(&own).unwrap_or(name)),
        )
        .map(str::to_owned)
    }

    /// A JSON value to send or to compare with. Strings may be templates; markers are rejected.
    pub(crate) fn draft(&mut self, node: &Node) -> Draft {
        match &node.kind {
            Kind::Text(text) => self.text_draft(text, node.span),
            Kind::List(items) => {
                let items: Vec<Draft> = items.iter().map(|item| self.draft(item)).collect();
                if items.iter().all(is_literal) {
                    Draft::Literal(Box::new(items.into_iter().filter_map(literal).collect()))
                } else {
                    Draft::Array(items.into())
                }
            }
            Kind::Object(entries) => {
                let mut members = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    self.reject_marker(&key.text, key.span);
                    members.push((unescape(&key.text).to_owned(), self.draft(value)));
                }
                if members.iter().all(|(_, draft)| is_literal(draft)) {
                    let members = members.into_iter();
                    let object = members.filter_map(|(name, draft)| Some((name, literal(draft)?)));
                    Draft::Literal(Box::new(serde_json::Value::Object(object.collect())))
                } else {
                    Draft::Object(members.into())
                }
            }
            _ => Draft::Literal(Box::new(node.to_json())),
        }
    }

    fn text_draft(&mut self, text: &str, span: Span) -> Draft {
        self.reject_marker(text, span);
        self.text_as_draft(unescape(text), span)
    }

    fn reject_marker(&mut self, text: &str, span: Span) {
        if text.starts_with('<') && text.ends_with('>') {
            let message = format!("expected a value, found the marker `{text}`");
            self.diagnostics.push(
                Diagnostic::error("case/marker-in-value", span, message)
                    .help(format!("write `\\{text}` for the literal text")),
            );
        }
    }

    /// A string with templates in it, whatever it starts with.
    pub(crate) fn text_as_draft(&mut self, text: &str, span: Span) -> Draft {
        if !text.contains("${") {
            self.warn_about_braces(text, span);
            return Draft::Literal(Box::new(text.into()));
        }
        let template = self.any_template(text, span);
        if template.parts.len() > 1 {
            self.reject_arrays(&template);
        }
        match template.as_literal() {
            Some(literal) => Draft::Literal(Box::new(literal.into())),
            None => Draft::Template(Box::new(template)),
        }
    }
}

/// Removes the backslash from a string that starts with `\<`.
pub(crate) fn unescape(text: &str) -> &str {
    match text.strip_prefix('\\') {
        Some(rest) if rest.starts_with('<') => rest,
        _ => text,
    }
}

fn is_literal(draft: &Draft) -> bool {
    matches!(draft, Draft::Literal(_))
}

fn literal(draft: Draft) -> Option<serde_json::Value> {
    match draft {
        Draft::Literal(value) => Some(*value),
        _ => None,
    }
}
