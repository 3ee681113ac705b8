//! Inverted checks: each check is replaced by its opposite and judged on the answers that it passed on.
//!
//! The opposite must fail, at exactly that place. A check whose opposite passes as well reads nothing: a condition on
//! members that no answer has, a list that is always empty. Such a check is blind, unless a mutant or a fault made it
//! fail.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::json::SchemaId;
use crate::model::{
    AnswerPlace, Answers, BlindCheck, Block, BlockOutcome, Inverted, RawFinding, Response, Span,
    StatusCheck, StatusPattern, Step,
};
use crate::prove::check_at::{CheckAt, check_at};
use crate::prove::general::name_of;
use crate::prove::opposites::{opposites_of_body, opposites_of_header, spans_of, spans_of_header};
use crate::prove::rejudge::{GreenCase, answers};

/// One check replaced by its opposite, or a branch that was taken or not.
struct Inversion {
    /// The check, as it is reported.
    check: String,
    /// The part of the check that was inverted.
    at: Span,
    /// The rule of the contract that the check is in, if it is in one.
    rule: Option<String>,
    /// Its block in the step or the rule, and its number in there.
    number: (usize, usize),
    what: What,
}

enum What {
    /// A branch: was it taken?
    Branch(bool),
    /// A check.
    Check {
        /// The places that findings of the check have: the check, and every part of its pattern.
        spans: Vec<Span>,
        /// The block, and the step with the opposite in it.
        block: usize,
        step: Box<Step>,
    },
}

/// The results of all cases for one check of a file.
struct Seen {
    is_caught: bool,
    blind: BlindCheck,
}

/// Judges the passing cases with the opposite of every check. `nothing` is a schema of the suite that accepts no value.
/// `alive` are the checks that a mutant or a fault made fail.
pub(super) fn invert(
    cases: &[GreenCase<'_>],
    nothing: SchemaId,
    alive: &HashSet<CheckAt>,
) -> Inverted {
    // All rows of a case share its checks: one that reads nothing in one row may read something in another.
    // So do all steps for which a rule holds.
    let mut checks: BTreeMap<(String, usize, (usize, usize)), Seen> = BTreeMap::new();
    for green in cases {
        for index in 0..green.answers.len() {
            let case = green.case.id_without_row();
            let step = &green.case.steps[index];
            let outcomes = if step.blocks().any(|(block, _)| is_branched(block)) {
                green.outcomes(index)
            } else {
                Vec::new()
            };
            let all = inversions(step, answers(&green.answers[index]), &outcomes, nothing);
            for inversion in all {
                let key = match &inversion.rule {
                    Some(rule) => (
                        format!(
                            "rule {rule} of {}",
                            green.suite.contract_of(green.case).name
                        ),
                        0,
                        inversion.number,
                    ),
                    None => (case.to_owned(), index, inversion.number),
                };
                let place = green.suite.sources.place(inversion.at);
                let verdict = verdict_of(green, index, &inversion.what);
                // A branch that no answer takes is mentioned where another alternative fails.
                let is_check = matches!(inversion.what, What::Check { .. });
                let is_alive = is_check && alive.contains(&check_at(&place));
                let seen = checks.entry(key).or_insert_with(|| Seen {
                    is_caught: false,
                    blind: BlindCheck {
                        case: green.case.id.clone(),
                        check: inversion.check,
                        why: String::new(),
                        place: place.clone(),
                    },
                });
                match verdict {
                    Ok(()) => seen.is_caught = true,
                    Err(_) if is_alive => seen.is_caught = true,
                    Err(why) => seen.blind.why = why,
                }
            }
        }
    }
    Inverted {
        total: checks.len(),
        caught: checks.values().filter(|seen| seen.is_caught).count(),
        blind: checks
            .into_values()
            .filter(|seen| !seen.is_caught)
            .map(|seen| seen.blind)
            .collect(),
    }
}

fn verdict_of(green: &GreenCase<'_>, index: usize, what: &What) -> Result<(), String> {
    let What::Check { spans, block, step } = what else {
        return match what {
            What::Branch(true) => Ok(()),
            _ => Err("no answer takes this branch: its checks are never judged".into()),
        };
    };
    let sources = &green.suite.sources;
    let places: Vec<CheckAt> = spans
        .iter()
        .map(|span| check_at(&sources.place(*span)))
        .collect();
    verdict(&green.findings_of_checks(index, step), *block, &places)
}

/// Did the opposite fail, at its place, and nothing else with it?
fn verdict(findings: &[RawFinding], block: usize, places: &[CheckAt]) -> Result<(), String> {
    if findings.is_empty() {
        return Err(
            "its opposite passes as well: no answer contains anything that it reads".into(),
        );
    }
    let is_elsewhere = |finding: &&RawFinding| {
        finding.block != Some(block) || !places.contains(&check_at(&finding.place))
    };
    match findings.iter().find(is_elsewhere) {
        None => Ok(()),
        Some(finding) => Err(format!(
            "its opposite makes a check in line {} fail: {}",
            finding.place.line, finding.message
        )),
    }
}

/// Every check of a step with its opposite, and every branch. `<any>` checks nothing. Of a branch that was not taken, the
/// checks are left out: the branch itself is reported. `outcomes` are those of the blocks, where any has a branch.
fn inversions<'a>(
    step: &Step,
    answers: impl Into<Answers<'a>>,
    outcomes: &[BlockOutcome],
    nothing: SchemaId,
) -> Vec<Inversion> {
    let answers = answers.into();
    let mut all: Vec<Inversion> = Vec::new();
    let mut in_rule = (None, 0);
    for (position, (block, rule)) in step.blocks().enumerate() {
        let rule_id = rule.map(|one| one.rule.id.clone());
        let place = rule.map_or(AnswerPlace::Last, |one| one.about);
        // A rule may hold for several answers: its checks have the same numbers each time.
        let this = Some((rule_id.clone(), place));
        if this != in_rule.0 {
            in_rule = (this, position);
        }
        let Some(response) = answers.at(place) else {
            continue;
        };
        if rule.is_some_and(|one| !one.rule.describes(response)) {
            continue;
        }
        let skips_content = rule.is_some_and(|one| step.expects_no_content(one, answers));
        let judged = Judged {
            response,
            skips_content,
            nothing,
        };
        let mut number = 0;
        let mut add = |check: String, at: Span, what: What| {
            all.push(Inversion {
                check,
                at,
                rule: rule_id.clone(),
                number: (position - in_rule.1, number),
                what,
            });
            number += 1;
        };
        let outcome = outcomes.get(position);
        if let Some(when) = &block.when {
            let is_taken = outcome.is_some_and(|outcome| outcome.applied);
            let name = format!("when {}", when.words());
            add(name, when.span, What::Branch(is_taken));
            if !is_taken {
                continue;
            }
        }
        let replaced = |change: Block| {
            let mut step = Box::new(step.clone());
            if let Some(block) = block_of(&mut step, position) {
                *block = change;
            }
            step
        };
        opposites_of_block(block, judged, &mut |check, at, spans, change| {
            let (block, step) = (position, replaced(change));
            add(check, at, What::Check { spans, block, step });
        });
        for (which, alternative) in block.any_of.iter().enumerate() {
            let is_taken = outcome.is_some_and(|outcome| outcome.alternative == Some(which));
            let name = format!("any-of, alternative {}", which + 1);
            // Each alternative has the same numbers in every answer.
            let before = 1_000 * (which + 1);
            let mut number = before;
            let mut add = |check: String, at: Span, what: What| {
                all.push(Inversion {
                    check,
                    at,
                    rule: rule_id.clone(),
                    number: (position - in_rule.1, number),
                    what,
                });
                number += 1;
            };
            add(name, alternative.span, What::Branch(is_taken));
            if !is_taken {
                continue;
            }
            opposites_of_block(alternative, judged, &mut |check, at, spans, change| {
                // Alone: another alternative could hold in its place.
                let alone = Block {
                    any_of: vec![change],
                    ..block.clone()
                };
                let (block, step) = (position, replaced(alone));
                add(check, at, What::Check { spans, block, step });
            });
        }
    }
    all
}

