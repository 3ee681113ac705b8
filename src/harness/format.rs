//! Reports in the formats of the command line, for programs.

use std::io;

use crate::model::Report;
use crate::report::formats::Format;
use crate::report::terminal::{self, TerminalOptions};

/// Writes a report in the format with this name: those of `--report`, `html` only with the
/// feature `cli`; or `text`, lines of 100 columns without colour.
///
/// # Errors
///
/// When there is no such format ([`io::ErrorKind::InvalidInput`]), `out` cannot be written to, or a case cannot be read
/// again.
pub fn render(report: &Report, format: &str, out: &mut dyn io::Write) -> io::Result<()> {
    if format == "text" {
        return terminal::render(report, &TerminalOptions::default(), out);
    }
    let Some(format) = Format::find(format) else {
        let message = format!(
            "unknown report format `{format}`: text, {}",
            Format::names()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    };
    format.write(report, out)
}
