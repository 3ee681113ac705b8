//! Targets: a file, or a bare URL that takes everything else from the suite's `targets/reference.yaml`.

mod bodies;
mod claims;
mod credentials;
mod fixtures;
mod format;
mod identities;
mod limits;
mod login_captures;
mod logins;
mod names;
mod network;
mod run_id;
mod services;
#[cfg(test)]
mod testing;
mod value_schemas;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(crate) use fixtures::literal_fixtures;
pub(crate) use format::TargetFile;
pub use services::{BaseUrl, read_base_url};
use services::{below, is_loopback};
pub use variables::MISSING_VARIABLE;

use crate::load::files;
use crate::load::record::Read;
use crate::load::yaml;
use crate::model::{
    Diagnostic, FileId, Limits, Network, Secret, Severity, Sources, Suite, Target, VariableUse,
};

/// Which target to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetChoice {
    /// A target file.
    File(PathBuf),
    /// All services are below this URL; identities and fixtures come from the suite's `targets/reference.yaml`.
    Url {
        /// `http://127.0.0.1:4040`, with or without a trailing slash.
        base: String,
        /// How the target is named in reports.
        name: String,
    },
}

/// Looks up `${env.NAME}`.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What an environment variable of an identity that is not set means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// The target cannot be used.
    Rejected,
    /// The identity is left out.
    Tolerated,
}

/// A target as far as it is known before a run.
#[derive(Clone, Debug)]
pub struct TargetSurvey {
    /// The target; `None` when the file is invalid. Nothing can be sent to it while a variable is missing.
    pub target: Option<Target>,
    /// The environment variables that it needs and that are not set.
    pub missing: BTreeSet<String>,
    /// Errors and warnings, except those about missing variables.
    pub diagnostics: Vec<Diagnostic>,
}

/// Loads a target for a suite. The file joins the suite's sources, so that diagnostics can show it.
///
/// Returns the target and the warnings.
///
/// # Errors
///
/// Everything that is wrong with the file or the URL, and every environment variable that is missing.
pub fn load_target(
    choice: &TargetChoice,
    suite: &mut Suite,
    environment: Environment<'_>,
) -> Result<(Target, Vec<Diagnostic>), Vec<Diagnostic>> {
    usable(read_choice(choice, suite, environment, Missing::Rejected))
}

/// Loads a target without the identities whose environment variables are not set: their cases are skipped.
///
/// # Errors
///
/// As [`load_target`], but not if only a variable of an identity is missing.
pub fn load_available_target(
    choice: &TargetChoice,
    suite: &mut Suite,
    environment: Environment<'_>,
) -> Result<(Target, Vec<Diagnostic>), Vec<Diagnostic>> {
    usable(read_choice(choice, suite, environment, Missing::Tolerated))
}

fn usable(
    (target, diagnostics): (Option<Target>, Vec<Diagnostic>),
) -> Result<(Target, Vec<Diagnostic>), Vec<Diagnostic>> {
    match target {
        Some(target) if !diagnostics.iter().any(is_error) => Ok((target, diagnostics)),
        _ => Err(diagnostics),
    }
}

/// Reads a target for a suite, even if environment variables that it needs are not set.
pub fn survey_target(
    choice: &TargetChoice,
    suite: &mut Suite,
    environment: Environment<'_>,
) -> TargetSurvey {
    let (target, mut diagnostics) = read_choice(choice, suite, environment, Missing::Rejected);
    diagnostics.retain(|diagnostic| diagnostic.code != MISSING_VARIABLE);
    let target = target.filter(|_| !diagnostics.iter().any(is_error));
    let is_missing = |name: &&String| environment(name).is_none_or(|value| value.is_empty());
    let named = target.iter().flat_map(|target| target.variables.keys());
    TargetSurvey {
        missing: named.filter(is_missing).cloned().collect(),
        target,
        diagnostics,
    }
}

