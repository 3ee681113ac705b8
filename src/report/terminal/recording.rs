//! That a recording was judged, and what of it is evidence for no case.
//!
//! ```text
//! judged from run.har, recorded 2026-01-31T12:00:00Z by probity 0.1.0: 181 exchanges; nothing was sent
//!   the suite has changed since
//!   2 exchanges are evidence for no case:
//!   log.entries[3] GET https://api.example/photo: no case sends this method to this path
//! ```

use std::io;

use crate::model::Report;
use crate::report::page::{Page, Tone, count};
use crate::report::printable::printable;

/// So many exchanges that belong to no case are listed; the JSON report has all.
const SHOWN: usize = 20;

/// Writes what was judged instead of a target.
pub(super) fn render(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let Some(recording) = &report.recording else {
        return Ok(());
    };
    let recorded = match &recording.recorded {
        Some(at) => format!("recorded {at} by {}", recording.creator),
        None if recording.creator.is_empty() => "recorded by another tool".into(),
        None => format!("recorded by {}", recording.creator),
    };
    let exchanges = count(recording.exchanges, "exchange");
    let text = format!(
        "{}, {recorded}: {exchanges}; nothing was sent",
        recording.file
    );
    page.flow(
        &[(Tone::Plain, "judged from ")],
        Tone::Plain,
        &printable(&text),
    )?;
    if recording.is_other_suite {
        page.flow(
            &[(Tone::Plain, "  ")],
            Tone::Warn,
            "the suite has changed since",
        )?;
    }
    let unmatched = &recording.unmatched;
    if !unmatched.is_empty() {
        let number = match unmatched.len() {
            1 => "1 exchange is".to_owned(),
            number => format!("{number} exchanges are"),
        };
        page.line(&format!("  {number} evidence for no case:"))?;
    }
    for one in unmatched.iter().take(SHOWN) {
        let lead = format!("  {} ", one.place);
        let text = format!("{}: {}", one.request, one.reason);
        page.flow(&[(Tone::Dim, &lead)], Tone::Plain, &printable(&text))?;
    }
    if unmatched.len() > SHOWN {
        let more = unmatched.len() - SHOWN;
        page.line(&format!("  and {more} more, which the JSON report lists"))?;
    }
    page.blank()
}
