//! A piece of text as the record of an import has it: digests.

use super::split::{Entry, is_comment};
use crate::import::lock::digest_of;

/// A piece of text as a record has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) content: String,
    /// The comments above it and in it.
    pub(super) comments: Vec<String>,
}

impl Record {
    pub(super) fn new(lines: &[String], above: &[String], indent: usize) -> Record {
        let content: Vec<&str> = lines
            .iter()
            .map(|line| line.get(indent..).unwrap_or(line).trim_end())
            .collect();
        let comments = above.iter().chain(lines).filter(|line| is_comment(line));
        Record {
            content: digest_of(&content.join("\n")).to_string(),
            comments: comments.map(|line| comment_digest(line)).collect(),
        }
    }

    pub(super) fn of(entry: &Entry) -> Record {
        Record::new(&entry.lines, &entry.above, entry.indent)
    }

    /// An entry without the comments that somebody wrote into it, which are above it then; `None` if there are none, or if
    /// something else was edited.
    pub(super) fn uncommented(&self, entry: &Entry) -> Option<Entry> {
        let is_of_document = |line: &str| self.comments.contains(&comment_digest(line));
        let plain = entry.with_comments_above(is_of_document)?;
        (Record::of(&plain).content == self.content).then_some(plain)
    }

    pub(super) fn text(&self) -> String {
        let parts = std::iter::once(&self.content).chain(&self.comments);
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn read(text: &str) -> Record {
        let mut parts = text.split(' ').map(str::to_owned);
        Record {
            content: parts.next().unwrap_or_default(),
            comments: parts.collect(),
        }
    }
}

pub(super) fn comment_digest(line: &str) -> String {
    let mut digest = digest_of(line.trim()).to_string();
    digest.truncate(8);
    digest
}
