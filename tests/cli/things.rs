//! A small suite for tests of the run itself: one contract `things`, whose cases each test writes.

use crate::support::folder::Folder;

const CONTRACT: &str = "\
contract: things
title: things
service: things
services: { things: {} }
identities: { user: somebody }
fixtures: { name: a name }
capabilities: { counting: things are counted }
requirements:
  - { id: THINGS-01, level: MUST, sentence: A thing is as it is., source: here }
";

/// What a bare URL borrows.
const REFERENCE: &str = "\
name: things
identities: { things.user: { Authorization: Bearer user-of-things } }
fixtures: { things.name: something }
";

/// Writes `suite/` with these cases, which stand below `cases:` without indentation.
pub(crate) fn write(folder: &Folder, cases: &str) {
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder.write("suite/targets/reference.yaml", REFERENCE);
    write_cases(folder, "all", cases);
}

/// Writes one more file of cases.
pub(crate) fn write_cases(folder: &Folder, file: &str, cases: &str) {
    let text =
        format!("contract: things\ntitle: things\nrequest: {{ GET: /things }}\ncases:\n{cases}");
    folder.write(&format!("suite/cases/things/{file}.yaml"), &text);
}

/// A case that asks for `/things/ID` and expects 200.
pub(crate) fn simple(id: &str) -> String {
    format!(
        "- id: {id}\n  request: {{ GET: /things/{id} }}\n  expect: [{{ proves: [THINGS-01], status: 200 }}]\n"
    )
}
