//! Assembles the report from the outcomes of the cases. [`Evidence`] decides what they say about requirements, and
//! [`Reasons`] the exit code: a report that is read is checked by the same two.

use std::sync::Arc;

use crate::engine::case::milliseconds;
use crate::engine::{Engine, Policy, waive};
use crate::model::Place;
use crate::model::evidence::{Evidence, in_shard};
use crate::model::reasons::Reasons;
use crate::model::report::{FORMAT, nothing_selected};
use crate::model::sums::{Sums, dispositions_of};
use crate::model::{
    Case, CaseReport, Cases, ContractReport, Disposition, IncompleteShard, Report, Requirement,
    RequirementReport, ShardReport, Summary, TargetReport,
};
use crate::plan::run_id::RunId;
use crate::plan::{Plan, PlannedCase, Selection, excuse};

/// What a run has seen besides the outcomes of its cases.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How long it waited because the target throttled, in milliseconds.
    pub(super) throttled_ms: usize,
    /// Requests to token endpoints.
    pub(super) token_requests: usize,
    /// Requests that only checked whether a service is alive.
    pub(super) liveness_requests: usize,
    /// Why services are lost.
    pub(super) lost: Vec<String>,
    /// What went wrong in Probity.
    pub(super) defects: Vec<String>,
    /// The shards of which there is no complete report.
    pub(super) incomplete_shards: Vec<IncompleteShard>,
}

/// A case that was not run because of a defect.
const NOT_DONE: &str = "not done";

impl Engine {
    pub(super) fn assemble(
        &self,
        plan: &Plan,
        selection: &Selection,
        outcomes: Vec<Option<CaseReport>>,
        policy: &Policy,
        started_at: jiff::Timestamp,
        seen: Seen,
    ) -> Report {
        // Each report takes the place of its outcome: the two lists are never both complete.
        let reports = outcomes
            .into_iter()
            .zip(&plan.cases)
            .map(|(outcome, planned)| outcome.unwrap_or_else(|| self.not_run(planned)));
        let mut cases: Vec<CaseReport> = reports.collect();
        if self.redactor.has_news() {
            // A token or cookie that came after a case was done may be in its report all the same.
            let done = cases.into_iter();
            cases = done.map(|case| self.redactor.again(case)).collect();
        }
        self.report_on(plan, selection, cases.into(), policy, started_at, seen)
    }

    /// The report of a planned case without an outcome.
    pub(super) fn not_run(&self, planned: &PlannedCase) -> CaseReport {
        let case = &self.suite.cases[planned.index];
        let not_started = || self.why_not_started(case).unwrap_or(NOT_DONE);
        let reason = planned.skip.as_deref().unwrap_or_else(not_started);
        self.skipped(case, reason)
    }

    /// The report of all cases of the plan, in its order.
    pub(super) fn report_on(
        &self,
        plan: &Plan,
        selection: &Selection,
        cases: Cases,
        policy: &Policy,
        started_at: jiff::Timestamp,
        seen: Seen,
    ) -> Report {
        let mut sums = Sums::of(&cases);
        let requirements = self.requirements(selection, &mut sums.evidence);
        let contracts = self.contracts(&sums, &requirements);
        let summary = Summary {
            throttled_ms: seen.throttled_ms,
            token_requests: seen.token_requests,
            liveness_requests: seen.liveness_requests,
            ..sums.summary
        };
        let interrupted = self.stop.is_stopped();
        let waivers = policy.waivers.as_ref().map_or_else(Vec::new, |waivers| {
            waive::hold(waivers, &self.suite, &self.target.name, &cases)
        });
        let selected_nothing = self.selected_nothing(plan, selection);
        let patterns = selection.patterns();
        let shard = self.shard.clone().map(|shard| {
            let lost = seen.lost.clone();
            Box::new(ShardReport { lost, ..*shard })
        });
        let has_empty_plan = match &shard {
            Some(shard) => shard.planned == 0,
            None => cases.is_empty(),
        };
        let verdict = Reasons {
            nothing_selected: nothing_selected(&selected_nothing, &patterns, has_empty_plan),
            is_shard: shard.is_some(),
            cases: &cases,
            requirements: &requirements,
            interrupted,
            strict: policy.strict,
            lost: &seen.lost,
            unfinished: None,
            defects: seen.defects,
            incomplete_shards: &seen.incomplete_shards,
            waivers: &waivers,
        };
        let (exit, reasons) = verdict.exit();
        let services = self.target.services.iter();
        let report = Report {
            format: FORMAT.into(),
            exit,
            reasons,
            strict: policy.strict,
            probity: env!("CARGO_PKG_VERSION").into(),
            suite: self.redactor.text(&self.suite.place),
            suite_name: (self.suite.name != self.suite.place)
                .then(|| self.redactor.text(&self.suite.name)),
            suite_digest: Some(self.suite.digest.clone()),
            target: TargetReport {
                name: self.redactor.text(&self.target.name),
                given: self
                    .target
                    .given
                    .as_deref()
                    .map(|given| self.redactor.text(given)),
                services: services
                    .map(|(name, url)| (name.clone(), self.redactor.text(url)))
                    .collect(),
                insecure: self.target.is_insecure(),
            },
            started: started_at.to_string(),
            duration_ms: milliseconds(self.started.elapsed()),
            interrupted,
            selection: patterns,
            selected_nothing,
            run_id: self.run_id.as_ref().map(RunId::report),
            seed: self.seed_of(plan),
            shard,
            incomplete_shards: seen.incomplete_shards.clone(),
            summary,
            contracts,
            requirements,
            causes: Vec::new(),
            cases,
            waivers,
            comparison: None,
            recording: None,
        };
        report.with_causes()
    }

