//! A named item of a header field, with its members.

use serde_json::Value;

/// One cookie, or one link under one of its relation types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: String,
    /// Names and values, each name once.
    pub(super) members: Vec<(String, Value)>,
}

impl Item {
    /// The value of a member.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        let mut members = self.members.iter();
        let found = members.find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }
}
