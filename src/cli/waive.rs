//! `probity waive`: adds a waiver for a known failure.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::load::{load_waivers, read_waivers};
use crate::model::waiver::LONGEST;
use crate::model::{
    CaseReport, ExitCode, Report, Sources, Verdict, Waiver, WaiverKind, fingerprint,
};
use crate::report::{diagnostics, json};
use crate::text::excerpt::short_text;
use crate::text::printable::printable;
use jiff::civil::Date;

use crate::cli::arguments::{TodayOptions, WaiveOptions};
use crate::cli::output::{Terminal, write_whole};
use crate::cli::report;
use crate::cli::suite::is_url;

/// Adds a waiver for a case that failed in the report.
pub(crate) fn waive(options: &WaiveOptions, terminal: &Terminal) -> ExitCode {
    let Some(report) = report::load(&options.report, terminal) else {
        return ExitCode::Invalid;
    };
    match add(options, &report, terminal) {
        Ok(Added { path, replaced }) => {
            let (case, path) = (printable(&options.case), path.display());
            let replaced = match replaced {
                Some(line) => format!(", in place of the waiver at line {line}"),
                None => String::new(),
            };
            terminal.print(|out| {
                writeln!(out, "waived {case} in {path}{replaced}")?;
                writeln!(out, "as it failed in {}", the_report(options, &report))
            });
            ExitCode::Conforms
        }
        Err(Refusal { message, help }) => {
            terminal.complain(&message, &help);
            ExitCode::Invalid
        }
    }
}

/// Why nothing was written.
struct Refusal {
    message: String,
    help: Vec<String>,
}

fn refuse<T>(message: impl Into<String>, help: &str) -> Result<T, Refusal> {
    Err(Refusal {
        message: message.into(),
        help: (!help.is_empty())
            .then(|| help.to_owned())
            .into_iter()
            .collect(),
    })
}

/// The waiver as YAML. What is not given stays as in the waiver before it.
fn entry(
    options: &WaiveOptions,
    report: &Report,
    before: Option<&Waiver>,
) -> Result<String, Refusal> {
    let case = failed(options, report)?;
    let about = |requirement: &Option<String>| match &options.requirement {
        Some(id) => requirement.as_ref() == Some(id),
        None => true,
    };
    let findings = case.all_findings();
    let lines = fingerprint(findings.filter(|finding| about(&finding.requirement)));
    if lines.is_empty() {
        let id = options.requirement.as_deref().unwrap_or_default();
        return refuse(format!("no failure of {} is about {id}", case.id), "");
    }
    let created = today(&options.today);
    let days = created
        .until(options.expires)
        .map_or(i32::MAX, |span| span.get_days());
    if !(0..=LONGEST).contains(&days) {
        return refuse(
            format!("{} is {days} days from today", options.expires),
            &format!("a waiver lasts at most {LONGEST} days"),
        );
    }
    let (created, expires) = (created.to_string(), options.expires.to_string());
    let flaky = (case.verdict == Verdict::Flaky).then(|| WaiverKind::Flaky.name().to_owned());
    let issue = before.and_then(|one| one.issue.as_deref());
    let owner = before.and_then(|one| one.owner.as_deref());
    let members = [
        ("case", Some(case.id.as_str())),
        ("requirement", options.requirement.as_deref()),
        ("kind", flaky.as_deref()),
        ("target", Some(&report.target.name)),
        ("reason", Some(&options.reason)),
        ("issue", options.issue.as_deref().or(issue)),
        ("owner", options.owner.as_deref().or(owner)),
        ("created", Some(&created)),
        ("expires", Some(&expires)),
    ];
    let members = members
        .into_iter()
        .filter_map(|(key, value)| Some(format!("{key}: {}", quoted(value?))));
    let lines = lines.iter().map(|line| {
        // The line has no values: what it is about is said beside it.
        let seen = case
            .all_findings()
            .find(|finding| fingerprint([*finding]).contains(line));
        let seen = seen.map_or_else(String::new, |finding| {
            let message = printable(&finding.message).into_owned();
            format!("  # {}\n    ", short_text(&message, 120))
        });
        format!("{seen}  - {}", quoted(line))
    });
    let all: Vec<String> = members
        .chain(["fingerprint:".to_owned()])
        .chain(lines)
        .collect();
    Ok(format!("  - {}\n", all.join("\n    ")))
}

fn failed<'r>(options: &WaiveOptions, report: &'r Report) -> Result<Cow<'r, CaseReport>, Refusal> {
    let Some(case) = report.cases.find(&options.case) else {
        return refuse(
            format!("the report has no case `{}`", options.case),
            &format!(
                "write the complete id, as the report shows it; this is {}; name another with --report",
                the_report(options, report)
            ),
        );
    };
    match case.verdict {
        Verdict::Fail | Verdict::Flaky | Verdict::Warn => Ok(case),
        Verdict::Error => refuse(
            format!(
                "{} gave no evidence, and only failures can be waived",
                case.id
            ),
            &format!(
                "fix the cause of the error, in {}; name another with --report",
                the_report(options, report)
            ),
        ),
        Verdict::Pass | Verdict::Skip => refuse(
            format!("{} did not fail: {}", case.id, case.verdict.name()),
            &format!(
                "in {}; name another with --report",
                the_report(options, report)
            ),
        ),
    }
}

