//! The formats of JSON Schema, for single texts: a marker and a schema mean the same by them.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::json::schema::options;

/// The formats that markers use.
const USED: [&str; 4] = ["uri", "email", "ipv4", "ipv6"];

static VALIDATORS: LazyLock<HashMap<&'static str, Validator>> = LazyLock::new(|| {
    let compile = |name: &'static str| {
        // Draft 4 has these formats too, and takes no time to set up.
        let options = options().with_draft(Draft::Draft4);
        let validator = options.build(&json!({ "format": name })).ok()?;
        Some((name, validator))
    };
    USED.into_iter().filter_map(compile).collect()
});

/// Has the text this format?
pub(crate) fn is_format(name: &str, text: &str) -> bool {
    let validator = VALIDATORS.get(name);
    validator.is_some_and(|validator| validator.is_valid(&Value::from(text)))
}
