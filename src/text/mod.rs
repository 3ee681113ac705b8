//! Plain text: printable text, excerpts, suggestions for typos, bounded reading of files, charsets, words for a shell. Imports no other module.

pub mod charset;
pub mod excerpt;
pub mod file;
pub(crate) mod hexadecimal;
pub mod nearest;
pub mod parameters;
pub mod printable;
pub(crate) mod shell;
