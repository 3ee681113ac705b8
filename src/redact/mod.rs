//! Secrets: how they are kept, how they are found in text in every spelling, and the text that holds none.
//!
//! This room knows no report. A report is made of [`Redacted`] texts, and only a [`Redactor`] makes one of a text that
//! came from outside, so a new field of a report cannot be forgotten.

mod automaton;
mod bytes;
mod charsets;
pub(crate) mod credentials;
mod form;
pub mod headers;
mod index;
pub(crate) mod placeholders;
mod received;
mod redacted;
pub mod redactor;
pub mod scan;
mod search;
pub mod secret;
mod spelled;
mod spelling;
mod starts;
mod texts;
mod walk;

pub use form::{is_unlikely_by_chance, is_unlikely_elsewhere};
pub(crate) use received::{Found, Withholds};
pub use redacted::{Redacted, blank, blanked};
pub use redactor::{PLACEHOLDER, Redactor};
pub use scan::OutputScan;
pub use secret::{AuthScheme, Secret, SecretBytes};
pub use texts::Texts;
