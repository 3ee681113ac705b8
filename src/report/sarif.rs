//! SARIF 2.1.0 (OASIS): what code-scanning views show on the lines of the case files.
//!
//! A requirement is a rule, a finding is a result at the place of the expectation. A case without
//! evidence is a result of the rule `no-evidence`. When the run is not green for another reason, the
//! invocation says so: `executionSuccessful` is false, and each reason is a notification.
//!
//! Where the run was compared, `baselineState` says of each result whether it is new, and what is gone is in the
//! properties of the run. It is no result that is `absent`: a view that does not know the word would show as broken
//! what was fixed.

use std::io;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::json::writer;
use crate::model::report::MAY_EXIST;
use crate::model::{
    CaseChange, CaseClass, CaseReport, Comparison, ExitCode, Finding, Level, Place, Report,
    TargetReport, Verdict, cause_of, fingerprint, in_words,
};
use crate::report::summary::case::in_brief;
use crate::report::summary::case::label;
use crate::report::summary::comparison;
use crate::report::summary::exchanges;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// The rule of a case that gave no evidence.
const NO_EVIDENCE: &str = "no-evidence";

/// GitHub takes 5,000 results of one run and drops the rest unsaid.
const RESULTS: usize = 5_000;

/// What is unescaped in the path of a URI reference (RFC 3986 section 3.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Writes the report as SARIF.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writer::write_indented(&log(report), "  ", out)
}

fn log(report: &Report) -> Value {
    let (results, left_out) = results(report);
    let insecure = report
        .target
        .insecure
        .then(|| json!({ "level": "warning", "message": message(TargetReport::INSECURE) }));
    let recording = report.recording.as_ref().map(|recording| {
        let text = format!("judged from {}", exchanges::in_words(recording));
        json!({ "level": "note", "message": message(&text) })
    });
    let reasons = report
        .reasons
        .iter()
        .map(|reason| json!({ "level": "error", "message": message(reason) }));
    let left_behind = report.cases.notable().flat_map(|case| {
        let things = case.left_behind.iter();
        let notes = things.map(|thing| {
            let text = match thing.strip_prefix(MAY_EXIST) {
                Some(thing) => format!("{} may have left on the target: {thing}", case.id),
                None => format!("{} left on the target: {thing}", case.id),
            };
            json!({ "level": "warning", "message": message(&text) })
        });
        notes.collect::<Vec<Value>>()
    });
    let mut properties = json!({ "resultsLeftOut": left_out });
    if let Some(comparison) = &report.comparison {
        properties["comparison"] = compared(comparison);
    }
    let notifications: Vec<Value> = reasons
        .chain(insecure)
        .chain(recording)
        .chain(left_behind.take(RESULTS))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Probity",
                "semanticVersion": report.probity,
                "rules": rules(report),
            }},
            "automationDetails": { "id": format!("probity/{}/", printable(&report.target.name)) },
            "invocations": [{
                "executionSuccessful": matches!(report.exit, ExitCode::Conforms | ExitCode::Violated),
                "exitCode": report.exit,
                "startTimeUtc": report.started,
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": properties,
        }],
    })
}

/// With what the run was compared, what came of it, and what failed then and does not now.
fn compared(comparison: &Comparison) -> Value {
    let gone = comparison.cases.iter().flat_map(|case| {
        let lines = case.gone.iter();
        lines.map(|line| short_text(&printable(&format!("{}: {}", case.id, in_words(line))), 400))
    });
    json!({
        "with": short_text(&printable(&comparison::earlier(comparison)), 400),
        "summary": comparison::summary(comparison),
        "absent": gone.take(RESULTS).collect::<Vec<_>>(),
    })
}

/// What the comparison says of a finding. None for optional findings, and for cases that did not change.
fn state_of_finding(report: &Report, case: &CaseReport, finding: &Finding) -> Option<&'static str> {
    let line = fingerprint([finding]).pop_first()?;
    let change = report.comparison.as_deref()?.change_of(&case.id)?;
    Some(if change.appeared.contains(&line) {
        "new"
    } else if change.old == change.new {
        "unchanged"
    } else {
        "updated"
    })
}

/// The same of a case without evidence.
fn state_of_error(change: &CaseChange) -> &'static str {
    match (change.class, change.old) {
        (CaseClass::StillWithoutEvidence, Some(Verdict::Error)) => "unchanged",
        (CaseClass::StillWithoutEvidence, Some(_)) => "updated",
        _ => "new",
    }
}

