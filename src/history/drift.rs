//! Bodies that changed although the cases that received them pass.

use std::collections::BTreeMap;

use crate::history::cases::is_edited;
use crate::json::outline;
use crate::json::outline::Outline;
use crate::model::baseline::BodyEntry;
use crate::model::{Baseline, Drift, Verdict};

/// Every place at which bodies differ, each with the cases that saw it, and whether some bodies were
/// too large to be compared.
pub(crate) fn compare(old: &Baseline, new: &Baseline) -> (Vec<Drift>, bool) {
    let mut found = Found::default();
    if old.bodies.is_empty() || new.bodies.is_empty() {
        return (Vec::new(), false);
    }
    for (key, then) in &old.bodies {
        if is_comparable(old, new, &key.0) {
            found.compare(then, new.bodies.get(key));
        }
    }
    for (key, now) in &new.bodies {
        if !old.bodies.contains_key(key) && is_comparable(old, new, &key.0) {
            found.add(now, Place::default().now("a JSON body"));
        }
    }
    let drift = found
        .places
        .into_iter()
        .map(|((operation, status, place), mut cases)| {
            cases.sort();
            cases.dedup();
            Drift {
                operation,
                status,
                pointer: place.pointer,
                then: place.then,
                now: place.now,
                cases,
            }
        });
    (drift.collect(), found.is_cut)
}

/// Does the case do the same on both sides, and hold on both? A failing case is reported as a failure.
fn is_comparable(old: &Baseline, new: &Baseline, case: &str) -> bool {
    let holds = |verdict| matches!(verdict, Verdict::Pass | Verdict::Warn);
    match (old.cases.get(case), new.cases.get(case)) {
        (Some(then), Some(now)) => {
            holds(then.verdict) && holds(now.verdict) && !is_edited(then, now)
        }
        _ => false,
    }
}

/// Where something differs, and how.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    pointer: Option<String>,
    then: Option<String>,
    now: Option<String>,
}

impl Place {
    fn then(self, words: impl Into<String>) -> Place {
        Place {
            then: Some(words.into()),
            ..self
        }
    }

    fn now(self, words: impl Into<String>) -> Place {
        Place {
            now: Some(words.into()),
            ..self
        }
    }
}

#[derive(Default)]
struct Found {
    places: BTreeMap<(String, u16, Place), Vec<String>>,
    is_cut: bool,
}

impl Found {
    fn add(&mut self, body: &BodyEntry, place: Place) {
        let key = (body.operation.clone(), body.status, place);
        self.places.entry(key).or_default().push(body.body.clone());
    }

    fn compare(&mut self, then: &BodyEntry, now: Option<&BodyEntry>) {
        let Some(now) = now else {
            return self.add(then, Place::default().then("a JSON body"));
        };
        if then.status != now.status {
            let place = Place::default().then(format!("status {}", then.status));
            return self.add(now, place.now(format!("status {}", now.status)));
        }
        if then.outline == now.outline {
            return;
        }
        let (Some(before), Some(after)) =
            (Outline::parse(&then.outline), Outline::parse(&now.outline))
        else {
            self.is_cut = true;
            return;
        };
        for difference in outline::differences(&before, &after) {
            let place = Place {
                pointer: Some(difference.pointer),
                then: difference.old,
                now: difference.new,
            };
            self.add(now, place);
        }
    }
}
