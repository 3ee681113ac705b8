//! What the handlers of all contracts share: the switches of the deployment and its counters.

use crate::reference::sequence::Sequence;
use crate::reference::switchboard::Switchboard;

/// One deployment, as its handlers see it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) switches: Switchboard,
    pub(crate) sequence: Sequence,
    /// Counts the calls of the operations that a service may throttle.
    pub(crate) turns: Sequence,
}

impl Context {
    /// A deployment with these switches.
    pub(crate) fn new(switches: Switchboard) -> Self {
        Self {
            switches,
            sequence: Sequence::default(),
            turns: Sequence::default(),
        }
    }
}

#[cfg(test)]
impl Context {
    /// A deployment to test handlers with, without a socket.
    pub(crate) fn test(logins: &[crate::reference::Login]) -> Self {
        Self::new(Switchboard::new(crate::reference::Settings {
            logins: logins.iter().copied().collect(),
            ..crate::reference::Settings::default()
        }))
    }
}
