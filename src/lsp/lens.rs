//! "Run this case", with the verdict of the last run.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::json::Digest;
use crate::lsp::index::{FileIndex, Role};
use crate::lsp::position::{Encoding, Lines};
use crate::model::Verdict;
use crate::model::report::FORMAT;
use crate::text::file as limited;

/// The largest report that is read, in bytes.
const REPORT_LIMIT: u64 = 64 << 20;

/// Where `run` writes its report if nothing else is said.
const REPORT: &str = "probity-report/report.json";

/// The last verdict of each case, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    /// When the report was written, and its length.
    stamp: Option<(SystemTime, u64)>,
    /// By the id of the case without a row, the cases. A run of some cases leaves the others as they are.
    by_case: BTreeMap<String, BTreeMap<String, (Verdict, Option<Digest>)>>,
    /// The digests of the cases as they are now.
    digests: HashMap<String, Digest>,
}

/// What is read of a report.
#[derive(Deserialize)]
struct Reported {
    format: String,
    cases: Vec<ReportedCase>,
}

#[derive(Deserialize)]
struct ReportedCase {
    id: String,
    verdict: Verdict,
    digest: Option<Digest>,
}

impl Verdicts {
    /// Notes the digests of the cases as they are now.
    pub(crate) fn set_digests(&mut self, digests: HashMap<String, Digest>) {
        self.digests = digests;
    }

    /// Reads the report of a suite again if it is another one than before.
    pub(crate) fn refresh(&mut self, root: &Path) {
        let path: PathBuf = root.join(REPORT);
        let facts = std::fs::metadata(&path).ok();
        let stamp = facts.and_then(|facts| Some((facts.modified().ok()?, facts.len())));
        if stamp == self.stamp {
            return;
        }
        self.stamp = stamp;
        let text = limited::read(&path, REPORT_LIMIT).ok();
        let report = text.and_then(|text| serde_json::from_slice::<Reported>(&text).ok());
        // Another format may mean something else by the same words.
        let known = report.filter(|report| report.format == FORMAT);
        for case in known.into_iter().flat_map(|report| report.cases) {
            let without_row = case.id.split('[').next().unwrap_or(&case.id).to_owned();
            let cases = self.by_case.entry(without_row).or_default();
            cases.insert(case.id, (case.verdict, case.digest));
        }
    }

    /// The last verdict of a case in words: of its rows how many have which.
    fn words(&self, id: &str) -> Option<String> {
        let cases = self.by_case.get(id)?;
        // Rows that are gone say nothing about the case as it is.
        let is_there = |id: &String| self.digests.is_empty() || self.digests.contains_key(id);
        let cases: Vec<_> = cases.iter().filter(|(id, _)| is_there(id)).collect();
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for (_, (verdict, _)) in &cases {
            let word = verdict.name();
            match counts.iter_mut().find(|(known, _)| *known == word) {
                Some((_, count)) => *count += 1,
                None => counts.push((word, 1)),
            }
        }
        let words = match counts.as_slice() {
            [] => return None,
            [(word, 1)] => (*word).to_owned(),
            several => {
                let counts = several
                    .iter()
                    .map(|(word, count)| format!("{count} {word}"));
                counts.collect::<Vec<_>>().join(", ")
            }
        };
        let is_changed = cases.iter().any(|(id, (_, digest))| {
            let now = self.digests.get(*id);
            now.zip(digest.as_ref())
                .is_some_and(|(now, then)| now != then)
        });
        let changed = if is_changed { ", changed since" } else { "" };
        Some(words + changed)
    }
}

/// The lenses of a file of cases.
pub(crate) fn lenses(
    root: &Path,
    file: &FileIndex,
    verdicts: &Verdicts,
    encoding: Encoding,
) -> Value {
    if !matches!(file.role, Role::Cases { .. }) {
        return json!([]);
    }
    let lines = Lines::new(&file.text, encoding);
    let lens = |case: &crate::lsp::index::CaseDoc| {
        let title = match verdicts.words(&case.id) {
            Some(words) => format!("Run this case (last: {words})"),
            None => "Run this case".to_owned(),
        };
        let root = root.display().to_string();
        let argument = json!({ "case": case.id, "suite": root });
        json!({
            "range": lines.range_in_line(&case.range),
            "command": { "title": title, "command": "probity.run", "arguments": [argument] }
        })
    };
    let named = file.cases.iter().filter(|case| !case.id.ends_with('/'));
    named.map(lens).collect()
}
