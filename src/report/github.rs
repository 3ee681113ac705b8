//! Workflow commands of GitHub Actions: annotations on the case files for what is not green.
//!
//! ```text
//! ::error file=cases/users/read.yaml,line=7,col=15,endColumn=18,title=USERS-01 users/missing::got 200 OK
//! ```
//!
//! GitHub shows few annotations of one step, so there is one for each case, the example of each cause first, and a last
//! one for the run with every reason for its exit code.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write as _};

use crate::model::{
    CaseChange, CaseClass, CaseReport, ExitCode, Gate, Report, TargetReport, Verdict,
};
use crate::report::summary::case::{decisive_findings, in_brief, waived};
use crate::report::summary::causes::in_numbers;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// At most so many annotations; the last one says how many were left out.
const ANNOTATIONS: usize = 200;

/// Writes the annotations.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let changes = Changes::of(report);
    // What got worse comes first, then the example of each cause: GitHub shows few of many.
    let examples = report.causes.iter().map(|one| one.example.as_str());
    let examples: HashSet<&str> = examples.collect();
    let rank = |case: &CaseReport| {
        (
            !changes.is_worse(case),
            !examples.contains(case.id.as_str()),
        )
    };
    let red = [Verdict::Fail, Verdict::Flaky, Verdict::Error, Verdict::Warn].into_iter();
    let red = red.flat_map(|verdict| report.cases.of(verdict));
    let mut cases: Vec<_> = red.map(|case| (rank(&case), case.id.clone())).collect();
    cases.sort_by_key(|(rank, _)| *rank);
    for (_, id) in cases.iter().take(ANNOTATIONS) {
        if let Some(case) = report.cases.find(id) {
            annotate(&mut out, report, &changes, &case)?;
        }
    }
    for case in report.cases.notable() {
        if !case.left_behind.is_empty() {
            left_behind(&mut out, &case)?;
        }
    }
    if report.target.insecure {
        writeln!(
            out,
            "::warning title=Probity insecure::{}",
            data(TargetReport::INSECURE)
        )?;
    }
    let left_out = cases.len().saturating_sub(ANNOTATIONS);
    if left_out > 0 {
        writeln!(
            out,
            "::notice title=Probity::{left_out} more cases are not annotated"
        )?;
    }
    if !report.causes.is_empty() {
        let numbers = in_numbers(report);
        writeln!(out, "::notice title=Probity::{}", data(&numbers))?;
    }
    if report.exit != ExitCode::Conforms {
        let reasons: Vec<_> = report
            .reasons
            .iter()
            .map(|reason| printable(reason))
            .collect();
        writeln!(
            out,
            "::error title=Probity exit {}::{}",
            report.exit,
            data(&reasons.join("\n"))
        )?;
    }
    out.flush()
}

/// How cases changed since an earlier run, by id.
struct Changes<'r> {
    by_id: HashMap<&'r str, &'r CaseChange>,
    gate: Option<Gate>,
}

impl<'r> Changes<'r> {
    fn of(report: &'r Report) -> Changes<'r> {
        let comparison = report.comparison.as_deref();
        let cases = comparison.map_or(&[][..], |comparison| &comparison.cases);
        Changes {
            by_id: cases
                .iter()
                .map(|change| (change.id.as_str(), change))
                .collect(),
            gate: comparison.map(|comparison| comparison.gate),
        }
    }

    fn is_worse(&self, case: &CaseReport) -> bool {
        let change = self.by_id.get(case.id.as_str());
        change.is_some_and(|change| change.is_worse())
    }

    /// What became of the case, if the run was compared with another.
    fn class(&self, case: &CaseReport) -> Option<CaseClass> {
        self.by_id.get(case.id.as_str()).map(|change| change.class)
    }

    /// Does the gate accept it, because it did not get worse?
    fn is_tolerated(&self, case: &CaseReport) -> bool {
        self.gate == Some(Gate::Regressions)
            && case.verdict != Verdict::Error
            && !self.is_worse(case)
    }
}

fn annotate(
    out: &mut dyn io::Write,
    report: &Report,
    changes: &Changes<'_>,
    case: &CaseReport,
) -> io::Result<()> {
    let reason = waived(report, case);
    let is_recommended = case.verdict == Verdict::Warn
        && !(changes.is_worse(case) && changes.gate == Some(Gate::Regressions));
    let command = if is_recommended || reason.is_some() || changes.is_tolerated(case) {
        "warning"
    } else {
        "error"
    };
    let first = decisive_findings(case).next();
    let place = first.map_or(&case.place, |finding| &finding.place);
    let requirement = first.and_then(|finding| finding.requirement.as_deref());
    let mut message = in_brief(case);
    if let Some(known) = report
        .requirements
        .iter()
        .find(|known| Some(known.id.as_str()) == requirement)
    {
        message.push('\n');
        message.push_str(&short_text(&printable(&known.sentence), 400));
    }
    if let Some(reason) = reason {
        message = format!("{reason}\n{message}");
    }
    let class = changes.class(case);
    let class = class.map_or_else(String::new, |class| format!("{} - ", class.words()));
    let title = format!(
        "{class}{} {}",
        requirement.unwrap_or("no evidence"),
        case.id
    );
    writeln!(
        out,
        "::{command} file={},line={},col={},endColumn={},title={}::{}",
        property(&place.file),
        place.line,
        place.column,
        place.column.saturating_add(place.length),
        property(&title),
        data(&message)
    )
}

/// What a case could not undo: clean up by hand.
fn left_behind(out: &mut dyn io::Write, case: &CaseReport) -> io::Result<()> {
    let title = format!("left behind by {}", case.id);
    let things: Vec<_> = case
        .left_behind
        .iter()
        .map(|thing| printable(thing))
        .collect();
    writeln!(
        out,
        "::warning title={}::{}",
        property(&title),
        data(&short_text(&things.join("\n"), 400))
    )
}

/// The message: line ends become escapes that GitHub turns back.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property: what ends one is escaped too.
fn property(text: &str) -> String {
    data(&printable(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
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
    fn every_line_is_one_command() {
        let line = regex::Regex::new(
            "^::(error|warning|notice) (file=[^:,]*,line=[0-9]+,col=[0-9]+,endColumn=[0-9]+,)?title=[^:,]*::.+$",
        )
        .unwrap();
        for report in sample::all() {
            for text in drawn(&report).lines() {
                assert!(line.is_match(text), "{text}");
            }
        }
    }

    #[test]
    fn text_cannot_end_a_property_or_a_line() {
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25\\n");
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
    }
}
