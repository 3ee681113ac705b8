//! The schemas of a suite: found by name, and compiled once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::json::{
    Document, Schema, SchemaDocuments, SchemaError, SchemaId, SchemaLibrary, named_requirements,
};
use crate::load::files::FileText;
use crate::load::node::{Kind, Node};
use crate::load::record::reject_type;
use crate::load::template::{first_hole, plain};
use crate::load::yaml;
use crate::model::{Diagnostic, FileId, Sources, Span};
use crate::text::nearest::nearest;

/// Schema files by name, and the compiled schemas that cases use.
#[derive(Debug, Default)]
pub(crate) struct SchemaTable {
    files: BTreeMap<String, FileId>,
    documents: SchemaDocuments,
    /// All valid documents; `None` when nothing can be compiled, which is reported.
    library: Option<SchemaLibrary>,
    compiled: Vec<Schema>,
    by_use: HashMap<(String, String), SchemaId>,
    /// Documents that could not be read: their uses are not reported again.
    broken: Vec<String>,
    /// The requirements of all contracts; `None` until all of them are known.
    requirements: Option<BTreeSet<String>>,
    /// Ids that no contract has, and that were reported.
    unknown: BTreeSet<String>,
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
            let file_id = sources.add(file.display_path, file.text.unwrap_or_default());
            table.files.insert(file.name.clone(), file_id);
            if !is_readable {
                table.broken.push(file.name);
                continue;
            }
            match Document::parse(sources.file(file_id).text.as_bytes()) {
                // Generated schemas for editors: no body is checked against them.
                Ok(_) if file.name.starts_with("probity/") => {}
                Ok(document) if document.duplicates.is_empty() && document.inexact.is_empty() => {
                    table.documents.insert(file.name, Arc::new(document.value));
                }
                Ok(document) => {
                    report_duplicates(&document.duplicates, sources, file_id, diagnostics);
                    for (pointer, text) in document.inexact {
                        let at = locate(sources, file_id, &pointer);
                        diagnostics.push(Diagnostic::error(
                            "schema/inexact-number",
                            at,
                            format!("the number {text} cannot be represented exactly"),
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
        table.link(sources, diagnostics);
        table
    }

    /// Makes the library, without the documents that are invalid or refer to an invalid one: a mistake in one document
    /// must not hide those in others and in cases.
    fn link(&mut self, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        let mut usable = self.documents.clone();
        while self.library.is_none() {
            match SchemaLibrary::new(&usable) {
                Ok(library) => self.library = Some(library),
                Err(errors) => {
                    for error in errors.iter().filter(|error| !self.follows(error)) {
                        self.report(error, sources, diagnostics);
                    }
                    let names: BTreeSet<String> =
                        errors.into_iter().map(|error| error.document).collect();
                    let count_before = usable.len();
                    usable.retain(|name, _| !names.contains(name));
                    if usable.len() == count_before {
                        return;
                    }
                    self.broken.extend(names);
                }
            }
        }
    }

    /// Is the error about a reference to a document that could not be read?
    fn follows(&self, error: &SchemaError) -> bool {
        let document = self.documents.get(&error.document);
        let reference = document.and_then(|document| document.pointer(&error.pointer)?.as_str());
        let file_name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let named = reference.and_then(|reference| file_name(reference.split('#').next()?));
        let is_reference = error.pointer.ends_with("/$ref");
        is_reference && self.broken.iter().any(|broken| file_name(broken) == named)
    }

    /// Sets the requirements of all contracts, and reports each unknown id that a document names. Of several uses of
    /// one id the first is reported.
    pub(crate) fn set_requirements(
        &mut self,
        requirements: BTreeSet<String>,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let named = self
            .library
            .iter()
            .flat_map(SchemaLibrary::named_requirements);
        for (document, pointer, id) in named {
            if !requirements.contains(id) && self.unknown.insert(id.to_owned()) {
                let at = locate(sources, self.files[document], pointer);
                diagnostics.push(unknown_requirement(id, at, &requirements));
            }
        }
        self.requirements = Some(requirements);
    }

    /// A compiled schema.
    pub(crate) fn compiled(&self, id: SchemaId) -> &Schema {
        &self.compiled[id.0]
    }

    /// Names and texts of all schema files that cases can use, in the order of their names.
    pub(crate) fn texts<'t>(
        &'t self,
        sources: &'t Sources,
    ) -> impl Iterator<Item = (&'t str, &'t str)> {
        let files = self.files.iter();
        let usable = files.filter(|(name, _)| !name.starts_with("probity/"));
        usable.map(|(name, file)| (name.as_str(), &*sources.file(*file).text))
    }

    /// The compiled schemas, in the order of their ids.
    pub(crate) fn into_compiled(self) -> Vec<Schema> {
        self.compiled
    }

    /// Compiles every document that no case uses, to find mistakes in it.
    pub(crate) fn check_unused(&mut self, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        let names = self.documents.keys();
        let names: Vec<String> = names
            .filter(|name| !self.broken.contains(name))
            .cloned()
            .collect();
        for name in names {
            self.compile(&name, "", sources, diagnostics);
        }
    }

    /// The schema that a case names: a file with an optional fragment, or an inline schema.
    pub(crate) fn resolve(
        &mut self,
        node: &Node,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<SchemaId> {
        match &node.kind {
            Kind::Text(text) => self.by_name(text, node.span, sources, diagnostics),
            Kind::Object(_) => self.inline(node, diagnostics),
            _ => {
                reject_type(
                    node,
                    "the name of a schema file or an inline schema",
                    diagnostics,
                );
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
        let text = &match plain(text) {
            Ok(plain) => plain,
            Err(hole) => {
                let message = format!("`{hole}` is not filled in in the name of a schema");
                diagnostics.push(
                    Diagnostic::error("case/template", span, message)
                        .help("write it out, or take it from a row: `${row.x}`"),
                );
                return None;
            }
        };
        let (name, fragment) = text.split_once('#').unwrap_or((text, ""));
        if name.starts_with(['/', '\\', '~']) || name.contains("..") || name.contains(':') {
            diagnostics.push(
                Diagnostic::error(
                    "case/path-leaves-suite",
                    span,
                    format!("the schema path `{name}` is outside the suite"),
                )
                .help("write the path below `schemas/`: `presence/records.schema.json`"),
            );
            return None;
        }
        if self.broken.iter().any(|broken| broken == name) {
            return None;
        }
        let Some(document) = self.documents.get(name) else {
            let message = format!("no schema `{name}` below `schemas/`");
            let help = match self.near(name) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("create schemas/{name}"),
            };
            let diagnostic = Diagnostic::error("case/unknown-schema", span, message);
            diagnostics.push(diagnostic.help(help));
            return None;
        };
        if document.pointer(fragment).is_none() {
            let message = format!("nothing at `#{fragment}` in the schema `{name}`");
            let diagnostic = Diagnostic::error("case/unknown-schema", span, message);
            let of = |key: &'static str| {
                let parts = document.get(key).and_then(serde_json::Value::as_object);
                let names = parts.into_iter().flat_map(|parts| parts.keys());
                names.map(move |part| format!("/{key}/{part}"))
            };
            let parts: Vec<String> = of("$defs").chain(of("definitions")).collect();
            diagnostics.push(match nearest(fragment, parts.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `#{near}`?")),
                None if fragment.starts_with('/') => diagnostic,
                None => diagnostic.help("write a JSON Pointer: `#/$defs/record`"),
            });
            return None;
        }
        self.compile(name, fragment, sources, diagnostics)
    }

    /// The schema that was probably meant: a similar name, or the same name without its directory or its extension.
    fn near(&self, written: &str) -> Option<&str> {
        let names = || self.documents.keys().map(String::as_str);
        let wanted = format!("/{written}");
        nearest(written, names()).or_else(|| {
            let mut similar = names().filter(|name| {
                let stem = name.split('.').next().unwrap_or(name);
                name.ends_with(&wanted) || stem == written || stem.ends_with(&wanted)
            });
            similar.next().filter(|_| similar.next().is_none())
        })
    }

    fn inline(&mut self, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<SchemaId> {
        let mut holes = Vec::new();
        find_holes(node, &mut holes);
        if !holes.is_empty() {
            diagnostics.append(&mut holes);
            return None;
        }
        let schema = node.to_json();
        match self.library.as_ref()?.compile_inline(&schema) {
            Ok(compiled) => {
                self.report_unknown_requirements(&schema, node, diagnostics);
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

    fn report_unknown_requirements(
        &mut self,
        schema: &serde_json::Value,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(known) = &self.requirements else {
            return;
        };
        for (pointer, id) in named_requirements(schema) {
            if !known.contains(&id) && self.unknown.insert(id.clone()) {
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
                    self.report(&error, sources, diagnostics);
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

    fn report(&self, error: &SchemaError, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
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

/// Reports templates in an inline schema, which is compiled before the run.
fn find_holes(node: &Node, found: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Text(text) => {
            if let Some(hole) = first_hole(text) {
                let message = format!("`{hole}` is not filled in in a schema");
                found.push(
                    Diagnostic::error("case/template", node.span, message)
                        .label("schemas are literal")
                        .help("compare in a pattern: `json: { v: \"<more-than ${capture.v}>\" }`, `json: { id: \"${fixture.id}\" }`"),
                );
            }
        }
        Kind::List(items) => items.iter().for_each(|item| find_holes(item, found)),
        Kind::Object(entries) => entries
            .iter()
            .for_each(|(_, value)| find_holes(value, found)),
        _ => {}
    }
}

fn diagnostic(error: &SchemaError, at: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error("schema/invalid", at, error.message.clone());
    match error.candidates.as_slice() {
        [] if !error.help.is_empty() => diagnostic.help(error.help.clone()),
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
        None => diagnostic.help("`x-requirement` is the id of a requirement in a contract.yaml"),
    }
}

/// Reports duplicate members with both places: the file is read again, with positions.
fn report_duplicates(
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
            let message = format!("duplicate member {pointer}");
            Diagnostic::error("yaml/duplicate-key", at, message)
        }));
    }
    diagnostics.append(&mut found);
}

/// The place that a pointer names in a schema file. The file is read again, with positions, but only after an error.
fn locate(sources: &Sources, file: FileId, pointer: &str) -> Span {
    match yaml::parse(sources, file, &mut Vec::new()) {
        Some(node) => node.locate(pointer),
        None => sources.start(file),
    }
}
