//! Loads suites and targets for the commands, and prints what is wrong with them.

use std::collections::BTreeSet;

use crate::load;
use crate::load::{
    LoadedSuite, MISSING_VARIABLE, SuiteSource, TargetChoice, Thoroughness, load_suite,
    load_target, survey_target,
};
use crate::model::{Diagnostic, Severity, Sources, Suite, Target};
use crate::redact::credentials::is_credential;
use crate::redact::headers::is_sensitive;
use crate::redact::{Redactor, Secret, is_unlikely_by_chance};
use crate::report::diagnostics;

use crate::cli::arguments::SuiteOptions;
use crate::cli::output::{Terminal, count};

/// Loads the suite, and prints what is wrong with it. `None` if it cannot be used.
pub(crate) fn load(
    options: &SuiteOptions,
    thoroughness: Thoroughness,
    terminal: &Terminal,
) -> Option<Suite> {
    let loaded: LoadedSuite = load_suite(&source(options), thoroughness);
    print(&loaded.diagnostics, &loaded.suite.sources, terminal);
    loaded.is_valid().then_some(loaded.suite)
}

/// Loads the suite for a run. Of warnings it prints only the number: `check` shows them.
pub(crate) fn load_for_run(
    options: &SuiteOptions,
    is_quiet: bool,
    terminal: &Terminal,
) -> Option<Suite> {
    let mut loaded = load_with(options, Thoroughness::ForRun, terminal)?;
    let number = loaded.warnings();
    loaded.diagnostics.clear();
    if number > 0 && !is_quiet {
        let suite = options.suite.as_ref();
        let suite = suite.map_or_else(String::new, |path| format!(" --suite {}", path.display()));
        let warnings = count(number, "warning");
        let message = format!("{warnings} about the suite; to see: probity check{suite}");
        terminal.warn(&message);
    }
    Some(loaded.suite)
}

/// Loads the suite without the steps of its cases, for a merge.
pub(crate) fn load_for_merge(options: &SuiteOptions, terminal: &Terminal) -> Option<Suite> {
    load_with(options, Thoroughness::ForMerge, terminal).map(|loaded| loaded.suite)
}

/// Loads the suite, and prints what is wrong with it if it cannot be used.
fn load_with(
    options: &SuiteOptions,
    thoroughness: Thoroughness,
    terminal: &Terminal,
) -> Option<LoadedSuite> {
    let loaded = load_suite(&source(options), thoroughness);
    if !loaded.is_valid() {
        print(&loaded.diagnostics, &loaded.suite.sources, terminal);
        return None;
    }
    Some(loaded)
}

/// Where the suite is read from.
pub(crate) fn source(options: &SuiteOptions) -> SuiteSource {
    match &options.suite {
        Some(directory) => SuiteSource::Directory(directory.clone()),
        None => SuiteSource::Embedded,
    }
}

