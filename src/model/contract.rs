//! A contract: the numbered requirements, and the names that its cases may use.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::source::Span;

/// How binding a requirement is (RFC 2119).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// For information: a failure is reported and has no other effect.
    May,
    /// Recommended: a failure is a warning.
    Should,
    /// Required: a failure breaks the contract.
    Must,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::May => "MAY",
            Level::Should => "SHOULD",
            Level::Must => "MUST",
        })
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Level, ()> {
        match text {
            "MUST" => Ok(Level::Must),
            "SHOULD" => Ok(Level::Should),
            "MAY" => Ok(Level::May),
            _ => Err(()),
        }
    }
}

/// One numbered requirement of a contract. Its id is never reused and never changed.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// For example `PRESENCE-29`.
    pub id: String,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// What the target must do.
    pub sentence: String,
    /// The source of the requirement.
    pub source: String,
    /// How a test can observe it; may be empty.
    pub observe: String,
    /// Why no black-box test can observe it, if so.
    pub unobservable: Option<String>,
    /// One case that upholds it is enough: it is about responses that not every case gets.
    pub one_is_enough: bool,
    /// Where it is written.
    pub span: Span,
}

/// A service that a contract's requests go to.
#[derive(Clone, Debug)]
pub struct Service {
    /// The path of the service below a bare `--target URL`: empty, or `/v1.0`.
    pub mount: String,
    /// Where it is written.
    pub span: Span,
}

/// The requirement that 429 and 503 responses have a Retry-After.
///
/// Such responses can come at any time, so the engine checks each of them, and no case does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttling {
    /// Its id.
    pub requirement: String,
    /// Where it is written.
    pub span: Span,
}

/// A place in the responses that needs no check, and why.
///
/// `probity prove` allows mutants that survive there, and reports an entry that matches none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchecked {
    /// Method, path and perhaps status, as `prove` prints them; `None` is any.
    pub operation: Option<String>,
    /// Cases, by id, in whose answers mutants may survive that are killed elsewhere. Empty: the place need not be checked
    /// in any answer.
    pub cases: Vec<String>,
    /// Places as `prove` prints them: `/*/devices/**`, `body`, `header Content-Type`; `undescribed` is what the schemas of a
    /// body say nothing about.
    pub at: Vec<String>,
    /// Is it no mistake if a place matches nothing?
    pub may_match_nothing: bool,
    /// Why this need not be checked.
    pub reason: String,
    /// Where it is written.
    pub span: Span,
}

/// State that cases of the contract cannot undo, and why.
///
/// `probity prove` allows it in the state of the reference deployment, and reports an entry that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// Pointers into that state, as `prove` prints them: `/license/*/*/error`.
    pub at: Vec<String>,
    /// Why it cannot be undone.
    pub reason: String,
    /// Where it is written.
    pub span: Span,
}

/// One contract: the content of a `contract.yaml`.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The name, which is also the first part of its case ids.
    pub name: String,
    /// One line that describes it.
    pub title: String,
    /// The default service of requests.
    pub service: String,
    /// All services of the contract.
    pub services: BTreeMap<String, Service>,
    /// Identities (roles) that cases may use, with descriptions. Full names: `presence.caller`.
    pub identities: BTreeMap<String, String>,
    /// Fixtures that cases may use, with descriptions. Full names: `presence.online`.
    pub fixtures: BTreeMap<String, String>,
    /// Capabilities that cases may need, with descriptions. Full names: `seats.query-form`.
    pub capabilities: BTreeMap<String, String>,
    /// Full names of the fixtures that cases change. On another machine, they are changed only if the target lists them as
    /// disposable.
    pub disposable: BTreeSet<String>,
    /// The requirements, in the order of the file.
    pub requirements: Vec<Requirement>,
    /// The requirement that a 429 or 503 without Retry-After violates, if there is one.
    pub throttling: Option<Throttling>,
    /// Places that need no check.
    pub unchecked: Vec<Unchecked>,
    /// State that its cases cannot undo.
    pub lasting: Vec<Lasting>,
    /// Where the name is written.
    pub span: Span,
}

impl Contract {
    /// The requirement of that id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id)
    }

    /// The full form of a name in a case: a name without a dot belongs to the contract.
    pub fn full_name(&self, name: &str) -> String {
        if name.contains('.') {
            name.to_owned()
        } else {
            format!("{}.{name}", self.name)
        }
    }
}
