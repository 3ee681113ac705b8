//! Can the times of a report be times, and is the status of a step that of its answer?

use crate::json::date_time::is_date_time;
use crate::model::contradiction::{Contradiction, quoted};
use crate::model::report::{CaseReport, Report, StepReport};

/// When the run started, or how long it took, if that is no moment or no duration.
pub fn contradiction_in_times(report: &Report) -> Option<Contradiction> {
    let started = &report.started;
    if !is_date_time(started, true) {
        let follows = "a run starts at a date and time with a zone (RFC 3339)";
        return Some(Contradiction::new("$.started", quoted(started), follows));
    }
    of_duration("$.duration_ms", report.duration_ms)
}

/// The same of a case, its retries and all their steps. The path is that in the case.
pub(super) fn of_case(case: &CaseReport) -> Option<Contradiction> {
    let own = of_duration("started_ms", case.started_ms)
        .or_else(|| of_duration("duration_ms", case.duration_ms))
        .or_else(|| of_steps("", &case.steps));
    own.or_else(|| {
        let mut reruns = case.reruns.iter().enumerate();
        reruns.find_map(|(index, rerun)| {
            let path = format!("reruns[{index}].");
            of_duration(&format!("{path}started_ms"), rerun.started_ms)
                .or_else(|| of_duration(&format!("{path}duration_ms"), rerun.duration_ms))
                .or_else(|| of_steps(&path, &rerun.steps))
        })
    })
}

fn of_steps(before: &str, steps: &[StepReport]) -> Option<Contradiction> {
    let mut steps = steps.iter().enumerate();
    steps.find_map(|(index, step)| {
        let path = |member: &str| format!("{before}steps[{index}].{member}");
        of_duration(&path("first_byte_ms"), step.first_byte_ms)
            .or_else(|| of_duration(&path("duration_ms"), step.duration_ms))
            .or_else(|| {
                let exchange = step.exchange.as_deref()?;
                let response = exchange.response.as_ref()?;
                // An answer that is not complete has a status, and the step has none.
                let is_whole = exchange.no_answer.is_none();
                let fits =
                    step.status == Some(response.status) || (!is_whole && step.status.is_none());
                (!fits).then(|| {
                    let stated = step.status.map_or("null".to_owned(), |one| one.to_string());
                    let follows = format!("its answer has the status {}", response.status);
                    Contradiction::new(path("status"), stated, follows)
                })
            })
    })
}

fn of_duration(path: &str, milliseconds: f64) -> Option<Contradiction> {
    let is_one = milliseconds.is_finite() && milliseconds >= 0.0;
    (!is_one).then(|| Contradiction::new(path, milliseconds, "a time is a number from 0 on"))
}
