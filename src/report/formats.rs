//! The formats of a report file, one row each. The command line, its help and the tests of every format are derived
//! from this table: a new format is a module with a `render` function, and a row here.

use std::io;

use crate::model::Report;
use crate::persist::event_writer as events;
#[cfg(feature = "cli")]
use crate::report::html;
use crate::report::{badge, ctrf, github, json, junit, markdown, sarif, tap};

/// A format in which a report can be written.
#[derive(Clone, Copy)]
pub struct Format {
    /// The name, as typed in `--report NAME=PATH`.
    pub name: &'static str,
    /// The file extension that selects this format when no name is typed; `None` if no extension does.
    pub extension: Option<&'static str>,
    /// The usual file name.
    pub file: &'static str,
    /// What it is for, in one line of help.
    pub about: &'static str,
    /// When it is written without being named.
    pub implied: Implied,
    /// True if the file grows during the run; false if it is written at the end, complete or not at all.
    pub is_streamed: bool,
    render: fn(&Report, &mut dyn io::Write) -> io::Result<()>,
}

/// When a format is written without being named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implied {
    /// In a run without `--report`, and into a directory.
    ByDefault,
    /// Into a directory.
    InDirectory,
    /// Never.
    Never,
}

/// Every format, in the order of the help.
pub const FORMATS: [Format; 9 + cfg!(feature = "cli") as usize] = [
    Format {
        name: "json",
        extension: Some("json"),
        file: "report.json",
        about: "everything about the run; `probity report` and `compare` read it",
        implied: Implied::ByDefault,
        is_streamed: false,
        render: json::render,
    },
    #[cfg(feature = "cli")]
    Format {
        name: "html",
        extension: Some("html"),
        file: "index.html",
        about: "one page for people, without network access",
        implied: Implied::ByDefault,
        is_streamed: false,
        render: html::render,
    },
    Format {
        name: "junit",
        extension: Some("xml"),
        file: "junit.xml",
        about: "JUnit XML for CI servers",
        implied: Implied::InDirectory,
        is_streamed: false,
        render: junit::render,
    },
    Format {
        name: "markdown",
        extension: Some("md"),
        file: "report.md",
        about: "a pull request comment or job summary, at most 60 KB",
        implied: Implied::InDirectory,
        is_streamed: false,
        render: markdown::render,
    },
    Format {
        name: "github",
        extension: None,
        file: "annotations.txt",
        about: "annotations as GitHub workflow commands",
        implied: Implied::Never,
        is_streamed: false,
        render: github::render,
    },
    Format {
        name: "sarif",
        extension: Some("sarif"),
        file: "run.sarif",
        about: "SARIF 2.1.0 for code scanning",
        implied: Implied::Never,
        is_streamed: false,
        render: sarif::render,
    },
    Format {
        name: "tap",
        extension: Some("tap"),
        file: "run.tap",
        about: "TAP 14 for test harnesses",
        implied: Implied::Never,
        is_streamed: false,
        render: tap::render,
    },
    Format {
        name: "ctrf",
        extension: None,
        file: "ctrf.json",
        about: "CTRF for test result dashboards",
        implied: Implied::Never,
        is_streamed: false,
        render: ctrf::render,
    },
    Format {
        name: "badge",
        extension: Some("svg"),
        file: "conformance.svg",
        about: "a badge (SVG), green only if a complete run proves every MUST",
        implied: Implied::Never,
        is_streamed: false,
        render: badge::render,
    },
    Format {
        name: "events",
        extension: Some("jsonl"),
        file: "run.jsonl",
        about: "JSON Lines, written during the run; `--resume` reads it",
        implied: Implied::Never,
        is_streamed: true,
        render: events::render,
    },
];

impl Format {
    /// Writes a report in this format.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to, or a case that was put aside cannot be read again.
    pub fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        (self.render)(report, out)?;
        report.cases.check()
    }

    /// The format with this name or extension.
    #[must_use]
    pub fn find(word: &str) -> Option<&'static Format> {
        FORMATS
            .iter()
            .find(|format| format.name == word || format.extension == Some(word))
    }

    /// The names of all formats, separated by commas.
    #[must_use]
    pub fn names() -> String {
        FORMATS.map(|format| format.name).join(", ")
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl std::fmt::Debug for Format {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_extensions_and_files_are_unique() {
        let names: BTreeSet<&str> = FORMATS.map(|format| format.name).into();
        let files: BTreeSet<&str> = FORMATS.map(|format| format.file).into();
        assert_eq!((names.len(), files.len()), (FORMATS.len(), FORMATS.len()));
        let extensions: Vec<&str> = FORMATS
            .iter()
            .filter_map(|format| format.extension)
            .collect();
        let unique: BTreeSet<&&str> = extensions.iter().collect();
        assert_eq!(unique.len(), extensions.len());
    }

    #[test]
    fn a_format_is_found_by_name_and_by_extension() {
        for (word, name) in [
            ("json", "json"),
            ("xml", "junit"),
            ("md", "markdown"),
            ("markdown", "markdown"),
        ] {
            assert_eq!(Format::find(word).map(|format| format.name), Some(name));
        }
        assert_eq!(Format::find("pdf"), None);
    }
}
