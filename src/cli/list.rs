//! `probity list` and `probity coverage`.

use std::io::{self, IsTerminal as _};

use crate::model::{Case, ExitCode};
use crate::report::{coverage as matrix, json, listing};

use crate::cli::api_coverage;
use crate::cli::arguments::{CoverageOptions, ListOptions};
use crate::cli::output::Terminal;
use crate::cli::settings::selection;
use crate::cli::suite;

/// Lists the cases.
pub(crate) fn list(options: &ListOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let suite = suite::load_for_run(&options.suite, true, terminal);
    let suite = suite.ok_or(ExitCode::Invalid)?;
    let selection = selection(&options.only, &options.skip, terminal)?;
    let cases: Vec<&Case> = suite
        .cases
        .iter()
        .filter(|case| selection.selects(&suite, case))
        .collect();
    terminal.print(|out| {
        if options.json {
            json::write(&listing::json(&suite, &cases), out)
        } else {
            listing::render(&suite, &cases, terminal.colour, width(terminal), out)
        }
    });
    let unmatched = selection.unmatched(&suite, cases.iter().copied());
    let meant = selection.meant(&suite);
    for pattern in &unmatched {
        let meant = meant.iter().filter(|(written, _)| written == pattern);
        let help: Vec<String> = meant
            .map(|(_, meant)| format!("did you mean `{meant}`?"))
            .collect();
        terminal.complain(&format!("`{pattern}` matches no case"), &help);
    }
    if cases.is_empty() || !unmatched.is_empty() {
        return Ok(ExitCode::Incomplete);
    }
    Ok(ExitCode::Conforms)
}

/// Lists every requirement with the cases that prove it.
pub(crate) fn coverage(
    options: &CoverageOptions,
    terminal: &Terminal,
) -> Result<ExitCode, ExitCode> {
    if let Some(document) = &options.openapi {
        return api_coverage::coverage(options, document, width(terminal), terminal);
    }
    let suite = suite::load_for_run(&options.suite, true, terminal);
    let suite = suite.ok_or(ExitCode::Invalid)?;
    terminal.print(|out| {
        if options.json {
            json::write(&matrix::json(&suite), out)
        } else {
            matrix::render(&suite, terminal.colour, width(terminal), out)
        }
    });
    Ok(ExitCode::Conforms)
}

/// The columns of a line. What goes through a pipe is never cut.
fn width(terminal: &Terminal) -> usize {
    if io::stdout().is_terminal() {
        terminal.width
    } else {
        usize::MAX
    }
}
