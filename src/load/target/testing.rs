//! Targets for the unit tests of this module.

use std::path::Path;

use crate::load::target::{Environment, Missing, TargetChoice, load_target, read_file};
use crate::load::testing::{CONTRACT, CONTRACT_PATH, load};
use crate::model::{Diagnostic, Severity, Suite, Target};

const REFERENCE: &str = "
name: reference
identities: { demo.reader: { Authorization: Bearer reader } }
fixtures: { demo.user: ada }
capabilities: [demo.search]
permits: [read, write]
limits: { timeout: 3s }
";

fn suite() -> Suite {
    load(&[
        (CONTRACT_PATH, CONTRACT),
        ("targets/reference.yaml", REFERENCE),
    ])
    .suite
}

/// What a target file becomes, and how many warnings there are.
pub(super) fn read(text: &str) -> Result<(Target, usize), Vec<String>> {
    let mut suite = suite();
    let file = suite.sources.add("target.yaml", text);
    let environment = |name: &str| (name == "TOKEN").then(|| "s3cret".to_owned());
    let mut diagnostics = Vec::new();
    let target = read_file(
        file,
        Path::new(""),
        &suite,
        None,
        (&environment, Missing::Rejected),
        &mut diagnostics,
    );
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.message.clone())
        .collect();
    match target {
        Some(target) if errors.is_empty() => Ok((target, diagnostics.len())),
        _ => Err(errors),
    }
}

/// Everything that is said about a target file when no variable is set.
pub(super) fn diagnostics(text: &str, missing: Missing) -> Vec<Diagnostic> {
    let mut suite = suite();
    let file = suite.sources.add("target.yaml", text);
    let mut found = Vec::new();
    let environment: (Environment<'_>, Missing) = (&|_| None, missing);
    read_file(file, Path::new(""), &suite, None, environment, &mut found);
    found
}

pub(super) fn url(base: &str) -> Target {
    let choice = TargetChoice::Url {
        base: base.to_owned(),
        name: "url".to_owned(),
    };
    load_target(&choice, &mut suite(), &|_| None).unwrap().0
}
