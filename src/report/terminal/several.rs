//! Many cases, of which the first ones are described and the next ones get a line each.

use std::borrow::Cow;
use std::io;

use crate::model::CaseReport;
use crate::report::page::{Page, Tone, cells, cut};
use crate::report::summary::case::label;
use crate::text::printable::printable;

/// Cases that get a line.
const LINES: usize = 200;

/// Many cases. Only those that are shown are kept.
pub(super) struct Several<'r> {
    /// Those that are described.
    pub(super) first: Vec<Cow<'r, CaseReport>>,
    /// Those that get a line each.
    next: Vec<Cow<'r, CaseReport>>,
    more: usize,
}

impl<'r> Several<'r> {
    /// The first `first` cases are to be described.
    pub(super) fn of(
        mut cases: impl Iterator<Item = Cow<'r, CaseReport>>,
        first: usize,
    ) -> Several<'r> {
        Several {
            first: cases.by_ref().take(first).collect(),
            next: cases.by_ref().take(LINES).collect(),
            more: cases.count(),
        }
    }

    /// Writes the cases after the first ones, a line each.
    pub(super) fn rest(&self, page: &mut Page<'_>, word: &str, tone: Tone) -> io::Result<()> {
        let word = format!("{word} ");
        for case in &self.next {
            let id = printable(&case.id);
            let about = match case.findings.first() {
                Some(finding) => format!(
                    "  {} {}",
                    printable(finding.requirement.as_deref().unwrap_or_default()),
                    label(finding)
                ),
                None => format!("  {}", printable(&case.reason)),
            };
            let room = page
                .room()
                .saturating_sub(cells(&word) + cells(&id))
                .max(20);
            page.spans(&[
                (tone, &word),
                (Tone::Strong, &id),
                (Tone::Plain, &cut(&about, room)),
            ])?;
        }
        if self.more > 0 {
            page.line(&format!("and {} more; see the JSON report", self.more))?;
        }
        Ok(())
    }
}
