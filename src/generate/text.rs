//! Illegal values of parameters, which are sent as text: `5` may be the number or the text.

use serde_json::Value;

use crate::generate::illegal::{Illegal, illegal_values};
use crate::generate::place::SchemaPlace;
use crate::generate::random::{MOST_SCHEMAS, plain_value};

/// Does a schema accept a value that is sent as text, as the text or as what it may stand for?
pub fn is_legal_text(value: &Value, is_legal: &dyn Fn(&Value) -> bool) -> bool {
    let readings = |one: &Value| {
        let text = match one {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let read = serde_json::from_str::<Value>(text.trim()).ok();
        let scalar = read.filter(is_scalar);
        (
            Value::String(text.clone()),
            scalar.unwrap_or(Value::String(text)),
        )
    };
    let (texts, read) = match value {
        Value::Array(items) => {
            let (texts, read): (Vec<Value>, Vec<Value>) = items.iter().map(readings).unzip();
            (Value::Array(texts), Value::Array(read))
        }
        scalar => readings(scalar),
    };
    // A parameter that is not repeated may be a list of one.
    let as_list = |value: &Value| !value.is_array() && is_legal(&Value::Array(vec![value.clone()]));
    [&texts, &read]
        .into_iter()
        .any(|one| is_legal(one) || as_list(one))
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

/// Can the value of a parameter be sent in a way that everybody agrees on? A list is a repeated parameter.
fn is_sent(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(is_scalar),
        other => is_scalar(other),
    }
}

/// The illegal values of one parameter, and how many more there would be. Names begin with the change: `too-large`. `None` if
/// no value is known that could be changed. `takes_lists` is whether a list can be sent.
pub fn illegal_texts(
    schema: SchemaPlace<'_>,
    legal: Option<&Value>,
    is_legal: &dyn Fn(&Value) -> bool,
    takes_lists: bool,
    most: usize,
) -> Option<(Vec<Illegal>, usize)> {
    let legal = legal.cloned();
    let legal = legal.or_else(|| plain_value(schema, &mut { MOST_SCHEMAS }))?;
    let accepts = |value: &Value| {
        let can_be_sent = is_sent(value) && (takes_lists || !value.is_array());
        !can_be_sent || is_legal_text(value, is_legal)
    };
    Some(illegal_values(schema, &legal, &accepts, most))
}
