//! The diff of two documents, line by line.

use similar::{Algorithm, ChangeTag, TextDiff};

use crate::model::Diff;
use crate::model::finding::{DiffLine, DiffSide};
use crate::text::excerpt::short_text;
use crate::xml::compare::Line;

/// The most lines of each document that are compared, from the first that differs.
const COMPARED: usize = 400;

/// The most lines of a diff.
const LINES: usize = 80;

/// Unchanged lines shown before and after a changed one.
const CONTEXT: usize = 2;

/// The longest text of one line, in characters.
const WIDTH: usize = 200;

/// The diff, and how many lines differ; `first` is the index of the first that does.
pub(super) fn of(expected: &[Line], actual: &[Line], first: usize) -> (Diff<String>, usize) {
    let before = first.saturating_sub(CONTEXT);
    // What is the same at the end need not be compared.
    let (rest, other) = (&expected[first..], &actual[first..]);
    let is_same = |(one, other): (&Line, &Line)| one.text == other.text && one.depth == other.depth;
    let same = rest.iter().rev().zip(other.iter().rev());
    let same = same.take_while(|pair| is_same(*pair)).count();
    let kept = same.saturating_sub(CONTEXT);
    let window = |lines: &[Line]| {
        let end = (lines.len() - kept).min(first + COMPARED);
        let cut = lines.len() - kept - end;
        (before..end, cut)
    };
    let ((wanted, cut_wanted), (found, cut_found)) = (window(expected), window(actual));
    let texts = |lines: &[Line]| {
        let lines = lines.iter();
        lines
            .map(|line| format!("{}\u{1}{}", line.depth, line.text))
            .collect::<Vec<String>>()
    };
    let (wanted_texts, found_texts) = (
        texts(&expected[wanted.clone()]),
        texts(&actual[found.clone()]),
    );
    let wanted_texts: Vec<&str> = wanted_texts.iter().map(String::as_str).collect();
    let found_texts: Vec<&str> = found_texts.iter().map(String::as_str).collect();
    let compared = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .diff_slices(&wanted_texts, &found_texts);
    let mut changes: Vec<(ChangeTag, &Line)> = Vec::new();
    for change in compared.iter_all_changes() {
        let line = match (change.old_index(), change.new_index()) {
            (Some(index), _) => &expected[wanted.start + index],
            (_, Some(index)) => &actual[found.start + index],
            (None, None) => continue,
        };
        changes.push((change.tag(), line));
    }
    let differing = changes
        .iter()
        .filter(|(tag, _)| *tag != ChangeTag::Equal)
        .count();
    let mut diff = Diff {
        lines: Vec::new(),
        left_out: cut_wanted + cut_found,
    };
    let mut skipped = 0;
    for (index, (tag, line)) in changes.iter().enumerate() {
        let near =
            &changes[index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(changes.len())];
        let is_shown = near.iter().any(|(tag, _)| *tag != ChangeTag::Equal);
        if !is_shown {
            skipped += 1;
            continue;
        }
        let side = match tag {
            ChangeTag::Equal => DiffSide::Same,
            ChangeTag::Delete => DiffSide::Expected,
            ChangeTag::Insert => DiffSide::Actual,
        };
        if skipped > 0 {
            push(&mut diff, DiffSide::Gap, line.depth, "…");
            skipped = 0;
        }
        push(&mut diff, side, line.depth, &line.text);
    }
    (diff, differing + cut_wanted + cut_found)
}

fn push(diff: &mut Diff<String>, side: DiffSide, depth: usize, text: &str) {
    if diff.lines.len() >= LINES {
        diff.left_out += 1;
        return;
    }
    diff.lines.push(DiffLine {
        side,
        depth,
        text: short_text(text, WIDTH),
        marks: Vec::new(),
        note: String::new(),
        pointer: String::new(),
    });
}
