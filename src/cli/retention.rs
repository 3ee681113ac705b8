//! `probity history DIR --keep N`: which reports of a history are no longer needed, and their deletion.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::model::ExitCode;
use crate::persist::load_report;
use crate::text::printable::printable;

use crate::cli::arguments::HistoryOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::waive;

/// A report that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The file.
    pub(crate) path: PathBuf,
    /// When its run started, as it is in the report.
    pub(crate) started: String,
    /// Its target.
    pub(crate) target: String,
}

/// Lists the reports that the options do not keep, and deletes them if that is asked for.
pub(crate) fn retain(stored: &[Stored], options: &HistoryOptions, terminal: &Terminal) -> ExitCode {
    let surplus = match (options.keep, options.keep_days) {
        (Some(number), _) => beyond(stored, number.into()),
        (None, Some(days)) => older(stored, waive::today(&options.today), days),
        (None, None) => return ExitCode::Conforms,
    };
    if surplus.is_empty() {
        terminal.print_error(|out| writeln!(out, "no report to delete"));
        return ExitCode::Conforms;
    }
    if !options.delete {
        terminal.print_error(|out| {
            let mut surplus = surplus.iter();
            let number = count(surplus.len(), "report");
            surplus.try_for_each(|one| writeln!(out, "would delete {}", shown(&one.path)))?;
            writeln!(out, "{number} to delete: `--delete` deletes them")
        });
        return ExitCode::Conforms;
    }
    let mut exit = ExitCode::Conforms;
    let mut deleted = 0;
    for one in &surplus {
        match delete(one) {
            Ok(()) => {
                deleted += 1;
                terminal.print_error(|out| writeln!(out, "deleted {}", shown(&one.path)));
            }
            Err(why) => {
                let message = format!("{} was not deleted: {why}", one.path.display());
                exit = terminal.fail(ExitCode::Defect, &message, &[]);
            }
        }
    }
    terminal.print_error(|out| writeln!(out, "{} deleted", count(deleted, "report")));
    exit
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string()).into_owned()
}

/// All but the last runs of each target, in the order of the list.
fn beyond(stored: &[Stored], number: usize) -> Vec<&Stored> {
    let mut targets: BTreeMap<&str, Vec<&Stored>> = BTreeMap::new();
    for one in stored {
        targets.entry(&one.target).or_default().push(one);
    }
    let mut kept: Vec<&Stored> = Vec::new();
    for runs in targets.values_mut() {
        runs.sort_by(|one, other| (&other.started, &other.path).cmp(&(&one.started, &one.path)));
        kept.extend(runs.iter().take(number));
    }
    let is_surplus = |one: &&Stored| !kept.contains(one);
    stored.iter().filter(is_surplus).collect()
}

/// The runs of more than so many days ago. A report whose date cannot be read is kept.
fn older(stored: &[Stored], today: Date, days: u16) -> Vec<&Stored> {
    let is_older = |one: &&Stored| {
        let started: Option<jiff::Timestamp> = one.started.parse().ok();
        let day = started.map(|started| started.to_zoned(jiff::tz::TimeZone::UTC).date());
        let age = day.and_then(|day| day.until(today).ok());
        age.is_some_and(|age| age.get_days() > i32::from(days))
    };
    stored.iter().filter(is_older).collect()
}

/// Deletes the file if it still is the report that was read.
fn delete(one: &Stored) -> Result<(), String> {
    let metadata = std::fs::symlink_metadata(&one.path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is no longer a file".into());
    }
    let report = load_report(&one.path).map_err(|error| error.to_string())?;
    if report.started != one.started || *report.target.name != *one.target {
        return Err("it was changed in the meantime".into());
    }
    std::fs::remove_file(&one.path).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(target: &str, day: u8) -> Stored {
        Stored {
            path: format!("{target}-{day}.json").into(),
            started: format!("2026-01-{day:02}T23:59:59.5Z"),
            target: target.into(),
        }
    }

    fn days(found: &[&Stored]) -> Vec<String> {
        found
            .iter()
            .map(|one| one.path.display().to_string())
            .collect()
    }

    #[test]
    fn the_last_runs_of_each_target_are_kept() {
        let all = [
            stored("a", 3),
            stored("b", 1),
            stored("a", 1),
            stored("a", 2),
        ];
        assert_eq!(days(&beyond(&all, 1)), ["a-1.json", "a-2.json"]);
        assert_eq!(days(&beyond(&all, 2)), ["a-1.json"]);
        assert_eq!(beyond(&all, 3), [] as [&Stored; 0]);
    }

    #[test]
    fn days_are_counted_in_utc_and_a_run_without_a_date_is_kept() {
        let mut undated = stored("a", 1);
        undated.started = "yesterday".into();
        let all = [stored("a", 1), stored("a", 2), stored("a", 3), undated];
        let today = "2026-01-04".parse().unwrap();
        assert_eq!(days(&older(&all, today, 2)), ["a-1.json"]);
        assert_eq!(days(&older(&all, today, 1)), ["a-1.json", "a-2.json"]);
        assert_eq!(older(&all, today, 3), [] as [&Stored; 0]);
        // A clock that was wrong.
        assert_eq!(
            older(&all, "2025-01-01".parse().unwrap(), 0),
            [] as [&Stored; 0]
        );
    }
}
