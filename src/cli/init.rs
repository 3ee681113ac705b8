//! `probity init`: writes a suite to start from: one that runs at once against the demo service, that of an `OpenAPI`
//! document, or one case for a URL. Nothing is sent.

mod demo;
mod place;
mod workflow;

use std::io::{self, Write};
use std::path::Path;

use crate::import::{Imported, LOCK, minimal_suite};
use crate::model::ExitCode;
use crate::text::shell::quoted;

use crate::cli::arguments::InitOptions;
use crate::cli::import::{self, summary};
use crate::cli::output::Terminal;
use crate::cli::suite::is_url;
use crate::cli::written::{editor_schemas, write_suite};
use place::Place;
use workflow::Workflow;

/// Writes the suite. Nothing is written if any of its files exists.
pub(crate) fn init(options: &InitOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let root = &options.directory;
    refuse_directory(root, options.from.is_some(), terminal)?;
    let place = match &options.target {
        Some(text) => Some(Place::read(text, terminal)?),
        None => None,
    };
    match (&options.from, place) {
        (Some(file), place) => of_document(root, file, place.as_ref(), terminal),
        (None, Some(Place::At(url))) => {
            let suite = minimal_suite(&url);
            let start = start_at(&suite.url, url.is_local);
            let workflow = Workflow {
                start: &start,
                run: "probity run --strict",
                variables: &[],
            };
            let names = write(root, &suite.files, workflow, terminal)?;
            terminal.print(|out| {
                writeln!(
                    out,
                    "A suite with one case, GET {}{}:\n",
                    suite.url, url.path
                )?;
                list(root, &names, out)?;
                after_one_case(root, out)
            });
            Ok(ExitCode::Conforms)
        }
        (None, None | Some(Place::Demo)) => {
            let names = write(root, &demo::files(), demo::WORKFLOW, terminal)?;
            terminal.print(|out| {
                demo::headline(out)?;
                list(root, &names, out)?;
                demo::next_steps(root, out)
            });
            Ok(ExitCode::Conforms)
        }
    }
}

/// A directory that cannot be one, or was not meant.
fn refuse_directory(root: &Path, has_document: bool, terminal: &Terminal) -> Result<(), ExitCode> {
    if root.to_str().is_some_and(is_url) {
        let help = "to make it the target of the suite: `--target URL`";
        return Err(terminal.refuse("expected a directory, found a URL", &[help.into()]));
    }
    if root.exists() && !root.is_dir() {
        let shown = root.display();
        let mut help = Vec::new();
        if !has_document {
            let file = quoted(&root.to_string_lossy());
            help.push(format!(
                "to start from an OpenAPI document: `probity init DIR --from {file}`"
            ));
        }
        let message = format!("`{shown}` is a file, not a directory");
        return Err(terminal.refuse(&message, &help));
    }
    Ok(())
}

/// Writes the suite of a document.
fn of_document(
    root: &Path,
    file: &Path,
    place: Option<&Place>,
    terminal: &Terminal,
) -> Result<ExitCode, ExitCode> {
    let imported = import::read(file, terminal)?;
    let figures = &imported.figures;
    let (own, target) = match place {
        Some(Place::At(url)) => {
            let suite = imported.deployed(url);
            let start = start_at(&suite.url, url.is_local);
            (suite.files, Some((suite.url, start)))
        }
        Some(Place::Demo) => {
            let start = "`probity run` starts the demo service.".to_owned();
            (
                imported.on_demo(),
                Some(("the demo service".to_owned(), start)),
            )
        }
        None => (imported.files.clone(), None),
    };
    let workflow = Workflow {
        start: match &target {
            Some((_, start)) => start,
            None => "Start your service before this, and name it here, or in probity.yaml.",
        },
        run: match &target {
            Some(_) => "probity run",
            None => "probity run --target http://127.0.0.1:8080",
        },
        variables: &figures.variables,
    };
    let mut files = import::suite_files(&imported, &own);
    files.push((workflow::PATH.to_owned(), workflow.text().into_bytes()));
    let help = if root.join(LOCK).is_file() {
        let (file, root) = (
            quoted(&file.to_string_lossy()),
            quoted(&root.to_string_lossy()),
        );
        format!(
            "to bring the suite up to date: `probity import openapi {file} --into {root} --update`"
        )
    } else {
        ELSEWHERE.to_owned()
    };
    write_suite(root, &files, &help, terminal)?;
    terminal.print(|out| after_import(root, file, &imported, target.map(|(url, _)| url), out));
    Ok(ExitCode::Conforms)
}

