//! The command that runs one case of a report again.

use crate::model::Report;

/// `probity run --suite 'my-suite' --target 'http://127.0.0.1:4040' --only 'a/b/c'`.
///
/// `command` is another beginning, up to where the id stands; without it, it follows from the suite
/// and the target of the report.
pub(crate) fn rerun(report: &Report, command: Option<&str>, id: &str) -> String {
    let command = command.map_or_else(|| beginning(report), str::to_owned);
    format!("{command} {}", quoted(id))
}

fn beginning(report: &Report) -> String {
    let mut command = "probity run".to_owned();
    if report.suite != "embedded" {
        command = format!("{command} --suite {}", quoted(&report.suite));
    }
    if let Some(target) = &report.target.given {
        command = format!("{command} --target {}", quoted(target));
    }
    command.push_str(" --only");
    command
}

/// The text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
