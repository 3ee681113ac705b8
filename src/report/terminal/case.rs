//! What is shown of a case: a block when something is wrong with it, a line when there are many.

use std::borrow::Cow;
use std::io;

use crate::model::{CaseReport, Finding, Report, Verdict, fingerprint};
use crate::report::page::{Page, Tone, cells, count, cut, duration};
use crate::report::summary::case::{decisive_step, finding_groups, label, rerun, skipped};
use crate::report::summary::causes::{Unit, blamed, fact, some_cases};
use crate::report::summary::known::KNOWN;
use crate::report::summary::waivers::days_left;
use crate::text::printable::printable;

use crate::report::terminal::exchange;
use crate::report::terminal::exchange::Room;
use crate::report::terminal::finding;
use crate::report::terminal::several::Several;
use crate::report::terminal::{TerminalOptions, Verbosity};

/// Causes of one verdict that are shown in full.
const BLOCKS: usize = 20;

/// Findings of one case that are shown in full.
const FINDINGS: usize = 12;

/// Findings whose places are marked in the answer.
const MARKED: usize = 50;

/// Branches of one case that are listed.
const BRANCHES: usize = 20;

/// What goes with a cause in other cases: lines.
const LABELS: usize = 5;

/// Ids listed for the other cases of a cause.
const LIKE: usize = 12;

/// `pass presence/users-batch/one-user  3.4 ms`, for each.
pub(super) fn passed<'r>(
    page: &mut Page<'_>,
    cases: impl Iterator<Item = Cow<'r, CaseReport>>,
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
        branches(page, &case)?;
    }
    if any { page.blank() } else { Ok(()) }
}

/// What is optional (MAY) and not there: one line for each finding of a case that passed.
pub(super) fn remarks<'r>(
    page: &mut Page<'_>,
    report: &Report,
    cases: impl Iterator<Item = Cow<'r, CaseReport>>,
) -> io::Result<()> {
    let all = Several::of(cases.filter(|case| !case.findings.is_empty()), BLOCKS);
    for case in &all.first {
        brief(page, report, case, "NOTE", Tone::Dim)?;
    }
    all.rest(page, "NOTE", Tone::Dim)?;
    if all.first.is_empty() {
        Ok(())
    } else {
        page.blank()
    }
}

/// SHOULD requirements that are violated, with the exchange.
pub(super) fn warned(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    units: &[&Unit<'_>],
) -> io::Result<()> {
    rest_of(page, units, "WARN", Tone::Warn)?;
    for (index, unit) in commonest_last(units).into_iter().enumerate() {
        if index > 0 {
            page.blank()?;
        }
        few(page, report, unit, "WARN", Tone::Warn)?;
        if let Some(step) = step_of(unit) {
            exchange_of(page, options, unit, step)?;
        }
        branches(page, &unit.case)?;
        footer(page, report, options, unit)?;
        same_cause(page, report, options, unit)?;
    }
    if units.is_empty() {
        Ok(())
    } else {
        page.blank()
    }
}

/// Waived failures: they are known, so each takes a few lines.
pub(super) fn waived<'r>(
    page: &mut Page<'_>,
    report: &Report,
    cases: impl Iterator<Item = Cow<'r, CaseReport>>,
) -> io::Result<()> {
    let all = Several::of(cases, BLOCKS);
    for case in &all.first {
        let (word, tone) = word(case.verdict);
        brief(page, report, case, word, tone)?;
        if let Some(waiver) = report.waiver_of(case) {
            page.spans(&[
                (Tone::Warn, "    waived"),
                (Tone::Plain, &format!(", {}", days_left(waiver))),
            ])?;
        }
    }
    all.rest(page, "FAIL", Tone::Bad)?;
    if all.first.is_empty() {
        Ok(())
    } else {
        page.blank()
    }
}

