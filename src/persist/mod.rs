//! Files that a run writes while it is in progress, and reads again: event stream, journal, JSON report.
//!
//! - Event stream: one JSON line for each completed case ([`StreamWriter`], [`load_events`]); from it an interrupted
//!   run is rendered or resumed ([`changed_setup`]).
//! - Journal: one JSON line for each case that is about to change the target ([`Journal`], [`load_journal`]), for
//!   `probity sweep`.
//! - JSON report: read back ([`load_report`]) to compare and render it.

mod event_reader;
pub mod event_writer;
mod journal;
mod lines;
mod report_file;
mod resume;
mod stream;

pub use event_reader::{EventStream, is_event_stream, load_events, read_events};
pub use journal::{
    Journal, JournalFile, JournalHeader, OpenCase, Outlook, load_journal, read_journal,
    unfinished_journals,
};
pub use lines::LinesError;
pub use report_file::{ReportError, load_report, load_report_with_digest};
pub use resume::{changed_options, changed_setup};
pub use stream::{StreamStart, StreamWriter};
