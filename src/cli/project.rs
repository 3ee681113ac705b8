//! The project of the working directory: the suite and the target of commands whose options name none.

use std::path::{Path, PathBuf};

use crate::load;
use crate::load::{Project, contract_names};
use crate::model::{Diagnostic, ExitCode, Sources};
use crate::report::diagnostics;

use crate::cli::arguments::{Command, ExportKind, SuiteOptions};
use crate::cli::output::Terminal;
use crate::cli::suite;

/// How many files of a folder a wrong name is compared with.
const MOST_NAMES: usize = 1000;

/// The file that marks a suite.
pub(crate) const FILE: &str = "probity.yaml";

/// Fills in the suite and the target that the options leave out, from the project file of the working directory or of
/// the nearest directory above it.
///
/// # Errors
///
/// If the project file is invalid, or if the working directory has a suite that the command would silently pass over.
pub(crate) fn complete(command: &mut Command, terminal: &Terminal) -> Result<(), ExitCode> {
    let (options, target) = match command {
        // A resumed run has the options of the run that it goes on with.
        Command::Run(options) if options.resume.is_some() => return Ok(()),
        Command::Run(options) if options.has_several_targets() => (&mut options.suite, None),
        Command::Run(options) => (&mut options.suite, Some(&mut options.target)),
        Command::Prove(options) if options.recording.is_some() => (&mut options.suite, None),
        Command::Prove(options) => (&mut options.suite, Some(&mut options.target)),
        Command::Fuzz(options) => (&mut options.suite, Some(&mut options.target)),
        Command::Check(options) => (&mut options.suite, Some(&mut options.target)),
        Command::List(options) => (&mut options.suite, None),
        Command::Coverage(options) if options.har.is_some() => return Ok(()),
        Command::Coverage(options) => (&mut options.suite, None),
        Command::Export(options) => {
            let ExportKind::Openapi(options) = &mut options.kind;
            (&mut options.suite, None)
        }
        Command::Judge(options) => (&mut options.suite, None),
        Command::Record(options) => (&mut options.suite, Some(&mut options.target)),
        _ => return Ok(()),
    };
    complete_suite(options, target, terminal)
}

/// Fills in a suite, and the target of a command that has one.
///
/// # Errors
///
/// As for [`complete`].
pub(crate) fn complete_suite(
    options: &mut SuiteOptions,
    target: Option<&mut Option<String>>,
    terminal: &Terminal,
) -> Result<(), ExitCode> {
    let root = match &options.suite {
        Some(root) => Some(root.clone()).filter(|root| root.join(FILE).is_file()),
        None => above(Path::new(".")),
    };
    let Some(root) = root else {
        return passed_over(options, terminal);
    };
    let mut sources = Sources::default();
    let project = load::load_project(&root.join(FILE), &mut sources).map_err(|found| {
        terminal.print_error(|out| {
            diagnostics::render(&found, &sources, terminal.error_colour, terminal.width, out)
        });
        ExitCode::Invalid
    })?;
    if let Some(option) = target
        && option.is_none()
    {
        if let Some(missing) = missing(&root, &project) {
            terminal.print_error(|out| {
                let (colour, width) = (terminal.error_colour, terminal.width);
                diagnostics::render(&[missing], &sources, colour, width, out)
            });
            return Err(ExitCode::Invalid);
        }
        *option = project.target.map(|text| below(&root, text));
    }
    if options.suite.is_none() {
        options.project = Some(root.clone());
        options.suite = Some(root);
    }
    Ok(())
}

/// Where the project file of a command may be, whether or not it is there.
pub(crate) fn candidates(options: &SuiteOptions) -> Vec<PathBuf> {
    match &options.suite {
        Some(root) => vec![root.join(FILE)],
        None => upwards(Path::new("."))
            .map(|directory| directory.join(FILE))
            .collect(),
    }
}

/// The nearest directory with a project file, from this one upwards. A repository does not reach beyond its root.
fn above(start: &Path) -> Option<PathBuf> {
    upwards(start).find(|directory| directory.join(FILE).is_file())
}

/// This directory and those above it, up to the root of the repository.
fn upwards(start: &Path) -> impl Iterator<Item = PathBuf> {
    let depth = std::fs::canonicalize(start).map_or(0, |path| path.components().count());
    let mut next = Some(start.to_owned());
    let all = std::iter::from_fn(move || {
        let directory = next.take()?;
        if !directory.join(".git").exists() {
            next = Some(match directory.as_os_str().to_str() {
                Some(".") => "..".into(),
                _ => Path::new("..").join(&directory),
            });
        }
        Some(directory)
    });
    all.take(depth)
}

/// The target of a project file, as `--target` takes it from the working directory.
fn below(root: &Path, target: String) -> String {
    if suite::is_file(&target) {
        let path = root.join(&target);
        let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        return path.display().to_string();
    }
    target
}

/// What is wrong with the target of the project file, if it is a file that is not there.
fn missing(root: &Path, project: &Project) -> Option<Diagnostic> {
    let target = project
        .target
        .as_deref()
        .filter(|text| suite::is_file(text))?;
    if std::fs::symlink_metadata(root.join(target)).is_ok() {
        return None;
    }
    let folder = Path::new(target).parent().unwrap_or(Path::new(""));
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(folder.join(entry.ok()?.file_name())));
        let is_target = |path: &PathBuf| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            matches!(extension, Some("yaml" | "yml" | "json"))
        };
        let paths = paths.filter(is_target).take(MOST_NAMES);
        paths.map(|path| path.display().to_string()).collect()
    };
    let mut near = names(folder);
    if folder != Path::new("targets") {
        near.append(&mut names(Path::new("targets")));
    }
    near.sort();
    load::missing_target(project, &near)
}

/// A run of the embedded suites in the directory of another suite would be green and say nothing about it.
fn passed_over(options: &SuiteOptions, terminal: &Terminal) -> Result<(), ExitCode> {
    if options.suite.is_some() {
        return Ok(());
    }
    let embedded = contract_names();
    let suites = upwards(Path::new(".")).find_map(|directory| {
        let own = own_contract(&directory.join("cases"), &embedded)?;
        Some((directory, own))
    });
    let Some((directory, own)) = suites else {
        return Ok(());
    };
    let shown = directory.display();
    let message = format!("`{shown}` has a suite (`{own}`), and the command names none");
    let mut help = vec![
        format!("to use it: `--suite {shown}`"),
        format!("to use it by default, in its directory and below: an empty file `{FILE}` there"),
    ];
    if directory.join("probity.yml").exists() {
        help.push(format!("`probity.yml` must be named `{FILE}`"));
    }
    Err(terminal.refuse(&message, &help))
}

/// A contract in `cases/` that the binary does not have.
fn own_contract(cases: &Path, embedded: &[&str]) -> Option<String> {
    let entries = std::fs::read_dir(cases).ok()?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !embedded.contains(&&**name))
        .filter(|name| cases.join(name).join("contract.yaml").is_file())
        .collect();
    names.sort();
    let name = names.into_iter().next()?;
    Some(format!("cases/{name}/contract.yaml"))
}
