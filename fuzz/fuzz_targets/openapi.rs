//! The importer of OpenAPI documents: whatever a document says, there are diagnostics with places, and the suite that is
//! made of it has no mistakes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::import::import_text;
use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::model::{Severity, Sources};
use probity::report::diagnostics;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let mut found = Vec::new();
    let name = if text.starts_with('{') {
        "api.json"
    } else {
        "api.yaml"
    };
    let imported = import_text(name, text, &mut sources, &mut found);
    let mut out = Vec::new();
    diagnostics::render(&found, &sources, false, 100, &mut out).expect("writing to memory");
    let Some(imported) = imported else {
        assert!(found.iter().any(|one| one.severity == Severity::Error));
        return;
    };
    let loaded = load_suite(
        &SuiteSource::Texts(imported.files),
        Thoroughness::Everything,
    );
    let mistake = loaded.diagnostics.first();
    assert!(mistake.is_none(), "{mistake:?}");
});
