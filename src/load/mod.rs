//! Files become the nouns of the model, with a position for every value.
//!
//! Nothing is executed and nothing is sent. All mistakes of all files are reported in one go; a
//! suite with a mistake is never run. `yaml` makes a tree of positions, `record` and `format` turn
//! it into typed records (and publish their JSON Schema), the rest gives them their meaning.

mod case;
mod contract;
mod digest;
mod expect;
mod files;
mod format;
mod legality;
mod looks;
mod names;
mod node;
mod pattern;
mod record;
mod request;
mod rows;
mod scalars;
mod schemas;
mod step;
mod target;
mod template;
#[cfg(test)]
mod testing;
mod transport;
mod waivers;
mod yaml;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub use files::SuiteSource;
pub use target::{
    Environment, MISSING_VARIABLE, TargetChoice, TargetSurvey, load_target, survey_target,
};
pub use waivers::{load_waivers, read_waivers};

use crate::json::Digest;
use crate::model::{Case, Contract, Diagnostic, FileId, Severity, Sources, Span, Suite};
use case::FileContext;
use contract::ReadContract;
use files::{FileText, SuiteFiles};
use format::{CaseFile, ContractFile};
use names::{Contracts, IdLists};
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
    load_files(files, thoroughness, diagnostics)
}

fn load_files(
    files: SuiteFiles,
    thoroughness: Thoroughness,
    mut diagnostics: Vec<Diagnostic>,
) -> LoadedSuite {
    let mut sources = Sources::default();
    let mut schemas = SchemaTable::read(files.schemas, &mut sources, &mut diagnostics);
    let reference_target = files
        .targets
        .into_iter()
        .find(|file| file.name == "reference.yaml")
        .map(|file| sources.add(file.shown, file.text.unwrap_or_default()));
    let fixtures = reference_target
        .map(|file| target::literal_fixtures(&sources, file))
        .unwrap_or_default();

    let (contract_files, case_files) = add_sources(files.cases, &mut sources, &mut diagnostics);
    let mut contracts = read_contracts(contract_files, &sources, &mut diagnostics);
    tell_missing_contracts(&mut contracts, &case_files, &sources, &mut diagnostics);
    if let Some(requirements) = requirements_of(&contracts) {
        schemas.know_requirements(requirements, &sources, &mut diagnostics);
    }
    let mut cases = Vec::new();
    let (mut needs, mut ids) = (Arc::default(), IdLists::default());
    for file in case_files.iter().filter(|file| file.is_readable) {
        if let Some(node) = yaml::parse(&sources, file.id, &mut diagnostics) {
            let mut context = FileContext {
                prefix: format!("{}/{}", file.contract, file.stem),
                directory: &file.contract,
                contracts: &contracts,
                sources: &sources,
                schemas: &mut schemas,
                fixtures: &fixtures,
                diagnostics: &mut diagnostics,
                needs: &mut needs,
                ids: &mut ids,
                shared: digest::of_case(&node, None),
            };
            cases.append(&mut read_cases(&mut context, &node));
        }
    }
    if thoroughness == Thoroughness::Everything {
        schemas.check_unused(&sources, &mut diagnostics);
    }
    remove_repeats(&mut diagnostics);
    let contracts: Vec<Contract> = contracts.into_values().map(|read| read.contract).collect();
    let contract_digests: Vec<Digest> = contracts.iter().map(digest::of_contract).collect();
    let digest = digest::of_suite(&contracts, &cases, schemas.texts(&sources));
    LoadedSuite {
        suite: Suite {
            name: files.name,
            digest,
            contract_digests,
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

/// A file of ours as plain JSON, for example to hold it against a schema of [`format_schemas`].
///
/// # Errors
///
/// What is not in our subset of YAML.
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
    /// Else it is there, and nothing is known about it.
    is_readable: bool,
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
    for file in files {
        let id = sources.add(file.shown, file.text.as_deref().unwrap_or(""));
        let path = file
            .name
            .rsplit_once('.')
            .map_or(file.name.as_str(), |(path, _)| path);
        let Some((contract, stem)) = path.split_once('/') else {
            diagnostics.push(
                Diagnostic::error(
                    "suite/misplaced",
                    sources.start(id),
                    "a file directly in `cases/`",
                )
                .help("put it into the directory of its contract: cases/<contract>/"),
            );
            continue;
        };
        if let Some(first) = by_stem.insert(path.to_owned(), id) {
            let message = format!("a second file named `{path}`");
            diagnostics.push(
                Diagnostic::error("suite/same-name", sources.start(id), message)
                    .also(sources.start(first), "the first one")
                    .help("case ids are made of the name without its extension: rename one"),
            );
            continue;
        }
        let placed = PlacedFile {
            id,
            contract: contract.to_owned(),
            stem: stem.to_owned(),
            is_readable: file.text.is_some(),
        };
        if stem == "contract" {
            contracts.push(placed);
        } else {
            cases.push(placed);
        }
    }
    (contracts, cases)
}

/// Contracts by directory. One that cannot be read is there with nothing in it.
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
        let format = node
            .as_ref()
            .and_then(|node| ContractFile::read(node, diagnostics));
        let mut read = match format {
            Some(format) => contract::read(&format, &file.contract, diagnostics),
            None => ReadContract::unreadable(&file.contract, sources.start(file.id)),
        };
        for requirement in &read.contract.requirements {
            if let Some(first) = requirements.insert(requirement.id.clone(), requirement.span) {
                let message = format!(
                    "the requirement `{}` stands in two contracts",
                    requirement.id
                );
                diagnostics.push(
                    Diagnostic::error("contract/duplicate-requirement", requirement.span, message)
                        .also(first, "first here")
                        .help("reports name requirements by their id alone: give each its own"),
                );
                read.is_flawed = true;
            }
        }
        contracts.insert(file.contract, read);
    }
    contracts
}

