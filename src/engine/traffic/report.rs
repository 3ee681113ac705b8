//! The report of everything that has passed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::traffic::TrafficJudge;
use crate::engine::{Engine, Policy, Stop};
use crate::model::reasons::UNFINISHED;
use crate::model::{Case, CaseReport, Disposition, ExitCode, RecordingReport, Report, Unmatched};
use crate::plan::{Plan, PlannedCase};
use crate::recording::Playback;
use crate::redact::Redactor;

/// Why a requirement is unproven.
const NO_RULE: &str = "no rule of the contract checks it: only a case can prove it";

/// Why the rules of an operation have given no evidence, or not all of it.
const NO_EXCHANGE: &str = "no exchange of this operation that a rule could judge";
const NO_SUCH_ANSWER: &str = "no exchange of this operation had an answer that shows the rest";

impl TrafficJudge {
    /// The requirements that rules of selected operations prove and no exchange has exercised, by the case of the
    /// operation. So they are unproven: that nothing was violated is no success.
    fn gaps(&self) -> Vec<(usize, Arc<[String]>)> {
        let is_seen = |id: &String| {
            let about = |is_upheld: bool| self.seen.about.contains(&(id.clone(), is_upheld));
            about(true) || about(false)
        };
        let mut gaps = Vec::new();
        let operations = self.operations.iter().enumerate();
        let operations =
            operations.flat_map(|(contract, own)| own.iter().map(move |one| (contract, one)));
        for (contract, (operation, index)) in operations {
            let rules = self.suite.rules.iter();
            let own = rules
                .filter(|known| known.contract == contract)
                .map(|known| &known.rule);
            let own = own.filter(|rule| rule.operations.contains(operation));
            let blocks = own.flat_map(|rule| &rule.blocks);
            let ids: BTreeSet<&String> = blocks.flat_map(|block| &*block.proves).collect();
            let missing: Vec<String> = (ids.into_iter())
                .filter(|id| !is_seen(id) && !self.target.not_applicable.contains_key(*id))
                .cloned()
                .collect();
            if !missing.is_empty() && self.is_selected(*index) {
                gaps.push((*index, Arc::from(missing)));
            }
        }
        gaps
    }

    /// The report of everything that has passed, and the redactor for what is made of it. `file` is where the exchanges
    /// are, if they are recorded.
    ///
    /// # Panics
    ///
    /// Never: nothing else keeps the suite when no exchange is being judged.
    pub async fn report(self, policy: Policy, file: &str) -> (Report, Redactor) {
        let gaps = self.gaps();
        let mut suite = Arc::into_inner(self.suite).expect("every engine has ended");
        let mut cases = Vec::new();
        let mut planned = Vec::new();
        let mut done = Vec::new();
        let mut plan = |case: Case, skip: Option<&str>| {
            planned.push(PlannedCase {
                index: cases.len(),
                skip: skip.map(str::to_owned),
            });
            cases.push(case);
        };
        for (index, report) in self.seen.kept {
            let mut case = suite.cases[index].clone();
            case.id.clone_from(&report.id);
            case.title = report.title.to_string();
            plan(case, None);
            done.push(report);
        }
        for (index, missing) in gaps {
            let is_seen = self.seen.rows.contains_key(&index);
            let case = Case {
                by_rules: missing,
                ..suite.cases[index].clone()
            };
            let why = if is_seen { NO_SUCH_ANSWER } else { NO_EXCHANGE };
            plan(case, Some(why));
        }
        suite.cases = cases;
        let plan = Plan { cases: planned };
        let suite = Arc::new(suite);
        let engine = Engine::replaying(Playback::default(), suite, self.target, Stop::default());
        let mut engine = engine.resuming(done, self.started.elapsed());
        engine.redactor = self.redactor.clone();
        let engine = Arc::new(engine);
        let run = Arc::clone(&engine).run(&plan, &self.selection, 1, policy, |_| {});
        let mut report = run.await;
        report.started = self.started_at.to_string();
        if self.seen.is_cut {
            report.reasons.push(UNFINISHED.to_owned());
            if report.exit == ExitCode::Conforms {
                report.exit = ExitCode::Incomplete;
            }
        }
        for one in &mut report.requirements {
            if one.disposition == Disposition::Unproven && one.cases.is_empty() {
                one.reason = self.redactor.text(NO_RULE);
            }
        }
        let mut unmatched: Vec<Unmatched<String>> = (self.seen.unmatched.into_iter())
            .map(|((request, reason), number)| Unmatched {
                place: format!("{number} x"),
                request,
                reason,
            })
            .collect();
        if self.seen.more_unmatched > 0 {
            unmatched.push(Unmatched {
                place: format!("{} x", self.seen.more_unmatched),
                request: "other requests".into(),
                reason: "no rule is about them".into(),
            });
        }
        let recording = live(file, &report.started, self.seen.exchanges, unmatched);
        report.recording = Some(recording.redacted(&self.redactor));
        (report, self.redactor)
    }
}

impl Engine {
    /// The report of one exchange.
    pub(super) fn report_of_exchange(&self, index: usize, report: CaseReport) -> Report {
        let outcome = crate::engine::CaseOutcome {
            report,
            evidence: Vec::new(),
            by_rules: BTreeMap::new(),
            is_silenced: false,
            is_complete: true,
            answers: Vec::new(),
        };
        let mut report = self.report_of_case(index, outcome);
        let recording = live("", &report.started, 1, Vec::new());
        report.recording = Some(recording.redacted(&self.redactor));
        report
    }
}

/// What reports say about the source of the exchanges.
fn live(
    file: &str,
    started: &str,
    exchanges: usize,
    unmatched: Vec<Unmatched<String>>,
) -> RecordingReport<String> {
    RecordingReport {
        file: file.to_owned(),
        creator: format!("probity {}", env!("CARGO_PKG_VERSION")),
        recorded: Some(started.to_owned()),
        is_other_suite: false,
        is_live: true,
        exchanges,
        unmatched,
    }
}
