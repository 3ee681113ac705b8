//! Reports in the formats of the command line, for programs.

use std::io;

use crate::model::Report;
use crate::report::formats::Format;
use crate::report::terminal::{self, TerminalOptions};

/// Writes a report in the format with this name: one of `json`, `junit`, `markdown`, `github`, `sarif`, `tap`, `ctrf`,
/// `events`, with the feature `cli` also `html`; or `text`, lines of 100 columns without colour.
///
/// # Errors
///
/// When there is no such format ([`io::ErrorKind::InvalidInput`]), or `out` cannot be written to.
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
    (format.render)(report, out)
}
