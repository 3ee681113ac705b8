//! JUnit XML: what CI servers show as test results.
//!
//! One test suite for each contract, one test case for each case. `<failure>` is a broken contract,
//! `<error>` is no evidence; the two are never mixed. Only elements and attributes that Ant, Jenkins
//! and GitLab all read are written.
//!
//! A reader of this file alone sees no exit code. So when a run is not green although no case failed
//! (a requirement unproven, nothing selected), one more test case says so as an error.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write as _};
use std::sync::Arc;

use crate::model::report::MAY_EXIST;
use crate::model::{CaseReport, ExitCode, Report, TargetReport, Verdict, cause_of};
use crate::report::page::count;
use crate::report::summary::case::label;
use crate::report::summary::case::{in_brief, waived};
use crate::report::summary::comparison;
use crate::report::summary::exchanges;
use crate::report::terminal::case_text;
use crate::text::printable::{printable, push_printable};

/// Writes the report as JUnit XML.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let numbers = Numbers::by_contract(report);
    let (failures, errors) = numbers.values().fold((0, 0), |(failures, errors), one| {
        (failures + one.failures, errors + one.errors)
    });
    // Is the run not green, and no case says so?
    let has_extra = report.exit != ExitCode::Conforms && failures + errors == 0;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="probity" tests="{}" failures="{}" errors="{}" time="{}">"#,
        report.cases.len() + usize::from(has_extra),
        failures,
        errors + usize::from(has_extra),
        seconds(report.duration_ms),
    )?;
    let shared = shared(report);
    for contract in &report.contracts {
        if let Some(numbers) = numbers.get(contract.name.as_str()) {
            suite(&mut out, report, &shared, &contract.name, numbers)?;
        }
    }
    if has_extra {
        the_run(&mut out, report)?;
    }
    writeln!(out, "</testsuites>")?;
    out.flush()
}

/// The cases of one contract.
#[derive(Default)]
struct Numbers {
    failures: usize,
    errors: usize,
    /// A waived failure counts as skipped.
    skipped: usize,
    /// In milliseconds.
    took: f64,
    /// Where they are among all cases.
    positions: Vec<usize>,
}

impl Numbers {
    fn by_contract(report: &Report) -> HashMap<Arc<str>, Numbers> {
        let mut all: HashMap<Arc<str>, Numbers> = HashMap::new();
        for (position, case) in report.cases.iter().enumerate() {
            let own = all.entry(Arc::clone(&case.contract)).or_default();
            own.positions.push(position);
            own.took += case.duration_ms;
            match case.verdict {
                Verdict::Fail | Verdict::Flaky if report.waiver_of(&case).is_none() => {
                    own.failures += 1;
                }
                Verdict::Fail | Verdict::Flaky | Verdict::Skip => own.skipped += 1,
                Verdict::Error => own.errors += 1,
                Verdict::Pass | Verdict::Warn => {}
            }
        }
        all
    }
}

