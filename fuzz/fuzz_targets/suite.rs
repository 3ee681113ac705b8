//! The loader: files of a suite in one input, each after a line `=== path`. Whatever they say, there are
//! diagnostics with places, and a suite that is valid can be planned.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::report::diagnostics;

/// What stands there unless the input has its own.
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
  - { id: THINGS-02, level: SHOULD, sentence: A thing is nice., source: here }
";

fuzz_target!(|text: &str| {
    let mut files = vec![("cases/things/contract.yaml".to_owned(), CONTRACT.to_owned())];
    let mut path = "cases/things/all.yaml";
    for part in text.split("=== ") {
        let (name, rest) = match part.split_once('\n') {
            Some((name, rest)) if part.len() < text.len() && name.len() < 100 => (name, rest),
            _ => (path, part),
        };
        path = name;
        files.retain(|(other, _)| other != name);
        files.push((name.to_owned(), rest.to_owned()));
    }
    let loaded = load_suite(&SuiteSource::Texts(files), Thoroughness::Everything);
    for diagnostic in &loaded.diagnostics {
        assert!(!diagnostic.message.is_empty());
    }
    let sources = &loaded.suite.sources;
    let mut out = Vec::new();
    diagnostics::render(&loaded.diagnostics, sources, false, 100, &mut out)
        .expect("writing to memory");
    let said = String::from_utf8(out).expect("text");
    assert!(
        !said.contains('\u{1b}') && !said.contains('\u{202e}'),
        "{said:?}"
    );
});
