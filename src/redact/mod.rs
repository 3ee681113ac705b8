//! Secrets out of everything that is written: by value, in every spelling, and a last scan of the output.

pub mod headers;
pub(crate) mod placeholders;
pub mod redactor;
pub mod scan;
mod spelling;

pub use redactor::{PLACEHOLDER, Redactor};
pub use scan::Watch;
