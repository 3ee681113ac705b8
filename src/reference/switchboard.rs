//! Which faults and variants are on, and how often each fault was activated.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::reference::{Fault, Login, Settings, Variant};

/// The faults and variants of one deployment, fixed at its start, with a counter for each fault.
#[derive(Debug)]
pub(crate) struct Switchboard {
    faults: BTreeSet<Fault>,
    variants: BTreeSet<Variant>,
    logins: BTreeSet<Login>,
    hits: [AtomicU64; Fault::ALL.len()],
}

impl Switchboard {
    /// Turns on what the settings name.
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            faults: settings.faults,
            variants: settings.variants,
            logins: settings.logins,
            hits: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// Whether the fault is on. Asking counts as an activation, so ask where a clean deployment would now
    /// do something else, and nowhere earlier.
    pub(crate) fn fault(&self, fault: Fault) -> bool {
        let is_on = self.faults.contains(&fault);
        if is_on {
            self.hits[fault as usize].fetch_add(1, Ordering::Relaxed);
        }
        is_on
    }

    /// Whether the variant is on.
    pub(crate) fn variant(&self, variant: Variant) -> bool {
        self.variants.contains(&variant)
    }

    /// Whether the token endpoint does this.
    pub(crate) fn login(&self, login: Login) -> bool {
        self.logins.contains(&login)
    }

    /// How often the fault was activated.
    pub(crate) fn hits(&self, fault: Fault) -> u64 {
        self.hits[fault as usize].load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fault_that_is_on_counts_its_activations() {
        let switchboard = Switchboard::new(Settings {
            faults: [Fault::BadDate].into(),
            ..Settings::default()
        });
        assert!(switchboard.fault(Fault::BadDate));
        assert!(!switchboard.fault(Fault::WrongType));
        assert_eq!(switchboard.hits(Fault::BadDate), 1);
        assert_eq!(switchboard.hits(Fault::WrongType), 0);
    }
}
