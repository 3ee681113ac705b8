//! Mutants that are killed elsewhere: they survive in one exchange, and a check of another exchange would kill them.
//!
//! The exchanges of one operation (and service, and status) lend each other their checks: those that prove something,
//! are general (see [`general_checks`]), and hold on the answer of the borrowing exchange. A mutant that every check of
//! its own exchange accepts and a borrowed one rejects is no legal answer; the exchange does not look.
//!
//! Rules are not lent. They hold wherever the contract says so, and a case that opts out of one says why.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use crate::json::SchemaId;
use crate::model::{
    AnswerPlace, Block, BodyCheck, Contract, Elsewhere, ElsewherePair, ElsewherePlace,
    KillingCheck, Level, Step,
};
use crate::prove::allowed;
use crate::prove::allowed::EntryAt;
use crate::prove::changed::Mutant;
use crate::prove::general::{GeneralCheck, Reads, general_checks};
use crate::prove::pairs;
use crate::prove::percent::percent;
use crate::prove::rejudge::GreenCase;

/// The checks that exchanges can lend, by what they are about.
#[derive(Debug, Default)]
pub(super) struct Pool {
    checks: Vec<GeneralCheck>,
    /// For each check, the first exchange that makes it.
    lenders: Vec<KillingCheck>,
    /// The checks by contract, service, operation and status.
    by_kind: BTreeMap<Kind, Vec<usize>>,
}

/// What exchanges must have in common: contract, service, operation, status.
type Kind = (usize, String, String, u16);

/// The kind of the last exchange of a step.
fn kind(green: &GreenCase<'_>, index: usize) -> Kind {
    (
        green.case.contract,
        green.case.steps[index].request.service.clone(),
        green.operation(index, AnswerPlace::Last),
        green.answers[index].response.status,
    )
}

impl Pool {
    /// The general checks of all exchanges.
    pub(super) fn of(cases: &[GreenCase<'_>]) -> Pool {
        let mut pool = Pool::default();
        let mut seen: HashSet<(Kind, String)> = HashSet::new();
        for green in cases {
            for (index, answer) in green.answers.iter().enumerate() {
                let step = &green.case.steps[index];
                let status = answer.response.status;
                let kind = kind(green, index);
                let blocks = step.expect.iter().filter(|block| !block.proves.is_empty());
                let is_success = status / 100 == 2;
                for check in blocks.flat_map(|block| general_checks(block, is_success)) {
                    let identity = format!("{} {:?}", identity(&check), check.block.proves);
                    if !seen.insert((kind.clone(), identity)) {
                        continue;
                    }
                    let number = pool.checks.len();
                    pool.by_kind.entry(kind.clone()).or_default().push(number);
                    pool.lenders.push(KillingCheck {
                        case: green.case.id.clone(),
                        step: index,
                        check: check.name.clone(),
                        place: green.suite.sources.place(check.at),
                    });
                    pool.checks.push(check);
                }
            }
        }
        pool
    }

    /// What step `index` of a case can borrow: what it does not check itself, and what holds on its answer.
    pub(super) fn lent(&self, green: &GreenCase<'_>, index: usize) -> Lent {
        let (step, response) = (&green.case.steps[index], &green.answers[index].response);
        let mut lent = Lent::default();
        let Some(numbers) = self.by_kind.get(&kind(green, index)) else {
            return lent;
        };
        let is_success = response.status / 100 == 2;
        let own: HashSet<String> = step
            .blocks_for(AnswerPlace::Last, response)
            .flat_map(|(block, _)| general_checks(block, is_success))
            .map(|check| identity(&check))
            .collect();
        for number in numbers {
            let check = &self.checks[*number];
            if own.contains(&identity(check)) {
                continue;
            }
            let alone = borrowing(step, vec![check.block.clone()]);
            if green.findings_of_others(index, &alone, response).is_empty() {
                lent.add(step, check, *number);
            }
        }
        lent
    }

    /// The exchanges that lend, by the number of the check.
    pub(super) fn into_lenders(self) -> Vec<KillingCheck> {
        self.lenders
    }
}

/// What a check says and where it is written: rows share a place and may say something else there. A schema is the same
/// wherever it is named.
fn identity(check: &GeneralCheck) -> String {
    let block = &check.block;
    let when = &block.when;
    match schema_of(block) {
        Some(schema) => format!("{schema:?} {} {when:?}", block.or_empty),
        None => format!(
            "{:?} {:?} {:?} {when:?}",
            block.status, block.headers, block.body
        ),
    }
}

fn schema_of(block: &Block) -> Option<SchemaId> {
    match block.body.as_slice() {
        [BodyCheck::Schema { schema, .. }] => Some(*schema),
        _ => None,
    }
}

/// A step with these expectations alone.
fn borrowing(step: &Step, expect: Vec<Block>) -> Step {
    Step {
        expect,
        rules: Vec::new(),
        captures: Vec::new(),
        ..step.clone()
    }
}

/// What one exchange can borrow, by what it reads.
#[derive(Debug, Default)]
pub(super) struct Lent {
    lots: BTreeMap<Reads, Lot>,
}

/// Borrowed checks, as a step, and the number of each block in the pool.
#[derive(Debug)]
struct Lot {
    step: Step,
    numbers: Vec<usize>,
}

/// The borrowed check that kills a mutant, and what it proves.
pub(super) struct Killer {
    pub(super) check: usize,
    pub(super) level: Level,
    pub(super) requirements: Vec<String>,
}

impl Lent {
    fn add(&mut self, step: &Step, check: &GeneralCheck, number: usize) {
        let lot = self.lots.entry(check.reads).or_insert_with(|| Lot {
            step: borrowing(step, Vec::new()),
            numbers: Vec::new(),
        });
        lot.step.expect.push(check.block.clone());
        lot.numbers.push(number);
    }

