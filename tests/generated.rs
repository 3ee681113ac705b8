//! Generated files that are committed: the schemas of the file formats, and the reference of the command line.
//! `UPDATE=1 cargo test --test generated` updates them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use probity::load::{format_schemas, to_json};
use probity::model::Sources;
use serde_json::Value;

use support::folder::Folder;

/// Files in `tests/invalid` that only the loader can reject, and what a schema does not see.
const ONLY_THE_LOADER: &[(&str, &str)] = &[
    ("cases/duplicate-ids.yaml", "unique ids"),
    ("cases/illegal-bodies.yaml", "what a body is held against"),
    ("cases/line-ends-of-windows.yaml", "names of the contract"),
    ("cases/no-cases.yaml", "that there is something to run"),
    ("cases/no-check.yaml", "that there is something to check"),
    (
        "cases/no-expect.yaml",
        "what is expected, which can be in steps",
    ),
    (
        "cases/no-status.yaml",
        "the status, which can be in any block of a step",
    ),
    ("cases/other-contract.yaml", "names of directories"),
    (
        "cases/proves-by-any-status.yaml",
        "whether a block proves by more than any status",
    ),
    ("cases/regular-expression.yaml", "regular expressions"),
    ("cases/requirement-typo.yaml", "names of the contract"),
    ("cases/row-key-typo.yaml", "what a row is used for"),
    ("cases/rows-of-bad-values.yaml", "what a row is used for"),
    ("cases/schema-in-place.yaml", "schemas"),
    ("cases/schema-requirement.yaml", "names of the contracts"),
    ("cases/steps-and-step.yaml", "keys that exclude each other"),
    ("cases/templates-in-names.yaml", "what is in `${...}`"),
    ("cases/templates.yaml", "what is in `${...}`"),
    ("cases/unknown-names.yaml", "names of the contract"),
    ("cases/unknown-requirement.yaml", "names of the contract"),
    ("cases/unknown-schema.yaml", "names of files"),
    ("cases/unused-row-value.yaml", "what a row is used for"),
    ("cases/url-in-path.yaml", "that a capture is probably a URL"),
    ("cases/wrong-contract.yaml", "names of directories"),
    ("contracts/duplicate-requirement.yaml", "unique ids"),
    ("contracts/name.yaml", "names of directories"),
    (
        "contracts/no-requirements.yaml",
        "that there is something to prove",
    ),
    (
        "contracts/no-services.yaml",
        "names in other places of the file",
    ),
    (
        "contracts/requirement-of-another-contract.yaml",
        "other files",
    ),
    (
        "contracts/unknown-service.yaml",
        "names in other places of the file",
    ),
    ("contracts/unused-operation.yaml", "what the cases request"),
    ("contracts/unused-rule.yaml", "what the cases request"),
    (
        "contracts/wildcard-operation.yaml",
        "what methods and wildcards there are",
    ),
    ("targets/missing-variables.yaml", "the environment"),
    (
        "targets/no-services.yaml",
        "services, which the target of a bare URL leaves out",
    ),
    ("targets/short-secret.yaml", "the environment"),
    ("targets/templates.yaml", "what is in `${...}`"),
    ("targets/unknown-names.yaml", "names of contracts"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a committed file with its current content; with `UPDATE=1`, writes it.
fn check(path: &str, current: &str) {
    let file = root().join(path);
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if committed == current {
        return;
    }
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, current).unwrap();
        return;
    }
    panic!("{path} is not current: run UPDATE=1 cargo test --test generated");
}

#[test]
fn the_schemas_of_the_file_formats_are_current() {
    for (name, schema) in schemas() {
        jsonschema::meta::validate(&schema).unwrap();
        let text = serde_json::to_string_pretty(&schema).unwrap();
        check(&format!("schemas/probity/{name}"), &format!("{text}\n"));
    }
}

