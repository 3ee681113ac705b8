//! The schemas of a suite: found by name, compiled once, whoever uses them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::json::{
    Document, Schema, SchemaDocuments, SchemaError, SchemaId, SchemaLibrary, named_requirements,
};
use crate::load::files::FileText;
use crate::load::node::{Kind, Node};
use crate::load::record::refuse_type;
use crate::load::yaml;
use crate::model::{Diagnostic, FileId, Sources, Span};
use crate::text::nearest::nearest;

/// Schema files by name, and the compiled schemas that cases use.
#[derive(Debug, Default)]
pub(crate) struct SchemaTable {
    files: BTreeMap<String, FileId>,
    documents: SchemaDocuments,
    /// `None` when some file is invalid: that has been told, and nothing can be compiled.
    library: Option<SchemaLibrary>,
    compiled: Vec<Schema>,
    by_use: HashMap<(String, String), SchemaId>,
    /// Documents that could not be read: their use is not told again.
    broken: Vec<String>,
    /// The requirements of all contracts; `None` while they are not known, or not all of them.
    requirements: Option<BTreeSet<String>>,
}

impl SchemaTable {
    /// Reads the schema files. `name` of a file is its path below `schemas/`.
    pub(crate) fn read(
        files: Vec<FileText>,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> SchemaTable {
        let mut table = SchemaTable::default();
        for file in files {
            let is_readable = file.text.is_some();
            let file_id = sources.add(file.shown, file.text.unwrap_or_default());
            table.files.insert(file.name.clone(), file_id);
            if !is_readable {
                table.broken.push(file.name);
                continue;
            }
            match Document::parse(sources.file(file_id).text.as_bytes()) {
                // Ours, for editors: generated, and nothing that a body is held against.
                Ok(_) if file.name.starts_with("probity/") => {}
                Ok(document) if document.duplicates.is_empty() && document.inexact.is_empty() => {
                    table.documents.insert(file.name, Arc::new(document.value));
                }
                Ok(document) => {
                    tell_duplicates(&document.duplicates, sources, file_id, diagnostics);
                    for (pointer, text) in document.inexact {
                        let at = locate(sources, file_id, &pointer);
                        diagnostics.push(Diagnostic::error(
                            "schema/inexact-number",
                            at,
                            format!("{text} has more digits than can be compared exactly"),
                        ));
                    }
                    table.broken.push(file.name);
                }
                Err(error) => {
                    let text = &sources.file(file_id).text;
                    let offset = yaml::offset_of(text, error.line, error.column);
                    let at = u32::try_from(offset).unwrap_or(0);
                    let whole = sources.whole(file_id);
                    let span = Span {
                        start: at,
                        end: (at + 1).min(whole.end),
                        ..whole
                    };
                    diagnostics.push(Diagnostic::error("schema/not-json", span, error.message));
                    table.broken.push(file.name);
                }
            }
        }
        if !table.broken.is_empty() {
            // References to a broken file would be told as references to nowhere.
            return table;
        }
        match SchemaLibrary::new(&table.documents) {
            Ok(library) => table.library = Some(library),
            Err(errors) => {
                for error in errors {
                    table.tell(&error, sources, diagnostics);
                }
            }
        }
        table
    }

    /// Learns the requirements of all contracts, and tells those that a document names and no contract has:
    /// such a rule would blame whatever else stands in the block.
    pub(crate) fn know_requirements(
        &mut self,
        requirements: BTreeSet<String>,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let named = self
            .library
            .iter()
            .flat_map(SchemaLibrary::named_requirements);
        for (document, pointer, id) in named.filter(|(.., id)| !requirements.contains(*id)) {
            let at = locate(sources, self.files[document], pointer);
            diagnostics.push(unknown_requirement(id, at, &requirements));
        }
        self.requirements = Some(requirements);
    }

    /// A compiled schema.
    pub(crate) fn compiled(&self, id: SchemaId) -> &Schema {
        &self.compiled[id.0]
    }

    /// Names and texts of all files that a body can be held against, in the order of their names.
    pub(crate) fn texts<'t>(
        &'t self,
        sources: &'t Sources,
    ) -> impl Iterator<Item = (&'t str, &'t str)> {
        let files = self.files.iter();
        let telling = files.filter(|(name, _)| !name.starts_with("probity/"));
        telling.map(|(name, file)| (name.as_str(), sources.file(*file).text.as_str()))
    }

    /// The compiled schemas, in the order of their ids.
    pub(crate) fn into_compiled(self) -> Vec<Schema> {
        self.compiled
    }

    /// Compiles every document that no case uses, for the mistakes in it.
    pub(crate) fn check_unused(&mut self, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        let names: Vec<String> = self.documents.keys().cloned().collect();
        for name in names {
            self.compile(&name, "", sources, diagnostics);
        }
    }

