//! Shared steps of a contract: steps with a name and parameters, which cases use.
//!
//! A definition is checked once, where it is written; what depends on the values that a case gives is checked in each
//! case, when the step is read with these values filled in (`uses`).

use crate::load::filling::{Filled, names_in};
use crate::load::format::{ContractFile, SharedStepFormat};
use crate::load::node::{Key, Kind, Node};
use crate::load::place::find;
use crate::load::record::{Read, Record, Text};
use crate::load::scalars::is_kebab;
use crate::model::{Diagnostic, Sources, Span};
use crate::text::nearest::nearest;

/// The keys of a definition that are no keys of a step.
const OF_DEFINITION: [&str; 2] = ["with", "finally"];

/// The definition of a step that cases use.
#[derive(Debug)]
pub(crate) struct SharedStep {
    /// Its name in the contract.
    pub(crate) name: Key,
    /// The names of the values that each use gives, in order.
    pub(crate) parameters: Vec<(String, Span)>,
    /// The step, with `${with.x}` where a value goes.
    pub(crate) step: Node,
    /// The steps that undo it. Each case that uses it has them in its `finally`.
    pub(crate) finally: Vec<Node>,
}

impl SharedStep {
    /// Is this place in the definition?
    pub(crate) fn contains(&self, span: Span) -> bool {
        let is_in = |node: &Node| {
            let outer = node.span;
            outer.file == span.file && outer.start <= span.start && span.end <= outer.end
        };
        is_in(&self.step) || self.finally.iter().any(is_in)
    }
}

/// Reads the shared steps of a contract.
pub(crate) fn read(
    file: &ContractFile<'_>,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<SharedStep> {
    let entries = file.steps.iter().flat_map(|entries| &entries.0);
    let read = entries.filter_map(|(key, node)| definition(key, node.0, sources, diagnostics));
    read.collect()
}

fn definition(
    name: &Key,
    node: &Node,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SharedStep> {
    if !is_kebab(&name.text) {
        let message = format!(
            "the name `{}` is not in kebab case",
            name.text.escape_debug()
        );
        diagnostics.push(
            Diagnostic::error("contract/bad-name", name.span, message)
                .help("use lowercase letters, digits and `-`: `begin-upload`"),
        );
    }
    let format = SharedStepFormat::read(node, diagnostics)?;
    for step in format.finally.iter().flatten() {
        if let Some(used) = step.used {
            diagnostics.push(nested(used));
        }
    }
    let parameters = parameters(&format, diagnostics);
    let mut checking = Checking {
        parameters: &parameters,
        used: vec![false; parameters.len()],
        sources,
        diagnostics,
    };
    let entries = match &node.kind {
        Kind::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    let own = entries
        .iter()
        .filter(|(key, _)| !OF_DEFINITION.contains(&key.text.as_str()));
    let own = own.map(|(key, value)| (key.clone(), checking.node(value)));
    let step = Node {
        span: node.span,
        kind: Kind::Object(own.collect()),
    };
    let finally = match node.get("finally").map(|node| &node.kind) {
        Some(Kind::List(steps)) => steps.iter().map(|step| checking.node(step)).collect(),
        _ => Vec::new(),
    };
    let used = checking.used;
    if !format.is_flawed() {
        warn_unused(&parameters, &used, diagnostics);
    }
    Some(SharedStep {
        name: name.clone(),
        parameters,
        step,
        finally,
    })
}

fn nested(used: Text<'_>) -> Diagnostic {
    let message = "a shared step cannot use another";
    Diagnostic::error("contract/nested-step", used.span, message).help("write the step out")
}

fn parameters(
    format: &SharedStepFormat<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, Span)> {
    let mut parameters: Vec<(String, Span)> = Vec::new();
    for name in format.with.iter().flatten() {
        let first = parameters.iter().find(|(known, _)| known == name.value);
        if let Some((_, first)) = first {
            let message = format!("duplicate parameter `{}`", name.value.escape_debug());
            diagnostics.push(
                Diagnostic::error("contract/duplicate-name", name.span, message)
                    .also(*first, "first use"),
            );
            continue;
        }
        if !is_kebab(name.value) {
            let message = format!(
                "the name `{}` is not in kebab case",
                name.value.escape_debug()
            );
            diagnostics.push(
                Diagnostic::error("contract/bad-name", name.span, message)
                    .help("use lowercase letters, digits and `-`: `book-id`"),
            );
        }
        parameters.push((name.value.to_owned(), name.span));
    }
    parameters
}

/// Warns about parameters without effect: they may be typos.
fn warn_unused(parameters: &[(String, Span)], used: &[bool], diagnostics: &mut Vec<Diagnostic>) {
    for ((name, span), _) in parameters.iter().zip(used).filter(|(_, used)| !**used) {
        let message = format!("unused parameter `{name}`");
        diagnostics.push(
            Diagnostic::error("contract/unused-parameter", *span, message)
                .as_warning()
                .help(format!("use it as `${{with.{name}}}`, or remove it")),
        );
    }
}

/// Checks the names in the texts of a definition. A text with a mistake is replaced by [`Kind::Broken`], so that it is
/// reported once and not in each case.
struct Checking<'a> {
    parameters: &'a [(String, Span)],
    used: Vec<bool>,
    sources: &'a Sources,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checking<'_> {
    fn node(&mut self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Text(text) if text.contains("${") => self.text(text, node.span),
            Kind::List(items) => Kind::List(items.iter().map(|item| self.node(item)).collect()),
            Kind::Object(entries) => {
                let entries = entries.iter();
                Kind::Object(
                    entries
                        .map(|(key, value)| (key.clone(), self.node(value)))
                        .collect(),
                )
            }
            other => other.clone(),
        };
        Node {
            span: node.span,
            kind,
        }
    }

    fn text(&mut self, text: &str, span: Span) -> Kind {
        let mut is_right = true;
        for name in names_in(text, Filled::With) {
            if let Some(at) = self.parameters.iter().position(|(known, _)| known == name) {
                self.used[at] = true;
            } else {
                is_right = false;
                self.unknown(name, span);
            }
        }
        if let Some(name) = names_in(text, Filled::Row).first() {
            is_right = false;
            let at = find(self.sources, span, &format!("row.{name}"));
            let message = format!("a shared step cannot use `row.{name}`");
            self.diagnostics.push(
                Diagnostic::error("contract/step-template", at, message).help(format!(
                    "make it a parameter: `with: [{name}]` here, `with: {{ {name}: \"${{row.{name}}}\" }}` in the case"
                )),
            );
        }
        if is_right {
            Kind::Text(text.to_owned())
        } else {
            Kind::Broken
        }
    }

    fn unknown(&mut self, name: &str, span: Span) {
        let at = find(self.sources, span, &format!("with.{name}"));
        let message = format!("unknown parameter `{name}`");
        let diagnostic = Diagnostic::error("contract/unknown-parameter", at, message);
        let names = self.parameters.iter().map(|(known, _)| known.as_str());
        self.diagnostics.push(match nearest(name, names) {
            Some(near) => diagnostic.help(format!("did you mean `with.{near}`?")),
            None => diagnostic.help(format!("add it to the parameters: `with: [{name}]`")),
        });
    }
}
