//! Cases of callers whose credentials lack a scope (or role) that the document requires.

use crate::import::openapi::credential::needed_scope;
use crate::import::openapi::negotiation::{described, require};
use crate::import::openapi::sent::Sent;
use crate::import::openapi::writer::{Writer, expect};

/// Writes the case, if a 403 is documented and a scope is required. Its identity has no value in the target yet: the case
/// is skipped until somebody gives it one.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    let words = [
        "forbid",
        "permission",
        "permit",
        "scope",
        "role",
        "privilege",
        "access",
        "authori",
        "allow",
    ];
    let Some(response) = described(planned, "403", &words) else {
        return;
    };
    let plan = writer.requests.plan;
    if sent.credentials.identity.is_none() {
        return;
    }
    let Some(scope) = needed_scope(plan, planned).map(str::to_owned) else {
        return;
    };
    let when = format!("if the caller does not have the scope {scope}");
    // Otherwise the 403 is that of a caller without credentials.
    let Some(id) = require(writer, response, &when) else {
        return;
    };
    let mut with = sent.clone();
    let identities = &mut writer.requests.identities;
    with.credentials.identity = identities.lacking(plan, planned, &scope);
    let name = format!("{}-without-scope", planned.name);
    let title = format!("a caller without the scope {scope} is refused");
    let steps = vec![vec![with.entry(), expect(&id, "403")]];
    writer.case(&name, title, &sent.setup, steps, None);
    writer.undo_if_accepted(sent);
    writer.provoked.push(vec!["403".into()]);
}
