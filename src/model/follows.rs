//! Which causes may follow from another one, and are listed below it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::cause::Cause;
use crate::model::finding::{Finding, FindingKind};
use crate::model::spot::Spot;
use crate::redact::Redacted;

/// Causes of one case that another one is compared with.
const COMPARED: usize = 64;

/// How often all causes are looked at: what was put below another one adds its places.
const PASSES: usize = 3;

/// An answer: the positions of case and step.
pub(super) type Answer = (usize, usize);

/// The part of an answer that a cause is about.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Everything: the status, or what the body is.
    Whole,
    /// What is in the body.
    Body,
    /// One header.
    Header(String),
    /// None of these: the time it took, or that there was no answer.
    Other,
}

impl Part {
    pub(super) fn of(finding: &Finding) -> Part {
        use FindingKind::{Incomplete, Late, NotEmpty, NotJson, NotXml, Status};
        match (finding.kind, &finding.header) {
            (Status | NotJson | NotXml | NotEmpty, _) => Part::Whole,
            (Late | Incomplete, _) => Part::Other,
            (_, Some(header)) => Part::Header(header.to_lowercase()),
            _ => Part::Body,
        }
    }
}

/// A cause, and where it shows.
pub(super) struct Found {
    pub(super) cause: Cause,
    pub(super) part: Part,
    /// The requirement of the example, if it has one.
    pub(super) first: Vec<String>,
    /// The answers in which it shows, and the numbers of its spots there; none where the body is not the point.
    pub(super) answers: BTreeMap<Answer, Vec<usize>>,
    /// The status that the first case expects instead.
    pub(super) expected: Option<Redacted>,
}

/// Puts a cause below an earlier one from which it may follow. `spots` are in the order of their numbers.
pub(super) fn folded(mut found: Vec<Found>, spots: &[&Spot]) -> Vec<Cause> {
    for _ in 0..PASSES {
        let before = found.len();
        found = pass(found, spots);
        if found.len() == before {
            break;
        }
    }
    found.into_iter().map(|one| one.cause).collect()
}

fn pass(found: Vec<Found>, spots: &[&Spot]) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    let mut by_case: HashMap<usize, Vec<usize>> = HashMap::new();
    for one in found {
        let first = one.answers.keys().next();
        let candidates = first.and_then(|(case, _)| by_case.get(case));
        let mut candidates = candidates.into_iter().flatten().copied().take(COMPARED);
        let above = candidates.find(|above| covers(&kept[*above], &one, spots));
        if let Some(above) = above {
            put_below(&mut kept[above], one);
        } else {
            let cases: BTreeSet<usize> = one.answers.keys().map(|(case, _)| *case).collect();
            for case in cases {
                by_case.entry(case).or_default().push(kept.len());
            }
            kept.push(one);
        }
    }
    kept
}

fn put_below(above: &mut Found, mut below: Found) {
    let also = std::mem::take(&mut below.cause.also);
    above.cause.also.push(below.cause);
    above.cause.also.extend(also);
    for (answer, spots) in below.answers {
        if let Some(known) = above.answers.get_mut(&answer) {
            known.extend(spots);
        }
    }
}

/// Whether one may follow from the other: it shows only in answers after one that was wrong as a whole, or only in answers
/// in which the other one shows, in the same header, or in places that may be one break.
fn covers(above: &Found, below: &Found, spots: &[&Spot]) -> bool {
    if above.part == Part::Whole {
        let mut below = below.answers.keys();
        return below.all(|(case, step)| {
            let earlier = above.answers.range((*case, 0)..=(*case, *step));
            earlier.take(1).count() > 0
        });
    }
    if above.part != below.part {
        return false;
    }
    let is_same = !above.first.is_empty() && above.first == below.first;
    below.answers.iter().all(|(answer, own)| {
        let Some(known) = above.answers.get(answer) else {
            return false;
        };
        own.iter().all(|one| {
            let mut known = known.iter();
            known.any(|known| known == one || spots[*known].may_be_one_with(spots[*one], is_same))
        })
    })
}
