//! What `probity prove` shows: what was proven, and each gap with what to do about it.
//!
//! ```text
//! proof of embedded on reference deployment
//!
//!   answers       9120 changed in one place: 7313 noticed, 1790 legal, 17 accepted
//!   checks        291 of 291 fail when they are turned into their opposite
//!   faults        188 of 188 servers with a fault were told from a clean one, by name
//!   variants      37 of 38 servers that conform were left in peace
//!   requirements  97 of 97 MUST, 41 of 43 SHOULD, 5 of 7 MAY were seen to be broken
//! ```

use std::io;

use serde_json::Value;

use super::json;
use super::page::{Page, Tone, count, cut, duration, names, pad};
use super::printable::printable;
use super::recording;
use crate::model::proof::PROOF_FORMAT;
use crate::model::{FaultFate, Level, Proof, UncheckedPlace};

/// How many gaps of one kind are shown.
const SHOWN: usize = 40;

/// How a terminal wants it.
#[derive(Clone, Debug, Default)]
pub struct ProofOptions {
    /// With colour?
    pub colour: bool,
    /// Columns.
    pub width: usize,
    /// Accepted places too?
    pub verbose: bool,
    /// The files that were written.
    pub report_paths: Vec<String>,
}

/// Writes the proof as JSON, indented by one space, with a newline at its end.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_json(proof: &Proof, out: &mut dyn io::Write) -> io::Result<()> {
    json::write(proof, out)
}

/// The JSON Schema (draft 2020-12) of the proof.
///
/// Members that are not described are allowed: a later version may add some under the same number.
pub fn schema() -> Value {
    json::schema_of::<Proof>(
        "probity/proof.schema.json",
        "Probity proof",
        "What shows that the checks of a suite can fail, and that nothing fails that should not.",
        PROOF_FORMAT,
    )
}

/// Writes the proof for people: the sums, the gaps, the end.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(proof: &Proof, options: &ProofOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width);
    page.spans(&[
        (Tone::Strong, "proof"),
        (Tone::Plain, " of "),
        (Tone::Strong, &printable(&proof.suite)),
        (Tone::Plain, " on "),
        (Tone::Plain, &printable(&proof.target)),
    ])?;
    if let Some(recording) = &proof.recording {
        recording::render(&mut page, recording)?;
    } else {
        page.blank()?;
    }
    sums(&mut page, proof)?;
    not_green(&mut page, proof)?;
    unchecked(&mut page, proof, options.verbose)?;
    blind(&mut page, proof)?;
    faults(&mut page, proof)?;
    alarms(&mut page, proof)?;
    requirements(&mut page, proof)?;
    ending(&mut page, proof, options)
}

fn sums(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let mutants = &proof.mutants;
    let accepted = match mutants.accepted {
        0 => String::new(),
        accepted => format!(", {accepted} accepted"),
    };
    let survived = match mutants.survived {
        0 => String::new(),
        survived => format!(", {survived} NOT NOTICED"),
    };
    let text = format!(
        "{} changed in one place: {} noticed, {} legal{accepted}{survived}",
        count(mutants.total, "answer"),
        mutants.killed,
        mutants.legal
    );
    sum(
        page,
        "answers",
        mutants.survived == 0 && mutants.unmatched.is_empty(),
        &text,
    )?;
    let inverted = &proof.inverted;
    let text = format!(
        "{} of {} fail when they are turned into their opposite",
        inverted.caught, inverted.total
    );
    sum(page, "checks", inverted.blind.is_empty(), &text)?;
    if let Some(faults) = &proof.faults {
        let text = format!(
            "{} of {} servers with a fault were told from a clean one, by name",
            faults.killed, faults.total
        );
        sum(page, "faults", faults.killed == faults.total, &text)?;
    }
    if let Some(variants) = &proof.variants {
        let text = format!(
            "{} of {} servers that conform were left in peace",
            variants.quiet, variants.total
        );
        sum(page, "variants", variants.quiet == variants.total, &text)?;
    }
    let levels = [Level::Must, Level::Should, Level::May].map(|level| {
        let of_level = || {
            proof
                .requirements
                .iter()
                .filter(move |one| one.level == level)
        };
        let proven = of_level().filter(|one| one.gap.is_empty()).count();
        format!("{proven} of {} {level}", of_level().count())
    });
    let is_whole = !proof.requirements.iter().any(|one| one.counts);
    let text = format!("{} were seen to be broken", levels.join(", "));
    sum(page, "requirements", is_whole, &text)
}

fn sum(page: &mut Page<'_>, name: &str, is_good: bool, text: &str) -> io::Result<()> {
    let tone = if is_good { Tone::Good } else { Tone::Bad };
    page.flow(
        &[(tone, &format!("  {}", pad(name, 14)))],
        Tone::Plain,
        text,
    )
}

fn title(page: &mut Page<'_>, tone: Tone, text: &str) -> io::Result<()> {
    page.blank()?;
    page.spans(&[(tone, text)])
}

fn advice(page: &mut Page<'_>, text: &str) -> io::Result<()> {
    page.flow(
        &[(Tone::Frame, "  = "), (Tone::Strong, "help: ")],
        Tone::Plain,
        text,
    )
}

fn and_more(page: &mut Page<'_>, all: usize) -> io::Result<()> {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => page.line(&format!(
            "  and {more} more (all of them in the JSON report)"
        )),
    }
}

fn not_green(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let cases = &proof.clean.not_green;
    if cases.is_empty() {
        return Ok(());
    }
    let text = format!(
        "{} of {} not green, and so not proven",
        count(cases.len(), "case"),
        proof.clean.cases
    );
    title(page, Tone::Warn, &text)?;
    for case in cases.iter().take(SHOWN) {
        let lead = format!("  {} {}  ", pad(&case.verdict, 5), printable(&case.case));
        page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &printable(&case.reason))?;
    }
    and_more(page, cases.len())
}

