//! Small suites for the tests of this module, made of texts in place of files.

use crate::load::files::{FileText, SuiteFiles};
use crate::load::{LoadedSuite, Thoroughness, load_files};
use crate::model::Case;

/// Where files of a small suite stand.
pub(crate) struct Wanted;

impl Wanted {
    pub(crate) const CONTRACT: &'static str = "cases/demo/contract.yaml";
    pub(crate) const CASES: &'static str = "cases/demo/file.yaml";
}

/// A contract with a name of every kind.
pub(crate) const CONTRACT: &str = r#"
contract: demo
title: A directory of users
service: users
services:
  users: { mount: /v1 }
  audit: {}
identities:
  reader: may read users
fixtures:
  user: the id of a user
capabilities:
  search: users can be searched
requirements:
  - { id: DEMO-01, level: MUST, sentence: It answers., source: "[docs]" }
  - { id: DEMO-02, level: SHOULD, sentence: It has a name., source: "[docs]", observe: a name }
  - { id: DEMO-03, level: MAY, sentence: It is fast., source: "[docs]", unobservable: no clock }
"#;

/// Loads files by path and text.
pub(crate) fn load(files: &[(&str, &str)]) -> LoadedSuite {
    let below = |folder: &str| {
        let found = files.iter().filter_map(|(path, text)| {
            path.strip_prefix(folder).map(|name| FileText {
                name: name.to_owned(),
                shown: (*path).to_owned(),
                text: Some((*text).to_owned()),
            })
        });
        found.collect()
    };
    let files = SuiteFiles {
        name: "test".to_owned(),
        cases: below("cases/"),
        schemas: below("schemas/"),
        targets: below("targets/"),
    };
    load_files(files, Thoroughness::Everything, Vec::new())
}

/// The cases of a file of the contract.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let text = format!("contract: demo\n{text}");
    let loaded = load(&[(Wanted::CONTRACT, CONTRACT), (Wanted::CASES, &text)]);
    assert_eq!(loaded.diagnostics, [], "{text}");
    loaded.suite.cases
}

/// The one case of a file with this in it; what it expects is a matter of course.
pub(crate) fn case(text: &str) -> Case {
    let expect = "    expect: [{ proves: [DEMO-01], status: 200 }]\n";
    let mut cases = cases(&format!("cases:\n  - id: a\n{text}\n{expect}"));
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

/// The messages about a file of the contract.
pub(crate) fn told(text: &str) -> Vec<String> {
    let text = format!("contract: demo\n{text}");
    let loaded = load(&[(Wanted::CONTRACT, CONTRACT), (Wanted::CASES, &text)]);
    let told = loaded.diagnostics.into_iter();
    told.map(|told| told.message).collect()
}

/// A `{:#?}` text without the places in it.
pub(crate) fn without_spans(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.ends_with("Span {") {
            // Three members, of which the file is a tuple over three lines.
            lines.by_ref().take(5).for_each(drop);
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}
