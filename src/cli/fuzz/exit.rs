//! What decides the exit code of a session.

use std::path::PathBuf;

use crate::cli::fuzz::output::listed;
use crate::cli::output::count;
use crate::fuzz::Fuzzed;
use crate::model::{ExitCode, Reason};

/// What decides the exit code.
pub(super) fn reasons(
    fuzzed: &Fuzzed,
    files: &[Result<PathBuf, String>],
    is_interrupted: bool,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if is_interrupted {
        reasons.push(Reason::new(ExitCode::Interrupted, "interrupted"));
    }
    if !fuzzed.found.is_empty() {
        let text = format!(
            "{}: answers that the contract forbids",
            count(fuzzed.found.len(), "finding")
        );
        reasons.push(Reason::new(ExitCode::Violated, text));
    }
    if !fuzzed.failing.is_empty() {
        let text = format!(
            "{} without any change: see `probity run`",
            count_verb(fuzzed.failing.len())
        );
        reasons.push(Reason::new(ExitCode::Violated, text));
    }
    if !fuzzed.errors.is_empty() && !is_interrupted {
        let cases = count(fuzzed.errors.len(), "case");
        let text = format!("no evidence without any change: {cases}");
        reasons.push(Reason::new(ExitCode::Error, text));
    }
    if fuzzed.silent() > 0 && !is_interrupted {
        let requests = count(fuzzed.silent(), "changed request");
        let text = format!(
            "{requests} had no answer, and unchanged ones had: the service may crash or hang"
        );
        reasons.push(Reason::new(ExitCode::Error, text));
    }
    if fuzzed.is_lost {
        reasons.push(Reason::new(ExitCode::Error, fuzzed.ended.clone()));
    }
    let is_broken = |file: &&Result<PathBuf, String>| {
        file.as_ref()
            .is_err_and(|why| !why.contains("`--into`") && !why.contains("secret"))
    };
    if files.iter().any(|file| is_broken(&file)) {
        let text = "a case file could not be written";
        reasons.push(Reason::new(ExitCode::Defect, text));
    }
    let untouched = fuzzed.untouched.iter().filter(|one| one.is_described);
    let untouched: Vec<&str> = untouched.map(|one| one.operation.as_str()).collect();
    if fuzzed.unfinished > 0 && !is_interrupted {
        let (left, all) = (fuzzed.unfinished, count(fuzzed.cases, "case"));
        let text = format!(
            "the time was over before {left} of {all} had run without a change: give more with `--time`"
        );
        reasons.push(Reason::new(ExitCode::Incomplete, text));
    } else if fuzzed.answered() == 0 {
        let text = "no changed request was answered: nothing was tried";
        reasons.push(Reason::new(ExitCode::Incomplete, text));
    } else if fuzzed.is_shut() {
        let text =
            "no changed request was accepted, not even one that may be legal: refusals say nothing";
        reasons.push(Reason::new(ExitCode::Incomplete, text));
    } else if !untouched.is_empty() {
        let operations = if untouched.len() == 1 {
            "operation"
        } else {
            "operations"
        };
        let text = format!(
            "no changed request of {} described {operations} was answered: {}",
            untouched.len(),
            listed(&untouched)
        );
        reasons.push(Reason::new(ExitCode::Incomplete, text));
    }
    if reasons.is_empty() {
        let mut text = "no answer that the contract forbids was found".to_owned();
        if !fuzzed.untouched.is_empty() {
            let operations = count(fuzzed.untouched.len(), "operation");
            text = format!("{text} in what was tried; not tried: {operations}");
        } else if !fuzzed.undescribed.is_empty() {
            let operations = count(fuzzed.undescribed.len(), "operation");
            text = format!("{text} in what was tried; without illegal requests: {operations}");
        }
        reasons.push(Reason::new(ExitCode::Conforms, text));
    }
    reasons
}

fn count_verb(number: usize) -> String {
    format!(
        "{} {}",
        count(number, "case"),
        if number == 1 { "fails" } else { "fail" }
    )
}
