//! Attribution: mismatches of a step become findings of requirements, and blocks get their outcome.

use std::collections::BTreeSet;

use crate::judge::mismatch::{Mismatch, WithoutDocument};
use crate::judge::tally::Tally;
use crate::model::{
    AnswerPlace, Block, BlockOutcome, Judgement, Level, Place, RawFinding, SharedUse, Span, Step,
    StepRule, Suite, UsedStep,
};

/// The most findings of one step that are listed one by one.
const FINDINGS_LISTED: usize = 100;

/// A block of a step, with its rule if it is one of a rule.
type StepBlock<'s> = (&'s Block, Option<&'s StepRule>);

/// Joins the tallies of all blocks, in the order of [`Step::blocks`].
pub(super) fn settle(
    step_index: usize,
    step: &Step,
    tallies: Vec<Tally>,
    suite: &Suite,
) -> Judgement {
    let mut judgement = Judgement::default();
    let mut statuses = Vec::new();
    let mut others = Vec::new();
    let blocks: Vec<StepBlock<'_>> = step.blocks().collect();
    let mut tallies = tallies;
    let places: BTreeSet<AnswerPlace> = blocks.iter().map(place_of).collect();
    for place in places {
        if let Some(level) = level_of_form(place, &blocks, &tallies, suite) {
            let both = blocks.iter().zip(&mut tallies);
            for ((block, _), tally) in both.filter(|(block, _)| place_of(block) == place) {
                tally.excuse(block.level, level);
            }
        }
    }
    for (index, ((block, rule), mut tally)) in blocks.iter().zip(tallies).enumerate() {
        judgement.passed += tally.passed;
        judgement.failed += tally.failed;
        // A rule misses no answer that it does not describe.
        let is_expected =
            rule.is_none_or(|rule| rule.is_certain && !tally.is_elsewhere) && !tally.lacks_content;
        let counts = rule.is_none_or(|rule| rule.is_certain || rule.is_found);
        if is_expected {
            judgement.unjudged += tally.unjudged;
        }
        let mut outcome = outcome(block, &tally);
        if tally.is_incomplete {
            outcome.held = false;
            let upheld = std::mem::take(&mut outcome.upheld);
            outcome.unproven.extend(upheld);
        }
        // A rule misses no answer that did not come.
        if !is_expected || rule.is_some() && tally.is_incomplete {
            outcome.unproven.clear();
        }
        if !counts {
            outcome.upheld.clear();
        }
        judgement.blocks.push(outcome);
        statuses.extend(tally.status.take().map(|mismatch| (index, mismatch)));
        others.extend(tally.rest.into_iter().map(|mismatch| (index, mismatch)));
    }
    leave_to_taken_branches(&blocks, &mut judgement.blocks);
    statuses.append(&mut others);
    drop_repeats(&blocks, &mut statuses);
    judgement.findings = listed(step_index, &blocks, statuses, suite, step.used.as_deref());
    judgement
}

/// The answer that a block is about.
fn place_of((_, rule): &StepBlock<'_>) -> AnswerPlace {
    rule.map_or(AnswerPlace::Last, |one| one.about)
}

