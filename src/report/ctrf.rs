//! CTRF (Common Test Report Format): one JSON file that dashboards of test results read.
//!
//! The format knows passed, failed, skipped, pending and other. A case without evidence and a flaky one
//! are `failed` here, with our own word in `rawStatus`: nothing that makes a run red may look green. A
//! waived failure is `other`. A run can be red although no case failed: the exit code and its reasons
//! are in `extra`, and `environment.healthy` is false.

use std::collections::HashMap;
use std::io;

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::json::writer;
use crate::model::{CaseReport, ExitCode, Report, StepReport, TargetReport, Verdict};
use crate::report::summary::case::{in_brief, waived};
use crate::report::summary::comparison;
use crate::report::summary::exchanges;
use crate::report::terminal::case_text;
use crate::text::printable::printable;

/// The version of the format that is written.
const VERSION: &str = "0.0.0";

/// Writes the report as CTRF.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        report_format: "CTRF",
        spec_version: VERSION,
        generated_by: "probity",
        timestamp: &report.started,
        results: Results {
            tool: json!({ "name": "probity", "version": report.probity }),
            summary: summary(report),
            tests: Tests(report),
            environment: json!({
                "testEnvironment": report.target.name,
                "healthy": report.exit == ExitCode::Conforms,
                "extra": environment(report),
            }),
        },
    };
    writer::write_indented(&document, "  ", out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    report_format: &'static str,
    spec_version: &'static str,
    generated_by: &'static str,
    timestamp: &'r str,
    results: Results<'r>,
}

#[derive(Serialize)]
struct Results<'r> {
    tool: Value,
    summary: Value,
    tests: Tests<'r>,
    environment: Value,
}

/// The cases, of which one at a time becomes a test.
struct Tests<'r>(&'r Report);

impl Serialize for Tests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tests = serializer.serialize_seq(Some(self.0.cases.len()))?;
        for case in &self.0.cases {
            let test = test(self.0, &case).map_err(serde::ser::Error::custom)?;
            tests.serialize_element(&test)?;
        }
        tests.end()
    }
}

fn summary(report: &Report) -> Value {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut plain = report.cases.len();
    for case in report.cases.notable() {
        plain -= 1;
        *numbers.entry(status_of(report, &case)).or_default() += 1;
    }
    *numbers.entry("passed").or_default() += plain;
    let number = |status: &str| numbers.get(status).copied().unwrap_or_default();
    let start = start(report);
    json!({
        "tests": report.cases.len(),
        "passed": number("passed"),
        "failed": number("failed"),
        "skipped": number("skipped"),
        "pending": 0,
        "other": number("other"),
        "flaky": report.summary.flaky,
        "start": start,
        "stop": start.saturating_add(milliseconds(report.duration_ms)),
        "duration": milliseconds(report.duration_ms),
        "extra": extra(report),
    })
}

/// What the sums do not show: the exit code, why, and what changed since an earlier run.
fn extra(report: &Report) -> Value {
    let mut extra = json!({ "exit": report.exit, "reasons": report.reasons });
    if let Some(comparison) = &report.comparison {
        extra["comparedWith"] = comparison::earlier(comparison).into();
        extra["comparison"] = comparison::summary(comparison).into();
    }
    extra
}

fn environment(report: &Report) -> Value {
    let mut extra = json!({ "suite": report.name_of_suite() });
    if report.target.insecure {
        extra["insecure"] = TargetReport::INSECURE.into();
    }
    if let Some(recording) = &report.recording {
        extra["judgedFrom"] = exchanges::in_words(recording).into();
    }
    extra
}

fn test(report: &Report, case: &CaseReport) -> io::Result<Value> {
    let start = start(report).saturating_add(milliseconds(case.started_ms));
    let mut test = json!({
        "name": case.id,
        "status": status_of(report, case),
        "rawStatus": case.verdict.name(),
        "duration": milliseconds(case.duration_ms),
        "start": start,
        "stop": start.saturating_add(milliseconds(case.duration_ms)),
        "suite": [case.contract],
        "type": "contract",
        "filePath": case.place.file,
        "line": case.place.line,
        "tags": case.proves,
        "flaky": case.verdict == Verdict::Flaky,
        "steps": case.steps.iter().map(step).collect::<Vec<_>>(),
        "extra": { "title": case.title },
    });
    let comparison = report.comparison.as_deref();
    if let Some(change) = comparison.and_then(|one| one.change_of(&case.id)) {
        test["extra"]["change"] = change.class.words().into();
    }
    let message = waived(report, case).unwrap_or_else(|| in_brief(case));
    if !message.is_empty() {
        test["message"] = message.into();
    }
    if matches!(
        case.verdict,
        Verdict::Fail | Verdict::Flaky | Verdict::Error | Verdict::Warn
    ) {
        test["trace"] = case_text(report, case)?.into();
    }
    if !case.left_behind.is_empty() {
        test["extra"]["leftBehind"] = case.left_behind.clone().into();
    }
    Ok(test)
}

/// A step has no verdict of its own: it is passed when an answer came, which its case then judges.
fn step(step: &StepReport) -> Value {
    let status = if step.status.is_some() {
        "passed"
    } else {
        "other"
    };
    json!({
        "name": printable(&step.title),
        "status": status,
        "extra": { "status": step.status, "duration": step.duration_ms, "attempts": step.attempts },
    })
}

fn status_of(report: &Report, case: &CaseReport) -> &'static str {
    match case.verdict {
        _ if report.waiver_of(case).is_some() => "other",
        Verdict::Pass | Verdict::Warn => "passed",
        Verdict::Fail | Verdict::Flaky | Verdict::Error => "failed",
        Verdict::Skip => "skipped",
    }
}

/// Milliseconds since 1970; 0 where the report does not say when it started.
fn start(report: &Report) -> i64 {
    let started = report.started.parse::<jiff::Timestamp>();
    started.map_or(0, jiff::Timestamp::as_millisecond)
}

/// Whole milliseconds, rounded up: the format knows no parts.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of floats saturates"
)]
fn milliseconds(milliseconds: f64) -> i64 {
    milliseconds.ceil() as i64
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
    fn every_report_is_valid_against_the_schema() {
        let schema = include_str!("../../tests/cli/ctrf.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        for (name, report) in sample::named() {
            let value: Value = serde_json::from_str(&drawn(&report)).unwrap();
            let errors: Vec<String> = schema
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, [""; 0], "{name}");
        }
    }

    #[test]
    fn the_sums_are_those_of_the_tests_and_a_red_run_is_not_healthy() {
        for report in sample::all() {
            let value: Value = serde_json::from_str(&drawn(&report)).unwrap();
            let summary = &value["results"]["summary"];
            let sum: u64 = ["passed", "failed", "skipped", "pending", "other"]
                .iter()
                .map(|name| summary[name].as_u64().unwrap())
                .sum();
            assert_eq!(summary["tests"], sum);
            assert_eq!(sum, report.cases.len() as u64);
            let healthy = &value["results"]["environment"]["healthy"];
            assert_eq!(healthy, &Value::from(report.exit == ExitCode::Conforms));
        }
    }
}
