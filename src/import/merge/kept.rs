//! What stays in a suite although a newer document would remove it: entries that an edited one still uses.

use std::collections::BTreeSet;

use super::Written;
use super::record::Record;
use super::split::{Section, Split};

/// Sections of which entries are used by name.
const NAMED: [&str; 6] = [
    "answers",
    "fixtures",
    "identities",
    "requirements",
    "services",
    "steps",
];

/// Sections that every contract has for itself.
const DECLARED: [&str; 3] = ["fixtures", "identities", "services"];

/// The names in texts that stay.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    names: BTreeSet<String>,
}

/// A file that a newer document changes or removes.
#[derive(Debug)]
pub struct Followed<'f> {
    name: &'f str,
    text: &'f str,
    new: Option<&'f str>,
    sections: Vec<Section>,
    theirs: Option<Split>,
}

impl<'f> Followed<'f> {
    /// The file with this text, and its new one if it has one.
    pub fn new(name: &'f str, text: &'f str, new: Option<&'f str>) -> Followed<'f> {
        Followed {
            name,
            text,
            new,
            sections: Split::new(text).map_or_else(Vec::new, |split| split.sections),
            theirs: new.and_then(Split::new),
        }
    }
}

impl Kept {
    /// Does nothing stay?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All of a file stays.
    pub fn file(&mut self, text: &str) {
        self.text(text);
    }

    /// Of a file that is merged, what somebody edited or added stays.
    pub fn edited(&mut self, text: &str, base: &Written) {
        let Some(split) = Split::new(text) else {
            return self.text(text);
        };
        // That a target has a value for a name does not use what declares it.
        let is_target = split.section("contract").is_none();
        for section in &split.sections {
            let is_value = is_target && ["fixtures", "identities"].contains(&&*section.key);
            if section.entries.is_empty() && !section.is_comment {
                let record = Record::new(&section.lines, &section.above, 0);
                if is_edited(base, &section.key, &record) {
                    self.text(&section.lines.concat());
                }
            }
            for entry in &section.entries {
                let id = format!("{}/{}", section.key, entry.id);
                let is_commented = || {
                    let known = base.get(&id).map(|text| Record::read(text));
                    known.is_some_and(|known| known.uncommented(entry).is_some())
                };
                if is_edited(base, &id, &Record::of(entry)) && !is_commented() {
                    let text = entry.lines.concat();
                    let value = text.split_once(':').map_or("", |(_, value)| value);
                    self.text(if is_value { value } else { &text });
                }
            }
        }
    }

    /// What is used by what stays also stays: looks for it in files. Each of them may use what another one has.
    pub fn follow(&mut self, files: &[Followed<'_>]) {
        loop {
            let before = self.names.len();
            for file in files {
                self.follow_one(file);
            }
            if self.names.len() == before {
                return;
            }
        }
    }

    fn follow_one(&mut self, file: &Followed<'_>) {
        let Some(theirs) = &file.theirs else {
            // A schema is replaced as a whole: then it uses what the new one uses.
            if self.uses(file.name, &file.sections) {
                self.text(file.new.unwrap_or(file.text));
            }
            return;
        };
        for section in &file.sections {
            let new = theirs.section(&section.key);
            for entry in &section.entries {
                let is_gone = new.is_none_or(|new| new.entry(&entry.id).is_none());
                if is_gone && self.uses_entry(&format!("{}/{}", section.key, entry.id)) {
                    self.text(&entry.lines.concat());
                }
            }
        }
    }

    /// Is this file, or something in it, used? Every contract declares the services, identities and fixtures of its own
    /// cases, so that their names say nothing about a file.
    pub fn uses_file(&self, name: &str, text: &str) -> bool {
        let sections = Split::new(text).map(|split| split.sections);
        self.uses(name, &sections.unwrap_or_default())
    }

    fn uses(&self, name: &str, sections: &[Section]) -> bool {
        let last = name.rsplit('/').next().unwrap_or(name);
        let mut own = sections
            .iter()
            .filter(|section| !DECLARED.contains(&&*section.key));
        self.names.contains(last)
            || own.any(|section| {
                let mut entries = section.entries.iter();
                entries.any(|entry| self.uses_entry(&format!("{}/{}", section.key, entry.id)))
            })
    }

    /// Is this entry, `section/name`, used?
    pub(super) fn uses_entry(&self, id: &str) -> bool {
        let Some((section, name)) = id.split_once('/') else {
            return false;
        };
        // A contract may write the name of a fixture without what the target has before it.
        let last = name.rsplit('.').next().unwrap_or(name);
        NAMED.contains(&section) && (self.names.contains(name) || self.names.contains(last))
    }

    fn text(&mut self, text: &str) {
        let is_part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        for word in text.split(|c| !is_part(c)).filter(|word| !word.is_empty()) {
            let word = word.trim_matches('.');
            self.names.insert(word.to_owned());
            // `fixture.pet-id`, `petstore.pet-id`.
            let parts = word.match_indices('.').map(|(at, _)| &word[at + 1..]);
            self.names.extend(parts.take(4).map(str::to_owned));
        }
    }
}

fn is_edited(base: &Written, id: &str, record: &Record) -> bool {
    let base = base.get(id).map(|text| Record::read(text));
    base.is_none_or(|base| base.content != record.content)
}
