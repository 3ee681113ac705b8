//! The suite for the demo service.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::import::summary::commands;
use crate::cli::init::workflow::Workflow;

/// The files of the suite, in the order in which they should be read.
const FILES: &[(&str, &str)] = &[
    ("probity.yaml", include_str!("suite/probity.yaml")),
    (
        "cases/notes/contract.yaml",
        include_str!("suite/cases/notes/contract.yaml"),
    ),
    (
        "cases/notes/reading.yaml",
        include_str!("suite/cases/notes/reading.yaml"),
    ),
    (
        "cases/notes/writing.yaml",
        include_str!("suite/cases/notes/writing.yaml"),
    ),
    (
        "schemas/notes/notes.schema.json",
        include_str!("suite/schemas/notes/notes.schema.json"),
    ),
    (
        "targets/reference.yaml",
        include_str!("suite/targets/reference.yaml"),
    ),
    (
        "targets/staging.yaml",
        include_str!("suite/targets/staging.yaml"),
    ),
];

/// The files, each with its path.
pub(super) fn files() -> Vec<(String, String)> {
    let files = FILES.iter();
    files
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

/// The workflow of the suite.
pub(super) const WORKFLOW: Workflow<'_> = Workflow {
    start: "Start your service before this, and name it: `--target http://127.0.0.1:8080`, or a target file.",
    run: "probity run",
    variables: &[],
};

/// The first line of the output.
pub(super) fn headline(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "A suite for a demo service, 5 cases (7 with rows):\n")
}

/// What to do next.
pub(super) fn next_steps(root: &Path, out: &mut dyn Write) -> io::Result<()> {
    let lines = [
        ("probity run", "passes, against the demo service"),
        (
            "probity serve --demo --fault lost-note --port 4040",
            "the demo service with a mistake",
        ),
        (
            "probity run --target http://127.0.0.1:4040",
            "finds it (in another terminal)",
        ),
    ];
    let lines = lines.map(|(command, comment)| (command.to_owned(), comment.to_owned()));
    commands(root, &lines, out)?;
    writeln!(
        out,
        "\nThen describe your own service in cases/, and name it in probity.yaml. To start from an OpenAPI document or a URL\n\
         instead: `probity init --help`."
    )
}