#[test]
fn the_reference_of_the_command_line_is_current() {
    let mut text = String::from(
        "# The command line\n\nGenerated from the binary; do not edit. `UPDATE=1 cargo test --test generated` writes it.\n",
    );
    let overview = help(&[]);
    add_help(&mut text, "probity", &overview);
    for command in commands(&overview) {
        add_help(&mut text, &format!("probity {command}"), &help(&[&command]));
    }
    check("docs/cli.md", &text);
}

fn schemas() -> Vec<(&'static str, Value)> {
    let mut schemas = format_schemas();
    schemas.push(("report.schema.json", probity::report::json::schema()));
    schemas.push(("proof.schema.json", probity::report::proof::schema()));
    let statement = probity::report::statement::schema();
    schemas.push(("statement.schema.json", statement));
    schemas
}

fn help(command: &[&str]) -> String {
    let arguments = [command, &["--help"]].concat();
    Folder::new().run(&arguments).expect_code(0).stdout
}

fn add_help(text: &mut String, title: &str, help: &str) {
    text.push_str("\n## ");
    text.push_str(title);
    text.push_str("\n\n```text\n");
    for line in help.trim_end().lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str("```\n");
}

/// The commands that the overview lists, without `help`.
fn commands(overview: &str) -> Vec<String> {
    let (_, list) = overview
        .split_once("Commands:\n")
        .expect("a list of commands");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let words = lines.filter_map(|line| {
        let is_command = line.starts_with("  ") && !line.starts_with("   ");
        line.split_whitespace().next().filter(|_| is_command)
    });
    words
        .filter(|word| *word != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_shipped_file_fits_its_schema() {
    let validators = validators();
    let mut number = 0;
    for folder in [
        "cases",
        "targets",
        "tests/invalid/base/cases",
        "tests/invalid/base/targets",
    ] {
        for file in files_below(&root().join(folder)) {
            let value =
                json_of(&file).unwrap_or_else(|| panic!("{} cannot be read", file.display()));
            let validator = &validators[schema_for(&file)];
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, [""; 0], "{}", file.display());
            number += 1;
        }
    }
    assert!(number > 10, "{number} files");
}

#[test]
fn the_schema_rejects_what_the_loader_rejects_for_its_shape() {
    let invalid = root().join("tests/invalid");
    let validators = validators();
    let mut accepted = Vec::new();
    for folder in ["cases", "contracts", "targets"] {
        for file in files_below(&invalid.join(folder)) {
            let name = file
                .strip_prefix(&invalid)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            // A file outside the supported subset of YAML has no shape.
            let Some(value) = json_of(&file) else {
                continue;
            };
            let schema = match folder {
                "cases" => "cases.schema.json",
                "contracts" => "contract.schema.json",
                _ => "target.schema.json",
            };
            if validators[schema].is_valid(&value) {
                accepted.push(name);
            }
        }
    }
    let expected: Vec<&str> = ONLY_THE_LOADER.iter().map(|(name, _)| *name).collect();
    assert_eq!(accepted, expected);
}

/// The schema of cases, contracts or targets, by the directory of the file.
fn schema_for(file: &Path) -> &'static str {
    let is_target = file
        .parent()
        .is_some_and(|folder| folder.ends_with("targets"));
    match file.file_stem() {
        _ if is_target => "target.schema.json",
        Some(stem) if stem == "contract" => "contract.schema.json",
        _ => "cases.schema.json",
    }
}

fn validators() -> BTreeMap<&'static str, Validator> {
    let compiled = format_schemas()
        .into_iter()
        .map(|(name, schema)| (name, jsonschema::validator_for(&schema).unwrap()));
    compiled.collect()
}

/// The file as JSON; `None` if it is not in the supported subset of YAML.
fn json_of(file: &Path) -> Option<Value> {
    let text = String::from_utf8(std::fs::read(file).unwrap()).ok()?;
    let mut sources = Sources::default();
    let id = sources.add(file.to_str().unwrap(), text);
    to_json(&sources, id).ok()
}

/// YAML and JSON files, in order of their paths.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("yaml" | "json")) {
            files.push(path);
        }
    }
    files
}
