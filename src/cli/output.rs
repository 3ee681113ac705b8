//! Standard output and error, and files that are written whole.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use crate::report::terminal::TerminalOptions;
use crate::text::printable::printable;

use crate::cli::arguments::Colour;

/// Where people read.
#[derive(Debug)]
pub(crate) struct Terminal {
    /// Colour on standard output?
    pub(crate) colour: bool,
    /// Colour on standard error?
    pub(crate) error_colour: bool,
    /// Columns.
    pub(crate) width: usize,
    /// Is somebody watching standard error?
    pub(crate) is_watched: bool,
}

/// Columns when nobody says how many there are.
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
            is_watched: io::stderr().is_terminal() && std::env::var_os("CI").is_none(),
        }
    }

    /// How a report is shown on standard output.
    pub(crate) fn options(&self) -> TerminalOptions {
        TerminalOptions {
            colour: self.colour,
            width: self.width,
            ..TerminalOptions::default()
        }
    }

    /// Writes to standard output. A reader who has gone away is no mistake of ours.
    #[expect(
        clippy::unused_self,
        reason = "who writes has a terminal: nothing prints without one"
    )]
    pub(crate) fn print(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let _ = write(&mut out).and_then(|()| out.flush());
    }

    /// Writes a report to standard output, or says why it did not get there whole.
    #[expect(clippy::unused_self, reason = "as above")]
    pub(crate) fn hand_over(&self, octets: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(octets).and_then(|()| out.flush())
    }

    /// Writes to standard error.
    #[expect(clippy::unused_self, reason = "as above")]
    pub(crate) fn print_error(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = io::BufWriter::new(io::stderr().lock());
        let _ = write(&mut out).and_then(|()| out.flush());
    }

    /// One line `warning: ...` on standard error.
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

    /// One line `error: ...` on standard error, with advice below it.
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

/// `1 case`, `2 cases`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let size = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.or_else(size).unwrap_or(WIDTH).clamp(40, 240)
}

/// Writes a file whole: beside its place first, then renamed into it.
pub(crate) fn write_whole(path: &Path, octets: &[u8]) -> io::Result<()> {
    write_whole_by(path, |mut file| {
        file.write_all(octets)?;
        Ok(file)
    })
}

/// Writes a file whole by a function, which gives the file back when all is in it.
pub(crate) fn write_whole_by(
    path: &Path,
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
    let written = File::create(beside)
        .and_then(write)
        .and_then(|file| file.sync_data())
        .and_then(|()| std::fs::rename(beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(beside);
    }
    written
}