fn rules(report: &Report) -> Vec<Value> {
    let mut rules: Vec<Value> = report
        .requirements
        .iter()
        .map(|one| {
            json!({
                "id": one.id,
                "shortDescription": message(&one.sentence),
                "help": message(&format!("{} of {}. Source: {}", one.level, one.contract, one.source)),
                "defaultConfiguration": { "level": level(Some(one.level)) },
                "properties": { "tags": [one.contract, one.level.to_string()] },
            })
        })
        .collect();
    rules.push(json!({
        "id": NO_EVIDENCE,
        "shortDescription": message("The case gave no evidence: no response, or a setup step failed."),
        "defaultConfiguration": { "level": "error" },
    }));
    rules
}

/// As many results as are written, and how many are not.
fn results(report: &Report) -> (Vec<Value>, usize) {
    let mut results = Vec::new();
    let mut left_out = 0;
    let mut add = |result: &dyn Fn() -> Value| {
        if results.len() < RESULTS {
            results.push(result());
        } else {
            left_out += 1;
        }
    };
    for case in report.cases.notable() {
        if case.verdict == Verdict::Error {
            add(&|| of_error(report, &case));
            continue;
        }
        let mut known: Vec<&Finding> = Vec::new();
        for finding in case.all_findings() {
            // What fails in every attempt is one result.
            let is_known = known.iter().any(|one| {
                let what = |one: &Finding| (one.requirement.clone(), one.message.clone());
                one.place == finding.place && what(one) == what(finding)
            });
            if !is_known {
                known.push(finding);
                add(&|| of_finding(report, &case, finding));
            }
        }
    }
    (results, left_out)
}

fn of_error(report: &Report, case: &CaseReport) -> Value {
    let text = in_brief(case);
    let place = case.findings.first().map_or(&case.place, |one| &one.place);
    let mut result = result(report, case, NO_EVIDENCE, "error", &text, place);
    let comparison = report.comparison.as_deref();
    if let Some(change) = comparison.and_then(|one| one.change_of(&case.id)) {
        result["baselineState"] = state_of_error(change).into();
    }
    result
}

fn of_finding(report: &Report, case: &CaseReport, finding: &Finding) -> Value {
    let rule = finding.requirement.as_deref().unwrap_or(NO_EVIDENCE);
    let expected = match finding.expected.as_str() {
        "" => String::new(),
        expected => format!("; expected {}", short_text(expected, 300)),
    };
    let flaky = match case.verdict {
        Verdict::Flaky => format!(" ({})", case.reason),
        _ => String::new(),
    };
    let text = format!("{}{expected}{flaky}", short_text(&label(finding), 400));
    let level = level(finding.level);
    let mut result = result(report, case, rule, level, &text, &finding.place);
    // Views show results of one cause as one.
    result["partialFingerprints"] = json!({ "probityCause/v1": cause_of(case, finding) });
    if let Some(used) = &finding.used {
        let mut related = physical(&used.place);
        related["message"] = message(&format!("uses the step {}", used.name));
        let mut all = vec![related];
        if let Some(value) = &used.value {
            let mut related = physical(value);
            related["message"] = message("the value comes from here");
            all.push(related);
        }
        result["relatedLocations"] = all.into();
    }
    if let Some(state) = state_of_finding(report, case, finding) {
        result["baselineState"] = state.into();
    }
    let mut waivers = report.waivers.iter();
    if let Some(waiver) = waivers.find(|waiver| waiver.waives(&case.id, finding)) {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": short_text(&printable(&waiver.reason), 400),
        }]);
    }
    result
}

fn result(
    report: &Report,
    case: &CaseReport,
    rule: &str,
    level: &str,
    text: &str,
    place: &Place,
) -> Value {
    let rules = report.requirements.iter();
    let index = rules
        .map(|one| one.id.as_str())
        .chain([NO_EVIDENCE])
        .position(|id| id == rule);
    let mut location = physical(place);
    location["logicalLocations"] = json!([{ "fullyQualifiedName": case.id, "kind": "member" }]);
    let mut result = json!({
        "ruleId": rule,
        "level": level,
        "message": message(&format!("{}: {text}", case.id)),
        "locations": [location],
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    result
}

/// A location in a file.
fn physical(place: &Place) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": {
                "startLine": place.line.max(1),
                "startColumn": place.column.max(1),
                "endColumn": place.column.max(1).saturating_add(place.length),
                "snippet": { "text": short_text(&printable(&place.source), 400) },
            },
        },
    })
}

fn level(level: Option<Level>) -> &'static str {
    match level {
        None | Some(Level::Must) => "error",
        Some(Level::Should) => "warning",
        Some(Level::May) => "note",
    }
}

