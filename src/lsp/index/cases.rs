//! The names in a file of cases.

use std::ops::Range;

use crate::load::{Kind, Node};
use crate::lsp::index::holes::filled;
use crate::lsp::index::{CaseDoc, NameKind, Occurrence, Reader, range_of, text_of};
use crate::lsp::tree::{items, members};

/// The methods that are keys of a request.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

impl Reader<'_> {
    pub(super) fn case_file(&mut self, root: &Node, prefix: &str) {
        for (key, value) in members(root) {
            if key.text != "cases" {
                self.step_member(&key.text, value);
                continue;
            }
            for (number, case) in items(value).iter().enumerate() {
                self.scope = number + 1;
                self.case(case, prefix);
            }
            self.scope = 0;
        }
    }

    fn case(&mut self, case: &Node, prefix: &str) {
        let written = case.get("id");
        let id = text_of(case, "id");
        let range = written.map_or(range_of(case.beginning()), |id| range_of(id.span));
        self.cases.push(CaseDoc {
            id: format!("{prefix}/{id}"),
            title: text_of(case, "title"),
            range: self.inside(range.clone(), &id),
            start: case.span.start as usize,
        });
        if written.is_some() {
            let range = self.inside(range, &id);
            self.add(NameKind::Case, &format!("{prefix}/{id}"), range, true);
        }
        self.proving.clear();
        for (key, value) in members(case).filter(|(key, _)| key.text != "id") {
            self.step_member(&key.text, value);
        }
        if let Some(rows) = case.get("rows") {
            self.rows(rows);
        }
    }

    /// A member of a step, of a case, or of a file of cases.
    pub(super) fn step_member(&mut self, key: &str, value: &Node) {
        match key {
            "request" => self.request(value),
            "expect" => self.blocks(value),
            "capture" => self.definitions(NameKind::Capture, value),
            "vars" => self.definitions(NameKind::Variable, value),
            "needs" => self.proved_names(NameKind::Need, value),
            "without" => self.keys(NameKind::Rule, value),
            "steps" | "finally" => items(value).iter().for_each(|step| self.step(step)),
            // Their names are noted by what uses them.
            "rows" => {}
            _ => self.holes(value),
        }
    }

    pub(super) fn step(&mut self, step: &Node) {
        if let Some(used) = step.get("use") {
            self.name(NameKind::SharedStep, used, false);
            let name = text_of(step, "use");
            for (key, value) in step.get("with").into_iter().flat_map(members) {
                let parameter = format!("{name}/{}", key.text);
                let range = self.inside(range_of(key.span), &key.text);
                self.add(NameKind::Parameter, &parameter, range, false);
                self.holes(value);
                self.argument(value, &parameter);
            }
        }
        for (key, value) in members(step) {
            if !["use", "with"].contains(&&*key.text) {
                self.step_member(&key.text, value);
            }
        }
    }

    /// A value that a shared step may use as a requirement.
    fn argument(&mut self, value: &Node, parameter: &str) {
        for item in items(value) {
            let Some(text) = item.as_text() else { continue };
            self.proving.extend(filled(text).map(str::to_owned));
            self.through(text, range_of(item.span), Some(parameter.to_owned()));
        }
    }

    /// A text that may be the id of a requirement.
    fn through(&mut self, text: &str, range: Range<usize>, through: Option<String>) {
        if crate::load::is_requirement_id(text) {
            self.occurrences.push(Occurrence {
                kind: NameKind::Requirement,
                name: text.to_owned(),
                range: self.inside(range, text),
                is_definition: false,
                scope: self.scope,
                through,
            });
        }
    }

    /// The values of rows, of which some are requirements.
    fn rows(&mut self, rows: &Node) {
        let proving = std::mem::take(&mut self.proving);
        for row in items(rows) {
            for (key, value) in members(row) {
                self.key(NameKind::Row, key, true);
                self.holes(value);
                if proving.contains(&key.text) {
                    self.proving_value(value);
                }
            }
        }
    }

    /// Requirements in a value of a row: ids, keys of `blames`, or `proves` of blocks.
    fn proving_value(&mut self, value: &Node) {
        for item in items(value) {
            match &item.kind {
                Kind::Text(text) => self.through(text, range_of(item.span), None),
                Kind::Object(entries) => {
                    for (key, _) in entries {
                        self.through(&key.text, range_of(key.span), None);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn request(&mut self, request: &Node) {
        for (key, value) in members(request) {
            match key.text.as_str() {
                "identity" => self.name(NameKind::Identity, value, false),
                "service" => self.name(NameKind::Service, value, false),
                "schema" => self.schema_use(value),
                "file" => self.name(NameKind::BodyFile, value, false),
                "multipart" => {
                    for part in items(value) {
                        for (key, value) in members(part) {
                            match key.text.as_str() {
                                "file" => self.name(NameKind::BodyFile, value, false),
                                _ => self.holes(value),
                            }
                        }
                    }
                }
                method => {
                    self.holes(value);
                    if let Some(path) = value.as_text().filter(|_| METHODS.contains(&method)) {
                        self.operations.push(format!("{method} {path}"));
                    }
                }
            }
        }
    }

    pub(super) fn blocks(&mut self, blocks: &Node) {
        for block in items(blocks) {
            for (key, value) in members(block) {
                match key.text.as_str() {
                    "proves" => self.proved_names(NameKind::Requirement, value),
                    "blames" => {
                        self.keys(NameKind::Requirement, value);
                        self.note_proving(value);
                    }
                    "schema" => self.schema_use(value),
                    "file" => self.name(NameKind::BodyFile, value, false),
                    "any-of" => self.blocks(value),
                    "jsonl" => {
                        for (key, value) in members(value) {
                            match key.text.as_str() {
                                "schema" => self.schema_use(value),
                                _ => self.holes(value),
                            }
                        }
                    }
                    _ => self.holes(value),
                }
            }
            self.note_proving(block);
            self.holes_of_text(block);
        }
        self.note_proving(blocks);
    }

    /// A block, or something in it, that is a value of a row.
    fn holes_of_text(&mut self, node: &Node) {
        if node.as_text().is_some() {
            self.holes(node);
        }
    }

    /// Notes the values of rows that are used where requirements are.
    fn note_proving(&mut self, node: &Node) {
        for item in items(node) {
            if let Some(text) = item.as_text() {
                self.proving.extend(filled(text).map(str::to_owned));
            }
        }
    }

    fn proved_names(&mut self, kind: NameKind, node: &Node) {
        self.names(kind, node, false);
        self.note_proving(node);
    }

    /// Each key defines a name.
    pub(super) fn definitions(&mut self, kind: NameKind, node: &Node) {
        for (key, value) in members(node) {
            self.key(kind, key, true);
            self.holes(value);
        }
    }

    /// Each key uses a name.
    pub(super) fn keys(&mut self, kind: NameKind, node: &Node) {
        for (key, value) in members(node) {
            self.key(kind, key, false);
            self.holes(value);
        }
    }
}