/// `probity-report/report.json (run of 2026-01-01 00:00:00 UTC against staging)`.
fn the_report(options: &WaiveOptions, report: &Report) -> String {
    let started = report.started.split_once('T').map(|(day, time)| {
        let time = time.trim_end_matches('Z');
        format!("{day} {} UTC", time.split('.').next().unwrap_or(time))
    });
    format!(
        "{} (run of {} against {})",
        printable(&options.report.display().to_string()),
        started.unwrap_or_else(|| printable(&report.started).into_owned()),
        printable(&report.target.name),
    )
}

/// A text as JSON, which is also YAML.
fn quoted(text: &str) -> String {
    let mut json = Vec::new();
    // Writing to memory cannot fail.
    let _ = json::write_line(&text, &mut json);
    String::from_utf8_lossy(&json).trim_end().to_owned()
}

/// What was written.
struct Added {
    path: PathBuf,
    /// The line of the waiver of the same failure that was there before.
    replaced: Option<u32>,
}

/// Adds the waiver at the end of the file; one of the same case, requirement and target goes. The new text is checked
/// before it is written.
fn add(options: &WaiveOptions, report: &Report, terminal: &Terminal) -> Result<Added, Refusal> {
    let given = report.target.given.as_deref();
    let Some(path) = options
        .waivers
        .clone()
        .or_else(|| given.and_then(|target| beside(target, "waivers.yaml")))
    else {
        return refuse(
            "the target of the report is not a file, so its waivers have no default path",
            "name the file: --waivers FILE, here and in `probity run`",
        );
    };
    let unreadable = |error: std::io::Error| Refusal {
        message: format!("{} cannot be used: {error}", path.display()),
        help: Vec::new(),
    };
    // A pipe or a device could be read forever.
    if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(unreadable(std::io::Error::other("not a regular file")));
    }
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "waivers:\n".to_owned(),
        Err(error) => return Err(unreadable(error)),
    };
    let before = match before.trim_end() {
        "waivers: []" => "waivers:".to_owned(),
        text => text.to_owned(),
    };
    let name = path.display().to_string();
    let read = |text: &str| {
        let mut sources = Sources::default();
        read_waivers(&name, text.to_owned(), &mut sources).map_err(|found| {
            terminal.print_error(|out| {
                diagnostics::render(&found, &sources, terminal.error_colour, terminal.width, out)
            });
            Refusal {
                message: format!("{name} has a mistake, and was not changed"),
                help: Vec::new(),
            }
        })
    };
    let is_new = before == "waivers:";
    let known = if is_new { Vec::new() } else { read(&before)? };
    let is_same = |one: &&Waiver| {
        one.case == options.case
            && one.requirement == options.requirement
            && one.target == *report.target.name
    };
    let before_it = known.iter().find(is_same);
    let entry = entry(options, report, before_it)?;
    let replaced = before_it.map(|one| one.place.line);
    let kept = match replaced {
        Some(line) => without_entry(&before, line as usize),
        None => before.clone(),
    };
    let text = format!("{kept}\n{entry}");
    let now = read(&text)?;
    // An entry that is written in another way than `waive` writes it may not be where its lines say.
    if now.len() != known.len() + usize::from(replaced.is_none()) {
        let line = replaced.unwrap_or_default();
        return refuse(
            format!("{name}:{line} has a waiver of this failure already"),
            "delete that entry, and write the waiver again",
        );
    }
    write_whole(&path, text.as_bytes()).map_err(unreadable)?;
    Ok(Added { path, replaced })
}

/// The text without the entry of a list that begins at a line: what follows and is further in goes with it.
fn without_entry(text: &str, line: usize) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let Some(first) = lines.get(line.saturating_sub(1)) else {
        return text.to_owned();
    };
    let rest = lines.iter().skip(line);
    let own = rest.take_while(|one| one.trim().is_empty() || indent(one) > indent(first));
    let end = line + own.count();
    let kept = lines.iter().take(line - 1).chain(lines.iter().skip(end));
    kept.copied().collect::<Vec<&str>>().join("\n")
}

/// The waivers of a run: those of `--waivers`, or the file beside the target file. Prints what is wrong with the file.
pub(crate) fn of_run(
    waivers: Option<&Path>,
    target: Option<&str>,
    terminal: &Terminal,
) -> Result<Option<Vec<Waiver>>, ExitCode> {
    let beside = target.and_then(|target| beside(target, "waivers.yaml"));
    let beside = beside.filter(|path| path.exists());
    let Some(path) = waivers.map(Path::to_owned).or(beside) else {
        return Ok(None);
    };
    let mut sources = Sources::default();
    load_waivers(&path, &mut sources)
        .map(Some)
        .map_err(|found| {
            terminal.print_error(|out| {
                diagnostics::render(&found, &sources, terminal.error_colour, terminal.width, out)
            });
            ExitCode::Invalid
        })
}

/// The file beside a target file: `staging.waivers.yaml` for `staging.yaml`. A URL has none.
pub(crate) fn beside(target: &str, ending: &str) -> Option<PathBuf> {
    (!is_url(target)).then(|| Path::new(target).with_extension(ending))
}

/// The date that decides which waivers have expired.
pub(crate) fn today(options: &TodayOptions) -> Date {
    let now = || {
        jiff::Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date()
    };
    options.today.unwrap_or_else(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waivers_are_beside_the_target_file() {
        assert_eq!(
            beside("targets/staging.yaml", "waivers.yaml"),
            Some(PathBuf::from("targets/staging.waivers.yaml"))
        );
        assert_eq!(beside("http://127.0.0.1:4040", "waivers.yaml"), None);
    }
}
