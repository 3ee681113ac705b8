//! Contracts: requirements, and the names that cases may use.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::Digest;
use crate::load::digest;
use crate::load::fixture_forms;
use crate::load::format::{ContractFile, RequirementFormat};
use crate::load::node::{Key, Node};
use crate::load::record::{Entries, Record, Text, reject};
use crate::load::scalars::{check_variable_names, is_kebab};
use crate::load::shared_steps::{self, SharedStep};
use crate::model::{
    Contract, Diagnostic, FixtureForm, Lasting, Level, Requirement, Service, Severity, Sources,
    Span, Throttling, Unchecked,
};
use crate::text::nearest::nearest;

/// A contract as far as it could be read.
#[derive(Debug)]
pub(crate) struct ReadContract {
    /// The contract. Its name is that of its directory, whatever the file says.
    pub(crate) contract: Contract,
    /// The forms of its fixtures, by their full names.
    pub(crate) fixture_forms: BTreeMap<String, FixtureForm>,
    /// Its rules, which are read when all contracts are.
    pub(crate) rules: Vec<Node>,
    /// What it says about legal requests, which is checked when all contracts are read.
    pub(crate) requests: Vec<Node>,
    /// The steps that its cases can use.
    pub(crate) shared_steps: Vec<SharedStep>,
    /// Its variables, by name.
    pub(crate) variables: Vec<(Key, Node)>,
    /// The digest of its variables, if there are any: they are part of the digest of each case.
    pub(crate) variables_digest: Option<Digest>,
    /// Something in its file was rejected: what seems to be undeclared may be there.
    pub(crate) is_flawed: bool,
}

impl ReadContract {
    /// The replacement for a contract that could not be read.
    pub(crate) fn unreadable(directory: &str, span: Span) -> ReadContract {
        ReadContract {
            contract: Contract {
                name: directory.to_owned(),
                title: String::new(),
                service: String::new(),
                services: BTreeMap::new(),
                identities: BTreeMap::new(),
                fixtures: BTreeMap::new(),
                capabilities: BTreeMap::new(),
                disposable: BTreeSet::new(),
                requirements: Vec::new(),
                throttling: None,
                unchecked: Vec::new(),
                lasting: Vec::new(),
                span,
            },
            fixture_forms: BTreeMap::new(),
            rules: Vec::new(),
            requests: Vec::new(),
            shared_steps: Vec::new(),
            variables: Vec::new(),
            variables_digest: None,
            is_flawed: true,
        }
    }
}

