//! Variants of license reprocessing.

mod refusals;
mod success;

use crate::variant::Faults;

pub(super) const FAULTS: &[&[Faults]] = &[success::FAULTS, refusals::FAULTS];
