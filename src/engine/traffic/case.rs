//! The cases that stand for the operations of contracts when exchanges are judged that no case sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::json::digest::Digest;
use crate::model::{
    Body, Case, Effect, Framing, Operation, Request, Rule, Span, Step, Suite, Target, Template,
    Transport,
};
use crate::text::names::slug;

/// A rule that cannot be judged on whatever passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The id of the rule.
    pub rule: String,
    /// Index into the contracts of the suite.
    pub contract: usize,
    /// The fixtures that the target has no value for.
    pub fixtures: Vec<String>,
    /// Do cases opt out of it? Only they know for which requests it does not hold.
    pub has_exceptions: bool,
}

/// The rules of each contract that the target has all fixtures for, and the others.
#[expect(clippy::type_complexity, reason = "rules by contract")]
pub(super) fn usable_rules(suite: &Suite, target: &Target) -> (Vec<Arc<[Arc<Rule>]>>, Vec<Unfit>) {
    let mut unfit = Vec::new();
    let mut usable: Vec<Vec<Arc<Rule>>> = vec![Vec::new(); suite.contracts.len()];
    for known in &suite.rules {
        let missing = known.fixtures.iter();
        let missing = missing.filter(|name| !target.fixtures.contains_key(*name));
        let missing: Vec<String> = missing.cloned().collect();
        let has_exceptions = suite.has_exceptions(known);
        if missing.is_empty() && !has_exceptions {
            usable[known.contract].push(Arc::clone(&known.rule));
        } else {
            unfit.push(Unfit {
                rule: known.rule.id.clone(),
                contract: known.contract,
                fixtures: missing,
                has_exceptions,
            });
        }
    }
    (usable.into_iter().map(Arc::from).collect(), unfit)
}

/// The case of an operation.
pub(super) fn case(
    suite: &Suite,
    target: &Target,
    contract: usize,
    operation: &Operation,
    rules: &Arc<[Arc<Rule>]>,
    span: Span,
) -> Case {
    let own = &suite.contracts[contract];
    let (method, path) = operation.name().split_once(' ').unwrap_or(("GET", "/"));
    let mut services = own.services.keys();
    let service = services.find(|name| target.services.contains_key(*name));
    let request = Request {
        method: method.to_owned(),
        path: Template::literal(path, span),
        link: None,
        follow: 0,
        service: service.unwrap_or(&own.service).clone(),
        identity: None,
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        framing: Framing::default(),
        states_body: false,
        schema: None,
        illegal: None,
        transport: Transport::Exact,
        span,
    };
    let steps = vec![Step {
        title: String::new(),
        request,
        expect: Vec::new(),
        rules: Vec::new(),
        open_rules: Arc::clone(rules),
        captures: Vec::new(),
        eventually: None,
        timeout: None,
        used: None,
        span,
    }];
    Case {
        id: format!("{}/traffic/{}", own.name, slug(operation.name())),
        row: None,
        title: operation.name().to_owned(),
        contract,
        proves: Arc::default(),
        by_rules: Arc::default(),
        needs: Arc::default(),
        effect: Effect::Read,
        keeps_cookies: false,
        tags: BTreeSet::new(),
        locks: BTreeSet::new(),
        checked: Step::checked(steps.iter()).into(),
        by_open_rules: Step::by_open_rules(steps.iter()).into(),
        steps,
        finally: Vec::new(),
        values: Box::default(),
        computes: false,
        digest: Digest::new([0; 8]),
        span,
    }
}
