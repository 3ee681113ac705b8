//! Markdown for a pull request comment or a job summary: the verdict first, diffs folded, never too long.
//!
//! GitHub refuses a comment of more than 65,536 characters, so the text is bounded: failures are written
//! out while there is room, then named, then counted. Every text from outside is in code, where
//! nothing is markup, nobody is mentioned and no issue is linked.

mod finding;
pub(super) mod inert;

use std::io;

use crate::model::{
    Cause, Disposition, Level, Redacted, Report, RequirementReport, Summary, TargetReport, Verdict,
    WaiverStanding,
};
use crate::report::page::{count, duration};
use crate::report::summary::advice::wrong_setup;
use crate::report::summary::case::in_brief;
use crate::report::summary::causes::{
    Unit, blamed, fact, failures_in_numbers, help, in_numbers, units,
};
use crate::report::summary::comparison;
use crate::report::summary::comparison::Item;
use crate::report::summary::exchanges;
use crate::report::summary::gap;
use crate::report::summary::known::{KNOWN, known_last};
use crate::report::summary::reasons::{by_reason, merged};
use crate::report::summary::verdict;
use crate::report::summary::waivers::days_left;
use crate::report::terminal::unit_text;
use crate::text::excerpt::short_text;
use finding::finding_text;
use inert::{code, fenced, html};

/// The limit of the text, in bytes.
pub const LIMIT: usize = 60 * 1024;

/// What is kept free for the lists after the failures.
const TAIL: usize = 12 * 1024;

/// Causes in the list at the top, and lines below each of them.
const CAUSES: usize = 20;
const ALSO: usize = 3;

/// Findings of one case that are shown.
const FINDINGS: usize = 8;

/// Lines of a list, before the rest is counted.
const LIST: usize = 40;

/// Writes the report as Markdown, in at most [`LIMIT`] bytes.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = Text::new(LIMIT - TAIL);
    head(&mut text, report);
    compared(&mut text, report);
    causes(&mut text, report);
    setup(&mut text, report);
    failures(&mut text, report)?;
    text.limit = LIMIT;
    waived(&mut text, report);
    warnings(&mut text, report);
    left_behind(&mut text, report);
    unproven(&mut text, report);
    skipped(&mut text, report);
    out.write_all(text.text.as_bytes())
}

/// A text that does not grow beyond its limit.
struct Text {
    text: String,
    limit: usize,
}

impl Text {
    fn new(limit: usize) -> Text {
        Text {
            text: String::new(),
            limit,
        }
    }

    /// Adds a complete piece, or says that there is no room for it.
    fn add(&mut self, piece: &str) -> bool {
        let fits = self.text.len() + piece.len() <= self.limit;
        if fits {
            self.text.push_str(piece);
        }
        fits
    }

    /// A heading, then an item for each line while there is room, then how many are left out.
    fn list(&mut self, heading: &str, items: &[String]) {
        if items.is_empty() || !self.add(&format!("### {heading}\n\n")) {
            return;
        }
        let mut shown = 0;
        for item in items.iter().take(LIST) {
            if self.text.len() + item.len() + 64 > self.limit {
                break;
            }
            self.add(&format!("- {item}\n"));
            shown += 1;
        }
        if shown < items.len() {
            self.add(&format!("- and {} more\n", items.len() - shown));
        }
        self.add("\n");
    }
}

/// The verdict, the reasons, the table.
fn head(text: &mut Text, report: &Report) {
    let (word, _, meaning) = verdict::words(report);
    let target = short_text(&report.target.name, 200);
    if report.target.insecure {
        text.add(&format!("> **Insecure:** {}.\n\n", TargetReport::INSECURE));
    }
    text.add(&format!(
        "## {word}: {meaning}\n\nProbity {}, suite {}, target {}, exit {}: {}, {} in {}.\n\n",
        html(&short_text(&report.probity, 40)),
        code(&short_text(report.name_of_suite(), 200)),
        code(&target),
        report.exit,
        count(report.cases.len(), "case"),
        count(report.summary.checks, "check"),
        duration(report.duration_ms),
    ));
    if let Some(recording) = &report.recording {
        let words = short_text(&exchanges::in_words(recording), 400);
        text.add(&format!("Judged from {}\n\n", code(&words)));
    }
    for reason in merged(&report.reasons).iter().take(LIST) {
        text.add(&format!("- {}\n", code(&short_text(reason, 400))));
    }
    text.add(if report.reasons.is_empty() { "" } else { "\n" });
    if !report.cases.is_empty() {
        text.add(&table(report));
    }
}