/// What the checks of a block are about.
#[derive(Clone, Copy)]
struct Judged<'a> {
    /// The answer.
    response: &'a Response,
    /// Are the checks of its content skipped, because it cannot have any?
    skips_content: bool,
    nothing: SchemaId,
}

fn is_branched(block: &Block) -> bool {
    block.when.is_some() || !block.any_of.is_empty()
}

/// The checks of a block, without those of its alternatives: name, inverted part, places of findings, and the block with
/// the opposite.
fn opposites_of_block(
    block: &Block,
    judged: Judged<'_>,
    add: &mut dyn FnMut(String, Span, Vec<Span>, Block),
) {
    let Judged {
        response,
        skips_content,
        nothing,
    } = judged;
    // What the alternatives accept together is checked in each of them, and is written as all of them.
    let is_of_alternatives = |check: &StatusCheck| {
        let first = block.any_of.first();
        first.is_some_and(|one| check.span.start < one.span.start && one.span.end < check.span.end)
    };
    if let Some(check) = &block.status
        && !check.accepts.contains(&StatusPattern::Any)
        && !is_of_alternatives(check)
    {
        let shown: Vec<String> = check.accepts.iter().map(ToString::to_string).collect();
        let opposite = StatusCheck {
            accepts: vec![StatusPattern::Exact(response.status + 1)],
            span: check.span,
        };
        let name = format!("status {}", shown.join(" or "));
        let status = Some(opposite);
        let block = Block {
            status,
            ..block.clone()
        };
        add(name, check.span, vec![check.span], block);
    }
    if let Some((_, span)) = block.within {
        let within = Some((Duration::ZERO, span));
        let block = Block {
            within,
            ..block.clone()
        };
        add("within".into(), span, vec![span], block);
    }
    for (index, check) in block.headers.iter().enumerate() {
        for (expected, at) in opposites_of_header(check) {
            let name = format!("header {}", check.name);
            let mut block = block.clone();
            block.headers[index].expected = expected;
            add(name, at, spans_of_header(check), block);
        }
    }
    for (index, check) in block.body.iter().enumerate() {
        if skips_content && check.reads_content() {
            continue;
        }
        for opposite in opposites_of_body(check, nothing) {
            let mut block = block.clone();
            block.body[index] = opposite.check;
            add(name_of(check), opposite.at, spans_of(check), block);
        }
    }
}

/// A block of a step to change, by its number in [`Step::blocks`].
fn block_of(step: &mut Step, number: usize) -> Option<&mut Block> {
    let own = step.expect.iter_mut();
    let of_rules = step.rules.iter_mut();
    let of_rules = of_rules.flat_map(|one| &mut Arc::make_mut(&mut one.rule).blocks);
    own.chain(of_rules).nth(number)
}
