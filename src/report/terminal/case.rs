//! What is shown of a case: a block when something is wrong with it, a line when there are many.

use std::io;

use crate::model::{CaseReport, Finding, Report, Verdict, fingerprint};
use crate::report::page::{Page, Tone, cells, count, cut, duration};
use crate::report::summary::case::{
    alike_groups, decisive_step, finding_groups, label, rerun, skipped,
};
use crate::report::summary::waivers::days_left;
use crate::text::printable::printable;

use crate::report::terminal::exchange;
use crate::report::terminal::exchange::Room;
use crate::report::terminal::finding;
use crate::report::terminal::{TerminalOptions, Verbosity};

/// Cases of one verdict that are shown in full.
const BLOCKS: usize = 20;

/// After these, cases get a line each, and there are at most so many lines.
const LINES: usize = 200;

/// Findings of one case that are shown in full.
const FINDINGS: usize = 12;

/// Findings whose places are marked in the answer.
const MARKED: usize = 50;

/// Ids listed for cases that failed in the same way.
const LIKE: usize = 12;

/// `pass presence/users-batch/one-user  3.4 ms`, for each.
pub(super) fn passed<'r>(
    page: &mut Page<'_>,
    cases: impl Iterator<Item = &'r CaseReport>,
) -> io::Result<()> {
    let mut any = false;
    for case in cases {
        any = true;
        let took = format!("  {}", duration(case.duration_ms));
        page.spans(&[
            (Tone::Good, "PASS "),
            (Tone::Plain, &printable(&case.id)),
            (Tone::Dim, &took),
        ])?;
    }
    if any { page.blank() } else { Ok(()) }
}

/// What is optional (MAY) and not there: one line for each finding of a case that passed.
pub(super) fn remarks<'r>(
    page: &mut Page<'_>,
    report: &Report,
    cases: impl Iterator<Item = &'r CaseReport>,
) -> io::Result<()> {
    let all: Vec<&CaseReport> = cases.filter(|case| !case.findings.is_empty()).collect();
    for case in all.iter().take(BLOCKS) {
        brief(page, report, case, "NOTE", Tone::Dim)?;
    }
    rest(page, &all, BLOCKS, "NOTE", Tone::Dim)?;
    if all.is_empty() { Ok(()) } else { page.blank() }
}

/// SHOULD requirements that are violated, with the exchange.
pub(super) fn warned<'r>(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    cases: impl Iterator<Item = &'r CaseReport>,
) -> io::Result<()> {
    let groups = alike_groups(cases);
    for group in groups.iter().take(BLOCKS) {
        brief(page, report, group[0], "WARN", Tone::Warn)?;
        if let Some(step) = decisive_step(group[0]) {
            exchange_of(page, options, group[0], step)?;
        }
        footer(page, report, options, group[0])?;
        alike(page, options, &group[1..])?;
    }
    let others: Vec<&CaseReport> = groups.iter().skip(BLOCKS).flatten().copied().collect();
    rest(page, &others, 0, "WARN", Tone::Warn)?;
    if groups.is_empty() {
        Ok(())
    } else {
        page.blank()
    }
}

/// Waived failures: they are known, so each takes a few lines.
pub(super) fn waived<'r>(
    page: &mut Page<'_>,
    report: &Report,
    cases: impl Iterator<Item = &'r CaseReport>,
) -> io::Result<()> {
    let all: Vec<&CaseReport> = cases.collect();
    for case in all.iter().take(BLOCKS) {
        let (word, tone) = word(case.verdict);
        brief(page, report, case, word, tone)?;
        if let Some(waiver) = report.waiver_of(case) {
            page.spans(&[
                (Tone::Warn, "    waived"),
                (Tone::Plain, &format!(", {}", days_left(waiver))),
            ])?;
        }
    }
    rest(page, &all, BLOCKS, "FAIL", Tone::Bad)?;
    if all.is_empty() { Ok(()) } else { page.blank() }
}

/// Failures or errors: full blocks, like cases together.
pub(super) fn blocks<'r>(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    cases: impl Iterator<Item = &'r CaseReport>,
) -> io::Result<()> {
    let groups = alike_groups(cases);
    for group in groups.iter().take(BLOCKS) {
        block(page, report, options, group)?;
        page.blank()?;
    }
    let others: Vec<&CaseReport> = groups.iter().skip(BLOCKS).flatten().copied().collect();
    if let Some(first) = others.first() {
        let (word, tone) = word(first.verdict);
        rest(page, &others, 0, word, tone)?;
        page.blank()?;
    }
    Ok(())
}

