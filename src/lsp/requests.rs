//! What the client asks for, and what it reports.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::lsp::document::Document;
use crate::lsp::index::FileIndex;
use crate::lsp::message::{ErrorCode, Refusal};
use crate::lsp::open_suite::OpenSuite;
use crate::lsp::position::{Encoding, Lines};
use crate::lsp::roots::{root_of, roots_in};
use crate::lsp::server::{Phase, Server};
use crate::lsp::uri::{path_of, path_of_document};
use crate::lsp::{complete, goto, hover, lens, rename};

/// Characters after which completion starts by itself.
const TRIGGERS: &[&str] = &["$", "{", ".", "<", "/", "#", " "];

/// Files outside of buffers that matter.
const WATCHED: &[&str] = &[
    "**/cases/**/*.{yaml,yml,json}",
    "**/schemas/**/*.json",
    "**/targets/*.{yaml,yml,json}",
    "**/files/**",
    "**/probity.yaml",
    "**/*waivers.{yaml,yml,json}",
    "**/probity-report/report.json",
];

/// A document with its suite, and a place in it.
struct At<'s> {
    open: &'s OpenSuite,
    path: PathBuf,
    file: &'s FileIndex,
    offset: usize,
}

impl Server<'_> {
    /// Answers a request.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Result<Value, Refusal> {
        match (self.phase, method) {
            (Phase::New, "initialize") => return Ok(self.initialize(params)),
            (Phase::New, _) => {
                return Err(Refusal(ErrorCode::NotInitialized, "not initialized".into()));
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                return Ok(Value::Null);
            }
            (Phase::Running, "initialize") => {
                return Err(Refusal(
                    ErrorCode::InvalidRequest,
                    "initialized already".into(),
                ));
            }
            (Phase::ShutDown, _) => {
                return Err(Refusal(ErrorCode::InvalidRequest, "shut down".into()));
            }
            (Phase::Running, _) => {}
        }
        let encoding = self.encoding;
        match method {
            "textDocument/completion" => self.at(params, json!([]), |at| {
                let lines = Lines::new(&at.file.text, encoding);
                Ok(complete::complete(
                    &at.open.suite,
                    &at.path,
                    at.file,
                    at.offset,
                    &lines,
                ))
            }),
            "textDocument/hover" => self.at(params, Value::Null, |at| {
                let lines = Lines::new(&at.file.text, encoding);
                Ok(hover::hover(
                    &at.open.suite,
                    &at.path,
                    at.file,
                    at.offset,
                    &lines,
                ))
            }),
            "textDocument/definition" => self.at(params, Value::Null, |at| {
                Ok(goto::definition(
                    &at.open.suite,
                    &at.path,
                    at.file,
                    at.offset,
                    encoding,
                ))
            }),
            "textDocument/references" => {
                let with_definition = params.pointer("/context/includeDeclaration");
                let with_definition = with_definition.and_then(Value::as_bool).unwrap_or(true);
                self.at(params, json!([]), |at| {
                    let suite = &at.open.suite;
                    Ok(goto::references(
                        suite,
                        &at.path,
                        at.file,
                        at.offset,
                        with_definition,
                        encoding,
                    ))
                })
            }
            "textDocument/prepareRename" => self.at(params, Value::Null, |at| {
                rename::prepare(&at.open.suite, &at.path, at.file, at.offset, encoding)
            }),
            "textDocument/rename" => self.rename(params),
            "textDocument/codeLens" => Ok(self.lenses(params)),
            _ => Err(Refusal(
                ErrorCode::MethodNotFound,
                format!("no method `{}`", method.escape_debug()),
            )),
        }
    }

    /// Takes a notification. Unknown ones are ignored, as the protocol says.
    pub(crate) fn notification(&mut self, method: &str, params: &Value) {
        if self.phase != Phase::Running {
            return;
        }
        match method {
            "initialized" => self.initialized(),
            "textDocument/didOpen" => self.did_open(params),
            "textDocument/didChange" => self.did_change(params),
            "textDocument/didClose" => self.did_close(params),
            "textDocument/didSave" => {
                if let Some(root) = path_of_document(params).and_then(|path| self.root_of(&path)) {
                    self.is_stale(&root, true);
                }
            }
            "workspace/didChangeWatchedFiles" => self.did_change_files(params),
            "workspace/didChangeWorkspaceFolders" => {
                let added = params.pointer("/event/added").and_then(Value::as_array);
                self.open_folders(added.into_iter().flatten());
            }
            _ => {}
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.phase = Phase::Running;
        let known = |name: &Value| match name.as_str() {
            Some("utf-8") => Some(Encoding::Utf8),
            Some("utf-16") => Some(Encoding::Utf16),
            _ => None,
        };
        let offered = params.pointer("/capabilities/general/positionEncodings");
        let offered = offered.and_then(Value::as_array);
        self.encoding = offered
            .into_iter()
            .flatten()
            .find_map(known)
            .unwrap_or_default();
        let is_able =
            |pointer: &str| params.pointer(pointer).and_then(Value::as_bool) == Some(true);
        self.edits_by_document = is_able("/capabilities/workspace/workspaceEdit/documentChanges");
        self.watches_files =
            is_able("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
        self.refreshes_lenses = is_able("/capabilities/workspace/codeLens/refreshSupport");
        if let Some(folders) = params.get("workspaceFolders").and_then(Value::as_array) {
            self.open_folders(folders.iter());
        } else {
            let root = params.get("rootUri").cloned().unwrap_or_default();
            self.open_folders([json!({ "uri": root })].iter());
        }
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.name(),
                "textDocumentSync": { "openClose": true, "change": 2, "save": true },
                "completionProvider": { "triggerCharacters": TRIGGERS },
                "hoverProvider": true,
                "definitionProvider": true,
                "referencesProvider": true,
                "renameProvider": { "prepareProvider": true },
                "codeLensProvider": { "resolveProvider": false },
                "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } }
            },
            "serverInfo": { "name": "probity", "version": env!("CARGO_PKG_VERSION") }
        })
    }

    fn open_folders<'v>(&mut self, folders: impl Iterator<Item = &'v Value>) {
        let uris = folders.filter_map(|folder| folder.get("uri")?.as_str());
        let paths: Vec<PathBuf> = uris.filter_map(path_of).collect();
        for root in paths.iter().flat_map(|path| roots_in(path)) {
            self.open_suite(root.clone()).is_kept = true;
            self.is_stale(&root, true);
        }
    }

    fn initialized(&mut self) {
        if self.watches_files {
            let watchers: Vec<Value> = WATCHED
                .iter()
                .map(|glob| json!({ "globPattern": glob }))
                .collect();
            let registration = json!({
                "id": "files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": watchers }
            });
            self.ask(
                "client/registerCapability",
                &json!({ "registrations": [registration] }),
            );
        }
    }

    fn did_open(&mut self, params: &Value) {
        let text = params.pointer("/textDocument/text").and_then(Value::as_str);
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let (Some(path), Some(text), Some(uri)) = (path_of_document(params), text, uri) else {
            return;
        };
        let document = Document {
            text: text.into(),
            version: params
                .pointer("/textDocument/version")
                .cloned()
                .unwrap_or_default(),
            uri: uri.to_owned(),
        };
        self.documents.insert(path.clone(), document);
        if let Some(root) = root_of(&path) {
            self.open_suite(root.clone());
            self.is_stale(&root, true);
        }
    }

    fn did_change(&mut self, params: &Value) {
        let changes = params.get("contentChanges").and_then(Value::as_array);
        let (Some(path), Some(changes)) = (path_of_document(params), changes) else {
            return;
        };
        let Some(document) = self.documents.get_mut(&path) else {
            return;
        };
        if let Some(version) = params.pointer("/textDocument/version") {
            document.version = version.clone();
        }
        if !document.change(changes, self.encoding) {
            self.documents.remove(&path);
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            self.show(&format!("probity: `{name}` is too large, or was not changed as the protocol says; open it again"));
        }
        if let Some(root) = self.root_of(&path) {
            self.is_stale(&root, false);
        }
    }

    fn did_close(&mut self, params: &Value) {
        let Some(path) = path_of_document(params) else {
            return;
        };
        self.documents.remove(&path);
        if let Some(root) = self.root_of(&path) {
            self.forget_buffer(&root, &path);
            self.is_stale(&root, true);
            self.close_suite(&root);
        }
    }

    fn did_change_files(&mut self, params: &Value) {
        let changes = params.get("changes").and_then(Value::as_array);
        let uris = changes
            .into_iter()
            .flatten()
            .filter_map(|one| one.get("uri")?.as_str());
        let paths: Vec<PathBuf> = uris.filter_map(path_of).collect();
        let is_report = |path: &PathBuf| path.ends_with("probity-report/report.json");
        if self.refreshes_lenses && paths.iter().any(is_report) {
            self.ask("workspace/codeLens/refresh", &Value::Null);
        }
        for path in paths.iter().filter(|path| !is_report(path)) {
            // The file may be gone, and with it its directory.
            let roots: Vec<PathBuf> = self
                .suites
                .keys()
                .filter(|root| path.starts_with(root))
                .cloned()
                .collect();
            for root in roots {
                self.is_stale(&root, false);
            }
        }
    }

    /// Answers about a place in an open document; `otherwise` if it is in no suite.
    fn at(
        &mut self,
        params: &Value,
        otherwise: Value,
        answer: impl FnOnce(At<'_>) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let uri = uri.ok_or_else(|| Refusal::params("expected `textDocument.uri`"))?;
        let Some((path, root)) = path_of(uri).and_then(|path| {
            let root = self.root_of(&path)?;
            Some((path, root))
        }) else {
            return Ok(otherwise);
        };
        self.refresh(&root);
        let Some(open) = self.suites.get(&root) else {
            return Ok(otherwise);
        };
        let Some(file) = open.suite.files.get(&path) else {
            return Ok(otherwise);
        };
        let offset = params
            .get("position")
            .and_then(|position| Lines::new(&file.text, self.encoding).offset_of(position))
            .ok_or_else(|| Refusal::params("expected `position` with `line` and `character`"))?;
        answer(At {
            open,
            path,
            file,
            offset,
        })
    }

    fn rename(&mut self, params: &Value) -> Result<Value, Refusal> {
        let new = params.get("newName").and_then(Value::as_str);
        let new = new
            .ok_or_else(|| Refusal::params("expected `newName`"))?
            .to_owned();
        let (encoding, by_document) = (self.encoding, self.edits_by_document);
        let open: Vec<(PathBuf, (String, Value))> = self
            .documents
            .iter()
            .map(|(path, one)| (path.clone(), (one.uri.clone(), one.version.clone())))
            .collect();
        let versions = |path: &Path| {
            let found = open.iter().find(|(known, _)| known == path);
            found.map(|(_, document)| document.clone())
        };
        self.at(params, Value::Null, |at| {
            rename::rename(
                &at.open.suite,
                (&at.path, at.file),
                at.offset,
                &new,
                encoding,
                &versions,
                by_document,
            )
        })
    }

    fn lenses(&mut self, params: &Value) -> Value {
        let path = path_of_document(params);
        let Some((path, root)) = path.and_then(|path| {
            let root = self.root_of(&path)?;
            Some((path, root))
        }) else {
            return json!([]);
        };
        self.refresh(&root);
        let encoding = self.encoding;
        let Some(open) = self.suites.get_mut(&root) else {
            return json!([]);
        };
        open.verdicts.refresh(&root);
        let file = open.suite.files.get(&path);
        file.map_or_else(
            || json!([]),
            |file| lens::lenses(&root, file, &open.verdicts, encoding),
        )
    }
}