const ELSEWHERE: &str = "choose another directory: `probity init DIR`";

/// What has to be done before a run against a URL.
fn start_at(url: &str, is_local: bool) -> String {
    if is_local {
        return format!("Start your service before this, at {url}.");
    }
    format!("Runs against {url} (targets/reference.yaml).")
}

/// Writes a suite with its workflow and the JSON Schemas for editors. Returns the names of the files but these.
fn write(
    root: &Path,
    own: &[(String, String)],
    workflow: Workflow<'_>,
    terminal: &Terminal,
) -> Result<Vec<String>, ExitCode> {
    let workflow = (workflow::PATH.to_owned(), workflow.text());
    let own = own.iter().cloned().chain([workflow]);
    let files = own.map(|(name, text)| (name, text.into_bytes()));
    let mut files: Vec<(String, Vec<u8>)> = files.collect();
    let names = files.iter().map(|(name, _)| name.clone()).collect();
    files.extend(editor_schemas());
    write_suite(root, &files, ELSEWHERE, terminal)?;
    Ok(names)
}

/// The files that were written.
fn list(root: &Path, names: &[String], out: &mut dyn Write) -> io::Result<()> {
    let names = names.iter();
    let names = names.map(|name| (root.join(name).display().to_string(), String::new()));
    let lines: Vec<_> = names.chain([for_editors(root)]).collect();
    summary::places(&lines, out)
}

fn for_editors(root: &Path) -> (String, String) {
    let editors = root.join(".probity");
    (
        format!("{}{}", editors.display(), std::path::MAIN_SEPARATOR),
        "JSON Schemas: editors complete and check the files".to_owned(),
    )
}

fn after_one_case(root: &Path, out: &mut dyn Write) -> io::Result<()> {
    let lines = [
        ("probity run --strict", "sends the request"),
        (
            "probity run --strict --watch",
            "and again whenever you save a file",
        ),
        ("probity check", "finds mistakes in the files"),
    ];
    let lines = lines.map(|(command, comment)| (command.to_owned(), comment.to_owned()));
    summary::commands(root, &lines, out)?;
    writeln!(
        out,
        "\nWhat it expects is a guess: 200 with JSON. Write in cases/api/reading.yaml what the service should answer, and in\n\
         contract.yaml where that is documented. With an OpenAPI document: `probity init DIR --from FILE`."
    )
}

/// What the suite of a document has, and what to do next.
fn after_import(
    root: &Path,
    file: &Path,
    imported: &Imported,
    target: Option<String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let figures = &imported.figures;
    summary::headline(file, figures, out)?;
    let workflow = root.join(workflow::PATH).display().to_string();
    let mut lines = summary::folders(root, imported);
    lines.extend([(workflow, "the cases in CI".to_owned()), for_editors(root)]);
    summary::places(&lines, out)?;
    summary::left_out(figures, out)?;
    summary::to_fill_in(figures, out)?;
    let lines = match target {
        Some(url) => [
            (
                "probity check",
                "list what the target still needs".to_owned(),
            ),
            (
                "probity run",
                format!("run the cases against {url}; with --strict, a SHOULD counts, too"),
            ),
            (
                "probity prove",
                "show which mistakes of the service the checks detect".to_owned(),
            ),
        ]
        .map(|(command, comment)| (command.to_owned(), comment)),
        None => summary::with_target(figures),
    };
    summary::commands(root, &lines, out)?;
    let (file, root) = (
        quoted(&file.to_string_lossy()),
        quoted(&root.to_string_lossy()),
    );
    writeln!(
        out,
        "\nWhen the document has changed, in this directory: probity import openapi {file} --into {root} --update"
    )
}
