//! Reads the files of a suite from a directory, or from the binary.

use std::path::{Path, PathBuf};

use crate::load::body_files::BodyFiles;
use crate::model::Diagnostic;
use crate::text::file as limited;
use crate::text::file::{ReadError, display_path};

/// The largest file that is read, in bytes.
const FILE_LIMIT: u64 = 16 << 20;

/// Fewer files than this are read on one thread.
const FEW_FILES: usize = 64;

/// One file of a suite.
#[derive(Clone, Debug)]
pub(crate) struct FileText {
    /// Path below `cases/`, `schemas/` or `targets/`, with `/`.
    pub(crate) name: String,
    /// The path to print.
    pub(crate) display_path: String,
    /// The text; `None` when it cannot be read, which is reported.
    pub(crate) text: Option<String>,
}

/// All files of a suite, each list in order of names.
#[derive(Debug, Default)]
pub(crate) struct SuiteFiles {
    /// Where they were read from: a directory as it was typed, or a word for what is in memory.
    pub(crate) place: String,
    /// The directory, if they are in one.
    pub(crate) root: Option<PathBuf>,
    pub(crate) cases: Vec<FileText>,
    pub(crate) schemas: Vec<FileText>,
    pub(crate) targets: Vec<FileText>,
    /// Files that requests send.
    pub(crate) bodies: BodyFiles,
}

/// Where a suite is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuiteSource {
    /// The suites that ship with Probity.
    Embedded,
    /// A directory with `cases/` in it. A directory that is itself named `cases` means its parent.
    Directory(PathBuf),
    /// Texts in memory, each with its path as in a directory: `cases/things/all.yaml`.
    Texts(Vec<(String, String)>),
    /// Another source with further case files in memory, each with its path below `cases/`.
    More {
        /// The other source.
        base: Box<SuiteSource>,
        /// The case files.
        cases: Vec<(String, String)>,
    },
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The names of the contracts in the binary.
pub fn contract_names() -> Vec<&'static str> {
    let contract = |(path, _): &(&'static str, &str)| {
        path.strip_prefix("cases/")?.strip_suffix("/contract.yaml")
    };
    EMBEDDED.iter().filter_map(contract).collect()
}

/// Reads all files of a suite.
pub(crate) fn read(source: &SuiteSource, diagnostics: &mut Vec<Diagnostic>) -> SuiteFiles {
    match source {
        SuiteSource::Embedded => by_folder("embedded", || EMBEDDED.iter().copied()),
        SuiteSource::Directory(path) => read_directory(path, diagnostics),
        SuiteSource::Texts(texts_in_memory) => {
            let texts = || {
                texts_in_memory
                    .iter()
                    .map(|(path, text)| (&**path, &**text))
            };
            SuiteFiles {
                bodies: BodyFiles::of_texts(texts_in_memory),
                ..by_folder("texts", texts)
            }
        }
        SuiteSource::More { base, cases } => {
            let mut files = read(base, diagnostics);
            files
                .cases
                .extend(cases.iter().map(|(name, text)| FileText {
                    name: name.clone(),
                    display_path: format!("cases/{name}"),
                    text: Some(text.clone()),
                }));
            files
        }
    }
}

/// The texts of a suite that can be read, each with its path: `cases/things/all.yaml`.
pub fn suite_texts(source: &SuiteSource) -> Vec<(String, String)> {
    let files = read(source, &mut Vec::new());
    let folders = [("cases", files.cases), ("schemas", files.schemas)];
    let folders = folders.into_iter().flat_map(|(folder, files)| {
        let texts = files.into_iter();
        texts.filter_map(move |file| Some((format!("{folder}/{}", file.name), file.text?)))
    });
    folders.collect()
}

fn by_folder<'t, I>(name: &str, texts: impl Fn() -> I) -> SuiteFiles
where
    I: Iterator<Item = (&'t str, &'t str)>,
{
    let below = |folder: &str| {
        let files = texts().filter_map(|(path, text)| {
            path.strip_prefix(folder).map(|name| FileText {
                name: name.to_owned(),
                display_path: path.to_owned(),
                text: Some(text.to_owned()),
            })
        });
        files.collect()
    };
    SuiteFiles {
        place: name.into(),
        root: None,
        cases: below("cases/"),
        schemas: below("schemas/"),
        targets: below("targets/"),
        bodies: BodyFiles::default(),
    }
}

/// The directory of a suite: one that is itself named `cases` means its parent.
pub fn suite_root(path: &Path) -> &Path {
    let is_cases = path.file_name().is_some_and(|name| name == "cases");
    match path.parent() {
        Some(parent) if is_cases && !path.join("cases").is_dir() => parent,
        _ => path,
    }
}

