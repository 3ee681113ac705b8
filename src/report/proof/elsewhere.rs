//! Mutants that are killed elsewhere: the exchange in which they survive, and the check of another that kills them.

use std::io;

use crate::model::{Elsewhere, ElsewherePair, Level, Proof};
use crate::report::page::{Page, Tone, count, names};
use crate::report::proof::gaps::{SHOWN, advice, and_more, title};
use crate::text::printable::printable;

/// How many cells the places of one pair take.
const PLACES_SHOWN: usize = 60;

/// The sums, in one line.
pub(super) fn sum(elsewhere: &Elsewhere, verbose: bool) -> String {
    let allowed = match elsewhere.accepted {
        0 => String::new(),
        accepted => format!("; {accepted} allowed"),
    };
    // Those of a MUST are always listed.
    let unlisted = elsewhere.should + elsewhere.may + elsewhere.accepted;
    let hint = match (unlisted, verbose) {
        (0, _) | (_, true) => "",
        _ => " (`--verbose` lists them)",
    };
    format!(
        "{} survived, but a check of another exchange would kill them: {} of a MUST, {} of a SHOULD, {} of a MAY{allowed}{hint}",
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
            "mutants that survived and that a check of another exchange would kill, allowed with these reasons",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ElsewherePlace, KillingCheck, Place};
    use crate::report::proof::{ProofOptions, render, render_json};

    fn pair(
        (case, level): (&str, Level),
        places: &[(&str, usize)],
        check: &str,
        accepted: Option<&str>,
    ) -> ElsewherePair {
        let place = |(place, mutants): &(&str, usize)| ElsewherePlace {
            place: (*place).to_owned(),
            changes: vec!["null".into(), "removed".into()],
            mutants: *mutants,
        };
        ElsewherePair {
            contract: "books".into(),
            operation: "GET /books 200".into(),
            case: case.into(),
            step: 0,
            level,
            requirements: vec!["BOOKS-01".into(), "BOOKS-02".into()],
            killed_by: KillingCheck {
                case: "books/reading/all-books".into(),
                step: 1,
                check: check.into(),
                place: Place {
                    file: "cases/books/reading.yaml".into(),
                    line: 17,
                    column: 9,
                    length: 1,
                    source: "schema: books/books.schema.json".into(),
                },
            },
            places: places.iter().map(place).collect(),
            accepted: accepted.map(str::to_owned),
        }
    }

    fn proof() -> Proof {
        let mut proof = Proof {
            suite: "examples/bookshelf".into(),
            target: "http://127.0.0.1:8080".into(),
            ..Proof::default()
        };
        let row = "books/reading/by-author[has-books]";
        let many = [
            ("/*", 7),
            ("/*/author", 13),
            ("/*/published\u{1b}", 5),
            ("/*/id", 12),
            ("/*/title", 13),
            ("body", 4),
        ];
        proof.mutants.elsewhere = Elsewhere {
            mutants: 59,
            must: 54,
            should: 5,
            may: 0,
            accepted: 1,
            everywhere_percent: 88.22,
            pairs: vec![
                pair((row, Level::Must), &many, "schema", None),
                pair(
                    (row, Level::Should),
                    &[("header Content-Type", 5)],
                    "header Content-Type",
                    None,
                ),
                pair(
                    ("books/adding/not-a-librarian", Level::May),
                    &[("/*/title", 1)],
                    "select $[*].title",
                    Some("the title is free there"),
                ),
            ],
        };
        proof
    }

    fn drawn(verbose: bool) -> String {
        let options = ProofOptions {
            width: 100,
            verbose,
            ..ProofOptions::default()
        };
        let mut out = Vec::new();
        render(&proof(), &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn pairs_of_a_must_are_always_listed() {
        insta::assert_snapshot!(drawn(false));
    }

    #[test]
    fn every_pair_is_listed_with_verbose() {
        insta::assert_snapshot!(drawn(true));
    }

    #[test]
    fn pairs_in_json() {
        let mut out = Vec::new();
        render_json(&proof(), &mut out).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let elsewhere = serde_json::to_string_pretty(&json["mutants"]["elsewhere"]).unwrap();
        insta::assert_snapshot!(elsewhere);
    }
}
