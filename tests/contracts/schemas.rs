//! The schemas of the suite as a library: what a body breaks, and whom a schema blames for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use probity::json::{Schema, SchemaDocuments, SchemaLibrary, SchemaViolation};
use serde_json::Value;

/// A path below the root of the repository.
pub(crate) fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A JSON file below the root of the repository.
pub(crate) fn read_json(path: &str) -> Value {
    let text =
        std::fs::read_to_string(at_root(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The schemas of bodies, by their names below `schemas/`; those of our own files are left out.
pub(crate) fn documents() -> SchemaDocuments {
    let mut documents = SchemaDocuments::new();
    for contract in ["seats", "presence", "license", "autopilot", "graph"] {
        let directory = std::fs::read_dir(at_root("schemas").join(contract)).unwrap();
        for entry in directory {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let name = format!("{contract}/{file}");
            let document = read_json(&format!("schemas/{name}"));
            documents.insert(name, Arc::new(document));
        }
    }
    documents
}

static LIBRARY: LazyLock<SchemaLibrary> =
    LazyLock::new(|| SchemaLibrary::new(&documents()).unwrap());

/// A schema by its name below `schemas/`, compiled once.
pub(crate) fn schema(name: &str) -> Arc<Schema> {
    static COMPILED: Mutex<BTreeMap<String, Arc<Schema>>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap();
    if let Some(schema) = compiled.get(name) {
        return Arc::clone(schema);
    }
    let schema = LIBRARY.compile(name, "");
    let schema = Arc::new(schema.unwrap_or_else(|errors| panic!("{name}: {errors:?}")));
    compiled.insert(name.to_owned(), Arc::clone(&schema));
    schema
}

/// The requirements that a schema blames; `-` stands for a rule that names none.
pub(crate) fn blamed(violations: &[SchemaViolation]) -> BTreeSet<String> {
    let named = violations
        .iter()
        .map(|violation| violation.requirement.clone());
    named
        .map(|requirement| requirement.unwrap_or_else(|| "-".to_owned()))
        .collect()
}

/// The violations for people, one a line.
pub(crate) fn told(violations: &[SchemaViolation]) -> String {
    let lines = violations.iter().map(|violation| {
        let requirement = violation.requirement.as_deref().unwrap_or("-");
        format!(
            "  {requirement} at `{}`: {} ({})",
            violation.pointer, violation.message, violation.rule.location
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}
