//! A conformance statement as JSON, and as Markdown for people.

use std::io;

use serde_json::Value;

use crate::model::conformance::Conformance;
use crate::model::statement::{STATEMENT_FORMAT, StatedRequirement, StatedWaiver};
use crate::model::{Disposition, Statement, WaiverStanding};
use crate::report::json;
use crate::report::markdown::inert::{code, html};
use crate::report::page::count;
use crate::report::summary::comparison::moment;
use crate::text::shell::quoted;

/// Lines of a list in Markdown; the JSON form has everything.
const LISTED: usize = 500;

/// Writes the statement as JSON, indented by one space, with a newline at its end.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_json(statement: &Statement, out: &mut dyn io::Write) -> io::Result<()> {
    json::write(statement, out)
}

/// The JSON Schema (draft 2020-12) of the statement.
///
/// Members that are not described are allowed: a later version may add some under the same number.
pub fn schema() -> Value {
    json::schema_of::<Statement>(
        "probity/statement.schema.json",
        "Probity conformance statement",
        "What a run of Probity showed about a target, to be published and verified with `probity statement verify`.",
        STATEMENT_FORMAT,
    )
}

/// Writes the statement as Markdown. The files are those of the command that verifies it: the statement as JSON, and the
/// report.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_markdown(
    statement: &Statement,
    (as_json, report): (&str, &str),
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let target = &statement.target;
    writeln!(out, "# Conformance statement: {}\n", html(&target.name))?;
    writeln!(out, "**{}**\n", sentence(statement.conformance))?;
    for reason in &statement.reasons {
        writeln!(out, "- {}", html(reason))?;
    }
    if !statement.reasons.is_empty() {
        writeln!(out)?;
    }
    facts(statement, out)?;
    levels(statement, out)?;
    list(out, "Violated", &of(statement, Disposition::Violated))?;
    list(out, "Unproven", &of(statement, Disposition::Unproven))?;
    let not_applicable = of(statement, Disposition::NotApplicable);
    list(out, "Not applicable", &not_applicable)?;
    let waivers = statement.waivers.iter().map(waiver);
    list(out, "Waivers", &waivers.collect::<Vec<_>>())?;
    writeln!(
        out,
        "To verify this statement with the report of the run:\n\n```sh\nprobity statement verify {} --report {}\n```",
        quoted(as_json),
        quoted(report)
    )
}

fn sentence(conformance: Conformance) -> &'static str {
    match conformance {
        Conformance::Conforms => {
            "The target conforms: every MUST requirement is upheld or not applicable."
        }
        Conformance::Waived => "The target conforms but for what is waived below.",
        Conformance::Violated => "The target violates the contract.",
        Conformance::Selected => {
            "No statement about conformance: only selected cases were run, and none failed."
        }
        Conformance::Incomplete => {
            "No statement about conformance: nothing failed, but the run is incomplete."
        }
        Conformance::StaleWaiver => "No statement about conformance: a waiver is stale or expired.",
        Conformance::Unjudged => "No statement about conformance: the target could not be judged.",
        Conformance::NoMust => {
            "No statement about conformance: no MUST requirement was judged, only recommendations were."
        }
    }
}

fn facts(statement: &Statement, out: &mut dyn io::Write) -> io::Result<()> {
    let target = &statement.target;
    writeln!(out, "| | |\n| --- | --- |")?;
    let mut row = |name: &str, value: String| writeln!(out, "| {name} | {value} |");
    row("target", code(&target.name))?;
    for (name, origin) in &target.services {
        row("address", format!("{}: {}", html(name), code(origin)))?;
    }
    if target.insecure {
        row("", "**certificate verification was disabled**".into())?;
    }
    if let Some(recording) = &statement.recording {
        let recorded = recording.recorded.as_deref().unwrap_or("an unknown date");
        let text = format!(
            "judged from a recording of {} by {}",
            html(&moment(recorded)),
            html(&recording.creator)
        );
        row("evidence", text)?;
    }
    row("date", html(&moment(&statement.date)))?;
    row("suite", code(&statement.suite.name))?;
    let digest = statement.suite.digest.as_deref().unwrap_or("unknown");
    row("suite digest (SHA-256)", code(digest))?;
    for contract in &statement.suite.contracts {
        let digest = contract.digest.map(|digest| digest.to_string());
        let digest =
            digest.map_or_else(String::new, |digest| format!(", digest {}", code(&digest)));
        let text = format!(
            "{}: {}{digest}",
            code(&contract.name),
            html(&contract.title)
        );
        row("contract", text)?;
    }
    if !statement.selection.is_empty() {
        row("selected cases", code(&statement.selection.join(", ")))?;
    }
    let cases = &statement.cases;
    let text = format!(
        "{} passed, {} warned, {} failed, {} flaky, {} without evidence, {} skipped",
        cases.pass, cases.warn, cases.fail, cases.flaky, cases.error, cases.skip
    );
    row("cases", text)?;
    row("Probity", html(&statement.probity))?;
    row("report (SHA-256)", code(&statement.report.sha256))?;
    writeln!(out)
}

fn levels(statement: &Statement, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(
        out,
        "| level | upheld | violated | unproven | not applicable | of these waived |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for one in &statement.levels {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            one.level, one.upheld, one.violated, one.unproven, one.not_applicable, one.waived
        )?;
    }
    writeln!(out)
}

/// The requirements of that disposition, a line each.
fn of(statement: &Statement, disposition: Disposition) -> Vec<String> {
    let requirements = statement.requirements.iter();
    requirements
        .filter(|one| one.disposition == disposition)
        .map(requirement)
        .collect()
}

