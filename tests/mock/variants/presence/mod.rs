//! Variants of the presence batch.

mod filters;
mod levels;
mod people;
mod records;
mod refusals;

use crate::variant::Faults;

pub(super) const FAULTS: &[&[Faults]] = &[
    levels::FAULTS,
    filters::FAULTS,
    people::FAULTS,
    refusals::FAULTS,
];
