//! What contracts say about legal requests (`requests`), and the schemas of the suite.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::fuzz::request::has_template;
use crate::fuzz::seed;
use crate::generate::SchemaPlace;
use crate::json::pointer::below;
use crate::json::{Document, Schema, SchemaDocuments, SchemaLibrary};
use crate::model::Operation;

/// An entry of `requests`.
#[derive(Clone, Debug)]
pub(crate) struct Legal {
    contract: String,
    operations: Vec<Operation>,
    pub(crate) query: Option<Value>,
    pub(crate) headers: Option<Value>,
    pub(crate) body: Option<Value>,
    /// The statuses of a refusal, as a case writes them.
    pub(crate) refused: Value,
    pub(crate) proves: Vec<String>,
}

/// The entries of all contracts.
#[derive(Debug)]
pub(crate) struct Requests {
    entries: Vec<Legal>,
    /// The operations of rules, each with its contract.
    ruled: Vec<(String, Operation)>,
    documents: SchemaDocuments,
    library: Option<SchemaLibrary>,
}

impl Requests {
    /// Reads the entries in the texts of a suite, which has been loaded without a mistake.
    pub(crate) fn new(texts: &[(String, String)]) -> Requests {
        let mut documents = SchemaDocuments::new();
        let mut entries = Vec::new();
        let mut ruled = Vec::new();
        for (path, text) in texts {
            if let Some(name) = path.strip_prefix("schemas/") {
                let document = Document::parse(text.as_bytes());
                if let Some(document) = document.ok().filter(|_| !name.starts_with("probity/")) {
                    documents.insert(name.to_owned(), Arc::new(document.value));
                }
                continue;
            }
            let contract = path
                .strip_prefix("cases/")
                .and_then(|path| path.rsplit_once('.')?.0.strip_suffix("/contract"));
            let Some(contract) = contract else { continue };
            let file = seed::json(path, text);
            let written = file.as_ref().and_then(|file| file.get("requests"));
            for entry in written.and_then(Value::as_array).into_iter().flatten() {
                entries.push(Legal::new(contract, entry));
            }
            let rules = file.as_ref().and_then(|file| file.get("answers"));
            for rule in rules.and_then(Value::as_array).into_iter().flatten() {
                let operations = texts_of(rule, "operation");
                let operations = operations.iter().map(|name| Operation::new(name));
                ruled.extend(operations.map(|operation| (contract.to_owned(), operation)));
            }
        }
        let library = SchemaLibrary::new(&documents).ok();
        Requests {
            entries,
            ruled,
            documents,
            library,
        }
    }

    /// The entry of an operation.
    pub(crate) fn of(&self, contract: &str, operation: &str) -> Option<&Legal> {
        let (method, path) = operation.split_once(' ')?;
        self.entries.iter().find(|entry| {
            let mut operations = entry.operations.iter();
            entry.contract == contract && operations.any(|known| known.names(method, path))
        })
    }

    /// The operations that a contract describes.
    pub(crate) fn described(&self, contract: &str) -> impl DoubleEndedIterator<Item = &Operation> {
        let entries = self.entries.iter();
        let entries = entries.filter(move |entry| entry.contract == contract);
        entries.flat_map(|entry| &entry.operations)
    }

    /// The operations of the rules of a contract.
    pub(crate) fn ruled(&self, contract: &str) -> impl Iterator<Item = &Operation> {
        let ruled = self.ruled.iter();
        let ruled = ruled.filter(move |(known, _)| known == contract);
        ruled.map(|(_, operation)| operation)
    }

    /// The operations that contracts describe, each with its contract.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().flat_map(|entry| {
            let names = entry.operations.iter().map(Operation::name);
            names.map(|name| (entry.contract.as_str(), name))
        })
    }

    /// A schema as it is named or written, to make values of.
    pub(crate) fn place<'r>(&'r self, written: &'r Value) -> Option<SchemaPlace<'r>> {
        match written {
            Value::String(name) => SchemaPlace::named(&self.documents, name),
            written => Some(SchemaPlace::inline(&self.documents, written)),
        }
    }

    /// The same schema, to judge values with.
    pub(crate) fn compiled(&self, written: &Value) -> Option<Schema> {
        let library = self.library.as_ref()?;
        match written {
            Value::String(name) => {
                let (name, pointer) = name.split_once('#').unwrap_or((name, ""));
                library.compile(name, pointer).ok()
            }
            written => library.compile_inline(written).ok(),
        }
    }
}

/// A schema that judges a body of which parts are made in the run.
#[derive(Debug)]
pub(crate) struct Judge {
    schema: Schema,
    /// Texts with templates, by pointer: what the schema says about them is not known before.
    open: BTreeMap<String, Value>,
}

impl Judge {
    /// `template` is the body as the case writes it.
    pub(crate) fn new(schema: Schema, template: &Value) -> Judge {
        let mut open = BTreeMap::new();
        find_open(template, String::new(), &mut open);
        Judge { schema, open }
    }

    /// Is no text with a template cut or changed into another text? It is kept, removed, or becomes something else.
    pub(crate) fn keeps_templates(&self, value: &Value) -> bool {
        self.open.iter().all(|(pointer, open)| {
            let now = value.pointer(pointer);
            now.is_none_or(|now| now == open || !now.is_string())
        })
    }

    /// Does the schema accept the value, as far as it is known?
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        if self.schema.accepts(value) {
            return true;
        }
        let is_open = |pointer: &str| {
            let open = self.open.get(pointer);
            open.is_some_and(|open| value.pointer(pointer) == Some(open))
        };
        let violations = || self.schema.violations(value);
        !self.open.is_empty() && violations().iter().all(|one| is_open(&one.pointer))
    }
}

fn find_open(value: &Value, at: String, open: &mut BTreeMap<String, Value>) {
    match value {
        Value::String(_) if has_template(value) => drop(open.insert(at, value.clone())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_open(item, format!("{at}/{index}"), open);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.strip_prefix('\\').unwrap_or(name);
                find_open(member, below(&at, name), open);
            }
        }
        _ => {}
    }
}

/// One text, or several.
fn texts_of(entry: &Value, key: &str) -> Vec<String> {
    match entry.get(key) {
        Some(Value::String(only)) => vec![only.clone()],
        Some(Value::Array(several)) => {
            let texts = several.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

impl Legal {
    fn new(contract: &str, entry: &Value) -> Legal {
        let operations = texts_of(entry, "operation");
        let refused = entry.get("refused").cloned();
        Legal {
            contract: contract.to_owned(),
            operations: operations.iter().map(|name| Operation::new(name)).collect(),
            query: entry.get("query").cloned(),
            headers: entry.get("headers").cloned(),
            body: entry.get("body").cloned(),
            refused: refused.unwrap_or_else(|| json!("<4xx>")),
            proves: texts_of(entry, "proves"),
        }
    }
}
