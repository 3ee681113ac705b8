//! Suites and targets as the commands need them: loaded, or told what is wrong.

use probity::load::{
    LoadedSuite, SuiteSource, TargetChoice, Thoroughness, load_suite, load_target,
};
use probity::model::{Diagnostic, Sources, Suite, Target};
use probity::report::diagnostics;

use super::arguments::SuiteOptions;
use super::output::Terminal;

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

/// Loads the target that `--target` means, and tells what is wrong with it.
pub(crate) fn load_chosen_target(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    let choice = if text.starts_with("http://") || text.starts_with("https://") {
        TargetChoice::Url {
            base: text.to_owned(),
            name: text.trim_end_matches('/').to_owned(),
        }
    } else {
        TargetChoice::File(text.into())
    };
    load_choice(&choice, suite, terminal)
}

/// Loads a target, and tells what is wrong with it.
pub(crate) fn load_choice(
    choice: &TargetChoice,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    match load_target(choice, suite, &|name| std::env::var(name).ok()) {
        Ok((target, warnings)) => {
            tell(&warnings, &suite.sources, terminal);
            Some(target)
        }
        Err(mistakes) => {
            tell(&mistakes, &suite.sources, terminal);
            None
        }
    }
}

fn tell(found: &[Diagnostic], sources: &Sources, terminal: &Terminal) {
    terminal.print_error(|out| {
        diagnostics::render(found, sources, terminal.error_colour, terminal.width, out)
    });
}
