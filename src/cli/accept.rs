//! `probity accept`: a run becomes the baseline that later ones are compared with.

use std::path::Path;

use crate::history::baseline_writer as file;
use crate::history::load_baseline;
use crate::history::{Lowered, accept as decide};
use crate::model::{Baseline, ExitCode, Report, Sources, Verdict};
use crate::report::{diagnostics, terminal as text};

use crate::cli::arguments::AcceptOptions;
use crate::cli::output::{Terminal, count, write_whole};
use crate::cli::{report, waive};

/// Writes the baseline.
pub(crate) fn accept(options: &AcceptOptions, terminal: &Terminal) -> ExitCode {
    let Some(report) = report::load(&options.run, terminal) else {
        return ExitCode::Invalid;
    };
    let given = report.target.given.as_deref();
    let beside = || given.and_then(|target| waive::beside(target, "baseline.jsonl"));
    let Some(path) = options.baseline.clone().or_else(beside) else {
        let message = "the report's target is no file, so nothing tells where its baseline stands";
        terminal.complain(message, &["say where: --baseline FILE".into()]);
        return ExitCode::Invalid;
    };
    let before = match before(&path, terminal) {
        Ok(before) => before,
        Err(exit) => return exit,
    };
    let lowered = Lowered {
        ids: options.lower.iter().cloned().collect(),
        reason: options.reason.clone().unwrap_or_default(),
    };
    let today = waive::today(&options.today).to_string();
    match decide(&report, before.as_ref(), &lowered, &today) {
        Ok((baseline, comparison)) => {
            if let Err(error) = write(&path, &baseline) {
                let message = format!("{} could not be written: {error}", path.display());
                terminal.complain(&message, &[]);
                return ExitCode::Defect;
            }
            if let Some(comparison) = &comparison {
                let options = terminal.options();
                terminal.print(|out| text::render_comparison(comparison, None, &options, out));
            }
            tell(&path, &report, terminal);
            ExitCode::Conforms
        }
        Err(refusal) => {
            let mut help = refusal.details;
            help.truncate(20);
            if refusal.exit == ExitCode::Violated {
                help.push("waive it (`probity waive`), or decide: --lower ID --reason TEXT".into());
            }
            let message = format!("not accepted: {}", refusal.message);
            terminal.complain(&message, &help);
            refusal.exit
        }
    }
}

/// The baseline that would be replaced, if there is one.
fn before(path: &Path, terminal: &Terminal) -> Result<Option<Baseline>, ExitCode> {
    if !path.exists() {
        return Ok(None);
    }
    let mut sources = Sources::default();
    load_baseline(path, &mut sources)
        .map(Some)
        .map_err(|found| {
            terminal.print_error(|out| {
                diagnostics::render(&found, &sources, terminal.error_colour, terminal.width, out)
            });
            ExitCode::Invalid
        })
}

fn write(path: &Path, baseline: &Baseline) -> std::io::Result<()> {
    let mut octets = Vec::new();
    file::render(baseline, &mut octets)?;
    write_whole(path, &octets)
}

/// What is accepted; a failure that is part of it is named.
fn tell(path: &Path, report: &Report, terminal: &Terminal) {
    let failing: Vec<&str> = report
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Fail)
        .map(|case| case.id.as_str())
        .collect();
    terminal.print(|out| {
        let path = path.display();
        writeln!(out, "accepted {} in {path}", count(report.cases.len(), "case"))?;
        if !failing.is_empty() {
            let noun = count(failing.len(), "case");
            writeln!(out, "{noun} of it fail, and may go on in the same way only where a gate asks for regressions:")?;
        }
        failing
            .iter()
            .try_for_each(|id| writeln!(out, "  {}", crate::text::printable::printable(id)))
    });
}
