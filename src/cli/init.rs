//! `probity init`: writes a small suite that runs at once, against the demo service.

use std::io::Write;
use std::path::Path;

use crate::model::ExitCode;
use crate::text::shell::quoted;

use crate::cli::arguments::InitOptions;
use crate::cli::output::Terminal;
use crate::cli::written::{editor_schemas, existing, write_new};

/// The files of the suite, in the order in which they should be read.
const FILES: &[(&str, &str)] = &[
    ("probity.yaml", include_str!("init/suite/probity.yaml")),
    (
        "cases/notes/contract.yaml",
        include_str!("init/suite/cases/notes/contract.yaml"),
    ),
    (
        "cases/notes/reading.yaml",
        include_str!("init/suite/cases/notes/reading.yaml"),
    ),
    (
        "cases/notes/writing.yaml",
        include_str!("init/suite/cases/notes/writing.yaml"),
    ),
    (
        "schemas/notes/notes.schema.json",
        include_str!("init/suite/schemas/notes/notes.schema.json"),
    ),
    (
        "targets/reference.yaml",
        include_str!("init/suite/targets/reference.yaml"),
    ),
    (
        "targets/staging.yaml",
        include_str!("init/suite/targets/staging.yaml"),
    ),
    (
        ".github/workflows/contract.yml",
        include_str!("init/suite/ci/contract.yml"),
    ),
];

/// Writes the suite. Nothing is written if any of its files exists.
pub(crate) fn init(options: &InitOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let root = &options.directory;
    let files = all_files();
    if root.exists() && !root.is_dir() {
        let message = format!("`{}` is a file, not a directory", root.display());
        return Err(terminal.refuse(&message, &[]));
    }
    if let Some(message) = existing(root, &files) {
        let help = "choose another directory: `probity init DIR`".into();
        return Err(terminal.refuse(&message, &[help]));
    }
    for (name, bytes) in &files {
        let path = root.join(name);
        write_new(&path, bytes).map_err(|error| {
            let message = format!("`{}` cannot be written: {error}", path.display());
            terminal.fail(ExitCode::Defect, &message, &[])
        })?;
    }
    terminal.print(|out| next_steps(root, out));
    Ok(ExitCode::Conforms)
}

/// Every file of the suite, with the JSON Schemas for editors.
fn all_files() -> Vec<(String, Vec<u8>)> {
    let texts = FILES
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    texts.chain(editor_schemas()).collect()
}

fn next_steps(root: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "A suite for a demo service, 5 cases (7 with rows):\n")?;
    for (name, _) in FILES {
        writeln!(out, "  {}", root.join(name).display())?;
    }
    let editors = root.join(".probity");
    let editors = format!("{}{}", editors.display(), std::path::MAIN_SEPARATOR);
    writeln!(
        out,
        "  {editors}    JSON Schemas: editors complete and check the files\n"
    )?;
    writeln!(out, "Type next:\n")?;
    if root != Path::new(".") {
        writeln!(out, "  cd {}", quoted(&root.to_string_lossy()))?;
    }
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
    for (command, comment) in lines {
        writeln!(out, "  {command:<50}   # {comment}")?;
    }
    writeln!(
        out,
        "\nThen describe your own service in cases/, and name it in probity.yaml."
    )
}
