//! The illegal changes of a request, as far as its schemas say which these are.

use serde_json::Value;

use crate::fuzz::change::{Changed, Changes, LONGEST, MOST};
use crate::fuzz::edit::{
    is_field_value, same, set_header, with_body, with_parameter, with_text, without_schema,
};
use crate::fuzz::expected::Change;
use crate::fuzz::request::has_template;
use crate::fuzz::shape::written;
use crate::generate::{illegal_texts, illegal_values, is_legal_text};
use crate::import::literal::can_be_written;

impl Changes<'_> {
    /// Every illegal change of the request of a spot.
    pub(super) fn illegal(&self, at: usize) -> Vec<Changed> {
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
            ("the body is not JSON", "Probity"),
            ("the body is not valid JSON", "{\"a\u{0}\": \u{fffd}}"),
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
            let takes_lists = key == "query";
            let found = illegal_texts(place, legal, &is_left_out, takes_lists, 20);
            for one in found.into_iter().flat_map(|(found, _)| found) {
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
}
