//! The two sides of a file, entry by entry.

use std::collections::BTreeMap;

use super::record::{Record, comment_digest};
use super::split::{Entry, Section, Split, commented, indented, is_comment, is_nothing, moved};
use super::{Kept, Written};

/// A merge of two sides.
pub(super) struct Merge<'m> {
    pub(super) base: &'m Written,
    pub(super) kept: &'m Kept,
    pub(super) conflicts: Vec<String>,
    pub(super) left: Vec<String>,
    pub(super) used: Vec<String>,
    /// Is the file a target? Its values need declarations in contracts.
    pub(super) is_target: bool,
    /// Values of a target that the document has no more, and that are comments now.
    pub(super) retired: Vec<String>,
    /// The content of each entry of the result.
    pub(super) expected: BTreeMap<String, String>,
    /// Comments above entries that are gone, which go above the next.
    pub(super) carried: Vec<String>,
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

    /// An entry to which somebody added comments and nothing else, with these above it.
    fn commented_only(&self, id: &str, own: &Entry) -> Option<Entry> {
        self.record(id)?.uncommented(own)
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

    pub(super) fn file(&mut self, own: &Split, new: &Split) -> Split {
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
        let retired_before = self.retired.len();
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
        // A value that is a comment now stays in its section.
        if self.retired.len() > retired_before
            && let Some(last) = entries.last_mut()
        {
            last.above.splice(0..0, std::mem::take(&mut self.carried));
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
        let plain = self
            .commented_only(id, own)
            .filter(|plain| self.side(id, &Record::of(plain), &Record::of(new)) == Side::Theirs);
        let own = plain.as_ref().unwrap_or(own);
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
        if let Some(plain) = self.commented_only(id, own)
            && !self.kept.uses_entry(id)
        {
            self.carry(id, &plain.above);
            return None;
        }
        match self.record(id) {
            Some(base) if base.content == record.content => {
                if !self.kept.uses_entry(id) {
                    self.carry(id, &own.above);
                    return None;
                }
                self.used.push(id.to_owned());
            }
            // No contract declares it any more: as a value, it would be a mistake.
            Some(_) if self.is_target && is_declared(id) && !self.kept.uses_entry(id) => {
                self.carry(id, &own.above);
                self.carried.extend(retired(own));
                self.retired.push(id.to_owned());
                return None;
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
    pub(super) fn is_as_expected(&self, text: &str) -> bool {
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

/// Is it something that contracts declare and targets have values for?
fn is_declared(id: &str) -> bool {
    id.starts_with("fixtures/") || id.starts_with("identities/")
}

/// An entry as comments.
fn retired(own: &Entry) -> Vec<String> {
    let lines = own.lines.iter().map(|line| match line.get(own.indent..) {
        Some(rest) if !is_comment(line) && !is_nothing(line) => {
            format!("{}# {rest}", " ".repeat(own.indent))
        }
        _ => line.clone(),
    });
    lines.collect()
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
