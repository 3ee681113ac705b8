//! Invalid files, each with the text that its author gets to read.
//!
//! Every file in `cases/`, `contracts/`, `schemas/` and `targets/` is wrong in the way its name says.
//! It is put into the small valid suite in `base/` and loaded; what the loader says stands beside the
//! file as `NAME.snap`. To accept a new wording, look at it as the author of the file would, then run
//! with `INSTA_UPDATE=always`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod base;
mod suites;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

use base::BaseSuite;

/// Loads every file of a folder inside the base suite, and holds what is said against the snapshots.
fn check(folder: &str, place: impl Fn(&str) -> String) {
    let mut failed = Vec::new();
    let files = base::files_of(&base::invalid().join(folder));
    assert!(!files.is_empty(), "no files in {folder}");
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let suite = BaseSuite::new();
        let said = if folder == "targets" {
            suite.load_target_file(&file)
        } else {
            suite.write(&place(name), &std::fs::read(&file).unwrap());
            suite.load()
        };
        let is_invalid = said.contains("error[") || said.contains("warning[");
        let (stem, _) = name.split_once('.').unwrap();
        let is_as_accepted = || std::panic::catch_unwind(|| holds(folder, stem, &said)).is_ok();
        if !is_invalid || !is_as_accepted() {
            failed.push(name.to_owned());
        }
    }
    assert_eq!(failed, [""; 0], "these say something new, or nothing");
}

/// Holds a text against the accepted one, `NAME.snap` in a folder.
fn holds(folder: &str, name: &str, said: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, said));
}

#[test]
fn what_is_said_about_invalid_cases() {
    check("cases", |name| format!("cases/demo/{name}"));
}

#[test]
fn what_is_said_about_invalid_contracts() {
    check("contracts", |_| "cases/demo/contract.yaml".to_owned());
}

#[test]
fn what_is_said_about_invalid_schemas() {
    check("schemas", |name| format!("schemas/demo/{name}"));
}

#[test]
fn what_is_said_about_invalid_targets() {
    check("targets", |_| {
        unreachable!("targets are no part of a suite")
    });
}

#[test]
fn the_base_suite_is_valid() {
    assert_eq!(BaseSuite::new().load(), "");
}
