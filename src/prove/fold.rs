//! Surviving places for readers: one line for a place and all that is below it.

use std::collections::BTreeMap;

use crate::model::{Contract, UncheckedPlace};
use crate::prove::changed::BODY;
use crate::prove::tally::{Spot, Tally};

/// Puts places below the outermost place around them, so that a person reads one line and not a tree.
pub(super) fn fold(
    bare: &BTreeMap<(&Spot, Option<&str>), &Tally>,
    contracts: &[Contract],
) -> Vec<UncheckedPlace> {
    let mut folded: Vec<UncheckedPlace> = Vec::new();
    let mut spots: Vec<_> = bare.iter().collect();
    // `body` is around every pointer, and must come first.
    spots.sort_by_key(|((spot, reason), _)| {
        (
            spot.contract,
            &spot.operation,
            *reason,
            spot.place != BODY,
            &spot.place,
        )
    });
    for ((spot, reason), tally) in spots {
        let contract = &contracts[spot.contract].name;
        let around = folded.iter_mut().rev().find(|outer| {
            !outer.of_any_type
                && tally.killed == 0
                && outer.contract == *contract
                && outer.operation == spot.operation
                && outer.accepted.as_deref() == *reason
                && is_around(&outer.place, &spot.place)
        });
        let Some(outer) = around else {
            folded.push(UncheckedPlace {
                contract: contract.clone(),
                operation: spot.operation.clone(),
                place: spot.place.clone(),
                of_any_type: tally.killed > 0,
                changes: tally.surviving().keys().cloned().collect(),
                mutants: tally.surviving().values().sum(),
                case: tally.case.clone(),
                accepted: reason.map(str::to_owned),
            });
            continue;
        };
        if outer.place.starts_with('/') && !outer.place.ends_with("/**") {
            outer.place.push_str("/**");
        }
        outer.mutants += tally.survivors();
    }
    folded
}

fn is_around(outer: &str, inner: &str) -> bool {
    if outer == BODY {
        return inner.starts_with('/');
    }
    let outer = outer.strip_suffix("/**").unwrap_or(outer);
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with('/'))
}
