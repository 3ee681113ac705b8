//! A report from an untrusted source: any text in every place that takes one.

use serde_json::Value;

use crate::model::Report;

/// Members that take words of ours only.
const CLOSED: [&str; 12] = [
    "class",
    "digest",
    "disposition",
    "gate",
    "kind",
    "level",
    "new",
    "old",
    "shard",
    "side",
    "standing",
    "verdict",
];

/// The report with each of its texts changed, words of ours left out.
pub(crate) fn planted(report: &Report, change: impl Fn(&mut String)) -> Report {
    let mut value = serde_json::to_value(report).expect("a report is JSON");
    plant(&mut value, &change);
    serde_json::from_value(value).expect("texts are free")
}

fn plant(value: &mut Value, change: &impl Fn(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, change)),
        Value::Object(members) => {
            for (name, member) in members {
                let is_closed = CLOSED.contains(&name.as_str()) && member.is_string();
                if !is_closed {
                    plant(member, change);
                }
            }
        }
        _ => {}
    }
}

/// The report with each of its numbers larger than any run counts, or zero.
pub(crate) fn miscounted(report: &Report, most: bool) -> Report {
    let mut value = serde_json::to_value(report).expect("a report is JSON");
    miscount(&mut value, "", most);
    serde_json::from_value(value).expect("numbers are free")
}

fn miscount(value: &mut Value, name: &str, most: bool) {
    let number = match name {
        "exit" => 130.into(),
        "status" => u16::MAX.into(),
        "retries" => u8::MAX.into(),
        "days_left" => i32::MAX.into(),
        "line" | "column" | "length" | "generation" => u32::MAX.into(),
        _ => (1_u64 << 40).into(),
    };
    match value {
        Value::Number(old) if old.is_f64() => *value = if most { f64::MAX } else { 0.0 }.into(),
        Value::Number(_) => *value = if most { number } else { 0.into() },
        Value::Array(items) => items.iter_mut().for_each(|item| miscount(item, name, most)),
        Value::Object(members) => {
            for (name, member) in members {
                miscount(member, name, most);
            }
        }
        _ => {}
    }
}
