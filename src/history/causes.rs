//! Causes: what fails alike in several cases, and in how many of them before and after.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::baseline::CaseEntry;
use crate::model::{Baseline, CauseChange};

/// Every cause that has several cases on a side, and not as many on the other.
pub(crate) fn compare(old: &Baseline, new: &Baseline) -> Vec<CauseChange> {
    // What only one run selected says nothing about the target.
    let then = old
        .cases
        .values()
        .filter(|case| new.cases.contains_key(&case.case));
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for cause in then.flat_map(causes) {
        counts.entry(cause).or_default().0 += 1;
    }
    for cause in new.cases.values().flat_map(causes) {
        counts.entry(cause).or_default().1 += 1;
    }
    let counts = counts.into_iter();
    let changed = counts.filter(|(_, (old, new))| old != new && (*old).max(*new) > 1);
    let mut found: Vec<CauseChange> = changed
        .map(|(cause, (old, new))| CauseChange { cause, old, new })
        .collect();
    found.sort_by_key(|change| std::cmp::Reverse(change.new.saturating_sub(change.old)));
    found
}

/// The causes of a case, each once.
fn causes(case: &CaseEntry) -> BTreeSet<String> {
    let lines = case.fails.iter().filter(|_| !case.waived);
    lines.filter_map(|line| without_step(line)).collect()
}

/// `PRESENCE-41 step 1: value at /*/state, …` without `step 1`, or without the rule.
fn without_step(line: &str) -> Option<String> {
    let (requirement, rest) = line.split_once(' ')?;
    let (_, symptom) = rest.split_once(": ")?;
    Some(format!("{requirement}: {symptom}"))
}
