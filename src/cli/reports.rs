//! Report files: which ones, written whole, and never with a secret in them.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use crate::model::{ExitCode, Report};
use crate::persist::event_writer as events;
use crate::redact::{Redactor, Watch};
use crate::report::terminal::{TerminalOptions, Verbosity};
use crate::report::{ctrf, github, html, json, junit, markdown, sarif, tap, terminal as text};

use crate::cli::arguments::{ReportFormat, ReportOption};
use crate::cli::output::{Terminal, write_whole_by};
use crate::persist::StreamWriter;

/// Where the reports go when nobody says so.
pub(crate) const DEFAULT_REPORTS: [(ReportFormat, &str); 2] = [
    (ReportFormat::Json, "probity-report/report.json"),
    (ReportFormat::Html, "probity-report/index.html"),
];

/// What a directory gets.
const DIRECTORY: [(ReportFormat, &str); 4] = [
    (ReportFormat::Json, "report.json"),
    (ReportFormat::Html, "index.html"),
    (ReportFormat::Junit, "junit.xml"),
    (ReportFormat::Markdown, "report.md"),
];

/// A report file that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The format.
    pub(crate) format: ReportFormat,
    /// Where; `-` is standard output.
    pub(crate) path: String,
}

impl Wanted {
    /// What was typed, with directories taken apart.
    pub(crate) fn all(typed: &[ReportOption]) -> Vec<Wanted> {
        let files = typed.iter().flat_map(|option| match option.format {
            Some(format) => vec![Wanted {
                format,
                path: option.path.clone(),
            }],
            None => DIRECTORY
                .iter()
                .map(|(format, name)| Wanted {
                    format: *format,
                    path: Path::new(&option.path).join(name).display().to_string(),
                })
                .collect(),
        });
        files.collect()
    }

    /// Refuses two reports with one path: the second would overwrite the first, or mix with it on standard output.
    pub(crate) fn check(wanted: &[Wanted], terminal: &Terminal) -> Result<(), ExitCode> {
        let mut seen = std::collections::HashSet::new();
        match wanted.iter().find(|one| !seen.insert(&one.path)) {
            Some(one) => {
                let message = format!("two reports have the same path: {}", one.path);
                Err(terminal.refuse(&message, &[]))
            }
            None => Ok(()),
        }
    }

    /// Does it go to standard output?
    pub(crate) fn is_standard_output(&self) -> bool {
        self.path == "-"
    }
}

/// The report in one format.
fn render(format: ReportFormat, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        ReportFormat::Json => json::render(report, out),
        ReportFormat::Html => html::render(report, out),
        ReportFormat::Junit => junit::render(report, out),
        ReportFormat::Markdown => markdown::render(report, out),
        ReportFormat::Github => github::render(report, out),
        ReportFormat::Sarif => sarif::render(report, out),
        ReportFormat::Tap => tap::render(report, out),
        ReportFormat::Ctrf => ctrf::render(report, out),
        ReportFormat::Events => events::render(report, out),
    }
}

/// What became of the report files.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Format and path of each file that is there now.
    files: Vec<(String, String)>,
    /// Does a report stand on standard output?
    on_standard_output: bool,
    /// What could not be written, and why.
    problems: Vec<String>,
}

impl Written {
    /// Writes what is wanted, besides what was written while the run went on.
    pub(crate) fn write(
        wanted: &[Wanted],
        report: &Report,
        redactor: &Redactor,
        streamed: Option<&StreamWriter>,
        terminal: &Terminal,
    ) -> Written {
        let mut written = Written::default();
        if let Some(stream) = streamed {
            stream.end(report, redactor);
        }
        for one in wanted {
            let is_streamed = streamed.is_some() && one.format == ReportFormat::Events;
            let outcome = match streamed {
                Some(stream) if is_streamed => stream.outcome(&one.path),
                _ => write(one, report, redactor, terminal),
            };
            let Wanted { format, path } = one;
            match outcome {
                Ok(()) if one.is_standard_output() => written.on_standard_output = true,
                Ok(()) => written.files.push((format.name().to_owned(), path.clone())),
                Err(error) => written
                    .problems
                    .push(format!("the report {path} could not be written: {error}")),
            }
        }
        written
    }