fn message(text: &str) -> Value {
    json!({ "text": short_text(&printable(text), 1_000) })
}

/// A path as a URI reference: relative as it is, absolute with `file://`.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let encoded = utf8_percent_encode(&path, ESCAPED);
    let has_drive =
        matches!(path.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic());
    if path.starts_with('/') {
        format!("file://{encoded}")
    } else if has_drive {
        format!("file:///{encoded}")
    } else {
        encoded.to_string()
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

    /// What the OASIS schema demands of the members that are written here.
    fn shape() -> Value {
        let text = json!({
            "type": "object", "required": ["text"], "additionalProperties": false,
            "properties": { "text": { "type": "string" } },
        });
        let level = json!({ "enum": ["none", "note", "warning", "error"] });
        let suppression = json!({
            "required": ["kind"],
            "properties": { "kind": { "enum": ["inSource", "external"] } },
        });
        let state = json!({ "enum": ["new", "unchanged", "updated", "absent"] });
        let region = json!({
            "type": "object", "additionalProperties": false,
            "properties": {
                "startLine": { "type": "integer", "minimum": 1 },
                "startColumn": { "type": "integer", "minimum": 1 },
                "endColumn": { "type": "integer", "minimum": 1 },
                "snippet": text,
            },
        });
        let result = json!({
            "type": "object", "required": ["message"], "additionalProperties": false,
            "properties": {
                "ruleId": { "type": "string" },
                "ruleIndex": { "type": "integer", "minimum": -1 },
                "baselineState": state,
                "partialFingerprints": { "additionalProperties": { "type": "string" } },
                "level": level,
                "message": text,
                "relatedLocations": { "items": {
                    "required": ["message", "physicalLocation"], "additionalProperties": false,
                    "properties": { "message": text, "physicalLocation": { "properties": { "region": region } } },
                } },
                "locations": { "items": { "properties": {
                    "physicalLocation": { "properties": {
                        "artifactLocation": { "properties": {
                            "uri": { "type": "string", "format": "uri-reference" },
                        }},
                        "region": region,
                    }},
                }}},
                "suppressions": { "items": suppression },
            },
        });
        json!({
            "type": "object", "required": ["version", "runs"], "additionalProperties": false,
            "properties": {
                "$schema": { "type": "string", "format": "uri" },
                "version": { "const": "2.1.0" },
                "runs": { "items": {
                    "type": "object", "required": ["tool"], "additionalProperties": false,
                    "properties": {
                        "tool": { "required": ["driver"], "properties": { "driver": {
                            "required": ["name"],
                            "properties": {
                                "semanticVersion": { "type": "string" },
                                "rules": { "uniqueItems": true, "items": {
                                    "required": ["id"],
                                    "properties": {
                                        "id": { "type": "string" },
                                        "shortDescription": text,
                                        "help": text,
                                        "defaultConfiguration": { "properties": { "level": level } },
                                        "properties": { "properties": { "tags": { "uniqueItems": true } } },
                                    },
                                }},
                            },
                        }}},
                        "automationDetails": { "properties": { "id": { "type": "string" } } },
                        "invocations": { "items": {
                            "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": { "type": "boolean" },
                                "exitCode": { "type": "integer" },
                                "startTimeUtc": { "type": "string", "format": "date-time" },
                                "toolExecutionNotifications": { "items": {
                                    "required": ["message"],
                                    "properties": { "level": level, "message": text },
                                }},
                            },
                        }},
                        "columnKind": { "enum": ["utf16CodeUnits", "unicodeCodePoints"] },
                        "results": { "items": result },
                        "properties": { "type": "object" },
                    },
                }},
            },
        })
    }

    #[test]
    fn every_log_has_the_shape_of_the_standard() {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&shape())
            .unwrap();
        for report in sample::all() {
            let value: Value = serde_json::from_str(&drawn(&report)).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, [""; 0]);
        }
    }

    #[test]
    fn a_result_names_a_rule_that_is_there() {
        for report in sample::all() {
            let value = log(&report);
            let run = &value["runs"][0];
            for result in run["results"].as_array().unwrap() {
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(
                    run["tool"]["driver"]["rules"][index]["id"],
                    result["ruleId"]
                );
            }
        }
    }

    #[test]
    fn a_path_is_a_uri_reference() {
        assert_eq!(uri("cases/a b/ä.yaml"), "cases/a%20b/%C3%A4.yaml");
        assert_eq!(uri("/tmp/x:y.yaml"), "file:///tmp/x%3Ay.yaml");
        assert_eq!(uri(r"C:\a\x.yaml"), "file:///C%3A/a/x.yaml");
    }
}