/// The first of the group in full, then the ids of the others.
fn block(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    group: &[&CaseReport],
) -> io::Result<()> {
    let case = group[0];
    let (word, tone) = word(case.verdict);
    headline(page, case, word, tone)?;
    if case.verdict == Verdict::Error {
        let reason = cut(&printable(&case.reason), 400);
        page.flow(&[(Tone::Error, "  no evidence: ")], Tone::Plain, &reason)?;
    }
    if case.verdict != Verdict::Error && !case.reason.is_empty() {
        let reason = cut(&printable(&case.reason), 400);
        page.flow(&[(Tone::Plain, "  ")], Tone::Warn, &reason)?;
    }
    let shown: Vec<&Finding> = case.findings.iter().take(FINDINGS).collect();
    let groups = finding_groups(shown.iter().copied());
    for (index, group) in groups.iter().enumerate() {
        let begins_step = index == 0 || groups[index - 1].step != group.step;
        if begins_step {
            step_line(page, case, group.step)?;
        } else {
            page.blank()?;
        }
        finding::render(page, report, group, tone)?;
        if groups
            .get(index + 1)
            .is_none_or(|next| next.step != group.step)
        {
            exchange_of(page, options, case, group.step)?;
        }
    }
    if groups.is_empty()
        && let Some(step) = decisive_step(case)
    {
        exchange_of(page, options, case, step)?;
    }
    reruns(page, case)?;
    footer(page, report, options, case)?;
    alike(page, options, &group[1..])
}

fn word(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Pass => ("PASS", Tone::Good),
        Verdict::Warn => ("WARN", Tone::Warn),
        Verdict::Fail => ("FAIL", Tone::Bad),
        Verdict::Flaky => ("FLAKY", Tone::Bad),
        Verdict::Error => ("ERROR", Tone::Error),
        Verdict::Skip => ("SKIP", Tone::Dim),
    }
}

/// `FAIL presence/users-batch/two-users  every requested user comes back once     412 ms`.
fn headline(page: &mut Page<'_>, case: &CaseReport, word: &str, tone: Tone) -> io::Result<()> {
    let id = format!(" {}  ", printable(&case.id));
    let title = printable(&case.title);
    let took = duration(case.duration_ms);
    let used = cells(word) + cells(&id) + cells(&title) + cells(&took);
    if used + 2 <= page.text_width() {
        let space = " ".repeat(page.text_width() - used);
        page.spans(&[
            (tone, word),
            (Tone::Strong, &id),
            (Tone::Plain, &title),
            (Tone::Plain, &space),
            (Tone::Dim, &took),
        ])
    } else {
        page.spans(&[(tone, word), (Tone::Strong, &id), (Tone::Dim, &took)])?;
        page.flow(&[(Tone::Plain, "  ")], Tone::Plain, &title)
    }
}

/// `step 2: list the seats`, for a case of several steps.
fn step_line(page: &mut Page<'_>, case: &CaseReport, step: usize) -> io::Result<()> {
    let several = case.steps.iter().filter(|step| !step.finally).count() > 1
        || case.steps.get(step).is_some_and(|step| step.finally);
    match case.steps.get(step) {
        Some(report) if several => {
            let text = format!("  step {}: {}", step + 1, printable(&report.title));
            page.spans(&[(Tone::Plain, &text)])
        }
        _ => Ok(()),
    }
}

fn exchange_of(
    page: &mut Page<'_>,
    options: &TerminalOptions,
    case: &CaseReport,
    step: usize,
) -> io::Result<()> {
    let Some(report) = case.steps.get(step).filter(|step| step.exchange.is_some()) else {
        return Ok(());
    };
    let findings: Vec<&Finding> = case
        .findings
        .iter()
        .filter(|finding| finding.step == step)
        .take(MARKED)
        .collect();
    let room = if options.verbosity == Verbosity::Verbose {
        Room {
            request: 60,
            response: 200,
        }
    } else {
        Room {
            request: 8,
            response: 12,
        }
    };
    if !findings.is_empty() {
        page.blank()?;
    }
    exchange::render(
        page,
        report,
        says_why_unanswered(case, step),
        &findings,
        room,
    )
}

