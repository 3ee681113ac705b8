//! What the exchanges have shown so far: of those that say the same, one.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::engine::Engine;
use crate::engine::client_credentials::mask_text;
use crate::engine::traffic::{Seeing, TrafficJudge};
use crate::model::fingerprint::fingerprint;
use crate::model::{CaseReport, RecordedExchange, Verdict};

/// The most exchanges that are kept only because they show another combination of findings.
const MOST_KEPT: usize = 500;

/// The most sorts of exchanges without evidence that are listed.
const MOST_UNMATCHED: usize = 200;

/// What has passed so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) exchanges: usize,
    pub(super) judged: usize,
    /// Each with the index of its case.
    pub(super) kept: Vec<(usize, CaseReport)>,
    pub(super) keys: HashSet<String>,
    pub(super) about: HashSet<(String, bool)>,
    /// By request line without query and reason: how many.
    pub(super) unmatched: BTreeMap<(String, String), usize>,
    pub(super) more_unmatched: usize,
    /// How many exchanges of each case were kept.
    pub(super) rows: HashMap<usize, usize>,
    pub(super) failed: HashSet<String>,
}

impl TrafficJudge {
    /// Takes note of what an exchange has shown; nothing if no rule was judged and there was an answer.
    pub(super) fn note(
        &mut self,
        index: usize,
        recorded: &RecordedExchange,
        engine: &Engine,
        mut report: CaseReport,
    ) -> Option<Seeing> {
        let has_answer = recorded.exchange.answer.is_ok();
        let checks = report.checks_passed + report.checks_failed;
        let shows_nothing = checks == 0 && report.findings.is_empty() && report.violated.is_empty();
        if !self.is_selected(index) || has_answer && shows_nothing {
            return None;
        }
        let request = &recorded.exchange.request;
        let mut path = request
            .target
            .split('?')
            .next()
            .unwrap_or_default()
            .to_owned();
        mask_text(&mut path);
        let status = recorded.exchange.received().map(|answer| answer.status);
        let came = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let title = format!("{} {path}: {came}", request.method);
        report.title = self.redactor.text(&title);
        let lines = fingerprint(&report.findings);
        let mut is_new = false;
        let violated = report.violated.iter().map(|id| (id.clone(), false));
        let upheld = report.by_rules.iter().map(|id| (id.clone(), true));
        for about in violated.chain(upheld) {
            is_new |= self.seen.about.insert(about);
        }
        let key = format!(
            "{index} {status:?} {:?} {lines:?} {:?}",
            report.verdict, report.reason
        );
        if self.seen.kept.len() < MOST_KEPT {
            is_new |= self.seen.keys.insert(key);
        }
        if !is_new {
            return Some(Seeing { news: None });
        }
        let shown = lines
            .iter()
            .filter(|line| !self.seen.failed.contains(*line));
        let is_news = shown.count() > 0 || report.verdict == Verdict::Error;
        self.seen.failed.extend(lines);
        let row = self.seen.rows.entry(index).or_default();
        *row += 1;
        report.id = format!("{}[{row}]", self.suite.cases[index].id);
        let news = is_news.then(|| Box::new(engine.report_of_exchange(index, report.clone())));
        self.seen.kept.push((index, report));
        Some(Seeing { news })
    }

    pub(super) fn unmatched(&mut self, recorded: &RecordedExchange, reason: String) {
        let request = &recorded.exchange.request;
        let url = request.url.split('?').next().unwrap_or_default();
        let mut line = format!("{} {url}", request.method);
        mask_text(&mut line);
        let line = (line, reason);
        let is_known = self.seen.unmatched.contains_key(&line);
        if is_known || self.seen.unmatched.len() < MOST_UNMATCHED {
            *self.seen.unmatched.entry(line).or_default() += 1;
        } else {
            self.seen.more_unmatched += 1;
        }
    }
}
