//! The importers of HAR, curl, Postman and Hurl: whatever a source says, there are diagnostics with places, and the suite
//! that is made of it has no mistakes. The first byte chooses the format.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::import::{TrafficKind, import_traffic};
use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::model::Severity;
use probity::report::diagnostics;

fuzz_target!(|text: &str| {
    let kind = match text.bytes().next() {
        Some(b'h') => TrafficKind::Har,
        Some(b'c') => TrafficKind::Curl,
        Some(b'p') => TrafficKind::Postman,
        Some(b'u') => TrafficKind::Hurl,
        _ => return,
    };
    let mut found = Vec::new();
    let inputs = [("a.txt".to_owned(), text[1..].to_owned())];
    let (suite, sources) = import_traffic(kind, &inputs, None, true, &mut found);
    let mut out = Vec::new();
    diagnostics::render(&found, &sources, false, 100, &mut out).expect("writing to memory");
    let Some(suite) = suite else {
        return;
    };
    let loaded = load_suite(&SuiteSource::Texts(suite.files), Thoroughness::Everything);
    let mut mistakes = loaded.diagnostics.iter();
    let mistake = mistakes.find(|one| one.severity == Severity::Error);
    assert!(mistake.is_none(), "{mistake:?}");
});
