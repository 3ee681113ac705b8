//! A suite that has open files, or is in a folder that the client opened.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lsp::lens::Verdicts;
use crate::lsp::suite::Suite;

/// A suite and its state.
#[derive(Debug, Default)]
pub(crate) struct OpenSuite {
    pub(crate) suite: Suite,
    pub(crate) verdicts: Verdicts,
    /// Was it loaded once?
    pub(crate) is_loaded: bool,
    /// Is it in a folder that the client opened?
    pub(crate) is_kept: bool,
    pub(crate) is_loading: bool,
    /// When it is loaded, and since when it has to be.
    pub(crate) due: Option<(Instant, Instant)>,
    /// How long the last load took.
    pub(crate) took: Duration,
    /// The diagnostics that the client has.
    pub(crate) published: BTreeMap<PathBuf, Value>,
}
