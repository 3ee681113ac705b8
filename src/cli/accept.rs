//! `probity accept`: accepts a run as the baseline for later ones.

use std::path::Path;

use crate::history::baseline_writer as file;
use crate::history::load_baseline;
use crate::history::{Lowered, accept as decide};
use crate::model::{Baseline, ExitCode, Report, Sources, Verdict};
use crate::report::{diagnostics, terminal as text};
use crate::text::printable::printable;

use crate::cli::arguments::AcceptOptions;
use crate::cli::output::{Terminal, count, write_whole};
use crate::cli::{report, waive};

/// What is worse, in lines, before the rest is counted.
const SHOWN: usize = 20;

/// Writes the baseline.
pub(crate) fn accept(options: &AcceptOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let report = report::load(&options.run, terminal).ok_or(ExitCode::Invalid)?;
    let given = report.target.given.as_deref();
    let beside = || given.and_then(|target| waive::beside(target, "baseline.jsonl"));
    let Some(path) = options.baseline.clone().or_else(beside) else {
        let message = "the target of the report is not a file, so its baseline has no default path";
        return Err(terminal.refuse(message, &["name the file: --baseline FILE".into()]));
    };
    let before = before(&path, terminal)?;
    let lowered = Lowered {
        ids: options.lower.iter().cloned().collect(),
        reason: options.reason.clone().unwrap_or_default(),
    };
    let today = waive::today(&options.today).to_string();
    match decide(&report, before.as_ref(), &lowered, &today) {
        Ok((baseline, comparison)) => {
            write(&path, &baseline).map_err(|error| {
                let message = format!("{} could not be written: {error}", path.display());
                terminal.fail(ExitCode::Defect, &message, &[])
            })?;
            if let Some(comparison) = &comparison {
                let options = terminal.options();
                terminal.print(|out| text::render_comparison(comparison, None, &options, out));
            }
            print_accepted(&path, &report, terminal);
            Ok(ExitCode::Conforms)
        }
        Err(refusal) => {
            let message = format!("not accepted: {}", refusal.message);
            let more = refusal.details.len().saturating_sub(SHOWN);
            terminal.print_error(|out| {
                for detail in refusal.details.iter().take(SHOWN) {
                    writeln!(out, "  {}", printable(detail))?;
                }
                if more > 0 {
                    writeln!(out, "  and {more} more: `probity compare` shows all")?;
                }
                Ok(())
            });
            let mut help = Vec::new();
            if refusal.exit == ExitCode::Violated {
                help.push(
                    "waive each (`probity waive`), or accept it: --lower ID, as often as needed, with one --reason TEXT"
                        .into(),
                );
            }
            Err(terminal.fail(refusal.exit, &message, &help))
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
    let mut bytes = Vec::new();
    file::render(baseline, &mut bytes)?;
    write_whole(path, &bytes)
}

/// Prints what was accepted, and the failures in it.
fn print_accepted(path: &Path, report: &Report, terminal: &Terminal) {
    let failing = report.cases.of(Verdict::Fail);
    let failing: Vec<String> = failing.map(|case| case.id.clone()).collect();
    terminal.print(|out| {
        let path = path.display();
        writeln!(out, "accepted {} in {path}", count(report.cases.len(), "case"))?;
        if !failing.is_empty() {
            let verb = if failing.len() == 1 { "fails" } else { "fail" };
            let noun = count(failing.len(), "case");
            writeln!(out, "{noun} of it {verb}; with `--gate regressions` they may still fail in the same way:")?;
        }
        failing
            .iter()
            .try_for_each(|id| writeln!(out, "  {}", printable(id)))
    });
}
