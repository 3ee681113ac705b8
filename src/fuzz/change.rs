//! Changes of one request: the illegal ones of its schemas one after the other, then others at random.

mod illegal;
mod random;

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use crate::fuzz::edit::with_body;
use crate::fuzz::expected::Change;
use crate::fuzz::requests::{Judge, Requests};
use crate::fuzz::shape::{plain, written};
use crate::fuzz::spot::Spot;
use crate::generate::{SplitMix, smaller};

/// The most changes of one request that are made one after the other, and of all.
const MOST: usize = 200;
const MOST_OF_ALL: usize = 20_000;
const MOST_BYTES: usize = 64 << 20;

/// The longest body that is sent, as JSON.
const LONGEST: usize = 20_000;

/// One changed request.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    /// Index into the spots.
    pub(crate) spot: usize,
    pub(crate) change: Change,
    /// In words: `hours is more than 24`.
    pub(crate) what: String,
    /// What is changed: `hours`. Empty for the unchanged request.
    pub(crate) place: String,
    pub(crate) request: Map<String, Value>,
    /// The changed body, if it was made at random: it can be shrunk.
    pub(crate) body: Option<Value>,
}

/// Makes changes.
#[derive(Debug)]
pub(crate) struct Changes<'s> {
    spots: &'s [Spot],
    requests: &'s Requests,
    queue: VecDeque<Changed>,
    random: SplitMix,
    turn: usize,
}

impl<'s> Changes<'s> {
    pub(crate) fn new(spots: &'s [Spot], requests: &'s Requests, seed: u64) -> Changes<'s> {
        let mut changes = Changes {
            spots,
            requests,
            queue: VecDeque::new(),
            random: SplitMix::new(seed),
            turn: 0,
        };
        let mut all = Vec::new();
        let mut room = MOST_BYTES;
        for changed in (0..spots.len()).flat_map(|spot| changes.illegal(spot)) {
            let size = changed
                .request
                .values()
                .map(|value| value.to_string().len());
            let left = room.checked_sub(size.sum());
            let Some(left) = left.filter(|_| all.len() < MOST_OF_ALL) else {
                break;
            };
            room = left;
            all.push(changed);
        }
        // Each operation gets its share of a short time.
        for at in (1..all.len()).rev() {
            let other = changes.random.below(at + 1);
            all.swap(at, other);
        }
        changes.queue = all.into();
        changes
    }

    /// The next changed request. `None` if there is nothing to change.
    pub(crate) fn next(&mut self) -> Option<Changed> {
        self.turn += 1;
        if !self.turn.is_multiple_of(3)
            && let Some(next) = self.queue.pop_front()
        {
            return Some(next);
        }
        for _ in 0..20 {
            let spot = self.random.below(self.spots.len());
            if self.spots.is_empty() {
                return None;
            }
            let made = match self.random.below(8) {
                0..=3 => self.random_body(spot).or_else(|| self.random_query(spot)),
                4 => self.random_query(spot),
                5 => self.blind_body(spot).or_else(|| self.blind(spot)),
                _ => self.blind(spot),
            };
            if made.is_some() {
                return made;
            }
        }
        self.queue.pop_front()
    }

    /// What judges the body of a spot.
    fn judge(&self, at: usize) -> Option<Judge> {
        let spot = &self.spots[at];
        let schema = self.requests.compiled(spot.schema.as_ref()?)?;
        let (template, _) = spot.body.as_ref()?;
        Some(Judge::new(schema, template))
    }

    /// The schema of the query or the header fields, and what the request sends.
    fn parameters(&self, at: usize, key: &str) -> Option<(Value, Map<String, Value>)> {
        let spot = &self.spots[at];
        let legal = spot.legal.as_ref()?;
        let named = if key == "query" {
            &legal.query
        } else {
            &legal.headers
        };
        let (_, schema) = self.requests.place(named.as_ref()?)?.keywords()?;
        let sent = spot.request.get(key).cloned().unwrap_or_else(|| json!({}));
        let sent = plain(&sent);
        Some((Value::Object(schema.clone()), sent.as_object()?.clone()))
    }

    /// The change of a body to a value.
    fn body_change(
        &self,
        at: usize,
        change: Change,
        what: String,
        place: String,
        value: Value,
    ) -> Changed {
        let spot = &self.spots[at];
        let (template, before) = spot.body.as_ref().map_or((None, None), |(template, body)| {
            (Some(template), Some(body))
        });
        Changed {
            spot: at,
            change,
            what,
            place,
            request: with_body(&spot.request, written(&value, template, before)),
            body: Some(value),
        }
    }

    /// Smaller changes of the same kind.
    pub(crate) fn smaller(&self, changed: &Changed) -> Vec<Changed> {
        let spot = &self.spots[changed.spot];
        let (Some(body), Some(compiled)) = (&changed.body, self.judge(changed.spot)) else {
            return Vec::new();
        };
        let is_same = |value: &Value| match changed.change {
            Change::Illegal => !compiled.accepts(value),
            Change::Legal => compiled.accepts(value),
            Change::Blind => true,
        };
        // The fewer values differ from those that are accepted, the better.
        let mut values = Vec::new();
        if let (Some((_, Value::Object(before))), Value::Object(members)) = (&spot.body, body) {
            for (name, value) in before {
                if members.get(name).is_some_and(|member| member != value) {
                    let mut with = members.clone();
                    with.insert(name.clone(), value.clone());
                    values.push(Value::Object(with));
                }
            }
        }
        let had_templates = compiled.keeps_templates(body);
        let is_whole = |value: &Value| !had_templates || compiled.keeps_templates(value);
        // What is as it was accepted stays: to change it and to change it back would take all turns.
        let is_nearer = |value: &Value| match &spot.body {
            Some((_, Value::Object(before))) => before.iter().all(|(name, accepted)| {
                let now = value.get(name);
                body.get(name) != Some(accepted) || now.is_none_or(|now| now == accepted)
            }),
            _ => true,
        };
        let is_smaller = |value: &Value| is_whole(value) && is_nearer(value);
        values.extend(smaller(body).into_iter().filter(is_smaller));
        let values = values.into_iter().filter(is_same);
        let made = values.map(|value| {
            let what = changed.what.clone();
            let place = changed.place.clone();
            self.body_change(changed.spot, changed.change, what, place, value)
        });
        made.collect()
    }
}