    /// What a case means by `schema:`: a file with an optional fragment, or a schema in place.
    pub(crate) fn resolve(
        &mut self,
        node: &Node,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<SchemaId> {
        match &node.kind {
            Kind::Text(text) => self.by_name(text, node.span, sources, diagnostics),
            Kind::Object(_) => self.in_place(node, diagnostics),
            _ => {
                refuse_type(node, "a schema file or a schema in place", diagnostics);
                None
            }
        }
    }

    fn by_name(
        &mut self,
        text: &str,
        span: Span,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<SchemaId> {
        let (name, fragment) = text.split_once('#').unwrap_or((text, ""));
        if name.starts_with(['/', '\\', '~']) || name.contains("..") || name.contains(':') {
            diagnostics.push(
                Diagnostic::error("case/path-leaves-suite", span, format!("the schema path `{name}` leaves the suite"))
                    .help("schemas are named by their path below `schemas/`: presence/records.schema.json"),
            );
            return None;
        }
        if self.broken.iter().any(|broken| broken == name) {
            return None;
        }
        let Some(document) = self.documents.get(name) else {
            let message = format!("there is no schema `{name}` below `schemas/`");
            let help = match self.near(name) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("create schemas/{name}"),
            };
            let diagnostic = Diagnostic::error("case/unknown-schema", span, message);
            diagnostics.push(diagnostic.help(help));
            return None;
        };
        if document.pointer(fragment).is_none() {
            let message = format!("the schema `{name}` has nothing at `#{fragment}`");
            let diagnostic = Diagnostic::error("case/unknown-schema", span, message);
            let parts = document.get("$defs").and_then(serde_json::Value::as_object);
            let parts: Vec<String> = parts
                .iter()
                .flat_map(|parts| parts.keys())
                .map(|part| format!("/$defs/{part}"))
                .collect();
            diagnostics.push(match nearest(fragment, parts.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `#{near}`?")),
                None if fragment.starts_with('/') => diagnostic,
                None => diagnostic.help("a part is named by a JSON Pointer: `#/$defs/record`"),
            });
            return None;
        }
        self.compile(name, fragment, sources, diagnostics)
    }

    /// The schema that was meant: a similar name, or the same one without its directory or its ending.
    fn near(&self, written: &str) -> Option<&str> {
        let names = || self.documents.keys().map(String::as_str);
        let wanted = format!("/{written}");
        nearest(written, names()).or_else(|| {
            let mut alike = names().filter(|name| {
                let stem = name.split('.').next().unwrap_or(name);
                name.ends_with(&wanted) || stem == written || stem.ends_with(&wanted)
            });
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    fn in_place(&mut self, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<SchemaId> {
        let schema = node.to_json();
        match self.library.as_ref()?.compile_inline(&schema) {
            Ok(compiled) => {
                self.tell_unknown_requirements(&schema, node, diagnostics);
                Some(self.add(compiled))
            }
            Err(errors) => {
                for error in errors {
                    let at = node.locate(&error.pointer);
                    diagnostics.push(diagnostic(&error, at));
                }
                None
            }
        }
    }

    fn tell_unknown_requirements(
        &self,
        schema: &serde_json::Value,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(known) = &self.requirements else {
            return;
        };
        for (pointer, id) in named_requirements(schema) {
            if !known.contains(&id) {
                diagnostics.push(unknown_requirement(&id, node.locate(&pointer), known));
            }
        }
    }

    fn compile(
        &mut self,
        name: &str,
        fragment: &str,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<SchemaId> {
        let key = (name.to_owned(), fragment.to_owned());
        if let Some(id) = self.by_use.get(&key) {
            return Some(*id);
        }
        match self.library.as_ref()?.compile(name, fragment) {
            Ok(schema) => {
                let id = self.add(schema);
                self.by_use.insert(key, id);
                Some(id)
            }
            Err(errors) => {
                for error in errors {
                    self.tell(&error, sources, diagnostics);
                }
                None
            }
        }
    }

    fn add(&mut self, schema: Schema) -> SchemaId {
        let id = SchemaId(self.compiled.len());
        self.compiled.push(schema);
        id
    }

    fn tell(&self, error: &SchemaError, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        let Some(file) = self.files.get(&error.document) else {
            diagnostics.push(Diagnostic::error_without_place(
                "schema/invalid",
                error.message.clone(),
            ));
            return;
        };
        let at = locate(sources, *file, &error.pointer);
        diagnostics.push(diagnostic(error, at));
    }
}

fn diagnostic(error: &SchemaError, at: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error("schema/invalid", at, error.message.clone());
    match error.candidates.as_slice() {
        [] => diagnostic,
        [only] => diagnostic.help(format!("did you mean `{only}`?")),
        several => diagnostic.help(format!("expected one of {}", several.join(", "))),
    }
}

fn unknown_requirement(id: &str, at: Span, known: &BTreeSet<String>) -> Diagnostic {
    let message = format!("no contract of the suite has a requirement `{id}`");
    let diagnostic = Diagnostic::error("schema/unknown-requirement", at, message);
    match nearest(id, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("`x-requirement` names a requirement of a contract.yaml by its id"),
    }
}

/// Members that stand twice, with both places: the file is read again, with positions.
fn tell_duplicates(
    pointers: &[String],
    sources: &Sources,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut found = Vec::new();
    let node = yaml::parse(sources, file, &mut found);
    found.retain(|diagnostic| diagnostic.code == "yaml/duplicate-key");
    if found.is_empty() {
        found.extend(pointers.iter().map(|pointer| {
            let at = node
                .as_ref()
                .map_or(sources.start(file), |node| node.locate(pointer));
            let message = format!("the member {pointer} stands twice in one object");
            Diagnostic::error("yaml/duplicate-key", at, message)
        }));
    }
    diagnostics.append(&mut found);
}

/// Where a pointer leads in a schema file. The file is read again, with positions: this is an error path.
fn locate(sources: &Sources, file: FileId, pointer: &str) -> Span {
    match yaml::parse(sources, file, &mut Vec::new()) {
        Some(node) => node.locate(pointer),
        None => sources.start(file),
    }
}
