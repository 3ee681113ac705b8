//! Plain text: made safe to print, cut to a length, read from a file up to a limit. Imports nothing else of the crate.

pub mod excerpt;
pub mod file;
pub mod nearest;
pub mod printable;
