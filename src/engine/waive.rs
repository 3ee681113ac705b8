//! Waivers against what a run found: which of them forgive, and which have rotted.

use jiff::civil::Date;

use crate::model::{
    CaseReport, ExitCode, Suite, Verdict, Waiver, WaiverReport, WaiverStanding, fingerprint,
};

/// The waivers of a run, and the day they are held against.
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
    cases: &[CaseReport],
) -> Vec<WaiverReport> {
    let entries = waivers.entries.iter();
    entries
        .map(|waiver| {
            let (standing, advice) = standing(waiver, waivers.today, suite, target, cases);
            let left = waivers.today.until(waiver.expires);
            WaiverReport {
                case: waiver.case.clone(),
                requirement: waiver.requirement.clone(),
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
    cases: &[CaseReport],
) -> (WaiverStanding, String) {
    use WaiverStanding::{Applied, Different, Expired, OtherTarget, Stale, Unmatched, Unseen};
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
        && !case.proves.contains(id)
    {
        let advice = format!("the case does not prove {id}: delete or mend it");
        return (Unmatched, advice);
    }
    if today > waiver.expires {
        let advice = format!("it ended on {}: delete or renew it", waiver.expires);
        return (Expired, advice);
    }
    let Some(seen) = cases.iter().find(|case| case.id == waiver.case) else {
        return (Unseen, "the case was not selected".into());
    };
    if matches!(seen.verdict, Verdict::Skip | Verdict::Error) {
        return (Unseen, format!("no evidence: {}", seen.reason));
    }
    let findings = seen.findings.iter().filter(|one| waiver.is_about(one));
    let now = fingerprint(findings);
    if now.is_empty() {
        (Stale, "it passes now: delete it".into())
    } else if now == waiver.fingerprint {
        (Applied, String::new())
    } else {
        let new: Vec<&str> = now
            .difference(&waiver.fingerprint)
            .map(String::as_str)
            .collect();
        let gone = waiver.fingerprint.difference(&now).count();
        let advice = match new.first() {
            Some(first) => format!("it fails in another way now: {first}"),
            None => format!("{gone} of its lines no longer fail: write it anew"),
        };
        (Different, advice)
    }
}

/// The reasons that waivers give for the exit code: rot is 3, another failure is 1.
pub(super) fn reasons(waivers: &[WaiverReport]) -> Vec<(ExitCode, String)> {
    let told = waivers.iter().filter_map(|waiver| {
        let (code, word) = match waiver.standing {
            WaiverStanding::Different => (ExitCode::Violated, "no longer fits"),
            WaiverStanding::Stale => (ExitCode::StaleWaiver, "is stale"),
            WaiverStanding::Expired => (ExitCode::StaleWaiver, "is expired"),
            WaiverStanding::Unmatched => (ExitCode::StaleWaiver, "matches nothing"),
            WaiverStanding::Applied | WaiverStanding::Unseen | WaiverStanding::OtherTarget => {
                return None;
            }
        };
        let (file, line) = (&waiver.place.file, waiver.place.line);
        let (case, advice) = (&waiver.case, &waiver.advice);
        let reason = format!("the waiver at {file}:{line} for {case} {word}: {advice}");
        Some((code, reason))
    });
    told.collect()
}
