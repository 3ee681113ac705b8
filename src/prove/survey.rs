//! Which mutants are killed, and which places no check reads.
//!
//! A mutant that is not killed is no gap by itself: a contract leaves freedom. If some mutant at a place (of an
//! operation, at a status) is killed in some case, the suite checks the place, and the other mutants there are
//! equivalent: its schemas and patterns allow them. If none is killed, no check reads the place, and its mutants
//! survived. If mutants are killed there, but none with a value of another type, the type is not checked, and those
//! with another type survived.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::model::{
    AnswerPlace, Answers, BodyCheck, Contract, FreePlace, KillingCheck, Mutants, RawFinding,
    Response, Step,
};
use crate::prove::allowed;
use crate::prove::allowed::EntryAt;
use crate::prove::bounds::Bounds;
use crate::prove::change::OTHER_TYPES;
use crate::prove::check_at::{CheckAt, check_at};
use crate::prove::described::{UNDESCRIBED, is_undescribed};
use crate::prove::elsewhere::{KilledElsewhere, Pool};
use crate::prove::fold::fold;
use crate::prove::mutant::{BodyReading, each_mutant};
use crate::prove::pairs;
use crate::prove::percent::percent;
use crate::prove::rejudge::{GreenCase, answers, places};
use crate::prove::rules;
use crate::prove::rules::Refused;
use crate::prove::share::Share;
use crate::prove::tally::{Spot, Tally};

/// The results of judging mutants.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Survey {
    /// How many mutants there are, those of other shards too.
    pub(super) made: usize,
    /// How many of them were judged.
    pub(super) judged: usize,
    /// By place.
    #[serde(with = "pairs")]
    places: BTreeMap<Spot, Tally>,
    /// How many mutants violated each requirement.
    pub(super) by_requirement: HashMap<String, usize>,
    /// The checks that killed a mutant: file, line, column.
    pub(super) alive: HashSet<CheckAt>,
    /// What schemas rejected.
    pub(super) refused: Refused,
    /// The mutants that survived and that a check of another exchange would kill.
    elsewhere: KilledElsewhere,
}

