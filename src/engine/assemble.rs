//! Outcomes of cases become the report: dispositions of requirements, exit code, every reason for it.

use std::collections::{HashMap, HashSet};

use super::case::milliseconds;
use super::run_id::RunId;
use super::{Engine, Policy, waive};
use crate::model::report::FORMAT;
use crate::model::{
    Case, CaseReport, ContractReport, Disposition, Dispositions, ExitCode, Finding, Level,
    NOTHING_SELECTED, Report, Requirement, RequirementReport, Summary, TargetReport, Verdict,
    WaiverReport,
};
use crate::plan::{Plan, Selection};

/// A case that a defect kept from being done.
const NOT_DONE: &str = "not done";

impl Engine {
    pub(super) fn assemble(
        &self,
        plan: &Plan,
        selection: &Selection,
        outcomes: Vec<Option<CaseReport>>,
        policy: &Policy,
        started_at: jiff::Timestamp,
        defects: Vec<String>,
    ) -> Report {
        // Each report takes the place of its outcome: the two lists never stand beside each other.
        let reports = outcomes
            .into_iter()
            .zip(&plan.cases)
            .map(|(outcome, planned)| {
                outcome.unwrap_or_else(|| {
                    let case = &self.suite.cases[planned.index];
                    let unbegun = || self.why_not_begun(case).unwrap_or(NOT_DONE).into();
                    let reason = planned.skip.clone().unwrap_or_else(unbegun);
                    self.skipped(case, reason)
                })
            });
        let mut cases: Vec<CaseReport> = reports.collect();
        if self.tokens.has_any() {
            // A token that came after a case was done may stand in its report all the same.
            for case in &mut cases {
                self.redactor.redact_case(case);
            }
        }
        let evidence = Evidence::of(&cases);
        let mut summary = Summary::default();
        for case in &cases {
            count(&mut summary, case);
        }
        let still = self.care.stood_still().as_millis();
        summary.throttled_ms = usize::try_from(still).unwrap_or(usize::MAX);
        summary.token_requests = self.tokens.requests();
        summary.liveness_requests = self.liveness.requests();
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
            suite_digest: Some(self.suite.digest.clone()),
            target: TargetReport {
                name: self.target.name.clone(),
                given: self.target.given.clone(),
                services: self.target.services.clone(),
                insecure: self.target.is_insecure(),
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
            comparison: None,
            recording: None,
        };
        self.redactor.redact_run(&mut report);
        report
    }

    /// What stands in the report of a case that was not run.
    pub(super) fn skipped(&self, case: &Case, reason: String) -> CaseReport {
        CaseReport {
            id: case.id.clone(),
            digest: Some(case.digest),
            title: case.title.clone(),
            contract: self.texts.share(&self.suite.contract_of(case).name),
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
            violated: Vec::new(),
            unproven: Vec::new(),
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
        evidence
            .disposition(&requirement.id, requirement.one_is_enough)
            .unwrap_or_else(|| match &requirement.unobservable {
                Some(reason) => (
                    Disposition::NotApplicable,
                    format!("not observable: {reason}"),
                ),
                None => (Disposition::Unproven, "no selected case proves it".into()),
            })
    }

    fn contracts(
        &self,
        cases: &[CaseReport],
        requirements: &[RequirementReport],
    ) -> Vec<ContractReport> {
        let digests = self.suite.contract_digests.iter();
        let digests = digests.map(|digest| Some(*digest));
        let digests = digests.chain(std::iter::repeat(None));
        let contracts = self.suite.contracts.iter().zip(digests);
        let contracts = contracts.map(|(contract, digest)| {
            let mut summary = Summary::default();
            let own = cases.iter().filter(|case| *case.contract == *contract.name);
            own.for_each(|case| count(&mut summary, case));
            let mut dispositions = Dispositions::default();
            for requirement in requirements
                .iter()
                .filter(|one| one.contract == contract.name)
            {
                dispositions.count(requirement.disposition);
            }
            ContractReport {
                name: contract.name.clone(),
                digest,
                title: contract.title.clone(),
                cases: summary,
                requirements: dispositions,
            }
        });
        contracts.collect()
    }
}

pub(super) fn count(summary: &mut Summary, case: &CaseReport) {
    *match case.verdict {
        Verdict::Pass => &mut summary.pass,
        Verdict::Warn => &mut summary.warn,
        Verdict::Fail => &mut summary.fail,
        Verdict::Flaky => &mut summary.flaky,
        Verdict::Error => &mut summary.error,
        Verdict::Skip => &mut summary.skip,
    } += 1;
    summary.checks += case.checks_passed + case.checks_failed;
    summary.requests += case.requests();
    summary.throttled += case.all_steps().map(|step| step.throttled).sum::<usize>();
}

/// What all cases say about each requirement.
#[derive(Default)]
pub(super) struct Evidence<'s> {
    by_requirement: HashMap<&'s str, Seen<'s>>,
}