fn requirement(one: &StatedRequirement) -> String {
    let waived = if one.waived { " (waived)" } else { "" };
    let reason = match one.reason.as_str() {
        "" => String::new(),
        reason => format!(": {}", html(reason)),
    };
    format!("{} {}{waived}{reason}", one.level, code(&one.id))
}

fn waiver(one: &StatedWaiver) -> String {
    let requirement = one.requirement.as_ref();
    let requirement = requirement.map_or_else(String::new, |id| format!(" ({})", code(id)));
    let issue = one.issue.as_ref();
    let issue = issue.map_or_else(String::new, |issue| format!(", {}", code(issue)));
    let standing = match one.standing {
        WaiverStanding::Applied => "applied",
        WaiverStanding::Different => "the case fails in another way",
        WaiverStanding::Stale => "stale",
        WaiverStanding::Expired => "expired",
        WaiverStanding::Unmatched => "matches nothing",
        WaiverStanding::Unseen => "the case was not run",
        WaiverStanding::Dormant => "the case passed this time",
        WaiverStanding::OtherTarget => "for another target",
    };
    format!(
        "{}{requirement} until {}: {}{issue} ({standing})",
        code(&one.case),
        html(&one.expires),
        html(&one.reason)
    )
}

fn list(out: &mut dyn io::Write, heading: &str, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {heading}\n")?;
    for line in lines.iter().take(LISTED) {
        writeln!(out, "- {line}")?;
    }
    if lines.len() > LISTED {
        writeln!(out, "- and {}", count(lines.len() - LISTED, "more line"))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{contradictions, differences, read_statement, statement_of};
    use crate::report::sample;

    const DIGEST: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

    fn markdown(statement: &Statement) -> String {
        let mut out = Vec::new();
        render_markdown(statement, ("statement.json", "report.json"), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn text(statement: &Statement) -> String {
        let mut out = Vec::new();
        render_json(statement, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn looks() {
        let waived = statement_of(&sample::waived(), DIGEST, true);
        insta::assert_snapshot!("json", text(&waived));
        insta::assert_snapshot!("waived", markdown(&waived));
        let hostile = sample::planted(&sample::judged(), |text| {
            text.push_str("|<b>`*\u{1b}[2J\n# x");
        });
        insta::assert_snapshot!("hostile", markdown(&statement_of(&hostile, DIGEST, false)));
    }

    #[test]
    fn every_statement_fits_the_schema_and_is_read_back_and_contradicts_nothing() {
        let schema = schema();
        jsonschema::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (name, report) in sample::named() {
            let statement = statement_of(&report, DIGEST, true);
            let text = text(&statement);
            let value: Value = serde_json::from_str(&text).unwrap();
            assert!(validator.is_valid(&value), "{name}");
            let read = read_statement(std::path::Path::new("s.json"), text.as_bytes()).unwrap();
            assert_eq!(read, statement);
            assert_eq!(contradictions(&read), [""; 0], "{name}");
            assert_eq!(differences(&read, &statement), [""; 0], "{name}");
        }
    }

    #[test]
    fn a_statement_that_says_more_than_its_report_differs_and_contradicts_itself() {
        let mut report = sample::green();
        report.selection = vec!["presence".into()];
        let supported = statement_of(&report, DIGEST, true);
        let mut stated = supported.clone();
        stated.conformance = Conformance::Conforms;
        stated.reasons.clear();
        let said = differences(&stated, &supported);
        assert_eq!(
            said[0],
            "conformance: \"conforms\" in the statement, \"selected\" by the report"
        );
        assert!(contradictions(&stated)[0].contains("only selected cases were run"));

        let broken = statement_of(&sample::broken(), DIGEST, true);
        let mut stated = broken.clone();
        stated.conformance = Conformance::Conforms;
        stated.reasons.clear();
        let text = contradictions(&stated).join("\n");
        assert!(text.contains("PRESENCE-41 is violated"), "{text}");
        // Nor is it enough to call the violation waived.
        let mut waived = stated.clone();
        let must = waived
            .requirements
            .iter_mut()
            .find(|one| one.id == "PRESENCE-41");
        must.unwrap().waived = true;
        let text = contradictions(&waived).join("\n");
        assert!(text.contains("a failure is waived"), "{text}");
        waived.conformance = Conformance::Waived;
        let text = contradictions(&waived).join("\n");
        assert!(
            text.contains("a requirement is waived and no waiver applies"),
            "{text}"
        );
        // With the sums, and every requirement, only the report shows it.
        for one in &mut stated.requirements {
            one.disposition = Disposition::Upheld;
        }
        assert!(contradictions(&stated)[0].contains("`levels` are not the sums"));
        let text = differences(&stated, &broken).join("\n");
        assert!(
            text.contains("requirements[PRESENCE-41].disposition: \"upheld\" in the statement, \"violated\" by the report"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_statement_is_refused_with_the_place() {
        let refusal = |text: &str| {
            let read = read_statement(std::path::Path::new("s.json"), text.as_bytes());
            read.unwrap_err().to_string()
        };
        assert_eq!(
            refusal("{"),
            "s.json is not a conformance statement: EOF while parsing an object at line 1 column 1"
        );
        assert_eq!(
            refusal("{\"format\":\"probity-report/1\"}"),
            "s.json: expected the format `probity-statement/1`, found `probity-report/1`"
        );
        assert!(refusal("{\"format\":\"probity-statement/1\"}").contains("missing field"));
        assert!(refusal(&"[".repeat(100_000)).contains("s.json is not"));
    }
}
