//! Reads a JSON report, to render, compare or accept it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::report::FORMAT;
use crate::model::{Contradiction, Report, contradiction};
use crate::text::file as limited;
use crate::text::file::ReadError;
use crate::text::hexadecimal::hexadecimal;

/// The largest report that is read, in bytes.
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
    #[error("the report {} has {bytes} bytes; at most {REPORT_LIMIT} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
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
    #[error("{}: expected the format `{FORMAT}`, found `{format}`", path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// The format in the file.
        format: String,
    },
    /// The report states what does not follow from it.
    #[error("{} contradicts itself: {contradiction}. It was edited after the run, or no run wrote it; use the report as the run wrote it", path.display())]
    Contradictory {
        /// The file.
        path: PathBuf,
        /// What is stated, and what follows.
        contradiction: Contradiction,
    },
}

/// Reads a JSON report of a run.
///
/// # Errors
///
/// When the file cannot be read, is too large, is not JSON, is not a report of this version, or states what does not follow
/// from it.
pub fn load_report(path: &Path) -> Result<Report, ReportError> {
    read_report(path, &bytes_of(path)?)
}

/// Reads a JSON report of a run, and the SHA-256 of its bytes as hexadecimal digits.
///
/// # Errors
///
/// As [`load_report`].
pub fn load_report_with_digest(path: &Path) -> Result<(Report, String), ReportError> {
    let bytes = bytes_of(path)?;
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    Ok((read_report(path, &bytes)?, hexadecimal(digest.as_ref())))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, ReportError> {
    let unreadable = |source| ReportError::Unreadable {
        path: path.to_owned(),
        source,
    };
    limited::read(path, REPORT_LIMIT).map_err(|why| match why {
        ReadError::Io(error) => unreadable(error),
        ReadError::TooLarge(bytes) => ReportError::TooLarge {
            path: path.to_owned(),
            bytes,
        },
    })
}

/// Checks the format first, so that another one is not reported as a missing member.
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
    let report: Report = serde_json::from_slice(text).map_err(not_a_report)?;
    if let Some(contradiction) = contradiction(&report) {
        return Err(ReportError::Contradictory {
            path: path.to_owned(),
            contradiction,
        });
    }
    Ok(report.with_causes())
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
    fn invalid_reports_are_rejected_with_the_reason() {
        assert_eq!(
            refusal("{}"),
            "run.json is not a report: missing field `format` at line 1 column 2"
        );
        assert_eq!(
            refusal("{\"format\":\"probity-report/9\"}"),
            "run.json: expected the format `probity-report/1`, found `probity-report/9`"
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