/// What changed since an earlier run: named while there is room, worst first.
fn compared(text: &mut Text, report: &Report) {
    let Some(comparison) = &report.comparison else {
        return;
    };
    let summary = comparison::summary(comparison);
    let earlier = short_text(&comparison::earlier(comparison), 300);
    text.add(&format!(
        "**Compared with** {}: {summary}\n\n",
        code(&earlier)
    ));
    for note in &comparison.notes {
        text.add(&format!("- note: {}\n", code(&short_text(note, 400))));
    }
    text.add(if comparison.notes.is_empty() {
        ""
    } else {
        "\n"
    });
    // What broke is written out below, and needs its room.
    let limit = text.limit;
    text.limit = text.text.len() + limit.saturating_sub(text.text.len()) / 3;
    for section in comparison::sections(comparison) {
        let items: Vec<String> = section.items.iter().map(change).collect();
        text.list(section.title, &items);
    }
    text.limit = limit;
}

/// One thing that changed, on one line.
fn change(item: &Item) -> String {
    let lines = item.lines.iter().take(FINDINGS).map(|(sign, line)| {
        let line = code(&short_text(line, 300));
        let sign = match sign {
            '+' => "now: ",
            '-' => "before: ",
            _ => "",
        };
        format!("  \n  {sign}{line}")
    });
    let lines: String = lines.collect();
    let text = match item.text.as_str() {
        "" => String::new(),
        text => format!(": {}", code(&short_text(text, 300))),
    };
    format!("{}{text}{lines}", code(&short_text(&item.name, 300)))
}

/// A row for each contract; columns that are zero everywhere are left out.
fn table(report: &Report) -> String {
    type Number = fn(&Summary) -> usize;
    let of_cases: [(&str, Number); 6] = [
        ("pass", |cases| cases.pass),
        ("warn", |cases| cases.warn),
        ("fail", |cases| cases.fail),
        ("flaky", |cases| cases.flaky),
        ("error", |cases| cases.error),
        ("skip", |cases| cases.skip),
    ];
    let dispositions = [
        Disposition::Upheld,
        Disposition::Violated,
        Disposition::Unproven,
        Disposition::NotApplicable,
    ];
    let mut columns: Vec<(&str, Vec<usize>)> = of_cases
        .iter()
        .map(|(name, number)| {
            let numbers = report.contracts.iter();
            (*name, numbers.map(|one| number(&one.cases)).collect())
        })
        .collect();
    columns.extend(dispositions.iter().map(|disposition| {
        let in_contract = |name: &str| {
            let own = report
                .requirements
                .iter()
                .filter(|one| one.contract == name);
            own.filter(|one| one.disposition == *disposition).count()
        };
        let numbers = report.contracts.iter().map(|one| in_contract(&one.name));
        (disposition.words(), numbers.collect())
    }));
    columns.retain(|(_, numbers)| numbers.iter().any(|number| *number > 0));
    let cells = |first: &str, rest: Vec<String>| format!("| {first} | {} |\n", rest.join(" | "));
    let mut table = cells(
        "contract",
        columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
    );
    table += &cells("---", columns.iter().map(|_| "---:".to_owned()).collect());
    for (row, contract) in report.contracts.iter().enumerate() {
        let numbers = columns.iter().map(|(_, numbers)| numbers[row].to_string());
        table += &cells(&code(&contract.name), numbers.collect());
    }
    table + "\n"
}