#[derive(Default)]
pub(super) struct Seen<'s> {
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
    /// Nothing but what stands in the reports: so a run that was cut off can be reported as well.
    pub(super) fn of(cases: &'s [CaseReport]) -> Evidence<'s> {
        let mut evidence = Evidence::default();
        for case in cases {
            evidence.add(case);
        }
        evidence
    }

    fn seen(&mut self, case: &'s CaseReport, id: &'s str) -> &mut Seen<'s> {
        let seen = self.by_requirement.entry(id).or_default();
        seen.cases.push(&case.id);
        seen
    }

    /// A skipped case gives no evidence: whatever else proves the requirement, this part of it is unproven.
    fn add(&mut self, case: &'s CaseReport) {
        let is_skipped = case.verdict == Verdict::Skip;
        for id in &*case.proves {
            let seen = self.seen(case, id);
            if case.violated.contains(id) {
                seen.violated = true;
                match case.verdict {
                    Verdict::Flaky => seen.flaky.push(&case.id),
                    _ => seen.broken = true,
                }
            } else if is_skipped || case.unproven.contains(id) {
                seen.gaps.push(&case.id);
                seen.gap.get_or_insert_with(|| why_unproven(case));
            } else {
                seen.upheld = true;
            }
        }
        // Throttling may come in any case, so it stands in the evidence of those that saw it break its rule.
        let others = case.violated.iter().filter(|id| !case.proves.contains(id));
        for id in others {
            let seen = self.seen(case, id);
            (seen.violated, seen.broken) = (true, true);
        }
    }

    /// What the cases say about a requirement, and why if it is not upheld; nothing when none proves it.
    /// Where one is enough, a case that gave evidence makes up for those that gave none.
    pub(super) fn disposition(
        &self,
        id: &str,
        one_is_enough: bool,
    ) -> Option<(Disposition, String)> {
        let seen = self.by_requirement.get(id)?;
        Some(match &seen.gap {
            _ if seen.violated => (Disposition::Violated, seen.flaky_reason()),
            Some(_) if seen.upheld && one_is_enough => (Disposition::Upheld, String::new()),
            Some(reason) => (Disposition::Unproven, reason.clone()),
            None => (Disposition::Upheld, String::new()),
        })
    }
}

fn why_unproven(case: &CaseReport) -> String {
    let id = &case.id;
    match case.reason.as_str() {
        reason if case.verdict == Verdict::Skip => format!("{id} was skipped: {reason}"),
        "" => format!("{id}: its answer was not the one that the check describes"),
        reason => format!("{id}: {reason}"),
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
pub(super) struct Forgiven<'r> {
    waivers: &'r [WaiverReport],
    cases: &'r [CaseReport],
    evidence: &'r Evidence<'r>,
    /// Ids of the cases of which every failure is waived.
    whole: HashSet<&'r str>,
}

impl<'r> Forgiven<'r> {
    pub(super) fn new(
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
pub(super) struct Reasons<'r> {
    pub(super) selection: &'r Selection,
    pub(super) cases: &'r [CaseReport],
    pub(super) requirements: &'r [RequirementReport],
    pub(super) interrupted: bool,
    pub(super) strict: bool,
    /// Why services are lost.
    pub(super) lost: Vec<&'r str>,
    pub(super) defects: Vec<String>,
    pub(super) forgiven: Forgiven<'r>,
}

impl Reasons<'_> {
    /// The exit code, and every reason that holds, strongest first (DESIGN: 2, 70, 130, 1, 5, 3, 4, 0).
    pub(super) fn exit(&self) -> (ExitCode, Vec<String>) {
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
        let waivers = self.forgiven.waivers.iter();
        reasons.extend(waivers.filter_map(WaiverReport::complaint));
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
                format!("{NOTHING_SELECTED} by `{pattern}`: it matches no case"),
            ));
        }
        if self.cases.is_empty() {
            if self.selection.is_everything() {
                let what = format!("{NOTHING_SELECTED}: the suite has no cases");
                reasons.push((ExitCode::Incomplete, what));
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
