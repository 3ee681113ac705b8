//! The reference deployment: a small server that upholds the four contracts, and can be told to break them.
//!
//! It owns its own data, tokens and rules and imports nothing else of this crate, so that it cannot share a
//! mistake with the judge. All contracts are served on one port:
//!
//! | contract | path | file |
//! | --- | --- | --- |
//! | seats | `/V1/Inventory/...` | `seats` |
//! | presence | `/users/batch` | `presence` |
//! | license | `/v1.0/users/...` | `license` |
//! | autopilot | `/beta/deviceManagement/...` | `autopilot` |
//! | of no contract | `POST /oauth2/v2.0/token`: access tokens for clients | `login` |
//! | of our own | `POST /-/reset`, from this machine only: back to the initial state | `routes` |
//!
//! Identities and fixtures are those of `targets/reference.yaml`. The deployment has no clock and no
//! randomness: the same calls in the same order get the same answers.
//!
//! A call travels `server` -> `routes` -> a handler of its contract -> `render`. A [`Fault`] is a hook in
//! the handler, or in the `spoil` file beside it where it only bends an answer that is right otherwise; a
//! [`Variant`] is a legal difference. Both are off unless the [`Settings`] name them.

mod answer;
mod autopilot;
mod call;
mod context;
mod fault;
mod graph;
mod license;
mod login;
mod presence;
mod refusal;
mod render;
mod routes;
mod seats;
mod sequence;
mod server;
mod state;
mod switchboard;
mod token;
mod variant;
mod wire;

use std::collections::BTreeSet;
use std::fmt::Write as _;

pub use fault::{Fault, UnknownFault};
pub use login::{Login, UnknownLogin};
pub use server::Deployment;
pub use variant::{UnknownVariant, Variant};

/// What a deployment does differently from a clean one. The default is a clean one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The misbehaviours that are on.
    pub faults: BTreeSet<Fault>,
    /// The legal variations that are on.
    pub variants: BTreeSet<Variant>,
    /// What the token endpoint does differently.
    pub logins: BTreeSet<Login>,
}

/// The list of all faults and variants, and of what the token endpoint can do, one line each:
///
/// ```text
/// fault ignored-filter PRESENCE-15 The deviceTypes filter is ignored.
/// variant member-order The members of every JSON object come in reverse order.
/// login short-lived-tokens Tokens live for one second.
/// ```
pub fn catalogue() -> String {
    let mut text = String::new();
    for fault in Fault::ALL {
        let (name, requirement) = (fault.name(), fault.requirement());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "fault {name} {requirement} {}", fault.sentence());
    }
    for variant in Variant::ALL {
        let _ = writeln!(text, "variant {} {}", variant.name(), variant.sentence());
    }
    for login in Login::ALL {
        let _ = writeln!(text, "login {} {}", login.name(), login.sentence());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_a_line_for_each_fault_and_variant() {
        let text = catalogue();
        let all = Fault::ALL.len() + Variant::ALL.len() + Login::ALL.len();
        assert_eq!(text.lines().count(), all);
        assert!(
            text.contains(
                "\nfault ignored-filter PRESENCE-15 The deviceTypes filter is ignored.\n"
            )
        );
        assert!(
            text.contains("\nvariant whitespace JSON comes with line breaks and indentation.\n")
        );
    }
}
