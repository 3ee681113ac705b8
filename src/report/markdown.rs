//! Markdown for a pull request comment or a job summary: the verdict first, diffs folded, never too long.
//!
//! GitHub refuses a comment of more than 65,536 characters, so the text is bounded: failures are written
//! out while there is room, then named, then counted. Every text from outside is in code, where
//! nothing is markup, nobody is mentioned and no issue is linked.

use std::io;

use crate::model::{
    Diff, DiffLine, DiffSide, Disposition, Finding, FindingKind, Level, Report, RequirementReport,
    Summary, TargetReport, Verdict, WaiverStanding,
};
use crate::report::page::{count, duration};
use crate::report::summary::case::label;
use crate::report::summary::case::{in_brief, rule, shared_step};
use crate::report::summary::causes::{Unit, fact, failures_in_numbers, units};
use crate::report::summary::comparison;
use crate::report::summary::comparison::Item;
use crate::report::summary::exchanges;
use crate::report::summary::gap;
use crate::report::summary::verdict;
use crate::report::summary::waivers::days_left;
use crate::report::terminal::unit_text;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// The limit of the text, in bytes.
pub const LIMIT: usize = 60 * 1024;

/// What is kept free for the lists after the failures.
const TAIL: usize = 12 * 1024;

/// Findings of one case that are shown.
const FINDINGS: usize = 8;

