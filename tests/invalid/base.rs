//! The small valid suite that invalid files are put into.

use std::path::{Path, PathBuf};

use probity::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use probity::model::{Diagnostic, Sources};
use probity::report::diagnostics;

use crate::support::folder::Folder;

/// The width at which texts are rendered.
const WIDTH: usize = 100;

/// A copy of the base suite in a scratch folder.
pub(crate) struct BaseSuite {
    folder: Folder,
}

/// `tests/invalid`.
pub(crate) fn invalid() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid")
}

/// The files of a folder that are no snapshots, in order of their names.
pub(crate) fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.to_str().unwrap().contains(".snap"));
    files.sort();
    files
}

impl BaseSuite {
    /// Copies the base suite.
    pub(crate) fn new() -> BaseSuite {
        let folder = Folder::new();
        copy(&invalid().join("base"), folder.root());
        BaseSuite { folder }
    }

    /// A path in the suite.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path(path)
    }

    /// Writes a file of the suite.
    pub(crate) fn write(&self, path: &str, content: &[u8]) {
        self.folder.write(path, content);
    }

    /// Loads the suite and returns what is said about it.
    pub(crate) fn load(&self) -> String {
        self.load_directory("")
    }

    /// Loads a directory in the suite as a suite of its own.
    pub(crate) fn load_directory(&self, path: &str) -> String {
        let source = SuiteSource::Directory(self.path(path));
        let loaded = load_suite(&source, Thoroughness::Everything);
        self.render(&loaded.diagnostics, &loaded.suite.sources)
    }

    /// Loads a target file for the suite and returns what is said about it.
    pub(crate) fn load_target_file(&self, file: &Path) -> String {
        let name = file.file_name().unwrap().to_str().unwrap();
        let path = format!("targets/{name}");
        self.write(&path, &std::fs::read(file).unwrap());
        self.load_target(&TargetChoice::File(self.path(&path)))
    }

    /// Loads a target for the suite and returns what is said about it.
    pub(crate) fn load_target(&self, choice: &TargetChoice) -> String {
        let source = SuiteSource::Directory(self.path(""));
        let mut suite = load_suite(&source, Thoroughness::ForRun).suite;
        let environment = |name: &str| match name {
            "READER_TOKEN" => Some("a-long-token".to_owned()),
            "SHORT" => Some("abc".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let said = match load_target(choice, &mut suite, &environment) {
            Ok((_, warnings)) => warnings,
            Err(errors) => errors,
        };
        self.render(&said, &suite.sources)
    }

    /// The text, with paths as they are seen from the root of the suite.
    fn render(&self, said: &[Diagnostic], sources: &Sources) -> String {
        let root = format!("{}/", self.folder.root().display());
        let mut relative = Sources::default();
        for file in sources.files() {
            relative.add(file.name.replace(&root, ""), &*file.text);
        }
        let mut said = said.to_vec();
        for diagnostic in &mut said {
            diagnostic.message = diagnostic.message.replace(&root, "");
        }
        let mut text = Vec::new();
        diagnostics::render(&said, &relative, false, WIDTH, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
