//! Parameters and bodies of requests, from the steps that expect a success.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::export::collect::Operation;
use crate::export::private::Private;
use crate::export::schema::Components;
use crate::model::{Body, HeaderValue, Request, Scope};
use crate::text::names::{Unique, slug};

/// Fields that are no parameters of an operation: the specification has other places for them, or they are those of a
/// connection.
const NO_PARAMETERS: [&str; 12] = [
    "accept",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "user-agent",
];

/// The most examples of a body, and the size of one in bytes.
const EXAMPLES: usize = 5;
const EXAMPLE_BYTES: usize = 16 << 10;

/// The parameters.
pub(super) fn parameters(
    operation: &Operation<'_>,
    fixtures: &BTreeMap<String, Value>,
    private: &Private,
) -> Vec<Value> {
    let captures = BTreeMap::new();
    let scope = Scope {
        fixtures,
        captures: &captures,
    };
    let mut parameters = Vec::new();
    for value in &operation.values {
        let expression = value.expression.and_then(|one| {
            let template = crate::model::Template {
                parts: vec![crate::model::Part::Hole(one.clone())],
                span: operation.contract.span,
            };
            template.render(scope).ok()
        });
        let mut parameter = json!({
            "name": value.name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 },
        });
        let example = expression.or_else(|| value.literal.clone());
        let place = format!("{{{}}}", value.name);
        let before = operation.path.split(&place).next().unwrap_or_default();
        let is_private = |example: &String| {
            private.is_private(&value.name, &example.clone().into())
                || private.has(&format!("{before}{example}").into())
        };
        if let Some(example) = example.filter(|example| !is_private(example)) {
            parameter["example"] = example.into();
        }
        parameters.push(parameter);
    }
    parameters.extend(others(operation, "query", private, |request, see| {
        for (name, value) in &request.query {
            see(name.clone(), value.resolve(scope).ok());
        }
    }));
    parameters.extend(others(operation, "header", private, |request, see| {
        for header in &request.headers {
            if let HeaderValue::Lines(lines) = &header.value
                && !NO_PARAMETERS.contains(&header.name.to_ascii_lowercase().as_str())
            {
                let value = lines.first().and_then(|line| line.render(scope).ok());
                see(header.name.clone(), value.map(Value::from));
            }
        }
    }));
    parameters
}

/// Parameters of one kind: required if every success has them.
fn others(
    operation: &Operation<'_>,
    place: &str,
    private: &Private,
    each: impl Fn(&Request, &mut dyn FnMut(String, Option<Value>)),
) -> Vec<Value> {
    let mut seen: BTreeMap<String, (String, usize, Vec<Option<Value>>)> = BTreeMap::new();
    let mut steps = 0;
    for (_, step) in operation.successes() {
        steps += 1;
        let mut own = BTreeSet::new();
        each(&step.request, &mut |name, value| {
            // Names of fields have no case.
            let key = match place {
                "header" => name.to_ascii_lowercase(),
                _ => name.clone(),
            };
            let entry = seen.entry(key.clone()).or_insert((name, 0, Vec::new()));
            entry.1 += usize::from(own.insert(key));
            entry.2.push(value);
        });
    }
    let parameters = seen.into_values().map(|(name, number, values)| {
        let is_array = values.iter().flatten().any(Value::is_array);
        let schema = if is_array {
            json!({ "type": "array", "items": { "type": "string" } })
        } else {
            json!({ "type": "string" })
        };
        let mut parameter = json!({
            "name": name, "in": place, "required": number == steps, "schema": schema,
        });
        let first = values.first().cloned().flatten();
        let is_always_same = number == steps && values.iter().all(|one| *one == first);
        // The name of a credential has no value that others may see.
        let first = first.filter(|first| !private.is_private(&name, first));
        if let Some(first) = first {
            let text = match first {
                Value::Array(_) | Value::String(_) => first,
                other => Value::from(other.to_string()),
            };
            if is_always_same && place == "header" {
                // Nothing is known about another value.
                parameter["schema"]["enum"] = json!([text]);
            }
            parameter["example"] = text;
        }
        parameter
    });
    parameters.collect()
}

/// The body of a request, if a success has one.
pub(super) fn body(
    operation: &Operation<'_>,
    fixtures: &BTreeMap<String, Value>,
    private: &Private,
    components: &mut Components<'_>,
) -> Option<Value> {
    let captures = BTreeMap::new();
    let scope = Scope {
        fixtures,
        captures: &captures,
    };
    let mut content: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut ids = Unique::default();
    let (mut steps, mut with_body) = (0, 0);
    for (case, step) in operation.successes() {
        steps += 1;
        let request = &step.request;
        let Some((usual, example)) = example(&request.body, scope) else {
            continue;
        };
        with_body += 1;
        let media_type = media_type(request).unwrap_or_else(|| usual.to_owned());
        let entry = content.entry(media_type).or_default();
        if let Some(schema) = request.schema {
            entry.insert("schema".into(), components.reference(schema));
        }
        let fits = |value: &Value| value.to_string().len() <= EXAMPLE_BYTES && !private.has(value);
        if let Some(value) = example.filter(fits) {
            let examples = entry.entry("examples").or_insert_with(|| json!({}));
            if let Some(examples) = examples.as_object_mut()
                && examples.len() < EXAMPLES
                && !examples.values().any(|one| one["value"] == value)
            {
                let name = ids.take(&slug(&case.id));
                examples.insert(name, json!({ "summary": case.title, "value": value }));
            }
        }
    }
    if content.is_empty() {
        return None;
    }
    let content = content
        .into_iter()
        .map(|(media_type, entry)| (media_type, Value::Object(entry)));
    Some(json!({
        "required": with_body == steps,
        "content": content.collect::<Map<String, Value>>(),
    }))
}

/// The usual media type of a body, and what it is, if it has a value without a run.
fn example(body: &Body, scope: Scope<'_>) -> Option<(&'static str, Option<Value>)> {
    Some(match body {
        Body::None => return None,
        Body::Json(draft) => ("application/json", draft.resolve(scope).ok()),
        Body::Form(fields) => {
            let fields = fields.iter();
            let fields =
                fields.map(|(name, value)| Some((name.clone(), value.resolve(scope).ok()?)));
            let fields: Option<Map<String, Value>> = fields.collect();
            ("application/x-www-form-urlencoded", fields.map(Value::from))
        }
        Body::Text(text) => ("text/plain", text.render(scope).ok().map(Value::from)),
        Body::Multipart(_) => ("multipart/form-data", None),
        Body::File(_) | Body::Bytes(_) => ("application/octet-stream", None),
    })
}

/// The media type that a request names, without parameters.
fn media_type(request: &Request) -> Option<String> {
    let mut headers = request.headers.iter();
    let field = headers.find(|header| header.name.eq_ignore_ascii_case("content-type"))?;
    let HeaderValue::Lines(lines) = &field.value else {
        return None;
    };
    let line = lines.first()?.as_literal()?;
    let essence = line.split(';').next().unwrap_or_default().trim();
    essence.contains('/').then(|| essence.to_ascii_lowercase())
}
