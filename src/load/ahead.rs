//! Parses files on a second thread, some ahead of the one that reads them.
//!
//! Parsing takes about half of the time of a load and needs nothing but the text. Files come in their order, each with
//! what is wrong with it, so that nothing shows how many threads there were.

use std::sync::mpsc::{SyncSender, sync_channel};

use crate::load::node::{Node, reject_template_keys};
use crate::load::yaml;
use crate::model::{Diagnostic, FileId, Sources};

/// Fewer files than this are parsed one at a time, on the thread that reads them.
const FEW_FILES: usize = 16;

/// How many bytes of text are handed over at once. Their trees take about ten times as much memory.
const BATCH: usize = 64 << 10;

/// A file, its tree if there is one, and what is wrong with it.
pub(crate) struct Parsed {
    /// Index into the list of files.
    pub(crate) index: usize,
    pub(crate) node: Option<Node>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Parses files, and calls `read` with each, in order.
pub(crate) fn each(sources: &Sources, files: &[FileId], mut read: impl FnMut(Parsed)) {
    let parse = |index: usize| parse(sources, files, index);
    if files.len() < FEW_FILES {
        return (0..files.len()).map(parse).for_each(read);
    }
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        let other = std::thread::Builder::new();
        let other = other.spawn_scoped(scope, move || send_all(sources, files, &sender));
        let mut next = 0;
        if other.is_ok() {
            for parsed in receiver.into_iter().flatten() {
                next = parsed.index + 1;
                read(parsed);
            }
        }
        // Where no thread can be had, this one parses. If the other one failed, the scope fails when it ends.
        (next..files.len()).map(parse).for_each(read);
    });
}

fn send_all(sources: &Sources, files: &[FileId], sender: &SyncSender<Vec<Parsed>>) {
    let mut batch = Vec::new();
    let mut bytes = 0;
    for (index, file) in files.iter().enumerate() {
        batch.push(parse(sources, files, index));
        bytes += sources.file(*file).text.len();
        if bytes >= BATCH || index + 1 == files.len() {
            bytes = 0;
            if sender.send(std::mem::take(&mut batch)).is_err() {
                return;
            }
        }
    }
}

fn parse(sources: &Sources, files: &[FileId], index: usize) -> Parsed {
    let mut diagnostics = Vec::new();
    let node = yaml::parse(sources, files[index], &mut diagnostics);
    if let Some(node) = &node {
        reject_template_keys(node, &mut diagnostics);
    }
    Parsed {
        index,
        node,
        diagnostics,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_in_order_with_their_own_mistakes() {
        for count in [0, 1, FEW_FILES, 3 * FEW_FILES] {
            let mut sources = Sources::default();
            // Large enough for several batches.
            let padding = "#".repeat(BATCH / 8);
            let files: Vec<FileId> = (0..count)
                .map(|number| {
                    let mistake = if number % 3 == 0 { "\nid: again" } else { "" };
                    let text = format!("id: file {number}{mistake}\n{padding}\n");
                    sources.add(format!("{number}.yaml"), text)
                })
                .collect();
            let mut seen = 0;
            each(&sources, &files, |parsed| {
                assert_eq!(parsed.index, seen);
                let node = parsed.node.unwrap();
                let text = node.get("id").and_then(Node::as_text);
                assert_eq!(text, Some(&*format!("file {seen}")));
                assert_eq!(parsed.diagnostics.len(), usize::from(seen % 3 == 0));
                seen += 1;
            });
            assert_eq!(seen, count);
        }
    }
}
