//! Outcomes of cases become the report: dispositions of requirements, exit code, every reason for it.

use std::collections::{HashMap, HashSet};

use super::case::milliseconds;
use super::run_id::RunId;
use super::{CaseOutcome, Engine, Policy, waive};
use crate::model::report::FORMAT;
use crate::model::{
    Case, CaseReport, ContractReport, Disposition, Dispositions, ExitCode, Finding, Level, Report,
    Requirement, RequirementReport, Summary, TargetReport, Verdict, WaiverReport,
};
use crate::plan::{Plan, Selection};

/// A case that a defect kept from being done.
const NOT_DONE: &str = "not done";

impl Engine {
    pub(super) fn assemble(
        &self,
        plan: &Plan,
        selection: &Selection,
        outcomes: Vec<Option<CaseOutcome>>,
        policy: &Policy,
        started_at: jiff::Timestamp,
        defects: Vec<String>,
    ) -> Report {
        let mut evidence = Evidence::default();
        let mut summary = Summary::default();
        // Each report takes the place of its outcome: the two lists never stand beside each other.
        let reports = outcomes
            .into_iter()
            .zip(&plan.cases)
            .map(|(outcome, planned)| {
                let case = &self.suite.cases[planned.index];
                let report = if let Some(outcome) = outcome {
                    summary.requests += outcome.requests;
                    let steps = outcome.report.steps.iter();
                    summary.throttled += steps.map(|step| step.throttled).sum::<usize>();
                    evidence.add(case, &outcome);
                    if let Some(throttling) = &self.suite.contract_of(case).throttling {
                        evidence.add_throttling(case, &throttling.requirement, &outcome);
                    }
                    outcome.report
                } else {
                    let unbegun = || self.why_not_begun(case).unwrap_or(NOT_DONE).into();
                    let reason = planned.skip.clone().unwrap_or_else(unbegun);
                    evidence.add_skipped(case, &reason);
                    self.skipped(case, reason)
                };
                count(&mut summary, &report);
                report
            });
        let mut cases: Vec<CaseReport> = reports.collect();
        if self.tokens.has_any() {
            // A token that came after a case was done may stand in its report all the same.
            for case in &mut cases {
                self.redactor.redact_case(case);
            }
        }
        let still = self.care.stood_still().as_millis();
        summary.throttled_ms = usize::try_from(still).unwrap_or(usize::MAX);
        summary.token_requests = self.tokens.requests();
        let requirements = self.requirements(selection, &evidence);
        let contracts = self.contracts(&cases, &requirements);
        let interrupted = self.stop.is_stopped();
        let waivers = policy.waivers.as_ref().map_or_else(Vec::new, |waivers| {
            waive::hold(waivers, &self.suite, &self.target.name, &cases)
        });
        let verdict = Reasons {
            selection,
            cases: &cases,
            requirements: &requirements,
            interrupted,
            strict: policy.strict,
            lost: self.liveness.all_lost().collect(),
            defects,
            forgiven: Forgiven::new(&waivers, &cases, &evidence),
        };
        let (exit, reasons) = verdict.exit();
        let mut report = Report {
            format: FORMAT.into(),
            exit: exit.code(),
            reasons,
            probity: env!("CARGO_PKG_VERSION").into(),
            suite: self.suite.name.clone(),
            target: TargetReport {
                name: self.target.name.clone(),
                given: self.target.given.clone(),
                services: self.target.services.clone(),
            },
            started: started_at.to_string(),
            duration_ms: milliseconds(self.started.elapsed()),
            interrupted,
            selection: selection.patterns(),
            run_id: self.run_id.as_ref().map(RunId::report),
            summary,
            contracts,
            requirements,
            cases,
            waivers,
            recording: None,
        };
        self.redactor.redact_run(&mut report);
        report
    }

    /// What stands in the report of a case that was not run.
    pub(super) fn skipped(&self, case: &Case, reason: String) -> CaseReport {
        CaseReport {
            id: case.id.clone(),
            title: case.title.clone(),
            contract: self.suite.contract_of(case).name.clone(),
            verdict: Verdict::Skip,
            reason,
            proves: case.proves.clone(),
            place: self.suite.sources.place(case.span),
            started_ms: 0.0,
            duration_ms: 0.0,
            checks_passed: 0,
            checks_failed: 0,
            checks_unjudged: 0,
            findings: Vec::new(),
            steps: Vec::new(),
            left_behind: Vec::new(),
            reruns: Vec::new(),
        }
    }

