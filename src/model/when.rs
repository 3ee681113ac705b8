//! The condition of a block: which answers it is about.

use crate::model::head_check::{HeaderCheck, StatusCheck};
use crate::model::source::Span;

/// A condition on an answer. A block that has one is judged only where all of it holds.
#[derive(Clone, Debug)]
pub struct When {
    /// The statuses of the answers.
    pub status: Option<StatusCheck>,
    /// What their header fields are.
    pub headers: Vec<HeaderCheck>,
    /// The key in the case file.
    pub span: Span,
}

impl When {
    /// The condition in words: `status 206 and header Content-Range`.
    pub fn words(&self) -> String {
        let status = self.status.iter().map(|check| {
            let accepts: Vec<String> = check.accepts.iter().map(ToString::to_string).collect();
            format!("status {}", accepts.join(" or "))
        });
        let headers = self.headers.iter();
        let headers = headers.map(|check| format!("header {}", check.name));
        status.chain(headers).collect::<Vec<_>>().join(" and ")
    }
}
