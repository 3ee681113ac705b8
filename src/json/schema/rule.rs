//! The rule of a schema that rejected a value.

use serde::{Deserialize, Serialize};

/// The rule of a JSON Schema that rejected a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SchemaRule {
    /// The keyword: `pattern`, `required` ...
    pub keyword: String,
    /// Schema file and JSON Pointer to the keyword: `presence/records.schema.json#/$defs/xuid/pattern`.
    pub location: String,
    /// The value of the keyword, as JSON text (shortened).
    pub rule: String,
}
