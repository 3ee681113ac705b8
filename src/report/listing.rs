//! The cases of a suite, one on each line: what `probity list` shows.
//!
//! ```text
//! presence/users-batch/two-users  MUST           every requested user comes back once
//! seats/inventory/assign          SHOULD  write  a JSON body is accepted
//!
//! 2 cases: 1 MUST, 1 SHOULD; 1 writes
//! ```

use std::io;

use serde_json::{Value, json};

use crate::model::{Case, Effect, Level, Suite};
use crate::report::page::{Page, Tone, cells, count, cut, pad};
use crate::text::printable::printable;

/// The value of `format` in the JSON form.
pub const FORMAT: &str = "probity-list/1";

/// Writes the cases, in the order given, as aligned lines: id, strongest level that a case proves,
/// whether it writes, title; then how many there are.
///
/// Ids are never cut; titles are, at `width`.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(
    suite: &Suite,
    cases: &[&Case],
    colour: bool,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, colour, width);
    if cases.is_empty() {
        return page.line("no cases");
    }
    let longest = cases.iter().map(|case| cells(&case.id)).max().unwrap_or(0);
    let writes = cases.iter().filter(|case| writes(case)).count();
    for case in cases {
        let id = format!("{}  ", pad(&printable(&case.id), longest));
        let level = suite.level_of(case);
        let mut columns = vec![
            (Tone::Strong, id),
            (tone(level), pad(name(level), "SHOULD".len())),
        ];
        if writes > 0 {
            let effect = if self::writes(case) { "write" } else { "" };
            columns.push((Tone::Plain, format!("  {}", pad(effect, "write".len()))));
        }
        let used: usize = columns.iter().map(|(_, text)| cells(text)).sum();
        let title = cut(
            &printable(&case.title),
            page.width().saturating_sub(used + 2).max(20),
        );
        columns.push((Tone::Plain, format!("  {title}")));
        let columns: Vec<_> = columns
            .iter()
            .map(|(tone, text)| (*tone, text.as_str()))
            .collect();
        page.spans(&columns)?;
    }
    page.blank()?;
    page.line(&total(suite, cases, writes))
}

/// The cases as JSON: everything that selects or groups them.
pub fn json(suite: &Suite, cases: &[&Case]) -> Value {
    let cases: Vec<Value> = cases
        .iter()
        .map(|case| {
            let place = suite.sources.place(case.span);
            json!({
                "id": case.id,
                "title": case.title,
                "contract": suite.contract_of(case).name,
                "level": suite.level_of(case).map(|level| level.to_string()),
                "effect": if writes(case) { "write" } else { "read" },
                "proves": case.proves,
                "by_rules": case.by_rules,
                "needs": {
                    "services": case.needs.services,
                    "identities": case.needs.identities,
                    "fixtures": case.needs.fixtures,
                    "capabilities": case.needs.capabilities,
                },
                "tags": case.tags,
                "locks": case.locks,
                "steps": case.steps.len(),
                "file": place.file,
                "line": place.line,
            })
        })
        .collect();
    json!({ "format": FORMAT, "suite": suite.place, "suite_name": suite.name, "cases": cases })
}

/// `97 cases: 80 MUST, 12 SHOULD, 5 MAY; 14 write`.
fn total(suite: &Suite, cases: &[&Case], writes: usize) -> String {
    let levels: Vec<String> = [Level::Must, Level::Should, Level::May]
        .into_iter()
        .filter_map(|wanted| {
            let number = cases
                .iter()
                .filter(|case| suite.level_of(case) == Some(wanted))
                .count();
            (number > 0).then(|| format!("{number} {wanted}"))
        })
        .collect();
    let writing = match writes {
        0 => String::new(),
        1 => "; 1 writes".to_owned(),
        number => format!("; {number} write"),
    };
    format!(
        "{}: {}{writing}",
        count(cases.len(), "case"),
        levels.join(", ")
    )
}

fn name(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Must) => "MUST",
        Some(Level::Should) => "SHOULD",
        Some(Level::May) => "MAY",
        None => "",
    }
}

fn tone(level: Option<Level>) -> Tone {
    match level {
        Some(Level::Must) => Tone::Plain,
        _ => Tone::Dim,
    }
}

fn writes(case: &Case) -> bool {
    case.effect == Effect::Write
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::suite;

    fn drawn(suite: &Suite, cases: &[&Case], colour: bool, width: usize) -> String {
        let mut out = Vec::new();
        render(suite, cases, colour, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cases_in_aligned_lines() {
        let suite = suite();
        let cases: Vec<_> = suite.cases.iter().collect();
        insta::assert_snapshot!(drawn(&suite, &cases, false, 120));
    }

    #[test]
    fn a_narrow_terminal_cuts_titles_and_no_ids() {
        let suite = suite();
        let cases: Vec<_> = suite.cases.iter().take(2).collect();
        insta::assert_snapshot!(drawn(&suite, &cases, false, 60));
    }

    #[test]
    fn an_empty_list_says_so() {
        assert_eq!(drawn(&suite(), &[], false, 80), "no cases\n");
    }

    #[test]
    fn the_json_form() {
        let suite = suite();
        let cases: Vec<_> = suite.cases.iter().take(1).collect();
        insta::assert_snapshot!(serde_json::to_string_pretty(&json(&suite, &cases)).unwrap());
    }
}
