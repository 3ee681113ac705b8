//! The last lines: sums, where the reports are, and the verdict with every reason for it.
//!
//! ```text
//! 13 cases: 3 pass, 9 fail, 1 error; 74 checks, 24 requests, 312 ms
//! MUST    10: 4 upheld, 6 violated
//! json: target/report.json
//!
//! VIOLATED: the target breaks the contract (exit 1)
//!   6 MUST requirements are violated
//! ```

use std::io;

use crate::model::{ExitCode, Level, Report, TargetReport};
use crate::report::page::{Page, Tone, count, cut, duration};
use crate::report::summary::exchanges::requests;
use crate::text::printable::printable;

use crate::report::summary::reasons::merged;
use crate::report::summary::verdict;
use crate::report::summary::verdict::Standing;
use crate::report::terminal::TerminalOptions;

/// Writes the last lines.
pub(super) fn render(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
) -> io::Result<()> {
    sums(page, report)?;
    levels(page, report)?;
    for (format, path) in &options.report_paths {
        let lead = format!("{}: ", printable(format));
        page.spans(&[(Tone::Dim, &lead), (Tone::Plain, &printable(path))])?;
    }
    page.blank()?;
    outcome(page, report)
}

/// `97 cases: 90 pass, 4 fail, 3 skip; 412 checks, 112 requests, 312 ms`.
fn sums(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let summary = &report.summary;
    let verdicts = [
        (summary.pass, "pass"),
        (summary.warn, "warn"),
        (summary.fail, "fail"),
        (summary.flaky, "flaky"),
        (summary.error, "error"),
        (summary.skip, "skip"),
    ];
    let verdicts: Vec<String> = verdicts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let colon = if verdicts.is_empty() { "" } else { ": " };
    let notable = report.cases.notable();
    let unjudged: usize = notable.map(|case| case.checks_unjudged).sum();
    let unjudged = match unjudged {
        0 => String::new(),
        number => format!(" ({number} skipped)"),
    };
    let text = format!(
        "{}{colon}{}; {}{unjudged}, {}, {}",
        count(report.cases.len(), "case"),
        verdicts.join(", "),
        count(summary.checks, "check"),
        requests(summary),
        duration(report.duration_ms)
    );
    page.flow(&[], Tone::Plain, &text)
}

/// `MUST    86: 80 upheld, 6 not applicable`, for each level.
fn levels(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    for level in [Level::Must, Level::Should, Level::May] {
        let requirements: Vec<_> = report
            .requirements
            .iter()
            .filter(|requirement| requirement.level == level)
            .collect();
        if requirements.is_empty() {
            continue;
        }
        let parts: Vec<String> = Standing::ALL
            .into_iter()
            .filter_map(|standing| {
                let number = requirements
                    .iter()
                    .filter(|requirement| Standing::of(report, requirement) == standing)
                    .count();
                (number > 0).then(|| format!("{number} {}", standing.words().0))
            })
            .collect();
        let lead = format!("{level:<6} {:>3}: ", requirements.len());
        page.flow(&[(Tone::Plain, &lead)], Tone::Plain, &parts.join(", "))?;
    }
    Ok(())
}

/// The verdict in words, the exit code, and the reasons, strongest first.
fn outcome(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let (word, tone, text) = verdict::words(report);
    verdict(page, (word, tone, &text), report.exit, &report.reasons)?;
    if report.target.insecure {
        page.flow(
            &[(Tone::Bad, "INSECURE: ")],
            Tone::Strong,
            TargetReport::INSECURE,
        )?;
    }
    Ok(())
}

/// The same in parts.
pub(super) fn verdict(
    page: &mut Page<'_>,
    (word, tone, text): (&str, Tone, &str),
    exit: ExitCode,
    reasons: &[String],
) -> io::Result<()> {
    let lead = format!("{word}: ");
    let text = format!("{text} (exit {exit})");
    page.flow(&[(tone, &lead)], Tone::Strong, &text)?;
    for reason in merged(reasons) {
        let reason = cut(&printable(&reason), 400);
        page.flow(&[(Tone::Plain, "  - ")], Tone::Plain, &reason)?;
    }
    Ok(())
}
