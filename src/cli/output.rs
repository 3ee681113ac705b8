//! Standard output and error, and files that are written completely or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use crate::model::ExitCode;
use crate::report::terminal::TerminalOptions;
pub(crate) use crate::text::count::count;
use crate::text::printable::printable;

use crate::cli::arguments::Colour;

/// Standard output and error.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    /// Colour on standard output?
    pub(crate) colour: bool,
    /// Colour on standard error?
    pub(crate) error_colour: bool,
    /// Columns.
    pub(crate) width: usize,
    /// Is standard error a terminal that can be redrawn, and not that of a CI job?
    pub(crate) is_watched: bool,
}

/// Columns if neither `COLUMNS` nor the terminal says how many there are.
const WIDTH: usize = 100;

impl Terminal {
    pub(crate) fn new(colour: Colour) -> Terminal {
        let wanted = |is_terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Terminal {
            colour: wanted(io::stdout().is_terminal()),
            error_colour: wanted(io::stderr().is_terminal()),
            width: width(),
            is_watched: io::stderr().is_terminal() && may_redraw(),
        }
    }

    /// The options of a report on standard output.
    pub(crate) fn options(&self) -> TerminalOptions {
        TerminalOptions {
            colour: self.colour,
            width: self.width,
            is_cut: io::stdout().is_terminal(),
            ..TerminalOptions::default()
        }
    }

    /// Writes to standard output. A closed pipe is not an error.
    #[expect(
        clippy::unused_self,
        reason = "only code that has a terminal can print"
    )]
    pub(crate) fn print(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let _ = write(&mut out).and_then(|()| out.flush());
    }

    /// Writes a report to standard output.
    ///
    /// # Errors
    ///
    /// When not all of it could be written.
    #[expect(clippy::unused_self, reason = "as above")]
    pub(crate) fn hand_over(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    }

    /// Writes to standard error.
    #[expect(clippy::unused_self, reason = "as above")]
    pub(crate) fn print_error(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = io::BufWriter::new(io::stderr().lock());
        let _ = write(&mut out).and_then(|()| out.flush());
    }

    /// Prints one line `warning: ...` on standard error.
    pub(crate) fn warn(&self, message: &str) {
        self.print_error(|out| {
            let (on, off) = if self.error_colour {
                ("\x1b[1;33m", "\x1b[0m")
            } else {
                ("", "")
            };
            writeln!(out, "{on}warning{off}: {}", printable(message))
        });
    }

    /// Prints an error, and returns the exit code with which the command ends.
    pub(crate) fn fail(&self, exit: ExitCode, message: &str, help: &[String]) -> ExitCode {
        self.complain(message, help);
        exit
    }

    /// Prints an error in what the user gave.
    pub(crate) fn refuse(&self, message: &str, help: &[String]) -> ExitCode {
        self.fail(ExitCode::Invalid, message, help)
    }

    /// Prints that there is no HTTP client.
    pub(crate) fn no_client(&self, error: &dyn std::error::Error) -> ExitCode {
        let message = format!("the HTTP client cannot be set up: {error}");
        self.fail(ExitCode::Defect, &message, &[])
    }

    /// Prints one line `error: ...` on standard error, with help lines below it.
    pub(crate) fn complain(&self, message: &str, help: &[String]) {
        let message = printable(message);
        self.print_error(|out| {
            let (on, off) = if self.error_colour {
                ("\x1b[1;31m", "\x1b[0m")
            } else {
                ("", "")
            };
            writeln!(out, "{on}error{off}: {message}")?;
            help.iter()
                .try_for_each(|line| writeln!(out, "  = help: {}", printable(line)))
        });
    }
}

/// Whether the environment permits to draw over lines of a terminal.
fn may_redraw() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !is_dumb && !is_set("NO_COLOR") && !is_set("CI")
}

fn columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

fn width() -> usize {
    let size = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns().or_else(size).unwrap_or(WIDTH).clamp(40, 240)
}

/// Refuses to overwrite a report that was read: it is evidence.
pub(crate) fn refuse_overwriting<'r>(
    outputs: impl IntoIterator<Item = &'r Path>,
    read: impl IntoIterator<Item = &'r Path>,
    terminal: &Terminal,
) -> Result<(), ExitCode> {
    let read: Vec<_> = read
        .into_iter()
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    let is_read = |path: &&Path| path.canonicalize().is_ok_and(|path| read.contains(&path));
    match outputs.into_iter().find(is_read) {
        Some(path) => {
            let message = format!(
                "the output would overwrite a report that is read: {}",
                path.display()
            );
            Err(terminal.refuse(&message, &["choose another path".into()]))
        }
        None => Ok(()),
    }
}

/// Writes a file completely or not at all: to a temporary file beside it, which is then renamed.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_by(path, OpenOptions::new(), |mut file| {
        file.write_all(bytes)?;
        Ok(file)
    })
}

/// Writes a file as [`write_whole`] does, by a function that returns the file when it is done. It has the access of these
/// options, and so has what replaces an older file.
pub(crate) fn write_whole_by(
    path: &Path,
    mut options: OpenOptions,
    write: impl FnOnce(File) -> io::Result<File>,
) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = Path::new(&beside);
    let options = options.write(true).create(true).truncate(true);
    let written = options
        .open(beside)
        .and_then(write)
        .and_then(|file| file.sync_data())
        .and_then(|()| std::fs::rename(beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(beside);
    }
    written
}
