//! Turns expectations and a response into findings.
//!
//! Pure: no socket, no clock, no file. [`judge_step`] checks a response against the blocks of a step; [`capture()`]
//! takes values from it for later steps. Every mismatch is reported, with its place in the response and in the case
//! file; what cannot be shown is unproven, never upheld.

mod align;
mod attribution;
mod body;
mod body_bytes;
mod body_text;
mod branch;
mod canonical;
mod capture;
mod coding;
mod cookie_date;
mod cookies;
mod diff;
mod diff_lines;
mod document_form;
mod events;
mod extra_bytes;
mod form;
mod headers;
mod hex_diff;
mod item;
mod items;
mod json_lines;
mod json_value;
mod limit;
mod links;
mod list;
mod marker;
mod matching;
mod mismatch;
mod order;
mod pattern;
mod refusal;
mod selected;
mod selection;
mod sets;
mod sink;
mod status;
mod tally;
#[cfg(test)]
mod testing;
mod time;
mod xml_body;
mod xml_diff;
mod xml_nodes;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use self::body::Body;
use self::mismatch::Mismatch;
use self::tally::Tally;
use crate::model::{
    AnswerPlace, Answers, Block, BodyCheck, Capture, CaptureFrom, Judgement, RawFinding, Response,
    Scope, StatusPattern, Step, StepRule, Suite,
};

/// Checks the answers to a step against everything that it expects, and each of them against the rules of its contract
/// that describe it.
///
/// `step_index` is the position of the step in its case, from 0; findings repeat it. If the status is of another class
/// than any that the step requires, headers and body are not judged: they describe an answer that did not come.
pub fn judge_step<'a>(
    step_index: usize,
    step: &'a Step,
    scope: Scope<'_>,
    answers: impl Into<Answers<'a>>,
    suite: &Suite,
) -> Judgement {
    let judge = Judge::new(step, scope, answers.into(), suite);
    let tallies = step
        .blocks()
        .map(|(block, rule)| judge.block(block, rule))
        .collect();
    let judgement = attribution::settle(step_index, step, tallies, suite);
    let body = judge.bodies.into_iter();
    let mut body = body.filter(|(place, _)| *place == AnswerPlace::Last);
    Judgement {
        body: body.next().and_then(|(_, body)| body.into_value()),
        ..judgement
    }
}

/// Checks the answers to a step of which the last one, or a redirect, did not come or was not kept completely: its head
/// is judged.
///
/// Of that answer, status and headers are judged. What is about the body, or about the complete answer, is not: it shows
/// that a requirement is violated, never that one is upheld.
pub fn judge_head<'a>(
    step_index: usize,
    step: &'a Step,
    scope: Scope<'_>,
    answers: impl Into<Answers<'a>>,
    suite: &Suite,
) -> Judgement {
    let answers = answers.into();
    let judge = Judge::new(step, scope, answers, suite);
    let tallies = step
        .blocks()
        .map(|(block, rule)| match rule {
            Some(one) if one.about != AnswerPlace::Last && answers.head_of(one.about).is_none() => {
                judge.block(block, rule)
            }
            _ => Tally {
                is_incomplete: true,
                ..judge.head(block, rule)
            },
        })
        .collect();
    attribution::settle(step_index, step, tallies, suite)
}

/// The bodies of the answers that some block is about.
fn bodies<'a>(step: &'a Step, answers: Answers<'a>) -> BTreeMap<AnswerPlace, Body<'a>> {
    let places = step.rules.iter().map(|one| one.about);
    let places: BTreeSet<AnswerPlace> = places.chain([AnswerPlace::Last]).collect();
    let body = |place| Some((place, Body::of_step(step, place, answers.at(place)?)));
    places.into_iter().filter_map(body).collect()
}

/// What the blocks of a step are judged on.
struct Judge<'a> {
    step: &'a Step,
    scope: Scope<'a>,
    answers: Answers<'a>,
    suite: &'a Suite,
    bodies: BTreeMap<AnswerPlace, Body<'a>>,
}

