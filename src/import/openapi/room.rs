//! How much the cases of a document may repeat: each row, and each case, has its whole request.
//!
//! A request with a thousand members has a thousand rows that lack one of them: a million members. What there is no room
//! for is a requirement without a case.

use std::cell::Cell;

use crate::import::openapi::document::Place;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::status;
use crate::import::openapi::writer::Writer;
use crate::text::excerpt::short_text;

/// The most rows (or cases) of one kind for one operation: people read them.
const ROWS: usize = 64;

/// The most bytes of the requests in them.
const BYTES: usize = 128 << 10;

/// The same for all rows of a document.
pub(crate) const OF_ALL: usize = 32 << 20;

/// How many names a sentence lists.
const NAMES: usize = 5;

/// Why something has no case.
pub(crate) const NO_ROOM: &str =
    "the request is too large to repeat it in another case; `probity fuzz` may send it";

/// What is left for rows of one kind of one operation.
#[derive(Debug)]
pub(crate) struct Room<'p> {
    rows: usize,
    bytes: usize,
    of_all: &'p Cell<usize>,
}

impl<'p> Room<'p> {
    /// `of_all` is what is left for the document, in bytes.
    pub(crate) fn new(of_all: &'p Cell<usize>) -> Room<'p> {
        Room {
            rows: ROWS,
            bytes: BYTES,
            of_all,
        }
    }

    /// Takes the room for a row of so many bytes; false if there is not enough. One row of each kind may be larger.
    pub(crate) fn takes(&mut self, bytes: usize) -> bool {
        let is_first = self.rows == ROWS;
        let own = self.bytes.checked_sub(bytes).or(is_first.then_some(0));
        let (Some(own), Some(of_all), Some(rows)) = (
            own,
            self.of_all.get().checked_sub(bytes),
            self.rows.checked_sub(1),
        ) else {
            // What follows has no room either: which rows there are does not depend on the order of sizes.
            self.rows = 0;
            return false;
        };
        self.rows = rows;
        self.bytes = own;
        self.of_all.set(of_all);
        true
    }
}

/// Things of one kind for which there was no room.
pub(crate) struct Others<'n> {
    /// The part of the id: `WITHOUT OTHER MEMBERS`.
    pub(crate) part: &'static str,
    /// When the request is refused: `any other required member of the body is missing`.
    pub(crate) when: &'static str,
    pub(crate) names: &'n [String],
}

impl<'n> Others<'n> {
    /// Members of a body that are required.
    pub(crate) fn members(names: &'n [String]) -> Others<'n> {
        Others {
            part: "WITHOUT OTHER MEMBERS",
            when: "any other required member of the body is missing",
            names,
        }
    }

    /// Requires that they are refused, without a case.
    pub(crate) fn require(
        &self,
        writer: &mut Writer<'_, '_, '_>,
        (statuses, level): (Vec<String>, Level),
        source: &Place<'_>,
    ) {
        if self.names.is_empty() {
            return;
        }
        let planned = writer.planned;
        let part = writer.part_of_id(self.part);
        let id = format!("{}-{part}", planned.id());
        let shown: Vec<String> = { self.names.iter().take(NAMES) }
            .map(|name| short_text(name, 60))
            .collect();
        let mut shown = shown.join(", ");
        let more = self.names.len().saturating_sub(NAMES);
        if more > 0 {
            shown.push_str(&format!(" and {more} more"));
        }
        let sentence = format!(
            "{} returns {} if {} ({}).",
            planned.title(),
            status::words(&statuses),
            self.when,
            shown
        );
        let plan = writer.requests.plan;
        let mut requirement = Requirement::new(plan, id, level, sentence, source);
        requirement.without_case = NO_ROOM.into();
        writer.requirements.push(requirement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_may_be_large_and_the_document_has_a_limit() {
        let of_all = Cell::new(2 * BYTES);
        let mut room = Room::new(&of_all);
        assert!(room.takes(BYTES + 1));
        assert!(!room.takes(1));
        assert!(!room.takes(0), "what follows has no room either");
        let mut room = Room::new(&of_all);
        assert!(!room.takes(BYTES));
        let mut room = Room::new(&of_all);
        let taken = (0..).take_while(|_| room.takes(1)).count();
        assert_eq!(taken, ROWS);
    }
}
