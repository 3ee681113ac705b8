//! What a trend says, in words that every format shares.

use crate::model::history::Moment;
use crate::model::trend::{ENOUGH_RUNS, Interval, LatencyChange, Steadiness, SteadyCases};
use crate::report::page::{count, duration};
use crate::report::summary::comparison::moment;

/// `15 to 52 %`.
pub(crate) fn percent(interval: &Interval) -> String {
    format!(
        "{:.0} to {:.0} %",
        interval.low * 100.0,
        interval.high * 100.0
    )
}

/// `unsteady in 6 of 20 runs (95 % confidence: 15 to 52 %), failed in 6`.
pub(crate) fn unsteady(one: &Steadiness) -> String {
    let few = if one.is_little_known() {
        "; too few runs to say more"
    } else {
        ""
    };
    format!(
        "unsteady in {} of {} (95 % confidence: {}), failed in {}{few}",
        one.unsteady,
        count(one.runs, "run"),
        percent(&one.interval),
        one.failed
    )
}

/// What is known of the cases that were never unsteady.
pub(crate) fn steady(steady: &SteadyCases) -> String {
    let up_to = format!("{:.0} %", steady.interval.high * 100.0);
    let (cases, runs) = (count(steady.cases, "case"), count(steady.runs, "run"));
    if steady.runs < ENOUGH_RUNS {
        let say = if steady.runs == 1 { "says" } else { "say" };
        return format!(
            "{cases} with the same result in every run, but {runs} {say} little: such a case may be unsteady in up to {up_to} \
             of runs (95 % confidence)"
        );
    }
    format!(
        "{cases} with the same result in every run; after {runs}, such a case may be unsteady in up to {up_to} of runs \
         (95 % confidence)"
    )
}

/// `20 ms before, 60 ms since 2026-01-07 00:00:00 UTC (run-7.json)`.
pub(crate) fn change(one: &LatencyChange, runs: &[Moment]) -> String {
    let since = runs.get(one.run).map_or_else(String::new, |run| {
        format!(" since {} ({})", moment(&run.started), run.file)
    });
    let (before, after) = (duration(one.before_ms), duration(one.after_ms));
    let (left, right) = one.runs;
    let p = one.p;
    format!("median {before} before, {after}{since}; {left} and {right} runs, p ≤ {p:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_says_little() {
        let text = |runs| {
            steady(&SteadyCases {
                cases: 7,
                runs,
                interval: Interval {
                    low: 0.0,
                    high: 0.8,
                },
            })
        };
        assert!(text(1).contains("but 1 run says little: "));
        assert!(text(3).contains("but 3 runs say little: "));
    }
}
