//! Random changes of a request: legal ones, and those that no contract is about.

use serde_json::{Value, json};

use crate::fuzz::change::{Changed, Changes, LONGEST, MOST};
use crate::fuzz::edit::{pointers_of, with_parameter};
use crate::fuzz::expected::Change;
use crate::fuzz::request::line;
use crate::generate::{illegal_values, random_value};
use crate::import::literal::can_be_written;

/// How often a random value is made until the schema accepts it.
const TRIES: usize = 8;

impl Changes<'_> {
    /// A body that the schema accepts, or one with a change that it rejects.
    pub(super) fn random_body(&mut self, at: usize) -> Option<Changed> {
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

    /// A query that the schema accepts.
    pub(super) fn random_query(&mut self, at: usize) -> Option<Changed> {
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
    pub(super) fn blind_body(&mut self, at: usize) -> Option<Changed> {
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
    pub(super) fn blind(&mut self, at: usize) -> Option<Changed> {
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