/// Lines of one diff that are shown.
const DIFF_LINES: usize = 60;

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
        code(&short_text(&report.suite, 200)),
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
    for reason in report.reasons.iter().take(LIST) {
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

/// The causes of failures: folded blocks while there is room, then a line each, then a number.
fn failures(text: &mut Text, report: &Report) -> io::Result<()> {
    let units = units(report).into_iter();
    let units: Vec<Unit<'_>> = units.filter(|unit| unit.verdict != Verdict::Warn).collect();
    if units.is_empty() {
        return Ok(());
    }
    text.add(&format!("### {}\n\n", failures_in_numbers(report)));
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
    let others = units[shown..].iter().map(|unit| {
        let more = more(unit);
        let brief = code(&fact_of(report, unit));
        format!(
            "{} {}{more}: {brief}",
            word(unit.verdict),
            code(&unit.case.id)
        )
    });
    text.list("Not shown in full", &others.collect::<Vec<_>>());
    Ok(())
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
        _ => in_brief(unit.case),
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
    let mut findings = unit.findings.clone();
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

/// The sentence that is broken, the place, and the diff.
fn finding_text(report: &Report, finding: &Finding) -> String {
    let place = &finding.place;
    let at = code(&format!("{}:{}:{}", place.file, place.line, place.column));
    let known = report
        .requirements
        .iter()
        .find(|known| Some(&known.id) == finding.requirement.as_ref());
    let sentence = match known {
        Some(known) => format!(
            "**{} {}** {}",
            known.level,
            code(&known.id),
            code(&short_text(&known.sentence, 400))
        ),
        None if finding.kind == FindingKind::Capture => "a capture".to_owned(),
        None if finding.kind == FindingKind::Incomplete => "the rest of the answer".to_owned(),
        None => "a setup step".to_owned(),
    };
    let message = code(&short_text(&label(finding), 400));
    let lines = match &finding.diff {
        Some(diff) => diff_lines(diff),
        None => format!(
            "- {}\n+ {}\n",
            printable(&short_text(&finding.expected, 400)),
            printable(&short_text(&finding.actual, 400))
        ),
    };
    let is_empty = finding.expected.is_empty() && finding.diff.is_none();
    let diff = if is_empty {
        String::new()
    } else {
        fenced("diff", &lines)
    };
    let rule = rule(report, finding);
    let rule = rule.map_or_else(String::new, |rule| format!("rule {}, ", code(&rule)));
    let step = shared_step(finding);
    let step = step.map_or_else(String::new, |step| {
        format!("  \nshared step {}", code(&step))
    });
    let value = finding.used.as_ref().and_then(|used| used.value.as_ref());
    let value = value.map_or_else(String::new, |value| {
        let at = format!("{}:{}:{}", value.file, value.line, value.column);
        format!(", the value comes from {}", code(&printable(&at)))
    });
    format!("{sentence}  \n{rule}{at}: {message}{step}{value}\n\n{diff}\n")
}

fn diff_lines(diff: &Diff) -> String {
    let shown = diff.lines.iter().take(DIFF_LINES);
    let lines: String = shown.map(diff_line).collect();
    match diff.left_out + diff.lines.len().saturating_sub(DIFF_LINES) {
        0 => lines,
        more => format!("{lines}  … {} more\n", count(more, "line")),
    }
}

fn diff_line(line: &DiffLine) -> String {
    let sign = match line.side {
        DiffSide::Expected => '-',
        DiffSide::Actual => '+',
        DiffSide::Same | DiffSide::Gap => ' ',
    };
    let text = match line.side {
        DiffSide::Gap => "…",
        _ => line.text.as_str(),
    };
    let indent = "  ".repeat(line.depth.min(12));
    let text = short_text(&printable(text), 200);
    format!("{sign} {indent}{text}\n")
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
    let cases = report.cases.iter();
    let lines: Vec<String> = cases
        .filter(|case| case.verdict == Verdict::Warn)
        .map(|case| format!("WARN {}: {}", code(&case.id), code(&in_brief(case))))
        .collect();
    text.list("Recommendations not followed", &lines);
}

fn left_behind(text: &mut Text, report: &Report) {
    let cases = report.cases.iter();
    let lines: Vec<String> = cases
        .flat_map(|case| case.left_behind.iter().map(move |what| (case, what)))
        .map(|(case, what)| format!("{}: {}", code(&case.id), code(&short_text(what, 300))))
        .collect();
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
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for case in report
        .cases
        .iter()
        .filter(|one| one.verdict == Verdict::Skip)
    {
        match reasons
            .iter_mut()
            .find(|(reason, _)| *reason == case.reason)
        {
            Some((_, ids)) => ids.push(&case.id),
            None => reasons.push((&case.reason, vec![&case.id])),
        }
    }
    let lines: Vec<String> = reasons
        .iter()
        .map(|(reason, ids)| {
            let reason = code(&short_text(reason, 200));
            let number = count(ids.len(), "case");
            format!("{number} skipped, {reason}: {}", some_of(ids))
        })
        .collect();
    text.list("Skipped", &lines);
}

/// Text in a code span: nothing in it is markup (CommonMark section 6.1).
///
/// The fence is longer than any run of backticks inside, and `|` cannot end the cell of a table.
fn code(text: &str) -> String {
    let text = printable(text).replace('|', "\u{2502}");
    let fence = "`".repeat(longest_run(&text) + 1);
    match text.trim() {
        "" => "` `".to_owned(),
        _ if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) => {
            format!("{fence} {text} {fence}")
        }
        _ => format!("{fence}{text}{fence}"),
    }
}

/// Lines in a fenced code block.
fn fenced(language: &str, lines: &str) -> String {
    let fence = "`".repeat(longest_run(lines).max(2) + 1);
    let lines = lines.trim_end_matches('\n');
    format!("{fence}{language}\n{lines}\n{fence}\n")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// Text inside HTML, on one line, where Markdown must not find markup either.
fn html(text: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || " /-.:,".contains(character);
    printable(text)
        .chars()
        .map(|character| match character {
            plain if is_plain(plain) => plain.to_string(),
            other => format!("&#{};", u32::from(other)),
        })
        .collect()
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

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\nc"), "`a\u{2502}b\\nc`");
        assert_eq!(code(""), "` `");
        assert!(fenced("text", "````\nx").starts_with("`````text\n"));
        assert_eq!(html("<b>*a*`"), "&#60;b&#62;&#42;a&#42;&#96;");
    }
}
