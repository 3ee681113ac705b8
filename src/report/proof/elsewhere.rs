//! Mutants that are killed elsewhere: the exchange in which they survive, and the check of another that kills them.

use std::io;

use crate::model::{Elsewhere, ElsewherePair, Level, Proof};
use crate::report::page::{Page, Tone, count, names};
use crate::report::proof::gaps::{SHOWN, advice, and_more, title};
use crate::text::printable::printable;

/// How many cells the places of one pair take.
const PLACES_SHOWN: usize = 60;

/// The sums, in one line.
pub(super) fn sum(elsewhere: &Elsewhere) -> String {
    let allowed = match elsewhere.accepted {
        0 => String::new(),
        accepted => format!("; {accepted} allowed"),
    };
    format!(
        "{} killed only elsewhere: {} of a MUST, {} of a SHOULD, {} of a MAY{allowed}",
        elsewhere.mutants, elsewhere.must, elsewhere.should, elsewhere.may
    )
}

/// The pairs of exchanges: those of a MUST, and with `verbose` all.
pub(super) fn pairs(page: &mut Page<'_>, proof: &Proof, verbose: bool) -> io::Result<()> {
    let all = &proof.mutants.elsewhere.pairs;
    let (accepted, open): (Vec<&ElsewherePair>, Vec<_>) =
        all.iter().partition(|one| one.accepted.is_some());
    let is_must = |one: &&ElsewherePair| one.level == Level::Must;
    let shown: Vec<_> = open
        .into_iter()
        .filter(|one| verbose || is_must(one))
        .collect();
    if !shown.is_empty() {
        let is_red = shown.iter().any(is_must);
        let tone = if is_red { Tone::Bad } else { Tone::Strong };
        title(
            page,
            tone,
            "killed elsewhere: no check of these exchanges kills these mutants, one of another exchange would",
        )?;
        list(page, &shown)?;
        advice(
            page,
            "check it in that case, too, or in every answer of the operation (a rule under `answers`), or allow it \
             with a reason: an entry of `unchecked` with `cases`",
        )?;
    }
    if verbose && !accepted.is_empty() {
        title(
            page,
            Tone::Strong,
            "mutants that may be killed only elsewhere, with the reasons of the suite",
        )?;
        list(page, &accepted)?;
    }
    Ok(())
}

fn list(page: &mut Page<'_>, pairs: &[&ElsewherePair]) -> io::Result<()> {
    let mut operation = "";
    for pair in pairs.iter().take(SHOWN) {
        if operation != pair.operation {
            operation = &pair.operation;
            let head = format!("  {}  ", printable(&pair.contract));
            page.spans(&[(Tone::Dim, &head), (Tone::Strong, &printable(operation))])?;
        }
        let mutants = pair.places.iter().map(|one| one.mutants).sum();
        let places = pair.places.iter().map(|one| one.place.as_str());
        let text = match &pair.accepted {
            Some(reason) => reason.clone(),
            None => format!(
                "{} at {}",
                count(mutants, "mutant"),
                names(places, PLACES_SHOWN)
            ),
        };
        let lead = format!("    {}, step {}  ", printable(&pair.case), pair.step + 1);
        page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &printable(&text))?;
        let by = &pair.killed_by;
        let text = format!(
            "killed in {}, step {}, by {} for {} ({}), {}:{}:{}",
            by.case,
            by.step + 1,
            by.check,
            pair.requirements.join(", "),
            pair.level,
            by.place.file,
            by.place.line,
            by.place.column
        );
        page.flow(&[(Tone::Plain, "      ")], Tone::Dim, &printable(&text))?;
    }
    and_more(page, pairs.len())
}
