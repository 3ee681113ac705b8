//! The names of a whole suite: what a name in one file means in the others.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lsp::index::{Declared, FileIndex, NameKind, Occurrence, Role};

/// The files of a suite, by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Suite {
    pub(crate) root: PathBuf,
    pub(crate) files: BTreeMap<PathBuf, Arc<FileIndex>>,
}

/// What a name stands for, wherever it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Symbol {
    pub(crate) kind: NameKind,
    /// Where the name holds: a contract, a file with the number of a case, or everywhere.
    home: String,
    /// The full name.
    pub(crate) name: String,
}

/// A place where a symbol is written.
#[derive(Clone, Debug)]
pub(crate) struct Place<'s> {
    pub(crate) path: &'s Path,
    pub(crate) file: &'s FileIndex,
    pub(crate) range: Range<usize>,
    pub(crate) is_definition: bool,
}

impl Symbol {
    /// A file below `schemas/`.
    pub(crate) fn of_schema(name: &str) -> Symbol {
        Symbol {
            kind: NameKind::Schema,
            home: String::new(),
            name: name.to_owned(),
        }
    }
}

impl Suite {
    /// What the contract of a file declares.
    pub(crate) fn declared(&self, role: &Role) -> Option<&Declared> {
        let contract = role.contract()?;
        self.contract(contract).map(|(_, file)| &file.declared)
    }

    fn contract(&self, name: &str) -> Option<(&Path, &FileIndex)> {
        self.contracts()
            .find(|(contract, _, _)| *contract == name)
            .map(|(_, path, file)| (path, file))
    }

    /// All contracts, with their names.
    pub(crate) fn contracts(&self) -> impl Iterator<Item = (&str, &Path, &FileIndex)> {
        self.files
            .iter()
            .filter_map(|(path, file)| match &file.role {
                Role::Contract(name) => Some((name.as_str(), path.as_path(), &**file)),
                _ => None,
            })
    }

    /// The case at an offset, or the shared step.
    pub(crate) fn scope_name(file: &FileIndex, scope: usize) -> Option<&str> {
        let one = file.cases.get(scope.checked_sub(1)?)?;
        Some(&one.id)
    }

    /// What a name means. `None` if it is a value that is no name after all.
    pub(crate) fn symbol(&self, path: &Path, file: &FileIndex, one: &Occurrence) -> Option<Symbol> {
        let contract = file.role.contract().unwrap_or_default();
        let full = |name: &str| {
            if name.contains('.') {
                name.to_owned()
            } else {
                format!("{contract}.{name}")
            }
        };
        let symbol = |kind, home: &str, name: &str| {
            Some(Symbol {
                kind,
                home: home.to_owned(),
                name: name.to_owned(),
            })
        };
        let own = format!("{}#{}", path.display(), one.scope);
        let name = one.name.as_str();
        match one.kind {
            NameKind::Requirement => {
                if let Some(parameter) = &one.through {
                    self.is_proving(contract, parameter).then_some(())?;
                }
                symbol(NameKind::Requirement, "", name)
            }
            NameKind::Fixture | NameKind::Identity | NameKind::Capability => {
                symbol(one.kind, "", &full(name))
            }
            NameKind::Need => {
                let has = |of: fn(&Declared) -> &[(String, String)]| {
                    let full_name = full(name);
                    self.contracts().any(|(contract, _, file)| {
                        let mut names = of(&file.declared).iter();
                        names.any(|(known, _)| {
                            full_name == format!("{contract}.{known}") || full_name == *known
                        })
                    })
                };
                if self.requirement(name).is_some() {
                    symbol(NameKind::Requirement, "", name)
                } else if has(|declared| &declared.fixtures) {
                    symbol(NameKind::Fixture, "", &full(name))
                } else {
                    symbol(NameKind::Capability, "", &full(name))
                }
            }
            NameKind::SharedStep | NameKind::Rule | NameKind::Parameter => {
                // A use in a template of the step itself names the parameter alone.
                symbol(one.kind, contract, name)
            }
            NameKind::Row => symbol(one.kind, &own, name),
            NameKind::Variable => {
                let defines = |scope: usize| {
                    let same = |it: &&Occurrence| {
                        it.kind == one.kind
                            && it.is_definition
                            && it.scope == scope
                            && it.name == name
                    };
                    file.occurrences.iter().any(|it| same(&it))
                };
                if matches!(file.role, Role::Cases { .. }) && defines(one.scope) {
                    symbol(one.kind, &own, name)
                } else if matches!(file.role, Role::Cases { .. }) && defines(0) {
                    symbol(one.kind, &format!("{}#0", path.display()), name)
                } else {
                    symbol(one.kind, contract, name)
                }
            }
            NameKind::Capture => {
                if let Role::Contract(_) = file.role {
                    let step = Suite::scope_name(file, one.scope)?;
                    return symbol(one.kind, &format!("{contract}/{step}"), name);
                }
                match self.capturing_step(file, one) {
                    Some(step) => symbol(one.kind, &format!("{contract}/{step}"), name),
                    None => symbol(one.kind, &own, name),
                }
            }
            NameKind::Service | NameKind::Case | NameKind::BodyFile | NameKind::Schema => {
                symbol(one.kind, "", name)
            }
        }
    }

