//! `probity report`: a finished run once more, in other formats.

use probity::engine::Redactor;
use probity::load::load_report;
use probity::model::{ExitCode, Report};

use super::arguments::ReportOptions;
use super::output::Terminal;
use super::reports::{Wanted, Written};

/// Renders a JSON report again. Says nothing about the target by its exit code: the run did.
pub(crate) fn report(options: &ReportOptions, terminal: &Terminal) -> ExitCode {
    let Some(report) = load(&options.run, terminal) else {
        return ExitCode::Invalid;
    };
    let wanted = Wanted::all(&options.report);
    if let Some(path) = Wanted::written_twice(&wanted) {
        terminal.complain(&format!("two reports go to {path}"), &[]);
        return ExitCode::Invalid;
    }
    // Secrets were taken out when the report was made; here nobody knows them.
    let redactor = Redactor::default();
    Written::write(&wanted, &report, &redactor, None, terminal).tell(
        &report,
        options.quiet,
        terminal,
    )
}

/// Reads a JSON report, or tells why it cannot be used.
pub(crate) fn load(path: &std::path::Path, terminal: &Terminal) -> Option<Report> {
    load_report(path)
        .map_err(|error| {
            let help = "it takes the JSON report of a run: `probity run --report json=FILE`";
            terminal.complain(&error.to_string(), &[help.to_owned()]);
        })
        .ok()
}
