//! What changed since an earlier run: regressions first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use maud::{Markup, html};

use crate::model::Report;
use crate::report::html::shown::{case_link, shown};
use crate::report::page::Tone;
use crate::report::summary::comparison::{
    Item, LEGEND, Section, earlier, has_signs, sections, summary,
};

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
            @let sections = sections(comparison);
            @if has_signs(&sections) { p.legend { (LEGEND) } }
            @for section in &sections { (part(section)) }
        }
    }
}

fn part(section: &Section) -> Markup {
    let left_out = section.items.len().saturating_sub(ITEMS);
    let alike = alike(&section.items[..section.items.len() - left_out]);
    html! {
        div class={ "change e-" (class(section.tone)) } {
            h3 { (section.title) " " span.aside { (section.items.len()) } }
            ul { @for items in &alike { li { (one(items)) } } }
            @if left_out > 0 { p.left-out { (left_out) " more; see the JSON report" } }
        }
    }
}

/// What is said of a thing besides its name.
type Said<'i> = (&'i str, &'i [(char, String)]);

/// Things of which the same is to be said, which is said once: a fault shows in many cases.
fn alike(items: &[Item]) -> Vec<Vec<&Item>> {
    let mut places: HashMap<Said<'_>, usize> = HashMap::new();
    let mut alike: Vec<Vec<&Item>> = Vec::new();
    for item in items {
        match places.entry((&item.text, &item.lines)) {
            Entry::Occupied(known) if item.is_case => alike[*known.get()].push(item),
            Entry::Occupied(_) => alike.push(vec![item]),
            Entry::Vacant(place) => {
                place.insert(alike.len());
                alike.push(vec![item]);
            }
        }
    }
    alike
}

/// At least one item, and those like it.
fn one(items: &[&Item]) -> Markup {
    let Some(item) = items.first() else {
        return html! {};
    };
    let left_out = item.lines.len().saturating_sub(LINES);
    let name = |item: &Item| {
        html! {
            @if item.is_case { a href=(case_link(&item.name)) { code { (shown(&item.name)) } } }
            @else { code { (shown(&item.name)) } }
        }
    };
    html! {
        @if items.len() == 1 { (name(item)) }
        @else { ul.cases { @for item in items { li { (name(item)) } } } }
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
