//! Recordings: exchanges as HAR 1.2, read and written, and played back in place of a target.

pub mod matching;
pub mod playback;
#[cfg(feature = "cli")]
pub mod reader;
pub(crate) mod request_body;
pub(crate) mod request_match;
#[cfg(feature = "cli")]
pub mod writer;

pub use matching::match_exchanges;
pub use playback::{Playback, recorded_target};
#[cfg(feature = "cli")]
pub use reader::{LoadedRecording, load_recording, read_recording};
