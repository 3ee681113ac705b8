//! What a proof found missing: each gap by its name, with what to do about it.

use std::io;

use crate::model::{FaultResult, LeftBehind, Proof, UncheckedPlace, UnmatchedAcceptance};
use crate::report::page::{Page, Tone, count, cut, names, pad};
use crate::text::printable::printable;

/// How many gaps of one kind are shown.
pub(super) const SHOWN: usize = 40;

pub(super) fn title(page: &mut Page<'_>, tone: Tone, text: &str) -> io::Result<()> {
    page.blank()?;
    page.spans(&[(tone, text)])
}

pub(super) fn advice(page: &mut Page<'_>, text: &str) -> io::Result<()> {
    page.flow(
        &[(Tone::Frame, "  = "), (Tone::Strong, "help: ")],
        Tone::Plain,
        text,
    )
}

pub(super) fn and_more(page: &mut Page<'_>, all: usize) -> io::Result<()> {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => page.line(&format!("  and {more} more; see the JSON report")),
    }
}

pub(super) fn not_green(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let cases = &proof.clean.not_green;
    if cases.is_empty() {
        return Ok(());
    }
    let text = format!(
        "{} of {} did not pass, so {} nothing",
        cases.len(),
        count(proof.clean.cases, "case"),
        if cases.len() == 1 {
            "it proves"
        } else {
            "they prove"
        }
    );
    title(page, Tone::Warn, &text)?;
    for case in cases.iter().take(SHOWN) {
        let lead = format!("  {} {}  ", pad(&case.verdict, 5), printable(&case.case));
        page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &printable(&case.reason))?;
    }
    and_more(page, cases.len())
}

pub(super) fn unchecked(page: &mut Page<'_>, proof: &Proof, verbose: bool) -> io::Result<()> {
    let all = &proof.mutants.unchecked;
    let open: Vec<&UncheckedPlace> = all.iter().filter(|one| one.accepted.is_none()).collect();
    if !open.is_empty() {
        title(
            page,
            Tone::Bad,
            "surviving mutants: no check covers these places",
        )?;
        places(page, &open)?;
        advice(
            page,
            "check the place in a case or its schema, or allow its mutants with a reason: an entry of `unchecked` \
             in the contract",
        )?;
    }
    let accepted: Vec<&UncheckedPlace> = all.iter().filter(|one| one.accepted.is_some()).collect();
    if verbose && !accepted.is_empty() {
        title(
            page,
            Tone::Strong,
            "allowed mutants, with the reasons of the suite",
        )?;
        places(page, &accepted)?;
    }
    unmatched(
        page,
        "unchecked",
        &proof.mutants.unmatched,
        "a check covers the place now, or the name is misspelt: delete the entry",
    )
}

fn unmatched(
    page: &mut Page<'_>,
    list: &str,
    unmatched: &[UnmatchedAcceptance],
    help: &str,
) -> io::Result<()> {
    if unmatched.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Bad,
        &format!("these entries of `{list}` match nothing"),
    )?;
    for entry in unmatched {
        let place = &entry.place;
        let at = format!(
            "  {}:{}:{}  ",
            printable(&place.file),
            place.line,
            place.column
        );
        page.spans(&[(Tone::Frame, &at), (Tone::Plain, &printable(&entry.at))])?;
    }
    advice(page, help)
}

pub(super) fn left_behind(page: &mut Page<'_>, proof: &Proof, verbose: bool) -> io::Result<()> {
    let Some(undoing) = &proof.undoing else {
        return Ok(());
    };
    let (accepted, open): (Vec<&LeftBehind>, Vec<_>) =
        undoing.left.iter().partition(|one| one.accepted.is_some());
    if !open.is_empty() {
        title(page, Tone::Bad, "these cases leave changes on the server")?;
        things(page, &open)?;
        advice(
            page,
            "undo it in `finally`, or, if that is impossible, allow it in the contract: \
             lasting: [{ at: /a/*/b, reason: ... }]",
        )?;
    }
    if verbose && !accepted.is_empty() {
        title(
            page,
            Tone::Strong,
            "allowed changes, with the reasons of the suite",
        )?;
        things(page, &accepted)?;
    }
    let help = "nothing is left there now, or the name is misspelt: delete the entry";
    unmatched(page, "lasting", &undoing.unmatched, help)
}

/// What was left behind, case by case.
fn things(page: &mut Page<'_>, things: &[&LeftBehind]) -> io::Result<()> {
    let mut case = "";
    for thing in things.iter().take(SHOWN) {
        if case != thing.case {
            case = &thing.case;
            page.spans(&[(Tone::Plain, "  "), (Tone::Strong, &printable(case))])?;
        }
        let shown = |value: &str| match value {
            "" => "nothing".to_owned(),
            value => printable(&cut(value, 60)).into_owned(),
        };
        let lead = format!("    {}  ", printable(&thing.place));
        let text = if let Some(reason) = &thing.accepted {
            printable(reason).into_owned()
        } else {
            let more = match thing.runs {
                1 => String::new(),
                runs => format!(" and {} more", runs - 1),
            };
            format!(
                "{} -> {} ({}{more})",
                shown(&thing.before),
                shown(&thing.after),
                printable(&thing.when)
            )
        };
        page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &text)?;
    }
    and_more(page, things.len())
}

