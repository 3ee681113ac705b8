//! What the demo service can do wrong.

use crate::reference::Fault;
use crate::reference::fault::faults;

faults! {
    /// The ids of the list are numbers.
    NUMERIC_IDS "numeric-ids" "NOTES-01"
    /// An unknown note is answered with 200 and an empty object.
    UNKNOWN_NOTE_IS_EMPTY "unknown-note-is-empty" "NOTES-02" + "NOTES-03"
    /// A new note is answered with 201, and not kept.
    LOST_NOTE "lost-note" "NOTES-03"
    /// A note without a text is accepted, as "untitled".
    EMPTY_NOTES "empty-notes" "NOTES-04"
    /// Everybody may add notes.
    OPEN_TO_ALL "open-to-all" "NOTES-05"
}
