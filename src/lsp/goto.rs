//! Definition and references of the name at the cursor.

use std::path::Path;

use serde_json::{Value, json};

use crate::lsp::cursor::Cursor;
use crate::lsp::index::{FileIndex, NameKind};
use crate::lsp::position::{Encoding, Lines};
use crate::lsp::suite::{Place, Suite, Symbol};
use crate::lsp::tree;
use crate::lsp::uri::uri_of;

/// What the name at an offset stands for.
pub(crate) fn symbol_at(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
) -> Option<Symbol> {
    suite.symbol(path, file, file.at(offset)?)
}

/// The places where the name at an offset is defined.
pub(crate) fn definition(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
    encoding: Encoding,
) -> Value {
    let Some(symbol) = symbol_at(suite, path, file, offset) else {
        return Value::Null;
    };
    match symbol.kind {
        NameKind::Schema => return schema(suite, &symbol.name, encoding),
        NameKind::BodyFile => {
            let path = suite.root.join(&symbol.name);
            return if path.is_file() {
                beginning(&path)
            } else {
                Value::Null
            };
        }
        _ => {}
    }
    let places = suite.places(&symbol);
    let defined = places.iter().filter(|place| place.is_definition);
    defined.map(|place| location(place, encoding)).collect()
}

/// All places where the name at an offset is written.
pub(crate) fn references(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
    with_definition: bool,
    encoding: Encoding,
) -> Value {
    let own_schema = || match &file.role {
        // Anywhere else in a schema, the schema itself is meant.
        crate::lsp::index::Role::Schema(name) => Some(Symbol::of_schema(name)),
        _ => None,
    };
    let symbol = symbol_at(suite, path, file, offset).or_else(own_schema);
    let Some(symbol) = symbol else {
        return json!([]);
    };
    let places = suite.places(&symbol);
    let wanted = places
        .iter()
        .filter(|place| with_definition || !place.is_definition);
    wanted.map(|place| location(place, encoding)).collect()
}

fn location(place: &Place<'_>, encoding: Encoding) -> Value {
    let lines = Lines::new(&place.file.text, encoding);
    json!({ "uri": uri_of(place.path), "range": lines.range(&place.range) })
}

fn beginning(path: &Path) -> Value {
    let start = json!({ "line": 0, "character": 0 });
    json!({ "uri": uri_of(path), "range": { "start": start, "end": start } })
}

/// A schema file, or the place in it that a pointer names.
fn schema(suite: &Suite, name: &str, encoding: Encoding) -> Value {
    let (name, pointer) = name.split_once('#').unwrap_or((name, ""));
    let path = suite.path_below("schemas", name);
    let Some(file) = suite.files.get(&path) else {
        return Value::Null;
    };
    let Some(tree) =
        tree::read(&path.display().to_string(), &file.text).filter(|_| !pointer.is_empty())
    else {
        return beginning(&path);
    };
    let span = tree.root.locate(pointer);
    let lines = Lines::new(&file.text, encoding);
    let range = span.start as usize..span.end as usize;
    json!({ "uri": uri_of(&path), "range": lines.range_in_line(&range) })
}

/// The place of a cursor in a file, at the end of the key that it is on, so that the whole key is known.
pub(crate) fn at_end_of_word(text: &str, offset: usize) -> Cursor {
    let rest = text.get(offset..).unwrap_or_default();
    let is_of_word = |c: char| c.is_alphanumeric() || "-_.$<>?".contains(c);
    let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
    Cursor::find(text, offset + length)
}
