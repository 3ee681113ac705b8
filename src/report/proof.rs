//! The report of `probity prove`: the sums, and each gap with what to do about it.
//!
//! ```text
//! proof of embedded on reference deployment
//!
//!   mutants       9120: 7313 killed, 0 survived, 1790 equivalent, 17 allowed (score 100 %)
//!   elsewhere     2 survived, but a check of another exchange would kill them: 0 of a MUST, 2 of a SHOULD, 0 of a MAY; 1 allowed
//!   rules         240 of 251 schema rules rejected a mutant
//!   optional      12 members may be missing and 7 may be null: no case detects it (`--verbose` lists them)
//!   checks        291 of 291 fail when inverted, 0 blind
//!   faults        188 of 188 killed by the requirement they violate
//!   variants      37 of 38 passed, 1 with false alarms
//!   cleanup       108 of 108 cases left every server unchanged, or as allowed (9876 runs)
//!   requirements  97 of 97 MUST, 41 of 43 SHOULD, 5 of 7 MAY were violated and detected
//! ```

mod elsewhere;
mod freedom;
mod gaps;

use std::io;

use serde_json::Value;

use crate::model::proof::PROOF_FORMAT;
use crate::model::{Level, Proof};
use crate::report::json;
use crate::report::page::{Page, Tone, count, duration, pad};
use crate::report::summary::exchanges;
use crate::text::printable::printable;

/// How the proof is shown on a terminal.
#[derive(Clone, Debug, Default)]
pub struct ProofOptions {
    /// Colours and bold text, as ANSI escape sequences.
    pub colour: bool,
    /// Columns.
    pub width: usize,
    /// Also show allowed survivors, all mutants that are killed elsewhere, rules that rejected nothing, and members that may be missing or null.
    pub verbose: bool,
    /// The report files that were written.
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
        "Evidence that the checks of a suite can fail, and that nothing fails that should not.",
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
        (
            Tone::Strong,
            &printable(proof.suite_name.as_ref().unwrap_or(&proof.suite)),
        ),
        (Tone::Plain, " on "),
        (Tone::Plain, &printable(&proof.target)),
    ])?;
    if let Some(recording) = &proof.recording {
        exchanges::render(&mut page, recording)?;
    } else {
        page.blank()?;
    }
    sums(&mut page, proof, options)?;
    gaps::not_green(&mut page, proof)?;
    gaps::unchecked(&mut page, proof, options.verbose)?;
    elsewhere::pairs(&mut page, proof, options.verbose)?;
    if options.verbose {
        freedom::idle_rules(&mut page, proof)?;
        freedom::members(&mut page, proof)?;
    }
    gaps::blind(&mut page, proof)?;
    gaps::faults(&mut page, proof)?;
    gaps::alarms(&mut page, proof)?;
    gaps::left_behind(&mut page, proof, options.verbose)?;
    gaps::requirements(&mut page, proof)?;
    ending(&mut page, proof, options)
}

fn sums(page: &mut Page<'_>, proof: &Proof, options: &ProofOptions) -> io::Result<()> {
    let mutants = &proof.mutants;
    let text = format!(
        "{}: {} killed, {} survived, {} equivalent, {} allowed{}",
        mutants.total,
        mutants.killed,
        mutants.survived,
        mutants.legal,
        mutants.accepted,
        score(mutants.killed, mutants.survived)
    );
    sum(
        page,
        "mutants",
        mutants.survived == 0 && mutants.unmatched.is_empty(),
        &text,
    )?;
    let shared = &mutants.elsewhere;
    sum(
        page,
        "elsewhere",
        shared.must == 0,
        &elsewhere::sum(shared, options.verbose),
    )?;
    let rules = &proof.rules;
    if rules.total > 0 {
        let text = format!(
            "{} of {} rejected a mutant{}",
            rules.refusing,
            count(rules.total, "schema rule"),
            if rules.idle.is_empty() || options.verbose {
                ""
            } else {
                " (`--verbose` lists the others)"
            }
        );
        sum(page, "rules", true, &text)?;
    }
    let free = freedom::sum(proof, options.verbose);
    if !free.is_empty() {
        sum(page, "optional", true, &free)?;
    }
    let inverted = &proof.inverted;
    let text = format!(
        "{} of {} fail when inverted, {} blind",
        inverted.caught,
        inverted.total,
        inverted.blind.len()
    );
    sum(page, "checks", inverted.blind.is_empty(), &text)?;
    if let Some(faults) = &proof.faults {
        let text = format!(
            "{} of {} killed by the requirement they violate",
            faults.killed, faults.total
        );
        sum(page, "faults", faults.killed == faults.total, &text)?;
    }
    if let Some(variants) = &proof.variants {
        let text = format!(
            "{} of {} passed, {} with false alarms",
            variants.quiet,
            variants.total,
            variants.total.saturating_sub(variants.quiet)
        );
        sum(page, "variants", variants.quiet == variants.total, &text)?;
    }
    if let Some(undoing) = &proof.undoing {
        let text = format!(
            "{} of {} left every server unchanged{} ({})",
            undoing.tidy,
            count(undoing.cases, "case"),
            if undoing.left.iter().any(|one| one.accepted.is_some()) {
                ", or as allowed"
            } else {
                ""
            },
            count(undoing.runs, "run")
        );
        let is_good = undoing.tidy == undoing.cases && undoing.unmatched.is_empty();
        sum(page, "cleanup", is_good, &text)?;
    } else {
        let text = "none: faults, variants and cleanup are only proven on the reference deployment";
        page.flow(
            &[(Tone::Dim, &format!("  {}", pad("servers", 14)))],
            Tone::Dim,
            text,
        )?;
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
    let text = format!("{} were violated and detected", levels.join(", "));
    sum(page, "requirements", is_whole, &text)
}

/// ` (score 97 %)`: of the mutants that a check should kill, how many it did; never rounded up.
fn score(killed: usize, survived: usize) -> String {
    match killed + survived {
        0 => String::new(),
        all => format!(" (score {} %)", killed.saturating_mul(100) / all),
    }
}

fn sum(page: &mut Page<'_>, name: &str, is_good: bool, text: &str) -> io::Result<()> {
    let tone = if is_good { Tone::Good } else { Tone::Bad };
    page.flow(
        &[(tone, &format!("  {}", pad(name, 14)))],
        Tone::Plain,
        text,
    )
}

fn ending(page: &mut Page<'_>, proof: &Proof, options: &ProofOptions) -> io::Result<()> {
    page.blank()?;
    for path in &options.report_paths {
        page.spans(&[(Tone::Dim, "report  "), (Tone::Plain, &printable(path))])?;
    }
    let took = duration(proof.duration_ms);
    let done = format!(
        "{} from {} in {took} (exit {})",
        count(proof.clean.answers, "answer"),
        count(proof.clean.green, "case"),
        proof.exit
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
        page.flow(&[(Tone::Plain, "  - ")], Tone::Plain, &printable(reason))?;
    }
    Ok(())
}
