//! `probity history`: what many runs showed, in the order of time.

use std::path::Path;

use crate::history::moment_of;
use crate::history::{HistoryFiles, history_files};
use crate::model::ExitCode;
use crate::model::history::{Moment, by_target};
use crate::persist::load_report;
use crate::report::{history as text, html};

use crate::cli::arguments::HistoryOptions;
use crate::cli::output::{Terminal, count, write_whole};

/// Files that are named one by one.
const NAMED: usize = 20;

/// Reads every report below a directory, and shows the trend of each target.
pub(crate) fn history(options: &HistoryOptions, terminal: &Terminal) -> ExitCode {
    let HistoryFiles {
        reports,
        others,
        problems: mut unread,
    } = history_files(&options.folder);
    let mut moments: Vec<Moment> = Vec::new();
    for path in &reports {
        // One report is held at a time: a history may be long.
        match load_report(path) {
            Ok(report) => moments.push(moment_of(name(path, &options.folder), &report)),
            Err(error) => unread.push(error.to_string()),
        }
    }
    tell_unread(&unread, others, terminal);
    if moments.is_empty() {
        let message = format!(
            "there is no report of a run in {}",
            options.folder.display()
        );
        let help = "keep the JSON reports of runs there: `probity run --report json=DIR/NAME.json`";
        terminal.complain(&message, &[help.into()]);
        return ExitCode::Invalid;
    }
    let targets = by_target(moments);
    let mut page = Vec::new();
    let rendered = html::render_history(&targets, &unread, &mut page);
    let mut exit = ExitCode::Conforms;
    for path in &options.report {
        let is_standard_output = path == Path::new("-");
        let written = match &rendered {
            Err(error) => Err(error.to_string()),
            Ok(()) if is_standard_output => {
                terminal.print(|out| out.write_all(&page));
                Ok(())
            }
            Ok(()) => write_whole(path, &page).map_err(|error| error.to_string()),
        };
        if let Err(error) = written {
            let message = format!("{} could not be written: {error}", path.display());
            terminal.complain(&message, &[]);
            exit = ExitCode::Defect;
        }
    }
    let show = |out: &mut dyn std::io::Write| text::render(&targets, &terminal.options(), out);
    if options.report.iter().any(|path| path == Path::new("-")) {
        terminal.print_error(show);
    } else {
        terminal.print(show);
    }
    exit
}

/// The path below the directory.
fn name(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// What was left out, on standard error.
fn tell_unread(unread: &[String], others: usize, terminal: &Terminal) {
    terminal.print_error(|out| {
        for one in unread.iter().take(NAMED) {
            writeln!(out, "not read: {}", crate::text::printable::printable(one))?;
        }
        if unread.len() > NAMED {
            writeln!(out, "not read: {} more", unread.len() - NAMED)?;
        }
        if others > 0 {
            writeln!(
                out,
                "{} without the ending .json left alone",
                count(others, "file")
            )?;
        }
        Ok(())
    });
}
