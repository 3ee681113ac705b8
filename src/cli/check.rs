//! `probity check`: everything that can be found without sending a request.

use probity::load::Thoroughness;
use probity::model::ExitCode;

use super::arguments::CheckOptions;
use super::outlook;
use super::output::{Terminal, count};
use super::suite;

/// Checks a suite, and a target if one is named.
pub(crate) fn check(options: &CheckOptions, terminal: &Terminal) -> ExitCode {
    let Some(mut suite) = suite::load(&options.suite, Thoroughness::Everything, terminal) else {
        return ExitCode::Invalid;
    };
    let target = match &options.target {
        Some(text) => match suite::load_chosen_target(text, &mut suite, terminal) {
            Some(target) => Some(target),
            None => return ExitCode::Invalid,
        },
        None => None,
    };
    terminal.print(|out| {
        let requirements: usize = suite
            .contracts
            .iter()
            .map(|contract| contract.requirements.len())
            .sum();
        writeln!(
            out,
            "nothing wrong: {}, {}, {}",
            count(suite.contracts.len(), "contract"),
            count(requirements, "requirement"),
            count(suite.cases.len(), "case")
        )?;
        target.as_ref().map_or(Ok(()), |target| {
            outlook::tell(&suite, target, terminal.width, out)
        })
    });
    ExitCode::Conforms
}
