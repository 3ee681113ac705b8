//! Report files: which ones to write, each complete or not at all, and never with a secret.

use std::fs::OpenOptions;
use std::io::IsTerminal as _;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use crate::model::{ExitCode, Report};
use crate::redact::{OutputScan, Redactor, Texts, blank};
use crate::report::formats::{FORMATS, Format, Implied};
use crate::report::terminal as text;
use crate::report::terminal::{TerminalOptions, Verbosity};
use crate::text::file::private;

use crate::cli::arguments::ReportOption;
use crate::cli::output::{Terminal, write_whole_by};
use crate::persist::StreamWriter;

/// The directory of the reports of a run without `--report`.
const DEFAULT_DIRECTORY: &str = "probity-report";

/// So many bytes of a report file are handed to the system at a time.
const WRITTEN_AT_ONCE: usize = 1 << 16;

/// A report file that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The format.
    pub(crate) format: &'static Format,
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
            None => Wanted::in_directory(&option.path, |implied| implied != Implied::Never),
        });
        files.collect()
    }

    /// The reports of a run without `--report`, in the directory of the project.
    pub(crate) fn by_default(project: Option<&Path>) -> Vec<Wanted> {
        let directory = default_directory(project);
        Wanted::in_directory(&directory, |implied| implied == Implied::ByDefault)
    }

    fn in_directory(directory: &str, is_written: fn(Implied) -> bool) -> Vec<Wanted> {
        let formats = FORMATS.iter();
        formats
            .filter(|format| is_written(format.implied))
            .map(|format| Wanted {
                format,
                path: Path::new(directory).join(format.file).display().to_string(),
            })
            .collect()
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

/// The directory of reports without `--report`, in that of the project.
pub(crate) fn default_directory(project: Option<&Path>) -> String {
    let directory = match project {
        Some(root) if root != Path::new(".") => root.join(DEFAULT_DIRECTORY),
        _ => DEFAULT_DIRECTORY.into(),
    };
    directory.display().to_string()
}

/// The outcome of writing the report files.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Format and path of each written file.
    files: Vec<(String, String)>,
    /// Was a report written to standard output?
    on_standard_output: bool,
    /// What could not be written, and why.
    problems: Vec<String>,
    /// Were failures written out when they happened?
    has_shown_failures: bool,
}

/// The reports of a run without `--report` are nothing to commit: their directory has a `.gitignore` of its own.
fn keep_out_of_commits(path: &str) {
    let directory = Path::new(path).parent();
    let is_default = |directory: &&Path| directory.file_name() == Some(DEFAULT_DIRECTORY.as_ref());
    if let Some(directory) = directory.filter(is_default) {
        let file = directory.join(".gitignore");
        if !file.exists() {
            // Without it, everything else is there.
            let _ = std::fs::write(
                file,
                "# Reports of probity, written again by each run.\n*\n",
            );
        }
    }
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
            let is_streamed = streamed.is_some() && one.format.is_streamed;
            let outcome = match streamed {
                Some(stream) if is_streamed => stream.outcome(&one.path),
                _ => write(one, report, redactor, terminal),
            };
            let Wanted { format, path } = one;
            match outcome {
                Ok(()) if one.is_standard_output() => written.on_standard_output = true,
                Ok(()) => {
                    keep_out_of_commits(path);
                    written.files.push((format.name.to_owned(), path.clone()));
                }
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

    /// Failures were written out when they happened: one line for each cause is enough.
    pub(crate) fn has_shown_failures(&mut self) {
        self.has_shown_failures = true;
    }

    /// Shows the report on the terminal, and what could not be written. A missing report is a defect of the run.
    pub(crate) fn show(self, report: &Report, quiet: bool, terminal: &Terminal) -> ExitCode {
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
            is_cut: if self.on_standard_output {
                std::io::stderr().is_terminal()
            } else {
                std::io::stdout().is_terminal()
            },
            verbosity,
            writes_failures: !self.has_shown_failures,
            report_paths: self.files.clone(),
            rerun: None,
        };
        // A report on standard output must stay parseable; people read the other stream.
        if self.on_standard_output {
            terminal.print_error(|out| text::render(report, &options, out));
        } else {
            terminal.print(|out| text::render(report, &options, out));
        }
        let problem = self.complain(terminal);
        // What was printed may end where a case could not be read again.
        if let Err(error) = report.cases.check() {
            return terminal.fail(ExitCode::Defect, &error.to_string(), &[]);
        }
        problem.unwrap_or(ExitCode::Conforms)
    }

    /// Was a report written to standard output?
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
        let mut bytes = OutputScan::new(redactor, Vec::new());
        wanted.format.write(report, &mut bytes)?;
        excuse(&mut bytes, wanted.format, report);
        return terminal.hand_over(&bytes.end()?);
    }
    let path = Path::new(&wanted.path);
    let mut holds_a_secret = false;
    // A stream has whole exchanges. Other reports are made to be passed on.
    let options = if wanted.format.is_streamed {
        private()
    } else {
        OpenOptions::new()
    };
    let written = write_whole_by(path, options, |file| {
        let mut out = OutputScan::new(redactor, BufWriter::with_capacity(WRITTEN_AT_ONCE, file));
        wanted.format.write(report, &mut out)?;
        excuse(&mut out, wanted.format, report);
        holds_a_secret = out.has_found();
        Ok(out.end()?.into_inner()?)
    });
    if holds_a_secret {
        // The file of an earlier run would be taken for this one.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// A secret can be a part of the markup, a word of the suite, or what the format makes of a character: then it is no
/// secret there.
fn excuse<W: io::Write>(out: &mut OutputScan<W>, format: &Format, report: &Report) {
    if !out.has_found() {
        return;
    }
    let rendered = |report: &Report| {
        let mut bytes = Vec::new();
        format.write(report, &mut bytes).ok()?;
        String::from_utf8(bytes).ok()
    };
    let texts = rendered(report).and_then(|output| Texts::of_json(&output));
    let texts = texts.or_else(|| serde_json::to_value(report).ok().map(Texts::Sources));
    let own = blank(report).and_then(|blank| rendered(&blank));
    if let (Some(own), Some(texts)) = (own, texts) {
        out.excuse(&own, &texts);
    }
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
