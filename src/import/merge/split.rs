//! A file as sections and entries: lines of text, each in exactly one of them.
//!
//! A section is a key at the top of a file. Its entries are the elements or members that begin on lines of their own; a
//! section on one line has none. What an entry is called comes from the YAML in it, so that text and meaning agree.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::{Kind, Node, parse_foreign};
use crate::model::Sources;

/// A file.
#[derive(Clone, Debug, Default)]
pub(super) struct Split {
    /// Comments and empty lines above the first section.
    pub(super) head: Vec<String>,
    pub(super) sections: Vec<Section>,
    /// Comments and empty lines below the last one.
    pub(super) tail: Vec<String>,
}

/// A key at the top of a file.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) key: String,
    /// Comments and empty lines above it.
    pub(super) above: Vec<String>,
    /// The line of the key, and the lines of its value if it has no entries.
    pub(super) lines: Vec<String>,
    /// Is the key commented out, because no entry has a value?
    pub(super) is_comment: bool,
    pub(super) entries: Vec<Entry>,
}

/// An element or a member.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) above: Vec<String>,
    pub(super) lines: Vec<String>,
    pub(super) indent: usize,
    /// Is it a name without a value yet: `# pets.id: TODO`?
    pub(super) is_comment: bool,
}

impl Section {
    /// The indentation of its entries.
    pub(super) fn indent(&self) -> usize {
        self.entries.first().map_or(2, |entry| entry.indent)
    }

    pub(super) fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub(super) fn has_values(&self) -> bool {
        self.entries.iter().any(|entry| !entry.is_comment)
    }
}

impl Split {
    /// Splits a file. `None` if its text and its YAML do not agree.
    pub(super) fn new(text: &str) -> Option<Split> {
        // JSON, such as a schema: its lines are no sections.
        if text.trim_start().starts_with('{') {
            return None;
        }
        if text
            .lines()
            .all(|line| is_nothing(line) || is_comment(line))
        {
            return Some(by_lines(text));
        }
        let mut sources = Sources::default();
        let file = sources.add("merged.yaml", text);
        let mut found = Vec::new();
        let tree = parse_foreign(&sources, file, &mut found);
        if !found.is_empty() {
            return None;
        }
        let Kind::Object(members) = tree?.kind else {
            return None;
        };
        let mut split = by_lines(text);
        let mut names = members.into_iter();
        for section in &mut split.sections {
            if section.is_comment {
                continue;
            }
            let (key, value) = names.next()?;
            section.key = key.text;
            if !name_entries(section, &value) {
                let entries = std::mem::take(&mut section.entries);
                for entry in entries {
                    section.lines.extend(entry.above);
                    section.lines.extend(entry.lines);
                }
            }
        }
        let keys: BTreeSet<&str> = split.sections.iter().map(|one| one.key.as_str()).collect();
        let is_unique = keys.len() == split.sections.len();
        (names.next().is_none() && is_unique).then_some(split)
    }

    pub(super) fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        let mut text = self.head.concat();
        for section in &self.sections {
            text.extend(section.above.iter().map(String::as_str));
            text.extend(section.lines.iter().map(String::as_str));
            for entry in &section.entries {
                text.extend(entry.above.iter().map(String::as_str));
                text.extend(entry.lines.iter().map(String::as_str));
            }
        }
        text + &self.tail.concat()
    }
}

fn by_lines(text: &str) -> Split {
    let mut split = Split::default();
    let mut above: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = format!("{}\n", line.trim_end_matches('\r'));
        if is_nothing(&line) || is_comment(&line) {
            if let Some((key, is_top)) = commented_name(&line) {
                if is_top {
                    split.sections.push(Section {
                        key: key.to_owned(),
                        above: std::mem::take(&mut above),
                        lines: vec![line],
                        is_comment: true,
                        entries: Vec::new(),
                    });
                    continue;
                }
                let section = split.sections.last_mut();
                if let Some(section) = section.filter(|one| one.has_missing_values()) {
                    section.entries.push(Entry {
                        id: key.to_owned(),
                        above: std::mem::take(&mut above),
                        indent: indentation(&line),
                        lines: vec![line],
                        is_comment: true,
                    });
                    continue;
                }
            }
            // A comment that is farther to the right is in the entry; one in a text may be no comment at all.
            let section = split.sections.last_mut();
            let entry = section.and_then(|section| section.entries.last_mut());
            if let Some(entry) = entry.filter(|entry| !entry.is_comment)
                && !is_nothing(&line)
                && indentation(&line) > entry.indent
            {
                entry.lines.append(&mut above);
                entry.lines.push(line);
                continue;
            }
            above.push(line);
            continue;
        }
        let indent = indentation(&line);
        let is_key = indent == 0 && !(line.starts_with("- ") || line.trim_end() == "-");
        if is_key || split.sections.is_empty() {
            if split.sections.is_empty() && split.head.is_empty() {
                split.head = std::mem::take(&mut above);
            }
            split.sections.push(Section {
                key: String::new(),
                above: std::mem::take(&mut above),
                lines: vec![line],
                is_comment: false,
                entries: Vec::new(),
            });
            continue;
        }
        let Some(section) = split.sections.last_mut() else {
            continue;
        };
        if !section.may_have_entries() {
            section.lines.append(&mut above);
            section.lines.push(line);
            continue;
        }
        match section.entries.last_mut() {
            Some(last) if indent > last.indent => {
                last.lines.append(&mut above);
                last.lines.push(line);
            }
            _ => section.entries.push(Entry {
                id: String::new(),
                above: std::mem::take(&mut above),
                lines: vec![line],
                indent,
                is_comment: false,
            }),
        }
    }
    if split.sections.is_empty() {
        split.head = above;
    } else {
        split.tail = above;
    }
    split
}

