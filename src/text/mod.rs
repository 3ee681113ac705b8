//! Plain text: printable text, excerpts, suggestions for typos, numbers and names in words, bounded reading of files, charsets, references of HTML, words for a shell. Imports no other module.

pub mod charset;
pub(crate) mod count;
pub mod excerpt;
pub mod file;
pub(crate) mod hexadecimal;
pub(crate) mod html;
pub(crate) mod names;
pub mod nearest;
pub mod parameters;
pub mod printable;
pub(crate) mod shell;
pub(crate) mod uuid;
