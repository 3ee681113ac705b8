//! The texts of an output before they are escaped.

use serde_json::Value;

/// The texts of a JSON value: its strings. Names of members are words of the program or of the suite.
#[derive(Clone, Debug)]
pub enum Texts {
    /// All that an output is made of.
    All(Value),
    /// The texts of which some format makes an output, perhaps joined.
    Sources(Value),
}

impl Texts {
    /// The texts of an output that is JSON, or JSON Lines; `None` if it is neither.
    pub fn of_json(output: &str) -> Option<Texts> {
        if let Ok(value) = serde_json::from_str(output) {
            return Some(Texts::All(value));
        }
        let lines: Result<Vec<Value>, _> = output.lines().map(serde_json::from_str).collect();
        lines.ok().map(|lines| Texts::All(lines.into()))
    }

    pub(super) fn value(&self) -> &Value {
        match self {
            Texts::All(value) | Texts::Sources(value) => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_are_read_as_well() {
        let is_json = |output| matches!(Texts::of_json(output), Some(Texts::All(_)));
        assert!(is_json("{\"a\": 1}"));
        assert!(is_json("{\"a\": 1}\n{\"b\": 2}\n"));
        assert!(!is_json("<p>"));
    }
}
