//! Turns a suite, a target and a selection into the ordered cases of a run, and the reason why each other case is
//! skipped.
//!
//! This is the only place where a case is skipped before the run. Pure: no files, no network.

pub mod bind;
pub(crate) mod body_facts;
mod bytes;
mod content;
mod footprint;
pub(crate) mod found_rules;
pub(crate) mod link;
mod multipart;
mod outlook;
mod pairs;
pub mod run_id;
mod selection;
pub mod shard;
pub(crate) mod values;

pub use footprint::{Footprint, Requests};
pub use outlook::{
    DeclaredException, Gap, Gaps, Missing, Outlook, Provability, musts_without_case,
};
pub use selection::{Selection, SelectionError};
pub use shard::{Durations, Split, plan_digest, settings_digest};

use crate::model::{Case, Effect, Suite, Target};

/// The cases of a run, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The selected cases, in the order of the suite.
    pub cases: Vec<PlannedCase>,
}

/// One selected case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCase {
    /// Index into the cases of the suite.
    pub index: usize,
    /// Why it is skipped; `None` if it will be run.
    pub skip: Option<String>,
}

impl Plan {
    /// Whether a case that will be run has something to undo.
    pub fn undoes(&self, suite: &Suite) -> bool {
        let mut run = self.cases.iter().filter(|planned| planned.skip.is_none());
        run.any(|planned| suite.cases[planned.index].undoes())
    }
}

/// Plans a run.
pub fn plan_run(suite: &Suite, target: &Target, selection: &Selection) -> Plan {
    let cases = suite
        .cases
        .iter()
        .enumerate()
        .filter(|(_, case)| selection.selects(suite, case))
        .map(|(index, case)| PlannedCase {
            index,
            skip: skip_reason(case, suite, target),
        })
        .collect();
    Plan { cases }
}

/// What the target file declares, with a reason, that a case depends on: a capability that the target cannot have, or a
/// requirement that does not apply. Such a case is skipped and leaves no gap.
pub fn excuse(case: &Case, target: &Target) -> Option<String> {
    let mut capabilities = case.needs.capabilities.iter();
    let cannot = capabilities.find_map(|name| Some((name, target.cannot.get(name)?)));
    if let Some((name, reason)) = cannot {
        return Some(format!("the target cannot have `{name}`: {reason}"));
    }
    let mut requirements = case.needs.requirements.iter();
    let moot = requirements.find_map(|id| Some((id, target.not_applicable.get(id)?)));
    moot.map(|(id, reason)| format!("{id} is declared not applicable: {reason}"))
}

/// Why a case cannot be run against a target: everything that is missing, in one line.
pub fn skip_reason(case: &Case, suite: &Suite, target: &Target) -> Option<String> {
    if let Some(excuse) = excuse(case, target) {
        return Some(excuse);
    }
    if case.effect == Effect::Write && !target.permits_write {
        return Some("the target does not permit `write`".into());
    }
    let is_moot = |id: &String| target.not_applicable.contains_key(id);
    if !case.proves.is_empty() && case.proves.iter().all(is_moot) {
        return Some("every requirement that it proves is declared not applicable".into());
    }
    let unset = case
        .needs
        .identities
        .iter()
        .find_map(|name| Some((name, target.unset.get(name)?)));
    if let Some((identity, variables)) = unset {
        let names: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
        return Some(format!(
            "not set in the environment: {}, for the identity `{identity}`",
            names.join(", ")
        ));
    }
    let mut missing = Vec::new();
    let mut note = |one: &str, several: &str, names: Vec<&String>| match names.as_slice() {
        [] => {}
        [only] => missing.push(format!("{one} `{only}`")),
        _ => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            missing.push(format!("{several} {}", names.join(", ")));
        }
    };
    let needs = &case.needs;
    note(
        "service",
        "services",
        absent(&needs.services, |name| target.services.contains_key(name)),
    );
    note(
        "identity",
        "identities",
        absent(&needs.identities, |name| {
            target.identities.contains_key(name)
        }),
    );
    note(
        "fixture",
        "fixtures",
        absent(&needs.fixtures, |name| target.fixtures.contains_key(name)),
    );
    note(
        "capability",
        "capabilities",
        absent(&needs.capabilities, |name| {
            target.capabilities.contains(name)
        }),
    );
    if !missing.is_empty() {
        return Some(format!("the target has no {}", missing.join(", ")));
    }
    let kept: Vec<String> = not_disposable(case, suite, target)
        .map(|name| format!("`{name}`"))
        .collect();
    (!kept.is_empty()).then(|| {
        format!(
            "the target does not list {} as `disposable`",
            kept.join(", ")
        )
    })
}

/// The fixtures that a case changes and that a remote target does not list as disposable.
pub fn not_disposable<'c>(
    case: &'c Case,
    suite: &'c Suite,
    target: &'c Target,
) -> impl Iterator<Item = &'c String> {
    let is_kept = |name: &&String| {
        let mut contracts = suite.contracts.iter();
        contracts.any(|contract| contract.disposable.contains(*name))
            && !target.disposable.contains(*name)
    };
    let changes = case.effect == Effect::Write && is_remote(case, target);
    let fixtures = case.needs.fixtures.iter().filter(move |_| changes);
    fixtures.filter(is_kept)
}

/// Whether the case sends requests to another machine.
fn is_remote(case: &Case, target: &Target) -> bool {
    let mut services = case.needs.services.iter();
    services.any(|service| target.remote.contains(service))
}

fn absent(
    names: &std::collections::BTreeSet<String>,
    is_there: impl Fn(&str) -> bool,
) -> Vec<&String> {
    names.iter().filter(|name| !is_there(name)).collect()
}
