//! Smaller values: what a person tries to find out which part of a value matters.

use serde_json::{Value, json};

/// The most values that are offered at once.
const MOST: usize = 64;

/// Values that are a step smaller, the smallest first.
pub fn smaller(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Object(members) => {
            for name in members.keys() {
                let mut without = members.clone();
                without.shift_remove(name);
                found.push(Value::Object(without));
            }
            for (name, member) in members {
                for other in smaller(member) {
                    let mut with = members.clone();
                    with.insert(name.clone(), other);
                    found.push(Value::Object(with));
                }
            }
        }
        Value::Array(items) => {
            if items.len() > 1 {
                found.push(items[..items.len() / 2].to_vec().into());
                found.push(items[items.len() / 2..].to_vec().into());
            }
            for at in 0..items.len() {
                let mut without = items.clone();
                without.remove(at);
                found.push(without.into());
            }
            for (at, item) in items.iter().enumerate() {
                for other in smaller(item) {
                    let mut with = items.clone();
                    with[at] = other;
                    found.push(with.into());
                }
            }
        }
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            if characters.len() > 1 {
                let half = characters.len() / 2;
                found.push(characters[..half].iter().collect::<String>().into());
                found.push(characters[half..].iter().collect::<String>().into());
                found.push(
                    characters[..characters.len() - 1]
                        .iter()
                        .collect::<String>()
                        .into(),
                );
            }
            let is_plain = text.chars().all(|character| character == 'a');
            if !is_plain {
                found.push("a".repeat(characters.len()).into());
            }
        }
        Value::Number(number) => {
            let double = number.as_f64().unwrap_or(0.0);
            if double != 0.0 {
                found.push(json!(0));
            }
            if let Some(whole) = number.as_i64().filter(|whole| whole.unsigned_abs() > 1) {
                found.push(json!(whole / 2));
                found.push(json!(whole - whole.signum()));
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
    found.truncate(MOST);
    found
}