/// Known failures: a few lines each, as waived ones.
pub(super) fn known(page: &mut Page<'_>, report: &Report, units: &[Unit<'_>]) -> io::Result<()> {
    for unit in units.iter().take(BLOCKS) {
        let (word, tone) = word(unit.verdict);
        few(page, report, unit, word, tone)?;
        if unit.case.verdict == Verdict::Error {
            let reason = cut(&printable(&unit.case.reason), 200);
            page.flow(&[(Tone::Plain, "    ")], Tone::Plain, &reason)?;
        }
        page.spans(&[(Tone::Warn, "    "), (Tone::Warn, KNOWN)])?;
    }
    Several::of(examples(units), BLOCKS).rest(page, "KNOWN", Tone::Warn)?;
    if units.is_empty() {
        Ok(())
    } else {
        page.blank()
    }
}

/// Failures or errors: a full block for each cause.
pub(super) fn blocks(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    units: &[&Unit<'_>],
) -> io::Result<()> {
    if let Some(first) = units.get(BLOCKS) {
        let (word, tone) = word(first.verdict);
        rest_of(page, units, word, tone)?;
        page.blank()?;
    }
    for unit in commonest_last(units) {
        block(page, report, options, unit)?;
        page.blank()?;
    }
    Ok(())
}

/// Those that are shown in full: the ones of most cases come last, next to the verdict.
fn commonest_last<'u, 'r>(units: &[&'u Unit<'r>]) -> Vec<&'u Unit<'r>> {
    let mut shown: Vec<&Unit<'_>> = units.iter().copied().take(BLOCKS).collect();
    shown.sort_by_key(|unit| unit.others.len());
    shown
}

/// A line for each unit that is not shown in full.
fn rest_of(page: &mut Page<'_>, units: &[&Unit<'_>], word: &str, tone: Tone) -> io::Result<()> {
    Several::of(examples(units.iter().copied()), BLOCKS).rest(page, word, tone)
}

fn examples<'u, 'r: 'u>(
    units: impl IntoIterator<Item = &'u Unit<'r>>,
) -> impl Iterator<Item = Cow<'u, CaseReport>> {
    let units = units.into_iter();
    units.map(|unit| Cow::Borrowed(&*unit.case))
}

/// The example in full, then the ids of the other cases.
pub(super) fn block(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    unit: &Unit<'_>,
) -> io::Result<()> {
    let case = &*unit.case;
    let (word, tone) = word(unit.verdict);
    headline(page, case, unit.others.len(), word, tone)?;
    let reason = cut(&printable(&case.reason), 400);
    if case.verdict == Verdict::Error {
        page.flow(&[(Tone::Error, "  no evidence: ")], Tone::Plain, &reason)?;
    } else if !reason.is_empty() {
        page.flow(&[(Tone::Plain, "  ")], Tone::Warn, &reason)?;
    }
    let findings = unit.findings();
    let groups = finding_groups(findings.into_iter().take(FINDINGS));
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
            exchange_of(page, options, unit, group.step)?;
        }
    }
    if groups.is_empty()
        && let Some(step) = decisive_step(case)
    {
        exchange_of(page, options, unit, step)?;
    }
    branches(page, case)?;
    reruns(page, case)?;
    footer(page, report, options, unit)?;
    same_cause(page, report, options, unit)
}