/// Judges the mutants of every answer that belong to a shard, on `jobs` threads. `done` is called after each case.
pub(super) fn survey(
    cases: &[GreenCase<'_>],
    share: Share,
    jobs: usize,
    done: &(dyn Fn(usize) + Sync),
) -> Survey {
    let (next, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let total = Mutex::new(Survey::default());
    let bounds = Bounds::of(&rules::assertions(cases));
    let pool = Pool::of(cases);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, cases.len().max(1)) {
            scope.spawn(|| {
                let mut part = Survey::default();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(green) = cases.get(place) else {
                        break;
                    };
                    part.add(green, share.from(place), &bounds, &pool);
                    done(finished.fetch_add(1, Ordering::Relaxed) + 1);
                }
                let mut total = total
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                total.merge(part);
            });
        }
    });
    total
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Survey {
    fn add(&mut self, green: &GreenCase<'_>, mut share: Share, bounds: &Bounds, pool: &Pool) {
        let (suite, steps) = (green.suite, &green.case.steps);
        self.refused.note_case(suite, steps, green.answers);
        let contract = &suite.contracts[green.case.contract];
        let mut entries = contract.unchecked.iter().flat_map(|entry| &entry.at);
        let looks_for_undescribed = entries.any(|at| at == UNDESCRIBED);
        for (index, place, response) in exchanges(green) {
            let mut described: HashMap<String, bool> = HashMap::new();
            let step = &green.case.steps[index];
            let operation = format!("{} {}", green.operation(index, place), response.status);
            let (checked, reading) = what_is_read(step, place, response);
            let of_step = bounds.with_markers(green, index);
            let bounds = of_step.as_ref().unwrap_or(bounds);
            let lent = pool.lent(green, index);
            each_mutant(response, &checked, reading, bounds, &mut |mutant| {
                if place != AnswerPlace::Last && !is_read(step, place, response, &mutant.place) {
                    return;
                }
                self.made += 1;
                if !share.takes_next() {
                    return;
                }
                self.judged += 1;
                let findings = green.findings_of_answer(index, place, &mutant.response);
                if findings.is_empty()
                    && place == AnswerPlace::Last
                    && let Some(killer) = lent.killer(green, index, &mutant)
                {
                    let exchange = (index, operation.as_str());
                    let place = (mutant.place.as_str(), mutant.what.as_str());
                    self.elsewhere.add(green, exchange, place, killer);
                }
                let is_described = looks_for_undescribed && {
                    let known = described.entry(mutant.place.clone());
                    *known
                        .or_insert_with_key(|at| !is_undescribed(suite, step, place, response, at))
                };
                let spot = Spot {
                    contract: green.case.contract,
                    operation: operation.clone(),
                    place: mutant.place,
                };
                let tally = self.places.entry(spot).or_insert_with(|| Tally {
                    case: green.case.id.clone(),
                    ..Tally::default()
                });
                tally.is_described |= is_described;
                let is_of_other_type = OTHER_TYPES.contains(&mutant.what.as_str());
                tally.is_typed |= is_of_other_type && !findings.is_empty();
                if findings.is_empty() {
                    if is_of_other_type {
                        *tally.untyped.entry(mutant.what.clone()).or_default() += 1;
                    }
                    *tally.survived.entry(mutant.what).or_default() += 1;
                } else {
                    tally.killed += 1;
                    tally.detected.insert(mutant.what);
                    self.note(&findings);
                    let mut hops = green.answers[index].hops.clone();
                    let mut changed = Answers::from(&mutant.response);
                    if let AnswerPlace::Redirect(number) = place {
                        hops[number].answer = Some(Arc::new(mutant.response.clone()));
                        changed.redirects = &hops;
                    }
                    self.refused.note(suite, (index, step), changed, &findings);
                }
            });
        }
    }

    fn note(&mut self, findings: &[RawFinding]) {
        let blamed: HashSet<&String> = findings.iter().flat_map(|one| &one.requirements).collect();
        for id in blamed {
            *self.by_requirement.entry(id.clone()).or_default() += 1;
        }
        self.alive
            .extend(findings.iter().map(|finding| check_at(&finding.place)));
    }

    /// Adds the mutants of other cases, or of another shard.
    pub(super) fn merge(&mut self, other: Survey) {
        self.made += other.made;
        self.judged += other.judged;
        for (spot, theirs) in other.places {
            let tally = self.places.entry(spot).or_insert_with(|| Tally {
                case: theirs.case.clone(),
                ..Tally::default()
            });
            tally.killed += theirs.killed;
            tally.detected.extend(theirs.detected);
            tally.is_typed |= theirs.is_typed;
            tally.is_described |= theirs.is_described;
            for (what, count) in theirs.untyped {
                *tally.untyped.entry(what).or_default() += count;
            }
            tally.case = std::mem::take(&mut tally.case).min(theirs.case);
            for (what, count) in theirs.survived {
                *tally.survived.entry(what).or_default() += count;
            }
        }
        for (id, count) in other.by_requirement {
            *self.by_requirement.entry(id).or_default() += count;
        }
        self.alive.extend(other.alive);
        self.refused.merge(other.refused);
        self.elsewhere.merge(other.elsewhere);
    }

    /// The mutants at all places.
    pub(super) fn counted(&self) -> usize {
        let tallies = self.places.values();
        tallies.map(|tally| tally.killed + tally.survivors()).sum()
    }

    /// Does every number name one of so many contracts and checks?
    pub(super) fn fits(&self, contracts: usize, lenders: usize) -> bool {
        let mut spots = self.places.keys();
        spots.all(|spot| spot.contract < contracts) && self.elsewhere.fits(contracts, lenders)
    }

    /// The sums, and the places that no check reads, compared with what the contracts allow. An entry of `unchecked` that
    /// matches nothing is reported if its contract is one of `all_must_match`.
    pub(super) fn report(
        &self,
        lenders: &[KillingCheck],
        contracts: &[Contract],
        sources: &crate::model::Sources,
        all_must_match: &BTreeSet<usize>,
    ) -> Mutants {
        let mut report = Mutants::default();
        let mut used: HashSet<EntryAt> = HashSet::new();
        let mut bare: BTreeMap<(&Spot, Option<&str>), &Tally> = BTreeMap::new();
        for (spot, tally) in &self.places {
            let survivors = tally.survivors();
            report.total += tally.killed + survivors;
            report.killed += tally.killed;
            let surviving: usize = tally.surviving().values().sum();
            report.legal += survivors - surviving;
            report.free.extend(free(spot, tally, contracts));
            if surviving == 0 {
                continue;
            }
            let unchecked = &contracts[spot.contract].unchecked;
            let accepted =
                allowed::of_answer(unchecked, &spot.operation, &spot.place, tally.is_described);
            match accepted {
                Some((entry, at)) => {
                    used.insert((spot.contract, entry, at));
                    report.accepted += surviving;
                }
                None => report.survived += surviving,
            }
            let reason = accepted.map(|(entry, _)| unchecked[entry].reason.as_str());
            bare.insert((spot, reason), tally);
        }
        report.unchecked = fold(&bare, contracts);
        report.elsewhere = self
            .elsewhere
            .report(lenders, contracts, report.killed, &mut used);
        report.unmatched = allowed::unmatched(
            contracts,
            all_must_match,
            &used,
            sources,
            allowed::unchecked_places,
        );
        report.killed_percent = percent(report.killed, report.killed + report.survived);
        report
    }
}

