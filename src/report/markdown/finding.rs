//! One finding in Markdown: the sentence that is broken, the place, and what came beside what was expected.

use crate::model::{Diff, DiffLine, DiffSide, Finding, FindingKind, Report};
use crate::report::markdown::inert::{code, fenced};
use crate::report::page::count;
use crate::report::summary::case::{label, rule, shared_step};
use crate::report::summary::diff::lines;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// Lines of one diff that are shown.
const DIFF_LINES: usize = 60;

/// The first lines of each diff: GitHub shows `-` in red and `+` in green.
const LEGEND: &str = "--- got\n+++ expected\n";

/// The sentence that is broken, the place, and the diff.
pub(super) fn finding_text(report: &Report, finding: &Finding) -> String {
    let place = &finding.place;
    let at = code(&format!("{}:{}:{}", place.file, place.line, place.column));
    let known = report
        .requirements
        .iter()
        .find(|known| Some(&known.id) == finding.requirement.as_ref());
    let sentence = match known {
        Some(known) => format!(
            "**{} {}** {}",
            known.level,
            code(&known.id),
            code(&short_text(&known.sentence, 400))
        ),
        None if finding.kind == FindingKind::Capture => "a capture".to_owned(),
        None if finding.kind == FindingKind::Incomplete => "the rest of the answer".to_owned(),
        None => "a setup step".to_owned(),
    };
    let message = code(&short_text(&label(finding), 400));
    let lines = match &finding.diff {
        Some(diff) => diff_lines(diff),
        None => format!(
            "- {}\n+ {}\n",
            printable(&short_text(&finding.actual, 400)),
            printable(&short_text(&finding.expected, 400))
        ),
    };
    let is_empty = finding.expected.is_empty() && finding.diff.is_none();
    let diff = if is_empty {
        String::new()
    } else {
        fenced("diff", &format!("{LEGEND}{lines}"))
    };
    let rule = rule(report, finding);
    let rule = rule.map_or_else(String::new, |rule| format!("rule {}, ", code(&rule)));
    let step = shared_step(finding);
    let step = step.map_or_else(String::new, |step| {
        format!("  \nshared step {}", code(&step))
    });
    let value = finding.used.as_ref().and_then(|used| used.value.as_ref());
    let value = value.map_or_else(String::new, |value| {
        let at = format!("{}:{}:{}", value.file, value.line, value.column);
        format!(", the value comes from {}", code(&printable(&at)))
    });
    format!("{sentence}  \n{rule}{at}: {message}{step}{value}\n\n{diff}\n")
}

fn diff_lines(diff: &Diff) -> String {
    let shown = lines(diff).into_iter().take(DIFF_LINES);
    let text: String = shown.map(diff_line).collect();
    match diff.left_out + diff.lines.len().saturating_sub(DIFF_LINES) {
        0 => text,
        more => format!("{text}  … {} more\n", count(more, "line")),
    }
}

fn diff_line(line: &DiffLine) -> String {
    let sign = match line.side {
        DiffSide::Expected => '+',
        DiffSide::Actual => '-',
        DiffSide::Same | DiffSide::Gap => ' ',
    };
    let text = match line.side {
        DiffSide::Gap => "…",
        _ => line.text.as_str(),
    };
    let indent = "  ".repeat(line.depth.min(12));
    let text = short_text(&printable(text), 200);
    format!("{sign} {indent}{text}\n")
}
