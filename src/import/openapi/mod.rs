//! Reads an `OpenAPI` document and makes a suite of it.
//!
//! `document` reads the files, `api` what they describe. `convert` and `schema` make schemas of draft 2020-12, `plan` gives
//! names, and `operation` decides which requirements, rules and cases there are. `file` writes.

mod api;
mod convert;
mod created;
mod creator;
mod credential;
mod described;
mod document;
mod file;
mod fixture;
mod header;
mod illegal_body;
mod keyword;
mod known_key;
mod legal;
mod link;
mod location;
mod media;
mod negotiation;
mod operation;
mod optional;
mod others;
mod outgoing;
mod outline;
mod page_token;
mod parameter;
mod path_value;
mod plan;
mod read_api;
mod refusal;
mod request;
mod requirement;
mod response;
mod room;
mod sample;
mod schema;
mod scope;
mod sent;
mod status;
mod style;
#[cfg(test)]
mod tests;
mod unchecked;
mod usable;
mod variable;
mod writer;

pub use described::described_operations;

use std::collections::BTreeSet;
use std::path::Path;

use crate::import::change::Outlines;
use crate::model::{Diagnostic, Sources};
use document::Documents;
use operation::Written;
use plan::Plan;
use request::Requests;

/// A suite that was made of a document.
#[derive(Debug)]
pub struct Imported {
    /// The files: path in the suite, and text.
    pub files: Vec<(String, String)>,
    /// What was counted.
    pub figures: Figures,
    /// What the operations promise and require.
    pub outlines: Outlines,
    /// The name of its service.
    pub(crate) service: String,
    /// The path of the first server.
    pub(crate) mount: Option<String>,
}

/// What was made of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Operations that the document describes.
    pub operations: usize,
    /// Requirements.
    pub requirements: usize,
    /// Cases, without rows.
    pub cases: usize,
    /// Contracts.
    pub contracts: usize,
    /// What no case proves: how many requirements, and why.
    pub without_case: Vec<(usize, String)>,
    /// Fixtures that the document has no value for.
    pub fixtures_to_fill: usize,
    /// Identities that the document has no credentials for: callers without a scope.
    pub identities_to_fill: usize,
    /// The variables of the environment that the target file takes credentials from.
    pub variables: Vec<String>,
    /// The URL of the first server, without its path, if it is one of HTTP.
    pub server: Option<String>,
}

/// Makes a suite of the document in a file. `None` if it is none; what is wrong is in `found`.
pub fn import_file(
    path: &Path,
    sources: &mut Sources,
    found: &mut Vec<Diagnostic>,
) -> Option<Imported> {
    let documents = Documents::read(path, sources, found)?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    import(&documents, &name, found)
}

/// The same for a document of one file.
pub fn import_text(
    name: &str,
    text: &str,
    sources: &mut Sources,
    found: &mut Vec<Diagnostic>,
) -> Option<Imported> {
    let documents = Documents::of_text(name, name, text.to_owned(), sources, found)?;
    import(&documents, name, found)
}

fn import(documents: &Documents, name: &str, found: &mut Vec<Diagnostic>) -> Option<Imported> {
    let mut noted = Vec::new();
    let api = read_api::read(documents, &mut noted);
    let imported = api.as_ref().map(|api| {
        known_key::check(documents, api.is_old, &mut noted);
        let plan = Plan::new(documents, api, &mut noted);
        let mut requests = Requests::new(&plan);
        creator::find(&mut requests);
        let written: Vec<Written> = (0..plan.operations.len())
            .map(|at| operation::write(&mut requests, at))
            .collect();
        noted.extend(plan.left_out.get().cloned());
        Imported {
            files: file::files(&requests, &written, name),
            figures: figures(&plan, &requests, &written),
            outlines: outline::outlines(&plan),
            service: plan.name.clone(),
            mount: file::mount(&plan.api.server),
        }
    });
    // A component that many operations use is read for each of them.
    let mut seen = BTreeSet::new();
    noted.retain(|one| seen.insert((one.span, one.message.clone())));
    found.append(&mut noted);
    imported
}

fn figures(plan: &Plan<'_>, requests: &Requests<'_, '_>, written: &[Written]) -> Figures {
    let mut reasons: Vec<(usize, String)> = Vec::new();
    for requirement in written.iter().flat_map(|one| &one.requirements) {
        if requirement.without_case.is_empty() {
            continue;
        }
        match reasons
            .iter_mut()
            .find(|(_, why)| *why == requirement.without_case)
        {
            Some((count, _)) => *count += 1,
            None => reasons.push((1, requirement.without_case.clone())),
        }
    }
    reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let contracts: BTreeSet<&str> = plan
        .operations
        .iter()
        .map(|planned| planned.contract.as_str())
        .collect();
    let (fixtures, fixtures_to_fill) = requests.fixtures.values(plan);
    let identities = requests.identities.values(plan);
    Figures {
        operations: written.len(),
        requirements: written
            .iter()
            .map(|one| one.requirements.len())
            .sum::<usize>()
            + plan.api.webhooks.len(),
        cases: written.iter().map(|one| one.cases.len()).sum(),
        contracts: contracts.len() + usize::from(!plan.api.webhooks.is_empty()),
        without_case: reasons,
        fixtures_to_fill: fixtures_to_fill.len(),
        identities_to_fill: requests.identities.missing(plan).len(),
        variables: variable::names(&[identities, fixtures].concat()),
        server: file::origin(&plan.api.server),
    }
}