/// Turns a contract file into a contract. `directory` is the name of its directory.
pub(crate) fn read(
    file: &ContractFile<'_>,
    directory: &str,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> ReadContract {
    let count_before = diagnostics.len();
    if let Some(name) = file.contract
        && name.value != directory
    {
        diagnostics.push(
            Diagnostic::error(
                "contract/name",
                name.span,
                format!(
                    "the contract `{}` is in the directory `{directory}`",
                    name.value
                ),
            )
            .help("use the name of the directory: case ids start with it"),
        );
    }
    let services = services(file, diagnostics);
    let identities = names(directory, texts(file.identities.as_ref()), diagnostics);
    let fixtures = fixtures(directory, file, diagnostics);
    let capabilities = names(directory, texts(file.capabilities.as_ref()), diagnostics);
    for (key, _) in file.capabilities.iter().flat_map(|entries| &entries.0) {
        if fixtures.contains_key(&full_name(directory, &key.text)) {
            let message = format!("`{}` is also the name of a fixture", key.text);
            diagnostics.push(
                Diagnostic::error("contract/duplicate-name", key.span, message)
                    .help("rename one: `needs` lists both kinds"),
            );
        }
    }
    let requirements = requirements(file, diagnostics);
    let contract = Contract {
        name: directory.to_owned(),
        title: file
            .title
            .map_or_else(String::new, |title| title.value.to_owned()),
        service: file
            .service
            .map_or_else(String::new, |service| service.value.to_owned()),
        disposable: disposable(file, directory, &fixtures, diagnostics),
        services,
        identities,
        fixtures,
        capabilities,
        throttling: throttling(file, &requirements, diagnostics),
        unchecked: unchecked(file, diagnostics),
        lasting: lasting(file, diagnostics),
        requirements,
        span: file
            .contract
            .map_or_else(|| file.node().beginning(), |name| name.span),
    };
    let fixture_forms = fixture_forms::read(file, &contract, diagnostics);
    let shared_steps = shared_steps::read(file, sources, diagnostics);
    let rules = file.answers.iter().flatten();
    let requests = file.requests.iter().flatten();
    let variables = file.vars.iter().flat_map(|entries| &entries.0);
    check_variable_names(variables.clone().map(|(key, _)| *key), diagnostics);
    ReadContract {
        contract,
        fixture_forms,
        rules: rules.map(|rule| rule.0.clone()).collect(),
        requests: requests.map(|entry| entry.0.clone()).collect(),
        shared_steps,
        variables: variables
            .map(|(key, node)| ((*key).clone(), (*node).clone()))
            .collect(),
        variables_digest: file.node().get("vars").map(digest::of_value),
        is_flawed: file.is_flawed() || diagnostics[count_before..].iter().any(is_error),
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

fn services(
    file: &ContractFile<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Service> {
    let mut services = BTreeMap::new();
    for (key, format) in file.services.iter().flat_map(|entries| &entries.0) {
        check_name(&key.text, key.span, diagnostics);
        if let Some(mount) = format.mount {
            check_mount(mount, diagnostics);
        }
        services.insert(
            key.text.clone(),
            Service {
                mount: format
                    .mount
                    .map_or_else(String::new, |mount| mount.value.to_owned()),
                span: key.span,
            },
        );
    }
    if let Some(service) = file.service
        && file.services.is_some()
        && !services.contains_key(service.value)
    {
        let message = format!("no service `{}` under `services`", service.value);
        let diagnostic = Diagnostic::error("contract/unknown-service", service.span, message);
        let diagnostic = diagnostic.suggest(service.value, services.keys().map(String::as_str));
        diagnostics.push(if diagnostic.help.is_empty() {
            diagnostic.help(format!("add `{}: {{}}` to `services`", service.value))
        } else {
            diagnostic
        });
    }
    services
}

fn check_mount(mount: Text<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let path = mount.value;
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        let message = format!("invalid mount `{path}`");
        diagnostics.push(
            Diagnostic::error("contract/mount", mount.span, message)
                .help("write a path that starts with `/` and does not end with `/`: `/v1.0`"),
        );
    }
}

fn fixtures(
    directory: &str,
    file: &ContractFile<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    let entries = file.fixtures.iter().flat_map(|entries| &entries.0);
    let lines = entries.map(|(key, fixture)| (*key, fixture.about()));
    names(directory, lines, diagnostics)
}

/// Names with their descriptions, as written.
fn texts<'e>(
    entries: Option<&'e Entries<'e, Text<'e>>>,
) -> impl Iterator<Item = (&'e Key, Text<'e>)> {
    let entries = entries.into_iter().flat_map(|entries| &entries.0);
    entries.map(|(key, text)| (*key, *text))
}

/// The full declared names with their descriptions.
fn names<'e>(
    contract: &str,
    entries: impl Iterator<Item = (&'e Key, Text<'e>)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (key, line) in entries {
        check_name(&key.text, key.span, diagnostics);
        let full_name = full_name(contract, &key.text);
        let message = format!("duplicate name `{full_name}`");
        if names.insert(full_name, line.value.to_owned()).is_some() {
            diagnostics.push(
                Diagnostic::error("contract/duplicate-name", key.span, message)
                    .help("remove one: a name without a dot belongs to the contract"),
            );
        }
    }
    names
}

/// The fixtures that cases change, by their full names.
fn disposable(
    file: &ContractFile<'_>,
    directory: &str,
    fixtures: &BTreeMap<String, String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeSet<String> {
    let mut disposable = BTreeSet::new();
    for name in file.disposable.iter().flatten() {
        let full_name = full_name(directory, name.value);
        if fixtures.contains_key(&full_name) {
            disposable.insert(full_name);
            continue;
        }
        let message = format!(
            "no fixture `{}` under `fixtures`",
            name.value.escape_debug()
        );
        let known = file.fixtures.iter().flat_map(|entries| &entries.0);
        let known = known.map(|(key, _)| key.text.as_str());
        diagnostics.push(
            Diagnostic::error("contract/unknown-fixture", name.span, message)
                .suggest(name.value, known),
        );
    }
    disposable
}

fn full_name(contract: &str, name: &str) -> String {
    if name.contains('.') {
        name.to_owned()
    } else {
        format!("{contract}.{name}")
    }
}

/// Names are in kebab case, with dots between the parts.
fn check_name(name: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    if !name.split('.').all(is_kebab) {
        let message = if name.is_empty() {
            "empty name".to_owned()
        } else {
            format!("the name `{}` is not in kebab case", name.escape_debug())
        };
        diagnostics.push(
            Diagnostic::error("contract/bad-name", span, message)
                .help("use lowercase letters, digits and `-`: `unknown-user`"),
        );
    }
}

fn throttling(
    file: &ContractFile<'_>,
    requirements: &[Requirement],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Throttling> {
    let named = file.throttling?;
    if !requirements.iter().any(|known| known.id == named.value) {
        diagnostics.push(
            Diagnostic::error(
                "contract/unknown-requirement",
                named.span,
                format!("the contract has no requirement `{}`", named.value),
            )
            .suggest(
                named.value,
                requirements.iter().map(|known| known.id.as_str()),
            ),
        );
        return None;
    }
    Some(Throttling {
        requirement: named.value.to_owned(),
        span: named.span,
    })
}

fn unchecked(file: &ContractFile<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Unchecked> {
    let mut accepted = Vec::new();
    for format in file.unchecked.iter().flatten() {
        let help = "explain why this need not be checked";
        let reason = reason(format.reason, help, diagnostics);
        for place in &format.at.0 {
            let is_place = place.value == "body"
                || place.value == "status"
                || place.value == "undescribed"
                || place.value.starts_with('/')
                || place.value.starts_with("header ");
            if !is_place {
                diagnostics.push(
                    Diagnostic::error(
                        "contract/place",
                        place.span,
                        format!("`{}` is not a place in a response", place.value),
                    )
                    .help(
                        "write `status`, `body`, `header Name`, `undescribed`, or a pointer such as `/*/devices/**`",
                    ),
                );
            }
        }
        let at = format.at.0.first().map(|place| place.span);
        let at = at.unwrap_or_else(|| format.node().beginning());
        let entry = |operation: Option<&Text<'_>>, span| Unchecked {
            operation: operation.map(|name| name.value.to_owned()),
            cases: format
                .cases
                .as_ref()
                .map_or_else(Vec::new, |names| values(&names.0)),
            at: values(&format.at.0),
            may_match_nothing: format.may_match_nothing.unwrap_or(false),
            reason: reason.clone(),
            span,
        };
        // Each of several operations is an entry of its own, which has to match something.
        match format.operation.as_ref().map(|names| &names.0[..]) {
            None => accepted.push(entry(None, at)),
            Some([name]) => accepted.push(entry(Some(name), at)),
            Some(names) => accepted.extend(names.iter().map(|name| entry(Some(name), name.span))),
        }
    }
    accepted
}

fn lasting(file: &ContractFile<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Lasting> {
    let mut accepted = Vec::new();
    for format in file.lasting.iter().flatten() {
        let help = "explain why it cannot be undone";
        let reason = reason(format.reason, help, diagnostics);
        for place in &format.at.0 {
            if !place.value.starts_with('/') {
                let message = format!(
                    "`{}` is not a pointer into the state",
                    place.value.escape_debug()
                );
                diagnostics.push(
                    Diagnostic::error("contract/place", place.span, message).help(
                        "write a pointer as `probity prove` prints it, such as `/license/*/*/error`",
                    ),
                );
            }
        }
        accepted.push(Lasting {
            at: values(&format.at.0),
            reason,
            span: format
                .at
                .0
                .first()
                .map_or_else(|| format.node().beginning(), |place| place.span),
        });
    }
    accepted
}

fn values(texts: &[Text<'_>]) -> Vec<String> {
    texts.iter().map(|text| text.value.to_owned()).collect()
}

/// The reason of an acceptance, which must not be empty.
fn reason(text: Text<'_>, help: &str, diagnostics: &mut Vec<Diagnostic>) -> String {
    let reason = text.value.trim();
    if reason.is_empty() {
        diagnostics
            .push(Diagnostic::error("contract/no-reason", text.span, "empty reason").help(help));
    }
    reason.to_owned()
}

fn requirements(file: &ContractFile<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Requirement> {
    let mut requirements: Vec<Requirement> = Vec::new();
    if file.requirements.as_ref().is_some_and(Vec::is_empty) {
        diagnostics.push(
            Diagnostic::error(
                "contract/no-requirements",
                file.node().locate("/requirements"),
                "the contract has no requirements",
            )
            .help("add at least one: cases prove requirements"),
        );
    }
    for format in file.requirements.iter().flatten() {
        let Some(requirement) = requirement(format, diagnostics) else {
            continue;
        };
        let first = requirements.iter().find(|known| known.id == requirement.id);
        if let Some(first) = first {
            let message = format!("duplicate requirement `{}`", requirement.id);
            diagnostics.push(
                Diagnostic::error("contract/duplicate-requirement", requirement.span, message)
                    .also(first.span, "first use")
                    .help("give each requirement its own id"),
            );
        } else {
            requirements.push(requirement);
        }
    }
    requirements
}

fn requirement(
    format: &RequirementFormat<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Requirement> {
    if let Some(id) = format.id {
        check_id(id, diagnostics);
    }
    let level = format.level.and_then(|node| {
        let written = node.as_text().unwrap_or("");
        let level = written.parse::<Level>().ok();
        if level.is_none() {
            reject(node, diagnostics, || {
                let found = node.describe();
                let message = format!("expected `MUST`, `SHOULD` or `MAY`, found {found}");
                Diagnostic::error("contract/level", node.span, message)
                    .suggest(written, ["MUST", "SHOULD", "MAY"])
            });
        }
        level
    });
    if let Some(sentence) = format.sentence.filter(|text| text.value.trim().is_empty()) {
        diagnostics.push(
            Diagnostic::error("contract/no-sentence", sentence.span, "empty sentence")
                .help("state what the target must do: every report quotes it"),
        );
    }
    let line = |text: Option<Text<'_>>| text.map(|text| text.value.trim().to_owned());
    Some(Requirement {
        id: format.id?.value.to_owned(),
        level: level?,
        sentence: line(format.sentence).unwrap_or_default(),
        source: line(format.source).unwrap_or_default(),
        observe: line(format.observe).unwrap_or_default(),
        unobservable: line(format.unobservable),
        one_is_enough: format.one_is_enough.unwrap_or(false),
        span: format.id?.span,
    })
}

/// The requirement that an unknown id was meant to name: one with other letters, but the same number; or else with one
/// other character, or two in another order.
pub(crate) fn nearest_id<'r>(
    written: &str,
    requirements: impl Iterator<Item = &'r Requirement>,
) -> Option<&'r str> {
    let number = |id: &str| {
        let digits = id.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.trim_start_matches('0').to_owned()
    };
    let wanted = number(written);
    let ids: Vec<&str> = requirements
        .map(|requirement| requirement.id.as_str())
        .collect();
    let same_number = ids.iter().copied().filter(|id| number(id) == wanted);
    nearest(written, same_number).or_else(|| {
        let is_meant = |id: &&str| is_one_off(id, written);
        ids.iter().copied().filter(is_meant).min()
    })
}

/// Do two words differ in one character, or in the order of two?
fn is_one_off(one: &str, other: &str) -> bool {
    let pairs: Vec<(char, char)> = one.chars().zip(other.chars()).collect();
    let different: Vec<usize> = (0..pairs.len())
        .filter(|at| pairs[*at].0 != pairs[*at].1)
        .collect();
    one.chars().count() == other.chars().count()
        && match different.as_slice() {
            [_] => true,
            [first, second] => {
                first + 1 == *second
                    && (pairs[*first].0, pairs[*first].1) == (pairs[*second].1, pairs[*second].0)
            }
            _ => false,
        }
}

/// Is it letters, digits, `-`, `_` and `.`, with a letter or a digit first?
pub(crate) fn is_requirement_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn check_id(id: Text<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !is_requirement_id(id.value) {
        let message = format!("invalid requirement id `{}`", id.value.escape_debug());
        diagnostics.push(
            Diagnostic::error("contract/requirement-id", id.span, message)
                .help("use letters, digits, `-`, `_` and `.`: `PRESENCE-01`"),
        );
    }
}
