//! Files become the nouns of the model, with a position for every value.
//!
//! Nothing is executed and nothing is sent. All mistakes of all files are reported in one go; a
//! suite with a mistake is never run. `yaml` makes a tree of positions, `record` and `format` turn
//! it into typed records (and publish their JSON Schema), the rest gives them their meaning.

mod case;
mod contract;
mod expect;
mod files;
mod format;
mod legality;
mod names;
mod node;
mod pattern;
mod record;
mod request;
mod rows;
mod scalars;
mod schemas;
mod target;
mod template;
mod yaml;

use std::collections::BTreeMap;

pub use files::SuiteSource;
pub use target::{Environment, TargetChoice, load_target};

use crate::model::{Contract, Diagnostic, FileId, Severity, Sources, Span, Suite};
use case::FileContext;
use files::FileText;
use format::{CaseFile, ContractFile};
use node::Node;
use record::Read;
use schemas::SchemaTable;

/// A suite as far as it could be read, and everything that is wrong with it.
#[derive(Debug)]
pub struct LoadedSuite {
    /// The suite. Complete only if no diagnostic is an error.
    pub suite: Suite,
    /// What was found, in the order of finding.
    pub diagnostics: Vec<Diagnostic>,
}

impl LoadedSuite {
    /// Is the suite fit to run?
    pub fn is_valid(&self) -> bool {
        !self
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thoroughness {
    /// What a run needs.
    ForRun,
    /// Schemas that no case uses too.
    Everything,
}

/// Loads a suite. Never fails as a whole: what could not be read is missing, and told.
pub fn load_suite(source: &SuiteSource, thoroughness: Thoroughness) -> LoadedSuite {
    load_part_of_suite(source, thoroughness, &|_| true)
}

/// Loads all contracts of a suite, and those of its case files that are wanted. `is_wanted` is asked
/// with the beginning that the ids of a file's cases have in common: `presence/users-batch`.
pub fn load_part_of_suite(
    source: &SuiteSource,
    thoroughness: Thoroughness,
    is_wanted: &dyn Fn(&str) -> bool,
) -> LoadedSuite {
    let mut diagnostics = Vec::new();
    let mut files = files::read(source, &mut diagnostics);
    files.cases.retain(|file| {
        let name = file.name.rsplit_once('.').map_or("", |(name, _)| name);
        name.ends_with("/contract") || is_wanted(name)
    });
    let mut sources = Sources::default();
    let mut schemas = SchemaTable::read(files.schemas, &mut sources, &mut diagnostics);
    let reference_target = files
        .targets
        .into_iter()
        .find(|file| file.name == "reference.yaml")
        .map(|file| sources.add(file.shown, file.text));
    let fixtures = reference_target
        .map(|file| target::literal_fixtures(&sources, file))
        .unwrap_or_default();

    let (contract_files, case_files) = add_sources(files.cases, &mut sources, &mut diagnostics);
    let contracts = read_contracts(contract_files, &sources, &mut diagnostics);
    let mut cases = Vec::new();
    for file in case_files {
        let Some(node) = yaml::parse(&sources, file.id, &mut diagnostics) else {
            continue;
        };
        cases.extend(read_cases(
            &file,
            &node,
            &contracts,
            &sources,
            &fixtures,
            &mut schemas,
            &mut diagnostics,
        ));
    }
    if thoroughness == Thoroughness::Everything {
        schemas.check_unused(&sources, &mut diagnostics);
    }
    remove_repeats(&mut diagnostics);
    remove_consequences(&mut diagnostics);
    let contracts: Vec<Contract> = contracts.into_values().collect();
    LoadedSuite {
        suite: Suite {
            name: files.name,
            contracts,
            cases,
            schemas: schemas.into_compiled(),
            reference_target,
            sources,
        },
        diagnostics,
    }
}

/// The published JSON Schemas of case files, contracts and targets: file name below `schemas/probity/`, and schema.
pub fn format_schemas() -> Vec<(&'static str, serde_json::Value)> {
    format::published()
}

/// A file below `cases/`, in the sources.
struct PlacedFile {
    id: FileId,
    /// The first directory below `cases/`.
    contract: String,
    /// The rest of the path without its extension: `users-batch`, `more/filters`.
    stem: String,
}

/// Sorts the files below `cases/` into contracts and cases.
fn add_sources(
    files: Vec<FileText>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<PlacedFile>, Vec<PlacedFile>) {
    let mut contracts = Vec::new();
    let mut cases = Vec::new();
    for file in files {
        let id = sources.add(file.shown, file.text);
        let Some((contract, rest)) = file.name.split_once('/') else {
            diagnostics.push(
                Diagnostic::error(
                    "suite/misplaced",
                    sources.whole(id),
                    "a case file stands directly in `cases/`",
                )
                .help("put it into the directory of its contract: cases/<contract>/"),
            );
            continue;
        };
        let stem = rest.rsplit_once('.').map_or(rest, |(stem, _)| stem);
        let placed = PlacedFile {
            id,
            contract: contract.to_owned(),
            stem: stem.to_owned(),
        };
        if stem == "contract" {
            contracts.push(placed);
        } else {
            cases.push(placed);
        }
    }
    if contracts.is_empty() && cases.is_empty() && diagnostics.is_empty() {
        diagnostics.push(
            Diagnostic::error_without_place("suite/empty", "the suite has no files below `cases/`")
                .help("add cases/<contract>/contract.yaml and cases/<contract>/*.yaml"),
        );
    }
    (contracts, cases)
}

/// Contracts by name. One that cannot be read is there as `None` would be: its cases say nothing about it.
fn read_contracts(
    files: Vec<PlacedFile>,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Contract> {
    let mut contracts: BTreeMap<String, Contract> = BTreeMap::new();
    for file in files {
        let Some(node) = yaml::parse(sources, file.id, diagnostics) else {
            continue;
        };
        let Some(format) = ContractFile::read(&node, diagnostics) else {
            continue;
        };
        let contract = contract::read(&format, &file.contract, diagnostics);
        for requirement in &contract.requirements {
            let elsewhere = contracts
                .values()
                .find_map(|other| other.requirement(&requirement.id));
            if let Some(other) = elsewhere {
                diagnostics.push(
                    Diagnostic::error(
                        "contract/duplicate-requirement",
                        requirement.span,
                        format!(
                            "the requirement `{}` stands in two contracts",
                            requirement.id
                        ),
                    )
                    .also(other.span, "first here"),
                );
            }
        }
        contracts.insert(file.contract, contract);
    }
    contracts
}

fn read_cases(
    file: &PlacedFile,
    node: &Node,
    contracts: &BTreeMap<String, Contract>,
    sources: &Sources,
    fixtures: &BTreeMap<String, serde_json::Value>,
    schemas: &mut SchemaTable,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<crate::model::Case> {
    let Some(format) = CaseFile::read(node, diagnostics) else {
        return Vec::new();
    };
    if format.contract.value != file.contract {
        diagnostics.push(
            Diagnostic::error(
                "case/contract",
                format.contract.span,
                format!(
                    "the file stands in the directory of `{}` and names the contract `{}`",
                    file.contract, format.contract.value
                ),
            )
            .suggest(format.contract.value, contracts.keys().map(String::as_str)),
        );
    }
    let Some((index, contract)) = contracts
        .values()
        .enumerate()
        .find(|(_, contract)| contract.name == file.contract)
    else {
        diagnostics.push(
            Diagnostic::error(
                "case/no-contract",
                format.contract.span,
                format!(
                    "there is no readable contract in cases/{}/contract.yaml",
                    file.contract
                ),
            )
            .help("a contract holds the requirements that cases prove"),
        );
        return Vec::new();
    };
    let mut context = FileContext {
        prefix: format!("{}/{}", file.contract, file.stem),
        contract_index: index,
        contract,
        sources,
        fixtures,
        schemas,
        diagnostics,
    };
    case::read_file(&mut context, &format)
}

/// The same mistake at the same place is told once: a shared request is read for each case, rows for each row.
fn remove_repeats(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::HashSet::new();
    diagnostics.retain(|diagnostic| {
        seen.insert((diagnostic.code, diagnostic.span, diagnostic.message.clone()))
    });
}

/// A block whose `status` is misspelt also has no status: that is one mistake, and the misspelt key says it.
fn remove_consequences(diagnostics: &mut Vec<Diagnostic>) {
    let misspelt: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == "format/unknown-key")
        .filter_map(|diagnostic| diagnostic.span)
        .collect();
    diagnostics.retain(|diagnostic| {
        let is_of_missing = matches!(diagnostic.code, "case/no-check" | "case/no-status");
        let holds_misspelt = diagnostic.span.is_some_and(|whole| {
            misspelt.iter().any(|part| {
                part.file == whole.file && whole.start <= part.start && part.end <= whole.end
            })
        });
        !(is_of_missing && holds_misspelt)
    });
}