impl<'a> Judge<'a> {
    fn new(step: &'a Step, scope: Scope<'a>, answers: Answers<'a>, suite: &'a Suite) -> Judge<'a> {
        Judge {
            step,
            scope,
            answers,
            suite,
            bodies: bodies(step, answers),
        }
    }
}

impl Judge<'_> {
    fn block(&self, block: &Block, rule: Option<&StepRule>) -> Tally {
        let place = rule.map_or(AnswerPlace::Last, |one| one.about);
        let answer = self.answers.at(place).zip(self.bodies.get(&place));
        let Some((response, body)) = answer else {
            return skip_block(block);
        };
        let (scope, suite) = (self.scope, self.suite);
        let Some(rule) = rule else {
            let is_described = status::is_answer_described(self.step, response.status);
            return judge_block(block, is_described, response.took, scope, body, suite);
        };
        if !rule.rule.describes(response) {
            return skip_block(block);
        }
        let took = self.time_of(place, response);
        let reads_content = block.body_checks().any(BodyCheck::reads_content);
        if !reads_content || !self.step.expects_no_content(rule, self.answers) {
            return judge_block(block, true, took, scope, body, suite);
        }
        // A rule speaks of the content of answers that can have some.
        let (without_content, skipped) = without_content(block);
        let tally = judge_block(&without_content, true, took, scope, body, suite);
        Tally {
            unjudged: tally.unjudged + skipped,
            lacks_content: true,
            ..tally
        }
    }

    /// Judges a block on the head of an answer: the last one, or a redirect of which only that was kept.
    fn head(&self, block: &Block, rule: Option<&StepRule>) -> Tally {
        let place = rule.map_or(AnswerPlace::Last, |one| one.about);
        let response = self.answers.head_of(place).or(self.answers.at(place));
        let Some(response) = response else {
            return skip_block(block);
        };
        let is_described = match rule {
            None => status::is_answer_described(self.step, response.status),
            Some(one) if one.rule.describes(response) => true,
            Some(_) => return skip_block(block),
        };
        head_of_block(block, is_described, self.scope, response)
    }

    /// How long an answer took by itself: the time of the last one includes that of the redirects before it.
    fn time_of(&self, place: AnswerPlace, response: &Response) -> Option<Duration> {
        let took = response.took?;
        if place != AnswerPlace::Last {
            return Some(took);
        }
        let hops = self.answers.redirects.iter();
        let before = hops.map(|hop| hop.answer.as_ref()?.took);
        let before: Option<Duration> = before.sum();
        Some(took.saturating_sub(before?))
    }
}

/// The block, also its alternatives, without the checks that read content, and how many these are.
fn without_content(block: &Block) -> (Block, usize) {
    let reads_content = |check: &&BodyCheck| check.reads_content();
    let skipped = block.body.iter().filter(reads_content);
    let mut skipped: usize = skipped.map(BodyCheck::checks).sum();
    let mut without = block.clone();
    without.body.retain(|check| !check.reads_content());
    for alternative in &mut without.any_of {
        let before = alternative.body.len();
        alternative.body.retain(|check| !check.reads_content());
        skipped += before - alternative.body.len();
    }
    (without, skipped)
}

fn head_of_block(
    block: &Block,
    is_described: bool,
    scope: Scope<'_>,
    response: &Response,
) -> Tally {
    if !branch::applies(block, scope, response) {
        return Tally {
            is_elsewhere: true,
            ..skip_block(block)
        };
    }
    let mut tally = judge_status(block, response);
    // Of a body that may be empty it is not known whether it would have been.
    let is_judged = is_described && !block.or_empty;
    let headers = block.headers.iter().filter(|_| is_judged);
    for check in headers {
        tally.record(headers::judge(check, scope, response));
    }
    let skipped = skip_block(block).unjudged;
    tally.unjudged += skipped - if is_judged { block.headers.len() } else { 0 };
    tally
}

