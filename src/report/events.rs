//! JSON Lines: a header, a line for each case as it ends, a footer.
//!
//! Each line is written whole and flushed, so that what is there of a run that was killed can be read.
//! Without a footer the run is not complete; `cases` of the header says how many were to come.
//!
//! ```text
//! {"event":"header","format":"probity-events/1","cases":2,...}
//! {"event":"case","case":{"id":"presence/users-batch/one-user","verdict":"pass",...}}
//! {"event":"case","case":{"id":"presence/users-batch/two-users","verdict":"fail",...}}
//! {"event":"footer","exit":1,"reasons":["violated: 1 MUST (PRESENCE-41)"],...}
//! ```

use std::io;

use serde_json::{Value, json};

use crate::model::{CaseReport, Report};

/// The value of `format` in the header; the number changes when a reader would break.
pub const FORMAT: &str = "probity-events/1";

/// What is known before the first case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'h> {
    /// Version of Probity.
    pub probity: &'h str,
    /// The suite.
    pub suite: &'h str,
    /// The name of the target.
    pub target: &'h str,
    /// When the run started: RFC 3339, UTC.
    pub started: &'h str,
    /// How many cases are selected, those that will be skipped among them.
    pub cases: usize,
}

/// Writes the first line.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn header(header: &Header<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    line(
        &json!({
            "event": "header",
            "format": FORMAT,
            "probity": header.probity,
            "suite": header.suite,
            "target": header.target,
            "started": header.started,
            "cases": header.cases,
        }),
        out,
    )
}

/// Writes the line of a case: all that stands in the JSON report.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn case(case: &CaseReport, out: &mut dyn io::Write) -> io::Result<()> {
    line(&json!({ "event": "case", "case": case }), out)
}

/// Writes the last line: exit code, reasons, sums, and what became of each requirement.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn footer(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    line(
        &json!({
            "event": "footer",
            "exit": report.exit,
            "reasons": report.reasons,
            "insecure": report.target.insecure,
            "interrupted": report.interrupted,
            "duration_ms": report.duration_ms,
            "summary": report.summary,
            "requirements": report.requirements,
        }),
        out,
    )
}

/// Writes a finished run: its cases in plan order.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let first = Header {
        probity: &report.probity,
        suite: &report.suite,
        target: &report.target.name,
        started: &report.started,
        cases: report.cases.len(),
    };
    header(&first, &mut out)?;
    for one in &report.cases {
        case(one, &mut out)?;
    }
    footer(report, &mut out)
}

/// One write for a line, so that no reader sees half of one, and it is out of our hands at once.
fn line(value: &Value, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = value.to_string();
    text.push('\n');
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
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
    fn each_case_stands_between_header_and_footer_as_in_the_report() {
        for report in sample::all() {
            let lines = lines(&report);
            assert_eq!(lines.len(), report.cases.len() + 2);
            assert_eq!(lines[0]["format"], FORMAT);
            assert_eq!(lines[0]["cases"], report.cases.len());
            assert_eq!(lines[lines.len() - 1]["exit"], report.exit);
            for (line, case) in lines[1..].iter().zip(&report.cases) {
                let read: CaseReport = serde_json::from_value(line["case"].clone()).unwrap();
                assert_eq!(&read, case);
            }
        }
    }

    #[test]
    fn looks() {
        let mut out = Vec::new();
        render(&sample::warned(), &mut out).unwrap();
        insta::assert_snapshot!("events-warned", String::from_utf8(out).unwrap());
    }
}
