//! Cases and their steps: one independent check each, with a stable id.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::json::digest::Digest;
use crate::json::selector::Selector;
use crate::model::exchange::{AnswerPlace, Answers, Response, has_no_content};
use crate::model::expectation::{Block, BodyCheck};
use crate::model::head_check::StatusPattern;
use crate::model::pattern::TextPattern;
use crate::model::request::Request;
use crate::model::rule::{Rule, StepRule};
use crate::model::server_events::EventLimit;
use crate::model::shared_step::SharedUse;
use crate::model::source::Span;
use crate::model::template::{CaseValue, Expression, Template};
use crate::xml::XPath;

/// What a case does to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It changes nothing.
    Read,
    /// It changes something, and `finally` undoes it. Runs only if the target permits `write`.
    Write,
}

/// One independent check of a target; the unit of pass and fail.
#[derive(Clone, Debug)]
pub struct Case {
    /// `contract/file/case` or `contract/file/case[row]`; stable, unique in the suite.
    pub id: String,
    /// The row of its file that it was made of, if there are rows.
    pub row: Option<String>,
    /// One line that describes it.
    pub title: String,
    /// Index into the contracts of the suite.
    pub contract: usize,
    /// Every requirement that some block of the case proves, in order of appearance, without repeats.
    pub proves: Arc<[String]>,
    /// The other requirements that rules of the contract prove on the answers to its steps.
    pub by_rules: Arc<[String]>,
    /// Every requirement that some check of it, or of a rule that holds for it or may, proves.
    pub checked: Arc<[String]>,
    /// What rules prove that hold only if a request is sent to their operation.
    pub by_open_rules: Arc<[String]>,
    /// What the target must have, or the case is skipped. Cases of one file mostly share it.
    pub needs: Arc<Needs>,
    /// Read or write.
    pub effect: Effect,
    /// Whether its steps share the cookies that the target sets.
    pub keeps_cookies: bool,
    /// Names that select it: `--only tag:NAME`.
    pub tags: BTreeSet<String>,
    /// Names of locks: two cases that share one never run at the same time.
    pub locks: BTreeSet<String>,
    /// The steps, run in order until one fails.
    pub steps: Vec<Step>,
    /// Steps that always run at the end. Their failures are reported and do not change the verdict.
    pub finally: Vec<Step>,
    /// What is made before the first step of each attempt, in order: values of the run, and variables.
    pub values: Box<[CaseValue]>,
    /// Does a template in it call a function?
    pub computes: bool,
    /// Digest of the case, without its title and independent of the order of keys.
    pub digest: Digest,
    /// The id of the case in its file.
    pub span: Span,
}

impl Case {
    /// Whether it changes the target and has `finally` steps that undo it.
    pub fn undoes(&self) -> bool {
        self.effect == Effect::Write && !self.finally.is_empty()
    }

    /// Whether some step sends a request to the URL in this capture.
    pub fn follows(&self, capture: &str) -> bool {
        let mut steps = self.steps.iter().chain(&self.finally);
        steps.any(|step| step.request.link.as_deref() == Some(capture))
    }

    /// The URL of an answer, beside each capture from it that some step follows.
    pub fn origins(&self, captured: &[(String, Value)], url: &str) -> Vec<(String, Value)> {
        let followed = captured.iter().filter(|(name, _)| self.follows(name));
        let origin = |(name, _): &(String, Value)| (Capture::origin_of(name), Value::from(url));
        followed.map(origin).collect()
    }

    /// Whether some check of the case, or of a rule that holds for it, proves a requirement.
    pub fn checks(&self, requirement: &str) -> bool {
        self.checked.iter().any(|id| id == requirement)
    }
}

fn each_once<'b>(blocks: impl Iterator<Item = &'b Block>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let ids = blocks.flat_map(|block| &*block.proves);
    ids.filter(|id| seen.insert(id.as_str())).cloned().collect()
}

/// What a case needs of the target. All names are full names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Fixtures used or named.
    pub fixtures: BTreeSet<String>,
    /// Identities used.
    pub identities: BTreeSet<String>,
    /// Capabilities named.
    pub capabilities: BTreeSet<String>,
    /// Requirements named: the case says nothing about a target that they do not apply to.
    pub requirements: BTreeSet<String>,
    /// Services its requests go to.
    pub services: BTreeSet<String>,
}

/// One request with its expectations.
#[derive(Clone, Debug)]
pub struct Step {
    /// The title; may be empty.
    pub title: String,
    /// What is sent.
    pub request: Request,
    /// The expected response; at least one block has a status.
    pub expect: Vec<Block>,
    /// The rules of the contract that hold for its answers.
    pub rules: Vec<StepRule>,
    /// The rules that hold too if a request is sent to their operation: its URL is known only when it is sent.
    pub open_rules: Arc<[Arc<Rule>]>,
    /// Values taken from the response for later steps.
    pub captures: Vec<Capture>,
    /// Repeat the step until its expectations hold, or the time is over.
    pub eventually: Option<Eventually>,
    /// The time limit of each of its requests, in place of the one of the target.
    pub timeout: Option<Duration>,
    /// Where the case uses it, if it is a step that the contract defines.
    pub used: Option<Box<SharedUse>>,
    /// The step in its file.
    pub span: Span,
}

/// A value taken from a response.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The name later steps use: `${capture.NAME}`.
    pub name: String,
    /// Where it comes from.
    pub from: CaptureFrom,
    /// The part of the text that is taken: the first group of the expression, or all that it matches.
    pub part: Option<TextPattern>,
    /// Is it used in `finally` and nowhere else?
    pub is_for_cleanup: bool,
    /// The name in the file.
    pub span: Span,
}

