//! Requests that the service sends: callbacks and webhooks. A suite sends requests and receives none.

use crate::import::name::{Names, kebab};
use crate::import::openapi::document::Place;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::openapi::requirement::{Level, Requirement};

/// Why no case can show them.
const WHY: &str = "the service sends this request, and cases see only responses";

/// The contract of webhooks.
pub(crate) const WEBHOOKS: &str = "webhooks";

/// The callbacks of an operation.
pub(crate) fn callbacks(plan: &Plan<'_>, planned: &Planned<'_>) -> Vec<Requirement> {
    let mut names = Names::default();
    let callbacks = planned.operation.callbacks.iter().map(|(name, place)| {
        let part = names.give(kebab(name, "callback")).to_ascii_uppercase();
        let id = format!("{}-CALLBACK-{part}", planned.id());
        let sentence = format!("{} triggers the callback {name}.", planned.title());
        sent(plan, id, sentence, place)
    });
    callbacks.collect()
}

/// The webhooks of a document.
pub(crate) fn webhooks(plan: &Plan<'_>) -> Vec<Requirement> {
    let mut names = Names::default();
    let webhooks = plan.api.webhooks.iter().map(|(name, place)| {
        let part = names.give(kebab(name, "webhook")).to_ascii_uppercase();
        let sentence = format!("The service sends the webhook {name}.");
        sent(plan, format!("WEBHOOK-{part}"), sentence, place)
    });
    webhooks.collect()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the sentence is made for this"
)]
fn sent(plan: &Plan<'_>, id: String, sentence: String, place: &Place<'_>) -> Requirement {
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut requirement = Requirement::new(plan, id, Level::Must, sentence, place);
    requirement.unobservable = WHY.into();
    requirement
}
