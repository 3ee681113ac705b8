//! Loads files into the model, with a position for every value.
//!
//! Nothing is sent. All mistakes of all files are reported at once; a suite with a mistake is never run. `yaml` makes a
//! tree with positions, `record` and `format` turn it into typed records (and publish their JSON Schemas), and the other
//! files turn the records into the model.

mod ahead;
mod block_format;
mod block_value_schemas;
mod body;
mod body_bytes;
mod body_files;
mod branches;
mod capture;
mod case;
mod case_values;
mod contract;
mod digest;
mod encoded;
mod events;
mod expect;
mod files;
mod filling;
mod fixture_forms;
mod format;
mod framing;
mod habits;
mod headers;
mod interner;
mod items;
mod json_lines;
mod limit;
mod media_type;
mod misplaced;
mod names;
mod need;
mod node;
mod operations;
mod parameter;
mod parts;
mod pattern;
mod place;
mod project;
mod read_rule;
mod record;
mod request;
mod request_schema;
mod requests;
mod row_schemas;
mod rows;
mod rules;
mod scalars;
mod schemas;
mod selection;
mod shared_steps;
mod status;
mod step;
mod synonyms;
mod target;
mod template;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod transport;
mod url_captures;
mod uses;
mod value_patterns;
mod value_schemas;
mod variable_use;
mod variables;
mod waivers;
mod workspace;
mod xml;
mod yaml;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

pub(crate) use contract::is_requirement_id;
pub use files::{SuiteSource, contract_names, suite_root, suite_texts};
pub(crate) use files::{names_in as target_names, read_file};
pub(crate) use node::{Key, Kind, Node};
pub(crate) use operations::why_no_operation;
pub use project::{Project, load_project, missing_target};
pub(crate) use scalars::{duration, is_token};
pub(crate) use target::literal_fixtures;
pub use target::{
    BaseUrl, Environment, MISSING_VARIABLE, TargetChoice, TargetSurvey, load_available_target,
    load_target, read_base_url, survey_target,
};
pub(crate) use template::{functions as template_functions, hole_end};
pub use waivers::{load_waivers, read_waivers};
pub use workspace::{Buffers, Workspace, is_waivers, load_workspace};
pub(crate) use yaml::{is_plain_text, parse, parse_foreign};

use crate::json::Digest;
use crate::model::{
    Case, Contract, ContractRule, Diagnostic, FileId, Severity, Sources, Span, Suite,
};
use case::FileContext;
use contract::ReadContract;
use files::{FileText, SuiteFiles};
use format::{CaseFile, ContractFile};
use interner::Interner;
use names::Contracts;
use record::Read;
use rules::{RuleContext, Rules};
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
    /// How many warnings a thorough load reports, as far as a load for a run can know.
    pub fn warnings(&self) -> usize {
        let is_warning = |one: &&Diagnostic| one.severity == Severity::Warning;
        self.diagnostics.iter().filter(is_warning).count()
    }

    /// Is the suite fit to run?
    pub fn is_valid(&self) -> bool {
        !self
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// How much is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thoroughness {
    /// What a run needs.
    ForRun,
    /// What a merge needs: the cases without their steps, which are the most of a suite.
    ForMerge,
    /// Also schemas that no case uses.
    Everything,
}

/// Loads a suite. What could not be read is missing, and reported.
pub fn load_suite(source: &SuiteSource, thoroughness: Thoroughness) -> LoadedSuite {
    read_suite(source).load(thoroughness)
}

/// The texts of a suite as they were when they were read.
#[derive(Debug)]
pub struct ReadSuite {
    files: SuiteFiles,
    diagnostics: Vec<Diagnostic>,
}

/// Reads the texts of a suite, which can be loaded later.
pub fn read_suite(source: &SuiteSource) -> ReadSuite {
    let mut diagnostics = Vec::new();
    let files = files::read(source, &mut diagnostics);
    ReadSuite { files, diagnostics }
}

impl ReadSuite {
    /// Loads the suite. Files that its requests send are read only now.
    pub fn load(self, thoroughness: Thoroughness) -> LoadedSuite {
        load_files(self.files, thoroughness, true, self.diagnostics)
    }
}

