//! `probity history`: the trend of many runs.

use std::path::{Path, PathBuf};

use crate::history::{HistoryFiles, Trends, history_files, moment_of};
use crate::model::ExitCode;
use crate::persist::load_report;
use crate::report::{history as text, html};

use crate::cli::arguments::HistoryOptions;
use crate::cli::output::{Terminal, count, refuse_overwriting, write_whole};
use crate::cli::retention::{Stored, retain};

/// How many unreadable files are listed.
const NAMED: usize = 20;

/// How reports come into a directory.
const FILL: &str =
    "write the JSON reports of runs there: `probity run --report json=DIR/NAME.json`";

/// Reads every report in a directory, and shows the trend of each target.
pub(crate) fn history(options: &HistoryOptions, terminal: &Terminal) -> ExitCode {
    if let Ok(false) = options.folder.try_exists() {
        let message = format!(
            "the directory `{}` does not exist",
            options.folder.display()
        );
        return terminal.refuse(&message, &[FILL.into()]);
    }
    let HistoryFiles {
        reports,
        others,
        problems: mut unread,
    } = history_files(&options.folder);
    if options.delete && options.keep.is_none() && options.keep_days.is_none() {
        let help = "say what to keep: `--keep N` or `--keep-days N`";
        return terminal.refuse("`--delete` needs to know what to keep", &[help.into()]);
    }
    let mut trends = Trends::default();
    let mut stored = Vec::new();
    for path in &reports {
        // Only one report is in memory at a time: a history may be long.
        match load_report(path) {
            Ok(report) => {
                stored.push(Stored {
                    path: path.clone(),
                    started: report.started.clone(),
                    target: report.target.name.to_string(),
                });
                trends.add(moment_of(name(path, &options.folder), &report));
            }
            Err(error) => unread.push(error.to_string()),
        }
    }
    print_unread(&unread, others, terminal);
    if trends.is_empty() {
        let message = format!("no report of a run in {}", options.folder.display());
        return terminal.refuse(&message, &[FILL.into()]);
    }
    let outputs = options.report.iter().map(PathBuf::as_path);
    if let Err(exit) = refuse_overwriting(outputs, reports.iter().map(PathBuf::as_path), terminal) {
        return exit;
    }
    let targets = trends.by_target();
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
    match retain(&stored, options, terminal) {
        ExitCode::Conforms => exit,
        defect => defect,
    }
}

/// The path below the directory.
fn name(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Prints the files that were ignored, on standard error.
fn print_unread(unread: &[String], others: usize, terminal: &Terminal) {
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
                "{} without the extension .json ignored",
                count(others, "file")
            )?;
        }
        Ok(())
    });
}
