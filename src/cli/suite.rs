//! Suites and targets as the commands need them: loaded, or told what is wrong.

use std::collections::BTreeSet;

use crate::load;
use crate::load::{
    LoadedSuite, MISSING_VARIABLE, SuiteSource, TargetChoice, Thoroughness, load_suite,
    load_target, survey_target,
};
use crate::model::{Diagnostic, Sources, Suite, Target};
use crate::report::diagnostics;

use crate::cli::arguments::SuiteOptions;
use crate::cli::output::Terminal;

/// Loads the suite and tells what is wrong with it. `None` when it cannot be used.
pub(crate) fn load(
    options: &SuiteOptions,
    thoroughness: Thoroughness,
    terminal: &Terminal,
) -> Option<Suite> {
    let source = match &options.suite {
        Some(directory) => SuiteSource::Directory(directory.clone()),
        None => SuiteSource::Embedded,
    };
    let loaded: LoadedSuite = load_suite(&source, thoroughness);
    tell(&loaded.diagnostics, &loaded.suite.sources, terminal);
    loaded.is_valid().then_some(loaded.suite)
}

/// Reads the target that `--target` means, whether or not its environment variables are set, and tells what is
/// wrong with it besides. `None` when that keeps it from being used.
pub(crate) fn survey_chosen_target(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<(Target, BTreeSet<String>)> {
    let survey = survey_target(&choice(text), suite, &|name| std::env::var(name).ok());
    tell(&survey.diagnostics, &suite.sources, terminal);
    survey.target.map(|target| (target, survey.missing))
}

/// Loads the target that `--target` means, and tells what is wrong with it.
pub(crate) fn load_chosen_target(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    load_choice(&choice(text), suite, terminal)
}

/// Loads the target that `--target` means, without the identities whose environment variables are not set.
pub(crate) fn load_available_target(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    let loaded = load::load_available_target(&choice(text), suite, &environment);
    reported(loaded, suite, terminal)
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What `--target` means.
fn choice(text: &str) -> TargetChoice {
    if text.starts_with("http://") || text.starts_with("https://") {
        TargetChoice::Url {
            base: text.to_owned(),
            name: text.trim_end_matches('/').to_owned(),
        }
    } else {
        TargetChoice::File(text.into())
    }
}

/// Loads a target, and tells what is wrong with it.
pub(crate) fn load_choice(
    choice: &TargetChoice,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    let loaded = load_target(choice, suite, &environment);
    reported(loaded, suite, terminal)
}

/// Prints what is wrong with a target, and returns one that can be used.
fn reported(
    loaded: Result<(Target, Vec<Diagnostic>), Vec<Diagnostic>>,
    suite: &Suite,
    terminal: &Terminal,
) -> Option<Target> {
    match loaded {
        Ok((target, warnings)) => {
            tell(&warnings, &suite.sources, terminal);
            Some(target)
        }
        Err(mistakes) => {
            tell(&mistakes, &suite.sources, terminal);
            if mistakes.iter().any(|one| one.code == MISSING_VARIABLE) {
                terminal.print_error(|out| {
                    writeln!(
                        out,
                        "what each variable is for: probity check --target FILE\n\
                         to skip the cases of identities without their variables: probity run --allow-missing-env"
                    )
                });
            }
            None
        }
    }
}

fn tell(found: &[Diagnostic], sources: &Sources, terminal: &Terminal) {
    terminal.print_error(|out| {
        diagnostics::render(found, sources, terminal.error_colour, terminal.width, out)
    });
}
