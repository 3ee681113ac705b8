//! Merges a newer import into a file that somebody edited, entry by entry.
//!
//! The base is what the last import wrote, as digests in its record; one side is the file, the other the new text. What the
//! document did not change stays as it is in the file, to the letter. What only the document changed is taken. What both
//! changed is a conflict: the file keeps its text, and the new one is listed.

mod kept;
mod split;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::import::lock::digest_of;
pub use kept::Kept;
use split::{Entry, Section, Split, is_comment, is_nothing};

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

/// A piece of text as a record has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Record {
    content: String,
    comments: Vec<String>,
}

impl Record {
    fn new(lines: &[String], above: &[String], indent: usize) -> Record {
        let content: Vec<&str> = lines
            .iter()
            .map(|line| line.get(indent..).unwrap_or(line).trim_end())
            .collect();
        let comments = above.iter().filter(|line| is_comment(line));
        Record {
            content: digest_of(&content.join("\n")).to_string(),
            comments: comments.map(|line| comment_digest(line)).collect(),
        }
    }

    fn of(entry: &Entry) -> Record {
        Record::new(&entry.lines, &entry.above, entry.indent)
    }

    fn text(&self) -> String {
        let parts = std::iter::once(&self.content).chain(&self.comments);
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn read(text: &str) -> Record {
        let mut parts = text.split(' ').map(str::to_owned);
        Record {
            content: parts.next().unwrap_or_default(),
            comments: parts.collect(),
        }
    }
}

fn comment_digest(line: &str) -> String {
    let mut digest = digest_of(line.trim()).to_string();
    digest.truncate(8);
    digest
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
    };
    let is_right = merge.is_as_expected(&merged.text) && keeps_comments(&own, base, &merged.text);
    is_right.then_some(merged)
}

struct Merge<'m> {
    base: &'m Written,
    kept: &'m Kept,
    conflicts: Vec<String>,
    left: Vec<String>,
    used: Vec<String>,
    /// The content of each entry of the result.
    expected: BTreeMap<String, String>,
    /// Comments above entries that are gone, which go above the next.
    carried: Vec<String>,
}

/// What is in the files of a suite.
pub fn written_files(files: &[(String, String)]) -> BTreeMap<String, Written> {
    let is_yaml = |name: &str| Path::new(name).extension().is_some_and(|it| it == "yaml");
    let yaml = files.iter().filter(|(name, _)| is_yaml(name));
    yaml.map(|(name, text)| (name.clone(), written(text)))
        .collect()
}

/// Which side a piece is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Ours,
    Theirs,
    /// The content of the file, below the comments of both.
    OursWithComments,
    Conflict,
}

