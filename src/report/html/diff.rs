//! A structural diff as a table of lines, unified; the script lays it out side by side when asked to.

use maud::{Markup, html};

use crate::model::{Diff, DiffLine, DiffSide};
use crate::report::html::shown::{shown, worded};
use crate::report::page::count;
use crate::report::summary::diff::lines;

/// Lines of one diff that are shown.
const SHOWN: usize = 400;

/// Characters of one line that are shown.
const LINE: usize = 1000;

/// Deeper lines are not indented further.
const DEEPEST: usize = 16;

pub(super) fn figure(diff: &Diff) -> Markup {
    let left_out = diff.left_out + diff.lines.len().saturating_sub(SHOWN);
    html! {
        figure.diff {
            figcaption {
                span { span.came { "− got" } " " span.want { "+ expected" } }
                span.views role="group" aria-label="Layout of the diff" hidden {
                    button type="button" data-view="unified" aria-pressed="true" { "Unified" }
                    button type="button" data-view="split" aria-pressed="false" { "Side by side" }
                }
            }
            div.lines tabindex="0" role="region" aria-label="Structural diff of expected and actual" {
                @for line in lines(diff).into_iter().take(SHOWN) { (row(line)) }
            }
            @if left_out > 0 { p.left-out { (count(left_out, "line")) " left out." } }
        }
    }
}

fn row(line: &DiffLine) -> Markup {
    let (class, sign, word) = match line.side {
        DiffSide::Same => ("same", " ", ""),
        DiffSide::Expected => ("want", "+", "expected: "),
        DiffSide::Actual => ("came", "−", "got: "),
        DiffSide::Gap => ("gap", " ", "unchanged lines left out"),
    };
    html! {
        div class={ "dl " (class) } {
            span.sign aria-hidden="true" { (sign) }
            @if !word.is_empty() { span.vh { (word) } }
            span.body {
                ("  ".repeat(line.depth.min(DEEPEST)))
                @if line.side == DiffSide::Gap { "…" } @else { (marked(line)) }
            }
            @if line.side != DiffSide::Gap && !line.note.is_empty() {
                span.note { (worded(&line.note)) @if !line.pointer.is_empty() { " at " code { (shown(&line.pointer)) } } }
            }
        }
    }
}

/// The text with the stretches that differ marked.
fn marked(line: &DiffLine) -> Markup {
    let characters: Vec<char> = line.text.chars().take(LINE).collect();
    let mut stretches: Vec<(bool, String)> = Vec::new();
    for (index, character) in characters.iter().enumerate() {
        let is_marked = line
            .marks
            .iter()
            .any(|(start, end)| (*start..*end).contains(&index));
        match stretches.last_mut() {
            Some((known, text)) if *known == is_marked => text.push(*character),
            _ => stretches.push((is_marked, character.to_string())),
        }
    }
    html! {
        @for (is_marked, text) in &stretches {
            @if *is_marked { mark { (shown(text)) } } @else { (shown(text)) }
        }
        @if line.text.chars().nth(characters.len()).is_some() { "…" }
    }
}
