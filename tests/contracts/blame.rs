//! A schema can blame only what the block that uses it proves: a block lists all that its schema names.
//!
//! Where one is not listed, a refusal by its rule would blame the block's other requirements.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};
use probity::json::SchemaDocuments;
use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::model::BodyCheck;
use serde_json::Value;

use crate::schemas::documents;

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test(
        "blame::a_block_proves_all_that_its_schema_names",
        a_block_proves_all_that_its_schema_names,
    )]
}

fn a_block_proves_all_that_its_schema_names() -> Result<(), Failed> {
    let suite = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun).suite;
    let documents = documents();
    let mut missing = Vec::new();
    for case in &suite.cases {
        let blocks = case.steps.iter().flat_map(probity::model::Step::blocks);
        for (block, _) in blocks.filter(|(block, _)| !block.proves.is_empty()) {
            for check in &block.body {
                let BodyCheck::Schema { schema, .. } = check else {
                    continue;
                };
                let mut named = Named::default();
                named.follow(&documents, "", &suite.schema(*schema).name);
                let ids = named.ids.iter().filter(|id| !block.proves.contains(id));
                missing.extend(ids.map(|id| format!("{} does not list {id}", case.id)));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(missing.join("\n").into())
}

/// The requirements that a schema names, wherever its references lead.
#[derive(Default)]
struct Named {
    ids: BTreeSet<String>,
    seen: BTreeSet<(String, String)>,
}

impl Named {
    /// `reference` stands in `document`; what is named by a case begins at the top of `schemas/`.
    fn follow(&mut self, documents: &SchemaDocuments, document: &str, reference: &str) {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let name = match document.rsplit_once('/') {
            _ if file.is_empty() => document.to_owned(),
            Some((directory, _)) => format!("{directory}/{file}"),
            None => file.to_owned(),
        };
        let schema = documents.get(&name);
        if let Some(schema) = schema.and_then(|schema| schema.pointer(fragment))
            && self.seen.insert((name.clone(), fragment.to_owned()))
        {
            self.walk(documents, &name, schema);
        }
    }

    fn walk(&mut self, documents: &SchemaDocuments, document: &str, schema: &Value) {
        match schema {
            Value::Array(items) => {
                for item in items {
                    self.walk(documents, document, item);
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    match (key.as_str(), value) {
                        ("x-requirement", Value::String(id)) => {
                            self.ids.insert(id.clone());
                        }
                        ("$ref", Value::String(to)) => self.follow(documents, document, to),
                        // Definitions count where they are used; what only selects blames nobody.
                        ("$defs" | "if" | "not" | "enum" | "const", _) => {}
                        _ => self.walk(documents, document, value),
                    }
                }
            }
            _ => {}
        }
    }
}
