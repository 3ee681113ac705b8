//! `probity prove --shard` and `--merge`: the files of the parts of a proof.

use std::path::{Path, PathBuf};

use crate::history::report_files;
use crate::model::ExitCode;
use crate::prove::{Extent, PartError, ProofPart};
use crate::redact::Redactor;
use crate::text::file::{self, ReadError};
use crate::text::printable::printable;

use crate::cli::arguments::ProveOptions;
use crate::cli::output::{Terminal, write_whole};
use crate::cli::shard;

/// The largest part that is read, in bytes.
const PART_LIMIT: u64 = 1 << 29;

/// How much of the proof to make. The parts are read before anything is sent.
///
/// # Errors
///
/// The exit code. The message has been printed.
pub(crate) fn extent(options: &ProveOptions, terminal: &Terminal) -> Result<Extent, ExitCode> {
    if let Some(choice) = options.shard {
        return shard::chosen(choice, terminal).map(Extent::Shard);
    }
    if options.merge.is_empty() {
        return Ok(Extent::Whole);
    }
    let mut parts = Vec::new();
    for path in files(&options.merge, terminal)? {
        let refuse = |why: String| {
            let message = format!("{}: {why}", path.display());
            terminal.refuse(
                &message,
                &["write it with `probity prove --shard K/N --part FILE`".into()],
            )
        };
        let text = file::read(&path, PART_LIMIT).map_err(|why| {
            refuse(match why {
                ReadError::Io(error) => format!("cannot be read: {error}"),
                ReadError::TooLarge(_) => format!("is larger than {PART_LIMIT} bytes"),
            })
        })?;
        parts.push(ProofPart::read(&text).map_err(|error| refuse(error.to_string()))?);
    }
    if parts.is_empty() {
        return Err(terminal.refuse("there are no parts to merge", &[]));
    }
    Ok(Extent::Merge(parts))
}

fn files(given: &[PathBuf], terminal: &Terminal) -> Result<Vec<PathBuf>, ExitCode> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let found = report_files(path, &["json"]);
        if let Some(problem) = found.problems.first() {
            let message = format!("{} cannot be read: {problem}", path.display());
            return Err(terminal.refuse(&message, &[]));
        }
        files.extend(found.reports);
    }
    Ok(files)
}

/// Writes the part of a shard, and says what it is.
pub(crate) fn write(
    options: &ProveOptions,
    part: &ProofPart,
    (exit, reasons): (ExitCode, Vec<String>),
    redactor: &Redactor,
    terminal: &Terminal,
) -> ExitCode {
    let path = options.part.as_deref().unwrap_or(Path::new("part.json"));
    let written = part.to_json().map_err(std::io::Error::other);
    let written = written.and_then(|part| {
        let bytes = part.to_string().into_bytes();
        if redactor.finds(&String::from_utf8_lossy(&bytes)) {
            let why = "it would contain a secret; nothing was written";
            return Err(std::io::Error::other(why));
        }
        write_whole(path, &bytes)
    });
    if let Err(error) = written {
        let message = format!("the part {} could not be written: {error}", path.display());
        return terminal.fail(ExitCode::Defect, &message, &[]);
    }
    terminal.print(|out| {
        writeln!(out, "shard {} of a proof: {}", part.shard(), part.summary())?;
        for reason in &reasons {
            writeln!(out, "  {}", printable(reason))?;
        }
        writeln!(out, "written to {}", printable(&path.display().to_string()))
    });
    exit
}

/// Says why the parts make no proof. Without a part nothing is proven.
pub(crate) fn mismatch(error: &PartError, terminal: &Terminal) -> ExitCode {
    let message = format!("the parts make no proof: {error}");
    let (exit, help) = match error {
        PartError::Missing(shards) => {
            let commands = shards.iter().map(|shard| {
                format!("probity prove --shard {shard} --part FILE, with the options of the others")
            });
            (ExitCode::Incomplete, commands.take(5).collect())
        }
        PartError::Gap(_) => (ExitCode::Incomplete, Vec::new()),
        _ => (ExitCode::Invalid, Vec::new()),
    };
    terminal.fail(exit, &message, &help)
}
