//! Keys that are written one level too high or too low: `expect` beside `cases`, `status` beside `expect`.

use crate::load::node::{Key, Kind, Node};
use crate::model::Diagnostic;

/// Keys of blocks of `expect` that no case, step or request has.
const OF_BLOCKS: [&str; 13] = [
    "proves",
    "status",
    "schema",
    "select",
    "json-exactly",
    "or-empty",
    "bytes",
    "jsonl",
    "xml",
    "events",
    "encoded",
    "when",
    "any-of",
];

/// Keys that are often written one level too high or too low: where, which, and what to do.
const MISPLACED: &[(&str, &[&str], &str)] = &[
    (
        "a case file",
        &[
            "id",
            "rows",
            "expect",
            "capture",
            "eventually",
            "steps",
            "without",
            "use",
        ],
        "move it into a case under `cases`",
    ),
    (
        "a case",
        &[
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "method",
            "path",
            "query",
            "identity",
            "service",
            "form",
            "multipart",
            "file",
            "base64",
            "hex",
            "follow",
        ],
        "move it under `request`",
    ),
    ("a case", &OF_BLOCKS, "move it into a block of `expect`"),
    ("a step", &OF_BLOCKS, "move it into a block of `expect`"),
    (
        "a case",
        &["use", "with"],
        "move it into an item of `steps`",
    ),
    // Known in a step of a case.
    (
        "a step",
        &["use"],
        "write the step out: a shared step cannot use another",
    ),
    (
        "a request",
        &["expect", "capture", "eventually", "cookies"],
        "move it beside `request`",
    ),
    (
        "a block of `expect`",
        &["capture", "eventually", "request"],
        "move it beside `expect`",
    ),
    ("a request", &["timeout"], "move it beside `request`"),
    (
        "a request",
        &["url", "uri"],
        "write the method and the path: `GET: /path`; the target file has the base URL",
    ),
    (
        "a request",
        &["auth", "authorization", "bearer", "basic"],
        "name an identity: `identity: NAME`; the target file has its credentials",
    ),
    (
        "a block of `expect`",
        &["redirect", "location"],
        "write `headers: { Location: /path }`",
    ),
    (
        "a case file",
        &["cookies"],
        "move it into a case under `cases`",
    ),
    (
        "a step",
        &[
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "method",
            "path",
            "query",
            "identity",
            "service",
            "form",
            "multipart",
            "follow",
        ],
        "move it under `request`",
    ),
];

/// What to write instead of a value that is no object.
pub(crate) fn instead_of(what: &str, node: &Node) -> Option<String> {
    match (what, &node.kind) {
        ("`follow`", Kind::Number(number)) => Some(format!("write `follow: {{ max: {number} }}`")),
        ("`bytes`", Kind::Number(number)) => Some(format!("write `bytes: {{ length: {number} }}`")),
        ("`jsonl`", _) => Some("write `jsonl: { each: {} }`, or `count`, or `schema`".to_owned()),
        _ => None,
    }
}

/// What to do with a key that belongs elsewhere.
pub(crate) fn place_of(key: &str, what: &str) -> Option<&'static str> {
    let mut rows = MISPLACED.iter();
    let row = rows.find(|(place, keys, _)| *place == what && keys.contains(&key));
    row.map(|(_, _, help)| *help)
}

/// The diagnostic for a key that belongs elsewhere.
pub(crate) fn misplaced_key(key: &Key, what: &str, help: &str) -> Diagnostic {
    let message = format!("`{}` is no key of {what}", key.text);
    Diagnostic::error("format/misplaced-key", key.span, message).help(help)
}
