//! `probity run --target A --target B`: one run after the other, each with reports of its own.

use std::collections::BTreeMap;

use crate::load::Thoroughness;
use crate::model::ExitCode;
use crate::report::targets::{TargetRow, render};
use crate::text::printable::printable;

use crate::cli::arguments::{ReportOption, RunOptions};
use crate::cli::output::Terminal;
use crate::cli::reports::default_directory;
use crate::cli::{run, suite};

/// What the path of a report has for the name of the target.
const PLACEHOLDER: &str = "{target}";

/// The longest directory name, in bytes.
const LONGEST: usize = 100;

/// Runs the cases against each target. The exit code is the strongest of all.
pub(crate) fn run_all(options: &RunOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    refuse_options(options, terminal)?;
    let names = names(options, terminal)?;
    let folders = folders(&names, terminal)?;
    let mut runs = Vec::new();
    for (target, folder) in options.targets.iter().zip(&folders) {
        let mut one = options.clone();
        one.target = Some(target.clone());
        one.is_one_of_several = true;
        one.report = reports(options, folder, terminal)?;
        runs.push(one);
    }
    let mut rows = Vec::new();
    let mut exits = Vec::new();
    for (number, (one, name)) in runs.iter().zip(&names).enumerate() {
        if exits.last() == Some(&ExitCode::Interrupted) {
            rows.push(TargetRow::without_report(name, None));
            continue;
        }
        terminal.print(|out| {
            let name = printable(name);
            let of = names.len();
            let blank = if number > 0 { "\n" } else { "" };
            writeln!(out, "{blank}=== {name} (target {} of {of}) ===", number + 1)
        });
        match run::ended(one, terminal) {
            Ok(ended) => {
                exits.push(ended.exit);
                let none = || TargetRow::without_report(name, Some(ended.exit));
                rows.push(ended.row.unwrap_or_else(none));
            }
            Err(exit) => {
                exits.push(exit);
                rows.push(TargetRow::without_report(name, Some(exit)));
            }
        }
    }
    terminal.print(|out| render(&rows, &terminal.options(), out));
    Ok(ExitCode::strongest(exits))
}

/// Options that are about one run.
fn refuse_options(options: &RunOptions, terminal: &Terminal) -> Result<(), ExitCode> {
    let given = [
        (options.resume.is_some(), "--resume"),
        (options.watch, "--watch"),
        (options.plan, "--plan"),
        (options.shard.is_some(), "--shard"),
        (options.record.is_some(), "--record"),
        (options.journal.is_some(), "--journal"),
        (options.failed.is_some(), "--failed"),
        (options.baseline.baseline.is_some(), "--baseline"),
        (options.baseline.gate.is_some(), "--gate"),
    ];
    let Some((_, option)) = given.into_iter().find(|(is_given, _)| *is_given) else {
        return Ok(());
    };
    let message = format!("{option} is about one run, and there are several targets");
    let help = format!("run one command with {option} for each target");
    Err(terminal.refuse(&message, &[help]))
}

/// The names of all targets: no request is sent before each of them is known to be valid.
fn names(options: &RunOptions, terminal: &Terminal) -> Result<Vec<String>, ExitCode> {
    let suite = suite::load(&options.suite, Thoroughness::ForRun, terminal);
    let mut suite = suite.ok_or(ExitCode::Invalid)?;
    let is_available = options.allow_missing_env;
    let targets = options.targets.iter();
    let names: Vec<Option<String>> = targets
        .map(|text| suite::name_of_target(text, is_available, &mut suite, terminal))
        .collect();
    names
        .into_iter()
        .collect::<Option<_>>()
        .ok_or(ExitCode::Invalid)
}

/// A directory name for each target.
fn folders(names: &[String], terminal: &Terminal) -> Result<Vec<String>, ExitCode> {
    let folders: Vec<String> = names.iter().map(|name| folder(name)).collect();
    let mut seen = BTreeMap::new();
    for (folder, name) in folders.iter().zip(names) {
        // Some file systems take names for the same that differ in case.
        if let Some(other) = seen.insert(folder.to_lowercase(), name) {
            let message = if other == name {
                format!("two targets have the name `{name}`")
            } else {
                format!(
                    "the targets `{other}` and `{name}` would have the same directory: {folder}"
                )
            };
            let help = "their reports would overwrite each other: give each target file a `name` of its own";
            return Err(terminal.refuse(&message, &[help.into()]));
        }
    }
    Ok(folders)
}

/// The name as that of a directory: letters, digits, `.`, `_` and `-`.
fn folder(name: &str) -> String {
    let mut folder = String::new();
    for character in name.chars() {
        let is_plain = character.is_alphanumeric() || "._-".contains(character);
        if is_plain && folder.len() < LONGEST {
            folder.push(character);
        } else if !is_plain && !folder.ends_with('-') {
            folder.push('-');
        }
    }
    let folder = folder.trim_matches(['-', '.']);
    if folder.is_empty() {
        "target".into()
    } else {
        folder.into()
    }
}

/// The reports of one target: below each directory, one of its own.
fn reports(
    options: &RunOptions,
    folder: &str,
    terminal: &Terminal,
) -> Result<Vec<ReportOption>, ExitCode> {
    if options.no_report {
        return Ok(Vec::new());
    }
    let mut typed = options.report.clone();
    if typed.is_empty() {
        typed.push(ReportOption {
            format: None,
            path: default_directory(options.suite.project.as_deref()),
        });
    }
    for one in &mut typed {
        match one.format {
            None => one.path = format!("{}/{folder}/", one.path.trim_end_matches('/')),
            Some(_) if one.path.contains(PLACEHOLDER) => {
                one.path = one.path.replace(PLACEHOLDER, folder);
            }
            Some(format) => {
                let (name, path) = (format.name, &one.path);
                let message = format!("every target would write `--report {name}={path}`");
                let help = [
                    "for all reports in a directory per target: `--report out/`".to_owned(),
                    format!(
                        "for this one: `--report {name}=out/{PLACEHOLDER}/{}`",
                        format.file
                    ),
                ];
                return Err(terminal.refuse(&message, &help));
            }
        }
    }
    Ok(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_directory_that_stays_below_its_own() {
        for (name, expected) in [
            ("staging", "staging"),
            ("http://127.0.0.1:4040", "http-127.0.0.1-4040"),
            ("..", "target"),
            ("../../etc", "etc"),
            ("a/b\\c d", "a-b-c-d"),
            ("", "target"),
            ("Übung", "Übung"),
        ] {
            assert_eq!(folder(name), expected);
        }
        assert!(folder(&"ä".repeat(1000)).len() <= LONGEST + 1);
    }
}
