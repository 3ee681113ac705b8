//! What changed since an earlier run: regressions first.

use maud::{Markup, html};

use super::shown::{case_link, shown};
use crate::model::Report;
use crate::report::comparison::{Item, Section, earlier, sections, summary};
use crate::report::page::Tone;

/// Items of one section that are shown.
const ITEMS: usize = 100;

/// Lines about one item that are shown.
const LINES: usize = 20;

/// The section; nothing when the run was compared with nothing.
pub(super) fn section(report: &Report) -> Markup {
    let Some(comparison) = &report.comparison else {
        return html! {};
    };
    html! {
        section #compared aria-labelledby="compared-heading" {
            h2 #compared-heading { "What changed" }
            p { b { (shown(&summary(comparison))) } " since " (shown(&earlier(comparison))) }
            @if !comparison.notes.is_empty() {
                ul.notes { @for note in &comparison.notes { li { (shown(note)) } } }
            }
            @for section in sections(comparison) { (part(&section)) }
        }
    }
}

fn part(section: &Section) -> Markup {
    let left_out = section.items.len().saturating_sub(ITEMS);
    html! {
        div class={ "change e-" (class(section.tone)) } {
            h3 { (section.title) " " span.aside { (section.items.len()) } }
            ul { @for item in section.items.iter().take(ITEMS) { li { (one(item)) } } }
            @if left_out > 0 { p.left-out { (left_out) " more are not shown; the JSON report has them all" } }
        }
    }
}

fn one(item: &Item) -> Markup {
    let left_out = item.lines.len().saturating_sub(LINES);
    html! {
        @if item.is_case { a href=(case_link(&item.name)) { code { (shown(&item.name)) } } }
        @else { code { (shown(&item.name)) } }
        " " (shown(&item.text))
        @if !item.lines.is_empty() {
            ul.details {
                @for (sign, line) in item.lines.iter().take(LINES) {
                    li class={ "s-" (side(*sign)) } {
                        @if *sign != ' ' { span.sign { (sign) } " " }
                        (shown(line))
                    }
                }
                @if left_out > 0 { li.left-out { (left_out) " more lines" } }
            }
        }
    }
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "fail",
        Tone::Error => "error",
        Tone::Warn => "warn",
        Tone::Good => "pass",
        _ => "skip",
    }
}

fn side(sign: char) -> &'static str {
    match sign {
        '+' => "now",
        '-' => "then",
        _ => "about",
    }
}