    /// Is every report there?
    pub(crate) fn is_complete(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes one more file.
    pub(crate) fn add(&mut self, name: &str, path: &str, outcome: io::Result<()>) {
        match outcome {
            Ok(()) => self.files.push((name.to_owned(), path.to_owned())),
            Err(error) => self
                .problems
                .push(format!("the {name} {path} could not be written: {error}")),
        }
    }

    /// Shows the report to people, and what could not be written. A missing report is a defect of the run.
    pub(crate) fn tell(self, report: &Report, quiet: bool, terminal: &Terminal) -> ExitCode {
        let verbosity = if quiet {
            Verbosity::Quiet
        } else {
            Verbosity::Normal
        };
        let options = TerminalOptions {
            colour: if self.on_standard_output {
                terminal.error_colour
            } else {
                terminal.colour
            },
            width: terminal.width,
            verbosity,
            report_paths: self.files.clone(),
            rerun: None,
        };
        // A report on standard output must stay parseable; people read the other stream.
        if self.on_standard_output {
            terminal.print_error(|out| text::render(report, &options, out));
        } else {
            terminal.print(|out| text::render(report, &options, out));
        }
        self.complain(terminal).unwrap_or(ExitCode::Conforms)
    }

    /// Does a report stand on standard output?
    pub(crate) fn is_on_standard_output(&self) -> bool {
        self.on_standard_output
    }

    /// Says what could not be written, which is a defect.
    pub(crate) fn complain(&self, terminal: &Terminal) -> Option<ExitCode> {
        for problem in &self.problems {
            terminal.complain(problem, &[]);
        }
        if !self.problems.is_empty() {
            let exit = ExitCode::Defect.code();
            terminal.print_error(|out| {
                writeln!(out, "exit {exit}: a requested report could not be written")
            });
        }
        (!self.problems.is_empty()).then_some(ExitCode::Defect)
    }
}

fn write(
    wanted: &Wanted,
    report: &Report,
    redactor: &Redactor,
    terminal: &Terminal,
) -> io::Result<()> {
    if wanted.is_standard_output() {
        let mut octets = Watch::new(redactor, Vec::new());
        render(wanted.format, report, &mut octets)?;
        return terminal.hand_over(&octets.end()?);
    }
    let path = Path::new(&wanted.path);
    let mut holds_a_secret = false;
    let written = write_whole_by(path, |file| {
        let mut out = Watch::new(redactor, BufWriter::new(file));
        render(wanted.format, report, &mut out)?;
        holds_a_secret = out.has_found();
        Ok(out.end()?.into_inner()?)
    });
    if holds_a_secret {
        // What stands there is of an earlier run, and would be taken for this one.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// The exit code of a run.
pub(crate) fn exit_code(report: &Report) -> ExitCode {
    ExitCode::BY_STRENGTH
        .into_iter()
        .find(|code| code.code() == report.exit)
        .unwrap_or(ExitCode::Defect)
}

/// The path of the spare event stream: next to the first report that is a file.
pub(crate) fn spare(wanted: &[Wanted]) -> Option<PathBuf> {
    let mut files = wanted.iter().filter(|one| !one.is_standard_output());
    files
        .find(|one| {
            let is_place = |found: std::fs::Metadata| found.is_file() || found.is_dir();
            std::fs::metadata(&one.path).map_or(true, is_place)
        })
        .map(|one| Path::new(&one.path).with_extension("run.jsonl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_gets_what_tools_servers_and_people_read() {
        let typed = [ReportOption {
            format: None,
            path: "out".into(),
        }];
        let paths: Vec<String> = Wanted::all(&typed)
            .into_iter()
            .map(|one| one.path)
            .collect();
        let expected = [
            "out/report.json",
            "out/index.html",
            "out/junit.xml",
            "out/report.md",
        ];
        assert_eq!(paths, expected);
    }
}
