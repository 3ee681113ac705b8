//! What an import prints: what it wrote, what it left out, and what is still to fill in.

use std::io::{self, Write};
use std::path::Path;

use crate::import::{Figures, Imported};
use crate::text::shell::quoted;

use crate::cli::output::count;

/// Most reasons and variables that are listed.
const SHOWN: usize = 10;

/// What was read and counted.
pub(crate) fn headline(file: &Path, figures: &Figures, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} in {}, {}, {}\n",
        file.display(),
        count(figures.operations, "operation"),
        count(figures.contracts, "contract"),
        count(figures.requirements, "requirement"),
        count(figures.cases, "case"),
    )
}

/// The folders that were written.
pub(crate) fn folders(root: &Path, imported: &Imported) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for (folder, about) in [
        ("cases", "contracts and cases"),
        ("schemas", "JSON Schemas of bodies"),
        ("targets", "identities and fixtures of a deployment"),
    ] {
        let files = imported
            .files
            .iter()
            .filter(|(name, _)| name.starts_with(folder));
        let number = files.count();
        if number > 0 {
            let path = root.join(folder).display().to_string();
            lines.push((path, format!("{}: {about}", count(number, "file"))));
        }
    }
    lines
}

/// Paths, and beside them, in one column, what is there.
pub(crate) fn places(lines: &[(String, String)], out: &mut dyn Write) -> io::Result<()> {
    let described = lines.iter().filter(|(_, about)| !about.is_empty());
    let lengths = described.map(|(path, _)| path.chars().count());
    let width = lengths.max().unwrap_or(0);
    for (path, about) in lines {
        writeln!(out, "{}", format!("  {path:<width$}   {about}").trim_end())?;
    }
    Ok(())
}

/// The requirements that no case proves, and why.
pub(crate) fn left_out(figures: &Figures, out: &mut dyn Write) -> io::Result<()> {
    if figures.without_case.is_empty() {
        return Ok(());
    }
    let total = figures.without_case.iter().map(|(number, _)| number).sum();
    writeln!(
        out,
        "\n{} without a case (marked `no case` in contract.yaml):\n",
        count(total, "requirement")
    )?;
    for (number, why) in figures.without_case.iter().take(SHOWN) {
        writeln!(out, "  {number:>6}  {why}")?;
    }
    let more = figures.without_case.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "          and {more} more reasons")?;
    }
    Ok(())
}

/// What only somebody knows who knows the deployment.
pub(crate) fn to_fill_in(figures: &Figures, out: &mut dyn Write) -> io::Result<()> {
    let nouns = [
        (figures.fixtures_to_fill, "fixture"),
        (figures.identities_to_fill, "caller"),
    ];
    let nouns = nouns.into_iter().filter(|(number, _)| *number > 0);
    let nouns: Vec<String> = nouns.map(|(number, noun)| count(number, noun)).collect();
    if nouns.is_empty() && figures.variables.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nStill to fill in:\n")?;
    let mut lines = Vec::new();
    if !nouns.is_empty() {
        let what = nouns.join(" and ");
        lines.push((
            "targets/reference.yaml".to_owned(),
            format!("{what} without a value, marked `TODO`; cases that need one are skipped"),
        ));
    }
    let variables = figures.variables.iter().take(SHOWN);
    lines.extend(variables.map(|name| (format!("export {name}=..."), "credentials".to_owned())));
    with_comments(&lines, out)?;
    let more = figures.variables.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "  and {more} more variables in targets/reference.yaml")?;
    }
    Ok(())
}

/// The commands to type next, each with a comment.
pub(crate) fn commands(
    root: &Path,
    lines: &[(String, String)],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "\nNext steps:\n")?;
    if root != Path::new(".") {
        writeln!(out, "  cd {}", quoted(&root.to_string_lossy()))?;
    }
    with_comments(lines, out)
}

/// Lines of a shell, their comments in one column.
pub(crate) fn with_comments(lines: &[(String, String)], out: &mut dyn Write) -> io::Result<()> {
    let lengths = lines.iter().map(|(text, _)| text.chars().count());
    let width = lengths.max().unwrap_or(0);
    for (text, comment) in lines {
        writeln!(out, "  {text:<width$}   # {comment}")?;
    }
    Ok(())
}

/// The commands for a suite whose target has to be named.
pub(crate) fn with_target(figures: &Figures) -> [(String, String); 3] {
    let server = figures.server.as_deref().unwrap_or("http://127.0.0.1:8080");
    [
        (
            "probity check".to_owned(),
            "find mistakes and requirements without a case".to_owned(),
        ),
        (
            format!("probity check --target {server}"),
            "list what the target still needs".to_owned(),
        ),
        (
            format!("probity run --target {server}"),
            "run the cases; with --strict, a SHOULD counts, too".to_owned(),
        ),
    ]
}
