//! The requirements whose disposition changed from run to run, a strip for each.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::model::Disposition;
use crate::model::history::{Moment, RequirementMoment};
use crate::report::html::shown::{level, shown};
use crate::report::page::count;
use crate::report::summary::comparison::moment;

/// Strips that are drawn; the others are counted.
const STRIPS: usize = 40;

/// Changes that are written out, the last ones.
const CHANGES: usize = 6;

/// What each run said about one requirement, where it said something.
type Seen<'r> = Vec<(usize, &'r RequirementMoment)>;

/// The strips, by id.
pub(super) fn section(runs: &[Moment]) -> Markup {
    let mut all: BTreeMap<&str, Seen<'_>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        for (id, one) in &run.requirements {
            all.entry(id).or_default().push((index, one));
        }
    }
    let changed = |seen: &Seen<'_>| {
        let mut pairs = seen.windows(2);
        pairs.any(|pair| pair[0].1.disposition != pair[1].1.disposition)
    };
    all.retain(|_, seen| changed(seen));
    let left_out = all.len().saturating_sub(STRIPS);
    html! {
        @if !all.is_empty() {
            h3 { "Requirements that changed " span.aside { "each run from left to right" } }
            div.strips { @for (id, seen) in all.iter().take(STRIPS) { (strip(id, seen, runs)) } }
            @if left_out > 0 { p.left-out { (count(left_out, "more requirement")) } }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn strip(id: &str, seen: &Seen<'_>, runs: &[Moment]) -> Markup {
    let wide = 100.0 / runs.len().max(1) as f64;
    let class = |disposition| match disposition {
        Disposition::Upheld => "f-pass",
        Disposition::Violated => "f-fail",
        Disposition::Unproven => "f-warn",
        Disposition::NotApplicable => "f-skip",
    };
    // A violation is higher than the rest: colour is not the only sign.
    let shape = |disposition| match disposition {
        Disposition::Violated => ("0", "16"),
        _ => ("5", "11"),
    };
    let mut last = None;
    let changes = seen.iter().filter(|(_, one)| {
        let is_new = last != Some(one.disposition);
        last = Some(one.disposition);
        is_new
    });
    let changes: Vec<&(usize, &RequirementMoment)> = changes.collect();
    let shown_changes = &changes[changes.len().saturating_sub(CHANGES)..];
    html! {
        figure {
            figcaption {
                @if let Some((_, one)) = seen.last() { (level(one.level)) " " }
                b { (shown(id)) } " "
                @if let Some((_, one)) = seen.last() { span.aside { (shown(&one.sentence)) } }
            }
            svg width="100%" height="16" role="img" aria-label={ (shown(id)) ": " (count(changes.len() - 1, "change")) } {
                title { (shown(id)) }
                desc { "The disposition in each run; the changes are written below." }
                @for (index, one) in seen {
                    @let (y, height) = shape(one.disposition);
                    rect class=(class(one.disposition)) x=(format!("{:.3}%", *index as f64 * wide)) width=(format!("{:.3}%", wide * 0.9)) y=(y) height=(height) {}
                }
            }
            p.when {
                @if changes.len() > CHANGES { (changes.len() - CHANGES) " earlier; " }
                @for (number, (index, one)) in shown_changes.iter().enumerate() {
                    @if number > 0 { ", " }
                    (one.disposition.words()) " since " time { (shown(&moment(&runs[*index].started))) }
                }
            }
        }
    }
}
