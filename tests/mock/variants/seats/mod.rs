//! Variants of bulk seat assignment.

mod one;
mod refusals;
mod several;

use crate::variant::Faults;

pub(super) const FAULTS: &[&[Faults]] = &[one::FAULTS, several::FAULTS, refusals::FAULTS];
