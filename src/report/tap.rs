//! TAP 14 (Test Anything Protocol): one test point for each case, with what went wrong as YAML below it.
//!
//! ```text
//! TAP version 14
//! 1..2
//! ok 1 - presence/users-batch/one-user
//! not ok 2 - presence/users-batch/two-users
//!   ---
//!   verdict: fail
//!   message: "body /0/state: got \"asleep\""
//!   ...
//! ```
//!
//! A skip passes in TAP, and a run without test points too. So a run that is not green although no
//! test point says so ends with `Bail out!` and its reasons.

use std::io::{self, Write as _};

use crate::model::{CaseReport, ExitCode, Report, TargetReport, Verdict};
use crate::report::summary::case::label;
use crate::report::summary::case::{decisive_findings, in_brief, waived};
use crate::report::summary::comparison;
use crate::report::summary::exchanges;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// Findings listed below one test point.
const FINDINGS: usize = 20;

/// Writes the report as TAP 14.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    writeln!(out, "TAP version 14")?;
    writeln!(out, "1..{}", report.cases.len())?;
    if let Some(recording) = &report.recording {
        let text = printable(&exchanges::in_words(recording)).into_owned();
        writeln!(out, "# judged from {text}")?;
    }
    if let Some(comparison) = &report.comparison {
        let earlier = comparison::earlier(comparison);
        let summary = comparison::summary(comparison);
        let text = format!("compared with {earlier}: {summary}");
        writeln!(out, "# {}", printable(&text))?;
    }
    if report.target.insecure {
        writeln!(out, "# insecure: {}", TargetReport::INSECURE)?;
    }
    for (index, case) in report.cases.iter().enumerate() {
        point(&mut out, report, index + 1, &case)?;
    }
    let is_red = report.cases.notable().any(|case| {
        let fails = is_not_ok(case.verdict);
        fails && report.waiver_of(&case).is_none()
    });
    if report.exit != ExitCode::Conforms && !is_red {
        let reasons = report.reasons.join("; ");
        writeln!(out, "Bail out! {}", printable(&reasons))?;
    }
    out.flush()
}

fn point(
    out: &mut dyn io::Write,
    report: &Report,
    number: usize,
    case: &CaseReport,
) -> io::Result<()> {
    let sign = if is_not_ok(case.verdict) {
        "not ok"
    } else {
        "ok"
    };
    write!(out, "{sign} {number} - {}", escaped(&case.id))?;
    match case.verdict {
        Verdict::Skip => writeln!(out, " # SKIP {}", escaped(&in_brief(case))),
        Verdict::Pass if case.left_behind.is_empty() => writeln!(out),
        Verdict::Pass | Verdict::Warn | Verdict::Fail | Verdict::Flaky | Verdict::Error => {
            // A failure marked TODO is expected: the protocol counts it as passed.
            match waived(report, case).filter(|_| is_not_ok(case.verdict)) {
                Some(reason) => writeln!(out, " # TODO {}", escaped(&reason))?,
                None => writeln!(out)?,
            }
            details(out, report, case)
        }
    }
}

fn is_not_ok(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Flaky | Verdict::Error)
}

/// The YAML block: plain keys, values as JSON texts, which are YAML too.
fn details(out: &mut dyn io::Write, report: &Report, case: &CaseReport) -> io::Result<()> {
    let place = &case.place;
    writeln!(out, "  ---")?;
    writeln!(out, "  verdict: {}", case.verdict.name())?;
    writeln!(out, "  message: {}", quoted(&in_brief(case)))?;
    writeln!(
        out,
        "  at: {}",
        quoted(&format!("{}:{}:{}", place.file, place.line, place.column))
    )?;
    let comparison = report.comparison.as_deref();
    if let Some(change) = comparison.and_then(|one| one.change_of(&case.id)) {
        writeln!(out, "  change: {}", change.class.words())?;
    }
    if !case.reruns.is_empty() {
        let attempts = case.reruns.iter().map(|rerun| rerun.verdict.name());
        let attempts: Vec<&str> = ["fail"].into_iter().chain(attempts).collect();
        writeln!(out, "  attempts: {}", quoted(&attempts.join(", ")))?;
    }
    if !case.left_behind.is_empty() {
        writeln!(out, "  left-behind:")?;
    }
    for thing in &case.left_behind {
        writeln!(out, "    - {}", quoted(thing))?;
    }
    let findings: Vec<_> = decisive_findings(case).collect();
    if !findings.is_empty() {
        writeln!(out, "  findings:")?;
    }
    for finding in findings.iter().take(FINDINGS) {
        let place = &finding.place;
        let requirement = finding.requirement.as_deref().unwrap_or("none");
        writeln!(out, "    - requirement: {}", quoted(requirement))?;
        writeln!(out, "      kind: {}", finding.kind.name())?;
        writeln!(out, "      message: {}", quoted(&label(finding)))?;
        writeln!(out, "      wanted: {}", quoted(&finding.expected))?;
        writeln!(out, "      found: {}", quoted(&finding.actual))?;
        let at = format!("{}:{}:{}", place.file, place.line, place.column);
        writeln!(out, "      at: {}", quoted(&at))?;
    }
    if findings.len() > FINDINGS {
        writeln!(out, "  left-out: {}", findings.len() - FINDINGS)?;
    }
    writeln!(out, "  ...")
}

/// A description or a reason: `#` would begin a directive, `\` escapes.
fn escaped(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(short_text(&printable(text), 400)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn drawn(report: &Report) -> String {
        let mut out = Vec::new();
        render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_line_is_one_of_the_protocol() {
        let line = regex::Regex::new(
            r"^(TAP version 14|1\.\.\d+|# (judged from|compared with|insecure:) .+|(not )?ok \d+ - .*|  (---|\.\.\.)|  .*: .*|  findings:|  left-behind:|    - \x22.*\x22|Bail out! .+)$",
        )
        .unwrap();
        for report in sample::all() {
            for text in drawn(&report).lines() {
                assert!(line.is_match(text), "{text}");
            }
        }
    }

    #[test]
    fn a_run_that_is_not_green_is_never_all_green_here() {
        for report in sample::all()
            .iter()
            .filter(|report| report.exit != ExitCode::Conforms)
        {
            let text = drawn(report);
            assert!(text.contains("\nnot ok") || text.contains("\nBail out!"));
        }
    }

    #[test]
    fn an_id_cannot_make_a_directive() {
        assert_eq!(escaped("a # SKIP \\ b"), "a \\# SKIP \\\\ b");
    }
}
