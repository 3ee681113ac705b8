//! What is on disk while a run goes on and after it: the event stream, the journal, the JSON report read back.

pub mod event_reader;
pub mod event_writer;
pub mod journal_reader;
pub mod report_file;

pub use event_reader::{EventStream, EventsError, is_event_stream, load_events, read_events};
pub use journal_reader::{
    JournalError, JournalFile, JournalHeader, OpenCase, load_journal, read_journal,
};
pub use report_file::{ReportError, load_report};
