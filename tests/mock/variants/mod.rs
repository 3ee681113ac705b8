//! The variants, by contract.

mod autopilot;
mod license;
mod presence;
mod seats;

use crate::variant::{Faults, Variant};

const CONTRACTS: &[&[&[Faults]]] = &[
    seats::FAULTS,
    presence::FAULTS,
    license::FAULTS,
    &[autopilot::FAULTS],
];

/// Returns all variants.
pub(crate) fn all() -> impl Iterator<Item = Variant> {
    let tables = CONTRACTS.iter().copied().flatten().copied().flatten();
    tables.flat_map(|table| {
        let faults = table.faults.iter();
        faults.map(|fault| Variant {
            call: table.call,
            fault,
        })
    })
}
