//! Merges a newer import into a file that somebody edited, entry by entry.
//!
//! The base is what the last import wrote, as digests in its record; one side is the file, the other the new text. What the
//! document did not change stays as it is in the file, to the letter. What only the document changed is taken. What both
//! changed is a conflict: the file keeps its text, and the new one is listed.

mod kept;
mod merging;
mod record;
mod split;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use kept::{Followed, Kept};
use merging::Merge;
use record::{Record, comment_digest};
use split::{Entry, Split, is_nothing};

/// What was written, by `section/entry`: the digest of the text, and those of the comments above it.
pub type Written = BTreeMap<String, String>;

/// A merged file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The file.
    pub text: String,
    /// Entries that both sides changed: the file keeps its own.
    pub conflicts: Vec<String>,
    /// The new text of those entries; empty without conflicts.
    pub new: String,
    /// Entries that were edited, and that the document has no more.
    pub left: Vec<String>,
    /// Entries that the document has no more, and that stay because others that stay use them.
    pub used: Vec<String>,
    /// Values of a target that the document has no more: they are comments now.
    pub retired: Vec<String>,
}

/// What is in a text, for the record of an import. Empty if the text has no entries.
fn written(text: &str) -> Written {
    let Some(split) = Split::new(text) else {
        return Written::new();
    };
    let mut written = Written::new();
    written.insert(String::new(), Record::new(&[], &split.head, 0).text());
    for section in &split.sections {
        let record = Record::new(&section.lines, &section.above, 0);
        written.insert(section.key.clone(), record.text());
        for entry in &section.entries {
            let id = format!("{}/{}", section.key, entry.id);
            written.insert(id, Record::of(entry).text());
        }
    }
    written
}

/// Merges a file. `None` if its text cannot be merged: then the new text belongs beside it as a whole.
pub fn merge(ours: &str, theirs: &str, base: &Written) -> Option<Merged> {
    merge_with(ours, theirs, base, &Kept::default())
}

/// The same where something that stays may use what the document has no more.
pub fn merge_with(ours: &str, theirs: &str, base: &Written, kept: &Kept) -> Option<Merged> {
    if base.is_empty() {
        return None;
    }
    let (own, new) = (Split::new(ours)?, Split::new(theirs)?);
    let mut merge = Merge {
        base,
        kept,
        conflicts: Vec::new(),
        left: Vec::new(),
        used: Vec::new(),
        is_target: own.section("contract").is_none(),
        retired: Vec::new(),
        expected: BTreeMap::new(),
        carried: Vec::new(),
    };
    let split = merge.file(&own, &new);
    let merged = Merged {
        text: split.text(),
        new: new_text(&new, &merge.conflicts),
        conflicts: merge.conflicts.clone(),
        left: merge.left.clone(),
        used: merge.used.clone(),
        retired: merge.retired.clone(),
    };
    let is_right = merge.is_as_expected(&merged.text) && keeps_comments(&own, base, &merged.text);
    is_right.then_some(merged)
}

/// Did somebody add comments to a file that an import wrote, and change nothing else?
pub fn is_only_commented(text: &str, base: &Written) -> bool {
    let Some(split) = Split::new(text).filter(|_| !base.is_empty()) else {
        return false;
    };
    let mut number = 1;
    let mut written = |id: &str| {
        number += 1;
        base.get(id).map(|text| Record::read(text))
    };
    let is_unedited = split.sections.iter().all(|section| {
        let header = Record::new(&section.lines, &section.above, 0);
        written(&section.key).is_some_and(|base| base.content == header.content)
            && section.entries.iter().all(|entry| {
                let base = written(&format!("{}/{}", section.key, entry.id));
                base.is_some_and(|base| {
                    base.content == Record::of(entry).content || base.uncommented(entry).is_some()
                })
            })
    });
    // Nothing was removed.
    is_unedited && number == base.len()
}

/// What is in the files of a suite.
pub fn written_files(files: &[(String, String)]) -> BTreeMap<String, Written> {
    let is_yaml = |name: &str| Path::new(name).extension().is_some_and(|it| it == "yaml");
    let yaml = files.iter().filter(|(name, _)| is_yaml(name));
    yaml.map(|(name, text)| (name.clone(), written(text)))
        .collect()
}

/// Is every comment in the result that an import did not write?
fn keeps_comments(own: &Split, base: &Written, merged: &str) -> bool {
    let written: BTreeSet<&str> = base
        .values()
        .flat_map(|text| text.split(' ').skip(1))
        .collect();
    let mut own_lines: Vec<&String> = own.head.iter().chain(&own.tail).collect();
    for section in &own.sections {
        own_lines.extend(&section.above);
        own_lines.extend(section.entries.iter().flat_map(|entry| &entry.above));
    }
    let merged: BTreeSet<&str> = merged.lines().map(str::trim).collect();
    own_lines.iter().all(|line| {
        is_nothing(line)
            || written.contains(comment_digest(line).as_str())
            || merged.contains(line.trim())
    })
}

/// The new text of entries that both sides changed.
fn new_text(new: &Split, conflicts: &[String]) -> String {
    let mut text = String::new();
    for section in &new.sections {
        let is_whole = conflicts.contains(&section.key);
        let entries: Vec<&Entry> = section
            .entries
            .iter()
            .filter(|entry| {
                is_whole || conflicts.contains(&format!("{}/{}", section.key, entry.id))
            })
            .collect();
        if !is_whole && entries.is_empty() {
            continue;
        }
        text.push_str(&section.lines.concat());
        for entry in entries {
            text.push_str(&entry.above.concat());
            text.push_str(&entry.lines.concat());
        }
    }
    text
}

/// The new text beside the one of an earlier conflict: entries of it that are not replaced stay.
pub fn beside(earlier: &str, new: &str) -> String {
    let (Some(mut earlier), Some(new)) = (Split::new(earlier), Split::new(new)) else {
        return new.to_owned();
    };
    for section in new.sections {
        let Some(known) = earlier
            .sections
            .iter_mut()
            .find(|one| one.key == section.key)
        else {
            earlier.sections.push(section);
            continue;
        };
        known.lines = section.lines;
        known.is_comment = section.is_comment;
        if section.entries.is_empty() {
            known.entries.clear();
        }
        for entry in section.entries {
            match known.entries.iter_mut().find(|one| one.id == entry.id) {
                Some(one) => *one = entry,
                None => known.entries.push(entry),
            }
        }
    }
    earlier.text()
}

/// How many entries the text beside a file has.
pub fn count_entries(text: &str) -> usize {
    let sections = Split::new(text)
        .map(|split| split.sections)
        .unwrap_or_default();
    let entries = sections.iter().map(|section| section.entries.len().max(1));
    entries.sum::<usize>().max(1)
}
