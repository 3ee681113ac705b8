//! `probity import har|curl|postman|hurl`: makes a suite of requests that were recorded or written down.

use std::io::{Read as _, Write};
use std::path::Path;

use crate::import::{TrafficFigures, TrafficKind, TrafficSuite, import_traffic};
use crate::model::{ExitCode, Severity};
use crate::report::diagnostics;
use crate::text::file;

use crate::cli::arguments::TrafficOptions;
use crate::cli::import::summary;
use crate::cli::output::{Terminal, count};
use crate::cli::written::{editor_schemas, existing, write_new};

/// The largest recording that is read, in bytes, and the largest file of another kind.
const RECORDING: u64 = 512 << 20;
const FILE: u64 = 32 << 20;

/// The file with what is to be filled in.
const TARGET: &str = "targets/reference.yaml";

/// Most reasons and variables that are listed.
const SHOWN: usize = 12;

/// Makes a suite. Nothing is written if any of its files exists, or if a secret would be in one.
pub(crate) fn import(
    kind: TrafficKind,
    options: &TrafficOptions,
    terminal: &Terminal,
) -> Result<ExitCode, ExitCode> {
    if options.update {
        let help = "import into a new directory with `--into DIR`, and take from there what is new";
        let message = "only `import openapi` has --update";
        return Err(terminal.refuse(message, &[help.into()]));
    }
    let mut inputs = Vec::new();
    for path in &options.files {
        inputs.push(read(path, kind, terminal)?);
    }
    let folder = options
        .files
        .first()
        .filter(|path| *path != Path::new("-"))
        .map(|path| path.parent().unwrap_or(Path::new("")).to_owned());
    let mut found = Vec::new();
    let (suite, sources) =
        import_traffic(kind, &inputs, folder.as_deref(), options.all, &mut found);
    terminal.print_error(|out| {
        diagnostics::render(&found, &sources, terminal.error_colour, terminal.width, out)?;
        let is_error = found.iter().any(|one| one.severity == Severity::Error);
        if found.is_empty() || is_error {
            Ok(())
        } else {
            writeln!(out)
        }
    });
    let is_broken = found.iter().any(|one| one.severity == Severity::Error);
    let Some(suite) = suite.filter(|_| !is_broken) else {
        if is_broken {
            return Err(ExitCode::Invalid);
        }
        let message = format!("no request in {} to make a suite of", names(options));
        let help = match kind {
            _ if !found.is_empty() => "the warnings above say what was left out",
            TrafficKind::Har => {
                "it has none, or none but static assets, preflight requests, and requests without an answer: `--all` \
                 includes what was answered"
            }
            _ => "it has none: nothing was left out",
        };
        return Err(terminal.refuse(&message, &[help.into()]));
    };
    write(options, &suite, terminal)?;
    terminal.print(|out| summarise(kind, options, &suite, out));
    Ok(ExitCode::Conforms)
}