    /// The shared step whose capture a case uses, unless the case captures this name itself.
    fn capturing_step(&self, file: &FileIndex, one: &Occurrence) -> Option<String> {
        let in_case = || file.occurrences.iter().filter(|it| it.scope == one.scope);
        let is_own = |it: &Occurrence| {
            it.kind == NameKind::Capture && it.is_definition && it.name == one.name
        };
        if in_case().any(is_own) {
            return None;
        }
        let declared = self.declared(&file.role)?;
        let used = in_case().filter(|it| it.kind == NameKind::SharedStep);
        let mut steps =
            used.filter_map(|it| declared.steps.iter().find(|step| step.name == it.name));
        let step = steps.find(|step| step.captures.contains(&one.name))?;
        Some(step.name.clone())
    }

    /// Does a shared step use this parameter (`step/name`) as a requirement?
    fn is_proving(&self, contract: &str, parameter: &str) -> bool {
        let known = self.contract(contract).zip(parameter.split_once('/'));
        known.is_some_and(|((_, file), (step, name))| {
            let mut steps = file.declared.steps.iter();
            steps.any(|one| one.name == step && one.proving.iter().any(|it| it == name))
        })
    }

    /// A requirement by its id, with its contract.
    pub(crate) fn requirement(
        &self,
        id: &str,
    ) -> Option<(&str, &crate::lsp::index::RequirementDoc)> {
        self.contracts().find_map(|(contract, _, file)| {
            let mut all = file.declared.requirements.iter();
            all.find(|one| one.id == id).map(|one| (contract, one))
        })
    }

    /// Every place where a symbol is written.
    pub(crate) fn places(&self, symbol: &Symbol) -> Vec<Place<'_>> {
        let short = symbol.name.rsplit('.').next().unwrap_or_default();
        let may_be = |one: &Occurrence| match symbol.kind {
            NameKind::Fixture | NameKind::Identity | NameKind::Capability => {
                one.name.ends_with(short)
            }
            NameKind::Schema => is_same_schema(&one.name, &symbol.name),
            _ => one.name == symbol.name,
        };
        let mut places = Vec::new();
        for (path, file) in &self.files {
            for one in file.occurrences.iter().filter(|one| may_be(one)) {
                let found = self.symbol(path, file, one);
                let is_it = found.is_some_and(|found| {
                    found == *symbol
                        || symbol.kind == NameKind::Schema && found.kind == NameKind::Schema
                });
                if is_it {
                    places.push(Place {
                        path,
                        file,
                        range: one.range.clone(),
                        is_definition: one.is_definition,
                    });
                }
            }
        }
        places
    }

    /// The path of a file below a folder of the suite, such as `schemas`.
    pub(crate) fn path_below(&self, folder: &str, name: &str) -> PathBuf {
        self.root.join(folder).join(name)
    }
}

/// Do two references lead to the same file?
fn is_same_schema(one: &str, other: &str) -> bool {
    let file = |name: &str| name.split('#').next().unwrap_or_default().to_owned();
    file(one) == file(other)
}
