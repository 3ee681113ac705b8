//! `probity report`: renders a finished run again, in other formats.

use std::path::Path;

use crate::engine::partial_report;
use crate::model::{ExitCode, Report};
use crate::persist::{is_event_stream, load_events, load_report};
use crate::redact::Redactor;

use crate::cli::arguments::ReportOptions;
use crate::cli::output::{Terminal, refuse_overwriting};
use crate::cli::reports::{Wanted, Written};

/// Renders a JSON report again. The exit code says nothing about the target: that of the run did.
pub(crate) fn report(options: &ReportOptions, terminal: &Terminal) -> ExitCode {
    let Some(report) = load(&options.run, terminal) else {
        return ExitCode::Invalid;
    };
    let wanted = Wanted::all(&options.report);
    let outputs = || wanted.iter().map(|one| Path::new(&one.path));
    let checked = Wanted::check(&wanted, terminal);
    if let Err(exit) =
        checked.and_then(|()| refuse_overwriting(outputs(), [options.run.as_path()], terminal))
    {
        return exit;
    }
    // Secrets were removed when the report was made, and are unknown here.
    let redactor = Redactor::default();
    Written::write(&wanted, &report, &redactor, None, terminal).show(
        &report,
        options.quiet,
        terminal,
    )
}

/// Reads a JSON report or an event stream, or prints why it cannot be used.
pub(crate) fn load(path: &std::path::Path, terminal: &Terminal) -> Option<Report> {
    if refuse_directory(path, terminal) {
        return None;
    }
    if is_event_stream(path) {
        return load_stream(path, terminal);
    }
    load_report(path)
        .map_err(|error| {
            let help = "it takes the JSON report of a run: `probity run --report json=FILE`";
            terminal.complain(&error.to_string(), &[help.to_owned()]);
        })
        .ok()
}

/// Refuses a directory, and says which file to pass instead. True if it is one.
pub(crate) fn refuse_directory(path: &std::path::Path, terminal: &Terminal) -> bool {
    if !path.is_dir() {
        return false;
    }
    let message = format!("{} is a directory, not the report of a run", path.display());
    let inside = path.join("report.json");
    let help = if inside.is_file() {
        format!("pass the report in it: {}", inside.display())
    } else {
        "pass a JSON report: `probity run --report json=FILE`".to_owned()
    };
    terminal.complain(&message, &[help]);
    true
}

/// The report of a run from its events. A run without a footer is reported as interrupted.
fn load_stream(path: &std::path::Path, terminal: &Terminal) -> Option<Report> {
    let stream = match load_events(path) {
        Ok(stream) => stream,
        Err(error) => {
            terminal.complain(&error.to_string(), &[]);
            return None;
        }
    };
    if let Some(line) = stream.cut {
        let path = path.display();
        let note = format!("{path}:{line}: the last line is incomplete and was ignored");
        terminal.print_error(|out| writeln!(out, "{note}"));
    }
    Some(match stream.finished {
        Some(report) => report,
        None => partial_report(stream.not_started, stream.done),
    })
}