/// The step whose exchange is shown: the last one with a finding of the unit.
fn step_of(unit: &Unit<'_>) -> Option<usize> {
    let blamed = unit.findings().iter().map(|finding| finding.step).max();
    let has_exchange = |step: &usize| {
        let step = unit.case.steps.get(*step);
        step.is_some_and(|step| step.exchange.is_some())
    };
    blamed
        .filter(has_exchange)
        .or_else(|| decisive_step(&unit.case))
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

/// `FAIL presence/users-batch/two-users and 7 more  every requested user comes back once     412 ms`.
fn headline(
    page: &mut Page<'_>,
    case: &CaseReport,
    others: usize,
    word: &str,
    tone: Tone,
) -> io::Result<()> {
    let id = format!(" {}", printable(&case.id));
    let more = match others {
        0 => "  ".to_owned(),
        others => format!(" and {others} more  "),
    };
    let title = printable(&case.title);
    let took = duration(case.duration_ms);
    let lead = [
        (tone, word),
        (Tone::Strong, id.as_str()),
        (Tone::Plain, &more),
    ];
    let used: usize = lead.iter().map(|(_, text)| cells(text)).sum();
    let used = used + cells(&title) + cells(&took);
    if used + 2 <= page.text_width() {
        let space = " ".repeat(page.text_width() - used);
        let title = [
            (Tone::Plain, &*title),
            (Tone::Plain, &space),
            (Tone::Dim, &took),
        ];
        page.spans(&[&lead[..], &title].concat())
    } else {
        page.spans(&[&lead[..], &[(Tone::Dim, took.as_str())]].concat())?;
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
    unit: &Unit<'_>,
    step: usize,
) -> io::Result<()> {
    let case = &*unit.case;
    let Some(report) = case.steps.get(step).filter(|step| step.exchange.is_some()) else {
        return Ok(());
    };
    let findings = unit.findings().into_iter();
    let findings: Vec<&Finding> = findings
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

/// `line 14: when status 206: not taken`, for each block with `when` or `any-of`.
fn branches(page: &mut Page<'_>, case: &CaseReport) -> io::Result<()> {
    let all = case.steps.iter().flat_map(|step| &step.branches);
    for branch in all.take(BRANCHES) {
        let of_rule = match &branch.rule {
            Some(rule) => format!("rule {}, ", printable(rule)),
            None => String::new(),
        };
        let of_redirect = match branch.redirect {
            Some(number) => format!("redirect {}, ", number + 1),
            None => String::new(),
        };
        let lead = format!("  {of_rule}{of_redirect}line {}: ", branch.line);
        page.flow(
            &[(Tone::Dim, &lead)],
            Tone::Dim,
            &printable(&branch.words()),
        )?;
    }
    Ok(())
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
    unit: &Unit<'_>,
) -> io::Result<()> {
    let case = &*unit.case;
    let left_out = unit.findings().len().saturating_sub(FINDINGS);
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
    match step_of(unit).and_then(|step| case.steps.get(step)) {
        Some(step) => exchange::curl(page, step),
        None => Ok(()),
    }
}

/// What goes with the cause elsewhere, then `7 more cases for the same cause:` and their ids.
fn same_cause(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
    unit: &Unit<'_>,
) -> io::Result<()> {
    if unit.others.is_empty() {
        return Ok(());
    }
    let (shown, also) = match options.verbosity {
        Verbosity::Verbose => (unit.others.len(), usize::MAX),
        _ => (LIKE, LABELS),
    };
    for cause in unit.elsewhere().take(also) {
        let lead = format!("  in {} also: ", count(cause.cases.len(), "case"));
        let fact = fact(report, cause);
        let text = format!("{} {fact} ({})", blamed(cause), some_cases(cause));
        page.flow(&[(Tone::Strong, &lead)], Tone::Plain, &cut(&text, 400))?;
    }
    let varies = unit.causes.iter().any(|cause| cause.varies);
    let text = format!(
        "  {} for the same cause{}:",
        count(unit.others.len(), "more case"),
        if varies { ", with other values" } else { "" }
    );
    page.spans(&[(Tone::Strong, &text)])?;
    for id in unit.others.iter().take(shown) {
        page.line(&format!("    {}", printable(id)))?;
    }
    let left_out = unit.others.len().saturating_sub(shown);
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
    few(
        page,
        report,
        &Unit::of_case(Cow::Borrowed(case)),
        word,
        tone,
    )
}

/// The same of what is written out together.
fn few(
    page: &mut Page<'_>,
    report: &Report,
    unit: &Unit<'_>,
    word: &str,
    tone: Tone,
) -> io::Result<()> {
    headline(page, &unit.case, unit.others.len(), word, tone)?;
    for group in finding_groups(unit.findings().into_iter().take(FINDINGS)) {
        finding::compact(page, report, &group, tone)?;
    }
    let left_out = unit.findings().len().saturating_sub(FINDINGS);
    if left_out > 0 {
        page.line(&format!(
            "    {} not shown",
            count(left_out, "more finding")
        ))?;
    }
    Ok(())
}
