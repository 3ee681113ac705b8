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
    /// For information: a failure is told and changes nothing.
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

/// One normative sentence of a contract. Its id is never reused and never renumbered.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// For example `PRESENCE-29`.
    pub id: String,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// The sentence.
    pub sentence: String,
    /// Where the sentence comes from.
    pub source: String,
    /// How a test can see it; empty when nothing is said.
    pub observe: String,
    /// Why no black-box test can see it, if so.
    pub unobservable: Option<String>,
    /// One case that upholds it is enough: it speaks of answers that a target need not give in every case.
    pub one_is_enough: bool,
    /// Where it is written.
    pub span: Span,
}

/// A service that a contract's requests go to.
#[derive(Clone, Debug)]
pub struct Service {
    /// The path below a bare `--target URL` under which the service stands: empty, or `/v1.0`.
    pub mount: String,
    /// Where it is written.
    pub span: Span,
}

/// The requirement about throttling: an answer of 429 or 503 says when to come again.
///
/// Such an answer may come at any time, so no case asks for it; the engine looks at each one that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttling {
    /// Its id.
    pub requirement: String,
    /// Where it is written.
    pub span: Span,
}

/// Something in the answers that no check looks at, and why that is right.
///
/// `probity prove` accepts what survives there, and tells an acceptance that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchecked {
    /// Method, path and perhaps status, as `prove` tells them; `None` is any.
    pub operation: Option<String>,
    /// Places as `prove` tells them: `/*/devices/**`, `body`, `header Content-Type`.
    pub at: Vec<String>,
    /// Why nothing has to look there.
    pub reason: String,
    /// Where it is written.
    pub span: Span,
}

/// Something that cases of the contract cannot undo, and why that is right.
///
/// `probity prove` accepts it in the state of the reference deployment, and tells an acceptance that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// Pointers into that state, as `prove` tells them: `/license/*/*/error`.
    pub at: Vec<String>,
    /// Why it stays.
    pub reason: String,
    /// Where it is written.
    pub span: Span,
}

/// One contract: what stands in a `contract.yaml`.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The name, which is also the first part of its case ids.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// The service a request goes to unless it names another.
    pub service: String,
    /// All services of the contract.
    pub services: BTreeMap<String, Service>,
    /// Identities (roles) that cases may name, with what they stand for. Full names: `presence.caller`.
    pub identities: BTreeMap<String, String>,
    /// Fixtures that cases may use, with what they stand for. Full names: `presence.online`.
    pub fixtures: BTreeMap<String, String>,
    /// Capabilities that cases may need, with what they mean. Full names: `seats.query-form`.
    pub capabilities: BTreeMap<String, String>,
    /// Full names of the fixtures that cases change: on a target that is not this machine they are changed
    /// only when it says that they are disposable.
    pub disposable: BTreeSet<String>,
    /// The requirements, in the order of the file.
    pub requirements: Vec<Requirement>,
    /// The requirement that a silent 429 or 503 violates, if the contract has one.
    pub throttling: Option<Throttling>,
    /// What no check has to look at.
    pub unchecked: Vec<Unchecked>,
    /// What its cases cannot undo.
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

    /// The full form of a name used in a case: a name without a dot is the contract's own.
    pub fn full_name(&self, name: &str) -> String {
        if name.contains('.') {
            name.to_owned()
        } else {
            format!("{}.{name}", self.name)
        }
    }
}
