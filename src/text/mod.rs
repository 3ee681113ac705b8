//! Plain text: printable text, excerpts, suggestions for typos, bounded reading of files. Imports no other module.

pub mod excerpt;
pub mod file;
pub(crate) mod hexadecimal;
pub mod nearest;
pub mod printable;