    fn requirements(
        &self,
        selection: &Selection,
        evidence: &Evidence<'_>,
    ) -> Vec<RequirementReport> {
        let contracts = self.suite.contracts.iter();
        let all = contracts.flat_map(|contract| {
            contract
                .requirements
                .iter()
                .map(move |requirement| (contract, requirement))
        });
        all.map(|(contract, requirement)| {
            let (disposition, reason) = self.disposition(requirement, evidence);
            let cases = evidence.by_requirement.get(requirement.id.as_str());
            let cases: Vec<String> = cases
                .iter()
                .flat_map(|seen| seen.cases.iter().map(|id| (*id).to_owned()))
                .collect();
            RequirementReport {
                id: requirement.id.clone(),
                contract: contract.name.clone(),
                level: requirement.level,
                sentence: requirement.sentence.clone(),
                source: requirement.source.clone(),
                disposition,
                reason,
                required: selection.is_everything() || !cases.is_empty(),
                cases,
            }
        })
        .collect()
    }

    /// What the run says about a requirement, and why if it is neither upheld nor violated.
    fn disposition(
        &self,
        requirement: &Requirement,
        evidence: &Evidence<'_>,
    ) -> (Disposition, String) {
        if let Some(reason) = self.target.not_applicable.get(&requirement.id) {
            return (Disposition::NotApplicable, reason.clone());
        }
        let Some(seen) = evidence.by_requirement.get(requirement.id.as_str()) else {
            return match &requirement.unobservable {
                Some(reason) => (
                    Disposition::NotApplicable,
                    format!("not observable: {reason}"),
                ),
                None => (Disposition::Unproven, "no selected case proves it".into()),
            };
        };
        if seen.violated {
            return (Disposition::Violated, seen.flaky_reason());
        }
        match &seen.gap {
            Some(_) if seen.upheld && requirement.one_is_enough => {
                (Disposition::Upheld, String::new())
            }
            Some(reason) => (Disposition::Unproven, reason.clone()),
            None => (Disposition::Upheld, String::new()),
        }
    }

    fn contracts(
        &self,
        cases: &[CaseReport],
        requirements: &[RequirementReport],
    ) -> Vec<ContractReport> {
        let contracts = self.suite.contracts.iter().map(|contract| {
            let mut summary = Summary::default();
            let own = cases.iter().filter(|case| case.contract == contract.name);
            own.for_each(|case| count(&mut summary, case));
            let mut dispositions = Dispositions::default();
            for requirement in requirements
                .iter()
                .filter(|one| one.contract == contract.name)
            {
                *match requirement.disposition {
                    Disposition::Upheld => &mut dispositions.upheld,
                    Disposition::Violated => &mut dispositions.violated,
                    Disposition::Unproven => &mut dispositions.unproven,
                    Disposition::NotApplicable => &mut dispositions.not_applicable,
                } += 1;
            }
            ContractReport {
                name: contract.name.clone(),
                title: contract.title.clone(),
                cases: summary,
                requirements: dispositions,
            }
        });
        contracts.collect()
    }
}

fn count(summary: &mut Summary, case: &CaseReport) {
    *match case.verdict {
        Verdict::Pass => &mut summary.pass,
        Verdict::Warn => &mut summary.warn,
        Verdict::Fail => &mut summary.fail,
        Verdict::Flaky => &mut summary.flaky,
        Verdict::Error => &mut summary.error,
        Verdict::Skip => &mut summary.skip,
    } += 1;
    summary.checks += case.checks_passed + case.checks_failed;
}

/// What all cases say about each requirement.
#[derive(Default)]
struct Evidence<'s> {
    by_requirement: HashMap<&'s str, Seen<'s>>,
}

#[derive(Default)]
struct Seen<'s> {
    violated: bool,
    /// Is it violated by a case that did not pass when it was run again?
    broken: bool,
    /// The flaky cases that violated it.
    flaky: Vec<&'s str>,
    upheld: bool,
    /// Why the evidence is not whole: the first case that should have proven it and could not.
    gap: Option<String>,
    /// Every case that could not prove it.
    gaps: Vec<&'s str>,
    cases: Vec<&'s str>,
}