fn judge_status(block: &Block, response: &Response) -> Tally {
    let mut tally = Tally::default();
    if let Some(check) = &block.status {
        let mismatch = status::judge(check, response).map(|mismatch| Mismatch {
            blamed: (!block.blames.is_empty()).then(|| block.blamed_for(response.status)),
            ..mismatch
        });
        tally.record_status(mismatch);
    }
    tally
}

/// Judges a block on the answer that has this body, and that took so long.
fn judge_block(
    block: &Block,
    is_described: bool,
    took: Option<Duration>,
    scope: Scope<'_>,
    body: &Body<'_>,
    suite: &Suite,
) -> Tally {
    let response = body.response();
    if !branch::applies(block, scope, response) {
        return Tally {
            is_elsewhere: true,
            ..skip_block(block)
        };
    }
    let mut tally = judge_status(block, response);
    if is_described {
        if let Some((limit, span)) = block.within {
            time::judge(limit, span, took, &mut tally);
        }
        if block.or_empty && block.body.is_empty() && body.is_empty() {
            tally.pass(block.headers.len());
        } else {
            for check in &block.headers {
                tally.record(headers::judge(check, scope, response));
            }
        }
        body::judge(block, scope, body, suite, &mut tally);
        branch::judge_alternatives(block, took, scope, body, suite, &mut tally);
    } else {
        tally.unjudged += skip_block(block).unjudged;
    }
    tally
}

/// The tally of a block whose headers and body are about another answer.
fn skip_block(block: &Block) -> Tally {
    Tally {
        unjudged: block.checks(),
        ..Tally::default()
    }
}

/// The blocks whose headers and body are judged on this answer.
fn judged_blocks<'s>(
    step: &'s Step,
    place: AnswerPlace,
    response: &'s Response,
) -> impl Iterator<Item = &'s Block> {
    let is_described = status::is_answer_described(step, response.status);
    let blocks = step.blocks_for(place, response);
    blocks
        .filter(move |(_, rule)| is_described || rule.is_some())
        .map(|(block, _)| block)
}

/// The blocks that are judged on the last answer, and those of every rule that may hold for it.
fn blocks_on_last<'s>(step: &'s Step, response: &'s Response) -> impl Iterator<Item = &'s Block> {
    let open = step.open_rules.iter();
    let open = open.filter(|rule| rule.describes(response));
    let open = open.flat_map(|rule| &rule.blocks);
    judged_blocks(step, AnswerPlace::Last, response).chain(open)
}

/// Does any check or capture of a step read the body of this answer?
pub fn reads_body(step: &Step, response: &Response) -> bool {
    let from_body = |capture: &Capture| {
        !matches!(
            capture.from,
            CaptureFrom::Header(_)
                | CaptureFrom::Cookie(_)
                | CaptureFrom::Link(_)
                | CaptureFrom::Status
        )
    };
    step.captures.iter().any(from_body)
        || blocks_on_last(step, response).any(|block| block.body_checks().next().is_some())
}

/// Does any check or capture of a step read this header field?
pub fn reads_header(step: &Step, response: &Response, name: &str) -> bool {
    let is_captured = |capture: &Capture| match &capture.from {
        CaptureFrom::Header(field) => field.eq_ignore_ascii_case(name),
        CaptureFrom::Cookie(_) => name.eq_ignore_ascii_case("set-cookie"),
        CaptureFrom::Link(_) => name.eq_ignore_ascii_case("link"),
        _ => false,
    };
    let mut blocks = blocks_on_last(step, response);
    step.captures.iter().any(is_captured) || blocks.any(|block| reads(block, name))
}

/// Does a check of the block, or its condition, read this header field?
fn reads(block: &Block, name: &str) -> bool {
    let of_condition = block.when.iter().flat_map(|when| &when.headers);
    let headers = block.header_checks().chain(of_condition);
    let mut fields = headers.map(|check| &*check.name);
    let of_body = |check: &BodyCheck| match check {
        BodyCheck::Encoded { .. } => name.eq_ignore_ascii_case(coding::CONTENT_ENCODING),
        BodyCheck::Text { .. } | BodyCheck::Events { .. } => {
            name.eq_ignore_ascii_case("content-type")
        }
        _ => false,
    };
    fields.any(|field| field.eq_ignore_ascii_case(name)) || block.body_checks().any(of_body)
}

