//! The exceptions that a target file declares, and what is not checked because of each.

use std::io::{self, Write};

use crate::plan::{DeclaredException, Outlook};
use crate::text::printable::printable;

use crate::cli::outlook::lines::{write_ids, write_words};
use crate::cli::output::count;

/// Writes each declared exception with what it leaves unchecked.
///
/// ```text
/// Declared in the target file, and not checked because of it
///   not applicable AUTOPILOT-02: the mock has no long route
///       1 case is skipped: autopilot/answer/route-b
///   cannot autopilot.reads: the mock keeps no state
///       7 cases are skipped: autopilot/answer/other-members-stay, ...
///       checked by no case: AUTOPILOT-16 to -19
///       checked only in part: AUTOPILOT-08
/// ```
pub(super) fn write(outlook: &Outlook<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let exceptions = outlook.exceptions();
    if exceptions.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nDeclared in the target file, and not checked because of it"
    )?;
    for exception in &exceptions {
        let is_capability = outlook.target.cannot.contains_key(exception.name);
        let what = if is_capability {
            "cannot"
        } else {
            "not applicable"
        };
        let line = format!("{what} {}: {}", exception.name, exception.reason);
        write_words("  ", printable(&line).split_whitespace(), 6, width, out)?;
        write_cases(exception, width, out)?;
        for (lead, ids) in [
            ("      checked by no case: ", &exception.unchecked),
            ("      checked only in part: ", &exception.partly_checked),
        ] {
            let ids: Vec<&str> = ids.iter().copied().collect();
            write_ids(lead, &ids, width, out)?;
        }
    }
    Ok(())
}

fn write_cases(
    exception: &DeclaredException<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let number = |cases: &[&str]| match cases.len() {
        1 => "1 case is".to_owned(),
        many => format!("{} are", count(many, "case")),
    };
    let skipped = format!("{} skipped: ", number(&exception.skipped));
    let partly = format!(
        "{} run without the checks of {}: ",
        number(&exception.partly),
        printable(exception.name)
    );
    for (lead, cases) in [(skipped, &exception.skipped), (partly, &exception.partly)] {
        if let [before @ .., last] = cases.as_slice() {
            let names = before.iter().map(|name| format!("{},", printable(name)));
            let names = names.chain([printable(last).into_owned()]);
            let words = lead.split_whitespace().map(str::to_owned).chain(names);
            write_words("      ", words, 10, width, out)?;
        }
    }
    if exception.skipped.is_empty() && exception.partly.is_empty() {
        writeln!(out, "      nothing: no case checks it")?;
    }
    Ok(())
}
