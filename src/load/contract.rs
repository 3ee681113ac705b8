//! Contracts: requirements, and the names that cases may use.

use std::collections::BTreeMap;

use super::format::ContractFile;
use super::record::{Entries, Text};
use crate::model::{Contract, Diagnostic, Level, Requirement, Service, Throttling, Unchecked};

/// Turns a contract file into a contract. `directory` is the name of its directory.
pub(crate) fn read(
    file: &ContractFile<'_>,
    directory: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Contract {
    let name = file.contract.value;
    if name != directory {
        diagnostics.push(
            Diagnostic::error(
                "contract/name",
                file.contract.span,
                format!("the contract `{name}` stands in the directory `{directory}`"),
            )
            .help("the two names must be the same: case ids begin with them"),
        );
    }
    let mut services = BTreeMap::new();
    for (key, format) in &file.services.0 {
        let mount = format.mount.map_or("", |mount| mount.value);
        if let Some(text) = format.mount
            && !mount.is_empty()
            && (!mount.starts_with('/') || mount.ends_with('/'))
        {
            diagnostics.push(
                Diagnostic::error(
                    "contract/mount",
                    text.span,
                    format!("the mount `{mount}` is not a path like `/v1.0`"),
                )
                .help("it begins with `/` and does not end with one"),
            );
        }
        services.insert(
            key.text.clone(),
            Service {
                mount: mount.to_owned(),
                span: key.span,
            },
        );
    }
    if !services.contains_key(file.service.value) {
        let declared = services.keys().map(String::as_str);
        diagnostics.push(
            Diagnostic::error(
                "contract/unknown-service",
                file.service.span,
                format!(
                    "there is no service `{}` under `services`",
                    file.service.value
                ),
            )
            .suggest(file.service.value, declared),
        );
    }
    let requirements = requirements(file, diagnostics);
    Contract {
        throttling: throttling(file, &requirements, diagnostics),
        unchecked: unchecked(file, diagnostics),
        name: name.to_owned(),
        title: file.title.value.to_owned(),
        service: file.service.value.to_owned(),
        services,
        identities: names(name, file.identities.as_ref()),
        fixtures: names(name, file.fixtures.as_ref()),
        capabilities: names(name, file.capabilities.as_ref()),
        requirements,
        span: file.contract.span,
    }
}

/// Declared names in full, with their lines for people.
fn names(contract: &str, entries: Option<&Entries<'_, Text<'_>>>) -> BTreeMap<String, String> {
    let entries = entries.map_or(&[][..], |entries| &entries.0);
    entries
        .iter()
        .map(|(key, line)| {
            let full_name = if key.text.contains('.') {
                key.text.clone()
            } else {
                format!("{contract}.{}", key.text)
            };
            (full_name, line.value.to_owned())
        })
        .collect()
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
        let reason = format.reason.value.trim();
        if reason.is_empty() {
            diagnostics.push(
                Diagnostic::error(
                    "contract/no-reason",
                    format.reason.span,
                    "the reason is empty",
                )
                .help("say why nothing has to look there, so that a reader can agree"),
            );
        }
        for place in &format.at.0 {
            let is_place = place.value == "body"
                || place.value == "status"
                || place.value.starts_with('/')
                || place.value.starts_with("header ");
            if !is_place {
                diagnostics.push(
                    Diagnostic::error(
                        "contract/place",
                        place.span,
                        format!("`{}` is not a place in an answer", place.value),
                    )
                    .help(
                        "write `status`, `body`, `header Name`, or a pointer such as /*/devices/**",
                    ),
                );
            }
        }
        accepted.push(Unchecked {
            operation: format.operation.map(|text| text.value.to_owned()),
            at: format
                .at
                .0
                .iter()
                .map(|place| place.value.to_owned())
                .collect(),
            reason: reason.to_owned(),
            span: format
                .at
                .0
                .first()
                .map_or(format.node.span, |place| place.span),
        });
    }
    accepted
}

fn requirements(file: &ContractFile<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Requirement> {
    let mut requirements: Vec<Requirement> = Vec::new();
    if file.requirements.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                "contract/no-requirements",
                file.node.span,
                "the contract has no requirements",
            )
            .help("a case proves requirements: add at least one"),
        );
    }
    for format in &file.requirements {
        let id = format.id.value;
        if let Some(first) = requirements.iter().find(|known| known.id == id) {
            diagnostics.push(
                Diagnostic::error(
                    "contract/duplicate-requirement",
                    format.id.span,
                    format!("the requirement `{id}` stands twice"),
                )
                .also(first.span, "first here")
                .help("ids are never reused: give each sentence its own"),
            );
            continue;
        }
        let written = format.level.0.as_text().unwrap_or("");
        let Ok(level) = written.parse::<Level>() else {
            diagnostics.push(
                Diagnostic::error(
                    "contract/level",
                    format.level.0.span,
                    format!(
                        "expected `MUST`, `SHOULD` or `MAY`, found {}",
                        format.level.0.describe()
                    ),
                )
                .suggest(written, ["MUST", "SHOULD", "MAY"]),
            );
            continue;
        };
        requirements.push(Requirement {
            id: id.to_owned(),
            level,
            sentence: format.sentence.value.trim().to_owned(),
            source: format.source.value.trim().to_owned(),
            observe: format
                .observe
                .map_or_else(String::new, |text| text.value.trim().to_owned()),
            unobservable: format.unobservable.map(|text| text.value.trim().to_owned()),
            span: format.id.span,
        });
    }
    requirements
}