    /// What this run has seen besides the outcomes of its cases.
    pub(super) fn seen(&self, defects: Vec<String>) -> Seen {
        let pause = self.rate_limiter.total_pause().as_millis();
        Seen {
            throttled_ms: usize::try_from(pause).unwrap_or(usize::MAX),
            token_requests: self.tokens.requests(),
            liveness_requests: self.liveness.requests(),
            lost: self.liveness.all_lost().map(str::to_owned).collect(),
            defects,
            incomplete_shards: Vec::new(),
        }
    }

    /// The patterns that match no case of the plan. A shard has only a part of the plan.
    fn selected_nothing(&self, plan: &Plan, selection: &Selection) -> Vec<String> {
        let suite = &*self.suite;
        if self.shard.is_some() {
            let cases = suite.cases.iter();
            let selected = cases.filter(|case| selection.selects(suite, case));
            return selection.unmatched(suite, selected);
        }
        let planned = plan.cases.iter().map(|planned| planned.index);
        selection.unmatched(suite, planned.map(|index| &suite.cases[index]))
    }

    /// The report of a case that was not run.
    pub(super) fn skipped(&self, case: &Case, reason: &str) -> CaseReport {
        // What the target file declares leaves no gap: the report of such a case proves nothing.
        let is_excused = excuse(case, &self.target).is_some();
        let skipped = CaseReport::skipped(
            case.id.clone(),
            self.redactor.text(&case.title),
            self.texts
                .share(&self.suite.contract_of(case).name, |name| name.into()),
            if is_excused {
                Arc::default()
            } else {
                case.proves.clone()
            },
            self.place_of(case),
            self.redactor.text(reason),
        );
        CaseReport {
            digest: Some(case.digest),
            by_rules: if is_excused {
                Arc::default()
            } else {
                case.by_rules.clone()
            },
            ..skipped
        }
    }

    /// Where a case is written. A line of a case file can contain a secret by chance.
    pub(super) fn place_of(&self, case: &Case) -> Place {
        let mut place = self.suite.sources.place(case.span);
        place.source = self.redactor.redact(&place.source).into_owned();
        place
    }

    fn requirements(
        &self,
        selection: &Selection,
        evidence: &mut Evidence,
    ) -> Vec<RequirementReport> {
        let contracts = self.suite.contracts.iter();
        let all = contracts.flat_map(|contract| {
            contract
                .requirements
                .iter()
                .map(move |requirement| (contract, requirement))
        });
        all.map(|(contract, requirement)| {
            let (mut disposition, mut reason) = self.disposition(requirement, evidence);
            if let Some(shard) = &self.shard {
                (disposition, reason) = in_shard(shard.shard, disposition, reason);
            }
            let cases = evidence.take_cases(&requirement.id);
            RequirementReport {
                id: requirement.id.clone(),
                contract: contract.name.clone(),
                level: requirement.level,
                sentence: requirement.sentence.clone(),
                source: requirement.source.clone(),
                disposition,
                reason: self.redactor.text(&reason),
                required: selection.is_everything() || !cases.is_empty(),
                cases,
            }
        })
        .collect()
    }

    /// What the run says about a requirement, and why if it is neither upheld nor violated.
    fn disposition(&self, requirement: &Requirement, evidence: &Evidence) -> (Disposition, String) {
        if let Some(reason) = self.target.not_applicable.get(&requirement.id) {
            return (Disposition::NotApplicable, reason.clone());
        }
        evidence
            .disposition(&requirement.id, requirement.one_is_enough)
            .unwrap_or_else(|| match &requirement.unobservable {
                Some(reason) => (
                    Disposition::NotApplicable,
                    format!("not observable: {reason}"),
                ),
                None => match self.excuse_of(&requirement.id) {
                    Some(reason) => (Disposition::NotApplicable, reason),
                    None => (
                        Disposition::Unproven,
                        self.why_without_case(&requirement.id),
                    ),
                },
            })
    }

    /// Why no case says anything about a requirement.
    fn why_without_case(&self, id: &str) -> String {
        let mut cases = self.suite.cases.iter();
        if cases.any(|case| case.by_open_rules.iter().any(|open| open == id)) {
            return "no answer came from an operation of the rule that proves it".into();
        }
        "no selected case proves it".into()
    }

    /// What the target file declares about every case that could prove a requirement.
    fn excuse_of(&self, id: &str) -> Option<String> {
        let cases = self.suite.cases.iter();
        let mut proving = cases.filter(|case| case.proves.iter().any(|proven| proven == id));
        let first = excuse(proving.next()?, &self.target)?;
        let are_all = proving.all(|case| excuse(case, &self.target).is_some());
        are_all.then_some(first)
    }

    fn contracts(&self, sums: &Sums, requirements: &[RequirementReport]) -> Vec<ContractReport> {
        let digests = self.suite.contract_digests.iter();
        let digests = digests.map(|digest| Some(*digest));
        let digests = digests.chain(std::iter::repeat(None));
        let contracts = self.suite.contracts.iter().zip(digests);
        let contracts = contracts.map(|(contract, digest)| ContractReport {
            name: contract.name.clone(),
            digest,
            title: contract.title.clone(),
            cases: sums.of_contract(&contract.name),
            requirements: dispositions_of(&contract.name, requirements),
        });
        contracts.collect()
    }
}
