//! What a trend says, in words that every format shares.

use crate::model::history::Moment;
use crate::model::trend::{
    ChangedCase, ENOUGH_RUNS, Interval, LatencyChange, Steadiness, SteadyCases,
};
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

/// Changes of a case that are written out, the last ones.
const POINTS: usize = 4;

/// An order that chance gives more often says nothing.
const CHANCE: f64 = 0.05;

/// `failed from 2026-01-04 00:00:00 UTC (4.json); passes since ...; failed in 3 of 20 runs, hardly in
/// that order by chance (p = 0.016)`.
pub(crate) fn changed(one: &ChangedCase, runs: &[Moment]) -> String {
    let earlier = one.points.len().saturating_sub(POINTS);
    let mut parts = Vec::new();
    if earlier > 0 {
        parts.push(count(earlier, "earlier change"));
    }
    let last = one.points.last();
    parts.extend(one.points[earlier..].iter().map(|point| {
        let verb = match (point.fails, Some(point) == last) {
            (true, true) => "fails since",
            (false, true) => "passes since",
            (true, false) => "failed from",
            (false, false) => "passed from",
        };
        let since = runs.get(point.run).map_or_else(String::new, |run| {
            format!(" {} ({})", moment(&run.started), run.file)
        });
        let with = match point.with.as_slice() {
            [] => String::new(),
            with => format!(", with a change of {}", with.join(" and ")),
        };
        format!("{verb}{since}{with}")
    }));
    let order = if one.p > CHANCE {
        "too few runs to rule out that it is unsteady".to_owned()
    } else {
        format!("hardly in that order by chance (p = {:.3})", one.p)
    };
    let (failed, all) = (one.failed, count(one.runs, "run"));
    format!("{}; failed in {failed} of {all}, {order}", parts.join("; "))
}

/// What is known of the cases that always had the same result.
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
    use crate::model::trend::ChangePoint;

    #[test]
    fn a_change_is_dated_and_says_what_changed_with_it() {
        let runs: Vec<Moment> = (0..20)
            .map(|run| Moment {
                file: format!("{run}.json"),
                started: format!("2026-01-{:02}T00:00:00Z", run + 1),
                ..Moment::default()
            })
            .collect();
        let point = |run, fails, with: &[&'static str]| ChangePoint {
            run,
            fails,
            with: with.to_vec(),
        };
        let mut one = ChangedCase {
            case: "c".into(),
            runs: 20,
            failed: 3,
            points: vec![point(3, true, &["the suite"]), point(6, false, &[])],
            p: 0.0158,
        };
        assert_eq!(
            changed(&one, &runs),
            "failed from 2026-01-04 00:00:00 UTC (3.json), with a change of the suite; passes since 2026-01-07 00:00:00 UTC \
             (6.json); failed in 3 of 20 runs, hardly in that order by chance (p = 0.016)"
        );
        one.points
            .extend([8, 9, 10].map(|run| point(run, run != 9, &[])));
        one.p = 1.0;
        let text = changed(&one, &runs);
        assert!(
            text.starts_with("1 earlier change; passed from 2026-01-07"),
            "{text}"
        );
        assert!(
            text.ends_with("too few runs to rule out that it is unsteady"),
            "{text}"
        );
    }

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
