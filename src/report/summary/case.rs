//! What is wrong with a case: findings by requirement, one line about it, and the command that runs it again.

use std::cmp::Reverse;

use crate::model::{CaseReport, Finding, FindingKind, Level, Report, Verdict};
use crate::report::page::count;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// A label, an expected or an actual value is cut after this many characters.
const LONGEST: usize = 400;

/// A line is cut after this many characters.
const LONGEST_LINE: usize = 300;

/// Findings that blame the same requirement in the same step.
pub(crate) struct Group<'r> {
    /// The step, from 0.
    pub(crate) step: usize,
    /// The requirement; `None` when an arranging block failed.
    pub(crate) requirement: Option<&'r str>,
    /// The level of that requirement.
    pub(crate) level: Option<Level>,
    /// What was found, in the order of the case.
    pub(crate) findings: Vec<&'r Finding>,
}

impl Group<'_> {
    /// What a group is about that violates no requirement.
    pub(crate) fn without_requirement(&self) -> &'static str {
        let are_all = |kind| self.findings.iter().all(|finding| finding.kind == kind);
        if are_all(FindingKind::Incomplete) {
            "the rest of the answer, which proves no requirement"
        } else if are_all(FindingKind::Capture) {
            "a capture, which proves no requirement"
        } else {
            "a setup step, which proves no requirement"
        }
    }
}

/// Groups findings by step, then by requirement, the most binding first.
pub(crate) fn finding_groups<'r>(
    findings: impl IntoIterator<Item = &'r Finding>,
) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings {
        let requirement = finding.requirement.as_deref();
        let known = groups
            .iter_mut()
            .find(|group| group.step == finding.step && group.requirement == requirement);
        match known {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group {
                step: finding.step,
                requirement,
                level: finding.level,
                findings: vec![finding],
            }),
        }
    }
    groups.sort_by_key(|group| (group.step, Reverse(group.level)));
    groups
}

/// The rule of the contract that a finding is about: `result-set of seats`.
pub(crate) fn rule(report: &Report, finding: &Finding) -> Option<String> {
    let rule = finding.rule.as_ref()?;
    let mut known = report.requirements.iter();
    let blamed = known.find(|known| Some(&known.id) == finding.requirement.as_ref());
    let words = match blamed {
        Some(requirement) => format!("{rule} of {}", requirement.contract),
        None => rule.clone(),
    };
    let words = match finding.redirect {
        Some(number) => format!("{words}, on redirect {}", number + 1),
        None => words,
    };
    Some(printable(&words).into_owned())
}

/// `2 checks skipped: they describe an answer with another status`.
pub(crate) fn skipped(case: &CaseReport) -> String {
    let they = match case.checks_unjudged {
        1 => "it describes",
        _ => "they describe",
    };
    let checks = count(case.checks_unjudged, "check");
    format!("{checks} skipped: {they} an answer with another status")
}

/// The shared step that a finding is about, and where the case uses it: `begin-upload, used at cases/a/b.yaml:7:14`.
pub(crate) fn shared_step(finding: &Finding) -> Option<String> {
    let used = finding.used.as_ref()?;
    let (line, column) = (used.place.line, used.place.column);
    let words = format!("{}, used at {}:{line}:{column}", used.name, used.place.file);
    Some(printable(&words).into_owned())
}

/// The step whose exchange is shown: the last one with a finding, else the first without an answer,
/// else the last of the case's own.
pub(crate) fn decisive_step(case: &CaseReport) -> Option<usize> {
    let own = || {
        let steps = case.steps.iter().enumerate();
        steps.filter(|(_, step)| !step.finally && step.exchange.is_some())
    };
    let blamed = case.findings.iter().map(|finding| finding.step).max();
    let unanswered = || own().find(|(_, step)| step.status.is_none());
    blamed
        .filter(|step| {
            case.steps
                .get(*step)
                .is_some_and(|step| step.exchange.is_some())
        })
        .or_else(|| {
            unanswered()
                .or_else(|| own().next_back())
                .map(|(index, _)| index)
        })
}

/// `body /0/state: got "asleep"`: what it is about, and the fact.
pub(crate) fn label(finding: &Finding) -> String {
    label_at(finding, finding.pointer.as_deref())
}

/// The same with this pointer, which may be the shape of several.
pub(crate) fn label_at(finding: &Finding, pointer: Option<&str>) -> String {
    let message = brief(&finding.message);
    let subject = match (pointer, &finding.header) {
        (Some(""), _) => "body: ".to_owned(),
        (Some(pointer), _) => format!("body {}: ", brief(pointer)),
        (None, Some(header)) if !contains(&finding.message, header) => {
            format!("{}: ", brief(header))
        }
        _ => String::new(),
    };
    format!("{subject}{message}")
}

