//! A suite as an editor sees it: its files, with the texts of open buffers in place of what is on disk.
//!
//! What is wrong with it is what `check` reports, also for every target and waiver file and for the project file. No
//! environment variable is read: what is shown in an editor cannot contain one.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::json::Digest;
use crate::load::files::{self, FileText, SuiteFiles, SuiteSource};
use crate::load::project::{self, missing_target};
use crate::load::{Thoroughness, load_files, target, waivers};
use crate::model::{Diagnostic, Severity, Sources, Suite};
use crate::text::file::display_path;

/// The texts of open buffers, by path.
pub type Buffers = BTreeMap<PathBuf, Arc<str>>;

/// The texts of a suite, and everything that is wrong with them.
#[derive(Debug)]
pub struct Workspace {
    /// All files that were read. Their names are their paths.
    pub sources: Sources,
    /// What was found, in the order of finding.
    pub diagnostics: Vec<Diagnostic>,
    /// The digest of each case, by its id.
    pub digests: HashMap<String, Digest>,
}

/// How many files of the directory itself are looked at.
const MOST_ENTRIES: usize = 1000;

/// Is it the name of a waiver file?
pub fn is_waivers(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| {
        ["waivers.yaml", "waivers.yml", "waivers.json"]
            .iter()
            .any(|end| name.ends_with(end))
    })
}

/// Loads the suite in a directory, with the texts of open buffers over the files.
pub fn load_workspace(root: &Path, buffers: &Buffers) -> Workspace {
    let mut diagnostics = Vec::new();
    let source = SuiteSource::Directory(root.to_owned());
    let mut files = files::read(&source, &mut diagnostics);
    files.overlay(root, buffers);
    let targets = files.targets.clone();
    let loaded = load_files(files, Thoroughness::Everything, true, diagnostics);
    let (mut suite, mut diagnostics) = (loaded.suite, loaded.diagnostics);
    let project = read_project(root, buffers, &mut suite, &mut diagnostics);
    let has_contracts = has_contracts(&suite, &diagnostics);
    let mut placed: Vec<(PathBuf, String)> = targets
        .into_iter()
        .filter_map(|file| Some((root.join("targets").join(&file.name), file.text?)))
        .collect();
    let others = others(root, buffers, project.as_deref());
    placed.extend(others.into_iter().filter_map(|path| {
        let text = text_of(&path, buffers)?;
        Some((path, text))
    }));
    placed.sort();
    placed.dedup_by(|second, first| second.0 == first.0);
    for (path, text) in placed {
        if is_waivers(&path) {
            let name = path.display().to_string();
            let read = waivers::read_waivers(&name, text, &mut suite.sources);
            diagnostics.append(&mut read.err().unwrap_or_default());
        } else {
            let mut found = target::survey_text(&path, text, &mut suite);
            if has_contracts {
                diagnostics.append(&mut found);
            }
        }
    }
    let cases = suite.cases.into_iter();
    Workspace {
        sources: suite.sources,
        diagnostics,
        digests: cases.map(|case| (case.id, case.digest)).collect(),
    }
}

/// Could all contracts be read? Without them, every name in a target file would be unknown.
fn has_contracts(suite: &Suite, diagnostics: &[Diagnostic]) -> bool {
    let is_of_contract = |one: &Diagnostic| match one.span {
        Some(span) => {
            let name = Path::new(&*suite.sources.file(span.file).name);
            name.file_stem().is_some_and(|stem| stem == "contract")
        }
        None => true,
    };
    !diagnostics
        .iter()
        .any(|one| one.severity == Severity::Error && is_of_contract(one))
}

/// Target files of the project outside of `targets/`, and waiver files beside the project file.
fn others(root: &Path, buffers: &Buffers, project: Option<&Path>) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten();
    let paths = entries
        .filter_map(|entry| Some(root.join(entry.ok()?.file_name())))
        .take(MOST_ENTRIES);
    let open = buffers.keys().filter(|path| path.parent() == Some(root));
    let waivers = paths.chain(open.cloned()).filter(|path| is_waivers(path));
    waivers.chain(project.map(Path::to_owned)).collect()
}

/// Reads the project file, if there is one. Returns the path of its target file.
fn read_project(
    root: &Path,
    buffers: &Buffers,
    suite: &mut Suite,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<PathBuf> {
    let path = root.join("probity.yaml");
    let text = text_of(&path, buffers)?;
    let name = path.display().to_string();
    let project = project::read_project(&name, text, &mut suite.sources)
        .map_err(|mut found| diagnostics.append(&mut found))
        .ok()?;
    let target = project.target.as_deref()?;
    if target == "demo" || target.starts_with("http://") || target.starts_with("https://") {
        return None;
    }
    let file = root.join(target);
    if buffers.contains_key(&file) || std::fs::symlink_metadata(&file).is_ok() {
        return Some(file);
    }
    let names = files::names_in(&root.join("targets"), MOST_ENTRIES);
    let near: Vec<String> = names.iter().map(|name| format!("targets/{name}")).collect();
    diagnostics.extend(missing_target(&project, &near));
    None
}

fn text_of(path: &Path, buffers: &Buffers) -> Option<String> {
    match buffers.get(path) {
        Some(text) => Some(text.to_string()),
        None => files::read_file(path).ok(),
    }
}

impl SuiteFiles {
    /// Puts the texts of open buffers in place of those of the files, also of files that are not saved yet.
    fn overlay(&mut self, root: &Path, buffers: &Buffers) {
        for (path, text) in buffers {
            let Ok(below) = path.strip_prefix(root) else {
                continue;
            };
            let below = below.to_string_lossy().replace('\\', "/");
            let Some((folder, name)) = below.split_once('/') else {
                continue;
            };
            let (files, extensions): (_, &[&str]) = match folder {
                "cases" => (&mut self.cases, &["yaml", "yml", "json"]),
                "schemas" => (&mut self.schemas, &["json"]),
                "targets" => (&mut self.targets, &["yaml", "yml", "json"]),
                _ => continue,
            };
            let extension = path.extension().and_then(|extension| extension.to_str());
            if !extension.is_some_and(|extension| extensions.contains(&extension)) {
                continue;
            }
            if let Some(file) = files.iter_mut().find(|file| file.name == name) {
                file.text = Some(text.to_string());
                continue;
            }
            files.push(FileText {
                name: name.to_owned(),
                display_path: display_path(path),
                text: Some(text.to_string()),
            });
            files.sort_by(|a, b| Path::new(&a.name).cmp(Path::new(&b.name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_replace_and_add_files() {
        let mut files = SuiteFiles::default();
        let file = |name: &str| FileText {
            name: name.to_owned(),
            display_path: format!("/s/cases/{name}"),
            text: Some("on disk".into()),
        };
        files.cases = vec![file("a/a.yaml"), file("a/c.yaml")];
        let buffer = |name: &str| (PathBuf::from(name), Arc::from("open"));
        let buffers = [
            "/s/cases/a/c.yaml",
            "/s/cases/a/b.yaml",
            "/s/cases/x.txt",
            "/other/cases/y.yaml",
        ];
        files.overlay(Path::new("/s"), &buffers.map(buffer).into());
        let seen: Vec<_> = files
            .cases
            .iter()
            .map(|file| (&*file.name, file.text.as_deref()))
            .collect();
        let (disk, open) = (Some("on disk"), Some("open"));
        assert_eq!(
            seen,
            [("a/a.yaml", disk), ("a/b.yaml", open), ("a/c.yaml", open)]
        );
    }
}
