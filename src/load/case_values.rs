//! The values of a case that are words: its id, effect, cookies, tags and locks.

use std::collections::BTreeSet;

use crate::load::names::CaseReader;
use crate::load::node::Node;
use crate::load::record::{Names, Text, reject};
use crate::load::scalars::is_kebab;
use crate::model::{Diagnostic, Effect};
use crate::text::nearest::nearest;

/// Reads `read` or `write`.
pub(super) fn read_effect(reader: &mut CaseReader<'_>, node: &Node) -> Effect {
    match node.as_text() {
        Some("read") => Effect::Read,
        Some("write") => Effect::Write,
        other => {
            reject(node, reader.diagnostics, || {
                let message = format!("expected `read` or `write`, found {}", node.describe());
                let diagnostic = Diagnostic::error("case/effect", node.span, message);
                match nearest(other.unwrap_or(""), ["read", "write"]) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help("`read` changes nothing on the target; `write` does"),
                }
            });
            Effect::Read
        }
    }
}

/// Reads `cookies: keep`.
pub(super) fn read_cookies(reader: &mut CaseReader<'_>, node: &Node) -> bool {
    if node.as_text() != Some("keep") {
        reject(node, reader.diagnostics, || {
            let message = format!("expected `keep`, found {}", node.describe());
            Diagnostic::error("case/cookies", node.span, message)
                .help("write `cookies: keep`, or remove it: without it no cookie is sent")
        });
    }
    true
}

/// The tags of the file and of the case.
pub(super) fn tags(
    names: &[&Option<Names<'_>>],
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeSet<String> {
    let names = names.iter().copied().flatten();
    let names = names.flat_map(|Names(names)| names);
    let read = names.map(|name| {
        if !is_kebab(name.value) {
            let message = format!("`{}` is not a tag", name.value);
            diagnostics.push(
                Diagnostic::error("case/tag", name.span, message)
                    .help("a tag has lower-case letters, digits and hyphens, as in `smoke-test`"),
            );
        }
        name.value.to_owned()
    });
    read.collect()
}

/// The locks of the file and of the case.
pub(super) fn locks(reader: &mut CaseReader<'_>, names: &[&Option<Names<'_>>]) -> BTreeSet<String> {
    let mut locks = BTreeSet::new();
    for name in names
        .iter()
        .copied()
        .flatten()
        .flat_map(|Names(names)| names)
    {
        if name.value.is_empty() {
            reader.diagnostics.push(
                Diagnostic::error("case/lock", name.span, "empty lock name")
                    .help("cases with the same lock never run at the same time"),
            );
        }
        locks.extend(reader.plain(name.value, name.span, "the name of a lock"));
    }
    locks
}

/// Reports an id that is not in kebab case.
pub(super) fn check_id(id: Text<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !is_kebab(id.value) {
        let message = if id.value.is_empty() {
            "empty id".to_owned()
        } else {
            format!("the id `{}` is not in kebab case", id.value.escape_debug())
        };
        diagnostics.push(
            Diagnostic::error("case/id", id.span, message)
                .help("use lowercase letters, digits and `-`: `missing-user-is-404`"),
        );
    }
}