impl Section {
    /// Are its entries what a target needs, with comments for those that have no value?
    fn has_missing_values(&self) -> bool {
        let first = self.lines.first().map_or("", String::as_str);
        let first = first.trim_start_matches(['#', ' ']);
        self.may_have_entries()
            && (first.starts_with("identities:") || first.starts_with("fixtures:"))
    }

    /// Is there nothing but the key on its line?
    fn may_have_entries(&self) -> bool {
        let Some(line) = self.lines.first() else {
            return false;
        };
        if self.is_comment {
            return true;
        }
        let rest = line.split_once(':').map_or("", |(_, rest)| rest);
        let rest = rest.trim();
        self.lines.len() == 1 && line.contains(':') && (rest.is_empty() || rest.starts_with('#'))
    }
}

impl Entry {
    /// The same with the comments in it above it, but for those that `stays` names; `None` if there are none. A line of a
    /// text that looks like a comment is none.
    pub(super) fn with_comments_above(&self, stays: impl Fn(&str) -> bool) -> Option<Entry> {
        let goes = |line: &String| is_comment(line) && !stays(line);
        let inner = self.lines.iter().skip(1);
        let inner: Vec<String> = inner.filter(|line| goes(line)).cloned().collect();
        if inner.is_empty() {
            return None;
        }
        let mut plain = self.clone();
        plain.lines.retain(|line| !goes(line));
        let value = |lines: &[String]| {
            let mut sources = Sources::default();
            let file = sources.add("entry.yaml", format!("x:\n{}", lines.concat()));
            let mut found = Vec::new();
            let tree = parse_foreign(&sources, file, &mut found);
            tree.filter(|_| found.is_empty()).map(|tree| tree.to_json())
        };
        let is_same = value(&self.lines)? == value(&plain.lines)?;
        let inner = inner.iter().map(|line| indented(line, self.indent));
        plain.above.extend(inner);
        is_same.then_some(plain)
    }
}

/// Names the entries; false if there are others than the YAML has.
fn name_entries(section: &mut Section, value: &Node) -> bool {
    let ids: Vec<String> = match &value.kind {
        Kind::Object(members) => members.iter().map(|(key, _)| key.text.clone()).collect(),
        Kind::List(items) => items.iter().map(id_of).collect(),
        _ => Vec::new(),
    };
    let indent = section.indent();
    let written = section.entries.iter().filter(|entry| !entry.is_comment);
    if written.count() != ids.len() || section.entries.iter().any(|one| one.indent != indent) {
        return false;
    }
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids = ids.into_iter();
    for entry in &mut section.entries {
        if !entry.is_comment {
            entry.id = ids.next().unwrap_or_default();
        }
        let count = counted.entry(entry.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            entry.id = format!("{} ({count})", entry.id);
        }
    }
    true
}

/// What an element of a list is called.
fn id_of(node: &Node) -> String {
    let named = ["id", "reason"]
        .iter()
        .find_map(|name| node.get(name)?.as_text());
    let named = named.or_else(|| node.as_text());
    named.unwrap_or("without id").to_owned()
}

/// The name in a comment that stands for a missing value, and whether it is that of a section.
fn commented_name(line: &str) -> Option<(&str, bool)> {
    let rest = line.trim().strip_prefix("# ")?;
    let (name, value) = rest.split_once(':')?;
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)
        });
    let is_top = line.starts_with('#') && ["identities", "fixtures"].contains(&name);
    if is_name && is_top && value.is_empty() {
        return Some((name, true));
    }
    let is_missing = !line.starts_with('#') && value.trim_start().starts_with("TODO");
    (is_name && is_missing).then_some((name, false))
}

pub(super) fn is_nothing(line: &str) -> bool {
    line.trim().is_empty()
}

pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The entry with another indentation.
pub(super) fn moved(entry: &Entry, indent: usize) -> Entry {
    let shifted = |line: &String| match line.get(entry.indent..) {
        Some(rest) if !is_nothing(line) && line[..entry.indent].trim().is_empty() => {
            format!("{}{rest}", " ".repeat(indent))
        }
        _ => line.clone(),
    };
    Entry {
        id: entry.id.clone(),
        above: entry
            .above
            .iter()
            .map(|line| indented(line, indent))
            .collect(),
        lines: entry.lines.iter().map(shifted).collect(),
        indent,
        is_comment: entry.is_comment,
    }
}

/// A comment with this indentation.
pub(super) fn indented(line: &str, indent: usize) -> String {
    if is_nothing(line) {
        return line.to_owned();
    }
    format!("{}{}\n", " ".repeat(indent), line.trim())
}

pub(super) fn commented(line: &str) -> String {
    if is_nothing(line) || is_comment(line) {
        return line.to_owned();
    }
    // What is beside the key would make it another comment than the one of a section.
    format!("# {line}")
}
