//! A stub: which requests it answers, and with what. The first stub that matches answers.

use crate::http::{Answer, Asked};
use crate::{autopilot, license, nothing, presence, seats};

/// A stub of the mock.
#[derive(Debug)]
pub(crate) struct Stub {
    /// The kind of call that it answers, by the name of the contract and a name in it.
    pub(crate) call: &'static str,
    pub(crate) when: fn(&Asked) -> bool,
    pub(crate) answer: fn(&Asked) -> Answer,
}

/// A stub for a kind of call.
pub(crate) const fn stub(
    call: &'static str,
    when: fn(&Asked) -> bool,
    answer: fn(&Asked) -> Answer,
) -> Stub {
    Stub { call, when, answer }
}

/// All stubs, in the order in which they are tried.
pub(crate) const STUBS: &[&[Stub]] = &[
    seats::STUBS,
    presence::STUBS,
    license::STUBS,
    autopilot::STUBS,
    nothing::STUBS,
];

/// Returns the stub that answers a request. The last stub answers every request.
pub(crate) fn stub_for(asked: &Asked) -> &'static Stub {
    let mut stubs = STUBS.iter().copied().flatten();
    stubs.find(|stub| (stub.when)(asked)).unwrap()
}
