//! What the run did not show: skipped cases, unproven requirements, what was left on the target.

use std::borrow::Cow;
use std::io;

use crate::model::report::MAY_EXIST;
use crate::model::{CaseReport, Disposition, Level, Redacted, Report, Verdict};
use crate::report::page::{Page, Tone, count, cut, names};
use crate::report::summary::gap;
use crate::report::summary::reasons::by_reason;
use crate::text::printable::printable;

use crate::report::terminal::{TerminalOptions, Verbosity};

/// Reasons that are shown.
const REASONS: usize = 10;

/// Writes the gaps, each group after an empty line.
pub(super) fn render(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
) -> io::Result<()> {
    nothing_selected(page, report)?;
    let is_verbose = options.verbosity == Verbosity::Verbose;
    skipped(page, report, is_verbose)?;
    unproven(page, report, is_verbose)?;
    if is_verbose {
        not_applicable(page, report)?;
    }
    resent(page, report)?;
    left_behind(page, report)
}

/// `1 request was resent: ...`: a request that was sent twice is always reported.
fn resent(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let again = |case: &Cow<'_, CaseReport>| case.steps.iter().any(|step| step.resent > 0);
    let cases = report.cases.notable().filter(again);
    let ids: Vec<String> = cases.map(|case| case.id.clone()).collect();
    let number = ids.len();
    if number == 0 {
        return Ok(());
    }
    let were = if number == 1 {
        "request was"
    } else {
        "requests were"
    };
    let text = format!("{number} {were} resent: the connection was closed before a response");
    page.flow(&[], Tone::Warn, &text)?;
    let ids = ids.iter().map(String::as_str);
    let ids = printable(&names(ids, page.text_width().saturating_sub(4))).into_owned();
    page.flow(&[(Tone::Plain, "    ")], Tone::Dim, &ids)?;
    page.blank()
}

fn nothing_selected(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if !report.has_empty_plan() {
        return Ok(());
    }
    page.blank()?;
    let text = if report.selection.is_empty() {
        "the suite has no cases".to_owned()
    } else {
        let patterns: Vec<String> = report
            .selection
            .iter()
            .map(|pattern| format!("`{}`", printable(pattern)))
            .collect();
        format!("no case matches {}", patterns.join(" or "))
    };
    page.flow(&[], Tone::Warn, &text)?;
    page.note(2, "help", "`probity list` shows the ids of all cases")?;
    page.blank()
}

/// `3 skipped: the target does not permit writes`, and their ids.
fn skipped(page: &mut Page<'_>, report: &Report, is_verbose: bool) -> io::Result<()> {
    let cases = report.cases.of(Verdict::Skip);
    let groups = by_reason(cases.map(|case| (case.reason.to_string().into(), case.id.clone())));
    list(page, "skipped", &groups, is_verbose, "see the JSON report")
}

/// Requirements without evidence: those that are binding, and what is optional when asked for.
fn unproven(page: &mut Page<'_>, report: &Report, is_verbose: bool) -> io::Result<()> {
    let levels: &[Level] = if is_verbose {
        &[Level::Must, Level::Should, Level::May]
    } else {
        &[Level::Must, Level::Should]
    };
    for level in levels {
        let found = gap::gaps(report, |one| one.level == *level);
        let gaps: Vec<(Cow<'_, str>, Vec<&str>)> = found
            .into_iter()
            .map(|gap| {
                let ids = gap.requirements.iter().map(|one| one.id.as_str());
                let ids = ids.collect();
                (gap.cause, ids)
            })
            .collect();
        let word = format!("{level} unproven");
        list(page, &word, &gaps, is_verbose, "probity coverage")?;
    }
    Ok(())
}

fn not_applicable(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let requirements = report
        .requirements
        .iter()
        .filter(|one| one.disposition == Disposition::NotApplicable)
        .map(|one| (one.reason.as_str().into(), one.id.as_str()));
    let groups = by_reason(requirements);
    list(page, "not applicable", &groups, true, "")
}

/// For each reason how many, the reason, and as many ids as fit on a line (all, if `complete`).
fn list(
    page: &mut Page<'_>,
    word: &str,
    groups: &[(Cow<'_, str>, Vec<impl AsRef<str>>)],
    complete: bool,
    see: &str,
) -> io::Result<()> {
    let shown = if complete { groups.len() } else { REASONS };
    for (reason, ids) in groups.iter().take(shown) {
        let lead = format!("{} {word}: ", ids.len());
        let reason = cut(&printable(reason), 300);
        page.flow(&[(Tone::Warn, &lead)], Tone::Plain, &reason)?;
        let width = page.text_width().saturating_sub(4);
        let width = if complete { usize::MAX } else { width };
        let ids = printable(&names(ids.iter().map(AsRef::as_ref), width)).into_owned();
        page.flow(&[(Tone::Plain, "    ")], Tone::Dim, &ids)?;
    }
    let left_out: usize = groups.iter().skip(shown).map(|(_, ids)| ids.len()).sum();
    if left_out > 0 {
        page.line(&format!("and {left_out} more {word}: {see}"))?;
    }
    if groups.is_empty() {
        Ok(())
    } else {
        page.blank()
    }
}

/// What `finally` could not undo: clean up by hand.
fn left_behind(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let cases = report.cases.notable();
    let cases = cases.filter(|case| !case.left_behind.is_empty());
    let cases: Vec<(String, Vec<Redacted>)> = cases
        .map(|case| (case.id.clone(), case.left_behind.clone()))
        .collect();
    if cases.is_empty() {
        return Ok(());
    }
    let number = cases.iter().map(|(_, things)| things.len()).sum();
    let mut things = cases.iter().flat_map(|(_, things)| things);
    let is_sure = things.any(|thing| !thing.starts_with(MAY_EXIST));
    let are_left = if is_sure { "left" } else { "may be left" };
    let heading = format!("{} {are_left} on the target:", count(number, "resource"));
    page.spans(&[(Tone::Warn, &heading)])?;
    for (id, things) in cases.iter().take(REASONS) {
        page.line(&format!("  {}", printable(id)))?;
        for thing in things.iter().take(REASONS) {
            let thing = cut(&printable(thing), 300);
            page.flow(&[(Tone::Plain, "    ")], Tone::Plain, &thing)?;
        }
    }
    if cases.len() > REASONS {
        let text = format!("  and by {} more", count(cases.len() - REASONS, "case"));
        page.line(&text)?;
    }
    page.blank()
}
