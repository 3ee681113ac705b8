//! What a report shows, in the form in which two runs are compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::latency;
use crate::model::baseline::BASELINE_FORMAT;
use crate::model::baseline::{
    BodyEntry, CaseEntry, ContractEntry, Heading, LatencyEntry, RequirementEntry,
};
use crate::model::{
    Baseline, CaseReport, LatencySummary, Report, RequirementReport, Verdict, fingerprint,
};

/// The baseline that a report would be. Whether it may be accepted as one is another question.
pub fn baseline_of(report: &Report) -> Baseline {
    let mut cases: BTreeMap<String, CaseEntry> = BTreeMap::new();
    for case in &report.cases {
        let entry = case_entry(report, &case);
        // A run has no duplicate ids; in a report from elsewhere the worse case counts.
        match cases.get(&case.id) {
            Some(known) if known.verdict >= entry.verdict => {}
            _ => {
                cases.insert(case.id.clone(), entry);
            }
        }
    }
    let waived = report.waived_requirements();
    let requirements: BTreeMap<String, RequirementEntry> = report
        .requirements
        .iter()
        .map(|one| (one.id.clone(), requirement_entry(report, one, &waived)))
        .collect();
    Baseline {
        heading: Heading {
            baseline: BASELINE_FORMAT.into(),
            target: report.target.name.to_string(),
            suite: report.suite.to_string(),
            suite_digest: report.suite_digest.clone(),
            run: report.started.clone(),
            probity: report.probity.clone(),
            cases: cases.len(),
            requirements: requirements.len(),
            selection: report.selection.clone(),
            interrupted: report.interrupted || !report.is_of_all_shards(),
        },
        contracts: report
            .contracts
            .iter()
            .map(|one| {
                let entry = ContractEntry {
                    contract: one.name.clone(),
                    digest: one.digest,
                };
                (one.name.clone(), entry)
            })
            .collect(),
        bodies: bodies(report),
        latency: latencies(report),
        requirements,
        cases,
    }
}

fn case_entry(report: &Report, case: &CaseReport) -> CaseEntry {
    let is_failure = matches!(case.verdict, Verdict::Fail | Verdict::Flaky | Verdict::Warn);
    let fails = if is_failure {
        fingerprint(case.all_findings()).into_iter().collect()
    } else {
        Vec::new()
    };
    CaseEntry {
        case: case.id.clone(),
        verdict: case.verdict,
        digest: case.digest,
        fails,
        reason: case.reason.to_string(),
        lowered: String::new(),
        waived: report.waiver_of(case).is_some(),
    }
}

fn requirement_entry(
    report: &Report,
    requirement: &RequirementReport,
    waived: &BTreeSet<&str>,
) -> RequirementEntry {
    RequirementEntry {
        requirement: requirement.id.clone(),
        disposition: requirement.disposition,
        level: requirement.level,
        contract: requirement.contract.clone(),
        sentence: requirement.sentence.clone(),
        left_out: !requirement.required
            && !report.selection.is_empty()
            && requirement.cases.is_empty(),
        waived: waived.contains(requirement.id.as_str()),
    }
}

fn bodies(report: &Report) -> BTreeMap<(String, usize), BodyEntry> {
    let mut bodies = BTreeMap::new();
    for case in &report.cases {
        for (index, step) in case.steps.iter().enumerate() {
            let (Some(outline), Some(status)) = (&step.outline, step.status) else {
                continue;
            };
            let entry = BodyEntry {
                body: case.id.clone(),
                step: index + 1,
                operation: operation(&case, step),
                status,
                outline: outline.to_string(),
            };
            bodies.insert((case.id.clone(), index + 1), entry);
        }
    }
    bodies
}

/// `presence POST /users/batch`.
fn operation(case: &CaseReport, step: &crate::model::StepReport) -> String {
    let operation = match &*step.operation {
        // A report of an earlier version names no operations.
        "" => &step.title,
        operation => operation,
    };
    format!("{} {operation}", case.contract)
}

/// Durations of complete responses, by operation. One answer says something where many runs have it.
pub(super) fn every_latency(report: &Report) -> BTreeMap<String, LatencySummary> {
    let durations = durations(report).into_iter();
    let summaries = durations
        .filter_map(|(operation, durations)| Some((operation, latency::summary(durations, 1)?)));
    summaries.collect()
}

/// The same where there are enough to compare two runs.
fn latencies(report: &Report) -> BTreeMap<String, LatencyEntry> {
    let durations = durations(report).into_iter();
    let entries = durations.filter_map(|(operation, durations)| {
        let summary = latency::summary(durations, latency::ENOUGH)?;
        let entry = LatencyEntry {
            latency: operation.clone(),
            answers: summary.answers,
            median_ms: summary.median_ms,
            p95_ms: summary.p95_ms,
        };
        Some((operation, entry))
    });
    entries.collect()
}

fn durations(report: &Report) -> BTreeMap<String, Vec<f64>> {
    let mut samples: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for case in &report.cases {
        for step in case.steps.iter().filter(|step| !step.finally) {
            if step.status.is_some() {
                let durations = samples.entry(operation(&case, step)).or_default();
                durations.push(step.duration_ms);
            }
        }
    }
    samples
}
