//! What a trend needs of a report.

use crate::history::baseline_of;
use crate::history::project::every_latency;
use crate::model::history::{CaseResult, Moment, RequirementMoment};
use crate::model::{CaseReport, Report, Verdict};

/// One run of a history.
pub fn moment_of(file: String, report: &Report) -> Moment {
    let run = baseline_of(report);
    let requirements = run.requirements.into_values();
    Moment {
        file,
        started: report.started.clone(),
        target: report.target.name.to_string(),
        suite_digest: report.suite_digest.clone(),
        probity: report.probity.clone(),
        exit: report.exit,
        is_partial: report.interrupted
            || !report.selection.is_empty()
            || !report.is_of_all_shards(),
        cases: report.summary,
        requirements: requirements
            .map(|one| {
                let moment = RequirementMoment {
                    level: one.level,
                    sentence: one.sentence,
                    disposition: one.disposition,
                };
                (one.requirement, moment)
            })
            .collect(),
        latency: every_latency(report),
        results: report
            .cases
            .iter()
            .filter_map(|case| result(&case))
            .collect(),
    }
}

/// What a case said, if it was judged.
fn result(case: &CaseReport) -> Option<CaseResult> {
    let is_judged = !matches!(case.verdict, Verdict::Skip | Verdict::Error);
    Some(CaseResult {
        case: case.id.as_str().into(),
        digest: case.digest.filter(|_| is_judged)?,
        verdict: case.verdict,
    })
}
