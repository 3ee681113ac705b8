//! When suites are loaded, and what the client receives of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::load::{Buffers, read_file};
use crate::lsp::diagnostics;
use crate::lsp::document::Document;
use crate::lsp::event::Loaded;
use crate::lsp::index::{FileIndex, Role};
use crate::lsp::loader::Job;
use crate::lsp::message::notification;
use crate::lsp::open_suite::OpenSuite;
use crate::lsp::server::Server;
use crate::lsp::uri::uri_of;

/// How long nothing is typed before a suite is loaded, at least. A suite that takes longer waits as long as its last load
/// took, so that at most half of a core is busy with it.
const PAUSE: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Who types without a pause gets diagnostics after so many pauses.
const PAUSES: u32 = 10;

/// What is said about the diagnostics of a file.
fn published_for(path: &Path, document: Option<&Document>, list: &Value) -> Value {
    match document {
        Some(one) => json!({ "uri": one.uri, "version": one.version, "diagnostics": list }),
        None => json!({ "uri": uri_of(path), "diagnostics": list }),
    }
}

impl Server<'_> {
    /// Opens a suite, if it is not open.
    pub(crate) fn open_suite(&mut self, root: PathBuf) -> &mut OpenSuite {
        self.suites.entry(root).or_default()
    }

    /// A suite has to be loaded: at once, or after a pause in which nothing else changes.
    pub(crate) fn is_stale(&mut self, root: &Path, at_once: bool) {
        let Some(suite) = self.suites.get_mut(root) else {
            return;
        };
        let now = Instant::now();
        let since = suite.due.map_or(now, |(_, since)| since);
        let pause = suite.took.clamp(PAUSE, LONGEST_PAUSE);
        let due = if at_once {
            now
        } else {
            (now + pause).min(since + pause * PAUSES)
        };
        suite.due = Some((due, since));
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        let waiting = self.suites.values().filter(|suite| !suite.is_loading);
        waiting
            .filter_map(|suite| suite.due.map(|(due, _)| due))
            .min()
    }

    pub(crate) fn start_loads(&mut self) {
        let now = Instant::now();
        for (root, suite) in &mut self.suites {
            let is_due = suite.due.is_some_and(|(due, _)| due <= now);
            if suite.is_loading || !is_due {
                continue;
            }
            let open = self.documents.iter();
            let buffers: Buffers = open
                .filter(|(path, _)| path.starts_with(root))
                .map(|(path, document)| (path.clone(), Arc::clone(&document.text)))
                .collect();
            let job = Job {
                root: root.clone(),
                buffers,
                known: suite.suite.clone(),
            };
            suite.due = None;
            suite.is_loading = self.jobs.send(job).is_ok();
            // Without a loader nothing would ever be answered.
            suite.is_loaded |= !suite.is_loading;
        }
    }

    pub(crate) fn loaded(&mut self, root: &Path, loaded: Option<Box<Loaded>>) {
        let Some(suite) = self.suites.get_mut(root) else {
            return;
        };
        suite.is_loading = false;
        suite.is_loaded = true;
        let Some(mut loaded) = loaded else {
            self.show("probity: the suite could not be loaded, because of a defect of Probity");
            return;
        };
        suite.took = loaded.took;
        let found = diagnostics::by_file(&loaded, self.encoding);
        suite.suite = std::mem::take(&mut loaded.suite);
        suite
            .verdicts
            .set_digests(std::mem::take(&mut loaded.digests));
        let before = std::mem::take(&mut suite.published);
        let mut changes = Vec::new();
        let mut published = BTreeMap::new();
        let gone = before.keys().filter(|path| !found.contains_key(*path));
        let empty = gone.map(|path| (path.clone(), json!([])));
        for (path, list) in found
            .iter()
            .map(|(path, list)| (path.clone(), list.clone()))
            .chain(empty)
        {
            let document = self.documents.get(&path);
            let is_old = document.is_some_and(|document| {
                loaded
                    .buffers
                    .get(&path)
                    .is_none_or(|text| **text != *document.text)
            });
            if is_old {
                // Its positions are those of another text. It is loaded again anyway.
                published.extend(before.get(&path).map(|old| (path, old.clone())));
                continue;
            }
            if before.get(&path) != Some(&list) || document.is_some() {
                changes.push(published_for(&path, document, &list));
            }
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                published.insert(path, list);
            }
        }
        // A buffer without mistakes is said to have none, so that a client knows that it was looked at.
        for (path, text) in &loaded.buffers {
            let is_new = !found.contains_key(path) && !before.contains_key(path);
            let document = self.documents.get(path);
            let document = document.filter(|document| *document.text == **text && is_new);
            changes.extend(document.map(|one| published_for(path, Some(one), &json!([]))));
        }
        suite.published = published;
        let closed = loaded.buffers.keys();
        let closed: Vec<PathBuf> = closed
            .filter(|path| !self.documents.contains_key(*path))
            .cloned()
            .collect();
        for path in &closed {
            self.forget_buffer(root, path);
        }
        for params in changes {
            self.send(&notification("textDocument/publishDiagnostics", &params));
        }
    }

    /// Forgets a suite without open files, unless the client opened its folder.
    pub(crate) fn close_suite(&mut self, root: &Path) {
        let is_open = self.documents.keys().any(|path| path.starts_with(root));
        let is_kept = self.suites.get(root).is_none_or(|suite| suite.is_kept);
        if is_open || is_kept {
            return;
        }
        let Some(suite) = self.suites.remove(root) else {
            return;
        };
        for path in suite.published.keys() {
            let params = json!({ "uri": uri_of(path), "diagnostics": [] });
            self.send(&notification("textDocument/publishDiagnostics", &params));
        }
    }

    /// From now on the file is what is on disk, if it is there.
    pub(crate) fn forget_buffer(&mut self, root: &Path, path: &Path) {
        let Some(open) = self.suites.get_mut(root) else {
            return;
        };
        let text = read_file(path).ok();
        match text {
            Some(text) => {
                let index = FileIndex::read(Role::of(root, path), path, text.into());
                open.suite.files.insert(path.to_owned(), Arc::new(index));
            }
            None => {
                open.suite.files.remove(path);
            }
        }
    }

    /// Reads the names in open buffers that changed since the suite was loaded.
    pub(crate) fn refresh(&mut self, root: &Path) {
        let Some(open) = self.suites.get_mut(root) else {
            return;
        };
        for (path, document) in self
            .documents
            .iter()
            .filter(|(path, _)| path.starts_with(root))
        {
            let known = open.suite.files.get(path);
            if known.is_some_and(|known| *known.text == *document.text) {
                continue;
            }
            let role = Role::of(root, path);
            let index = FileIndex::read(role, path, Arc::clone(&document.text));
            root.clone_into(&mut open.suite.root);
            open.suite.files.insert(path.clone(), Arc::new(index));
        }
    }
}
