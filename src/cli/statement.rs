//! `probity statement`: writes and verifies conformance statements.

use std::path::Path;

use crate::history::{contradictions, differences, load_statement, statement_of};
use crate::model::{Conformance, ExitCode, Report, Statement, WaiverStanding};
use crate::persist::load_report_with_digest;
use crate::report::statement as format;
use crate::text::printable::printable;

use crate::cli::arguments::{StatementCommand, StatementOptions, StatementOut, VerifyOptions};
use crate::cli::output::{Terminal, count, write_whole};
use crate::cli::{report, waive};

/// Writes the statement of a run, or verifies one.
pub(crate) fn statement(
    options: &StatementOptions,
    terminal: &Terminal,
) -> Result<ExitCode, ExitCode> {
    if let Some(StatementCommand::Verify(options)) = &options.command {
        return verify(options, terminal);
    }
    let path = options.report.as_deref().ok_or(ExitCode::Invalid)?;
    let (report, sha256) = load(path, terminal)?;
    let statement = statement_of(&report, &sha256, !options.without_addresses);
    let mut outs = options.out.iter();
    let as_json = outs.find(|one| !one.is_markdown);
    let as_json = as_json.map_or("statement.json".into(), |one| one.path.to_string_lossy());
    let shown = path.to_string_lossy();
    let names = (&*as_json, &*shown);
    if options.out.is_empty() {
        terminal.print(|out| format::render_markdown(&statement, names, out));
        return Ok(ExitCode::Conforms);
    }
    for one in &options.out {
        refuse_report(one, path, terminal)?;
    }
    for StatementOut { path, is_markdown } in &options.out {
        let mut bytes = Vec::new();
        let rendered = if *is_markdown {
            format::render_markdown(&statement, names, &mut bytes)
        } else {
            format::render_json(&statement, &mut bytes)
        };
        let written = rendered.and_then(|()| write_whole(path, &bytes));
        written.map_err(|error| {
            let message = format!("{} could not be written: {error}", path.display());
            terminal.fail(ExitCode::Defect, &message, &[])
        })?;
    }
    terminal.print(|out| say(&statement, out));
    Ok(ExitCode::Conforms)
}

/// The report is evidence: it is not overwritten by what is made from it.
fn refuse_report(out: &StatementOut, report: &Path, terminal: &Terminal) -> Result<(), ExitCode> {
    let place = |path: &Path| path.canonicalize().ok();
    let is_it = place(report).is_some_and(|report| place(&out.path) == Some(report));
    if is_it {
        let message = format!(
            "the statement would overwrite the report {}",
            report.display()
        );
        return Err(terminal.refuse(&message, &["choose another path".into()]));
    }
    Ok(())
}

fn load(path: &Path, terminal: &Terminal) -> Result<(Report, String), ExitCode> {
    if report::refuse_directory(path, terminal) {
        return Err(ExitCode::Invalid);
    }
    load_report_with_digest(path).map_err(|error| {
        let help = "it takes the JSON report of a run: `probity run --report json=FILE`";
        terminal.refuse(&error.to_string(), &[help.into()])
    })
}

/// Prints what the statement says, and why it is no more.
fn say(statement: &Statement, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let name = printable(&statement.target.name);
    writeln!(out, "{name}: {}", statement.conformance.words())?;
    let mut reasons = statement.reasons.iter();
    reasons.try_for_each(|reason| writeln!(out, "  {}", printable(reason)))
}

fn verify(options: &VerifyOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let (stated, text) = load_statement(&options.statement).map_err(|error| {
        let help = "it takes the JSON form: `probity statement REPORT.json --out statement.json`";
        terminal.refuse(&error.to_string(), &[help.into()])
    })?;
    let mut found = contradictions(&stated);
    if !is_as_written(&stated, &text) {
        let what = "a member that is twice or unknown, or a value that is written differently";
        found.push(format!(
            "it is not as `probity statement` writes it: {what}"
        ));
    }
    if let Some(path) = &options.report {
        let (report, sha256) = load(path, terminal)?;
        let has_addresses = !stated.target.services.is_empty();
        found.extend(differences(
            &stated,
            &statement_of(&report, &sha256, has_addresses),
        ));
    }
    note_expired(&stated, options, terminal);
    let path = options.statement.display();
    if found.is_empty() {
        let by = match &options.report {
            Some(report) => format!("agrees with {}", report.display()),
            None => {
                "does not contradict itself (--report FILE checks it against the report)".into()
            }
        };
        terminal.print(|out| {
            writeln!(out, "{path} {}", printable(&by))?;
            say(&stated, out)
        });
        return Ok(ExitCode::Conforms);
    }
    let message = format!(
        "{path} cannot be confirmed: {}",
        count(found.len(), "difference")
    );
    terminal.complain(&message, &[]);
    terminal.print_error(|out| {
        let mut lines = found.iter();
        lines.try_for_each(|line| writeln!(out, "  {}", printable(line)))
    });
    Err(ExitCode::Violated)
}

/// Is the text that of the statement that was read, but for white space? Other readers may see another one of two members
/// with the same name, and ones that are not part of a statement.
fn is_as_written(stated: &Statement, text: &[u8]) -> bool {
    let mut canonical = Vec::new();
    let rendered = format::render_json(stated, &mut canonical);
    rendered.is_ok() && compact(text) == compact(&canonical)
}

/// JSON without the white space between its tokens.
fn compact(json: &[u8]) -> Vec<u8> {
    let (mut is_text, mut is_escaped) = (false, false);
    let kept = json.iter().copied().filter(|byte| {
        let is_kept = is_text || !byte.is_ascii_whitespace();
        if is_escaped {
            is_escaped = false;
        } else {
            is_escaped = is_text && *byte == b'\\';
            is_text ^= *byte == b'"';
        }
        is_kept
    });
    kept.collect()
}

/// A waiver that held on the day of the run may be over today.
fn note_expired(statement: &Statement, options: &VerifyOptions, terminal: &Terminal) {
    if statement.conformance != Conformance::Waived {
        return;
    }
    let today = waive::today(&options.today).to_string();
    let waivers = statement.waivers.iter();
    let over = waivers.filter(|one| {
        one.standing == WaiverStanding::Applied && one.expires.as_str() < today.as_str()
    });
    for one in over {
        terminal.warn(&format!(
            "the waiver for {} expired on {}",
            one.case, one.expires
        ));
    }
}