fn suite(
    out: &mut dyn io::Write,
    report: &Report,
    shared: &Shared<'_>,
    name: &str,
    numbers: &Numbers,
) -> io::Result<()> {
    writeln!(
        out,
        r#"  <testsuite name="{}" tests="{}" failures="{}" errors="{}" skipped="{}" time="{}" timestamp="{}">"#,
        attribute(name),
        numbers.positions.len(),
        numbers.failures,
        numbers.errors,
        numbers.skipped,
        seconds(numbers.took),
        timestamp(&report.started),
    )?;
    writeln!(out, "    <properties>")?;
    let compared = report.comparison.as_deref().map(|comparison| {
        let (earlier, summary) = (
            comparison::earlier(comparison),
            comparison::summary(comparison),
        );
        format!("{earlier}: {summary}")
    });
    let recording = report.recording.as_ref().map(exchanges::in_words);
    let properties = [
        ("probity", Some(report.probity.as_str())),
        ("suite", Some(report.name_of_suite())),
        ("target", Some(&report.target.name)),
        ("compared-with", compared.as_deref()),
        ("judged-from", recording.as_deref()),
    ];
    let properties = properties.into_iter();
    for (name, value) in properties.filter_map(|(name, value)| Some((name, value?))) {
        let value = attribute(value);
        writeln!(out, r#"      <property name="{name}" value="{value}"/>"#)?;
    }
    if report.target.insecure {
        let value = TargetReport::INSECURE;
        writeln!(out, r#"      <property name="insecure" value="{value}"/>"#)?;
    }
    writeln!(out, "    </properties>")?;
    for case in numbers
        .positions
        .iter()
        .filter_map(|at| report.cases.at(*at))
    {
        test_case(out, report, shared, &case)?;
    }
    writeln!(out, "  </testsuite>")
}

fn test_case(
    out: &mut dyn io::Write,
    report: &Report,
    shared: &Shared<'_>,
    case: &CaseReport,
) -> io::Result<()> {
    write!(
        out,
        r#"    <testcase name="{}" classname="{}" time="{}""#,
        attribute(&case.id),
        attribute(&case.contract),
        seconds(case.duration_ms),
    )?;
    let message = attribute(&in_brief(case));
    let full = || case_text(report, case);
    match case.verdict {
        Verdict::Pass if case.left_behind.is_empty() => writeln!(out, "/>"),
        Verdict::Pass | Verdict::Warn => {
            let mut lines = match case.verdict {
                Verdict::Warn => vec![full()?],
                _ => Vec::new(),
            };
            let left = case.left_behind.iter().map(|one| left_behind_line(one));
            lines.extend(left.map(|line| printable(&line).into_owned()));
            let text = text(&lines.join("\n"));
            writeln!(
                out,
                ">\n      <system-out>{text}</system-out>\n    </testcase>"
            )
        }
        Verdict::Skip => writeln!(
            out,
            ">\n      <skipped message=\"{message}\"/>\n    </testcase>"
        ),
        Verdict::Fail | Verdict::Flaky if report.waiver_of(case).is_some() => {
            let reason = waived(report, case).unwrap_or_default();
            let reason = attribute(&format!("{reason}; {}", in_brief(case)));
            writeln!(out, ">\n      <skipped message=\"{reason}\"/>")?;
            left_behind(out, case)?;
            writeln!(out, "    </testcase>")
        }
        Verdict::Fail | Verdict::Flaky | Verdict::Error => {
            let element = if is_failure(case) { "failure" } else { "error" };
            let causes = causes_of(shared, case);
            writeln!(
                out,
                ">\n      <{element} type=\"{}\" message=\"{message}\">{}</{element}>",
                kind(case),
                text(&format!("{causes}{}", full()?)),
            )?;
            reruns(out, case)?;
            left_behind(out, case)?;
            writeln!(out, "    </testcase>")
        }
    }
}

/// How many cases each cause of several cases breaks, by its id.
type Shared<'r> = HashMap<&'r str, usize>;

fn shared(report: &Report) -> Shared<'_> {
    let causes = report.causes.iter().flat_map(|cause| {
        let also = cause.also.iter();
        std::iter::once(cause).chain(also)
    });
    let several = causes.filter(|cause| cause.cases.len() > 1);
    several
        .map(|cause| (cause.id.as_str(), cause.cases.len()))
        .collect()
}

/// `cause: PRESENCE-40: missing at /*/xuid, in 19 cases`, for each cause that other cases have too.
fn causes_of(shared: &Shared<'_>, case: &CaseReport) -> String {
    let ids = case.findings.iter().map(|finding| cause_of(case, finding));
    let ids: BTreeSet<String> = ids.collect();
    let lines = ids.iter().filter_map(|id| {
        let cases = count(*shared.get(id.as_str())?, "case");
        Some(format!("cause: {}, in {cases}\n", printable(id)))
    });
    lines.collect()
}

/// Each further attempt that failed, as Surefire and nextest write it.
fn reruns(out: &mut dyn io::Write, case: &CaseReport) -> io::Result<()> {
    let failed = case.reruns.iter().enumerate();
    for (index, rerun) in failed.filter(|(_, rerun)| rerun.verdict == Verdict::Fail) {
        let labels: Vec<String> = rerun.findings.iter().map(label).collect();
        writeln!(
            out,
            "      <rerunFailure type=\"{}\" message=\"attempt {}: {}\" time=\"{}\">{}</rerunFailure>",
            rerun
                .findings
                .first()
                .map_or("no-evidence", |one| one.kind.name()),
            index + 2,
            attribute(&printable(labels.first().map_or("", String::as_str))),
            seconds(rerun.duration_ms),
            text(&printable_lines(&labels)),
        )?;
    }
    Ok(())
}

fn printable_lines(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| printable(line)).collect();
    lines.join("\n")
}

/// What could not be undone, for people who read the log of a test.
fn left_behind(out: &mut dyn io::Write, case: &CaseReport) -> io::Result<()> {
    if case.left_behind.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = case
        .left_behind
        .iter()
        .map(|one| left_behind_line(one))
        .collect();
    let text = text(&printable_lines(&lines));
    writeln!(out, "      <system-out>{text}</system-out>")
}

fn left_behind_line(thing: &str) -> String {
    match thing.strip_prefix(MAY_EXIST) {
        Some(thing) => format!("may be left behind: {thing}"),
        None => format!("left behind: {thing}"),
    }
}

fn is_failure(case: &CaseReport) -> bool {
    matches!(case.verdict, Verdict::Fail | Verdict::Flaky)
}

/// What sort of failure: `flaky`, the kind of the first finding, or how the answer did not come.
fn kind(case: &CaseReport) -> String {
    let no_answer = case
        .steps
        .iter()
        .filter_map(|step| step.exchange.as_ref())
        .find_map(|exchange| exchange.no_answer.as_ref());
    match (no_answer, case.findings.first()) {
        (Some(no_answer), _) if case.verdict == Verdict::Error => attribute(no_answer.kind.name()),
        _ if case.verdict == Verdict::Flaky => "flaky".to_owned(),
        (_, Some(finding)) => finding.kind.name().to_owned(),
        _ => "no-evidence".to_owned(),
    }
}

