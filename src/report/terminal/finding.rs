//! Findings of one requirement: its sentence, then the places in the case file.

use std::io;

use crate::model::{Finding, FindingKind, Level, Place, Report};
use crate::report::page::{Page, Tone, names};
use crate::report::snippet::{Mark, gutter};
use crate::report::summary::case::{Group, brief, contains, label, rule, shared_step};
use crate::text::printable::printable;

use crate::report::terminal::diff;

/// The most labels under one place.
const LABELS: usize = 5;

/// The most diffs under one place.
const DIFFS: usize = 2;

/// The sentence, then each place once with everything that was found there.
pub(super) fn render(
    page: &mut Page<'_>,
    report: &Report,
    group: &Group<'_>,
    tone: Tone,
) -> io::Result<()> {
    headline(page, report, group)?;
    let lines = group.findings.iter().flat_map(|finding| {
        let value = finding.used.as_ref().and_then(|used| used.value.as_ref());
        [Some(&finding.place), value]
    });
    let gutter = gutter(lines.flatten().map(|place| place.line));
    let mut left: Vec<&Finding> = group.findings.clone();
    let mut is_first = true;
    while let Some(first) = left.first() {
        let (here, elsewhere): (Vec<_>, Vec<_>) = left.iter().copied().partition(|finding| {
            finding.place.file == first.place.file && finding.place.line == first.place.line
        });
        if !is_first {
            page.bar(gutter)?;
        }
        place(page, report, gutter, &here, tone)?;
        is_first = false;
        left = elsewhere;
    }
    Ok(())
}

/// The sentence, then a line for each finding: for what is no failure.
pub(super) fn compact(
    page: &mut Page<'_>,
    report: &Report,
    group: &Group<'_>,
    tone: Tone,
) -> io::Result<()> {
    headline(page, report, group)?;
    for finding in &group.findings {
        let place = &finding.place;
        let at = format!(
            "    {}:{}:{}: ",
            printable(&place.file),
            place.line,
            place.column
        );
        let label = label(finding);
        let is_known = label.contains(", expected ") || contains(&label, &finding.expected);
        let text = if is_known {
            label
        } else {
            format!("{label}, expected {}", brief(&finding.expected))
        };
        page.flow(&[(Tone::Plain, &at)], tone, &text)?;
    }
    Ok(())
}

/// `MUST PRESENCE-41  state is online, away or offline.  [linked: X2]`.
fn headline(page: &mut Page<'_>, report: &Report, group: &Group<'_>) -> io::Result<()> {
    let Some(id) = group.requirement else {
        return page.flow(
            &[(Tone::Plain, "  ")],
            Tone::Plain,
            group.without_requirement(),
        );
    };
    let level = group.level.map(|level| level.to_string());
    let level = format!("  {} ", level.unwrap_or_default());
    let id_text = format!("{}  ", printable(id));
    let text = match report.requirements.iter().find(|one| one.id == id) {
        None => String::new(),
        Some(requirement) => {
            let source = printable(&requirement.source);
            let source = match source.as_ref() {
                "" => String::new(),
                source if source.starts_with('[') => format!("  {source}"),
                source => format!("  [{source}]"),
            };
            format!("{}{source}", printable(&requirement.sentence))
        }
    };
    let lead = [
        (level_tone(group.level), level.as_str()),
        (Tone::Strong, &id_text),
    ];
    page.flow(&lead, Tone::Strong, &text)
}

pub(super) fn level_tone(level: Option<Level>) -> Tone {
    match level {
        Some(Level::Must) => Tone::Bad,
        Some(Level::Should) => Tone::Warn,
        _ => Tone::Dim,
    }
}

/// All findings of one line of a case file.
fn place(
    page: &mut Page<'_>,
    report: &Report,
    gutter: usize,
    findings: &[&Finding],
    tone: Tone,
) -> io::Result<()> {
    let mut marks: Vec<Mark> = Vec::new();
    for finding in findings {
        let (column, length) = (finding.place.column, finding.place.length);
        let label = label(finding);
        let known = marks
            .iter_mut()
            .find(|mark| (mark.column, mark.length) == (column, length));
        match known {
            Some(mark) if mark.labels.contains(&label) => {}
            Some(mark) => mark.labels.push(label),
            None => marks.push(Mark {
                column,
                length,
                labels: vec![label],
                sign: '^',
                tone,
            }),
        }
    }
    for mark in &mut marks {
        let left_out = mark.labels.len().saturating_sub(LABELS);
        if left_out > 0 {
            mark.labels.truncate(LABELS);
            mark.labels.push(format!("and {left_out} more"));
        }
    }
    page.arrow(gutter, "-->", &findings[0].place)?;
    page.bar(gutter)?;
    page.source(gutter, &findings[0].place, &marks)?;
    for value in given_values(findings) {
        page.bar(gutter)?;
        page.arrow(gutter, ":::", value)?;
        page.bar(gutter)?;
        let mark = Mark {
            column: value.column,
            length: value.length,
            labels: vec!["the value comes from here".to_owned()],
            sign: '-',
            tone: Tone::Frame,
        };
        page.source(gutter, value, &[mark])?;
    }
    notes(page, report, gutter, findings)
}