/// Is the reason of the case why this step has no answer? It is that of the first such step, unless a step that arranges
/// failed.
fn says_why_unanswered(case: &CaseReport, step: usize) -> bool {
    let mut steps = case.steps.iter();
    let first = steps.position(|step| step.status.is_none());
    let has_failed_setup = case.findings.iter().any(|finding| finding.level.is_none());
    case.verdict == Verdict::Error && first == Some(step) && !has_failed_setup
}

/// `attempt 2 failed differently: status: got 500`, for each finding that the first attempt did not have.
fn reruns(page: &mut Page<'_>, case: &CaseReport) -> io::Result<()> {
    let first = fingerprint(&case.findings);
    for (index, rerun) in case.reruns.iter().enumerate() {
        let new = rerun.findings.iter().filter(|finding| {
            let line = fingerprint([*finding]);
            !line.is_empty() && line.is_disjoint(&first)
        });
        for finding in new.take(FINDINGS) {
            let id = finding.requirement.as_deref().unwrap_or("setup");
            let text = format!("{} {}", printable(id), label(finding));
            let lead = format!("  attempt {} failed differently: ", index + 2);
            page.flow(&[(Tone::Plain, &lead)], Tone::Plain, &cut(&text, 400))?;
        }
    }
    Ok(())
}

/// What was not shown or not judged, and how to see it again.
fn footer(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    case: &CaseReport,
) -> io::Result<()> {
    let left_out = case.findings.len().saturating_sub(FINDINGS);
    if left_out > 0 {
        let text = format!(
            "{} not shown; see the JSON report",
            count(left_out, "more finding")
        );
        page.flow(&[(Tone::Plain, "  ")], Tone::Plain, &text)?;
    }
    if case.checks_unjudged > 0 {
        page.flow(&[(Tone::Plain, "  ")], Tone::Plain, &skipped(case))?;
    }
    let command = rerun(report, options.rerun.as_deref(), &case.id);
    page.spans(&[
        (Tone::Dim, "  rerun: "),
        (Tone::Plain, &printable(&command)),
    ])?;
    match decisive_step(case).and_then(|step| case.steps.get(step)) {
        Some(step) => exchange::curl(page, step),
        None => Ok(()),
    }
}

/// `7 more like it:`, and their ids.
fn alike(page: &mut Page<'_>, options: &TerminalOptions, others: &[&CaseReport]) -> io::Result<()> {
    if others.is_empty() {
        return Ok(());
    }
    let shown = match options.verbosity {
        Verbosity::Verbose => others.len(),
        _ => LIKE,
    };
    let text = format!("  {} more like it:", others.len());
    page.spans(&[(Tone::Strong, &text)])?;
    for case in others.iter().take(shown) {
        page.line(&format!("    {}", printable(&case.id)))?;
    }
    let left_out = others.len().saturating_sub(shown);
    if left_out > 0 {
        page.line(&format!("    and {left_out} more"))?;
    }
    Ok(())
}

/// A case in a few lines: the sentence, then a line for each finding.
fn brief(
    page: &mut Page<'_>,
    report: &Report,
    case: &CaseReport,
    word: &str,
    tone: Tone,
) -> io::Result<()> {
    headline(page, case, word, tone)?;
    for group in finding_groups(case.findings.iter().take(FINDINGS)) {
        finding::compact(page, report, &group, tone)?;
    }
    let left_out = case.findings.len().saturating_sub(FINDINGS);
    if left_out > 0 {
        page.line(&format!(
            "    {} not shown",
            count(left_out, "more finding")
        ))?;
    }
    Ok(())
}

/// The cases after the first `skipped` ones, a line each.
fn rest(
    page: &mut Page<'_>,
    cases: &[&CaseReport],
    skipped: usize,
    word: &str,
    tone: Tone,
) -> io::Result<()> {
    let word = format!("{word} ");
    for case in cases.iter().skip(skipped).take(LINES) {
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
            .width()
            .saturating_sub(cells(&word) + cells(&id))
            .max(20);
        page.spans(&[
            (tone, &word),
            (Tone::Strong, &id),
            (Tone::Plain, &cut(&about, room)),
        ])?;
    }
    let left_out = cases.len().saturating_sub(skipped + LINES);
    if left_out > 0 {
        page.line(&format!("and {left_out} more; see the JSON report"))?;
    }
    Ok(())
}
