//! A suite for one hostile answer: the case that meets it, between two that must not notice.

use crate::support::folder::Folder;

const CONTRACT: &str = "\
contract: hostile
title: answers of all sorts
service: all
services: { all: {}, other: {} }
fixtures: { one: a text, two: another }
requirements:
  - { id: HOSTILE-01, level: MUST, sentence: The answer is as it should be., source: here }
  - { id: HOSTILE-02, level: MUST, sentence: Others are answered as they should be., source: here }
";

/// Writes a suite of these cases below `suite/`.
pub(crate) fn write(folder: &Folder, cases: &[String]) {
    folder.write("suite/cases/hostile/contract.yaml", CONTRACT);
    let cases = cases.concat();
    let text = format!("contract: hostile\ntitle: all of them\ncases:\n{cases}");
    folder.write("suite/cases/hostile/all.yaml", text);
}

/// A case that asks for `/PATH` and makes these checks.
pub(crate) fn case(
    id: &str,
    path: &str,
    transport: &str,
    requirement: &str,
    checks: &str,
) -> String {
    format!(
        "- id: {id}\n  request: {{ GET: /{path}, transport: {transport} }}\n  \
         expect: [{{ proves: [{requirement}], {checks} }}]\n"
    )
}
