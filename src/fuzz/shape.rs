//! Bodies and parameters as values, and back: what does not change is written as it was.

use serde_json::{Map, Value};

use crate::fuzz::request::has_template;
use crate::import::literal;

/// The value that a case writes, without escapes. Texts with templates stay as they are: the values of a target are not
/// looked at, so that nothing that is made of them can be written.
pub(crate) fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) if has_template(value) => Value::String(text.clone()),
        Value::String(text) => Value::String(unescaped(text)),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let name = name.strip_prefix('\\').unwrap_or(name).to_owned();
                (name, plain(value))
            });
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// The text that a case writes with an escape.
fn unescaped(text: &str) -> String {
    let text = match text.strip_prefix('\\') {
        Some(rest) if rest.starts_with('<') => rest,
        _ => text,
    };
    text.replace("$${", "${")
}

/// A changed value as a case writes it: what did not change is written as in `template`, of which `before` is the value.
pub(crate) fn written(changed: &Value, template: Option<&Value>, before: Option<&Value>) -> Value {
    if let (Some(template), Some(before)) = (template, before)
        && changed == before
    {
        return template.clone();
    }
    match changed {
        Value::String(text) => Value::String(literal::text(text)),
        Value::Array(items) => {
            let at =
                |value: Option<&Value>, index: usize| value.and_then(|one| one.get(index)).cloned();
            let items = items.iter().enumerate().map(|(index, item)| {
                let (template, before) = (at(template, index), at(before, index));
                written(item, template.as_ref(), before.as_ref())
            });
            items.collect()
        }
        Value::Object(members) => {
            let mut all = Map::new();
            for (name, value) in members {
                let escaped = if name.starts_with('<') {
                    format!("\\{name}")
                } else {
                    name.clone()
                };
                let before = before.and_then(|before| before.get(name));
                let template = template.and_then(|template| template.get(&escaped));
                all.insert(escaped, written(value, template, before));
            }
            Value::Object(all)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_did_not_change_is_written_as_it_was() {
        let template = json!({ "id": "${fixture.id}", "n": ["${fixture.b.n}", 2], "x": "\\<any>", "\\<y>": "$${z}" });
        let value = plain(&template);
        assert_eq!(
            value,
            json!({ "id": "${fixture.id}", "n": ["${fixture.b.n}", 2], "x": "<any>", "<y>": "${z}" })
        );
        assert_eq!(written(&value, Some(&template), Some(&value)), template);
        let mut changed = value.clone();
        changed["n"] = json!(["${fixture.b.n}", 3, "${q}"]);
        changed["x"] = json!("<b>");
        assert_eq!(
            written(&changed, Some(&template), Some(&value)),
            json!({ "id": "${fixture.id}", "n": ["${fixture.b.n}", 3, "$${q}"], "x": "\\<b>", "\\<y>": "$${z}" })
        );
    }
}
