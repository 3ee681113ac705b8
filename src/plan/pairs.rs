//! Names with values, as a query and a form have them.

use serde_json::Value;

use crate::model::{Draft, Scope, Unresolved};

/// Names and values in order; an array is the name repeated. `kind` names a pair in the reason why it is none.
pub(super) fn pairs(
    kind: &str,
    members: &[(String, Draft)],
    scope: Scope<'_>,
) -> Result<Vec<(String, String)>, Unresolved> {
    let mut pairs = Vec::with_capacity(members.len());
    for (name, draft) in members {
        let values = match draft.resolve(scope)? {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let text = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                other => {
                    return Err(Unresolved::Unfit(format!(
                        "the {kind} `{name}` cannot be {other}"
                    )));
                }
            };
            pairs.push((name.clone(), text));
        }
    }
    Ok(pairs)
}