fn read_directory(path: &Path, diagnostics: &mut Vec<Diagnostic>) -> SuiteFiles {
    let root = suite_root(path);
    if !root.join("cases").is_dir() {
        let shown = path.display();
        let message = if path.is_dir() {
            format!("no directory `cases` in `{shown}`")
        } else if path.exists() {
            format!("`{shown}` is a file, not a suite")
        } else {
            format!("no directory `{shown}`")
        };
        diagnostics.push(
            Diagnostic::error_without_place("suite/no-cases", message).help(
                "a suite contains cases/<contract>/contract.yaml and cases/<contract>/*.yaml",
            ),
        );
    }
    SuiteFiles {
        place: path.display().to_string(),
        root: Some(root.to_owned()),
        cases: read_folder(root, "cases", &["yaml", "yml", "json"], diagnostics),
        schemas: read_folder(root, "schemas", &["json"], diagnostics),
        targets: read_folder(root, "targets", &["yaml", "yml", "json"], diagnostics),
        bodies: BodyFiles::below(root.to_owned()),
    }
}

fn read_folder(
    root: &Path,
    folder: &str,
    extensions: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<FileText> {
    let base = root.join(folder);
    if !base.is_dir() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&base).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let message = error.to_string();
                let diagnostic = Diagnostic::error_without_place("suite/unreadable", message);
                found.push(Err(Box::new(diagnostic)));
                continue;
            }
        };
        let is_suite_file = entry.path().extension().is_some_and(|extension| {
            let is = |known: &&str| extension.eq_ignore_ascii_case(known);
            extensions.iter().any(is)
        });
        if entry.path_is_symlink() && (is_suite_file || entry.path().is_dir()) {
            found.push(Err(Box::new(link(entry.path()))));
            continue;
        }
        if !entry.file_type().is_file() || !is_suite_file {
            continue;
        }
        let Ok(name) = entry.path().strip_prefix(&base) else {
            continue;
        };
        let name = name.to_string_lossy().replace('\\', "/");
        found.push(Ok((name, entry.into_path())));
    }
    let paths = found.iter().filter_map(|one| Some(&*one.as_ref().ok()?.1));
    let mut texts = read_files(&paths.collect::<Vec<&Path>>()).into_iter();
    let mut files = Vec::with_capacity(found.len());
    for one in found {
        match one {
            Ok((name, path)) => {
                let read = texts.next().unwrap_or_else(|| read_file(&path));
                let text = read.map_err(|diagnostic| diagnostics.push(*diagnostic));
                files.push(FileText {
                    name,
                    display_path: display_path(&path),
                    text: text.ok(),
                });
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    files
}

/// The texts of files, in the order of their paths. A second thread reads half of many files.
fn read_files(paths: &[&Path]) -> Vec<Result<String, Box<Diagnostic>>> {
    let read = |paths: &[&Path]| paths.iter().map(|path| read_file(path)).collect::<Vec<_>>();
    if paths.len() < FEW_FILES {
        return read(paths);
    }
    let (first, second) = paths.split_at(paths.len() / 2);
    std::thread::scope(|scope| {
        let other = std::thread::Builder::new().spawn_scoped(scope, || read(second));
        let mut texts = read(first);
        // Where no thread can be had, or it failed, this one reads the rest.
        let rest = other.ok().and_then(|thread| thread.join().ok());
        texts.extend(rest.unwrap_or_else(|| read(second)));
        texts
    })
}

fn link(path: &Path) -> Diagnostic {
    let message = format!("`{}` is a symbolic link", display_path(path));
    Diagnostic::error_without_place("suite/link", message)
        .help("copy the file into the suite: links could lead out of it")
}

/// The names of target files in a directory, at most so many.
pub(crate) fn names_in(directory: &Path, most: usize) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let is_target = |name: &String| {
        let extension = Path::new(name).extension();
        extension.is_some_and(|one| one == "yaml" || one == "yml" || one == "json")
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(is_target).take(most).collect();
    names.sort();
    names
}

/// Reads one text file of bounded size.
pub(crate) fn read_file(path: &Path) -> Result<String, Box<Diagnostic>> {
    let unreadable = |message: String| {
        let message = format!("`{}` {message}", display_path(path));
        Box::new(Diagnostic::error_without_place("suite/unreadable", message))
    };
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Box::new(Diagnostic::error_without_place(
            "suite/unreadable",
            format!("no file `{}`", display_path(path)),
        )),
        _ => unreadable(format!("cannot be read: {error}")),
    };
    let bytes = limited::read(path, FILE_LIMIT).map_err(|why| match why {
        ReadError::Io(error) => failed(error),
        ReadError::TooLarge(_) => unreadable(format!("is larger than {} MiB", FILE_LIMIT >> 20)),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        let unreadable = unreadable(format!("is not valid UTF-8 from line {line} on"));
        Box::new(unreadable.help("save it as UTF-8"))
    })
}
