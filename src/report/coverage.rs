//! Which requirement is proven by which cases: what `probity coverage` shows.
//!
//! ```text
//! presence: POST /users/batch (Xbox Live presence)
//!   PRESENCE-01  MUST    2  presence/users-batch/one-user, presence/users-batch/two-users
//!   PRESENCE-02  MUST    -  NO CASE: The target answers in the order of the request.
//!   PRESENCE-03  SHOULD  -  unobservable: only the owner sees the log
//!
//! 2 MUST: 1 with a case, 1 without
//! 1 SHOULD: 1 unobservable
//! ```

use std::collections::HashMap;
use std::io;

use serde_json::{Value, json};

use crate::model::{Contract, Level, Requirement, Suite};
use crate::report::page::{Page, Tone, cells, names, pad, pad_left};
use crate::text::printable::printable;

/// The value of `format` in the JSON form.
pub const FORMAT: &str = "probity-coverage/1";

/// Writes the matrix of contracts, requirements and cases, then the totals of each level.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(
    suite: &Suite,
    colour: bool,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, colour, width);
    let proofs = Proofs::of(suite);
    for contract in &suite.contracts {
        contract_lines(&mut page, contract, &proofs)?;
        page.blank()?;
    }
    for level in [Level::Must, Level::Should, Level::May] {
        if let Some(total) = total(suite, &proofs, level) {
            page.line(&total)?;
        }
    }
    Ok(())
}

/// The matrix as JSON.
pub fn json(suite: &Suite) -> Value {
    let proofs = Proofs::of(suite);
    let requirements: Vec<Value> = suite
        .contracts
        .iter()
        .flat_map(|contract| contract.requirements.iter().map(move |one| (contract, one)))
        .map(|(contract, requirement)| {
            json!({
                "id": requirement.id,
                "contract": contract.name,
                "level": requirement.level.to_string(),
                "sentence": requirement.sentence,
                "source": requirement.source,
                "unobservable": requirement.unobservable,
                "cases": proofs.of_requirement(&requirement.id),
            })
        })
        .collect();
    json!({ "format": FORMAT, "suite": suite.place, "suite_name": suite.name, "requirements": requirements })
}

/// Ids of the cases that prove a requirement, in the order of the suite.
struct Proofs<'s>(HashMap<&'s str, Vec<&'s str>>);

impl<'s> Proofs<'s> {
    fn of(suite: &'s Suite) -> Proofs<'s> {
        let mut proofs: HashMap<&str, Vec<&str>> = HashMap::new();
        for case in &suite.cases {
            for id in case.proves.iter().chain(&*case.by_rules) {
                proofs.entry(id).or_default().push(&case.id);
            }
        }
        Proofs(proofs)
    }

    fn of_requirement(&self, id: &str) -> &[&'s str] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }
}

fn contract_lines(page: &mut Page<'_>, contract: &Contract, proofs: &Proofs<'_>) -> io::Result<()> {
    page.spans(&[
        (Tone::Strong, &printable(&contract.name)),
        (Tone::Plain, ": "),
        (Tone::Plain, &printable(&contract.title)),
    ])?;
    let longest = contract
        .requirements
        .iter()
        .map(|requirement| cells(&requirement.id))
        .max()
        .unwrap_or(0);
    for requirement in &contract.requirements {
        let cases = proofs.of_requirement(&requirement.id);
        let number = match cases.len() {
            0 => "-".to_owned(),
            number => number.to_string(),
        };
        let head = format!(
            "  {}  {}  {}  ",
            pad(&printable(&requirement.id), longest),
            pad(&requirement.level.to_string(), "SHOULD".len()),
            pad_left(&number, 3),
        );
        let room = page.width().saturating_sub(cells(&head)).max(20);
        let (tone, text) = standing(requirement, cases, room);
        page.flow(&[(Tone::Plain, &head)], tone, &text)?;
    }
    Ok(())
}

/// The cases, or why there are none.
fn standing(requirement: &Requirement, cases: &[&str], room: usize) -> (Tone, String) {
    match (&requirement.unobservable, cases) {
        (Some(reason), []) => {
            let text = format!("unobservable: {}", printable(reason));
            (Tone::Dim, text)
        }
        (None, []) => {
            let text = format!("NO CASE: {}", printable(&requirement.sentence));
            (Tone::Warn, text)
        }
        (_, cases) => {
            let list = names(cases.iter().copied(), room);
            (Tone::Plain, printable(&list).into_owned())
        }
    }
}

/// `86 MUST: 61 with a case, 20 without, 5 unobservable`; nothing when there is no such requirement.
fn total(suite: &Suite, proofs: &Proofs<'_>, level: Level) -> Option<String> {
    let (mut with, mut without, mut unobservable) = (0, 0, 0);
    let requirements = suite
        .contracts
        .iter()
        .flat_map(|contract| &contract.requirements)
        .filter(|requirement| requirement.level == level);
    for requirement in requirements {
        let proven = !proofs.of_requirement(&requirement.id).is_empty();
        match (proven, &requirement.unobservable) {
            (true, _) => with += 1,
            (false, Some(_)) => unobservable += 1,
            (false, None) => without += 1,
        }
    }
    let parts: Vec<String> = [
        (with, "with a case"),
        (without, "without"),
        (unobservable, "unobservable"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, words)| format!("{number} {words}"))
    .collect();
    let all = with + without + unobservable;
    (all > 0).then(|| format!("{all} {level}: {}", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::suite;

    fn drawn(width: usize) -> String {
        let mut out = Vec::new();
        render(&suite(), false, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_matrix() {
        insta::assert_snapshot!(drawn(110));
    }

    #[test]
    fn a_narrow_terminal_cuts_the_list_of_cases() {
        insta::assert_snapshot!(drawn(60));
    }

    #[test]
    fn the_json_form() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&json(&suite())).unwrap());
    }
}
