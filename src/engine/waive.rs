//! Waivers against what a run found: which of them apply, and which must be changed.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::model::{
    CaseReport, Cases, Suite, Verdict, Waiver, WaiverKind, WaiverReport, WaiverStanding,
    fingerprint, in_words,
};

/// The waivers of a run, and the day on which they are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waivers {
    /// The entries of the file.
    pub entries: Vec<Waiver>,
    /// The day. An input, so that a run can be repeated.
    pub today: Date,
}

/// What became of each waiver.
pub(super) fn hold(
    waivers: &Waivers,
    suite: &Suite,
    target: &str,
    cases: &Cases,
) -> Vec<WaiverReport> {
    let entries = waivers.entries.iter();
    entries
        .map(|waiver| {
            let (standing, advice) = standing(waiver, waivers.today, suite, target, cases);
            let left = waivers.today.until(waiver.expires);
            WaiverReport {
                case: waiver.case.clone(),
                requirement: waiver.requirement.clone(),
                kind: waiver.kind,
                reason: waiver.reason.clone(),
                issue: waiver.issue.clone(),
                owner: waiver.owner.clone(),
                expires: waiver.expires.to_string(),
                days_left: left.map_or(0, |span| span.get_days()),
                standing,
                advice,
                place: waiver.place.clone(),
            }
        })
        .collect()
}

fn standing(
    waiver: &Waiver,
    today: Date,
    suite: &Suite,
    target: &str,
    cases: &Cases,
) -> (WaiverStanding, String) {
    use WaiverStanding::{Expired, OtherTarget, Unmatched, Unseen};
    if waiver.target != target {
        return (
            OtherTarget,
            format!("it is for the target {}", waiver.target),
        );
    }
    let Some(case) = suite.cases.iter().find(|case| case.id == waiver.case) else {
        return (Unmatched, "the suite has no such case: delete it".into());
    };
    if let Some(id) = &waiver.requirement
        && !case.checks(id)
    {
        let advice = format!("the case does not check {id}: delete or fix it");
        return (Unmatched, advice);
    }
    if today > waiver.expires {
        let advice = format!("it ended on {}: delete or renew it", waiver.expires);
        return (Expired, advice);
    }
    let Some(seen) = cases.find(&waiver.case) else {
        return (Unseen, "the case was not selected".into());
    };
    let seen = &*seen;
    if matches!(seen.verdict, Verdict::Skip | Verdict::Error) {
        return (Unseen, format!("no evidence: {}", seen.reason));
    }
    let now = fingerprint(seen.all_findings().filter(|one| waiver.is_about(one)));
    let new = now.difference(&waiver.fingerprint).next();
    match waiver.kind {
        WaiverKind::Failure => standing_of_failure(waiver, seen, &now, new),
        WaiverKind::Flaky => standing_of_flaky(seen, &now, new),
    }
}

fn standing_of_failure(
    waiver: &Waiver,
    seen: &CaseReport,
    now: &BTreeSet<String>,
    new: Option<&String>,
) -> (WaiverStanding, String) {
    use WaiverStanding::{Applied, Different, Stale};
    if now.is_empty() {
        return (Stale, "it passes now: delete it".into());
    }
    if seen.verdict == Verdict::Flaky {
        let advice = "it passed when it was run again: write it again with `kind: flaky`";
        return (Different, advice.into());
    }
    if *now == waiver.fingerprint {
        return (Applied, String::new());
    }
    let gone = waiver.fingerprint.difference(now).count();
    let advice = match new {
        Some(first) => format!("it fails in another way now: {}", in_words(first)),
        None => format!("{gone} of its lines no longer fail: write it again"),
    };
    (Different, advice)
}

/// A flaky case need not fail, and need not fail in all of its ways; it must have passed at some time.
fn standing_of_flaky(
    seen: &CaseReport,
    now: &BTreeSet<String>,
    new: Option<&String>,
) -> (WaiverStanding, String) {
    use WaiverStanding::{Applied, Different, Dormant};
    if now.is_empty() {
        return (Dormant, "it passed this time".into());
    }
    if seen.verdict != Verdict::Flaky {
        let advice = match seen.reruns.len() {
            0 => "it failed and was not run again: run with `--retries` to see whether it is flaky"
                .into(),
            reruns => format!("it failed {} times of {0}: it is not flaky", reruns + 1),
        };
        return (Different, advice);
    }
    // The attempt that passed may still have missed a recommendation.
    let last = seen.reruns.last().map_or(&[][..], |rerun| &rerun.findings);
    let always = fingerprint(last).intersection(now).next().cloned();
    match (new, always) {
        (Some(first), _) => (
            Different,
            format!("it fails in another way now: {}", in_words(first)),
        ),
        (None, Some(line)) => (Different, format!("it is not flaky: {}", in_words(&line))),
        (None, None) => (Applied, String::new()),
    }
}
