//! What a session prints.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::cli::output::count;
use crate::fuzz::Fuzzed;
use crate::report::advice;
use crate::text::printable::printable;

/// The most cases and operations that are listed.
const LISTED: usize = 20;

/// The table of operations, what was not tried, and the findings.
#[expect(
    clippy::too_many_lines,
    reason = "one part of the output after the other"
)]
pub(super) fn show(
    fuzzed: &Fuzzed,
    files: &[Result<PathBuf, String>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let names = fuzzed
        .tallies
        .keys()
        .map(|name| printable(name).chars().count());
    let width = names.max().unwrap_or(0).clamp(9, 60);
    if !fuzzed.tallies.is_empty() {
        writeln!(
            out,
            "\n{:width$}  changed  illegal  accepted  refused",
            "operation"
        )?;
        for (name, tally) in &fuzzed.tallies {
            let (answered, illegal) = (tally.answered, tally.illegal);
            let (accepted, refused) = (tally.accepted, tally.refused);
            let name = printable(name);
            writeln!(
                out,
                "{name:width$}  {answered:>7}  {illegal:>7}  {accepted:>8}  {refused:>7}"
            )?;
        }
    }
    if !fuzzed.undescribed.is_empty() {
        let names: Vec<&str> = fuzzed.undescribed.iter().map(String::as_str).collect();
        let entry = if names.len() == 1 {
            "entry for it"
        } else {
            "entry for them"
        };
        let names = listed(&names);
        writeln!(
            out,
            "\nillegal requests of {names} were not tried: the contract has no `requests` {entry} (docs/fuzz.md)"
        )?;
    }
    if !fuzzed.untouched.is_empty() {
        writeln!(out, "\nnot tried:")?;
        let untouched = fuzzed.untouched.iter();
        let untouched = untouched.map(|one| (one.operation.as_str(), one.reason.as_str()));
        for (reason, names) in by_reason(untouched).into_iter().take(LISTED) {
            let (names, reason) = (listed(&names), printable(reason));
            writeln!(out, "  {names}: {reason}")?;
        }
    }
    if !fuzzed.failing.is_empty() {
        writeln!(out, "\nfailing without any change:")?;
        for id in fuzzed.failing.iter().take(LISTED) {
            writeln!(out, "  {}", printable(id))?;
        }
        more(fuzzed.failing.len(), out)?;
    }
    if !fuzzed.errors.is_empty() {
        writeln!(out, "\nno evidence without any change:")?;
        // Of a target that is not there every case says the same, and the last ones that the service is lost.
        let errors = fuzzed.errors.iter().map(|(id, reason)| {
            let own = reason.split("; service `").next();
            (id.as_str(), own.unwrap_or(reason))
        });
        let errors = by_reason(errors);
        for (reason, ids) in errors.iter().take(LISTED) {
            let others = match ids.len() {
                1 => String::new(),
                number => format!(" and {} more", number - 1),
            };
            writeln!(
                out,
                "  {}{others}: {}",
                printable(ids[0]),
                printable(reason)
            )?;
        }
        more(errors.len(), out)?;
        if let Some(help) = fuzzed.unanswered.as_deref().and_then(advice) {
            writeln!(out, "  help: {help}")?;
        }
    }
    for (found, file) in fuzzed.found.iter().zip(files) {
        writeln!(
            out,
            "\nFOUND {}: {}",
            printable(&found.operation),
            printable(&found.headline)
        )?;
        writeln!(out, "  changed: {}", printable(&found.change))?;
        writeln!(out, "  {}", printable(&found.got))?;
        if found.again.requests > 0 {
            let requests = count(found.again.requests, "more request");
            writeln!(out, "  and {requests} with the same cause")?;
        }
        for change in &found.again.also {
            writeln!(out, "    {}", printable(change))?;
        }
        match file {
            Ok(path) => {
                writeln!(out, "  case: {}", printable(&path.display().to_string()))?;
                if let Some(doubt) = found.doubt {
                    writeln!(out, "  look at it: {doubt}")?;
                }
            }
            Err(why) => writeln!(out, "  no case file: {}", printable(why))?,
        }
    }
    if fuzzed.silent() > 0 {
        writeln!(out, "\nno answer to:")?;
        for (operation, change) in fuzzed.silent.iter().take(LISTED) {
            writeln!(out, "  {}: {}", printable(operation), printable(change))?;
        }
        more(fuzzed.silent(), out)?;
    }
    if !fuzzed.left_behind.is_empty() {
        writeln!(out, "\nleft behind:")?;
        let mut times: Vec<(&str, usize)> = Vec::new();
        for one in &fuzzed.left_behind {
            match times.iter_mut().find(|(known, _)| known == one) {
                Some((_, times)) => *times += 1,
                None => times.push((one, 1)),
            }
        }
        for (one, times) in times.iter().take(LISTED) {
            match times {
                1 => writeln!(out, "  {}", printable(one))?,
                _ => writeln!(out, "  {} ({times} times)", printable(one))?,
            }
        }
        more(times.len(), out)?;
    }
    if fuzzed.unwritable > 0 {
        writeln!(
            out,
            "\n{} could not be written as a case",
            count(fuzzed.unwritable, "change")
        )?;
    }
    if !fuzzed.ended.is_empty() && !fuzzed.is_lost {
        writeln!(out, "\nended before its time: {}", fuzzed.ended)?;
    }
    writeln!(out)
}

/// What has the same reason, in the order in which the reasons come.
fn by_reason<'r>(all: impl Iterator<Item = (&'r str, &'r str)>) -> Vec<(&'r str, Vec<&'r str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, reason) in all {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    reasons
}

/// `GET /notes, POST /notes and 3 more`.
pub(super) fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).map(|name| printable(name));
    let mut shown: Vec<String> = shown.map(Into::into).collect();
    let last = match names.len().saturating_sub(LISTED) {
        0 => shown.pop(),
        more => Some(format!("{more} more")),
    };
    let last = last.unwrap_or_default();
    if shown.is_empty() {
        last
    } else {
        format!("{} and {last}", shown.join(", "))
    }
}

fn more(number: usize, out: &mut dyn Write) -> io::Result<()> {
    if number > LISTED {
        writeln!(out, "  and {} more", number - LISTED)?;
    }
    Ok(())
}
