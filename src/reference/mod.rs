//! The reference deployment: a small server that conforms to the four contracts, and breaks them on request.
//!
//! It has its own data, tokens and rules and imports nothing else of this crate, so that it cannot share a mistake
//! with the judge. All contracts are served on one port:
//!
//! | contract | path | module |
//! | --- | --- | --- |
//! | seats | `/V1/Inventory/...` | `seats` |
//! | presence | `/users/batch` | `presence` |
//! | license | `/v1.0/users/...` | `license` |
//! | autopilot | `/beta/deviceManagement/...` | `autopilot` |
//! | none | `POST /oauth2/v2.0/token`: access tokens for clients | `login` |
//! | none | `POST /-/reset`, from this machine only: back to the initial state | `routes` |
//!
//! Each contract has a folder with its routes, state, faults and variants, and one line in `CONTRACTS`. Identities
//! and fixtures are those of `targets/reference.yaml`. The deployment has no clock and no randomness: the same calls
//! in the same order get the same answers.
//!
//! A call travels `server` -> `routes` -> a handler of its contract -> `render`. A [`Fault`] is a hook in the
//! handler, or in `faults` beside it where it only changes an answer that is right otherwise; a [`Variant`] is a
//! legal difference. Both are off unless the [`Settings`] name them.

mod answer;
mod autopilot;
mod call;
mod context;
mod contract;
mod demo;
mod fault;
mod graph;
mod license;
mod login;
mod path;
mod presence;
mod refusal;
mod render;
mod routes;
mod seats;
mod sequence;
mod server;
mod switchboard;
mod token;
mod variant;
mod wire;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

use self::contract::Contract;

pub use fault::{Fault, UnknownFault};
pub use login::{Login, UnknownLogin};
pub use server::Deployment;
pub use variant::{UnknownVariant, Variant};

/// Every contract that the deployment serves, in the order of [`catalogue`].
const CONTRACTS: &[Contract] = &[
    seats::CONTRACT,
    presence::CONTRACT,
    license::CONTRACT,
    autopilot::CONTRACT,
];

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

impl Fault {
    /// Every fault, contract by contract: first those of the whole contract in the order of its requirements, then
    /// those of single paths.
    pub fn all() -> impl Iterator<Item = Fault> + Clone {
        CONTRACTS
            .iter()
            .flat_map(|contract| contract.faults.iter().chain((contract.path_faults)()))
            .copied()
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::all();
        all.find(|fault| fault.name() == name)
            .ok_or_else(|| UnknownFault {
                name: name.to_owned(),
            })
    }
}

impl Variant {
    /// Every variant: first those of all contracts, then contract by contract.
    pub fn all() -> impl Iterator<Item = Variant> + Clone {
        let own = CONTRACTS.iter().flat_map(|contract| contract.variants);
        variant::VARIANTS.iter().chain(own).copied()
    }
}

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::all();
        all.find(|variant| variant.name() == name)
            .ok_or_else(|| UnknownVariant {
                name: name.to_owned(),
            })
    }
}

/// The faults of the demo service.
pub fn demo_faults() -> impl Iterator<Item = Fault> + Clone {
    demo::FAULTS.iter().copied()
}

/// Does a contract of the deployment have this service?
pub fn has_service(name: &str) -> bool {
    let mut services = CONTRACTS.iter().flat_map(|contract| contract.services);
    services.any(|service| *service == name)
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
    for fault in Fault::all() {
        let (name, requirement) = (fault.name(), fault.requirement());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "fault {name} {requirement} {}", fault.sentence());
    }
    for variant in Variant::all() {
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
        let all = Fault::all().count() + Variant::all().count() + Login::ALL.len();
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

    #[test]
    fn every_name_is_unique_kebab_case_and_parses_back() {
        let faults: BTreeSet<_> = Fault::all().map(Fault::name).collect();
        assert_eq!(faults.len(), Fault::all().count());
        for fault in Fault::all() {
            let mut letters = fault.name().chars();
            let is_kebab =
                letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/".contains(c));
            assert!(is_kebab, "{fault}");
            assert_eq!(fault.name().parse(), Ok(fault));
        }
        let variants: BTreeSet<_> = Variant::all().map(Variant::name).collect();
        assert_eq!(variants.len(), Variant::all().count());
        for variant in Variant::all() {
            assert_eq!(variant.name().parse(), Ok(variant));
            assert!(variant.sentence().ends_with('.'), "{variant}");
        }
    }

    #[test]
    fn every_fault_names_a_requirement_of_its_contract_and_has_a_sentence() {
        for contract in CONTRACTS {
            for fault in contract.faults.iter().chain((contract.path_faults)()) {
                let (prefix, number) = fault.requirement().split_once('-').expect("two parts");
                assert_eq!(prefix.to_ascii_lowercase(), contract.name);
                assert!(number.len() == 2 && number.parse::<u8>().is_ok(), "{fault}");
                assert!(fault.sentence().ends_with('.'), "{fault}");
                assert!(!fault.sentence().starts_with(' '), "{fault}");
            }
        }
    }

    #[test]
    fn an_unknown_name_is_an_error_that_repeats_it() {
        let error = "no-such-fault".parse::<Fault>().unwrap_err();
        assert_eq!(error.to_string(), "unknown fault `no-such-fault`");
    }
}
