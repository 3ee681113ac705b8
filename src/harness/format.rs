//! The formats of a report, for programs.

use std::io;

use crate::model::Report;
use crate::report::terminal::{self, TerminalOptions};
use crate::report::{ctrf, github, json, junit, markdown, sarif, tap};

/// A format in which [`render`] writes a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Text for people, without colour, in lines of 100 columns.
    Text,
    /// The complete report as data. Its fields are those of [`Report`].
    Json,
    /// One page for people.
    #[cfg(feature = "cli")]
    Html,
    /// JUnit XML.
    Junit,
    /// Markdown, for a comment or a job summary.
    Markdown,
    /// GitHub workflow commands, which become annotations.
    Github,
    /// SARIF 2.1.0.
    Sarif,
    /// TAP 14.
    Tap,
    /// CTRF.
    Ctrf,
}

/// Writes a report in a format.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, format: Format, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Text => terminal::render(report, &TerminalOptions::default(), out),
        Format::Json => json::render(report, out),
        #[cfg(feature = "cli")]
        Format::Html => crate::report::html::render(report, out),
        Format::Junit => junit::render(report, out),
        Format::Markdown => markdown::render(report, out),
        Format::Github => github::render(report, out),
        Format::Sarif => sarif::render(report, out),
        Format::Tap => tap::render(report, out),
        Format::Ctrf => ctrf::render(report, out),
    }
}
