//! The library as other crates use it: a suite as tests ([`Harness`]), or one run and its report ([`Run`]).

mod format;
mod run;
mod trials;

pub use format::render;
pub use run::{Run, RunError};
pub use trials::{Harness, TARGET_VARIABLE};

use crate::load::TargetChoice;
use crate::model::{Diagnostic, Sources};
use crate::report::diagnostics;

/// The target that a text names: a base URL, or a target file.
fn target_choice(text: &str) -> TargetChoice {
    if text.starts_with("http://") || text.starts_with("https://") {
        let name = text.trim_end_matches('/').to_owned();
        let base = text.to_owned();
        return TargetChoice::Url { base, name };
    }
    TargetChoice::File(text.into())
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Diagnostics as text, with the source lines.
fn rendered(found: &[Diagnostic], sources: &Sources) -> String {
    let mut text = Vec::new();
    match diagnostics::render(found, sources, false, 100, &mut text) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => error.to_string(),
    }
}
