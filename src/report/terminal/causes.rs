//! The causes in one line each, next to the verdict: what broke, and in how many cases.
//!
//! ```text
//! 19 cases fail for 1 cause
//!   19  MUST PRESENCE-40  body /1: member `xuid` is missing
//!    8    with it: MUST PRESENCE-29  "4567890123" is not at $..xuid
//! ```

use std::io;

use crate::model::{Cause, Report, Verdict};
use crate::report::page::{Page, Tone, cells, cut, pad_left};
use crate::report::summary::advice::wrong_setup;
use crate::report::summary::causes::{blamed, fact, help, in_numbers};
use crate::report::summary::known::{KNOWN, known_last};
use crate::text::printable::printable;

/// Causes that get a line.
const CAUSES: usize = 12;

/// Columns before what to do about a cause.
const HELP: usize = 6;

/// The lead of a known failure, which is said beside the fact.
const MARK: &str = KNOWN;

/// What goes with each: lines.
const ALSO: usize = 3;

/// Writes them, if something is wrong.
pub(super) fn render(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.causes.is_empty() {
        return Ok(());
    }
    page.flow(&[], Tone::Strong, &in_numbers(report))?;
    for (cause, is_known) in known_last(report).into_iter().take(CAUSES) {
        line(page, report, cause, if is_known { MARK } else { "" })?;
        if let Some(help) = help(report, cause) {
            page.note(HELP, "help", &help)?;
        }
        for also in cause.also.iter().take(ALSO) {
            line(page, report, also, "  with it: ")?;
        }
        let more = cause.also.len().saturating_sub(ALSO);
        if more > 0 {
            page.line(&format!("        and {more} more with it"))?;
        }
    }
    let more = report.causes.len().saturating_sub(CAUSES);
    if more > 0 {
        page.line(&format!("  and {more} more above"))?;
    }
    if let Some(help) = wrong_setup(report) {
        page.note(2, "help", &help)?;
    }
    page.blank()
}

/// `   19  MUST PRESENCE-40  body /1: member `xuid` is missing`.
fn line(page: &mut Page<'_>, report: &Report, cause: &Cause, lead: &str) -> io::Result<()> {
    let about = if lead == MARK { "" } else { lead };
    let number = format!("{}  {about}", pad_left(&cause.cases.len().to_string(), 5));
    let blamed = format!("{}  ", blamed(cause));
    let mut text = fact(report, cause);
    if lead == MARK {
        text = format!("{KNOWN}: {text}");
    }
    if cause.cases.len() == 1 || !about.is_empty() {
        text = format!("{text}  ({})", printable(&cause.example));
    }
    let room = page.room().saturating_sub(cells(&number) + cells(&blamed));
    page.spans(&[
        (Tone::Dim, &number),
        (tone(cause.verdict), &blamed),
        (Tone::Plain, &cut(&text, room.max(20))),
    ])
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Warn => Tone::Warn,
        Verdict::Error => Tone::Error,
        _ => Tone::Bad,
    }
}
