//! A JSON report is read again: to be rendered, compared, or accepted.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::Report;
use crate::model::report::FORMAT;
use crate::text::file as limited;
use crate::text::file::ReadError;

/// The largest report that is read, in octets.
pub(crate) const REPORT_LIMIT: u64 = 512 << 20;

/// Why a report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file cannot be read.
    #[error("the report {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("the report {} has {octets} octets; at most {REPORT_LIMIT} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        octets: u64,
    },
    /// The file is not a report.
    #[error("{} is not a report: {source}", path.display())]
    NotAReport {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// The report is of another version.
    #[error("{} has the format `{format}`; this Probity reads `{FORMAT}`", path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// What the file says it is.
        format: String,
    },
}

/// Reads a JSON report of a run.
///
/// # Errors
///
/// When the file cannot be read, is too large, is not JSON, or is not a report of this version.
pub fn load_report(path: &Path) -> Result<Report, ReportError> {
    let unreadable = |source| ReportError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let text = limited::read(path, REPORT_LIMIT).map_err(|why| match why {
        ReadError::Io(error) => unreadable(error),
        ReadError::TooLarge(octets) => ReportError::TooLarge {
            path: path.to_owned(),
            octets,
        },
    })?;
    read_report(path, &text)
}

/// The version is looked at first, so that another one is named and not told as a missing member.
fn read_report(path: &Path, text: &[u8]) -> Result<Report, ReportError> {
    #[derive(Deserialize)]
    struct Envelope {
        format: String,
    }
    let not_a_report = |source| ReportError::NotAReport {
        path: path.to_owned(),
        source,
    };
    let envelope: Envelope = serde_json::from_slice(text).map_err(not_a_report)?;
    if envelope.format != FORMAT {
        return Err(ReportError::OtherFormat {
            path: path.to_owned(),
            format: envelope.format,
        });
    }
    serde_json::from_slice(text).map_err(not_a_report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        read_report(Path::new("run.json"), text.as_bytes())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_is_not_a_report_is_named() {
        assert_eq!(
            refusal("{}"),
            "run.json is not a report: missing field `format` at line 1 column 2"
        );
        assert_eq!(
            refusal("{\"format\":\"probity-report/9\"}"),
            "run.json has the format `probity-report/9`; this Probity reads `probity-report/1`"
        );
        assert!(refusal("{\"format\":\"probity-report/1\"}").contains("missing field"));
        assert!(refusal(&"[".repeat(100_000)).contains("is not a report"));
        assert!(
            load_report(Path::new("/nowhere/run.json"))
                .unwrap_err()
                .to_string()
                .starts_with("the report /nowhere/run.json cannot be read")
        );
    }
}
