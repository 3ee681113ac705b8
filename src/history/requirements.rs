//! Requirements, by id.

use crate::model::baseline::RequirementEntry;
use crate::model::{Baseline, Disposition, RequirementChange};

/// Every requirement whose disposition or sentence changed.
pub(crate) fn compare(old: &Baseline, new: &Baseline) -> Vec<RequirementChange> {
    // A part of the cases can show that a requirement is violated, and nothing else about it.
    let is_narrowed = !old.heading.selection.is_empty() || !new.heading.selection.is_empty();
    let ids = old.requirements.keys().chain(
        new.requirements
            .keys()
            .filter(|id| !old.requirements.contains_key(*id)),
    );
    let mut changes: Vec<RequirementChange> = ids
        .filter_map(|id| change(old.requirements.get(id), new.requirements.get(id)))
        .filter(|change| !is_narrowed || change.new == Some(Disposition::Violated))
        .collect();
    changes.sort_by(|one, other| one.id.cmp(&other.id));
    changes
}

fn change(
    then: Option<&RequirementEntry>,
    now: Option<&RequirementEntry>,
) -> Option<RequirementChange> {
    let last = now.or(then)?;
    let edited = match (then, now) {
        (Some(then), Some(now)) => (then.level, &then.sentence) != (now.level, &now.sentence),
        _ => false,
    };
    let of = |side: Option<&RequirementEntry>| side.map(|side| side.disposition);
    let is_left_out = [then, now].into_iter().flatten().any(|side| side.left_out);
    let is_same = of(then) == of(now) && !edited;
    if is_same || is_left_out {
        return None;
    }
    Some(RequirementChange {
        id: last.requirement.clone(),
        contract: last.contract.clone(),
        level: last.level,
        sentence: last.sentence.clone(),
        old: of(then),
        new: of(now),
        edited,
        waived: now.is_some_and(|now| now.waived),
    })
}
