//! Uses of shared steps: `{ use: begin-upload, with: { repository: demo } }` in the steps of a case becomes the step of
//! the contract, with these values filled in.
//!
//! Everything after the loader sees ordinary steps. Their places are those of the definition, beside the place of the use.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::load::contract::ReadContract;
use crate::load::filling::{Filled, fill, names_in};
use crate::load::node::{Key, Kind, Node};
use crate::load::record::reject;
use crate::load::shared_steps::SharedStep;
use crate::model::{Diagnostic, GivenValue, Sources, Span};

/// What a step with `use` may have.
const KEYS: [&str; 3] = ["use", "with", "title"];

/// A case with its shared steps written out.
#[derive(Debug)]
pub(crate) struct WrittenOut<'a> {
    /// The case.
    pub(crate) case: Node,
    /// Its uses of definitions.
    pub(crate) uses: Vec<Use<'a>>,
    /// Could a use not be resolved? Then captures may be missing.
    pub(crate) is_broken: bool,
}

/// A use of a definition.
#[derive(Debug)]
pub(crate) struct Use<'a> {
    /// The definition.
    pub(crate) shared: &'a SharedStep,
    /// Its name in the case.
    pub(crate) span: Span,
    /// The values that the case gives, where the definition uses them.
    pub(crate) values: Vec<GivenValue>,
}

/// Writes out the shared steps that a case uses; `None` if it uses none. `used` collects the names of the definitions.
pub(crate) fn write_out<'a>(
    case: &Node,
    contract: &'a ReadContract,
    sources: &Sources,
    used: &mut BTreeSet<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<WrittenOut<'a>> {
    let Kind::Object(entries) = &case.kind else {
        return None;
    };
    let lists = ["steps", "finally"];
    if !lists.iter().any(|key| case.get(key).is_some_and(has_use)) {
        return None;
    }
    let mut writing = Writing {
        contract,
        sources,
        diagnostics,
        uses: Vec::new(),
        undoing: Vec::new(),
        is_broken: false,
    };
    let mut written: Vec<(Key, Node)> = Vec::with_capacity(entries.len() + 1);
    for (key, value) in entries {
        let value = match (&value.kind, key.text.as_str()) {
            (Kind::List(steps), "steps") => writing.list(steps, value.span, false),
            (Kind::List(steps), "finally") => writing.list(steps, value.span, true),
            _ => value.clone(),
        };
        written.push((key.clone(), value));
    }
    let undoing = std::mem::take(&mut writing.undoing);
    writing.report_taken_twice(&written);
    let WrittenOut {
        uses, is_broken, ..
    } = writing.finish();
    used.extend(uses.iter().map(|one| one.shared.name.span));
    add_finally(&mut written, undoing);
    Some(WrittenOut {
        case: Node {
            span: case.span,
            kind: Kind::Object(written),
        },
        uses,
        is_broken,
    })
}

/// The case with more steps at the end of its `finally`: what its file has for all cases.
pub(crate) fn with_finally(case: &Node, steps: Vec<Node>) -> Node {
    let Kind::Object(entries) = &case.kind else {
        return case.clone();
    };
    let mut entries = entries.clone();
    add_finally(&mut entries, steps);
    Node {
        span: case.span,
        kind: Kind::Object(entries),
    }
}

fn add_finally(case: &mut Vec<(Key, Node)>, steps: Vec<Node>) {
    let Some(first) = steps.first() else { return };
    let span = first.span;
    match case.iter_mut().find(|(key, _)| key.text == "finally") {
        Some((
            _,
            Node {
                kind: Kind::List(own),
                ..
            },
        )) => own.extend(steps),
        Some(_) => {}
        None => {
            let text = "finally".to_owned();
            let kind = Kind::List(steps);
            case.push((Key { text, span }, Node { span, kind }));
        }
    }
}

/// Does a list of steps have one with `use`?
fn has_use(list: &Node) -> bool {
    let Kind::List(steps) = &list.kind else {
        return false;
    };
    steps.iter().any(|step| step.get("use").is_some())
}

