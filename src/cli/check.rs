//! `probity check`: finds all mistakes that can be found without sending a request.

use crate::load::Thoroughness;
use crate::model::ExitCode;

use crate::cli::arguments::CheckOptions;
use crate::cli::outlook;
use crate::cli::output::{Terminal, count};
use crate::cli::suite;

/// Checks a suite, and a target if one is named. A target is also checked if environment variables are not set, although
/// no run is possible then.
pub(crate) fn check(options: &CheckOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let suite = suite::load(&options.suite, Thoroughness::Everything, terminal);
    let mut suite = suite.ok_or(ExitCode::Invalid)?;
    let target = match &options.target {
        Some(text) => {
            let target = suite::survey_chosen_target(text, &mut suite, terminal);
            Some(target.ok_or(ExitCode::Invalid)?)
        }
        None => None,
    };
    terminal.print(|out| {
        let contracts = suite.contracts.iter();
        let requirements = contracts.map(|contract| contract.requirements.len()).sum();
        writeln!(
            out,
            "no mistakes: {}, {}, {}",
            count(suite.contracts.len(), "contract"),
            count(requirements, "requirement"),
            count(suite.cases.len(), "case")
        )?;
        if target.is_none() {
            outlook::write_without_case(&suite, terminal.width, out)?;
        }
        target.as_ref().map_or(Ok(()), |(target, missing)| {
            outlook::write(&suite, target, missing, terminal.width, out)
        })
    });
    let missing = target.map_or(0, |(_, missing)| missing.len());
    if missing == 0 {
        return Ok(ExitCode::Conforms);
    }
    let (are, all) = match missing {
        1 => ("is", "it"),
        _ => ("are", "all of them"),
    };
    let variables = count(missing, "environment variable");
    let message = format!("{variables} {are} not set; a run needs {all}");
    Err(terminal.refuse(&message, &[]))
}
