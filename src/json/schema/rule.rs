//! The rule of a schema that refused a value.

use serde::{Deserialize, Serialize};

/// The rule of a JSON Schema that refused a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SchemaRule {
    /// The keyword: `pattern`, `required` ...
    pub keyword: String,
    /// Schema file and JSON Pointer to the keyword: `presence/records.schema.json#/$defs/xuid/pattern`.
    pub location: String,
    /// What the schema says there, as JSON text (shortened).
    pub rule: String,
}