/// Reads the target of `--target`, whether or not its environment variables are set, and prints what else is wrong with
/// it. `None` if that makes it unusable.
pub(crate) fn survey_chosen_target(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<(Target, BTreeSet<String>)> {
    let survey = survey_target(&choice(text), suite, &environment);
    print(&survey.diagnostics, &suite.sources, terminal);
    survey.target.map(|target| (target, survey.missing))
}

/// Loads the target of `--target`, and prints what is wrong with it.
pub(crate) fn load_chosen_target(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    load_choice(&choice(text), suite, terminal)
}

/// Loads the target of `--target` without the identities whose environment variables are not set.
pub(crate) fn load_available_target(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    let loaded = load::load_available_target(&choice(text), suite, &environment);
    usable(loaded, suite, terminal)
}

/// The name of the target of `--target` without secrets, or prints what makes it unusable. Its warnings come when it is
/// loaded for its run.
pub(crate) fn name_of_target(
    text: &str,
    is_available: bool,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<String> {
    let loaded = if is_available {
        load::load_available_target(&choice(text), suite, &environment)
    } else {
        load_target(&choice(text), suite, &environment)
    };
    let target = usable(
        loaded.map(|(target, _)| (target, Vec::new())),
        suite,
        terminal,
    )?;
    let redactor = Redactor::new(&target.secrets);
    Some(redactor.redact(&target.name).into_owned())
}

/// The secrets of the target files of a suite: values of environment variables that are set, and credentials that are written
/// in them. Warns about a file that cannot be read as a target: `output` may have its secrets.
pub(crate) fn secrets_of_targets(
    options: &SuiteOptions,
    suite: &mut Suite,
    output: &str,
    terminal: &Terminal,
) -> Vec<Secret> {
    let Some(directory) = &options.suite else {
        return Vec::new();
    };
    let folder = load::suite_root(directory).join("targets");
    let mut secrets = Vec::new();
    for name in load::target_names(&folder, usize::MAX) {
        let file = folder.join(&name);
        // This one may have no services.
        let choice = match name.as_str() {
            "reference.yaml" => reference(),
            _ => TargetChoice::File(file.clone()),
        };
        let survey = survey_target(&choice, suite, &environment);
        if let Some(target) = survey.target {
            secrets.extend(credentials_of(&target));
            continue;
        }
        let (file, directory) = (file.display(), directory.display());
        let mistakes = survey.diagnostics.iter();
        let mut mistakes = mistakes.filter(|one| one.severity == Severity::Error);
        let why = mistakes.next().map_or("", |one| &one.message);
        terminal.warn(&format!(
            "the secrets in {file} are unknown, so {output} may have them: {why}; \
             correct it (probity check --suite {directory} --target {file}), and repeat this"
        ));
    }
    secrets
}

/// The target of the suite's own `targets/reference.yaml`, wherever its services are.
pub(crate) fn reference() -> TargetChoice {
    TargetChoice::Url {
        base: "http://127.0.0.1".into(),
        name: "reference".into(),
    }
}

/// The secrets of a target, and the credentials that are written in its file.
pub(crate) fn credentials_of(target: &Target) -> Vec<Secret> {
    let fields = target.identities.values().flat_map(|one| &one.headers);
    let fields = fields.filter(|(name, _)| is_sensitive(name) || is_credential(name));
    let written = fields.flat_map(|(_, value)| {
        let value = value.expose();
        let token = value.split_once(' ').map(|(_, token)| token);
        [value].into_iter().chain(token)
    });
    let written = written.filter(|value| is_unlikely_by_chance(value));
    let secrets = target.secrets.iter().cloned();
    secrets.chain(written.map(Secret::new)).collect()
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What `--target` calls the demo service.
pub(crate) const DEMO: &str = "demo";

/// Is this `--target` a target file?
pub(crate) fn is_file(text: &str) -> bool {
    matches!(choice(text), TargetChoice::File(_))
}

/// Is this `--target` a base URL?
pub(crate) fn is_url(text: &str) -> bool {
    let text = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    text.starts_with("http://") || text.starts_with("https://")
}

/// The target of `--target`: a base URL, a file, or the demo service, whose port is known once it runs.
fn choice(text: &str) -> TargetChoice {
    if text == DEMO {
        TargetChoice::Url {
            base: "http://127.0.0.1".into(),
            name: DEMO.into(),
        }
    } else if is_url(text) {
        TargetChoice::Url {
            base: text.to_owned(),
            name: text.trim_end_matches('/').to_owned(),
        }
    } else {
        TargetChoice::File(text.into())
    }
}

/// Loads a target, and prints what is wrong with it.
pub(crate) fn load_choice(
    choice: &TargetChoice,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    let loaded = load_target(choice, suite, &environment);
    usable(loaded, suite, terminal)
}

/// The same without the identities whose environment variables are not set.
pub(crate) fn load_available_choice(
    choice: &TargetChoice,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    let loaded = load::load_available_target(choice, suite, &environment);
    usable(loaded, suite, terminal)
}

/// Prints what is wrong with a target, and returns one that can be used.
fn usable(
    loaded: Result<(Target, Vec<Diagnostic>), Vec<Diagnostic>>,
    suite: &Suite,
    terminal: &Terminal,
) -> Option<Target> {
    match loaded {
        Ok((target, warnings)) => {
            print(&warnings, &suite.sources, terminal);
            Some(target)
        }
        Err(mistakes) => {
            print(&mistakes, &suite.sources, terminal);
            if mistakes.iter().any(|one| one.code == MISSING_VARIABLE) {
                terminal.print_error(|out| {
                    writeln!(
                        out,
                        "to see what each variable is for: probity check --target FILE"
                    )
                });
            }
            None
        }
    }
}

fn print(found: &[Diagnostic], sources: &Sources, terminal: &Terminal) {
    terminal.print_error(|out| {
        diagnostics::render(found, sources, terminal.error_colour, terminal.width, out)
    });
}