fn unchecked(page: &mut Page<'_>, proof: &Proof, verbose: bool) -> io::Result<()> {
    let all = &proof.mutants.unchecked;
    let open: Vec<&UncheckedPlace> = all.iter().filter(|one| one.accepted.is_none()).collect();
    if !open.is_empty() {
        title(
            page,
            Tone::Bad,
            "nothing would notice, whatever stood here or if nothing did",
        )?;
        places(page, &open)?;
        advice(
            page,
            "check the place in a case or its schema; or, where nothing has to look there, say so in the \
             contract: unchecked: [{ operation: GET /x, at: /a/**, reason: ... }]",
        )?;
    }
    let accepted: Vec<&UncheckedPlace> = all.iter().filter(|one| one.accepted.is_some()).collect();
    if verbose && !accepted.is_empty() {
        title(
            page,
            Tone::Strong,
            "nothing looks here, and the suite says why",
        )?;
        places(page, &accepted)?;
    }
    if !proof.mutants.unmatched.is_empty() {
        title(
            page,
            Tone::Bad,
            "these entries of `unchecked` match nothing",
        )?;
        for entry in &proof.mutants.unmatched {
            let place = &entry.place;
            let at = format!(
                "  {}:{}:{}  ",
                printable(&place.file),
                place.line,
                place.column
            );
            page.spans(&[(Tone::Frame, &at), (Tone::Plain, &printable(&entry.at))])?;
        }
        advice(
            page,
            "something looks there by now, or the name is misspelt: take the entry out",
        )?;
    }
    Ok(())
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
                "{}: a value of any type will do",
                count(place.mutants, "changed answer")
            ),
            None => count(place.mutants, "changed answer"),
        };
        page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &printable(&text))?;
    }
    and_more(page, places.len())
}

fn blind(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let blind = &proof.inverted.blind;
    if blind.is_empty() {
        return Ok(());
    }
    title(page, Tone::Bad, "these checks cannot fail")?;
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
        "look for a misspelt path or member; or add a case whose answer has what the check is about",
    )
}

fn faults(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let outcomes = proof.faults.iter().flat_map(|faults| &faults.outcomes);
    let open: Vec<_> = outcomes
        .filter(|one| one.outcome != FaultFate::Killed)
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Bad,
        "these servers break a requirement, and nobody says so",
    )?;
    for fault in open.iter().take(SHOWN) {
        let lead = format!(
            "  {}  {}  ",
            pad(fault.outcome.name(), 15),
            fault.requirement
        );
        page.flow(
            &[(Tone::Bad, &lead)],
            Tone::Plain,
            &format!("{}: {}", fault.fault, fault.sentence),
        )?;
        let why = match fault.outcome {
            FaultFate::KilledByOther if fault.violated.is_empty() => {
                format!(
                    "no evidence from {}",
                    names(fault.cases.iter().map(String::as_str), 70)
                )
            }
            FaultFate::KilledByOther => format!(
                "blamed instead: {}",
                names(fault.violated.iter().map(String::as_str), 70)
            ),
            FaultFate::Silent => format!(
                "the fault showed {}, and every case was green",
                count_times(fault.hits)
            ),
            FaultFate::Dead => "no request of any case came to where the fault shows".into(),
            FaultFate::Broken | FaultFate::Killed => "the server could not be started".into(),
        };
        page.flow(&[(Tone::Plain, "    ")], Tone::Dim, &why)?;
    }
    and_more(page, open.len())?;
    advice(
        page,
        "see it yourself with `probity serve --fault NAME`; a case that proves the requirement must fail there",
    )
}

fn count_times(times: u64) -> String {
    if times == 1 {
        "once".into()
    } else {
        format!("{times} times")
    }
}

fn alarms(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let alarms: Vec<_> = proof
        .variants
        .iter()
        .flat_map(|one| &one.false_alarms)
        .collect();
    if alarms.is_empty() {
        return Ok(());
    }
    title(page, Tone::Bad, "false alarms: these servers conform")?;
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
        "the check asks for more than the contract says; see it yourself with `probity serve --variant NAME`",
    )
}

fn requirements(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let gaps: Vec<_> = proof.requirements.iter().filter(|one| one.counts).collect();
    if gaps.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Bad,
        "nothing shows that breaking these would be noticed",
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
        "add a case that proves the requirement, or say in the contract why no test can see it: `unobservable`",
    )
}

fn ending(page: &mut Page<'_>, proof: &Proof, options: &ProofOptions) -> io::Result<()> {
    page.blank()?;
    for path in &options.report_paths {
        page.spans(&[(Tone::Dim, "report  "), (Tone::Plain, &printable(path))])?;
    }
    let took = duration(proof.duration_ms);
    let done = format!(
        "{} from {} in {took}",
        count(proof.clean.answers, "answer"),
        count(proof.clean.green, "case")
    );
    if proof.reasons.is_empty() {
        return page.spans(&[
            (Tone::Good, "PROVEN"),
            (Tone::Plain, "  "),
            (Tone::Plain, &done),
        ]);
    }
    page.spans(&[
        (Tone::Bad, "NOT PROVEN"),
        (Tone::Plain, "  "),
        (Tone::Plain, &done),
    ])?;
    for reason in &proof.reasons {
        page.flow(&[(Tone::Plain, "  ")], Tone::Plain, &printable(reason))?;
    }
    page.line(&format!("exit {}", proof.exit))
}