/// The causes in one line each, where there are several, and what shows only beside them.
fn causes(text: &mut Text, report: &Report) {
    if report.causes.len() < 2 {
        return;
    }
    let lines = known_last(report).into_iter().map(|(cause, is_known)| {
        let mut text = cause_line(report, cause);
        if is_known {
            text = format!("{KNOWN}: {text}");
        }
        for also in cause.also.iter().take(ALSO) {
            text.push_str("\n  - with it: ");
            text.push_str(&cause_line(report, also));
        }
        let more = cause.also.len().saturating_sub(ALSO);
        if more > 0 {
            let more = format!("\n  - and {more} more with it");
            text.push_str(&more);
        }
        text
    });
    let mut lines: Vec<String> = lines.take(CAUSES).collect();
    let more = report.causes.len().saturating_sub(CAUSES);
    if more > 0 {
        lines.push(format!("{} below", count(more, "more cause")));
    }
    text.list(&in_numbers(report), &lines);
}

/// What may be wrong with the target file rather than with the target.
fn setup(text: &mut Text, report: &Report) {
    if let Some(help) = wrong_setup(report) {
        text.add(&format!("help: {}\n\n", code(&help)));
    }
}

/// `**19** MUST PRESENCE-40: the fact`, and what to do.
fn cause_line(report: &Report, cause: &Cause) -> String {
    let fact = code(&short_text(&fact(report, cause), 200));
    let blamed = html(&blamed(cause));
    let help = help(report, cause);
    let help = help.map_or_else(String::new, |help| format!("  \n  help: {}", code(&help)));
    format!("**{}** {blamed}: {fact}{help}", cause.cases.len())
}

/// The causes of failures: folded blocks while there is room, then a line each, then a number.
fn failures(text: &mut Text, report: &Report) -> io::Result<()> {
    let units = units(report).into_iter();
    let units = units.filter(|unit| unit.verdict != Verdict::Warn);
    let (known, units): (Vec<_>, Vec<_>) = units.partition(|unit| unit.is_known);
    if units.is_empty() {
        known_failures(text, report, &known);
        return Ok(());
    }
    let heading = match report.causes.as_slice() {
        // There is no list of causes above that says it.
        [] | [_] => failures_in_numbers(report),
        _ => "What broke".to_owned(),
    };
    text.add(&format!("### {heading}\n\n"));
    // Lines need room too: a quarter of it, when there are many.
    let room = text.limit.saturating_sub(text.text.len());
    let limit = text.limit;
    text.limit = text.text.len() + room * 3 / 4;
    let mut shown = 0;
    for unit in &units {
        if !text.add(&block(report, unit)?) {
            break;
        }
        shown += 1;
    }
    text.limit = limit;
    let others = units[shown..].iter().map(|unit| one_line(report, unit));
    text.list("Not shown in full", &others.collect::<Vec<_>>());
    known_failures(text, report, &known);
    Ok(())
}

/// What was there before, where only what got worse counts.
fn known_failures(text: &mut Text, report: &Report, units: &[Unit<'_>]) {
    let lines = units.iter().map(|unit| one_line(report, unit));
    text.list("Known failures", &lines.collect::<Vec<_>>());
}

fn one_line(report: &Report, unit: &Unit<'_>) -> String {
    let more = more(unit);
    let brief = code(&fact_of(report, unit));
    let (word, id) = (word(unit.verdict), code(&unit.case.id));
    format!("{word} {id}{more}: {brief}")
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Error => "ERROR",
        Verdict::Flaky => "FLAKY",
        _ => "FAIL",
    }
}

/// ` and 18 more cases`.
fn more(unit: &Unit<'_>) -> String {
    match unit.others.len() {
        0 => String::new(),
        others => format!(" and {}", count(others, "more case")),
    }
}

/// What is wrong, on one line.
fn fact_of(report: &Report, unit: &Unit<'_>) -> String {
    match unit.causes.as_slice() {
        [cause, ..] if !unit.others.is_empty() => fact(report, cause),
        _ => in_brief(&unit.case),
    }
}

/// One cause, folded: what broke, and inside the place, the diff, the exchange and the other cases.
fn block(report: &Report, unit: &Unit<'_>) -> io::Result<String> {
    let mut block = format!(
        "<details><summary><b>{}</b> <code>{}</code>{} <code>{}</code></summary>\n\n",
        word(unit.verdict),
        html(&unit.case.id),
        more(unit),
        html(&fact_of(report, unit))
    );
    let mut findings = unit.findings();
    findings.retain(|finding| finding.level != Some(Level::May));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level.unwrap_or(Level::Must)));
    for finding in findings.iter().take(FINDINGS) {
        block += &finding_text(report, finding);
    }
    let more = match findings.len().saturating_sub(FINDINGS) {
        0 => String::new(),
        more => format!("- and {more} more\n\n"),
    };
    let full = fenced("text", &unit_text(report, unit)?);
    let summary = "<details><summary>request, response and curl</summary>";
    let end = "</details>\n\n</details>\n\n";
    Ok(format!("{block}{more}{summary}\n\n{full}\n{end}"))
}

