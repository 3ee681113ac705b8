//! Which faults and variants are on, and how often each fault was activated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::reference::{Fault, Login, Settings, Variant};

/// The faults and variants of one deployment, fixed at its start, with a counter for each fault.
#[derive(Debug)]
pub(crate) struct Switchboard {
    /// With the number of their activations.
    faults: BTreeMap<Fault, AtomicU64>,
    variants: BTreeSet<Variant>,
    logins: BTreeSet<Login>,
}

impl Switchboard {
    /// Turns on what the settings name.
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            faults: settings
                .faults
                .into_iter()
                .map(|fault| (fault, AtomicU64::default()))
                .collect(),
            variants: settings.variants,
            logins: settings.logins,
        }
    }

    /// Whether the fault is on. Each call counts as an activation, so call it only where a clean deployment would do
    /// something else.
    pub(crate) fn fault(&self, fault: Fault) -> bool {
        let Some(hits) = self.faults.get(&fault) else {
            return false;
        };
        hits.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// Whether the fault is on, without counting an activation.
    pub(crate) fn is_on(&self, fault: Fault) -> bool {
        self.faults.contains_key(&fault)
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
        let hits = self.faults.get(&fault);
        hits.map_or(0, |hits| hits.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fault_that_is_on_counts_its_activations() {
        let switchboard = Switchboard::new(Settings {
            faults: [Fault::BAD_DATE].into(),
            ..Settings::default()
        });
        assert!(switchboard.fault(Fault::BAD_DATE));
        assert!(!switchboard.fault(Fault::WRONG_TYPE));
        assert_eq!(switchboard.hits(Fault::BAD_DATE), 1);
        assert_eq!(switchboard.hits(Fault::WRONG_TYPE), 0);
    }
}
