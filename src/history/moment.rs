//! What a trend needs of a report.

use crate::history::baseline_of;
use crate::model::history::{Moment, RequirementMoment};
use crate::model::{LatencySummary, Report};

/// One run of a history.
pub fn moment_of(file: String, report: &Report) -> Moment {
    let run = baseline_of(report);
    let requirements = run.requirements.into_values();
    let latency = run.latency.into_values();
    Moment {
        file,
        started: report.started.clone(),
        target: report.target.name.to_string(),
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
        latency: latency
            .map(|one| {
                let summary = LatencySummary {
                    answers: one.answers,
                    median_ms: one.median_ms,
                    p95_ms: one.p95_ms,
                };
                (one.latency, summary)
            })
            .collect(),
    }
}