/// What is wrong with the text of a target file of a suite, whatever is in the environment: no variable is read. The services
/// of a `reference.yaml` that names none are those of a URL.
pub(crate) fn survey_text(path: &Path, text: String, suite: &mut Suite) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let has_services = text.lines().any(|line| line.starts_with("services:"));
    let is_borrowed = path.ends_with("targets/reference.yaml") && !has_services;
    let name = path.display().to_string();
    let services = is_borrowed.then(|| below("http://127.0.0.1", suite, &mut diagnostics));
    let file = suite.sources.add(&*name, text);
    let directory = path.parent().unwrap_or(Path::new(""));
    let environment: (Environment<'_>, Missing) = (&|_| None, Missing::Rejected);
    let overridden = services.map(|services| (&name, services));
    read_file(
        file,
        directory,
        suite,
        overridden,
        environment,
        &mut diagnostics,
    );
    diagnostics.retain(|diagnostic| diagnostic.code != MISSING_VARIABLE);
    diagnostics
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

/// The target as far as it could be read, and everything that is wrong with it.
fn read_choice(
    choice: &TargetChoice,
    suite: &mut Suite,
    environment: Environment<'_>,
    missing: Missing,
) -> (Option<Target>, Vec<Diagnostic>) {
    let environment = (environment, missing);
    let mut diagnostics = Vec::new();
    let target = match choice {
        TargetChoice::File(path) => {
            match files::read_file(path) {
                Ok(text) => {
                    let file = suite.sources.add(path.display().to_string(), text);
                    let directory = path.parent().unwrap_or(Path::new(""));
                    read_file(file, directory, suite, None, environment, &mut diagnostics)
                }
                Err(diagnostic) => {
                    diagnostics.push((*diagnostic).help("`--target` takes a target file, or a URL that starts with http:// or https://"));
                    None
                }
            }
        }
        TargetChoice::Url { base, name } => {
            let services = below(base, suite, &mut diagnostics);
            match suite.reference_target {
                Some(file) => read_file(
                    file,
                    Path::new(""),
                    suite,
                    Some((name, services)),
                    environment,
                    &mut diagnostics,
                ),
                None => Some(bare(name, services)),
            }
        }
    };
    (target, diagnostics)
}

/// A target with services only, for a suite that needs no identities and no fixtures.
fn bare(name: &str, services: BTreeMap<String, String>) -> Target {
    Target {
        name: name.to_owned(),
        given: None,
        network: Network::default(),
        networks: BTreeMap::new(),
        permits_write: services.values().all(|url| is_loopback(url)),
        remote: remote(&services, &Network::default(), &BTreeMap::new()),
        services,
        disposable: BTreeSet::new(),
        run_id_header: None,
        variables: BTreeMap::new(),
        identities: BTreeMap::new(),
        unset: BTreeMap::new(),
        fixtures: BTreeMap::new(),
        capabilities: BTreeSet::new(),
        limits: Limits::default(),
        not_applicable: BTreeMap::new(),
        cannot: BTreeMap::new(),
        secrets: Vec::new(),
    }
}

/// The services that are not on this machine, or whose connection settings lead to another one.
fn remote(
    services: &BTreeMap<String, String>,
    network: &Network,
    networks: &BTreeMap<String, Network>,
) -> BTreeSet<String> {
    let remote = services.iter().filter(|(name, url)| {
        let network = networks.get(*name).unwrap_or(network);
        network.leads_elsewhere() || !is_loopback(url)
    });
    remote.map(|(name, _)| name.clone()).collect()
}

/// `directory` is that of the file; `overridden` is the name and the services of a bare URL, which is connected to
/// directly.
fn read_file(
    file: FileId,
    directory: &Path,
    suite: &Suite,
    overridden: Option<(&String, BTreeMap<String, String>)>,
    (environment, missing): (Environment<'_>, Missing),
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Target> {
    let node = yaml::parse(&suite.sources, file, diagnostics)?;
    let format = TargetFile::read(&node, diagnostics)?;
    let mut reader = TargetReader {
        suite,
        sources: &suite.sources,
        directory,
        environment,
        secrets: Vec::new(),
        variables: BTreeMap::new(),
        reading: VariableUse::Network(None),
        missing,
        unset: BTreeMap::new(),
        is_borrowed: overridden.is_some(),
        captured: None,
        broken_services: BTreeSet::new(),
        diagnostics,
    };
    let (name, services, (network, networks)) = match overridden {
        Some((name, services)) => (name.clone(), services, Default::default()),
        None => (
            format
                .name
                .map_or_else(String::new, |name| name.value.to_owned()),
            reader.services(&format),
            reader.networks(&format),
        ),
    };
    let mut identities = reader.identities(&format, &services);
    identities.retain(|name, _| !reader.unset.contains_key(name));
    let fixtures = reader.fixtures(&format);
    let capabilities = reader.capabilities(&format);
    let not_applicable = reader.not_applicable(&format);
    let cannot = reader.cannot(&format, &capabilities);
    let remote = remote(&services, &network, &networks);
    let permits_write = reader.permits_write(&format, remote.is_empty());
    let disposable = reader.disposable(&format);
    let run_id_header = reader.run_id_header(&format);
    let limits = reader.limits(&format);
    let (secrets, variables, unset) = (reader.secrets, reader.variables, reader.unset);
    Some(Target {
        name,
        given: None,
        network,
        networks,
        remote,
        services,
        identities,
        unset,
        fixtures,
        capabilities,
        permits_write,
        disposable,
        limits,
        not_applicable,
        cannot,
        run_id_header,
        variables,
        secrets,
    })
}

struct TargetReader<'a> {
    suite: &'a Suite,
    sources: &'a Sources,
    directory: &'a Path,
    environment: Environment<'a>,
    secrets: Vec<Secret>,
    /// Every variable so far, and what it is for.
    variables: BTreeMap<String, BTreeSet<VariableUse>>,
    /// What is being read, which is what a variable is for.
    reading: VariableUse,
    /// What a variable of an identity that is not set means.
    missing: Missing,
    /// The identities that are left out, with the variables that are not set.
    unset: BTreeMap<String, BTreeSet<String>>,
    /// The file is that of the suite, used for a bare URL.
    is_borrowed: bool,
    /// The values that the requests of a login before this one capture; `None` outside of logins.
    captured: Option<Vec<String>>,
    /// The services whose base URL is wrong, which is reported.
    broken_services: BTreeSet<String>,
    diagnostics: &'a mut Vec<Diagnostic>,
}
