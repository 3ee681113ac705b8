//! `probity check`: everything that can be found without sending a request.

use crate::load::Thoroughness;
use crate::model::ExitCode;

use crate::cli::arguments::CheckOptions;
use crate::cli::outlook;
use crate::cli::output::{Terminal, count};
use crate::cli::suite;

/// Checks a suite, and a target if one is named. A target whose environment variables are not set cannot be run
/// against, and is looked at all the same.
pub(crate) fn check(options: &CheckOptions, terminal: &Terminal) -> ExitCode {
    let Some(mut suite) = suite::load(&options.suite, Thoroughness::Everything, terminal) else {
        return ExitCode::Invalid;
    };
    let target = match &options.target {
        Some(text) => match suite::survey_chosen_target(text, &mut suite, terminal) {
            Some(target) => Some(target),
            None => return ExitCode::Invalid,
        },
        None => None,
    };
    terminal.print(|out| {
        let contracts = suite.contracts.iter();
        let requirements = contracts.map(|contract| contract.requirements.len()).sum();
        writeln!(
            out,
            "nothing wrong: {}, {}, {}",
            count(suite.contracts.len(), "contract"),
            count(requirements, "requirement"),
            count(suite.cases.len(), "case")
        )?;
        target.as_ref().map_or(Ok(()), |(target, missing)| {
            outlook::tell(&suite, target, missing, terminal.width, out)
        })
    });
    let missing = target.map_or(0, |(_, missing)| missing.len());
    if missing == 0 {
        return ExitCode::Conforms;
    }
    let are = if missing == 1 { "is" } else { "are" };
    let message = format!(
        "{} {are} not set; nothing was sent, and no run can begin",
        count(missing, "environment variable")
    );
    terminal.complain(&message, &[]);
    ExitCode::Invalid
}
