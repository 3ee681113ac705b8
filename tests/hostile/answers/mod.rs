//! The table of hostile and broken answers.
#![expect(clippy::too_many_lines, reason = "a table is as long as it has rows")]

mod bodies;
mod connections;
mod framing;
mod heads;
mod json;
mod streams;
mod xml;

use crate::answer::Answer;

/// So many times is for ever: the client is gone before.
const FOREVER: usize = 1 << 40;

/// Every answer of the table.
pub(crate) fn all() -> Vec<Answer> {
    [
        connections::answers(),
        heads::answers(),
        framing::answers(),
        bodies::answers(),
        json::answers(),
        streams::answers(),
        xml::answers(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
