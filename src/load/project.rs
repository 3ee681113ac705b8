//! `probity.yaml`: what commands use in a directory where no option says it.

use std::path::Path;

use crate::load::files;
use crate::load::record::{Read, Text, record};
use crate::load::value_schemas::NotEmpty;
use crate::load::yaml;
use crate::model::{Diagnostic, Severity, Sources, Span};
use crate::text::file::display_path;

record! {
    /// `probity.yaml` marks the directory of a suite: commands in it and below it use this suite without `--suite`.
    ProjectFile, "a project file" {
        /// The target of commands without `--target`: a target file (below the directory of this file), a URL, or
        /// `demo` for the demo service inside Probity. Without it, `--target` has to be typed.
        optional "target" target: Text<'n> as NotEmpty,
        /// What reports, statements and exported documents call the suite. Default: the name of the directory of this file.
        optional "name" name: Text<'n> as NotEmpty,
    }
}

/// Its name.
const FILE: &str = "probity.yaml";

/// What a project file states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// A target file, its path as it was written; a URL; or `demo`.
    pub target: Option<String>,
    /// Where the target is written.
    pub target_span: Option<Span>,
    /// What the suite is called.
    pub name: Option<String>,
}

/// What the suite in a directory is called: as its project file says, or as the directory is.
pub(crate) fn name_of(root: &Path) -> String {
    let file = root.join(FILE);
    // A broken project file is reported by whoever uses its target.
    let project = file
        .is_file()
        .then(|| load_project(&file, &mut Sources::default()));
    let stated = project.and_then(|project| project.ok()?.name);
    stated.unwrap_or_else(|| directory_name(root))
}

/// The name of a directory; of `.` and `..`, that of the directory that they are.
fn directory_name(root: &Path) -> String {
    let is_here = root.as_os_str().is_empty();
    let resolved = match root.file_name() {
        Some(_) => None,
        None if is_here => std::env::current_dir().ok(),
        None => std::fs::canonicalize(root).ok(),
    };
    let named = resolved.as_deref().unwrap_or(root);
    let name = named.file_name().map(|name| name.to_string_lossy());
    name.map_or_else(|| root.display().to_string(), Into::into)
}

/// The diagnostic for a target file that is not there. `near` are the target files that are.
pub fn missing_target(project: &Project, near: &[String]) -> Option<Diagnostic> {
    let (target, span) = project.target.as_deref().zip(project.target_span)?;
    let message = format!("no file `{}`", target.escape_debug());
    let diagnostic = Diagnostic::error("project/target", span, message);
    let diagnostic = diagnostic.suggest(target, near.iter().map(String::as_str));
    Some(if diagnostic.help.is_empty() {
        diagnostic.help("write the path of a target file, a URL that starts with http:// or https://, or `demo`")
    } else {
        diagnostic
    })
}

/// Reads a project file. It joins the sources, so that diagnostics can show it. A file without any key is one, too.
///
/// # Errors
///
/// Everything that is wrong with the file.
pub fn load_project(path: &Path, sources: &mut Sources) -> Result<Project, Vec<Diagnostic>> {
    let text = files::read_file(path).map_err(|diagnostic| vec![*diagnostic])?;
    read_project(&display_path(path), text, sources)
}

/// Reads the text of a project file. It joins the sources.
pub(crate) fn read_project(
    name: &str,
    text: String,
    sources: &mut Sources,
) -> Result<Project, Vec<Diagnostic>> {
    let is_comment = |line: &str| line.trim_start().starts_with('#') || line.trim().is_empty();
    if text.lines().all(is_comment) {
        return Ok(Project::default());
    }
    let mut diagnostics = Vec::new();
    let file = sources.add(name, text);
    let project = yaml::parse(sources, file, &mut diagnostics).and_then(|node| {
        let format = ProjectFile::read(&node, &mut diagnostics)?;
        let is_empty = |name: &Text<'_>| name.value.trim().is_empty();
        if let Some(name) = format.name.filter(is_empty) {
            let diagnostic = Diagnostic::error("project/name", name.span, "the name is empty");
            diagnostics.push(diagnostic.help("write what the suite is called, or remove it"));
        }
        let text = |text: Text<'_>| text.value.to_owned();
        Some(Project {
            target: format.target.map(text),
            target_span: format.target.map(|target| target.span),
            name: format.name.map(text),
        })
    });
    let is_broken = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    match project {
        Some(project) if !is_broken => Ok(project),
        _ => Err(diagnostics),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Project, String> {
        let mut sources = Sources::default();
        read_project("probity.yaml", text.to_owned(), &mut sources)
            .map_err(|diagnostics| diagnostics[0].message.clone())
    }

    #[test]
    fn a_project_has_a_target_or_none() {
        let target = |name: &str| Some(name.to_owned());
        assert_eq!(read("target: demo\n").unwrap().target, target("demo"));
        let file = read("# ours\ntarget: targets/staging.yaml\n").unwrap();
        assert_eq!(file.target, target("targets/staging.yaml"));
        assert_eq!(read("# nothing yet\n").unwrap(), Project::default());
        assert_eq!(read("").unwrap(), Project::default());
    }

    #[test]
    fn a_suite_is_called_as_its_project_file_says_or_as_its_directory() {
        assert_eq!(directory_name(Path::new("/home/kim/shop/.")), "shop");
        assert_eq!(directory_name(Path::new("a/b")), "b");
        assert_eq!(directory_name(Path::new("/")), "/");
        // Tests run in the directory of the package.
        let here = std::env::current_dir().unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(directory_name(Path::new(".")), name(&here));
        assert_eq!(directory_name(Path::new("")), name(&here));
        assert_eq!(directory_name(Path::new("src/..")), name(&here));
        assert_eq!(
            read("name: the shop\n").unwrap().name.as_deref(),
            Some("the shop")
        );
        assert!(read("name: ''\n").is_err());
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(read("targt: demo\n").unwrap_err().contains("targt"));
        assert!(
            read("target: [demo]\n")
                .unwrap_err()
                .contains("found a list")
        );
        assert!(read("- demo\n").is_err());
        assert!(read("target: \"demo\n").is_err());
    }
}
