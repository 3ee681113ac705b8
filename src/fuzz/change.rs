//! Changes of one request: the illegal ones of its schemas one after the other, then others at random.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use crate::fuzz::edit::{
    is_field_value, pointers_of, same, set_header, with_body, with_parameter, with_text,
    without_schema,
};
use crate::fuzz::expected::Change;
use crate::fuzz::request::{has_template, line};
use crate::fuzz::requests::{Judge, Requests};
use crate::fuzz::shape::{can_be_written, plain, written};
use crate::fuzz::spot::Spot;
use crate::generate::{
    SplitMix, illegal_texts, illegal_values, is_legal_text, random_value, smaller,
};

/// The most changes of one request that are made one after the other, and of all.
const MOST: usize = 200;
const MOST_OF_ALL: usize = 20_000;
const MOST_BYTES: usize = 64 << 20;

/// The longest body that is sent, as JSON.
const LONGEST: usize = 20_000;

/// How often a random value is made until the schema accepts it.
const TRIES: usize = 8;

/// One changed request.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    /// Index into the spots.
    pub(crate) spot: usize,
    pub(crate) change: Change,
    /// In words: `hours is more than 24`.
    pub(crate) what: String,
    /// What tells findings about different things apart: `hours`.
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

    /// Every illegal change of the request of a spot.
    fn illegal(&self, at: usize) -> Vec<Changed> {
        let spot = &self.spots[at];
        let mut all = Vec::new();
        if let (Some((template, body)), Some(schema), Some(_)) =
            (&spot.body, &spot.schema, &spot.legal)
            && let (Some(place), Some(compiled)) = (self.requests.place(schema), self.judge(at))
            && compiled.accepts(body)
        {
            let is_left_out = |value: &Value| {
                compiled.accepts(value)
                    || !compiled.keeps_templates(value)
                    || !can_be_written(value)
                    || value.to_string().len() > LONGEST
            };
            let (found, _) = illegal_values(place, body, &is_left_out, MOST);
            for one in found {
                let value = written(&one.value, Some(template), Some(body));
                all.push(Changed {
                    spot: at,
                    change: Change::Illegal,
                    place: one.pointer.clone(),
                    what: one.what,
                    request: with_body(&spot.request, value),
                    body: None,
                });
            }
        }
        if spot.body.is_some() {
            all.extend(self.malformed(at));
        }
        for key in ["query", "headers"] {
            all.extend(self.illegal_parameters(at, key));
        }
        all
    }

    /// Bodies that are no JSON. Only where the contract describes the body they are illegal for sure.
    fn malformed(&self, at: usize) -> Vec<Changed> {
        let spot = &self.spots[at];
        let is_described = spot
            .legal
            .as_ref()
            .is_some_and(|legal| legal.body.is_some());
        let change = if is_described {
            Change::Illegal
        } else {
            Change::Blind
        };
        let texts = [
            ("the body is incomplete", "{\"a\": "),
            ("the body is no JSON", "Probity"),
            ("the body is no UTF-8 JSON", "{\"a\u{0}\": \u{fffd}}"),
        ];
        let texts = texts.into_iter().map(|(what, text)| Changed {
            spot: at,
            change,
            what: what.into(),
            place: "malformed".into(),
            request: with_text(&spot.request, text),
            body: None,
        });
        let mut plain = spot.request.clone();
        set_header(&mut plain, "Content-Type", "text/plain");
        let others = [
            ("the body is empty", with_text(&spot.request, "")),
            ("the content type is text/plain", without_schema(plain)),
        ];
        let others = others.into_iter().map(|(what, request)| Changed {
            spot: at,
            change: Change::Blind,
            what: what.into(),
            place: "malformed".into(),
            request,
            body: None,
        });
        texts.chain(others).collect()
    }

    /// Parameters that are missing, and those with a value that their schema rejects.
    fn illegal_parameters(&self, at: usize, key: &str) -> Vec<Changed> {
        let spot = &self.spots[at];
        let Some((schema, sent)) = self.parameters(at, key) else {
            return Vec::new();
        };
        let kind = if key == "query" {
            "parameter"
        } else {
            "header"
        };
        let mut all = Vec::new();
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            let mut request = spot.request.clone();
            let members = request.get_mut(key).and_then(Value::as_object_mut);
            let is_there = members.is_some_and(|members| {
                let count = members.len();
                members.retain(|known, _| !same(key, known, name));
                members.len() < count
            });
            if is_there {
                all.push(Changed {
                    spot: at,
                    change: Change::Illegal,
                    what: format!("the {kind} {name} is missing"),
                    place: name.to_owned(),
                    request,
                    body: None,
                });
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let (Some(place), Some(compiled)) = (
                self.requests.place(property),
                self.requests.compiled(property),
            ) else {
                continue;
            };
            let legal = sent.iter().find(|(known, _)| same(key, known, name));
            let legal = legal.map(|(_, value)| value).filter(|value| {
                !has_template(value) && is_legal_text(value, &|value| compiled.accepts(value))
            });
            let is_left_out = |value: &Value| {
                let is_field = key == "query" || is_field_value(value);
                !is_field || value.to_string().len() > 2000 || compiled.accepts(value)
            };
            let found = illegal_texts(place, legal, &is_left_out, 20);
            let found = found.into_iter();
            for one in found.filter(|one| key == "query" || !one.value.is_array()) {
                let what = one.what.replacen("the body", name, 1);
                all.push(Changed {
                    spot: at,
                    change: Change::Illegal,
                    what,
                    place: name.clone(),
                    request: with_parameter(&spot.request, key, name, &one.value),
                    body: None,
                });
            }
        }
        all
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

    /// A body that the schema accepts, or one with a change that it rejects.
    fn random_body(&mut self, at: usize) -> Option<Changed> {
        let spot = &self.spots[at];
        let (_, body) = spot.body.as_ref()?;
        let place = self.requests.place(spot.schema.as_ref()?)?;
        let compiled = self.judge(at)?;
        let is_fit = |value: &Value| can_be_written(value) && value.to_string().len() <= LONGEST;
        let random = &mut self.random;
        let made = (0..TRIES).find_map(|_| {
            let made = random_value(place, Some(body), random)?;
            (is_fit(&made) && compiled.accepts(&made)).then_some(made)
        })?;
        let (change, what, value, of) = if spot.legal.is_some() && self.random.one_in(3) {
            let is_left_out = |value: &Value| !is_fit(value) || compiled.accepts(value);
            let (found, _) = illegal_values(place, &made, &is_left_out, MOST);
            let one = self.random.pick(&found)?.clone();
            (Change::Illegal, one.what, one.value, one.pointer)
        } else {
            let what = "a body that the schema accepts".to_owned();
            (Change::Legal, what, made, "body".to_owned())
        };
        Some(self.body_change(at, change, what, of, value))
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
        values.extend(smaller(body).into_iter().filter(is_whole));
        let values = values.into_iter().filter(is_same);
        let made = values.map(|value| {
            let what = changed.what.clone();
            let place = changed.place.clone();
            self.body_change(changed.spot, changed.change, what, place, value)
        });
        made.collect()
    }

    /// A query that the schema accepts.
    fn random_query(&mut self, at: usize) -> Option<Changed> {
        let (schema, sent) = self.parameters(at, "query")?;
        let place = self.requests.place(&schema)?;
        let like = Value::Object(sent);
        let made = random_value(place, Some(&like), &mut self.random)?;
        let properties = schema.get("properties")?.as_object()?;
        let mut request = self.spots[at].request.clone();
        let mut names = Vec::new();
        for (name, value) in made.as_object()? {
            let is_sent = matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
            let compiled = properties
                .get(name)
                .and_then(|property| self.requests.compiled(property));
            let is_legal = compiled.is_some_and(|schema| schema.accepts(value));
            if is_sent && is_legal && like.get(name) != Some(value) {
                request = with_parameter(&request, "query", name, value);
                names.push(name.clone());
            }
        }
        (!names.is_empty()).then(|| Changed {
            spot: at,
            change: Change::Legal,
            what: format!("other values of {}", names.join(", ")),
            place: "query".into(),
            request,
            body: None,
        })
    }

    /// A body with one member that is something else, where no schema says what is legal.
    fn blind_body(&mut self, at: usize) -> Option<Changed> {
        let spot = &self.spots[at];
        let (_, body) = spot.body.as_ref().filter(|_| spot.schema.is_none())?;
        let mut pointers = Vec::new();
        pointers_of(body, String::new(), &mut pointers);
        let pointer = self.random.pick(&pointers)?.clone();
        let others = [
            json!(null),
            json!(0),
            json!("Probity"),
            json!([]),
            json!({}),
            json!(true),
        ];
        let mut value = body.clone();
        *value.pointer_mut(&pointer)? = self.random.pick(&others)?.clone();
        let what = format!("another value at `{pointer}` of the body");
        let place = "body".to_owned();
        Some(self.body_change(at, Change::Blind, what, place, value))
    }

    /// What any service must survive: an unknown parameter, another segment in the path of a GET.
    fn blind(&mut self, at: usize) -> Option<Changed> {
        let spot = &self.spots[at];
        let (method, path) = line(&spot.request)?;
        if path.contains("${") && ["GET", "HEAD"].contains(&method) && self.random.one_in(2) {
            let segments = [
                "0",
                "-1",
                "%00",
                "%FF",
                "a%20b",
                "%F0%9F%98%80",
                "..%2F",
                "9999999999999999999999",
            ];
            let segment = self.random.pick(&segments)?;
            let start = path.rfind("${")?;
            let end = start + path[start..].find('}')? + 1;
            let other = format!("{}{segment}{}", &path[..start], &path[end..]);
            let mut request = spot.request.clone();
            request.insert(method.to_owned(), other.into());
            return Some(Changed {
                spot: at,
                change: Change::Blind,
                what: format!("the last value of the path is {segment}"),
                place: "path".into(),
                request,
                body: None,
            });
        }
        let values = ["", "probity", "%", "\u{1f600}", "<b>", "-1"];
        let value = json!(self.random.pick(&values)?);
        Some(Changed {
            spot: at,
            change: Change::Blind,
            what: "an unknown parameter".into(),
            place: "query".into(),
            request: with_parameter(&spot.request, "query", "probity-unknown", &value),
            body: None,
        })
    }
}