impl Capture {
    /// The name under which the URL of the exchange is kept that gave a capture, beside the captures of the case. No
    /// capture in a case file can have such a name.
    pub fn origin_of(name: &str) -> String {
        format!("{name} (from)")
    }
}

/// Where a capture comes from.
#[derive(Clone, Debug)]
pub enum CaptureFrom {
    /// The only node that the path selects. None or several is an error.
    One(Selector),
    /// All nodes that the path selects, as an array (maybe empty).
    All(Selector),
    /// The value of a header field that the response has once.
    Header(String),
    /// The status as a number.
    Status,
    /// The body as text.
    Text,
    /// The value of a cookie that the response sets.
    Cookie(String),
    /// The URL of the only link with this relation type, in lower case, as it is written (RFC 8288).
    Link(String),
    /// The SHA-256 digest of the body, in hexadecimal digits.
    Sha256,
    /// The text of the only node that an XPath selects, or the value that it yields.
    Xml(XPath),
}

/// How long and how often a step is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eventually {
    /// The window, from the first request of the step. No request starts after it.
    pub within: Duration,
    /// The pause between the end of a response and the next request.
    pub every: Duration,
}

impl Case {
    /// The id that all rows of the case share.
    pub fn id_without_row(&self) -> &str {
        // The row is in brackets at the end.
        let row = self.row.as_ref().map_or(0, |row| row.len() + 2);
        let end = self.id.len().saturating_sub(row);
        self.id.get(..end).unwrap_or(&self.id)
    }
}

impl Step {
    /// What rules prove that hold for steps only if a request is sent to their operation; each once.
    pub fn by_open_rules<'s>(steps: impl Iterator<Item = &'s Step>) -> Vec<String> {
        let rules = steps.flat_map(|step| &*step.open_rules);
        each_once(rules.flat_map(|rule| &rule.blocks))
    }

    /// Every requirement that some check of the steps, or of a rule that holds for them or may, proves; each once.
    pub fn checked<'s>(steps: impl Iterator<Item = &'s Step>) -> Vec<String> {
        let blocks = steps.flat_map(|step| {
            let open = step.open_rules.iter().flat_map(|rule| &rule.blocks);
            step.blocks().map(|(block, _)| block).chain(open)
        });
        each_once(blocks)
    }

    /// How many events of its answer are read, if the answer is an event stream; `None` reads the answer to its end.
    pub fn event_limit(&self) -> Option<EventLimit> {
        let checks = self.blocks().flat_map(|(block, _)| &block.body);
        let limits = checks.filter_map(|check| match check {
            BodyCheck::Events { limit, .. } => Some(*limit),
            _ => None,
        });
        limits.reduce(EventLimit::joined)
    }

    /// The name to print: the title, or the request line.
    pub fn name(&self) -> String {
        if self.title.is_empty() {
            format!("{} {}", self.request.method, self.request.path)
        } else {
            self.title.clone()
        }
    }

    /// The path of the request.
    pub fn path(&self) -> &Template {
        &self.request.path
    }

    /// Does some block of the step, or the condition of one, expect exactly this status?
    pub fn names_status(&self, status: u16) -> bool {
        let conditions = self.expect.iter().filter_map(|block| block.when.as_ref());
        let of_conditions = conditions.filter_map(|when| when.status.as_ref());
        let checks = self.expect.iter().filter_map(|block| block.status.as_ref());
        let mut accepts = checks.chain(of_conditions).flat_map(|check| &check.accepts);
        accepts.any(|pattern| *pattern == StatusPattern::Exact(status))
    }

    /// Does the answer that a rule is about lack content because it cannot have any (RFC 9110 section 6.4.1)? To HEAD none
    /// can; one with status 204 or 304 is meant only if the step or the rule names that status.
    pub fn expects_no_content(&self, rule: &StepRule, answers: Answers<'_>) -> bool {
        let Some(response) = answers.at(rule.about) else {
            return false;
        };
        let (status, method) = (response.status, &*self.request.method);
        let method = answers.method(rule.about, method);
        let is_named = || {
            let by_step = rule.about == AnswerPlace::Last && self.names_status(status);
            by_step || rule.rule.names_status(status)
        };
        response.body.is_empty()
            && response.trailing.is_empty()
            && has_no_content(method, status)
            && (method == "HEAD" || is_named())
    }

    /// Calls `see` with the expression of each hole in the request and the checks of the step.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        self.request.visit_holes(see);
        for (block, _) in self.blocks() {
            block.visit_holes(see);
        }
    }

    /// The blocks of the step, then those of its rules: findings count them in this order.
    pub fn blocks(&self) -> impl Iterator<Item = (&Block, Option<&StepRule>)> {
        let own = self.expect.iter().map(|block| (block, None));
        let rules = self.rules.iter();
        let of_rules =
            rules.flat_map(|one| one.rule.blocks.iter().map(move |block| (block, Some(one))));
        own.chain(of_rules)
    }

    /// The blocks that are about an answer: those of the step if it is the last one, and of the rules that describe it.
    pub fn blocks_for(
        &self,
        place: AnswerPlace,
        response: &Response,
    ) -> impl Iterator<Item = (&Block, Option<&StepRule>)> {
        let is_about = move |rule: Option<&StepRule>| match rule {
            None => place == AnswerPlace::Last,
            Some(one) => one.about == place && one.rule.describes(response),
        };
        self.blocks().filter(move |(_, rule)| is_about(*rule))
    }
}
