//! The waivers of a run: what they waive, why, and for how many days more.
//!
//! ```text
//! waivers: 1 of 1 waiver applied
//!   presence/users-batch/two-users  12 days left (2026-01-31): not fixed before the next release [#7]
//! ```

use std::io;

use crate::model::{Report, WaiverKind, WaiverReport, WaiverStanding};
use crate::report::page::{Page, Tone, count};
use crate::report::summary::waivers::{days_left, is_few};
use crate::text::printable::printable;

/// Writes a line for each waiver; the reasons say what is wrong with one.
pub(super) fn render(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.waivers.is_empty() {
        return Ok(());
    }
    let applied = |waiver: &&WaiverReport| waiver.standing == WaiverStanding::Applied;
    let number = report.waivers.iter().filter(applied).count();
    page.line(&format!(
        "waivers: {number} of {} applied",
        count(report.waivers.len(), "waiver")
    ))?;
    for waiver in report.waivers.iter().filter(applied) {
        let tone = if is_few(waiver) {
            Tone::Warn
        } else {
            Tone::Plain
        };
        let left = format!("{} ({})", days_left(waiver), waiver.expires);
        let requirement = match &waiver.requirement {
            Some(id) => format!(" {id}"),
            None => String::new(),
        };
        let kind = match waiver.kind {
            WaiverKind::Failure => "",
            WaiverKind::Flaky => " (flaky)",
        };
        let lead = format!("  {}{requirement}{kind}  ", printable(&waiver.case));
        let issue = match &waiver.issue {
            Some(issue) => format!(" [{issue}]"),
            None => String::new(),
        };
        let text = format!("{left}: {}{issue}", waiver.reason);
        page.flow(&[(Tone::Plain, &lead)], tone, &printable(&text))?;
    }
    for waiver in &report.waivers {
        let is_idle = matches!(
            waiver.standing,
            WaiverStanding::Unseen | WaiverStanding::Dormant | WaiverStanding::OtherTarget
        );
        if is_idle {
            let lead = format!("  {}  not applied: ", printable(&waiver.case));
            page.flow(
                &[(Tone::Plain, &lead)],
                Tone::Dim,
                &printable(&waiver.advice),
            )?;
        }
    }
    page.blank()
}
