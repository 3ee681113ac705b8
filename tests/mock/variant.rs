//! A variant of the mock: one documented thing is broken on one kind of call.

use crate::change::Change;

/// How much a requirement asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Level {
    Must,
    Should,
}

/// What breaks a requirement.
#[derive(Debug)]
pub(crate) struct Fault {
    /// What is wrong, in a few words.
    name: &'static str,
    /// The requirement of FACTS.md that the answer breaks.
    pub(crate) requirement: &'static str,
    /// The further MUST requirements that it breaks.
    pub(crate) also: &'static [&'static str],
    pub(crate) level: Level,
    pub(crate) change: Change,
}

impl Fault {
    /// The same fault, which breaks these MUST requirements, too.
    pub(crate) const fn also(mut self, also: &'static [&'static str]) -> Fault {
        self.also = also;
        self
    }
}

/// The faults of one kind of call.
#[derive(Debug)]
pub(crate) struct Faults {
    /// The kind of call: the name of a stub.
    pub(crate) call: &'static str,
    pub(crate) faults: &'static [Fault],
}

/// A variant of the mock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) call: &'static str,
    pub(crate) fault: &'static Fault,
}

impl Variant {
    /// The name of the variant in reports and in the list of survivors.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.call, self.fault.name)
    }

    /// The contract that it breaks.
    pub(crate) fn contract(&self) -> &'static str {
        self.call.split('/').next().unwrap_or_default()
    }
}

/// The faults of that kind of call.
pub(crate) const fn on(call: &'static str, faults: &'static [Fault]) -> Faults {
    Faults { call, faults }
}

/// A fault that breaks a MUST.
pub(crate) const fn must(name: &'static str, requirement: &'static str, change: Change) -> Fault {
    Fault {
        name,
        requirement,
        also: &[],
        level: Level::Must,
        change,
    }
}

/// A fault that breaks a SHOULD.
pub(crate) const fn should(name: &'static str, requirement: &'static str, change: Change) -> Fault {
    Fault {
        name,
        requirement,
        also: &[],
        level: Level::Should,
        change,
    }
}
