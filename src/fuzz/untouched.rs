//! Operations that were not tried, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fuzz::base::Base;
use crate::fuzz::fuzzed::{Fuzzed, Untouched};
use crate::fuzz::names::Names;
use crate::fuzz::options::FuzzOptions;
use crate::fuzz::requests::Requests;
use crate::fuzz::seed::Seed;
use crate::fuzz::spot::Spot;

/// What a session could have changed, and what it did.
pub(crate) struct Operations<'s> {
    pub(crate) spots: &'s [Spot],
    /// Operations with a changed request that was sent.
    pub(crate) touched: &'s BTreeSet<String>,
    pub(crate) options: &'s FuzzOptions,
    pub(crate) names: &'s Names<'s>,
}

impl Operations<'_> {
    /// The operations of the selected cases whose requests were not changed, or had no answer.
    pub(crate) fn untouched(
        &self,
        fuzzed: &Fuzzed,
        base: &Base,
        seeds: &[Seed],
        requests: &Requests,
    ) -> Vec<Untouched> {
        const NOT_SENT: &str = "no case sends such a request";
        const NOT_ACCEPTED: &str = "no case has an answer that accepts the request";
        let mut known: BTreeMap<String, Untouched> = BTreeMap::new();
        let mut note = |operation: &str, reason: &str, is_described: bool| {
            let tally = fuzzed.tallies.get(operation);
            if tally.is_none_or(|tally| tally.answered == 0) {
                let own = self.reason(operation);
                let one = Untouched {
                    operation: operation.to_owned(),
                    reason: own.unwrap_or_else(|| reason.to_owned()),
                    is_described,
                };
                match known.get_mut(operation) {
                    // What one case says holds unless another says more.
                    Some(old) if reason == NOT_ACCEPTED && old.reason != NOT_SENT => {}
                    Some(old) => *old = one,
                    None => drop(known.insert(operation.to_owned(), one)),
                }
            }
        };
        for (_, operation) in requests.operations().filter(|_| self.options.selects_all) {
            note(operation, NOT_SENT, true);
        }
        for seed in seeds {
            let reason = if base.passed.contains_key(&seed.id) {
                NOT_ACCEPTED
            } else if base.unfinished.contains(&seed.id) {
                "the time was over before its case had run without a change"
            } else if base.failed.contains(&seed.id) {
                "the unchanged case fails"
            } else if base.errors.iter().any(|(id, _)| *id == seed.id) {
                "the unchanged case gives no evidence"
            } else if let Some(reason) = base.why_unused(&seed.id) {
                reason
            } else {
                continue;
            };
            for step in &seed.steps {
                let request = step.get("request").and_then(Value::as_object);
                let operation = request.and_then(|request| self.names.of(&seed.contract, request));
                if let Some(operation) = operation {
                    let is_described = requests.of(&seed.contract, &operation).is_some();
                    note(&operation, reason, is_described);
                }
            }
        }
        known.into_values().collect()
    }

    /// Why nothing was learned of an operation that could be changed.
    fn reason(&self, operation: &str) -> Option<String> {
        if self.touched.contains(operation) {
            return Some("no changed request was answered".into());
        }
        if !self.spots.iter().any(|spot| spot.operation == operation) {
            return None;
        }
        Some(match self.options.most {
            Some(most) => format!(
                "none of the {most} requests of `--requests` was for it, or the time was over"
            ),
            None => "there was no time for it".into(),
        })
    }
}
