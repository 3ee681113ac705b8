//! Completion: what can be written at the cursor.

mod bodies;
mod names;
mod templates;

pub(crate) use bodies::schemas_of;

use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};

use crate::load::Node;
use crate::lsp::cursor::{Cursor, Slot};
use crate::lsp::grammar::{Grammar, Spot};
use crate::lsp::index::{FileIndex, Role};
use crate::lsp::markers;
use crate::lsp::position::Lines;
use crate::lsp::suite::Suite;
use crate::lsp::tree;

/// What a suggestion is, in the numbers of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Function = 3,
    Member = 5,
    Variable = 6,
    Key = 10,
    Word = 12,
    File = 17,
    Name = 18,
}

/// A suggestion.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    label: String,
    kind: ItemKind,
    detail: String,
    doc: String,
    /// What is written, if it is not the label.
    insert: Option<String>,
    /// Suggestions of a lower rank are shown first.
    rank: u8,
}

impl Item {
    pub(crate) fn new(kind: ItemKind, label: impl Into<String>) -> Item {
        Item {
            label: label.into(),
            kind,
            detail: String::new(),
            doc: String::new(),
            insert: None,
            rank: 1,
        }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Item {
        self.detail = detail.into();
        self
    }

    pub(crate) fn doc(mut self, doc: impl Into<String>) -> Item {
        self.doc = doc.into();
        self
    }

    fn insert(mut self, text: impl Into<String>) -> Item {
        self.insert = Some(text.into());
        self
    }

    fn rank(mut self, rank: u8) -> Item {
        self.rank = rank;
        self
    }
}

/// The most suggestions of one answer.
const MOST_ITEMS: usize = 2000;

/// What a completion is about.
pub(crate) struct Asked<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) path: &'a Path,
    pub(crate) file: &'a FileIndex,
    pub(crate) cursor: Cursor,
    pub(crate) offset: usize,
    /// The tree of the file without the lines that cannot be read.
    root: Option<Node>,
}

/// The suggestions for an offset in a file.
pub(crate) fn complete(
    suite: &Suite,
    path: &Path,
    file: &FileIndex,
    offset: usize,
    lines: &Lines<'_>,
) -> Value {
    let cursor = Cursor::find(&file.text, offset);
    if cursor.slot == Slot::Nothing {
        return json!([]);
    }
    let tree = tree::read(&path.display().to_string(), &file.text);
    let asked = Asked {
        suite,
        path,
        file,
        cursor,
        offset,
        root: tree.map(|tree| tree.root),
    };
    let (items, range) = match asked.open_template() {
        Some(start) => asked.in_template(start),
        None => (asked.items(), asked.word()),
    };
    let range = lines.range(&range);
    items
        .into_iter()
        .take(MOST_ITEMS)
        .enumerate()
        .map(|(number, item)| written(&item, number, &range))
        .collect()
}

fn written(item: &Item, number: usize, range: &Value) -> Value {
    let text = item.insert.as_deref().unwrap_or(&item.label);
    let mut written = json!({
        "label": item.label,
        "kind": item.kind as u8,
        "sortText": format!("{}{number:04}", item.rank),
        "filterText": item.label,
        "textEdit": { "range": range, "newText": text }
    });
    if !item.detail.is_empty() {
        written["detail"] = item.detail.clone().into();
    }
    if !item.doc.is_empty() {
        written["documentation"] = json!({ "kind": "markdown", "value": item.doc });
    }
    written
}

impl Asked<'_> {
    /// What is replaced: the word before the cursor, and the rest of it.
    fn word(&self) -> Range<usize> {
        self.cursor.typed.start..self.offset + self.rest_of_word().len()
    }

    fn rest_of_word(&self) -> &str {
        let rest = self.file.text.get(self.offset..).unwrap_or_default();
        let is_of_word = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        &rest[..rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())]
    }

    /// What follows the word.
    fn behind(&self) -> &str {
        let rest = self.file.text.get(self.offset..).unwrap_or_default();
        &rest[self.rest_of_word().len()..]
    }

    pub(crate) fn typed(&self) -> &str {
        self.file
            .text
            .get(self.cursor.typed.clone())
            .unwrap_or_default()
    }

    fn items(&self) -> Vec<Item> {
        if let Role::Schema(name) = &self.file.role {
            return self.in_schema(name);
        }
        let grammar = self.file.role.format().and_then(Grammar::of);
        let Some(grammar) = grammar else {
            return Vec::new();
        };
        let spot = grammar.spot(&self.cursor.path);
        let mut items = Vec::new();
        if self.cursor.slot != Slot::Value {
            self.keys(&spot, &mut items);
        }
        if self.cursor.slot != Slot::Key {
            self.names(&spot, &mut items);
            self.members_words(&spot, &mut items);
            words(&spot, &mut items);
        }
        items
    }

    fn keys(&self, spot: &Spot, items: &mut Vec<Item>) {
        let own = self.root.as_ref();
        let object = own.and_then(|root| tree::at(root, &self.cursor.path));
        let is_new = |name: &str| {
            object.and_then(|object| object.get(name)).is_none() || self.is_typed(name)
        };
        let mut found = Vec::new();
        for key in spot.keys() {
            let detail = if key.is_required { "required" } else { "" };
            let rank = u8::from(!key.is_required);
            found.push(
                Item::new(ItemKind::Key, key.name)
                    .detail(detail)
                    .doc(key.doc)
                    .rank(rank),
            );
        }
        self.key_names(spot, &mut found);
        self.members(spot, &mut found);
        found.retain(|item| is_new(&item.label));
        items.extend(found.into_iter().map(|item| self.as_key(item)));
    }

    /// Is this the key that the cursor is on?
    fn is_typed(&self, name: &str) -> bool {
        self.file.text.get(self.word()) == Some(name)
    }

    /// The suggestion of a key: with its colon, unless there is one.
    fn as_key(&self, item: Item) -> Item {
        let behind = self.behind().trim_start_matches(['"', '\'']);
        if behind.trim_start_matches(' ').starts_with(':') {
            return item;
        }
        let before = &self.file.text[..self.cursor.typed.start];
        let is_json = self.path.extension().is_some_and(|one| one == "json");
        let text = match before.ends_with(['"', '\'']) {
            true => item.label.clone(),
            false if is_json => format!("\"{}\": ", item.label),
            false => format!("{}: ", item.label),
        };
        item.insert(text)
    }
}

/// Words of a fixed set, and markers.
fn words(spot: &Spot, items: &mut Vec<Item>) {
    for word in spot.words() {
        if items.iter().any(|item| item.label == word) {
            continue;
        }
        let doc = markers::doc(&word).unwrap_or_default();
        let rank = if word.starts_with('<') { 3 } else { 1 };
        items.push(Item::new(ItemKind::Word, word).doc(doc).rank(rank));
    }
}