/// What is waived, and for how long.
fn waived(text: &mut Text, report: &Report) {
    let applied = report
        .waivers
        .iter()
        .filter(|waiver| waiver.standing == WaiverStanding::Applied);
    let lines: Vec<String> = applied
        .map(|waiver| {
            let id = code(&waiver.case);
            let reason = code(&short_text(&waiver.reason, 300));
            let left = days_left(waiver);
            format!("{id}: {left} ({}): {reason}", html(&waiver.expires))
        })
        .collect();
    text.list("Waived", &lines);
}

fn warnings(text: &mut Text, report: &Report) {
    let lines: Vec<String> = report
        .cases
        .of(Verdict::Warn)
        .map(|case| format!("WARN {}: {}", code(&case.id), code(&in_brief(&case))))
        .collect();
    text.list("Recommendations not followed", &lines);
}

fn left_behind(text: &mut Text, report: &Report) {
    let mut lines = Vec::new();
    for case in report.cases.notable() {
        let things = case.left_behind.iter();
        let line =
            |what: &Redacted| format!("{}: {}", code(&case.id), code(&short_text(what, 300)));
        lines.extend(things.map(line));
    }
    text.list("Left on the target", &lines);
}

/// What is required and was not proven.
fn unproven(text: &mut Text, report: &Report) {
    let is_binding = |one: &RequirementReport| one.required && one.level == Level::Must;
    let lines: Vec<String> = gap::gaps(report, is_binding)
        .iter()
        .map(|gap| {
            let cause = code(&short_text(&gap.cause, 200));
            let ids: Vec<&str> = gap.requirements.iter().map(|one| one.id.as_str()).collect();
            format!("{} MUST, {cause}: {}", ids.len(), some_of(&ids))
        })
        .collect();
    text.list("Required and unproven", &lines);
}

/// The first few ids, and how many more there are.
fn some_of(ids: &[&str]) -> String {
    const SHOWN: usize = 5;
    let names: Vec<String> = ids.iter().take(SHOWN).map(|id| code(id)).collect();
    let more = match ids.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.join(", "))
}

/// Why cases were skipped: a line for each reason.
fn skipped(text: &mut Text, report: &Report) {
    let skipped = report.cases.of(Verdict::Skip);
    let reasons = by_reason(skipped.map(|case| (case.reason.to_string().into(), case.id.clone())));
    let lines: Vec<String> = reasons
        .iter()
        .map(|(reason, ids)| {
            let reason = code(&short_text(reason, 200));
            let number = count(ids.len(), "case");
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            format!("{number} skipped, {reason}: {}", some_of(&ids))
        })
        .collect();
    text.list("Skipped", &lines);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn drawn(report: &Report) -> String {
        let mut out = Vec::new();
        render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ten_thousand_failures_stay_below_the_limit_and_the_end_is_there() {
        let mut report = sample::broken();
        let failing = report.cases[3].clone();
        for number in 0..10_000 {
            let mut case = failing.clone();
            case.id = format!("{}-{number}", case.id);
            report.cases.push(case.clone());
            case.verdict = Verdict::Skip;
            case.reason = format!("reason {number}").into();
            report.cases.push(case);
        }
        let text = drawn(&report);
        assert!(text.len() <= LIMIT, "{}", text.len());
        assert!(
            text.contains("### Skipped"),
            "{}",
            &text[text.len() - 300..]
        );
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
    }

    #[test]
    fn no_text_of_ours_or_theirs_is_longer_than_the_limit() {
        for mut report in sample::all() {
            report.target.name = "x".repeat(100_000).into();
            report.suite = "`|<b>".repeat(20_000).into();
            report.reasons = vec!["y".repeat(9_000); 300];
            assert!(drawn(&report).len() <= LIMIT);
        }
    }
}