fn names(options: &TrafficOptions) -> String {
    let names = options.files.iter().map(|path| match path.as_path() {
        path if path == Path::new("-") => "standard input".to_owned(),
        path => path.display().to_string(),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// The name and text of an input.
fn read(path: &Path, kind: TrafficKind, terminal: &Terminal) -> Result<(String, String), ExitCode> {
    let limit = if kind == TrafficKind::Har {
        RECORDING
    } else {
        FILE
    };
    let shown = path.display();
    let (name, bytes) = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin()
            .lock()
            .take(limit + 1)
            .read_to_end(&mut bytes);
        if read.is_err() || bytes.len() as u64 > limit {
            let message =
                format!("the standard input cannot be read, or has more than {limit} bytes");
            return Err(terminal.refuse(&message, &[]));
        }
        ("standard input".to_owned(), bytes)
    } else {
        let bytes = file::read(path, limit).map_err(|error| {
            let why = match error {
                file::ReadError::Io(error) => format!("cannot be read: {error}"),
                file::ReadError::TooLarge(bytes) => {
                    format!("has {bytes} bytes; at most {limit} are read")
                }
            };
            terminal.refuse(&format!("`{shown}` {why}"), &[])
        })?;
        (shown.to_string(), bytes)
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = format!("`{shown}` is not UTF-8: the byte at offset {at} is invalid");
        terminal.refuse(&message, &[])
    })?;
    Ok((name, text))
}

fn write(
    options: &TrafficOptions,
    suite: &TrafficSuite,
    terminal: &Terminal,
) -> Result<(), ExitCode> {
    let root = &options.into;
    if root.exists() && !root.is_dir() {
        let message = format!("`{}` is a file, not a directory", root.display());
        return Err(terminal.refuse(&message, &[]));
    }
    if let Some(name) = suite.figures.unsafe_files.first() {
        let message =
            format!("a credential of the source would be in `{name}`; nothing was written");
        let help =
            "remove the request with it from the source, and report this as a mistake of Probity";
        return Err(terminal.fail(ExitCode::Defect, &message, &[help.into()]));
    }
    let files = suite
        .files
        .iter()
        .map(|(name, text)| (name.clone(), text.clone().into_bytes()));
    let files: Vec<(String, Vec<u8>)> = files.chain(editor_schemas()).collect();
    if let Some(message) = existing(root, &files) {
        let help = "choose another directory: `--into DIR`".into();
        return Err(terminal.refuse(&message, &[help]));
    }
    for (name, bytes) in &files {
        let path = root.join(name);
        write_new(&path, bytes).map_err(|error| {
            let message = format!("`{}` cannot be written: {error}", path.display());
            terminal.fail(ExitCode::Defect, &message, &[])
        })?;
    }
    Ok(())
}

fn summarise(
    kind: TrafficKind,
    options: &TrafficOptions,
    suite: &TrafficSuite,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let figures = &suite.figures;
    writeln!(
        out,
        "{}: {} in {}, {}, {}, {}",
        names(options),
        count(figures.calls, "request"),
        count(figures.contracts, "contract"),
        count(figures.operations, "operation"),
        count(figures.requirements, "requirement"),
        count(figures.cases, "case"),
    )?;
    left_out(figures, out)?;
    if figures.not_undone > 0 {
        let (creates, case) = match figures.not_undone {
            1 => ("creates", "the case"),
            _ => ("create", "each"),
        };
        let cases = count(figures.not_undone, "case");
        writeln!(
            out,
            "\n{cases} {creates} something that nothing in the recording deletes: {case} has a TODO"
        )?;
    }
    if figures.partial > 0 {
        let (steps, check) = match figures.partial {
            1 => ("1 step".to_owned(), "checks"),
            more => (format!("{more} steps"), "check"),
        };
        writeln!(
            out,
            "\n{steps} {check} less than the source does: the warnings and a NOTE in each say so"
        )?;
    }
    if figures.guesses > 0 {
        let steps = match figures.guesses {
            1 => "1 step has no known answer: it expects".to_owned(),
            more => format!("{more} steps have no known answer: they expect"),
        };
        writeln!(
            out,
            "\n{steps} only a success, until a recording of a run shows what the service answers"
        )?;
    }
    to_fill_in(figures, out)?;
    summary::commands(&options.into, &next(kind, figures), out)
}

fn left_out(figures: &TrafficFigures, out: &mut dyn Write) -> std::io::Result<()> {
    if figures.left_out.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nLeft out:\n")?;
    for (number, what) in figures.left_out.iter().take(SHOWN) {
        writeln!(out, "  {number:>6}  {what}")?;
    }
    Ok(())
}

fn to_fill_in(figures: &TrafficFigures, out: &mut dyn Write) -> std::io::Result<()> {
    let mut lines = Vec::new();
    if figures.fixtures_to_fill > 0 {
        let fixtures = count(figures.fixtures_to_fill, "fixture");
        let comment = format!("{fixtures}, marked `TODO`; their cases are skipped until then");
        lines.push((TARGET.to_owned(), comment));
    }
    // Callers may share a variable.
    let mut variables: Vec<(&str, String)> = Vec::new();
    for (name, what) in &figures.variables {
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = format!("{known}, {what}"),
            None => variables.push((name, what.clone())),
        }
    }
    let shown = variables.iter().take(SHOWN);
    lines.extend(shown.map(|(name, what)| (format!("export {name}=..."), what.clone())));
    if lines.is_empty() {
        return Ok(());
    }
    let credentials = match variables.len() {
        0 => "",
        _ => ". Credentials were not written down",
    };
    writeln!(out, "\nStill to fill in{credentials}:\n")?;
    summary::with_comments(&lines, out)?;
    let more = variables.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "  and {more} more variables in {TARGET}")?;
    }
    Ok(())
}

/// The commands to type next.
fn next(kind: TrafficKind, figures: &TrafficFigures) -> Vec<(String, String)> {
    let (target, place) = match figures.urls.as_slice() {
        [only] if figures.has_target => (String::new(), format!("on {only}")),
        hosts if figures.has_target => (String::new(), format!("on {} hosts", hosts.len())),
        _ => (
            " --target http://127.0.0.1:8080".to_owned(),
            "on your service".to_owned(),
        ),
    };
    let counts = match kind {
        TrafficKind::Har | TrafficKind::Curl => "; --strict: a SHOULD counts",
        TrafficKind::Postman | TrafficKind::Hurl => "",
    };
    let check = (
        format!("probity check{target}"),
        "finds mistakes, and what the target needs".to_owned(),
    );
    if figures.guesses == 0 {
        let run = (
            format!("probity run --strict{target}"),
            format!("runs the cases {place}{counts}"),
        );
        return vec![check, run];
    }
    // The first run is the one to record: calls that change data get another answer the second time.
    vec![
        check,
        (
            format!("probity run{target} --jobs 1 --record run.har"),
            format!("records what it answers, {place}"),
        ),
        (
            "probity import har run.har --into with-answers".to_owned(),
            "another suite, which expects that".to_owned(),
        ),
    ]
}
