//! Cases, by id: each of one side or of both.

use crate::model::baseline::CaseEntry;
use crate::model::{Baseline, CaseChange, CaseClass, Verdict};

/// Every case that is worth a word, how many were not selected in the later run, and the ids of those
/// that say something else.
pub(crate) fn compare(old: &Baseline, new: &Baseline) -> (Vec<CaseChange>, usize, Vec<String>) {
    let is_narrowed = !new.heading.selection.is_empty();
    let was_narrowed = !old.heading.selection.is_empty();
    let mut changes = Vec::new();
    let mut not_selected = 0;
    let mut edited = Vec::new();
    for (id, then) in &old.cases {
        let now = new.cases.get(id);
        if now.is_none() && is_narrowed {
            not_selected += 1;
            continue;
        }
        if now.is_some_and(|now| is_edited(then, now)) {
            edited.push(id.clone());
        }
        changes.extend(change(Some(then), now));
    }
    for (id, now) in &new.cases {
        // What an earlier selection left out is not new; but that it fails must be reported.
        let is_passing = matches!(now.verdict, Verdict::Pass | Verdict::Skip);
        let is_left_out = was_narrowed && is_passing;
        if !is_left_out && !old.cases.contains_key(id) {
            changes.extend(change(None, Some(now)));
        }
    }
    changes.sort_by(|one, other| (one.class, &one.id).cmp(&(other.class, &other.id)));
    (changes, not_selected, edited)
}

/// Does the case say something else? Unknown where one side has no digest.
pub(crate) fn is_edited(then: &CaseEntry, now: &CaseEntry) -> bool {
    matches!((then.digest, now.digest), (Some(then), Some(now)) if then != now)
}

fn change(then: Option<&CaseEntry>, now: Option<&CaseEntry>) -> Option<CaseChange> {
    let verdict = |side: Option<&CaseEntry>| side.map(|side| side.verdict);
    let differs = then.map(|then| &then.fails) != now.map(|now| &now.fails);
    let class = CaseClass::of(verdict(then), verdict(now), differs)?;
    let lines = |side: Option<&CaseEntry>| side.map_or_else(Vec::new, |side| side.fails.clone());
    let (before, after) = (lines(then), lines(now));
    let only = |lines: &[String], others: &[String]| -> Vec<String> {
        let own = lines.iter().filter(|line| !others.contains(line));
        own.cloned().collect()
    };
    Some(CaseChange {
        id: now.or(then)?.case.clone(),
        class,
        old: verdict(then),
        new: verdict(now),
        edited: matches!((then, now), (Some(then), Some(now)) if is_edited(then, now)),
        waived: now.is_some_and(|now| now.waived),
        appeared: only(&after, &before),
        gone: only(&before, &after),
        reason: reason(class, then, now).to_owned(),
    })
}

/// Why a failure was accepted, or why there is no evidence now.
fn reason<'a>(
    class: CaseClass,
    then: Option<&'a CaseEntry>,
    now: Option<&'a CaseEntry>,
) -> &'a str {
    match class {
        CaseClass::StillFailing => then.map_or("", |then| &then.lowered),
        _ => now.map_or("", |now| &now.reason),
    }
}