/// Loads all contracts of a suite, and the case files that `is_wanted` selects by the common prefix of their case ids,
/// such as `presence/users-batch`.
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
    load_files(files, thoroughness, false, diagnostics)
}

/// `is_complete`: are these all files? A rule that matches no step of some files is not unused.
fn load_files(
    mut files: SuiteFiles,
    thoroughness: Thoroughness,
    is_complete: bool,
    mut diagnostics: Vec<Diagnostic>,
) -> LoadedSuite {
    let mut sources = Sources::default();
    let mut schemas = SchemaTable::read(files.schemas, &mut sources, &mut diagnostics);
    let reference_target = files
        .targets
        .into_iter()
        .find(|file| file.name == "reference.yaml")
        .map(|file| sources.add(file.display_path, file.text.unwrap_or_default()));
    let fixtures = reference_target
        .map(|file| target::literal_fixtures(&sources, file))
        .unwrap_or_default();

    let (contract_files, case_files) = add_sources(files.cases, &mut sources, &mut diagnostics);
    let mut contracts = read_contracts(contract_files, &sources, &mut diagnostics);
    report_missing_contracts(&mut contracts, &case_files, &sources, &mut diagnostics);
    if let Some(requirements) = requirements_of(&contracts) {
        schemas.set_requirements(requirements, &sources, &mut diagnostics);
    }
    let mut cases = Vec::new();
    let (mut needs, mut interner) = (Arc::default(), Interner::default());
    let mut rules = Rules::new();
    let mut used_steps = BTreeSet::new();
    for directory in contracts.keys() {
        let mut context = RuleContext {
            contracts: &contracts,
            sources: &sources,
            schemas: &mut schemas,
            files: &mut files.bodies,
            fixtures: &fixtures,
            interner: &mut interner,
            diagnostics: &mut diagnostics,
        };
        rules.insert(directory.clone(), rules::read(&mut context, directory));
        requests::check(&mut context, directory);
    }
    let readable: Vec<&PlacedFile> = case_files.iter().filter(|file| file.is_readable).collect();
    let file_ids: Vec<FileId> = readable.iter().map(|file| file.id).collect();
    ahead::each(&sources, &file_ids, |mut parsed| {
        diagnostics.append(&mut parsed.diagnostics);
        let (Some(node), file) = (parsed.node, readable[parsed.index]) else {
            return;
        };
        let mut context = FileContext {
            prefix: format!("{}/{}", file.contract, file.stem),
            directory: &file.contract,
            contracts: &contracts,
            sources: &sources,
            schemas: &mut schemas,
            files: &mut files.bodies,
            fixtures: &fixtures,
            diagnostics: &mut diagnostics,
            needs: &mut needs,
            interner: &mut interner,
            used_steps: &mut used_steps,
            rules: rules.get(&file.contract).map_or(&[], Vec::as_slice),
            shared: digest::of_case(&node, contracts[&file.contract].variables_digest),
        };
        let read = read_cases(&mut context, &node).into_iter();
        cases.extend(read.map(|case| kept(case, thoroughness)));
    });
    cases.shrink_to_fit();
    if thoroughness == Thoroughness::Everything {
        schemas.check_unused(&sources, &mut diagnostics);
    }
    let is_valid = !diagnostics
        .iter()
        .any(|one| one.severity == Severity::Error);
    if !is_valid {
        // Advice about a case that cannot be read yet would only be in the way.
        diagnostics.retain(|one| one.code != case::NO_EFFECT);
    } else if is_complete && thoroughness != Thoroughness::ForMerge {
        operations::warn_unused(&rules, &cases, &mut diagnostics);
        uses::warn_unused(contracts.values(), &used_steps, &mut diagnostics);
    }
    remove_repeats(&mut diagnostics);
    let mut fixture_forms = BTreeMap::new();
    for read in contracts.values_mut() {
        fixture_forms.append(&mut read.fixture_forms);
    }
    let rules = known_rules(&contracts, rules);
    let contracts: Vec<Contract> = contracts.into_values().map(|read| read.contract).collect();
    let contract_digests: Vec<Digest> = contracts.iter().map(digest::of_contract).collect();
    let digest = digest::of_suite(&contracts, &cases, schemas.texts(&sources));
    if thoroughness != Thoroughness::Everything {
        sources.share_lines(&file_ids);
    }
    LoadedSuite {
        suite: Suite {
            name: name_of(files.root.as_deref(), &files.place),
            place: files.place,
            digest,
            contract_digests,
            contracts,
            fixture_forms,
            cases,
            rules,
            schemas: schemas.into_compiled(),
            reference_target,
            sources,
        },
        diagnostics,
    }
}

