//! The dialects of JSON Schema that are read: what `$schema` names.

use serde_json::Value;

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dialect {
    /// Draft-07.
    Draft07,
    /// Draft 2019-09.
    Draft201909,
    /// Draft 2020-12: that of a schema without `$schema`.
    #[default]
    Draft202012,
}

impl Dialect {
    /// All of them, the newest first.
    pub(crate) const ALL: [Dialect; 3] =
        [Dialect::Draft202012, Dialect::Draft201909, Dialect::Draft07];

    /// The dialect of a document; that of a `$schema` that is not known is the newest.
    pub(crate) fn of(document: &Value) -> Dialect {
        let named = document.get("$schema").and_then(Value::as_str);
        named.and_then(Dialect::named).unwrap_or_default()
    }

    /// The dialect that a value of `$schema` names.
    pub(crate) fn named(uri: &str) -> Option<Dialect> {
        let uri = uri.strip_suffix('#').unwrap_or(uri);
        Dialect::ALL.into_iter().find(|one| one.uri() == uri)
    }

    /// The value of `$schema`, without an empty fragment.
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Dialect::Draft07 => "http://json-schema.org/draft-07/schema",
            Dialect::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
            Dialect::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Dialect::Draft07 => "draft-07",
            Dialect::Draft201909 => "draft 2019-09",
            Dialect::Draft202012 => "draft 2020-12",
        }
    }
}
