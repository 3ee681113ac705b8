//! Files of the suite that requests send: read with the suite, from its directory or from texts in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::load::record::Text;
use crate::model::{BodyFile, Diagnostic};
use crate::text::file as limited;
use crate::text::file::{ReadError, display_path};

/// The largest file, in bytes.
const FILE_LIMIT: u64 = 16 << 20;

/// The most bytes of all files together.
const TOTAL_LIMIT: usize = 256 << 20;

/// The files that requests send, each read once.
#[derive(Debug, Default)]
pub(crate) struct BodyFiles {
    from: Place,
    read: BTreeMap<String, Result<Arc<[u8]>, Fault>>,
    total: usize,
    /// The names of the files that were used since they were last taken.
    used: BTreeSet<String>,
}

/// Where the files are.
#[derive(Debug, Default)]
enum Place {
    /// There are none: the suite is part of the binary.
    #[default]
    Nowhere,
    /// Below the directory of the suite.
    Directory(PathBuf),
    /// Texts by path.
    Texts(BTreeMap<String, Arc<[u8]>>),
}

/// Why a file cannot be sent, and what to do.
#[derive(Clone, Debug)]
struct Fault(String, String);

impl BodyFiles {
    /// Files below a directory.
    pub(crate) fn below(directory: PathBuf) -> BodyFiles {
        BodyFiles {
            from: Place::Directory(directory),
            ..BodyFiles::default()
        }
    }

    /// Files in memory.
    pub(crate) fn of_texts(texts: &[(String, String)]) -> BodyFiles {
        let bytes = |text: &String| Arc::from(text.as_bytes());
        let texts = texts.iter().map(|(path, text)| (path.clone(), bytes(text)));
        BodyFiles {
            from: Place::Texts(texts.collect()),
            ..BodyFiles::default()
        }
    }

    /// The file with this name.
    pub(crate) fn get(
        &mut self,
        name: Text<'_>,
        contract: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<BodyFile> {
        let known = self.read.get(name.value).cloned();
        let read = known.unwrap_or_else(|| {
            let read = self.read_file(name.value);
            self.read.insert(name.value.to_owned(), read.clone());
            read
        });
        match read {
            Ok(bytes) => {
                self.used.insert(name.value.to_owned());
                Some(BodyFile {
                    name: name.value.to_owned(),
                    path: self.path_of(name.value),
                    bytes,
                })
            }
            Err(Fault(message, help)) => {
                let beside = format!("cases/{contract}/{}", name.value);
                let help = match self.read_file(&beside) {
                    Ok(_) => format!(
                        "did you mean `{beside}`? The path starts at the directory of the suite"
                    ),
                    Err(_) => help,
                };
                diagnostics.push(Diagnostic::error("case/file", name.span, message).help(help));
                None
            }
        }
    }

    /// The files that were used since the last call, by name.
    pub(crate) fn take_used(&mut self) -> BTreeMap<String, Arc<[u8]>> {
        let used = std::mem::take(&mut self.used).into_iter();
        used.filter_map(|name| {
            let bytes = self.read.get(&name)?.as_ref().ok()?;
            Some((name, Arc::clone(bytes)))
        })
        .collect()
    }

    /// The path of a file, as one would open it from where the suite was.
    fn path_of(&self, name: &str) -> String {
        match &self.from {
            Place::Directory(root) => {
                let root = root.strip_prefix(".").unwrap_or(root);
                display_path(&root.join(name))
            }
            Place::Nowhere | Place::Texts(_) => name.to_owned(),
        }
    }

    fn read_file(&mut self, name: &str) -> Result<Arc<[u8]>, Fault> {
        check_name(name)?;
        let bytes: Arc<[u8]> = match &self.from {
            Place::Nowhere => {
                let fault = format!("no file `{name}`: this suite is part of the binary");
                return Err(Fault(fault, "copy the suite into a directory".into()));
            }
            Place::Texts(texts) => match texts.get(name) {
                Some(bytes) => Arc::clone(bytes),
                None => return Err(missing(name)),
            },
            Place::Directory(root) => read_below(root, name)?,
        };
        self.total += bytes.len();
        if self.total > TOTAL_LIMIT {
            let fault = format!(
                "with `{name}`, the files of requests are larger than {} MiB",
                TOTAL_LIMIT >> 20
            );
            return Err(Fault(fault, "send fewer or smaller files".into()));
        }
        Ok(bytes)
    }
}

/// A name leads to a place below the suite, and to the same one on every system.
fn check_name(name: &str) -> Result<(), Fault> {
    let help =
        || "write the path below the directory of the suite, with `/`: `files/image.png`".into();
    let fault = if name.contains("${") {
        "the name of a file cannot contain values that are known only in the run".to_owned()
    } else if name.is_empty() {
        "empty file name".to_owned()
    } else if name.contains(['\\', '\0']) {
        format!("`{}` contains `\\` or NUL", name.escape_debug())
    } else {
        let mut components = Path::new(name).components();
        if components.all(|one| matches!(one, Component::Normal(_))) && !name.contains("//") {
            return Ok(());
        }
        format!("the file `{}` is not below the suite", name.escape_debug())
    };
    Err(Fault(fault, help()))
}

fn missing(name: &str) -> Fault {
    let help = match name.strip_prefix('@') {
        Some(path) => format!("remove the `@`: `{path}`"),
        None => "write its path below the directory of the suite: `files/image.png`".to_owned(),
    };
    Fault(format!("no file `{name}`"), help)
}

fn read_below(root: &Path, name: &str) -> Result<Arc<[u8]>, Fault> {
    let mut path = root.to_owned();
    for segment in name.split('/') {
        path.push(segment);
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => missing(name),
            _ => Fault(
                format!("`{name}` cannot be read: {error}"),
                "check its permissions".into(),
            ),
        };
        let metadata = path.symlink_metadata().map_err(unreadable)?;
        if metadata.is_symlink() {
            return Err(Fault(
                format!("`{name}` is or leads through a symbolic link"),
                "copy the file into the suite: links could lead out of it".into(),
            ));
        }
    }
    if !path.is_file() {
        let fault = format!("`{name}` is not a file");
        return Err(Fault(fault, "name one file".into()));
    }
    match limited::read(&path, FILE_LIMIT) {
        Ok(bytes) => Ok(bytes.into()),
        Err(ReadError::TooLarge(_)) => Err(Fault(
            format!("`{name}` is larger than {} MiB", FILE_LIMIT >> 20),
            "send a smaller file".into(),
        )),
        Err(ReadError::Io(error)) => Err(Fault(
            format!("`{name}` cannot be read: {error}"),
            "check its permissions".into(),
        )),
    }
}