/// A merge needs no steps.
fn kept(case: Case, thoroughness: Thoroughness) -> Case {
    match thoroughness {
        Thoroughness::ForRun | Thoroughness::Everything => case,
        Thoroughness::ForMerge => Case {
            steps: Vec::new(),
            finally: Vec::new(),
            values: Box::default(),
            ..case
        },
    }
}

/// What a suite is called.
fn name_of(root: Option<&Path>, place: &str) -> String {
    root.map_or_else(|| place.to_owned(), project::name_of)
}

/// The rules of all contracts, in the order of the contracts.
fn known_rules(contracts: &Contracts, mut rules: Rules) -> Vec<ContractRule> {
    let contracts = contracts.keys().enumerate();
    let rules = contracts.flat_map(|(contract, directory)| {
        let read = rules.remove(directory).unwrap_or_default().into_iter();
        read.map(move |read| ContractRule {
            contract,
            rule: read.rule,
            fixtures: read.fixtures,
        })
    });
    rules.collect()
}

/// The published JSON Schemas of case files, contracts and targets: file name below `schemas/probity/`, and schema.
pub fn format_schemas() -> Vec<(&'static str, serde_json::Value)> {
    format::published()
}

/// An input file as plain JSON, for example to validate it with a schema of [`format_schemas`].
///
/// # Errors
///
/// Everything outside the supported subset of YAML.
pub fn to_json(sources: &Sources, file: FileId) -> Result<serde_json::Value, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    match yaml::parse(sources, file, &mut diagnostics) {
        Some(node) if diagnostics.is_empty() => Ok(node.to_json()),
        _ => Err(diagnostics),
    }
}

/// A file below `cases/`, in the sources.
struct PlacedFile {
    id: FileId,
    /// The first directory below `cases/`.
    contract: String,
    /// The rest of the path without its extension: `users-batch`, `more/filters`.
    stem: String,
    /// False when its content is unknown.
    is_readable: bool,
}

/// Does the file begin like the JSON report of a run or of a proof?
fn is_report(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.next() == Some("{")
        && words.next() == Some("\"format\":")
        && words
            .next()
            .is_some_and(|format| format.starts_with("\"probity-"))
}

/// Sorts the files below `cases/` into contracts and cases.
fn add_sources(
    files: Vec<FileText>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<PlacedFile>, Vec<PlacedFile>) {
    let mut contracts = Vec::new();
    let mut cases: Vec<PlacedFile> = Vec::new();
    let mut by_stem: HashMap<String, FileId> = HashMap::new();
    if files.is_empty() && diagnostics.is_empty() {
        diagnostics.push(
            Diagnostic::error_without_place("suite/empty", "the suite has no files below `cases/`")
                .help("add cases/<contract>/contract.yaml and cases/<contract>/*.yaml"),
        );
    }
    sources.reserve(files.len());
    for file in files {
        let is_readable = file.text.is_some();
        let id = sources.add(file.display_path, file.text.unwrap_or_default());
        let path = file
            .name
            .rsplit_once('.')
            .map_or(file.name.as_str(), |(path, _)| path);
        let Some((contract, stem)) = path.split_once('/') else {
            diagnostics.push(
                Diagnostic::error(
                    "suite/misplaced",
                    sources.start(id),
                    "case file directly in `cases/`",
                )
                .help("move it into the directory of its contract: cases/<contract>/"),
            );
            continue;
        };
        if is_report(&sources.file(id).text) {
            diagnostics.push(
                Diagnostic::error(
                    "suite/report",
                    sources.start(id),
                    "a report of Probity, not a case file",
                )
                .help("move it out of `cases/`"),
            );
            continue;
        }
        if let Some(first) = by_stem.insert(path.to_owned(), id) {
            let message = format!("a second file named `{path}`");
            diagnostics.push(
                Diagnostic::error("suite/same-name", sources.start(id), message)
                    .also(sources.start(first), "first file")
                    .help("rename one: case ids contain the file name without its extension"),
            );
            continue;
        }
        let placed = PlacedFile {
            id,
            contract: contract.to_owned(),
            stem: stem.to_owned(),
            is_readable,
        };
        if stem == "contract" {
            contracts.push(placed);
        } else {
            cases.push(placed);
        }
    }
    (contracts, cases)
}