fn places(page: &mut Page<'_>, places: &[&UncheckedPlace]) -> io::Result<()> {
    let mut operation = "";
    let longest = places
        .iter()
        .take(SHOWN)
        .map(|one| one.place.len())
        .max()
        .unwrap_or(0)
        .min(30);
    for place in places.iter().take(SHOWN) {
        if operation != place.operation {
            operation = &place.operation;
            let head = format!("  {}  ", printable(&place.contract));
            page.spans(&[(Tone::Dim, &head), (Tone::Strong, &printable(operation))])?;
        }
        let lead = format!("    {}  ", pad(&printable(&place.place), longest));
        let text = match &place.accepted {
            Some(reason) => printable(reason).into_owned(),
            None if place.of_any_type => format!(
                "{}: a value of any type survives",
                count(place.mutants, "mutant")
            ),
            None => count(place.mutants, "mutant"),
        };
        page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &printable(&text))?;
    }
    and_more(page, places.len())
}

pub(super) fn blind(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let blind = &proof.inverted.blind;
    if blind.is_empty() {
        return Ok(());
    }
    title(page, Tone::Bad, "blind checks: they cannot fail")?;
    for check in blind.iter().take(SHOWN) {
        let place = &check.place;
        page.spans(&[
            (
                Tone::Frame,
                &format!(
                    "  {}:{}:{}  ",
                    printable(&place.file),
                    place.line,
                    place.column
                ),
            ),
            (Tone::Strong, &printable(&cut(&check.check, 60))),
        ])?;
        page.flow(
            &[(Tone::Plain, "    ")],
            Tone::Dim,
            &printable(&format!("{}: {}", check.case, check.why)),
        )?;
    }
    and_more(page, blind.len())?;
    advice(
        page,
        "fix the path or member if it is misspelt, or add a case whose response contains it",
    )
}

pub(super) fn faults(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let outcomes = proof.faults.iter().flat_map(|faults| &faults.outcomes);
    let open: Vec<_> = outcomes
        .filter(|one| one.outcome != FaultResult::Killed)
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Bad,
        "faults that were not killed by the requirement they violate",
    )?;
    for fault in open.iter().take(SHOWN) {
        let lead = format!(
            "  {}  {}  ",
            pad(fate(fault.outcome), 29),
            fault.requirement
        );
        page.flow(
            &[(Tone::Bad, &lead)],
            Tone::Plain,
            &format!("{}: {}", fault.fault, fault.sentence),
        )?;
        let why = match fault.outcome {
            FaultResult::KilledByOther if fault.violated.is_empty() => {
                format!(
                    "no evidence from {}",
                    names(fault.cases.iter().map(String::as_str), 70)
                )
            }
            FaultResult::KilledByOther => format!(
                "violated instead: {}",
                names(fault.violated.iter().map(String::as_str), 70)
            ),
            FaultResult::Survived => format!(
                "the fault was reached {}, and every case passed",
                count_times(fault.hits)
            ),
            FaultResult::NotReached => "no case reached the fault".into(),
            FaultResult::NotStarted | FaultResult::Killed => {
                "the server could not be started".into()
            }
        };
        page.flow(&[(Tone::Plain, "    ")], Tone::Dim, &why)?;
    }
    and_more(page, open.len())?;
    advice(
        page,
        "reproduce it with `probity serve --fault NAME`; a case that proves the requirement must fail there",
    )
}

/// What became of a fault, in words.
fn fate(fate: FaultResult) -> &'static str {
    match fate {
        FaultResult::Killed => "killed",
        FaultResult::KilledByOther => "killed by another requirement",
        FaultResult::Survived => "survived",
        FaultResult::NotReached => "not reached",
        FaultResult::NotStarted => "not started",
    }
}

fn count_times(times: u64) -> String {
    if times == 1 {
        "once".into()
    } else {
        format!("{times} times")
    }
}

pub(super) fn alarms(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let alarms: Vec<_> = proof
        .variants
        .iter()
        .flat_map(|one| &one.false_alarms)
        .collect();
    if alarms.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Bad,
        "false alarms: checks that fail on a conforming variant",
    )?;
    for alarm in alarms.iter().take(SHOWN) {
        let requirement = alarm.requirement.as_deref().unwrap_or("no evidence");
        let lead = format!("  {}  {requirement}  ", alarm.variant);
        page.flow(
            &[(Tone::Bad, &lead)],
            Tone::Plain,
            &printable(&format!("{}: {}", alarm.case, alarm.message)),
        )?;
    }
    and_more(page, alarms.len())?;
    advice(
        page,
        "the check is stricter than the contract; reproduce it with `probity serve --variant NAME`",
    )
}

pub(super) fn requirements(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let gaps: Vec<_> = proof.requirements.iter().filter(|one| one.counts).collect();
    if gaps.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Bad,
        "requirements whose violation was not detected",
    )?;
    for gap in gaps.iter().take(SHOWN) {
        let lead = format!(
            "  {}  {}  ",
            printable(&gap.id),
            pad(&gap.level.to_string(), 6)
        );
        page.flow(&[(Tone::Bad, &lead)], Tone::Plain, &printable(&gap.gap))?;
    }
    and_more(page, gaps.len())?;
    advice(
        page,
        "add a case that proves the requirement, or explain in the contract why no test can observe it: `unobservable`",
    )
}
