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
mod canonical;
mod capture;
mod coding;
mod cookies;
mod diff;
mod diff_lines;
mod document_form;
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

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use self::body::Body;
use self::mismatch::Mismatch;
use self::tally::Tally;
use crate::model::{
    AnswerPlace, Answers, Block, BodyCheck, Capture, CaptureFrom, Judgement, RawFinding, Response,
    Scope, Step, StepRule, Suite,
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
    let answers = answers.into();
    let judge = Judge {
        step,
        scope,
        answers,
        suite,
        bodies: bodies(step, answers),
    };
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

impl Judge<'_> {
    fn block(&self, block: &Block, rule: Option<&StepRule>) -> Tally {
        let place = rule.map_or(AnswerPlace::Last, |one| one.about);
        let answer = self.answers.at(place).zip(self.bodies.get(&place));
        let Some((response, body)) = answer else {
            return skip_block(block);
        };
        let Some(rule) = rule else {
            let is_described = status::is_answer_described(self.step, response.status);
            return self.judge(block, is_described, response.took, body);
        };
        if !rule.rule.describes(response) {
            return skip_block(block);
        }
        let took = self.time_of(place, response);
        let about_content = |check: &&BodyCheck| check.reads_content();
        let skipped = block.body.iter().filter(about_content);
        let skipped: usize = skipped.map(BodyCheck::checks).sum();
        if skipped == 0 || !self.step.expects_no_content(rule, self.answers) {
            return self.judge(block, true, took, body);
        }
        // A rule speaks of the content of answers that can have some.
        let mut without_content = block.clone();
        without_content.body.retain(|check| !check.reads_content());
        let tally = self.judge(&without_content, true, took, body);
        Tally {
            unjudged: tally.unjudged + skipped,
            lacks_content: true,
            ..tally
        }
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

    fn judge(
        &self,
        block: &Block,
        is_described: bool,
        took: Option<Duration>,
        body: &Body<'_>,
    ) -> Tally {
        let (scope, response) = (self.scope, body.response());
        let mut tally = Tally::default();
        if let Some(check) = &block.status {
            let mismatch = status::judge(check, response).map(|mismatch| Mismatch {
                blamed: (!block.blames.is_empty()).then(|| block.blamed_for(response.status)),
                ..mismatch
            });
            tally.record_status(mismatch);
        }
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
            body::judge(block, scope, body, self.suite, &mut tally);
        } else {
            tally.unjudged += skip_block(block).unjudged;
        }
        tally
    }
}

/// The tally of a block whose headers and body are about another answer.
fn skip_block(block: &Block) -> Tally {
    let in_body: usize = block.body.iter().map(BodyCheck::checks).sum();
    Tally {
        unjudged: block.headers.len() + in_body + usize::from(block.within.is_some()),
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
            CaptureFrom::Header(_) | CaptureFrom::Cookie(_) | CaptureFrom::Status
        )
    };
    step.captures.iter().any(from_body)
        || blocks_on_last(step, response).any(|block| !block.body.is_empty())
}

/// Does any check or capture of a step read this header field?
pub fn reads_header(step: &Step, response: &Response, name: &str) -> bool {
    let is_captured = |capture: &Capture| match &capture.from {
        CaptureFrom::Header(field) => field.eq_ignore_ascii_case(name),
        CaptureFrom::Cookie(_) => name.eq_ignore_ascii_case("set-cookie"),
        _ => false,
    };
    let mut blocks = blocks_on_last(step, response);
    step.captures.iter().any(is_captured) || blocks.any(|block| reads(block, name))
}

/// Does a check of the block read this header field?
fn reads(block: &Block, name: &str) -> bool {
    let mut fields = block.headers.iter().map(|check| check.name.as_str());
    let of_body = |check: &BodyCheck| match check {
        BodyCheck::Encoded { .. } => name.eq_ignore_ascii_case(coding::CONTENT_ENCODING),
        BodyCheck::Text { .. } => name.eq_ignore_ascii_case("content-type"),
        _ => false,
    };
    fields.any(|field| field.eq_ignore_ascii_case(name)) || block.body.iter().any(of_body)
}

/// Takes the values that later steps need from a response, by name, in the order of the file.
///
/// # Errors
///
/// Everything that could not be captured, each with the place of its capture.
pub fn capture(
    step_index: usize,
    step: &Step,
    response: &Response,
    suite: &Suite,
) -> Result<Vec<(String, Value)>, Vec<RawFinding>> {
    let body = Body::new(response);
    let mut values = Vec::with_capacity(step.captures.len());
    let mut findings = Vec::new();
    for capture in &step.captures {
        match capture::take(capture, response, &body) {
            Ok(value) => values.push((capture.name.clone(), value)),
            Err(mismatches) => findings.extend(
                mismatches
                    .into_iter()
                    .map(|mismatch| attribution::of_capture(step_index, mismatch, suite)),
            ),
        }
    }
    if findings.is_empty() {
        Ok(values)
    } else {
        Err(findings)
    }
}
