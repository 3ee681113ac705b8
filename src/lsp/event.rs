//! What the loop of the server reacts to.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::json::Digest;
use crate::load::Buffers;
use crate::lsp::suite::Suite;
use crate::lsp::wire::Incoming;
use crate::model::{Diagnostic, Sources};

/// Something to react to.
#[derive(Debug)]
pub(crate) enum Event {
    /// A message of the client, or the end of them.
    Incoming(Incoming),
    /// A suite, unless loading it failed.
    Loaded(PathBuf, Option<Box<Loaded>>),
}

/// A suite that was loaded.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The names in its files.
    pub(crate) suite: Suite,
    /// The texts, which the spans of the diagnostics are about.
    pub(crate) sources: Sources,
    /// What is wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The digest of each case, by its id.
    pub(crate) digests: HashMap<String, Digest>,
    /// The texts of the buffers it was loaded with.
    pub(crate) buffers: Buffers,
    /// How long that took.
    pub(crate) took: Duration,
}
