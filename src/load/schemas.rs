//! The schemas of a suite: found by name, compiled once, whoever uses them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::files::FileText;
use super::node::{Kind, Node};
use super::yaml;
use crate::model::{
    Diagnostic, Document, FileId, Schema, SchemaDocuments, SchemaError, SchemaId, SchemaLibrary,
    Sources, Span, nearest,
};

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
            let file_id = sources.add(file.shown, file.text);
            table.files.insert(file.name.clone(), file_id);
            match Document::parse(sources.file(file_id).text.as_bytes()) {
                // Ours, for editors: generated, and nothing that a body is held against.
                Ok(_) if file.name.starts_with("probity/") => {}
                Ok(document) if document.duplicates.is_empty() && document.inexact.is_empty() => {
                    table.documents.insert(file.name, Arc::new(document.value));
                }
                Ok(document) => {
                    for pointer in document.duplicates {
                        let at = locate(sources, file_id, &pointer);
                        diagnostics.push(Diagnostic::error(
                            "schema/duplicate-member",
                            at,
                            format!("the member {pointer} stands twice in one object"),
                        ));
                    }
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
                    let at = offset_of(&sources.file(file_id).text, error.line, error.column);
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

    /// A compiled schema.
    pub(crate) fn compiled(&self, id: SchemaId) -> &Schema {
        &self.compiled[id.0]
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
                diagnostics.push(super::record::wrong_type(
                    node,
                    "a schema file (a text) or a schema in place",
                ));
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
            let diagnostic = Diagnostic::error(
                "case/unknown-schema",
                span,
                format!("there is no schema `{name}` below `schemas/`"),
            );
            let near = nearest(name, self.documents.keys().map(String::as_str));
            diagnostics.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("create schemas/{name}")),
            });
            return None;
        };
        if document.pointer(fragment).is_none() {
            diagnostics.push(Diagnostic::error(
                "case/unknown-schema",
                span,
                format!("the schema `{name}` has nothing at `#{fragment}`"),
            ));
            return None;
        }
        self.compile(name, fragment, sources, diagnostics)
    }

    fn in_place(&mut self, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<SchemaId> {
        match self.library.as_ref()?.compile_inline(&node.to_json()) {
            Ok(schema) => Some(self.add(schema)),
            Err(errors) => {
                for error in errors {
                    let at = node.locate(&error.pointer);
                    diagnostics.push(diagnostic(&error, at));
                }
                None
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

/// Where a pointer leads in a schema file. The file is read again, with positions: this is an error path.
fn locate(sources: &Sources, file: FileId, pointer: &str) -> Span {
    match yaml::parse(sources, file, &mut Vec::new()) {
        Some(node) => node.locate(pointer),
        None => Span {
            end: 0,
            ..sources.whole(file)
        },
    }
}

fn offset_of(text: &str, line: usize, column: usize) -> u32 {
    let line_start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let in_line: usize = text[line_start.min(text.len())..]
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    u32::try_from((line_start + in_line).min(text.len())).unwrap_or(0)
}
