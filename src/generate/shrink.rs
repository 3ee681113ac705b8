//! Smaller values: what a person tries to find out which part of a value matters.

use serde_json::{Value, json};

/// The most values that are offered at once.
const MOST: usize = 64;

/// Values that are a step smaller, the smallest first.
pub fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(members) => {
            let fewer = members.keys().map(|name| {
                let mut without = members.clone();
                without.shift_remove(name);
                Value::Object(without)
            });
            let inside = members.iter().flat_map(|(name, member)| {
                let others = smaller(member).into_iter();
                others.map(|other| {
                    let mut with = members.clone();
                    with.insert(name.clone(), other);
                    Value::Object(with)
                })
            });
            fewer.chain(inside).take(MOST).collect()
        }
        Value::Array(items) => {
            let half = items.len() / 2;
            let halves = [&items[..half], &items[half..]];
            let halves = halves.into_iter().filter(|_| items.len() > 1);
            let halves = halves.map(|half| half.to_vec().into());
            let fewer = (0..items.len()).map(|at| {
                let mut without = items.clone();
                without.remove(at);
                without.into()
            });
            let inside = items.iter().enumerate().flat_map(|(at, item)| {
                let others = smaller(item).into_iter();
                others.map(move |other| {
                    let mut with = items.clone();
                    with[at] = other;
                    with.into()
                })
            });
            halves.chain(fewer).chain(inside).take(MOST).collect()
        }
        Value::String(text) => smaller_texts(text),
        Value::Number(number) => {
            let mut found = Vec::new();
            if number.as_f64().unwrap_or(0.0) != 0.0 {
                found.push(json!(0));
            }
            if let Some(whole) = number.as_i64().filter(|whole| whole.unsigned_abs() > 1) {
                found.push(json!(whole / 2));
                found.push(json!(whole - whole.signum()));
            }
            found
        }
        Value::Bool(_) | Value::Null => Vec::new(),
    }
}

fn smaller_texts(text: &str) -> Vec<Value> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    if let Some((_, most)) = characters.split_last().filter(|(_, most)| !most.is_empty()) {
        let (start, end) = characters.split_at(characters.len() / 2);
        found.extend([start, end, most].map(|part| part.iter().collect::<String>().into()));
    }
    if characters.iter().any(|character| *character != 'a') {
        found.push("a".repeat(characters.len()).into());
    }
    found
}
