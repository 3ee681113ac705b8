//! The digest of a suite: is it the one that a recording was made with?

use ring::digest::{Context, SHA256};

use crate::model::{Suite, hexadecimal};

/// SHA-256 over the files of a suite, in hexadecimal. To be asked before a target is loaded, which adds
/// its own file. Where the files lie, and how they are named, does not count.
pub fn suite_digest(suite: &Suite) -> String {
    let mut context = Context::new(&SHA256);
    for file in suite.sources.files() {
        context.update(&(file.text.len() as u64).to_be_bytes());
        context.update(file.text.as_bytes());
    }
    hexadecimal(context.finish().as_ref())
}
