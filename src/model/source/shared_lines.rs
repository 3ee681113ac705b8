//! Lines of many files, each distinct line stored once.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

/// The distinct lines of files that were taken apart, each with its line break.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedLines {
    text: String,
    /// Where each line ends.
    ends: Vec<u32>,
}

impl SharedLines {
    /// The line of this number.
    pub(super) fn line(&self, number: u32) -> &str {
        let number = number as usize;
        let start = match number.checked_sub(1) {
            Some(before) => self.ends[before] as usize,
            None => 0,
        };
        &self.text[start..self.ends[number] as usize]
    }

    /// The line of a file that contains a byte offset: its number in the file (from 0), its start there, and the line. An
    /// offset past the end is in the last line, which begins after the last line break.
    pub(super) fn line_at(&self, file: &[u32], offset: usize) -> (usize, usize, &str) {
        let mut start = 0;
        for (number, line) in file.iter().enumerate() {
            let line = self.line(*line);
            let end = start + line.len();
            let is_last = number + 1 == file.len() && !line.ends_with('\n');
            if offset < end || is_last {
                return (number, start, line);
            }
            start = end;
        }
        (file.len(), start, "")
    }

    /// More lines can be collected.
    pub(super) fn collect(self) -> Collector {
        let mut collector = Collector {
            by_hash: HashMap::with_capacity(self.ends.len()),
            hasher: RandomState::new(),
            before: Vec::new(),
            lines: self,
        };
        for number in 0..u32::try_from(collector.lines.ends.len()).unwrap_or(u32::MAX) {
            let hash = collector.hasher.hash_one(collector.lines.line(number));
            collector.by_hash.insert(hash, number);
        }
        collector
    }
}

/// Collects lines.
pub(super) struct Collector {
    lines: SharedLines,
    /// The first line of each hash. Another one of the same hash is stored as often as it occurs.
    by_hash: HashMap<u64, u32>,
    hasher: RandomState,
    /// The lines of the file before: the next one is often like it.
    before: Vec<u32>,
}

impl Collector {
    /// The numbers of the lines of a text; `None` if there is no room for them.
    pub(super) fn take_apart(&mut self, text: &str) -> Option<Box<[u32]>> {
        u32::try_from(self.lines.text.len() + text.len()).ok()?;
        let mut numbers = Vec::with_capacity(self.before.len());
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let likely = self.before.get(at).copied();
            let known = likely.filter(|likely| self.lines.line(*likely) == line);
            numbers.push(match known {
                Some(known) => known,
                None => self.number(line)?,
            });
        }
        self.before.clone_from(&numbers);
        Some(numbers.into())
    }

    fn number(&mut self, line: &str) -> Option<u32> {
        let next = u32::try_from(self.lines.ends.len()).ok()?;
        let found = *self
            .by_hash
            .entry(self.hasher.hash_one(line))
            .or_insert(next);
        if found != next && self.lines.line(found) == line {
            return Some(found);
        }
        self.lines.text.push_str(line);
        let end = u32::try_from(self.lines.text.len()).ok()?;
        self.lines.ends.push(end);
        Some(next)
    }

    /// All lines.
    pub(super) fn end(mut self) -> SharedLines {
        self.lines.text.shrink_to_fit();
        self.lines.ends.shrink_to_fit();
        self.lines
    }
}