/// Values by name, in the order of the file.
pub type Captured = Vec<(String, Value)>;

/// Does the step expect this refusal (4xx)? Nothing was created then that `finally` would have to undo.
fn is_expected_refusal(step: &Step, response: &Response) -> bool {
    let status = response.status;
    let mut checks = step.expect.iter().filter_map(|block| block.status.as_ref());
    (400..500).contains(&status)
        && checks.any(|check| {
            let expected = [StatusPattern::Exact(status), StatusPattern::Class(4)];
            check.accepts.iter().any(|one| expected.contains(one))
        })
}

/// Takes the values that later steps need from a response, by name, in the order of the file. What only `finally` needs
/// may be missing in a refusal that the step expects.
///
/// # Errors
///
/// What could be captured, and a finding for each that could not.
pub fn capture(
    step_index: usize,
    step: &Step,
    response: &Response,
    suite: &Suite,
) -> Result<Captured, (Captured, Vec<RawFinding>)> {
    let body = Body::new(response);
    let mut values = Vec::with_capacity(step.captures.len());
    let mut findings = Vec::new();
    for capture in &step.captures {
        match capture::take(capture, response, &body) {
            Ok(value) => values.push((capture.name.clone(), value)),
            Err(_) if capture.is_for_cleanup && is_expected_refusal(step, response) => {}
            Err(mismatches) => findings.extend(
                mismatches
                    .into_iter()
                    .map(|mismatch| attribution::of_capture(step_index, step, mismatch, suite)),
            ),
        }
    }
    if findings.is_empty() {
        Ok(values)
    } else {
        Err((values, findings))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::json::Digest;
    use crate::judge::testing::{block, must, response, span, step, suite};
    use crate::model::{Hop, Level, Rule, StatusCheck, When};
    use serde_json::json;

    fn head(blocks: Vec<Block>, status: u16) -> Judgement {
        let scope = Scope {
            fixtures: &BTreeMap::new(),
            captures: &BTreeMap::new(),
        };
        judge_head(0, &step(blocks), scope, &response(status, ""), &suite())
    }

    #[test]
    fn a_head_upholds_nothing() {
        let ok = [StatusPattern::Exact(200)];
        let blocks = vec![must().status(&ok), must().json(&json!({}))];
        let judgement = head(blocks, 200);
        assert_eq!(judgement.findings, []);
        let counts = (judgement.passed, judgement.failed, judgement.unjudged);
        assert_eq!(counts, (1, 0, 1));
        for block in &judgement.blocks {
            assert!(!block.held && block.upheld.is_empty());
            assert_eq!(block.unproven, ["R-1"]);
        }
    }

    #[test]
    fn a_head_violates_what_its_status_and_headers_violate() {
        let ok = [StatusPattern::Exact(200)];
        let judgement = head(vec![must().status(&ok).json(&json!({}))], 500);
        assert_eq!(judgement.blocks[0].violated, ["R-1"]);
        assert_eq!(judgement.findings.len(), 1);
        // What a block does not blame stays unproven.
        let other = block(&["R-4"], Some(Level::Must)).json(&json!({}));
        let judgement = head(vec![must().status(&ok), other], 500);
        assert_eq!(judgement.blocks[1].unproven, ["R-4"]);
    }

    /// A rule about one answer, if it has this status.
    fn rule(status: u16, block: Block, about: AnswerPlace) -> StepRule {
        StepRule {
            rule: Arc::new(Rule {
                id: "rule".into(),
                operations: Vec::new(),
                status: vec![StatusPattern::Exact(status)],
                non_empty: false,
                blocks: vec![block],
                digest: Digest::new([1; 8]),
                span: span(),
            }),
            is_certain: false,
            is_found: true,
            about,
        }
    }

    fn when(status: u16, block: Block) -> Block {
        let check = StatusCheck {
            accepts: vec![StatusPattern::Exact(status)],
            span: span(),
        };
        Block {
            when: Some(Box::new(When {
                status: Some(check),
                headers: Vec::new(),
                span: span(),
            })),
            ..block
        }
    }

    /// The judgements of the complete answer with status 200 after a redirect with status 302, and of its head.
    fn after_redirect(expect: Vec<Block>, rules: Vec<StepRule>) -> [Judgement; 2] {
        let scope = Scope {
            fixtures: &BTreeMap::new(),
            captures: &BTreeMap::new(),
        };
        let step = Step {
            rules,
            ..step(expect)
        };
        let hop = Hop {
            status: 302,
            location: "/b".into(),
            method: "GET".into(),
            url: Some("http://c/b".into()),
            answer: Some(Arc::new(response(302, ""))),
            head: None,
        };
        let last = response(200, "");
        let answers = Answers {
            redirects: &[hop],
            last: Some(&last),
        };
        [
            judge_step(0, &step, scope, answers, &suite()),
            judge_head(0, &step, scope, answers, &suite()),
        ]
    }

    #[test]
    fn a_redirect_is_a_complete_answer_whatever_came_of_the_last_one() {
        let found = [StatusPattern::Exact(302)];
        let other = block(&["R-4"], Some(Level::Must)).status(&found);
        let [complete, head] = after_redirect(
            vec![must().status(&[StatusPattern::Exact(200)])],
            vec![rule(302, other, AnswerPlace::Redirect(0))],
        );
        for judgement in [&complete, &head] {
            assert_eq!(judgement.findings, []);
            assert_eq!(judgement.blocks[1].upheld, ["R-4"]);
        }
        assert_eq!(complete.blocks[0].upheld, ["R-1"]);
        assert_eq!(head.blocks[0].unproven, ["R-1"]);
        // What is wrong with the redirect is a finding about it.
        let moved = block(&["R-4"], Some(Level::Must)).status(&[StatusPattern::Exact(307)]);
        let about = AnswerPlace::Redirect(0);
        for judgement in after_redirect(vec![must()], vec![rule(302, moved, about)]) {
            assert_eq!(judgement.findings.len(), 1);
            assert_eq!(judgement.findings[0].redirect, Some(0));
            assert_eq!(judgement.blocks[1].violated, ["R-4"]);
        }
    }

    #[test]
    fn a_condition_is_about_the_answer_of_its_block() {
        let own = || {
            vec![
                block(&[], None).status(&[StatusPattern::Exact(200)]),
                when(206, must()),
            ]
        };
        let found = must().status(&[StatusPattern::Exact(302)]);
        let about = AnswerPlace::Redirect(0);
        let [complete, _] = after_redirect(own(), vec![rule(302, when(302, found.clone()), about)]);
        assert!(complete.blocks[2].applied);
        assert_eq!(complete.blocks[2].upheld, ["R-1"]);
        // That does not show what the step says about its last answer.
        assert_eq!(complete.blocks[1].unproven, ["R-1"]);
        let [complete, _] = after_redirect(own(), vec![rule(302, when(200, found), about)]);
        assert!(!complete.blocks[2].applied);
    }

    #[test]
    fn a_branch_of_a_rule_is_taken_if_it_was_judged() {
        let own = || {
            vec![
                block(&[], None).status(&[StatusPattern::Exact(200)]),
                when(206, must()),
            ]
        };
        let ok = must().status(&[StatusPattern::Exact(200)]);
        let last = AnswerPlace::Last;
        let [complete, head] = after_redirect(own(), vec![rule(200, when(200, ok.clone()), last)]);
        assert_eq!(complete.blocks[1].unproven, [""; 0]);
        assert_eq!(complete.blocks[2].upheld, ["R-1"]);
        assert_eq!(head.blocks[1].unproven, ["R-1"]);
        // This rule describes another answer.
        let [complete, _] = after_redirect(own(), vec![rule(404, when(200, ok), last)]);
        assert_eq!(complete.blocks[1].unproven, ["R-1"]);
    }
}
