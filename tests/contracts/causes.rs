//! The causes that each fault of the reference deployment has in a report: `causes.txt`, a golden file.
//!
//! One fault is one thing that is wrong, so a reader wishes for one cause. `UPDATE=1 cargo test --test contracts faults`
//! writes the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use libtest_mimic::Failed;
use probity::model::{Cause, Level, Report};
use probity::report::terminal::{TerminalOptions, render};

const FILE: &str = "tests/contracts/causes.txt";

/// The lines of a terminal window.
const SCREEN: usize = 40;

/// What the file says of each fault.
static EXPECTED: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let blocks = include_str!("causes.txt").trim_end().split("\n\n");
    blocks.filter_map(|block| block.split_once('\n')).collect()
});

/// What was seen of each fault.
static SEEN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// The causes are those of the golden file, and all of them are on the last screen of the terminal.
pub(crate) fn check(fault: &str, report: &Report) -> Result<(), Failed> {
    let is_must = |cause: &&Cause| cause.level == Some(Level::Must);
    let binding = report.causes.iter().filter(is_must).count();
    let mut text = format!("{binding} at MUST level\n");
    for cause in &report.causes {
        write(&mut text, cause, "");
        for also in &cause.also {
            write(&mut text, also, "  with it: ");
        }
    }
    if report.causes.is_empty() {
        text.push_str("none");
    }
    let text = text.trim_end().to_owned();
    on_the_last_screen(report)?;
    let is_expected = EXPECTED.get(fault) == Some(&text.as_str());
    let failure = format!("{FILE} differs for {fault}; seen:\n{text}");
    SEEN.lock().unwrap().insert(fault.to_owned(), text);
    if is_expected || is_update() {
        return Ok(());
    }
    Err(failure.into())
}

fn write(text: &mut String, cause: &Cause, lead: &str) {
    let level = cause
        .level
        .map_or("-".to_owned(), |level: Level| level.to_string());
    let verdict = cause.verdict.name();
    if cause.id.starts_with("no answer") {
        // Which cases have no answer, and why, depends on how busy this machine is.
        let line = format!("{lead}{verdict} - no answer\n");
        text.push_str(if text.ends_with(&line) { "" } else { &line });
        return;
    }
    let id = &cause.id;
    let cases = cause.cases.len();
    writeln!(text, "{lead}{verdict} {level} {id} ({cases})").unwrap();
}

fn on_the_last_screen(report: &Report) -> Result<(), Failed> {
    let mut out = Vec::new();
    render(report, &TerminalOptions::default(), &mut out)?;
    let text = String::from_utf8(out)?;
    let lines: Vec<&str> = text.lines().collect();
    let screen = lines[lines.len().saturating_sub(SCREEN)..].join("\n");
    for cause in &report.causes {
        let words = match cause.requirements.first() {
            Some(id) => id.as_str(),
            None if cause.kind.is_some() => "setup",
            None => "no evidence",
        };
        if !screen.contains(words) {
            return Err(format!("{words} is not on the last screen:\n{screen}").into());
        }
    }
    Ok(())
}

fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Writes the golden file, when asked to.
pub(crate) fn write_file() {
    let seen = SEEN.lock().unwrap();
    if is_update() && !seen.is_empty() {
        let blocks: Vec<String> = seen
            .iter()
            .map(|(fault, text)| format!("{fault}\n{text}\n"))
            .collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
        std::fs::write(path, blocks.join("\n")).unwrap();
    }
}