/// Every answer that is examined: its step, and which one it is.
fn exchanges<'r>(
    green: &GreenCase<'r>,
) -> impl Iterator<Item = (usize, AnswerPlace, &'r Response)> {
    let steps = green.case.steps.iter().zip(green.answers).enumerate();
    steps.flat_map(|(index, (step, kept))| {
        let places = places(step, kept).into_iter();
        places.filter_map(move |place| Some((index, place, answers(kept).at(place)?)))
    })
}

/// Does some check read this place of a redirect? It is there to lead on: only rules look at it.
fn is_read(step: &Step, place: AnswerPlace, response: &Response, changed: &str) -> bool {
    let mut blocks = step.blocks_for(place, response).map(|(block, _)| block);
    if changed == "status" {
        return true;
    }
    match changed.strip_prefix("header ") {
        Some(name) => blocks.any(|block| {
            let of_condition = block.when.iter().flat_map(|when| &when.headers);
            let mut checks = block.header_checks().chain(of_condition);
            checks.any(|check| check.name.eq_ignore_ascii_case(name))
        }),
        None => blocks.any(|block| block.body_checks().next().is_some()),
    }
}

/// The header fields that the checks on an answer read, and how they read its body.
fn what_is_read<'s>(
    step: &'s Step,
    place: AnswerPlace,
    response: &'s Response,
) -> (Vec<&'s str>, BodyReading) {
    let (mut fields, mut reading) = (Vec::new(), BodyReading::default());
    for (block, _) in step.blocks_for(place, response) {
        fields.extend(block.header_checks().map(|check| &*check.name));
        for check in block.body_checks() {
            match check {
                BodyCheck::Encoded { .. } => fields.push("Content-Encoding"),
                BodyCheck::JsonLines { .. } => reading.is_of_lines = true,
                BodyCheck::Bytes { .. } => reading.is_of_bytes = true,
                BodyCheck::Xml { .. } => reading.is_of_xml = true,
                _ => {}
            }
        }
    }
    (fields, reading)
}

/// The equivalent changes at a place; `None` if there are none.
fn free(spot: &Spot, tally: &Tally, contracts: &[Contract]) -> Option<FreePlace> {
    let is_surviving = |what: &&String| tally.surviving().contains_key(*what);
    let is_detected = |what: &&String| tally.detected.contains(*what);
    let legal = tally.survived.keys();
    let changes: Vec<String> = legal
        .filter(|what| !is_surviving(what) && !is_detected(what))
        .cloned()
        .collect();
    (!changes.is_empty()).then(|| FreePlace {
        contract: contracts[spot.contract].name.clone(),
        operation: spot.operation.clone(),
        place: spot.place.clone(),
        changes,
    })
}
