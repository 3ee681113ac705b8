//! A diagnostic: one mistake in an input file, for the author of the file.
//!
//! Plain data, which `report::diagnostics` renders. A violation by a target is a
//! [`Finding`](crate::model::Finding), not a diagnostic.

use crate::model::source::Span;
use crate::text::nearest::nearest;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; the run continues.
    Warning,
    /// The file is invalid; nothing is sent.
    Error,
}

/// One mistake: what was found, where, what was expected and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of mistake, `area/what`, for example `case/unknown-key`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in lower case, without a full stop; names are in backticks.
    pub message: String,
    /// The place; `None` if there is none, for example for a missing file.
    pub span: Option<Span>,
    /// The text next to the caret; may be empty.
    pub label: String,
    /// A related place with its own label, for example the first of two duplicates.
    pub also: Option<(Span, String)>,
    /// What to do; each line is one piece of advice.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: Some(span),
            label: String::new(),
            also: None,
            help: Vec::new(),
        }
    }

    /// An error without a place in a file.
    pub fn error_without_place(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: None,
            label: String::new(),
            also: None,
            help: Vec::new(),
        }
    }

    /// Makes it a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Diagnostic {
        self.severity = Severity::Warning;
        self
    }

    /// Sets the text next to the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Adds a related place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.also = Some((span, label.into()));
        self
    }

    /// Adds a piece of advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// Adds `did you mean `x`?` when one of the candidates is similar to what was written.
    #[must_use]
    pub fn suggest<'a>(
        self,
        written: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        match nearest(written, candidates) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }
}
