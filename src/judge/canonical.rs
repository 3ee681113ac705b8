//! A text for each JSON value, the same for two values exactly when [`json_equal`] holds of them.
//!
//! What makes sets of many elements comparable without comparing each with each.
//!
//! [`json_equal`]: crate::json::json_equal

use std::fmt::Write;

use serde_json::{Number, Value};

/// The text.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Number(number) => write_number(text, number),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_value(text, item);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, member) in members {
                push(text, &Value::from(name.as_str()));
                text.push(':');
                write_value(text, member);
                text.push(',');
            }
            text.push('}');
        }
        scalar => push(text, scalar),
    }
}

fn write_number(text: &mut String, number: &Number) {
    match number.as_f64() {
        // Every whole double is printed with all its digits, as integers are; and there is no -0.
        Some(0.0) => text.push('0'),
        Some(double) if number.is_f64() && double.fract() == 0.0 => {
            push(text, &format_args!("{double:.0}"));
        }
        _ => push(text, number),
    }
}

fn push(text: &mut String, shown: &impl std::fmt::Display) {
    write!(text, "{shown}").expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json_equal;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn equal_values_have_one_text() {
        let text = canonical(&json!({ "a": [1, 0], "b": "x" }));
        assert_eq!(canonical(&json!({ "b": "x", "a": [1.0, -0.0] })), text);
    }

    proptest! {
        #[test]
        fn texts_are_equal_as_the_values_are(
            one in prop_oneof![any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from), (-9i8..9).prop_map(Value::from)],
            other in prop_oneof![any::<u64>().prop_map(Value::from), (-9i8..9).prop_map(|n| json!(f64::from(n)))],
        ) {
            prop_assert_eq!(canonical(&one) == canonical(&other), json_equal(&one, &other));
        }
    }
}