/// The label, and what was expected where the message does not say it: `got 200 OK, expected 404`.
pub(crate) fn with_expected(finding: &Finding, label: String) -> String {
    const EXPECTED: usize = 60;
    let is_of_use = matches!(
        finding.kind,
        FindingKind::Status
            | FindingKind::Header
            | FindingKind::Value
            | FindingKind::Type
            | FindingKind::Text
    );
    let is_known = finding.expected.is_empty()
        || label.contains(", expected ")
        || contains(&label, &finding.expected);
    if is_of_use && finding.diff.is_none() && !is_known {
        let expected = printable(&short_text(&finding.expected, EXPECTED)).into_owned();
        return format!("{label}, expected {expected}");
    }
    label
}

/// Does the text hold the other, in any letter case?
pub(crate) fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Printable, and not without end.
pub(crate) fn brief(text: &str) -> String {
    printable(&short_text(text, LONGEST)).into_owned()
}

/// `body /0/state: got "asleep" (and 2 more)`, or why there is no evidence, or why the case was skipped.
///
/// Empty for a case with nothing to say. On one line, without anything that a terminal acts on.
pub(crate) fn in_brief(case: &CaseReport) -> String {
    let line = match case.verdict {
        Verdict::Error | Verdict::Skip => case.reason.to_string(),
        _ => {
            let mut findings = decisive_findings(case);
            let Some(first) = findings.next() else {
                return String::new();
            };
            let first = label(first);
            let first = match findings.count() {
                0 => first,
                more => format!(
                    "{} (and {more} more)",
                    short_text(&first, LONGEST_LINE - 20)
                ),
            };
            match case.verdict {
                Verdict::Flaky => format!("{}: {first}", case.reason),
                _ => first,
            }
        }
    };
    short_text(&printable(&line), LONGEST_LINE)
}

/// `waived until 2026-01-31: the reason`, for a case of which every failure is waived.
pub(crate) fn waived(report: &Report, case: &CaseReport) -> Option<String> {
    let waiver = report.waiver_of(case)?;
    let line = format!("waived until {}: {}", waiver.expires, waiver.reason);
    Some(short_text(&printable(&line), LONGEST_LINE))
}

/// The findings that gave the case its verdict, the most binding first.
pub(crate) fn decisive_findings(case: &CaseReport) -> impl Iterator<Item = &Finding> {
    // An arrangement that failed has no level, and ends the case like a MUST.
    let rank = |finding: &Finding| finding.level.unwrap_or(Level::Must);
    let mut findings: Vec<&Finding> = case
        .findings
        .iter()
        .filter(|finding| rank(finding) > Level::May)
        .collect();
    findings.sort_by_key(|finding| Reverse(rank(finding)));
    findings.into_iter()
}

/// `probity run --suite 'my-suite' --target 'http://127.0.0.1:4040' --only 'a/b/c'`.
///
/// `command` is another beginning, without the id; without it, it follows from the suite
/// and the target of the report.
pub(crate) fn rerun(report: &Report, command: Option<&str>, id: &str) -> String {
    let recording = report.recording.as_ref();
    if recording.is_some_and(|recording| recording.is_live) {
        // What a client sent cannot be sent again: its operation is judged when the client sends it.
        let operation = id.rsplit_once('[').map_or(id, |(operation, _)| operation);
        return format!(
            "{} {}",
            beginning("record --check", report),
            quoted(operation)
        );
    }
    let command = command.map_or_else(|| beginning("run", report), str::to_owned);
    format!("{command} {}", quoted(id))
}

fn beginning(command: &str, report: &Report) -> String {
    let mut command = format!("probity {command}");
    if !report.is_embedded() {
        command = format!("{command} --suite {}", quoted(&report.suite));
    }
    if let Some(target) = &report.target.given {
        command = format!("{command} --target {}", quoted(target));
    }
    command.push_str(" --only");
    command
}

/// The text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_failure_in_one_line() {
        let report = sample::broken();
        let line = |id: &str| {
            let case = report.cases.find(id);
            in_brief(&case.unwrap())
        };
        assert_eq!(
            line("presence/users-batch/two-users"),
            "body /0/state: \"asleep\" does not match the pattern (and 2 more)"
        );
        assert_eq!(
            line("seats/inventory/revoke"),
            "could not capture `seat`: $.id selects nothing"
        );
        assert_eq!(line("autopilot/unassign/error-body"), "");
    }

    #[test]
    fn a_line_is_one_short_line_whatever_the_target_sent() {
        for case in sample::all().iter().flat_map(|report| &report.cases) {
            let line = in_brief(&case);
            assert!(line.chars().count() <= LONGEST_LINE + 1);
            assert_eq!(printable(&line), line);
        }
    }
}