/// The run as a test case of its own.
fn the_run(out: &mut dyn io::Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        r#"  <testsuite name="probity" tests="1" failures="0" errors="1" skipped="0" time="0.000" timestamp="{}">"#,
        timestamp(&report.started),
    )?;
    writeln!(
        out,
        "    <testcase name=\"the whole run\" classname=\"probity\" time=\"0.000\">\n      \
         <error type=\"exit-{}\" message=\"{}\"/>\n    </testcase>\n  </testsuite>",
        report.exit,
        attribute(&report.reasons.join("; ")),
    )
}

/// Milliseconds as seconds.
fn seconds(milliseconds: f64) -> String {
    format!("{:.3}", milliseconds / 1000.0)
}

/// RFC 3339 in UTC, cut to what an Ant report holds: `2026-01-01T00:00:00`.
fn timestamp(started: &str) -> String {
    attribute(started.split(['.', 'Z']).next().unwrap_or_default())
}

/// Text for an attribute in double quotes. White space keeps its sort: a parser would make spaces of it.
fn attribute(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            other => push_escaped(&mut escaped, other),
        }
    }
    escaped
}

/// Text between tags.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut escaped, character);
    }
    escaped
}

/// What XML 1.0 section 2.2 does not allow, not even as a reference, is written as `\u{1b}`, and so is what a
/// terminal acts on.
fn push_escaped(escaped: &mut String, character: char) {
    match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '\r' => escaped.push_str("&#13;"),
        '\n' | '\t' => escaped.push(character),
        '\u{fffe}' => escaped.push_str("\\u{fffe}"),
        '\u{ffff}' => escaped.push_str("\\u{ffff}"),
        other => push_printable(escaped, other),
    }
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

    /// Each element with its parent and its attributes, as in `tests/cli/junit.xsd`.
    const ELEMENTS: [(&str, &str, &str); 10] = [
        ("testsuites", "", "name tests failures errors time"),
        (
            "testsuite",
            "testsuites",
            "name tests failures errors skipped time timestamp",
        ),
        ("properties", "testsuite", ""),
        ("property", "properties", "name value"),
        ("testcase", "testsuite", "name classname time"),
        ("skipped", "testcase", "message"),
        ("failure", "testcase", "type message"),
        ("error", "testcase", "type message"),
        ("rerunFailure", "testcase", "type message time"),
        ("system-out", "testcase", ""),
    ];

    #[test]
    fn every_element_is_one_of_the_schema_in_its_place() {
        let tag = regex::Regex::new(r#"<(/?)([a-zA-Z-]+)((?: [a-z]+="[^"<]*")*)(/?)>"#).unwrap();
        let attribute = regex::Regex::new(r#" ([a-z]+)=""#).unwrap();
        for (name, report) in sample::named() {
            let text = drawn(&report);
            // Every `<` but that of the declaration begins a tag.
            assert_eq!(tag.find_iter(&text).count(), text.matches('<').count() - 1);
            let mut open = vec![""];
            for found in tag.captures_iter(&text) {
                let element = &found[2];
                if !found[1].is_empty() {
                    assert_eq!(open.pop(), Some(element), "{name}");
                    continue;
                }
                let attributes: Vec<&str> = attribute
                    .captures_iter(found.get(3).unwrap().as_str())
                    .map(|one| one.get(1).unwrap().as_str())
                    .collect();
                let is_known = ELEMENTS.iter().any(|known| {
                    let (parent, names) = (open.last().unwrap(), attributes.join(" "));
                    (known.0, known.1, known.2) == (element, *parent, names.as_str())
                });
                assert!(is_known, "{name}: {} in {open:?}", &found[0]);
                if found[4].is_empty() {
                    open.push(found.get(2).unwrap().as_str());
                }
            }
            assert_eq!(open, [""], "{name}");
        }
    }

    #[test]
    fn the_counts_are_those_of_the_elements() {
        for report in sample::all() {
            let text = drawn(&report);
            let count = |tag: &str| text.matches(tag).count().to_string();
            let head = text.lines().nth(1).unwrap();
            let said = |name: &str| {
                let from = head.split(&format!(" {name}=\"")).nth(1).unwrap();
                from.split('"').next().unwrap().to_owned()
            };
            assert_eq!(said("tests"), count("<testcase "));
            assert_eq!(said("failures"), count("<failure "));
            assert_eq!(said("errors"), count("<error "));
        }
    }

    #[test]
    fn a_run_that_is_not_green_is_never_all_green_here() {
        for report in sample::all()
            .iter()
            .filter(|report| report.exit != ExitCode::Conforms)
        {
            let text = drawn(report);
            assert!(text.contains("<failure ") || text.contains("<error "));
        }
    }

    #[test]
    fn only_characters_of_xml_are_written() {
        let every: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        let written = attribute(&every) + &text(&every);
        let allowed = |character: char| matches!(character, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(written.chars().all(allowed));
        assert!(!attribute(&every).contains(['<', '"', '\n', '\t']));
        assert_eq!(text("]]>\r"), "]]&gt;&#13;");
        assert_eq!(
            attribute("\0\u{fffe}\u{ffff}\n"),
            "\\u{0}\\u{fffe}\\u{ffff}&#10;"
        );
    }
}
