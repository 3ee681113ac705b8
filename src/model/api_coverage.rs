//! How much of the description of a service is exercised, and how much of it is proven.

use std::collections::BTreeSet;

use serde::Serialize;

/// An operation as a document describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribedOperation {
    /// Method and path as written: `GET /pets/{petId}`.
    pub title: String,
    /// In capital letters.
    pub method: String,
    /// With `{}` for values, below the server.
    pub path: String,
    /// The path of the server, without a slash at its end.
    pub mount: String,
    /// The statuses, with the members of the bodies of each.
    pub statuses: Vec<(String, BTreeSet<String>)>,
    /// Parameters that are not in the path: `query limit`, `header x-trace`, in lower case for header fields.
    pub parameters: BTreeSet<String>,
    /// The members of request bodies.
    pub body: BTreeSet<String>,
}

/// A request, or a step of a case that sends one, and what is known of its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenRequest {
    /// The method.
    pub method: String,
    /// The paths that it may be below its server: the whole one, and the one below the mount of its service.
    pub paths: Vec<String>,
    /// As [`DescribedOperation::parameters`].
    pub parameters: BTreeSet<String>,
    /// The members of its body.
    pub body: BTreeSet<String>,
    /// What is known of its answers.
    pub answers: Vec<SeenAnswer>,
}

/// An answer, or what a check says about one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenAnswer {
    /// A status as a number, or a class: `4XX`.
    pub status: String,
    /// The members of its body.
    pub members: BTreeSet<String>,
    /// Do these checks prove a requirement?
    pub is_proven: bool,
}

/// What a part of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApiPartKind {
    /// A method and a path.
    Operation,
    /// A status of an operation.
    Status,
    /// A parameter that is not in the path.
    Parameter,
    /// A member of a request body.
    RequestMember,
    /// A member of the body of an answer.
    Member,
}

impl ApiPartKind {
    /// Every kind.
    pub const ALL: [ApiPartKind; 5] = [
        ApiPartKind::Operation,
        ApiPartKind::Status,
        ApiPartKind::Parameter,
        ApiPartKind::RequestMember,
        ApiPartKind::Member,
    ];

    /// The plural, for people.
    pub fn plural(self) -> &'static str {
        match self {
            ApiPartKind::Operation => "operations",
            ApiPartKind::Status => "statuses",
            ApiPartKind::Parameter => "parameters",
            ApiPartKind::RequestMember => "request members",
            ApiPartKind::Member => "answer members",
        }
    }
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiPart {
    /// What it is.
    pub kind: ApiPartKind,
    /// `200`, `query limit`, `name`, `200 name`; of an operation its title.
    pub name: String,
    /// Was it sent or received, or does a case expect it?
    pub exercised: bool,
    /// Does a check that proves a requirement say something about it? `None` if the source has no checks.
    pub proven: Option<bool>,
}

/// The parts of one operation, itself first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationCoverage {
    /// Method and path as the document writes them.
    pub operation: String,
    /// Its parts.
    pub parts: Vec<ApiPart>,
}

/// How much of a document is exercised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCoverage {
    /// The document.
    pub document: String,
    /// What exercises it: a suite, a report or a recording.
    pub source: String,
    /// In the order of the document.
    pub operations: Vec<OperationCoverage>,
    /// Requests that the document has no operation for: method and path.
    pub unknown: BTreeSet<String>,
}

impl ApiCoverage {
    /// Of the parts of one kind, or of all: how many there are, how many are exercised, and how many proven.
    pub fn sums(&self, kind: Option<ApiPartKind>) -> (usize, usize, usize) {
        let parts = self.operations.iter().flat_map(|one| &one.parts);
        let parts = parts.filter(|part| kind.is_none_or(|kind| part.kind == kind));
        parts.fold((0, 0, 0), |(all, exercised, proven), part| {
            (
                all + 1,
                exercised + usize::from(part.exercised),
                proven + usize::from(part.proven == Some(true)),
            )
        })
    }

    /// Does the source have checks?
    pub fn has_checks(&self) -> bool {
        let mut parts = self.operations.iter().flat_map(|one| &one.parts);
        parts.any(|part| part.proven.is_some())
    }

    /// How much is exercised, in percent. A document without parts has nothing that could be missing, and no success.
    pub fn percent(&self) -> f64 {
        let (all, exercised, _) = self.sums(None);
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        if all == 0 {
            return 0.0;
        }
        100.0 * number(exercised) / number(all)
    }
}