/// A requirement is judged if one of the conditional blocks that prove it is about this answer. Those of a rule count only
/// for what they judged: a rule need not describe the answer.
fn leave_to_taken_branches(blocks: &[StepBlock<'_>], outcomes: &mut [BlockOutcome]) {
    if outcomes.iter().all(|outcome| outcome.applied) {
        return;
    }
    let both = blocks.iter().zip(&*outcomes);
    let taken = both.filter(|((block, _), outcome)| block.when.is_some() && outcome.applied);
    let judged: BTreeSet<(AnswerPlace, String)> = taken
        .flat_map(|(one, outcome)| {
            let (own, seen): (&[String], _) = match one {
                (block, None) => (&block.proves, None),
                (_, Some(_)) => (&outcome.upheld, Some(&outcome.violated)),
            };
            let ids = own.iter().chain(seen.into_iter().flatten());
            ids.map(|id| (place_of(one), id.clone()))
        })
        .collect();
    let both = blocks.iter().zip(outcomes);
    for (one, outcome) in both.filter(|(_, outcome)| !outcome.applied) {
        let place = place_of(one);
        outcome
            .unproven
            .retain(|id| !judged.contains(&(place, id.clone())));
    }
}

/// The strictest level of the requirements that the body of an answer violates because it is no document.
fn level_of_form(
    place: AnswerPlace,
    blocks: &[StepBlock<'_>],
    tallies: &[Tally],
    suite: &Suite,
) -> Option<Level> {
    let both = blocks.iter().zip(tallies);
    let both = both.filter(|(block, _)| place_of(block) == place);
    let broken = both.flat_map(|((block, _), tally)| {
        let mismatches = tally.rest.iter();
        mismatches
            .filter(|mismatch| mismatch.without_document == Some(WithoutDocument::Broken))
            .map(|mismatch| blamed(block, mismatch))
    });
    broken.filter_map(|ids| level_of(ids, suite)).max()
}

/// Removes what a rule found if a check of the step found the same.
fn drop_repeats(blocks: &[StepBlock<'_>], mismatches: &mut Vec<(usize, Mismatch)>) {
    let is_own = |index: usize| blocks[index].1.is_none();
    let is_of_rule = |index: usize| !is_own(index) && place_of(&blocks[index]) == AnswerPlace::Last;
    if !mismatches.iter().any(|(index, _)| is_of_rule(*index)) {
        return;
    }
    let key = |index: usize, mismatch: &Mismatch| {
        let blamed = blamed(blocks[index].0, mismatch).to_vec();
        (
            mismatch.pointer.clone(),
            mismatch.header.clone(),
            mismatch.message.clone(),
            blamed,
        )
    };
    let own = mismatches.iter().filter(|(index, _)| is_own(*index));
    let own: BTreeSet<_> = own.map(|(index, mismatch)| key(*index, mismatch)).collect();
    mismatches
        .retain(|(index, mismatch)| !is_of_rule(*index) || !own.contains(&key(*index, mismatch)));
}

/// The outcome of one block.
fn outcome(block: &Block, tally: &Tally) -> BlockOutcome {
    // A block without any check shows nothing.
    let is_judged = tally.unjudged == 0 && tally.passed + tally.failed > 0;
    if is_judged && tally.failed == 0 {
        return BlockOutcome {
            upheld: block.proves.to_vec(),
            violated: Vec::new(),
            unproven: Vec::new(),
            held: true,
            applied: true,
            alternative: tally.alternative,
        };
    }
    let mismatches = tally.status.iter().chain(&tally.rest);
    let blamed: BTreeSet<&str> = mismatches
        .flat_map(|mismatch| blamed(block, mismatch))
        .map(String::as_str)
        .collect();
    let (violated, left): (Vec<String>, Vec<String>) = block
        .proves
        .iter()
        .cloned()
        .partition(|id| blamed.contains(id.as_str()));
    let (upheld, unproven) = if is_judged && !tally.has_partial_blame() {
        (left, Vec::new())
    } else {
        (Vec::new(), left)
    };
    BlockOutcome {
        upheld,
        violated,
        unproven,
        held: false,
        applied: !tally.is_elsewhere,
        alternative: tally.alternative,
    }
}

/// The requirements that a mismatch violates: those the block blames for the status, the one a schema names where the
/// block proves it, else all of the block.
fn blamed<'b>(block: &'b Block, mismatch: &'b Mismatch) -> &'b [String] {
    if let Some(blamed) = &mismatch.blamed {
        return blamed;
    }
    let named = mismatch
        .requirement
        .as_ref()
        .and_then(|named| block.proves.iter().position(|id| id == named));
    match named {
        Some(at) => &block.proves[at..=at],
        None => &block.proves,
    }
}

/// Mismatches as findings. If there are too many, the first of each requirement is always listed: a hundred broken
/// recommendations must not hide one broken requirement.
fn listed(
    step_index: usize,
    blocks: &[StepBlock<'_>],
    mismatches: Vec<(usize, Mismatch)>,
    suite: &Suite,
    used: Option<&SharedUse>,
) -> Vec<RawFinding> {
    let total = mismatches.len();
    if total <= FINDINGS_LISTED {
        let findings = mismatches.into_iter();
        return findings
            .map(|(block, mismatch)| finding(step_index, blocks, block, mismatch, suite, used))
            .collect();
    }
    let is_first_of_its_kind: Vec<bool> = {
        let mut seen: BTreeSet<(usize, &[String])> = BTreeSet::new();
        let each = mismatches.iter();
        each.map(|(index, mismatch)| seen.insert((*index, blamed(blocks[*index].0, mismatch))))
            .collect()
    };
    let reserved = is_first_of_its_kind.iter().filter(|first| **first).count();
    let mut free = FINDINGS_LISTED.saturating_sub(reserved);
    let mut findings = Vec::with_capacity(FINDINGS_LISTED + 1);
    let mut left_out: Option<RawFinding> = None;
    for ((block, mismatch), is_first) in mismatches.into_iter().zip(is_first_of_its_kind) {
        let is_listed = is_first || free > 0;
        if !is_listed {
            left_out
                .get_or_insert_with(|| finding(step_index, blocks, block, mismatch, suite, used));
            continue;
        }
        if !is_first {
            free -= 1;
        }
        findings.push(finding(step_index, blocks, block, mismatch, suite, used));
    }
    let more = total - findings.len();
    findings.extend(left_out.map(|first| RawFinding {
        message: format!("and at least {more} more, the first: {}", first.message),
        ..first
    }));
    findings
}

fn finding(
    step_index: usize,
    blocks: &[StepBlock<'_>],
    block_index: usize,
    mismatch: Mismatch,
    suite: &Suite,
    used: Option<&SharedUse>,
) -> RawFinding {
    let (block, rule) = blocks[block_index];
    let requirements = blamed(block, &mismatch).to_vec();
    // A status that violates nothing is no evidence, as in a precondition.
    let is_without_blame = requirements.is_empty() && !block.proves.is_empty();
    let level_of_block = block.level.filter(|_| !is_without_blame);
    let used = used.filter(|_| rule.is_none());
    let (place, used) = placed(mismatch.span, Some(block.span), used, suite);
    RawFinding {
        step: step_index,
        block: Some(block_index),
        rule: rule.map(|one| one.rule.id.clone()),
        redirect: rule.and_then(|one| one.about.redirect()),
        requirement: requirements.first().cloned(),
        level: level_of(&requirements, suite).or(level_of_block),
        requirements,
        kind: mismatch.kind,
        message: mismatch.message,
        pointer: mismatch.pointer,
        header: mismatch.header,
        expected: mismatch.expected,
        actual: mismatch.actual,
        schema: mismatch.schema,
        diff: mismatch.diff,
        place,
        used,
    }
}

/// The place of an expectation of a step, and the use of the shared step that it is part of. What is filled into a
/// shared step has the place of the value: the expectation is where it is filled in.
fn placed(
    span: Span,
    block: Option<Span>,
    used: Option<&SharedUse>,
    suite: &Suite,
) -> (Place, Option<Box<UsedStep>>) {
    let Some(used) = used else {
        return (suite.sources.place(span), None);
    };
    let given = used.given(span, block);
    let place = suite.sources.place(given.map_or(span, |one| one.site));
    let used = UsedStep {
        name: used.name.clone(),
        place: suite.sources.place(used.span),
        value: given.map(|one| suite.sources.place(one.value)),
    };
    (place, Some(Box::new(used)))
}

/// A finding of a capture: it arranges, and belongs to no block and no requirement.
pub(super) fn of_capture(
    step_index: usize,
    step: &Step,
    mismatch: Mismatch,
    suite: &Suite,
) -> RawFinding {
    let (place, used) = placed(mismatch.span, None, step.used.as_deref(), suite);
    RawFinding {
        step: step_index,
        block: None,
        rule: None,
        redirect: None,
        requirement: None,
        requirements: Vec::new(),
        level: None,
        kind: mismatch.kind,
        message: mismatch.message,
        pointer: mismatch.pointer,
        header: mismatch.header,
        expected: mismatch.expected,
        actual: mismatch.actual,
        schema: None,
        diff: None,
        place,
        used,
    }
}

/// The strictest level among requirements.
fn level_of(requirements: &[String], suite: &Suite) -> Option<Level> {
    requirements
        .iter()
        .filter_map(|id| suite.requirement(id))
        .map(|requirement| requirement.level)
        .max()
}

#[cfg(test)]
mod tests {
    use crate::judge::testing::{block, judge, must, response};
    use crate::model::{FindingKind, Level, StatusPattern};
    use serde_json::{Value, json};

    #[test]
    fn a_place_is_that_of_the_expectation() {
        let blocks = vec![must().status(&[StatusPattern::Exact(200)])];
        let finding = judge(blocks, &response(404, "")).findings.remove(0);
        assert_eq!(
            (&*finding.place.file, finding.place.line),
            ("cases.yaml", 1)
        );
    }

    #[test]
    fn the_level_is_the_strictest_of_those_violated() {
        let blocks =
            vec![block(&["R-2", "R-1"], Some(Level::Must)).status(&[StatusPattern::Exact(200)])];
        let finding = judge(blocks, &response(404, "")).findings.remove(0);
        assert_eq!(finding.requirement.as_deref(), Some("R-2"));
        assert_eq!(finding.level, Some(Level::Must));
    }

    #[test]
    fn a_block_without_requirements_arranges() {
        let blocks = vec![block(&[], None).status(&[StatusPattern::Exact(200)])];
        let finding = judge(blocks, &response(404, "")).findings.remove(0);
        assert_eq!((finding.requirement, finding.level), (None, None));
    }

    #[test]
    fn a_block_without_checks_proves_nothing() {
        let blocks = vec![block(&[], None).status(&[StatusPattern::Any]), must()];
        assert_eq!(
            judge(blocks, &response(200, "")).blocks[1].unproven,
            ["R-1"]
        );
    }

    #[test]
    fn a_status_violates_what_the_block_blames_for_it() {
        let judged = |status: u16, blames: &[(&str, u16)]| {
            let blames = blames.iter();
            let block = crate::model::Block {
                blames: blames
                    .map(|(id, status)| ((*id).to_owned(), vec![StatusPattern::Exact(*status)]))
                    .collect(),
                ..block(&["R-1", "R-2", "R-4"], Some(Level::Must))
                    .status(&[StatusPattern::Class(2)])
            };
            let mut judgement = judge(vec![block], &response(status, ""));
            let level = judgement.findings.pop().map(|finding| finding.level);
            let outcome = judgement.blocks.remove(0);
            (outcome.violated, outcome.unproven, level)
        };
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let must = Some(Some(Level::Must));
        let some = [("R-2", 401), ("R-4", 400)];
        let all = [("R-1", 404), ("R-2", 401), ("R-4", 400)];
        assert_eq!(
            judged(400, &some),
            (owned(&["R-4"]), owned(&["R-1", "R-2"]), must)
        );
        assert_eq!(
            judged(404, &some),
            (owned(&["R-1"]), owned(&["R-2", "R-4"]), must)
        );
        // A recommendation alone is a warning.
        assert_eq!(judged(401, &some).2, Some(Some(Level::Should)));
        assert_eq!(judged(404, &[]).0, owned(&["R-1", "R-2", "R-4"]));
        // What nothing claims is no evidence.
        assert_eq!(
            judged(500, &all),
            (owned(&[]), owned(&["R-1", "R-2", "R-4"]), Some(None))
        );
        assert_eq!(judged(200, &all), (owned(&[]), owned(&[]), None));
    }

    #[test]
    fn a_crowd_of_findings_hides_no_requirement() {
        let body: Vec<Value> = vec![json!({ "a": 1 }); 400];
        let each = json!({ "<each>": { "a": "<string>" } });
        let may = || block(&["R-3"], Some(Level::May)).json(&each);
        let blocks = vec![
            may().status(&[StatusPattern::Any]),
            may(),
            must().json(&json!({ "never": 1 })),
        ];
        let judgement = judge(blocks, &response(200, &json!(body).to_string()));
        assert_eq!(judgement.findings.len(), 101);
        assert!(
            judgement
                .findings
                .iter()
                .any(|finding| finding.level == Some(Level::Must))
        );
        let last = &judgement.findings[100].message;
        assert!(
            last.starts_with("and at least 101 more, the first: "),
            "{last}"
        );
        assert_eq!(judgement.blocks[2].violated, ["R-1"]);
    }

    #[test]
    fn statuses_come_first() {
        let blocks = vec![
            must().json(&json!(1)),
            must().status(&[StatusPattern::Exact(201)]),
        ];
        let judgement = judge(blocks, &response(200, "2"));
        let kinds: Vec<_> = judgement
            .findings
            .iter()
            .map(|finding| finding.kind)
            .collect();
        assert_eq!(kinds, [FindingKind::Status, FindingKind::Value]);
    }
}
