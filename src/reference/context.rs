//! What every handler works with: the state of the deployment, its switches and its counter.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::reference::login::Register;
use crate::reference::sequence::Sequence;
use crate::reference::state::State;
use crate::reference::switchboard::Switchboard;

/// One deployment, as its handlers see it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) switches: Switchboard,
    pub(crate) sequence: Sequence,
    /// Counts the calls of the operations that a service may throttle.
    pub(crate) turns: Sequence,
    pub(crate) register: Register,
    state: Mutex<State>,
}

impl Context {
    /// A deployment in its initial state.
    pub(crate) fn new(switches: Switchboard) -> Self {
        Self {
            switches,
            sequence: Sequence::default(),
            turns: Sequence::default(),
            register: Register::default(),
            state: Mutex::new(State::initial()),
        }
    }

    /// The state, for as long as the guard lives. Each handler takes it once, so a call is one transaction.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // No handler leaves the state half changed, so a poisoned one is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts everything back to how it was at the start; counters go on.
    pub(crate) fn reset(&self) {
        *self.state() = State::initial();
    }
}

#[cfg(test)]
impl Context {
    /// A deployment to test handlers with, without a socket.
    pub(crate) fn test(
        faults: &[crate::reference::Fault],
        variants: &[crate::reference::Variant],
    ) -> Self {
        Self::new(Switchboard::new(crate::reference::Settings {
            faults: faults.iter().copied().collect(),
            variants: variants.iter().copied().collect(),
            ..crate::reference::Settings::default()
        }))
    }

    /// One whose token endpoint does these things.
    pub(crate) fn test_login(logins: &[crate::reference::Login]) -> Self {
        Self::new(Switchboard::new(crate::reference::Settings {
            logins: logins.iter().copied().collect(),
            ..crate::reference::Settings::default()
        }))
    }
}