impl Merge<'_> {
    fn record(&self, id: &str) -> Option<Record> {
        self.base.get(id).map(|text| Record::read(text))
    }

    fn side(&self, id: &str, ours: &Record, theirs: &Record) -> Side {
        let base = self.record(id);
        match base {
            Some(base) if base == *theirs => Side::Ours,
            _ if ours == theirs => Side::Ours,
            Some(base) if base.content == ours.content => Side::Theirs,
            _ if ours.content == theirs.content => Side::OursWithComments,
            Some(base) if base.content == theirs.content => Side::OursWithComments,
            _ => Side::Conflict,
        }
    }

    /// The comments of both sides: those of the document, without what was removed, and those of the file.
    fn above(
        &mut self,
        id: &str,
        ours: &[String],
        theirs: &[String],
        indent: usize,
    ) -> Vec<String> {
        let base = self.record(id).unwrap_or_default().comments;
        let own: Vec<String> = ours.iter().map(|line| comment_digest(line)).collect();
        let mut above: Vec<String> = Vec::new();
        for line in theirs {
            let digest = comment_digest(line);
            let is_removed = is_comment(line) && base.contains(&digest) && !own.contains(&digest);
            if !is_removed {
                above.push(indented(line, indent));
            }
        }
        let is_new = |line: &&String| is_comment(line) && !base.contains(&comment_digest(line));
        for line in ours.iter().filter(is_new) {
            if !above.iter().any(|known| known.trim() == line.trim()) {
                above.push(line.clone());
            }
        }
        above
    }

    /// The comments of somebody above what is gone.
    fn carry(&mut self, id: &str, above: &[String]) {
        let base = self.record(id).unwrap_or_default().comments;
        let is_own = |line: &&String| is_comment(line) && !base.contains(&comment_digest(line));
        self.carried.extend(above.iter().filter(is_own).cloned());
    }

    fn file(&mut self, own: &Split, new: &Split) -> Split {
        let mut merged = Split {
            head: own.head.clone(),
            ..Split::default()
        };
        let (ours, theirs) = (
            Record::new(&[], &own.head, 0),
            Record::new(&[], &new.head, 0),
        );
        if self.side("", &ours, &theirs) != Side::Ours {
            merged.head = self.above("", &own.head, &new.head, 0);
        }
        for section in &own.sections {
            let made = self.section(Some(section), new.section(&section.key));
            merged.sections.extend(made);
        }
        for (at, section) in new.sections.iter().enumerate() {
            if own.section(&section.key).is_some() {
                continue;
            }
            if let Some(made) = self.section(None, Some(section)) {
                let before: Vec<&str> = new.sections[..at]
                    .iter()
                    .map(|one| one.key.as_str())
                    .collect();
                let place = merged
                    .sections
                    .iter()
                    .rposition(|one| before.contains(&one.key.as_str()));
                merged
                    .sections
                    .insert(place.map_or(0, |place| place + 1), made);
            }
        }
        merged.tail = std::mem::take(&mut self.carried);
        merged.tail.extend(own.tail.iter().cloned());
        merged
    }

    fn section(&mut self, own: Option<&Section>, new: Option<&Section>) -> Option<Section> {
        let key = own.or(new)?.key.clone();
        let is_split = |section: Option<&Section>| {
            section.is_none_or(|one| !one.entries.is_empty() || one.is_comment)
        };
        if !is_split(own) || !is_split(new) {
            return self.whole_section(&key, own, new);
        }
        let indent = own.map_or(2, Section::indent);
        let mut entries: Vec<Entry> = Vec::new();
        for entry in own.into_iter().flat_map(|own| &own.entries) {
            let id = format!("{key}/{}", entry.id);
            let made = match new.and_then(|new| new.entry(&entry.id)) {
                Some(other) => Some(self.both(&id, entry, other, indent)),
                None => self.gone(&id, entry),
            };
            if let Some(mut made) = made {
                made.above.splice(0..0, std::mem::take(&mut self.carried));
                entries.push(made);
            }
        }
        let others = new
            .into_iter()
            .flat_map(|new| new.entries.iter().enumerate());
        for (at, entry) in others {
            if own.is_some_and(|own| own.entry(&entry.id).is_some()) {
                continue;
            }
            let id = format!("{key}/{}", entry.id);
            let record = Record::of(entry);
            if let Some(base) = self.record(&id) {
                // Somebody removed it.
                if base.content != record.content {
                    self.conflicts.push(id);
                }
                continue;
            }
            self.expected.insert(id, record.content);
            let before: Vec<&str> = new
                .into_iter()
                .flat_map(|new| &new.entries[..at])
                .map(|one| one.id.as_str())
                .collect();
            let place = entries
                .iter()
                .rposition(|one| before.contains(&one.id.as_str()));
            entries.insert(place.map_or(0, |place| place + 1), moved(entry, indent));
        }
        self.with_key(own, new, entries)
    }

    /// A section that is one piece on at least one side.
    fn whole_section(
        &mut self,
        key: &str,
        own: Option<&Section>,
        new: Option<&Section>,
    ) -> Option<Section> {
        let record = |section: &Section| Record::new(&whole(section), &section.above, 0);
        let (Some(own), Some(new)) = (own, new) else {
            return match (own, new) {
                (Some(own), None) => {
                    let base = self.record(key);
                    if base.is_some_and(|base| base.content == record(own).content) {
                        self.carry(key, &own.above);
                        return None;
                    }
                    if self.base.contains_key(key) {
                        self.left.push(key.to_owned());
                    }
                    self.keep(key, own);
                    Some(own.clone())
                }
                (None, Some(new)) => match self.record(key) {
                    Some(base) => {
                        if base.content != record(new).content {
                            self.conflicts.push(key.to_owned());
                        }
                        None
                    }
                    None => {
                        self.keep(key, new);
                        Some(new.clone())
                    }
                },
                _ => None,
            };
        };
        let was_split = |section: &Section| {
            let prefix = format!("{}/", section.key);
            self.base.keys().any(|id| id.starts_with(&prefix))
        };
        if was_split(own) {
            let is_untouched = own.entries.iter().all(|entry| {
                let base = self.record(&format!("{key}/{}", entry.id));
                base.is_some_and(|base| base == Record::of(entry))
            });
            let prefix = format!("{key}/");
            let known = self
                .base
                .keys()
                .filter(|id| id.starts_with(&prefix))
                .count();
            if is_untouched && known == own.entries.len() {
                self.keep(key, new);
                return Some(new.clone());
            }
            // The file has it in another form now: it is compared as a whole.
            let is_same = new.entries.iter().all(|entry| {
                let base = self.record(&format!("{key}/{}", entry.id));
                base.is_some_and(|base| base.content == Record::of(entry).content)
            });
            if !is_same || known != new.entries.len() {
                self.conflicts.push(key.to_owned());
            }
            self.keep(key, own);
            return Some(own.clone());
        }
        let made = match self.side(key, &record(own), &record(new)) {
            Side::Ours => own.clone(),
            Side::Theirs => {
                let mut made = new.clone();
                made.above = self.above(key, &own.above, &new.above, 0);
                made
            }
            Side::OursWithComments => {
                let mut made = own.clone();
                made.above = self.above(key, &own.above, &new.above, 0);
                made
            }
            Side::Conflict => {
                self.conflicts.push(key.to_owned());
                own.clone()
            }
        };
        self.keep(key, &made);
        Some(made)
    }

    /// Expects a section as it is.
    fn keep(&mut self, key: &str, section: &Section) {
        if section.entries.is_empty() {
            let record = Record::new(&section.lines, &[], 0);
            self.expected.insert(key.to_owned(), record.content);
        }
        for entry in &section.entries {
            let id = format!("{key}/{}", entry.id);
            self.expected.insert(id, Record::of(entry).content);
        }
    }

    fn both(&mut self, id: &str, own: &Entry, new: &Entry, indent: usize) -> Entry {
        // Somebody gave a value to what has none in the document.
        let is_filled = new.is_comment && !own.is_comment;
        let (ours, theirs) = (Record::of(own), Record::of(new));
        let side = match self.side(id, &ours, &theirs) {
            Side::Conflict if is_filled => Side::Ours,
            side => side,
        };
        let mut made = own.clone();
        match side {
            Side::Ours => {}
            Side::Conflict => self.conflicts.push(id.to_owned()),
            Side::OursWithComments => {
                made.above = self.above(id, &own.above, &new.above, indent);
            }
            Side::Theirs => {
                made = moved(new, indent);
                made.above = self.above(id, &own.above, &new.above, indent);
            }
        }
        self.expected
            .insert(id.to_owned(), Record::of(&made).content);
        made
    }

    /// An entry that the document has no more, or never had.
    fn gone(&mut self, id: &str, own: &Entry) -> Option<Entry> {
        let record = Record::of(own);
        match self.record(id) {
            Some(base) if base.content == record.content => {
                if !self.kept.uses_entry(id) {
                    self.carry(id, &own.above);
                    return None;
                }
                self.used.push(id.to_owned());
            }
            Some(_) => self.left.push(id.to_owned()),
            None => {}
        }
        self.expected.insert(id.to_owned(), record.content);
        Some(own.clone())
    }

    /// A section of these entries.
    fn with_key(
        &mut self,
        own: Option<&Section>,
        new: Option<&Section>,
        entries: Vec<Entry>,
    ) -> Option<Section> {
        let known = own.or(new)?;
        let key = known.key.clone();
        let had_entries = own.is_none_or(|own| !own.entries.is_empty() || own.is_comment);
        if entries.is_empty() && had_entries {
            if let Some(own) = own {
                self.carry(&key, &own.above);
                let header = Record::new(&own.lines, &[], 0);
                let is_known = self
                    .record(&key)
                    .is_none_or(|base| base.content == header.content);
                if !is_known {
                    // Somebody wrote on its line.
                    let lines = own.lines.iter();
                    self.carried.extend(lines.map(|line| commented(line)));
                }
            }
            return None;
        }
        let mut made = known.clone();
        if let (Some(own), Some(new)) = (own, new) {
            let ours = Record::new(&own.lines, &own.above, 0);
            let theirs = Record::new(&new.lines, &new.above, 0);
            match self.side(&key, &ours, &theirs) {
                Side::Ours | Side::Conflict => {}
                side => {
                    made.above = self.above(&key, &own.above, &new.above, 0);
                    if side == Side::Theirs {
                        made.lines.clone_from(&new.lines);
                        made.is_comment = new.is_comment;
                    }
                }
            }
        }
        made.entries = entries;
        made.above.splice(0..0, std::mem::take(&mut self.carried));
        if made.is_comment && made.has_values() {
            made.lines = vec![format!("{key}:\n")];
            made.is_comment = false;
        } else if !made.is_comment && !made.has_values() {
            let header = Record::new(&made.lines, &[], 0);
            if self
                .record(&key)
                .is_some_and(|base| base.content != header.content)
            {
                // Somebody wrote on its line.
                made.above
                    .extend(made.lines.iter().map(|line| commented(line)));
            }
            made.lines = vec![format!("# {key}:\n")];
            made.is_comment = true;
        }
        Some(made)
    }

    /// Has the result what it should have, and nothing else?
    fn is_as_expected(&self, text: &str) -> bool {
        let Some(split) = Split::new(text) else {
            return false;
        };
        let mut found = BTreeMap::new();
        for section in &split.sections {
            if section.entries.is_empty() && !section.is_comment {
                let record = Record::new(&section.lines, &[], 0);
                found.insert(section.key.clone(), record.content);
            }
            for entry in &section.entries {
                let id = format!("{}/{}", section.key, entry.id);
                found.insert(id, Record::of(entry).content);
            }
        }
        found == self.expected
    }
}

/// The lines of a section with all its entries.
fn whole(section: &Section) -> Vec<String> {
    let mut lines = section.lines.clone();
    for entry in &section.entries {
        lines.extend(entry.above.iter().cloned());
        lines.extend(entry.lines.iter().cloned());
    }
    lines
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

/// The entry with another indentation.
fn moved(entry: &Entry, indent: usize) -> Entry {
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
fn indented(line: &str, indent: usize) -> String {
    if is_nothing(line) {
        return line.to_owned();
    }
    format!("{}{}\n", " ".repeat(indent), line.trim())
}

fn commented(line: &str) -> String {
    if is_nothing(line) || is_comment(line) {
        return line.to_owned();
    }
    // What is beside the key would make it another comment than the one of a section.
    format!("# {line}")
}
