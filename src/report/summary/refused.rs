//! The parts of an answer that findings reject, which reports highlight.

use std::collections::BTreeSet;

use crate::model::{Finding, FindingKind};

/// What the findings reject in an answer.
#[derive(Debug)]
pub(crate) struct Refused<'r> {
    pub(crate) status: bool,
    pub(crate) trailing: bool,
    headers: Vec<&'r str>,
    pub(crate) pointers: BTreeSet<&'r str>,
}

impl<'r> Refused<'r> {
    pub(crate) fn of(findings: &[&'r Finding]) -> Refused<'r> {
        let kind = |kind: FindingKind| findings.iter().any(|finding| finding.kind == kind);
        Refused {
            status: kind(FindingKind::Status),
            trailing: kind(FindingKind::NotEmpty),
            headers: findings
                .iter()
                .filter_map(|finding| finding.header.as_deref())
                .collect(),
            pointers: findings
                .iter()
                .filter_map(|finding| finding.pointer.as_deref())
                .collect(),
        }
    }

    /// Is a header field of this name rejected?
    pub(crate) fn header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|refused| refused.eq_ignore_ascii_case(name))
    }
}
