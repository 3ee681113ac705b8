//! How much the cases of a document may repeat: each row, and each case, has its whole request.
//!
//! A request with a thousand members has a thousand rows that lack one of them: a million members. What there is no room
//! for is a requirement without a case.

use std::cell::Cell;

/// The most rows (or cases) of one kind for one operation: people read them.
const ROWS: usize = 64;

/// The most bytes of the requests in them.
const BYTES: usize = 128 << 10;

/// The same for all rows of a document.
pub(crate) const OF_ALL: usize = 32 << 20;

/// The most bytes of examples that requests repeat, and of schemas of parameters and headers: many operations can refer to one
/// that is large. GitHub's document of 13 MB, with 1223 operations, has 77 KB and 151 KB of them.
pub(crate) const REPEATED: usize = 8 << 20;

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
        let taken = (0..1000).take_while(|_| room.takes(1)).count();
        assert_eq!(taken, ROWS);
    }
}
