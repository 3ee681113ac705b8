//! Small suites in memory, for the tests of this module.

use crate::load::case::NO_EFFECT;
use crate::load::{LoadedSuite, SuiteSource, Thoroughness, load_suite};
use crate::model::Case;

/// The path of the contract.
pub(crate) const CONTRACT_PATH: &str = "cases/demo/contract.yaml";

/// The path of its one case file.
pub(crate) const CASES_PATH: &str = "cases/demo/file.yaml";

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
    let files = files.iter();
    let texts = files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let source = SuiteSource::Texts(texts.collect());
    load_suite(&source, Thoroughness::Everything)
}

/// The cases of a file of the contract.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let text = format!("contract: demo\n{text}");
    let mut loaded = load(&[(CONTRACT_PATH, CONTRACT), (CASES_PATH, &text)]);
    loaded.diagnostics.retain(|one| one.code != NO_EFFECT);
    assert_eq!(loaded.diagnostics, [], "{text}");
    loaded.suite.cases
}

/// The only case of a file that contains this text and a usual expectation.
pub(crate) fn case(text: &str) -> Case {
    let expect = "    expect: [{ proves: [DEMO-01], status: 200 }]\n";
    let mut cases = cases(&format!("cases:\n  - id: a\n{text}\n{expect}"));
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

/// The messages of the diagnostics about a file of the contract.
pub(crate) fn messages(text: &str) -> Vec<String> {
    let text = format!("contract: demo\n{text}");
    let loaded = load(&[(CONTRACT_PATH, CONTRACT), (CASES_PATH, &text)]);
    let diagnostics = loaded.diagnostics.into_iter();
    let diagnostics = diagnostics.filter(|one| one.code != NO_EFFECT);
    diagnostics.map(|diagnostic| diagnostic.message).collect()
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