impl<'s> Evidence<'s> {
    fn seen(&mut self, case: &'s Case, id: &'s str) -> &mut Seen<'s> {
        let seen = self.by_requirement.entry(id).or_default();
        seen.cases.push(&case.id);
        seen
    }

    fn add(&mut self, case: &'s Case, outcome: &CaseOutcome) {
        if outcome.report.verdict == Verdict::Skip {
            return self.add_skipped(case, &outcome.report.reason);
        }
        for (id, disposition) in case.proves.iter().zip(&outcome.evidence) {
            let seen = self.seen(case, id);
            match disposition {
                Disposition::Violated => {
                    seen.violated = true;
                    match outcome.report.verdict {
                        Verdict::Flaky => seen.flaky.push(&case.id),
                        _ => seen.broken = true,
                    }
                }
                Disposition::Upheld => seen.upheld = true,
                _ => {
                    let why = match outcome.report.reason.as_str() {
                        "" => "its answer was not the one that the check describes",
                        reason => reason,
                    };
                    seen.gaps.push(&case.id);
                    seen.gap
                        .get_or_insert_with(|| format!("{}: {why}", case.id));
                }
            }
        }
    }

    /// Throttling may come in any case, so it stands in the evidence of those that saw it break its rule.
    fn add_throttling(&mut self, case: &'s Case, id: &'s str, outcome: &CaseOutcome) {
        if outcome.is_silenced && !case.proves.iter().any(|proven| proven == id) {
            let seen = self.seen(case, id);
            (seen.violated, seen.broken) = (true, true);
        }
    }

    /// A skipped case gives no evidence: whatever else proves the requirement, this part of it is unproven.
    fn add_skipped(&mut self, case: &'s Case, reason: &str) {
        for id in &case.proves {
            let seen = self.seen(case, id);
            seen.gaps.push(&case.id);
            seen.gap
                .get_or_insert_with(|| format!("{} was skipped: {reason}", case.id));
        }
    }
}

impl Seen<'_> {
    /// That nothing but flaky cases violated it.
    fn flaky_reason(&self) -> String {
        match self.flaky.first() {
            Some(first) if !self.broken => format!("flaky: {first} passed when it was run again"),
            _ => String::new(),
        }
    }
}

/// What waivers take out of the gate. It changes no verdict and no disposition.
struct Forgiven<'r> {
    waivers: &'r [WaiverReport],
    cases: &'r [CaseReport],
    evidence: &'r Evidence<'r>,
    /// Ids of the cases of which every failure is waived.
    whole: HashSet<&'r str>,
}

impl<'r> Forgiven<'r> {
    fn new(
        waivers: &'r [WaiverReport],
        cases: &'r [CaseReport],
        evidence: &'r Evidence<'r>,
    ) -> Forgiven<'r> {
        let mut forgiven = Forgiven {
            waivers,
            cases,
            evidence,
            whole: HashSet::new(),
        };
        let whole = cases.iter().filter(|case| forgiven.is_whole(case));
        forgiven.whole = whole.map(|case| case.id.as_str()).collect();
        forgiven
    }

    fn is_whole(&self, case: &CaseReport) -> bool {
        let mut telling = case
            .all_findings()
            .filter(|finding| finding.level != Some(Level::May))
            .peekable();
        matches!(case.verdict, Verdict::Fail | Verdict::Flaky | Verdict::Warn)
            && telling.peek().is_some()
            && telling.all(|finding| self.forgives(case, finding))
    }

    fn forgives(&self, case: &CaseReport, finding: &Finding) -> bool {
        let mut waivers = self.waivers.iter();
        waivers.any(|waiver| waiver.forgives(&case.id, finding))
    }

    /// Is the requirement violated, or unproven, only by what is waived?
    fn covers(&self, requirement: &str, disposition: Disposition) -> bool {
        if self.whole.is_empty() && self.waivers.is_empty() {
            return false;
        }
        let evidence = self.evidence.by_requirement.get(requirement);
        let gaps = evidence.map_or(&[][..], |seen| &seen.gaps);
        let gaps_are_waived = gaps.iter().all(|id| self.whole.contains(id));
        if disposition == Disposition::Unproven {
            return !gaps.is_empty() && gaps_are_waived;
        }
        let findings = self.cases.iter().flat_map(|case| {
            let own = case.all_findings().map(move |finding| (case, finding));
            own.filter(|(_, finding)| finding.requirements.iter().any(|id| id == requirement))
        });
        let mut findings = findings.peekable();
        findings.peek().is_some()
            && findings.all(|(case, finding)| self.forgives(case, finding))
            && gaps_are_waived
    }
}

