//! A rule of a contract as it was read, and the exceptions of a case.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::load::need::Need;
use crate::model::{Rule, Span};

/// A rule, and what it needs of the cases that it is attached to.
#[derive(Debug)]
pub(crate) struct ReadRule {
    pub(crate) rule: Arc<Rule>,
    /// Where each of its operations is written.
    pub(crate) places: Vec<Span>,
    /// Do captured URLs or redirects lead to its operations?
    pub(crate) is_followed: bool,
    /// What its checks need of the transport.
    pub(crate) needs: Vec<Need>,
    /// Does a template in its checks call a function?
    pub(crate) computes: bool,
    /// Full names of the fixtures that its checks use.
    pub(crate) fixtures: BTreeSet<String>,
}

/// A rule that does not hold for a case.
#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) rule: String,
    pub(crate) span: Span,
    /// Would it hold for a step without the exception?
    pub(crate) is_used: bool,
}