/// The names of what a step captures.
fn captures(step: &Node) -> impl Iterator<Item = &str> {
    let entries = match step.get("capture").map(|node| &node.kind) {
        Some(Kind::Object(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, _)| key.text.as_str())
}

/// Does a template somewhere in the node use this capture?
fn needs_capture(node: &Node, name: &str) -> bool {
    let is_used = |text: &str| {
        let mut rests = text.split("capture.").skip(1);
        rests.any(|rest| {
            let after = rest.strip_prefix(name);
            after.is_some_and(|after| {
                !after.starts_with(|c: char| c.is_alphanumeric() || "-_".contains(c))
            })
        })
    };
    match &node.kind {
        Kind::Text(text) => is_used(text),
        Kind::List(items) => items.iter().any(|item| needs_capture(item, name)),
        Kind::Object(entries) => entries
            .iter()
            .any(|(key, value)| is_used(&key.text) || needs_capture(value, name)),
        _ => false,
    }
}

struct Writing<'a, 'd> {
    contract: &'a ReadContract,
    sources: &'d Sources,
    diagnostics: &'d mut Vec<Diagnostic>,
    uses: Vec<Use<'a>>,
    /// The steps that undo the steps so far: those of the last one first.
    undoing: Vec<Node>,
    is_broken: bool,
}

impl<'a> Writing<'a, '_> {
    fn finish(self) -> WrittenOut<'a> {
        WrittenOut {
            case: Node {
                span: self.contract.contract.span,
                kind: Kind::Null,
            },
            uses: self.uses,
            is_broken: self.is_broken,
        }
    }

    fn list(&mut self, steps: &[Node], span: Span, is_finally: bool) -> Node {
        let steps = steps.iter().map(|step| self.step(step, is_finally));
        Node {
            span,
            kind: Kind::List(steps.collect()),
        }
    }

    fn step(&mut self, step: &Node, is_finally: bool) -> Node {
        let Kind::Object(entries) = &step.kind else {
            return step.clone();
        };
        let Some((key, name)) = entries.iter().find(|(key, _)| key.text == "use") else {
            return step.clone();
        };
        for (other, _) in entries
            .iter()
            .filter(|(key, _)| !KEYS.contains(&&*key.text))
        {
            let message = format!("`{}` next to `use`", other.text.escape_debug());
            self.diagnostics.push(
                Diagnostic::error("case/use-and-step", other.span, message).help(
                    "remove it: the step is the one in the contract, which can have parameters",
                ),
            );
        }
        let Some(shared) = self.find(name) else {
            self.is_broken = true;
            return Node {
                span: step.span,
                kind: Kind::Broken,
            };
        };
        let values = self.values(shared, name, step.get("with"));
        let mut given = Vec::new();
        for one in std::iter::once(&shared.step).chain(&shared.finally) {
            sites(one, &values, &mut given);
        }
        self.uses.push(Use {
            shared,
            span: name.span,
            values: given,
        });
        let mut written = self.fill(shared, &shared.step, &values, (key, name));
        if let (Some(title), Kind::Object(members)) = (step.get("title"), &mut written.kind) {
            members.retain(|(key, _)| key.text != "title");
            let own = entries.iter().find(|(key, _)| key.text == "title");
            members.extend(own.map(|(key, _)| (key.clone(), title.clone())));
        }
        let undoing = shared.finally.iter();
        let undoing: Vec<Node> = undoing
            .map(|step| self.fill(shared, step, &values, (key, name)))
            .collect();
        if is_finally && !undoing.is_empty() {
            let message = format!("`{}` has a `finally` of its own", shared.name.text);
            self.diagnostics.push(
                Diagnostic::error("case/finally-in-finally", name.span, message)
                    .also(shared.name.span, "defined here")
                    .help("use it under `steps`, or define what undoes as a step of its own"),
            );
        } else {
            self.undoing.splice(0..0, undoing);
        }
        written
    }

    /// Reports uses whose `finally` would not have the value that their step has captured: two steps of the case capture
    /// it, so the `finally` of both would undo the last one and leave the first.
    fn report_taken_twice(&mut self, case: &[(Key, Node)]) {
        let steps = case.iter().find(|(key, _)| key.text == "steps");
        let Some((_, Kind::List(steps))) = steps.map(|(key, list)| (key, &list.kind)) else {
            return;
        };
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for step in steps {
            for name in captures(step) {
                *times.entry(name).or_default() += 1;
            }
        }
        let mut reported = BTreeSet::new();
        for one in &self.uses {
            let shared = one.shared;
            let taken = captures(&shared.step).find(|name| {
                let is_needed = |step: &Node| needs_capture(step, name);
                times.get(name).is_some_and(|times| *times > 1)
                    && shared.finally.iter().any(is_needed)
            });
            let Some(name) = taken else { continue };
            if reported.insert(name) {
                let message = format!("`{name}` is captured by two steps of this case");
                self.diagnostics.push(
                    Diagnostic::error("case/captured-twice", one.span, message)
                        .also(shared.name.span, "the `finally` of this step needs the value of its own use")
                        .help("use the step once in a case, or define a second one whose capture has another name"),
                );
            }
        }
    }

    /// The definition of this name. Other names are reported.
    fn find(&mut self, name: &Node) -> Option<&'a SharedStep> {
        let contract = self.contract;
        let Some(written) = name.as_text() else {
            reject(name, self.diagnostics, || {
                let message = format!("expected the name of a step, found {}", name.describe());
                Diagnostic::error("format/wrong-type", name.span, message)
            });
            return None;
        };
        let steps = contract.shared_steps.iter();
        let known = steps.clone().find(|step| step.name.text == written);
        if known.is_none() && !contract.is_flawed {
            let contract = &contract.contract.name;
            let message = format!(
                "the contract `{contract}` has no step `{}`",
                written.escape_debug()
            );
            let diagnostic = Diagnostic::error("case/unknown-step", name.span, message)
                .suggest(written, steps.map(|step| step.name.text.as_str()));
            self.diagnostics.push(if diagnostic.help.is_empty() {
                let help = format!("define it under `steps` in cases/{contract}/contract.yaml");
                diagnostic.help(help)
            } else {
                diagnostic
            });
        }
        known
    }

    /// The values of the parameters. What is missing or superfluous is reported; a missing value is broken.
    fn values(&mut self, shared: &SharedStep, name: &Node, with: Option<&Node>) -> Node {
        let given = match with.map(|with| &with.kind) {
            None => &[],
            Some(Kind::Object(given)) => given.as_slice(),
            Some(_) => {
                if let Some(with) = with {
                    reject(with, self.diagnostics, || {
                        let message = format!("expected an object, found {}", with.describe());
                        Diagnostic::error("format/wrong-type", with.span, message)
                            .help("write each parameter with its value: `with: { name: ... }`")
                    });
                }
                return Node {
                    span: name.span,
                    kind: Kind::Broken,
                };
            }
        };
        let names = || shared.parameters.iter().map(|(name, _)| name.as_str());
        for (key, _) in given
            .iter()
            .filter(|(key, _)| names().all(|name| name != key.text))
        {
            let step = &shared.name.text;
            let message = format!(
                "the step `{step}` has no parameter `{}`",
                key.text.escape_debug()
            );
            let diagnostic = Diagnostic::error("case/unknown-parameter", key.span, message)
                .also(shared.name.span, "defined here")
                .suggest(&key.text, names());
            self.diagnostics.push(if diagnostic.help.is_empty() {
                let known: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                diagnostic.help(if known.is_empty() {
                    "remove it: the step has no parameters".to_owned()
                } else {
                    format!("its parameters are {}", known.join(", "))
                })
            } else {
                diagnostic
            });
        }
        let mut values = Vec::new();
        for (parameter, declared) in &shared.parameters {
            let value = given.iter().find(|(key, _)| key.text == *parameter);
            let value = value.map(|(_, value)| value.clone());
            if value.is_none() {
                let message = format!("missing parameter `{parameter}`");
                self.diagnostics.push(
                    Diagnostic::error("case/missing-parameter", name.span, message)
                        .also(*declared, "declared here")
                        .help(format!("add `with: {{ {parameter}: ... }}`")),
                );
            }
            let key = Key {
                text: parameter.clone(),
                span: *declared,
            };
            let missing = Node {
                span: name.span,
                kind: Kind::Broken,
            };
            values.push((key, value.unwrap_or(missing)));
        }
        Node {
            span: name.span,
            kind: Kind::Object(values),
        }
    }

    /// A step of the contract with its values, and with the place of the use.
    fn fill(
        &mut self,
        shared: &SharedStep,
        step: &Node,
        values: &Node,
        (key, name): (&Key, &Node),
    ) -> Node {
        let mut filled = fill(Filled::With, step, values, self.sources, self.diagnostics);
        if let Kind::Object(members) = &mut filled.kind {
            let name = Node {
                span: name.span,
                kind: Kind::Text(shared.name.text.clone()),
            };
            members.push((key.clone(), name));
        }
        filled
    }
}

/// The places in a definition that use these values.
fn sites(node: &Node, values: &Node, given: &mut Vec<GivenValue>) {
    match &node.kind {
        Kind::Text(text) => {
            for name in names_in(text, Filled::With) {
                if let Some(value) = values.get(name) {
                    let (value, site) = (value.span, node.span);
                    given.push(GivenValue { value, site });
                }
            }
        }
        Kind::List(items) => items.iter().for_each(|item| sites(item, values, given)),
        Kind::Object(entries) => {
            for (_, value) in entries {
                sites(value, values, given);
            }
        }
        _ => {}
    }
}

/// Warns about each definition that no case uses.
pub(crate) fn warn_unused<'c>(
    contracts: impl Iterator<Item = &'c ReadContract>,
    used: &BTreeSet<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for shared in contracts.flat_map(|contract| &contract.shared_steps) {
        if !used.contains(&shared.name.span) {
            let message = format!("no case uses the step `{}`", shared.name.text);
            diagnostics.push(
                Diagnostic::error("contract/unused-step", shared.name.span, message)
                    .as_warning()
                    .help(format!(
                        "use it in a case: `steps: [{{ use: {} }}]`, or remove it",
                        shared.name.text
                    )),
            );
        }
    }
}
