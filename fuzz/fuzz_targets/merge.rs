//! A newer import is merged into a file that somebody edited: no comment of the file is lost, whatever the texts are.

#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use probity::import::{merge, written_files};

fuzz_target!(|text: &str| {
    let mut texts = text.splitn(3, '\0');
    let (Some(base), Some(ours), Some(theirs)) = (texts.next(), texts.next(), texts.next()) else {
        return;
    };
    let written = written_files(&[("a.yaml".to_owned(), base.to_owned())]);
    let Some(merged) = merge(ours, theirs, &written["a.yaml"]) else {
        return;
    };
    let is_comment = |line: &&str| line.starts_with('#');
    let before: BTreeSet<&str> = base.lines().map(str::trim).collect();
    let after: BTreeSet<&str> = merged.text.lines().map(str::trim).collect();
    for line in ours.lines().map(str::trim).filter(is_comment) {
        assert!(
            before.contains(line) || after.contains(line),
            "lost: {line}"
        );
    }
});