/// Contracts by directory. One that cannot be read is empty.
fn read_contracts(
    files: Vec<PlacedFile>,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Contracts {
    let mut contracts = Contracts::new();
    let mut requirements: HashMap<String, Span> = HashMap::new();
    for file in files {
        let node = file
            .is_readable
            .then(|| yaml::parse(sources, file.id, diagnostics))
            .flatten();
        if let Some(node) = &node {
            node::reject_template_keys(node, diagnostics);
        }
        let format = node
            .as_ref()
            .and_then(|node| ContractFile::read(node, diagnostics));
        if format.is_none() {
            // One mistake is one error: what depends on the file is not checked.
            let of_file = |one: &&mut Diagnostic| one.span.is_some_and(|at| at.file == file.id);
            if let Some(first) = diagnostics.iter_mut().find(of_file) {
                let help = "what cases take from this contract is checked when it can be read";
                first.help.push(help.to_owned());
            }
        }
        let mut read = match format {
            Some(format) => contract::read(&format, &file.contract, sources, diagnostics),
            None => ReadContract::unreadable(&file.contract, sources.start(file.id)),
        };
        for requirement in &read.contract.requirements {
            if let Some(first) = requirements.insert(requirement.id.clone(), requirement.span) {
                let message = format!("the requirement `{}` is in two contracts", requirement.id);
                diagnostics.push(
                    Diagnostic::error("contract/duplicate-requirement", requirement.span, message)
                        .also(first, "first use")
                        .help("give each requirement of the suite its own id"),
                );
                read.is_flawed = true;
            }
        }
        contracts.insert(file.contract, read);
    }
    contracts
}

/// The ids of all requirements; `None` when a contract could not be read completely.
fn requirements_of(contracts: &Contracts) -> Option<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for read in contracts.values() {
        if read.is_flawed {
            return None;
        }
        let requirements = &read.contract.requirements;
        ids.extend(
            requirements
                .iter()
                .map(|requirement| requirement.id.clone()),
        );
    }
    (!ids.is_empty()).then_some(ids)
}

/// Reports each directory that has cases but no contract.
fn report_missing_contracts(
    contracts: &mut Contracts,
    cases: &[PlacedFile],
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for file in cases {
        if !contracts.contains_key(&file.contract) {
            let directory = &file.contract;
            let message = format!("no contract.yaml in `cases/{directory}`");
            let span = sources.start(file.id);
            diagnostics.push(
                Diagnostic::error("suite/no-contract", span, message).help(format!(
                    "add cases/{directory}/contract.yaml with the requirements that its cases prove"
                )),
            );
            let placeholder = ReadContract::unreadable(directory, span);
            contracts.insert(directory.clone(), placeholder);
        }
    }
}

fn read_cases(context: &mut FileContext<'_>, node: &Node) -> Vec<Case> {
    let Some(format) = CaseFile::read(node, context.diagnostics) else {
        return Vec::new();
    };
    if let Some(name) = format.contract
        && name.value != context.directory
    {
        let directory = context.directory;
        let message = format!(
            "expected `{directory}`, the name of the directory, found `{}`",
            name.value
        );
        let diagnostic = Diagnostic::error("case/contract", name.span, message);
        let diagnostic = diagnostic.help(format!("write `contract: {directory}`"));
        context
            .diagnostics
            .push(if context.contracts.contains_key(name.value) {
                diagnostic.help(format!("or move the file to cases/{}/", name.value))
            } else {
                diagnostic
            });
    }
    case::read_file(context, &format)
}

/// Keeps each mistake once: a shared request is read for each case, and a case for each row.
fn remove_repeats(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| {
        seen.insert((diagnostic.code, diagnostic.span, diagnostic.message.clone()))
    });
}
