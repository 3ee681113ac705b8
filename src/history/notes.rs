//! Notes about what cannot be compared, or only in part.

use crate::model::{Baseline, Comparison};
use crate::text::count::count;

pub(crate) fn of(
    old: &Baseline,
    new: &Baseline,
    comparison: &Comparison,
    is_cut: bool,
) -> Vec<String> {
    let mut notes = Vec::new();
    if comparison.common == 0 {
        notes.push("the two runs have no case in common: nothing can be compared".to_owned());
    }
    let (then, now) = (&old.heading, &new.heading);
    if then.target != now.target {
        notes.push(format!(
            "different targets: {} before, {} now",
            then.target, now.target
        ));
    }
    notes.extend(suite(old, new, comparison));
    for (heading, when) in [(then, "before"), (now, "now")] {
        if !heading.selection.is_empty() {
            notes.push(format!(
                "only {} was selected {when}: other cases are not compared, and of the requirements only those violated now",
                heading.selection.join(", ")
            ));
        }
        if heading.interrupted {
            notes.push(format!(
                "the run was interrupted {when}: cases that did not run are not compared"
            ));
        }
    }
    for (kept, other, when) in [(old, new, "before"), (new, old, "now")] {
        if kept.bodies.is_empty() && !other.bodies.is_empty() {
            notes.push(format!(
                "body outlines are missing {when}: drift cannot be detected"
            ));
        }
    }
    if is_cut {
        notes.push(
            "some bodies are too large for an outline: drift in them cannot be detected".into(),
        );
    }
    notes
}

/// What is known about the two suites.
fn suite(old: &Baseline, new: &Baseline, comparison: &Comparison) -> Option<String> {
    let digests = (&old.heading.suite_digest, &new.heading.suite_digest);
    let (Some(then), Some(now)) = digests else {
        return Some("the suites cannot be compared: a digest is missing".into());
    };
    if then == now || comparison.common == 0 {
        return None;
    }
    let contracts = old.contracts.values().filter(|then| {
        let now = new.contracts.get(&then.contract);
        now.is_some_and(|now| now.digest != then.digest)
    });
    let contracts: Vec<&str> = contracts.map(|one| one.contract.as_str()).collect();
    let mut parts = Vec::new();
    if !contracts.is_empty() {
        parts.push(format!("requirements of {}", contracts.join(", ")));
    }
    let edited = comparison.edited.len();
    let added = new.cases.keys().filter(|id| !old.cases.contains_key(*id));
    let gone = old.cases.keys().filter(|id| !new.cases.contains_key(*id));
    let numbers = [
        (edited, "edited"),
        (added.count(), "new"),
        (gone.count() - comparison.not_selected, "gone"),
    ];
    for (number, word) in numbers {
        if number > 0 {
            parts.push(format!("{} {word}", count(number, "case")));
        }
    }
    let what = if parts.is_empty() {
        "its schemas, or cases that were not selected".to_owned()
    } else {
        parts.join(", ")
    };
    Some(format!("the suite changed: {what}"))
}