/// The values of cases that these findings of a shared step are made of, each once.
fn given_values<'f>(findings: &[&'f Finding]) -> Vec<&'f Place> {
    let mut values: Vec<&Place> = Vec::new();
    let given = findings
        .iter()
        .filter_map(|finding| finding.used.as_ref()?.value.as_ref());
    for value in given {
        if !values.contains(&value) && values.len() < LABELS {
            values.push(value);
        }
    }
    values
}

/// What the labels do not say: both values, the rule of a schema, other requirements, the diff.
fn notes(
    page: &mut Page<'_>,
    report: &Report,
    gutter: usize,
    findings: &[&Finding],
) -> io::Result<()> {
    // A fact, and the places it is about: fifty elements may break one rule.
    let mut notes: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for finding in findings {
        let facts = [
            ("rule", rule(report, finding)),
            ("shared step", shared_step(finding)),
            ("expected", expected(finding)),
            ("got", actual(finding)),
            ("schema", schema(finding)),
            ("also violates", others(finding)),
        ];
        let pointer = where_found(finding);
        for (kind, text) in facts {
            let Some(text) = text else { continue };
            let known = notes
                .iter_mut()
                .find(|note| note.0 == kind && note.1 == text);
            match known {
                Some(note) => note.2.push(pointer),
                None => notes.push((kind, text, vec![pointer])),
            }
        }
    }
    for (kind, text, pointers) in notes.iter().take(2 * LABELS) {
        let about_all = pointers.len() == findings.len() || pointers == &["the body"];
        let mut places: Vec<&str> = Vec::new();
        for pointer in pointers {
            if !pointer.is_empty() && !places.contains(pointer) {
                places.push(pointer);
            }
        }
        let kind = if about_all || places.is_empty() {
            (*kind).to_owned()
        } else {
            format!("{kind} ({})", brief(&names(places.into_iter(), 40)))
        };
        page.note(gutter, &kind, text)?;
    }
    for diff in findings
        .iter()
        .filter_map(|finding| finding.diff.as_ref())
        .take(DIFFS)
    {
        page.bar(gutter)?;
        diff::render(page, gutter, diff)?;
    }
    Ok(())
}

/// The place in the body, or the header field; empty where it is about neither.
fn where_found(finding: &Finding) -> &str {
    match finding.pointer.as_deref() {
        None => finding.header.as_deref().unwrap_or_default(),
        Some("") => "the body",
        Some(pointer) => pointer,
    }
}

/// The expected value, where neither the label nor the words of the case file show it.
fn expected(finding: &Finding) -> Option<String> {
    let column = finding.place.column.saturating_sub(1) as usize;
    let words: String = finding
        .place
        .source
        .chars()
        .skip(column)
        .take(finding.place.length as usize)
        .collect();
    let says_itself = words.starts_with('<') && !words.contains("${");
    let is_known = finding.diff.is_some()
        || says_itself
        || contains(&words, &finding.expected)
        || contains(&finding.message, &finding.expected);
    (has_values(finding.kind) && !is_known).then(|| brief(&finding.expected))
}

/// The actual value, where the label does not show it.
fn actual(finding: &Finding) -> Option<String> {
    let is_known = finding.diff.is_some() || contains(&finding.message, &finding.actual);
    let is_there = finding.actual != "nothing";
    (has_values(finding.kind) && is_there && !is_known).then(|| brief(&finding.actual))
}

/// Is it about one value instead of another?
fn has_values(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::Header
            | FindingKind::MediaType
            | FindingKind::Schema
            | FindingKind::Value
            | FindingKind::Type
            | FindingKind::Duplicate
            | FindingKind::Inexact
            | FindingKind::Text
            | FindingKind::Bytes
            | FindingKind::Coding
    )
}

fn schema(finding: &Finding) -> Option<String> {
    let rule = finding.schema.as_ref()?;
    Some(format!(
        "{} says {}",
        brief(&rule.location),
        brief(&rule.rule)
    ))
}

/// The requirements that are violated too.
fn others(finding: &Finding) -> Option<String> {
    let others: Vec<&str> = finding
        .requirements
        .iter()
        .map(String::as_str)
        .filter(|id| Some(*id) != finding.requirement.as_deref())
        .collect();
    (!others.is_empty()).then(|| brief(&others.join(", ")))
}
