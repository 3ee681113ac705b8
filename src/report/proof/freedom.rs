//! What a proof reports without failing: rules that rejected nothing, and members whose absence no case detects.

use std::io;

use crate::model::{FreePlace, Proof};
use crate::report::page::{Page, Tone, count, cut, pad};
use crate::report::proof::gaps::title;
use crate::text::printable::printable;

/// The longest text of a rule, in cells.
const RULE_SHOWN: usize = 60;

/// The changes that are named: a rule that was removed from a schema shows here first.
const NAMED: [(&str, &str); 2] = [("removed", "may be missing"), ("null", "may be null")];

/// The members that may be missing and those that may be null, in one line; empty when there are none.
pub(super) fn sum(proof: &Proof, verbose: bool) -> String {
    let [missing, null] = NAMED.map(|(change, _)| with(proof, change).count());
    if missing + null == 0 {
        return String::new();
    }
    let hint = if verbose {
        ""
    } else {
        " (`--verbose` lists them)"
    };
    let missing = count(missing, "member");
    format!("{missing} may be missing and {null} may be null: no case detects it{hint}")
}

/// The rules that rejected no mutant, schema by schema.
pub(super) fn idle_rules(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    if proof.rules.idle.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Strong,
        "idle schema rules: they rejected no mutant, so removing one would not be detected",
    )?;
    for idle in &proof.rules.idle {
        page.spans(&[
            (Tone::Plain, "  "),
            (Tone::Strong, &printable(&idle.schema)),
        ])?;
        for rule in &idle.rules {
            let pointer = rule.location.rsplit_once('#');
            let pointer = pointer.map_or("", |(_, pointer)| pointer);
            let lead = format!("    {}  ", printable(pointer));
            let says = cut(&printable(&rule.rule), RULE_SHOWN);
            page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &says)?;
        }
    }
    Ok(())
}

/// The members that may be missing or null, operation by operation.
pub(super) fn members(page: &mut Page<'_>, proof: &Proof) -> io::Result<()> {
    let mut operations: Vec<(&str, &str)> = Vec::new();
    for place in NAMED.iter().flat_map(|(change, _)| with(proof, change)) {
        operations.push((&place.contract, &place.operation));
    }
    operations.sort_unstable();
    operations.dedup();
    if operations.is_empty() {
        return Ok(());
    }
    title(
        page,
        Tone::Strong,
        "checked members that may be missing or null: no case detects it",
    )?;
    for operation in operations {
        let head = format!("  {}  ", printable(operation.0));
        page.spans(&[(Tone::Dim, &head), (Tone::Strong, &printable(operation.1))])?;
        for (change, words) in NAMED {
            let places: Vec<&str> = with(proof, change)
                .filter(|place| (&*place.contract, &*place.operation) == operation)
                .map(|place| place.place.as_str())
                .collect();
            if !places.is_empty() {
                let lead = format!("    {}  ", pad(words, 14));
                let text = printable(&places.join(", ")).into_owned();
                page.flow(&[(Tone::Plain, &lead)], Tone::Dim, &text)?;
            }
        }
    }
    Ok(())
}

/// The places in bodies where this change is legal.
fn with<'p>(proof: &'p Proof, change: &str) -> impl Iterator<Item = &'p FreePlace> {
    let free = proof.mutants.free.iter();
    free.filter(move |place| {
        place.place.starts_with('/') && place.changes.iter().any(|one| one == change)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::SchemaRule;
    use crate::model::{IdleRules, Rules};
    use crate::report::proof::{ProofOptions, render};

    fn free(operation: &str, place: &str, changes: &[&str]) -> FreePlace {
        FreePlace {
            contract: "books".into(),
            operation: operation.into(),
            place: place.into(),
            changes: changes.iter().map(|change| (*change).to_owned()).collect(),
        }
    }

    fn rule(schema: &str, pointer: &str, keyword: &str, rule: &str) -> SchemaRule {
        SchemaRule {
            keyword: keyword.into(),
            location: format!("{schema}#{pointer}"),
            rule: rule.into(),
        }
    }

    fn drawn(verbose: bool) -> String {
        let (file, case) = ("books/books.schema.json", "cases/books/reading.yaml:17:9");
        let mut proof = Proof {
            suite: "examples/bookshelf".into(),
            target: "http://127.0.0.1:8080".into(),
            rules: Rules {
                total: 11,
                refusing: 8,
                refusing_percent: 72.72,
                idle: vec![
                    IdleRules {
                        schema: file.into(),
                        rules: vec![
                            rule(
                                file,
                                "/$defs/book/properties/year/maximum",
                                "maximum",
                                "2100",
                            ),
                            rule(file, "/$defs/book/required/2", "required", "\"author\""),
                        ],
                    },
                    IdleRules {
                        schema: case.into(),
                        rules: vec![rule(case, "/pattern", "pattern", &"a\u{1b}".repeat(50))],
                    },
                ],
            },
            ..Proof::default()
        };
        proof.mutants.free = vec![
            free("GET /books 200", "header Location", &["removed"]),
            free("GET /books 200", "/*/author", &["null", "removed"]),
            free("GET /books 200", "/*/title", &["removed", "too long"]),
            free("GET /books/{} 200", "/title", &["too long"]),
        ];
        let options = ProofOptions {
            width: 100,
            verbose,
            ..ProofOptions::default()
        };
        let mut out = Vec::new();
        render(&proof, &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_free_is_one_line() {
        insta::assert_snapshot!(drawn(false));
    }

    #[test]
    fn what_is_free_is_listed_with_verbose() {
        insta::assert_snapshot!(drawn(true));
    }
}