/// The ids of all requirements; `None` when some contract could not be read whole.
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

/// A directory with cases and without a contract is told once.
fn tell_missing_contracts(
    contracts: &mut Contracts,
    cases: &[PlacedFile],
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for file in cases {
        if !contracts.contains_key(&file.contract) {
            let directory = &file.contract;
            let message = format!("there is no contract for the cases in `cases/{directory}`");
            let span = sources.start(file.id);
            diagnostics.push(
                Diagnostic::error("suite/no-contract", span, message).help(format!(
                    "add cases/{directory}/contract.yaml with the requirements that they prove"
                )),
            );
            let stand_in = ReadContract::unreadable(directory, span);
            contracts.insert(directory.clone(), stand_in);
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
            "a file of the contract `{}` stands in the directory `{directory}`",
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

/// The same mistake at the same place is told once: a shared request is read for each case, rows for each row.
fn remove_repeats(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| {
        seen.insert((diagnostic.code, diagnostic.span, diagnostic.message.clone()))
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::testing::{CONTRACT, Wanted, load, without_spans};
    use super::*;

    /// A case file with something of everything in it.
    const RICH: &str = include_str!("rich.test.yaml");

    fn shipped() -> Vec<(&'static str, &'static str)> {
        let all = files::EMBEDDED.iter().copied();
        all.filter(|(path, _)| path.starts_with("cases/")).collect()
    }

    /// Every place that is told lies in its file.
    fn assert_told_in_place(loaded: &LoadedSuite) {
        let sources = &loaded.suite.sources;
        for told in &loaded.diagnostics {
            let also = told.also.as_ref().map(|(span, _)| *span);
            for span in told.span.into_iter().chain(also) {
                let text = &sources.file(span.file).text;
                let range = span.start as usize..span.end as usize;
                assert!(text.get(range).is_some(), "{told:?} in {text:?}");
            }
        }
    }

    #[test]
    fn the_rich_file_is_valid() {
        let loaded = load(&[(Wanted::CONTRACT, CONTRACT), (Wanted::CASES, RICH)]);
        assert_eq!(loaded.diagnostics, []);
        assert!(loaded.suite.cases.len() > 5);
    }

    #[test]
    fn a_file_as_json_is_the_same_cases() {
        let embedded: Vec<(String, String)> = files::EMBEDDED
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        let as_json = embedded.iter().map(|(path, text)| {
            if !path.starts_with("cases/") {
                return (path.clone(), text.clone());
            }
            let mut sources = Sources::default();
            let file = sources.add(path.as_str(), text.as_str());
            let json = to_json(&sources, file).unwrap().to_string();
            (path.replace(".yaml", ".json"), json)
        });
        let as_json: Vec<(String, String)> = as_json.collect();
        let cases = |files: &[(String, String)]| {
            let files: Vec<(&str, &str)> = files
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str()))
                .collect();
            let loaded = load(&files);
            assert_eq!(loaded.diagnostics, []);
            let cases = loaded.suite.cases.iter();
            cases
                .map(|case| without_spans(&format!("{case:#?}")))
                .collect::<Vec<_>>()
        };
        assert_eq!(cases(&embedded), cases(&as_json));
    }

    /// A change of a text: what is cut out, and what is put in.
    fn change(text: &str, at: usize, length: usize, inserted: &str) -> String {
        let floor = |at: usize| (0..=at.min(text.len())).rfind(|at| text.is_char_boundary(*at));
        let start = floor(at % (text.len() + 1)).unwrap();
        let end = floor(start + length).unwrap().max(start);
        format!("{}{inserted}{}", &text[..start], &text[end..])
    }

    fn fragment() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            Just("\n".to_owned()),
            Just("\t".to_owned()),
            Just("  ".to_owned()),
            Just("${row.".to_owned()),
            Just("${capture.x}".to_owned()),
            Just("<each>: ".to_owned()),
            Just("rows: []".to_owned()),
            Just("&a *a !b << | >".to_owned()),
            "[-:,{}\\[\\]\"'#<>?$0-9a-z\n ]{1,6}",
            "\\PC{1,3}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_changed_file_is_loaded_or_told(
            changes in prop::collection::vec((any::<usize>(), 0usize..40, fragment()), 1..5),
        ) {
            let changed = changes
                .iter()
                .fold(RICH.to_owned(), |text, (at, length, put)| change(&text, *at, *length, put));
            let loaded = load(&[(Wanted::CONTRACT, CONTRACT), (Wanted::CASES, &changed)]);
            assert_told_in_place(&loaded);
        }

        #[test]
        fn a_changed_contract_is_loaded_or_told(
            changes in prop::collection::vec((any::<usize>(), 0usize..40, fragment()), 1..4),
        ) {
            let changed = changes
                .iter()
                .fold(CONTRACT.to_owned(), |text, (at, length, put)| change(&text, *at, *length, put));
            let loaded = load(&[(Wanted::CONTRACT, &changed), (Wanted::CASES, RICH)]);
            assert_told_in_place(&loaded);
        }

        #[test]
        fn a_changed_shipped_file_is_loaded_or_told(
            file in any::<prop::sample::Index>(),
            at: usize, length in 0usize..200, put in fragment(),
        ) {
            let shipped = shipped();
            let (path, text) = shipped[file.index(shipped.len())];
            let (folder, _) = path.rsplit_once('/').unwrap();
            let contract = format!("{folder}/contract.yaml");
            let changed = change(text, at, length, &put);
            let of_contract = shipped.iter().copied().filter(|(path, _)| *path == contract);
            let unchanged = of_contract.filter(|(other, _)| *other != path);
            let files: Vec<_> = unchanged.chain([(path, changed.as_str())]).collect();
            assert_told_in_place(&load(&files));
        }

        #[test]
        fn any_text_is_loaded_or_told(text in "\\PC{0,80}|[a-z:\\- \n\"']{0,120}") {
            for place in [Wanted::CONTRACT, Wanted::CASES] {
                assert_told_in_place(&load(&[(place, &text)]));
            }
        }
    }
}
