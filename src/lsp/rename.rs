//! Rename of a requirement id in all files of a suite, its baselines and waivers included.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::load::{is_plain_text, is_requirement_id};
use crate::lsp::goto::symbol_at;
use crate::lsp::index::{FileIndex, NameKind, Role};
use crate::lsp::message::Refusal;
use crate::lsp::position::{Encoding, Lines};
use crate::lsp::suite::{Suite, Symbol};
use crate::lsp::uri::uri_of;

/// The largest baseline that is changed, in bytes.
const BASELINE_LIMIT: u64 = 64 << 20;

/// What only requirements can do.
const ONLY_REQUIREMENTS: &str = "only the id of a requirement can be renamed";

/// The text of each file, with what replaces ranges of it.
type Edits = BTreeMap<PathBuf, (Arc<str>, Vec<(Range<usize>, String)>)>;

/// The range of the id at an offset.
pub(crate) fn prepare(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
    encoding: Encoding,
) -> Result<Value, Refusal> {
    let symbol = requirement_at(suite, path, file, offset)?;
    let range = file
        .at(offset)
        .map(|one| one.range.clone())
        .unwrap_or_default();
    let range = Lines::new(&file.text, encoding).range(&range);
    Ok(json!({ "range": range, "placeholder": symbol.name }))
}

fn requirement_at(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
) -> Result<Symbol, Refusal> {
    let symbol = symbol_at(suite, path, file, offset);
    let symbol = symbol.filter(|symbol| symbol.kind == NameKind::Requirement);
    let symbol = symbol.ok_or_else(|| Refusal::failed(ONLY_REQUIREMENTS))?;
    if suite.requirement(&symbol.name).is_none() {
        let why = format!("no contract has a requirement `{}`", symbol.name);
        return Err(Refusal::failed(why));
    }
    Ok(symbol)
}

/// The changes of all files. `versions` are those of open buffers.
pub(crate) fn rename(
    suite: &Suite,
    (path, file): (&Path, &FileIndex),
    offset: usize,
    new: &str,
    encoding: Encoding,
    versions: &dyn Fn(&Path) -> Option<(String, Value)>,
    by_document: bool,
) -> Result<Value, Refusal> {
    let symbol = requirement_at(suite, path, file, offset)?;
    if !is_requirement_id(new) {
        return Err(Refusal::failed(format!(
            "invalid requirement id `{}`: use letters, digits, `-`, `_` and `.`, with a letter or a digit first",
            new.escape_debug()
        )));
    }
    if let Some((contract, _)) = suite.requirement(new).filter(|_| new != symbol.name) {
        return Err(Refusal::failed(format!(
            "the requirement `{new}` exists already, in `{contract}`"
        )));
    }
    // What cannot be read could hide a use.
    let unread = suite
        .files
        .iter()
        .find(|(_, file)| !file.is_complete && !matches!(file.role, Role::Other | Role::Project));
    if let Some((path, _)) = unread {
        let shown = path.strip_prefix(&suite.root).unwrap_or(path).display();
        return Err(Refusal::failed(format!(
            "`{shown}` cannot be read completely: correct its mistakes first, because it may name the requirement"
        )));
    }
    let mut edits = Edits::new();
    for place in suite.places(&symbol) {
        let text = new_text(&place.file.text, &place.range, new);
        let (_, all) = edits
            .entry(place.path.to_owned())
            .or_insert_with(|| (Arc::clone(&place.file.text), Vec::new()));
        all.push((place.range, text));
    }
    for (path, text) in baselines(&suite.root) {
        let found = in_baseline(&text, &symbol.name);
        if !found.is_empty() {
            let all = found.into_iter().map(|range| (range, new.to_owned()));
            edits.insert(path, (text, all.collect()));
        }
    }
    Ok(workspace_edit(edits, encoding, versions, by_document))
}

/// The id as it is written in this place: in quotes where it would be read as something else without.
fn new_text(text: &str, range: &Range<usize>, new: &str) -> String {
    let is_quoted = text[..range.start].ends_with(['"', '\'']);
    if is_quoted || is_plain_text(new) {
        new.to_owned()
    } else {
        format!("\"{new}\"")
    }
}

fn workspace_edit(
    edits: Edits,
    encoding: Encoding,
    versions: &dyn Fn(&Path) -> Option<(String, Value)>,
    by_document: bool,
) -> Value {
    let mut changes = serde_json::Map::new();
    let mut documents = Vec::new();
    for (path, (text, mut all)) in edits {
        all.sort_by_key(|(range, _)| range.start);
        all.dedup();
        let lines = Lines::new(&text, encoding);
        let edits: Value = all
            .iter()
            .map(|(range, new)| json!({ "range": lines.range(range), "newText": new }))
            .collect();
        let (uri, version) = versions(&path).unwrap_or_else(|| (uri_of(&path), Value::Null));
        if by_document {
            let document = json!({ "uri": uri, "version": version });
            documents.push(json!({ "textDocument": document, "edits": edits }));
        } else {
            changes.insert(uri, edits);
        }
    }
    if by_document {
        json!({ "documentChanges": documents })
    } else {
        json!({ "changes": changes })
    }
}

/// The baselines in the directory of a suite and beside its targets.
fn baselines(root: &Path) -> Vec<(PathBuf, Arc<str>)> {
    let folders = [
        root.to_owned(),
        root.join("targets"),
        root.join("baselines"),
    ];
    let entries = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok());
    let paths = entries
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|one| one == "jsonl"))
        .filter_map(|path| {
            let bytes = crate::text::file::read(&path, BASELINE_LIMIT).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let is_baseline = text.starts_with("{\"baseline\"");
            is_baseline.then(|| (path, text.into()))
        })
        .collect();
    found.sort();
    found
}

/// Where a baseline names a requirement: as a text, or at the start of a line of a fingerprint.
fn in_baseline(text: &str, id: &str) -> Vec<Range<usize>> {
    let quoted = format!("\"{id}");
    let found = text.match_indices(&quoted);
    let is_name = |at: usize| {
        let behind = &text[at + quoted.len()..];
        let in_fingerprint = behind.starts_with(" step ") || behind.starts_with(" rule ");
        behind.starts_with('"') || in_fingerprint
    };
    found
        .filter(|(at, _)| is_name(*at))
        .map(|(at, _)| at + 1..at + quoted.len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baselines_name_requirements_in_texts_and_fingerprints() {
        let text = "{\"baseline\":\"x\"}\n{\"requirement\":\"A-1\",\"is\":\"violated\"}\n{\"case\":\"A-11\",\"fingerprint\":[\"A-1 step 1: x\",\"A-12 step 1\"]}\n";
        let found = in_baseline(text, "A-1");
        let starts: Vec<_> = found
            .iter()
            .map(|range| &text[range.start..range.end + 5])
            .collect();
        assert_eq!(starts, ["A-1\",\"is", "A-1 step"]);
    }

    #[test]
    fn an_id_that_reads_as_a_number_is_quoted() {
        assert_eq!(new_text("a: B-1", &(3..6), "12"), "\"12\"");
        assert_eq!(new_text("a: \"B-1\"", &(4..7), "12"), "12");
        assert_eq!(new_text("a: B-1", &(3..6), "C-1"), "C-1");
    }
}