/// What the exit code is decided from.
struct Reasons<'r> {
    selection: &'r Selection,
    cases: &'r [CaseReport],
    requirements: &'r [RequirementReport],
    interrupted: bool,
    strict: bool,
    /// Why services are lost.
    lost: Vec<&'r str>,
    defects: Vec<String>,
    forgiven: Forgiven<'r>,
}

impl Reasons<'_> {
    /// The exit code, and every reason that holds, strongest first (DESIGN: 2, 70, 130, 1, 5, 3, 4, 0).
    fn exit(&self) -> (ExitCode, Vec<String>) {
        let mut reasons: Vec<(ExitCode, String)> = Vec::new();
        for defect in &self.defects {
            reasons.push((ExitCode::Defect, format!("defect in probity: {defect}")));
        }
        if self.interrupted {
            reasons.push((
                ExitCode::Interrupted,
                "interrupted before all cases were done".into(),
            ));
        }
        for (level, counts) in [(Level::Must, true), (Level::Should, self.strict)] {
            let violated = self.ids(Disposition::Violated, level);
            if counts && !violated.is_empty() {
                reasons.push((
                    ExitCode::Violated,
                    format!(
                        "violated: {} {level} ({})",
                        violated.len(),
                        some_of(&violated)
                    ),
                ));
            }
        }
        // Every failed case blames a requirement; should one not, it must not end as a success.
        let failed = self
            .cases
            .iter()
            .filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::Flaky))
            .filter(|case| !self.forgiven.whole.contains(case.id.as_str()))
            .count();
        if failed > 0 && !reasons.iter().any(|(code, _)| *code == ExitCode::Violated) {
            reasons.push((ExitCode::Violated, format!("failed: {}", cases(failed))));
        }
        let flaky: Vec<&str> = self
            .cases
            .iter()
            .filter(|case| case.verdict == Verdict::Flaky)
            .filter(|case| !self.forgiven.whole.contains(case.id.as_str()))
            .map(|case| case.id.as_str())
            .collect();
        if !flaky.is_empty() {
            let (number, ids) = (cases(flaky.len()), some_of(&flaky));
            let reason = format!("flaky: {number} failed, and passed when run again ({ids})");
            reasons.push((ExitCode::Violated, reason));
        }
        reasons.extend(waive::reasons(self.forgiven.waivers));
        for reason in &self.lost {
            reasons.push((ExitCode::Error, (*reason).to_owned()));
        }
        let errors = self.count(Verdict::Error);
        if errors > 0 {
            reasons.push((
                ExitCode::Error,
                format!("no evidence from {}", cases(errors)),
            ));
        }
        for pattern in self
            .selection
            .unmatched(self.cases.iter().map(|case| case.id.as_str()))
        {
            reasons.push((
                ExitCode::Incomplete,
                format!("nothing was selected by `{pattern}`: it matches no case"),
            ));
        }
        if self.cases.is_empty() {
            if self.selection.is_everything() {
                let what = "nothing was selected: the suite has no cases";
                reasons.push((ExitCode::Incomplete, what.into()));
            }
        } else {
            let unproven = self.ids(Disposition::Unproven, Level::Must);
            if !unproven.is_empty() {
                reasons.push((
                    ExitCode::Incomplete,
                    format!("unproven: {} MUST ({})", unproven.len(), some_of(&unproven)),
                ));
            }
            let nothing_ran = self.cases.iter().all(|case| case.verdict == Verdict::Skip);
            if nothing_ran && !self.interrupted {
                reasons.push((
                    ExitCode::Incomplete,
                    "every selected case was skipped".into(),
                ));
            }
        }
        let exit = ExitCode::strongest(reasons.iter().map(|(code, _)| *code));
        let rank = |code: ExitCode| {
            ExitCode::BY_STRENGTH
                .iter()
                .position(|other| *other == code)
        };
        reasons.sort_by_key(|(code, _)| rank(*code));
        (
            exit,
            reasons.into_iter().map(|(_, reason)| reason).collect(),
        )
    }

    fn ids(&self, disposition: Disposition, level: Level) -> Vec<&str> {
        self.requirements
            .iter()
            .filter(|one| one.required && one.level == level && one.disposition == disposition)
            .filter(|one| !self.forgiven.covers(&one.id, disposition))
            .map(|one| one.id.as_str())
            .collect()
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.cases
            .iter()
            .filter(|case| case.verdict == verdict)
            .count()
    }
}

/// `1 case`, `2 cases`.
fn cases(count: usize) -> String {
    format!("{count} {}", if count == 1 { "case" } else { "cases" })
}

/// The first few of many names.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
