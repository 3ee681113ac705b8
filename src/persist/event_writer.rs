//! Writes the lines of an event stream: a header, the plan, each case as it ends, a footer.
//!
//! Each line is written with one call and flushed, so that a killed run can be rendered and resumed. The header has the
//! report of the run before its first case, the plan has every case to come, and the line of a case has all that the JSON
//! report has of it. Without a footer the run is incomplete. Cases without a result because of an interrupt are `undone`
//! lines after all others.
//!
//! ```text
//! {"event":"header","format":"probity-events/1","cases":2,...}
//! {"event":"plan","cases":[{"id":"presence/users-batch/one-user",...},...]}
//! {"event":"case","case":{"id":"presence/users-batch/one-user","verdict":"pass",...}}
//! {"event":"case","case":{"id":"presence/users-batch/two-users","verdict":"fail",...}}
//! {"event":"footer","exit":1,"reasons":["violated: 1 MUST (PRESENCE-41)"],...}
//! ```

use std::io;

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::json::writer;
use crate::model::{CaseReport, Cases, Place, Report, RunCommand, Setup, Verdict};

/// The value of `format` in the header; the number changes when a reader would break.
pub const FORMAT: &str = "probity-events/1";

/// The facts before the first case.
#[derive(Clone, Debug)]
pub struct Header<'h> {
    /// The report of the run before its first case: its cases are the plan.
    pub not_started: &'h Report,
    /// The options and the setup of the run; `None` if the stream is rendered from a report.
    pub started: Option<(&'h RunCommand, &'h Setup)>,
}

/// Writes the header and the plan.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn header(header: &Header<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let report = header.not_started;
    let (command, setup) = header.started.unzip();
    let first = HeaderLine {
        event: "header",
        format: FORMAT,
        probity: &report.probity,
        suite: &report.suite,
        target: &report.target.name,
        started: &report.started,
        cases: report.cases.len(),
        command,
        setup,
        // The result of a comparison is known at the end.
        report: Report {
            comparison: None,
            ..report.without_cases()
        },
    };
    line(&first, out)?;
    let plan = PlanLine {
        event: "plan",
        cases: PlannedCases(&report.cases),
    };
    line(&plan, out)
}

#[derive(Serialize)]
struct HeaderLine<'h> {
    event: &'static str,
    format: &'static str,
    probity: &'h str,
    suite: &'h str,
    target: &'h str,
    started: &'h str,
    cases: usize,
    command: Option<&'h RunCommand>,
    setup: Option<&'h Setup>,
    report: Report,
}

#[derive(Serialize)]
struct PlanLine<'h> {
    event: &'static str,
    cases: PlannedCases<'h>,
}

struct PlannedCases<'h>(&'h Cases);

impl Serialize for PlannedCases<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut planned = serializer.serialize_seq(Some(self.0.len()))?;
        for case in self.0 {
            planned.serialize_element(&Planned {
                id: &case.id,
                title: &case.title,
                contract: &case.contract,
                proves: &case.proves,
                by_rules: &case.by_rules,
                place: &case.place,
                skip: (case.verdict == Verdict::Skip).then_some(case.reason.as_str()),
            })?;
        }
        planned.end()
    }
}

/// A case of the plan.
#[derive(Serialize)]
struct Planned<'h> {
    id: &'h str,
    title: &'h str,
    contract: &'h str,
    proves: &'h [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    by_rules: &'h [String],
    place: &'h Place,
    skip: Option<&'h str>,
}

#[derive(Serialize)]
struct CaseLine<'c> {
    event: &'static str,
    case: &'c CaseReport,
}

/// Writes the line of a case: all that the JSON report has of it.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn case(case: &CaseReport, out: &mut dyn io::Write) -> io::Result<()> {
    line(
        &CaseLine {
            event: "case",
            case,
        },
        out,
    )
}

/// Writes the line of a case without a result because of an interrupt.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn undone(case: &CaseReport, out: &mut dyn io::Write) -> io::Result<()> {
    let event = "undone";
    line(&CaseLine { event, case }, out)
}

/// Writes the last line: exit code, reasons, sums, dispositions of requirements, and the comparison with an earlier run.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn footer(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut footer = json!({
        "event": "footer",
        "exit": report.exit,
        "reasons": report.reasons,
        "started": report.started,
        "insecure": report.target.insecure,
        "interrupted": report.interrupted,
        "duration_ms": report.duration_ms,
        "summary": report.summary,
        "contracts": report.contracts,
        "waivers": report.waivers,
        "requirements": report.requirements,
        "comparison": report.comparison,
    });
    if let Some(shard) = &report.shard {
        footer["shard"] = json!(shard);
    }
    if !report.incomplete_shards.is_empty() {
        footer["incomplete_shards"] = json!(report.incomplete_shards);
    }
    line(&footer, out)
}

/// Writes a finished run: its cases in plan order.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let first = Header {
        not_started: report,
        started: None,
    };
    header(&first, &mut out)?;
    for one in &report.cases {
        case(&one, &mut out)?;
    }
    footer(report, &mut out)
}

/// Writes a line with one call, so that no reader sees half of one, and flushes it.
fn line(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    writer::write_line(value, out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;

    fn lines(report: &Report) -> Vec<Value> {
        let mut out = Vec::new();
        render(report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn each_case_is_between_header_and_footer_as_in_the_report() {
        for report in sample::all() {
            let lines = lines(&report);
            assert_eq!(lines.len(), report.cases.len() + 3);
            assert_eq!(
                lines[1]["cases"].as_array().unwrap().len(),
                report.cases.len()
            );
            assert_eq!(lines[0]["format"], FORMAT);
            assert_eq!(lines[0]["cases"], report.cases.len());
            assert_eq!(lines[lines.len() - 1]["exit"], report.exit.code());
            for (line, case) in lines[2..].iter().zip(&report.cases) {
                let read: CaseReport = serde_json::from_value(line["case"].clone()).unwrap();
                assert_eq!(read, *case);
            }
        }
    }
}