    /// The borrowed check that kills a mutant of step `index`: the first one of the strictest level.
    pub(super) fn killer(
        &self,
        green: &GreenCase<'_>,
        index: usize,
        mutant: &Mutant,
    ) -> Option<Killer> {
        let lot = self.lots.get(&reads(&mutant.place))?;
        // A status of another class is another answer, and the step says that it accepts it.
        if mutant.response.status / 100 != green.answers[index].response.status / 100 {
            return None;
        }
        let findings = green.findings_of_others(index, &lot.step, &mutant.response);
        let strictest = findings.iter().filter_map(|finding| finding.level).max()?;
        let finding = findings
            .into_iter()
            .find(|one| one.level == Some(strictest))?;
        Some(Killer {
            check: *lot.numbers.get(finding.block?)?,
            level: strictest,
            requirements: finding.requirements,
        })
    }
}

fn reads(place: &str) -> Reads {
    match place {
        "status" => Reads::Status,
        place if place.starts_with("header ") => Reads::Headers,
        _ => Reads::Body,
    }
}

/// Two exchanges: one that a mutant survives in, and the check of another that would kill it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Pair {
    contract: usize,
    operation: String,
    /// Strictest first.
    level: std::cmp::Reverse<Level>,
    /// The case in which the mutant survives, and the step, from 0.
    case: String,
    step: usize,
    /// The number of the check.
    check: usize,
}

/// The mutants of one pair.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Shared {
    requirements: BTreeSet<String>,
    /// By place, the changes, and how many mutants they made.
    places: BTreeMap<String, (BTreeSet<String>, usize)>,
}

/// Every mutant that is killed elsewhere.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct KilledElsewhere {
    #[serde(with = "pairs")]
    pairs: BTreeMap<Pair, Shared>,
}

impl KilledElsewhere {
    /// Adds a mutant of step `index` of a case.
    pub(super) fn add(
        &mut self,
        green: &GreenCase<'_>,
        (index, operation): (usize, &str),
        (place, change): (&str, &str),
        killer: Killer,
    ) {
        let pair = Pair {
            contract: green.case.contract,
            operation: operation.to_owned(),
            level: std::cmp::Reverse(killer.level),
            case: green.case.id.clone(),
            step: index,
            check: killer.check,
        };
        let shared = self.pairs.entry(pair).or_default();
        shared.requirements.extend(killer.requirements);
        let (changes, mutants) = shared.places.entry(place.to_owned()).or_default();
        changes.insert(change.to_owned());
        *mutants += 1;
    }

    /// Adds other mutants.
    pub(super) fn merge(&mut self, other: KilledElsewhere) {
        for (pair, theirs) in other.pairs {
            let shared = self.pairs.entry(pair).or_default();
            shared.requirements.extend(theirs.requirements);
            for (place, (changes, mutants)) in theirs.places {
                let (all, count) = shared.places.entry(place).or_default();
                all.extend(changes);
                *count += mutants;
            }
        }
    }

    /// Does every number name one of so many contracts and checks?
    pub(super) fn fits(&self, contracts: usize, lenders: usize) -> bool {
        let mut pairs = self.pairs.keys();
        pairs.all(|pair| pair.contract < contracts && pair.check < lenders)
    }

    /// The sums and the pairs, compared with what the contracts allow. `used` gets the entries that allow something.
    pub(super) fn report(
        &self,
        lenders: &[KillingCheck],
        contracts: &[Contract],
        killed: usize,
        used: &mut HashSet<EntryAt>,
    ) -> Elsewhere {
        let mut report = Elsewhere::default();
        for (pair, shared) in &self.pairs {
            let unchecked = &contracts[pair.contract].unchecked;
            let mut by_reason: BTreeMap<Option<&str>, Vec<ElsewherePlace>> = BTreeMap::new();
            for (place, (changes, mutants)) in &shared.places {
                let allowed = allowed::of_exchange(unchecked, &pair.operation, place, &pair.case);
                if let Some((entry, at)) = allowed {
                    used.insert((pair.contract, entry, at));
                    report.accepted += mutants;
                } else {
                    report.mutants += mutants;
                    *of_level(&mut report, pair.level.0) += mutants;
                }
                let reason = allowed.map(|(entry, _)| unchecked[entry].reason.as_str());
                by_reason.entry(reason).or_default().push(ElsewherePlace {
                    place: place.clone(),
                    changes: changes.iter().cloned().collect(),
                    mutants: *mutants,
                });
            }
            for (reason, places) in by_reason {
                report.pairs.push(ElsewherePair {
                    contract: contracts[pair.contract].name.clone(),
                    operation: pair.operation.clone(),
                    case: pair.case.clone(),
                    step: pair.step,
                    level: pair.level.0,
                    requirements: shared.requirements.iter().cloned().collect(),
                    killed_by: lenders[pair.check].clone(),
                    places,
                    accepted: reason.map(str::to_owned),
                });
            }
        }
        report.everywhere_percent = percent(killed, killed + report.mutants);
        report
    }
}

/// The count of a level.
fn of_level(report: &mut Elsewhere, level: Level) -> &mut usize {
    match level {
        Level::Must => &mut report.must,
        Level::Should => &mut report.should,
        Level::May => &mut report.may,
    }
}
