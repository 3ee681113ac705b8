//! Exchanges as HAR 1.2, which browsers, proxies and test tools open.
//!
//! One file for a run: each case is a page, each attempt of each step an entry. What HAR has no place for
//! stands under `_probity` (HAR 1.2 allows names that begin with `_`), so that `probity judge` can judge
//! the file again. Written entry by entry while the run goes on: nothing but the digests of large bodies is
//! kept. It decides nothing, and redacts nothing: that was done by who made the exchanges.
//!
//! ```json
//! {"log": {"version": "1.2", "creator": {...}, "_probity": {...}, "entries": [
//! {"pageref": "users/read/missing", "startedDateTime": ..., "request": {...}, "response": {...}, ...}
//! ], "pages": [...]}}
//! ```

mod body;
mod entry;

use std::collections::HashSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::model::{RecordedExchange, RunFacts};
use body::Bodies;

/// A HAR file that is being written.
#[derive(Debug, Default)]
pub struct HarFile {
    bodies: Bodies,
    /// Every case so far: its id and its title, when it started.
    pages: Vec<Page>,
    has_page: HashSet<String>,
    entries: usize,
}

#[derive(Debug)]
struct Page {
    id: String,
    title: String,
    started: String,
}

impl HarFile {
    /// Writes the beginning.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn begin(&mut self, facts: &RunFacts, out: &mut dyn Write) -> io::Result<()> {
        let creator = json!({ "name": "probity", "version": facts.probity });
        let facts = serde_json::to_value(facts)?;
        write!(
            out,
            "{{\"log\": {{\"version\": \"1.2\", \"creator\": {creator},"
        )?;
        write!(out, "\n\"_probity\": {facts},\n\"entries\": [")
    }

    /// Writes one exchange.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn exchange(&mut self, recorded: &RecordedExchange, out: &mut dyn Write) -> io::Result<()> {
        if let Some(origin) = &recorded.origin
            && self.has_page.insert(origin.case.clone())
        {
            self.pages.push(Page {
                id: origin.case.clone(),
                title: origin.title.clone(),
                started: recorded.started.clone(),
            });
        }
        let entry = entry::entry(recorded, &mut self.bodies)?;
        let separator = if self.entries == 0 { "\n" } else { ",\n" };
        self.entries += 1;
        write!(out, "{separator}{entry}")
    }

    /// Writes the end.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        let pages = self.pages.iter().map(|page| {
            let title = format!("{}: {}", page.id, page.title);
            json!({ "startedDateTime": page.started, "id": page.id, "title": title, "pageTimings": {} })
        });
        let pages: Vec<Value> = pages.collect();
        writeln!(out, "\n],\n\"pages\": {}\n}}}}", Value::from(pages))
    }
}
