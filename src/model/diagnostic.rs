//! A diagnostic: one mistake in one of our own files, told to the person who can mend it.
//!
//! Plain data; `report::diagnostics` renders it. What a target got wrong is a
//! [`Finding`](crate::model::Finding), never a diagnostic.

use crate::model::source::Span;
use crate::text::nearest::nearest;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; the run goes on.
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
    /// The fact, lower case, without a full stop; names stand in backticks.
    pub message: String,
    /// Where; `None` when no file is involved (a missing file, say).
    pub span: Option<Span>,
    /// What stands beside the caret; may be empty.
    pub label: String,
    /// Another place that matters (the first of two duplicates), with its own label.
    pub also: Option<(Span, String)>,
    /// What to do next; each line is one piece of advice.
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

    /// An error that no place in a file belongs to.
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

    /// Says what stands beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Points to a second place.
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

    /// Adds `did you mean `x`?` when one of the candidates is close to what was written.
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
