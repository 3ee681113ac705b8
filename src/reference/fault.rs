//! The named misbehaviours of the reference deployment, each with the requirements that it violates.
//!
//! A fault shows that the suite detects it. It therefore breaks one requirement as directly, and as little else,
//! as it can. Where its answers break further ones all the same, by their own sentences, it lists them: a run blames
//! these MUSTs and no others, and no SHOULD that is not listed. The requirement ids are those of the contracts; each contract declares its faults
//! in a table of its own.

use std::fmt;

/// One named misbehaviour of the reference deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    name: &'static str,
    requirement: &'static str,
    also: &'static [&'static str],
    sentence: &'static str,
    leaves_no_answer: bool,
    hinders_undoing: bool,
}

/// Declares faults from lines of the form `NAME "name" "REQUIREMENT"`, with `+ "REQUIREMENT"` for each further one, and
/// `without_answer` or `hindering_undo` at the end where it applies; the doc comment of a line is its sentence. Gives `Fault::NAME`, and `FAULTS` with all.
macro_rules! faults {
    ($($(#[doc = $sentence:literal])+ $constant:ident $name:literal $requirement:literal $(+ $also:literal)* $($property:ident)?)+) => {
        impl Fault {
            $(
                $(#[doc = $sentence])+
                pub const $constant: Fault =
                    Fault::new($name, $requirement, &[$($also),*], concat!($($sentence),+))$(.$property())?;
            )+
        }

        /// The faults of the contract, in the order of its requirements.
        pub(crate) const FAULTS: &[Fault] = &[$(Fault::$constant),+];
    };
}
pub(crate) use faults;

impl Fault {
    /// A fault that leaves an answer to judge, and lets clients undo what they did.
    pub(crate) const fn new(
        name: &'static str,
        requirement: &'static str,
        also: &'static [&'static str],
        sentence: &'static str,
    ) -> Self {
        Self {
            name,
            requirement,
            also,
            sentence: sentence.trim_ascii_start(),
            leaves_no_answer: false,
            hinders_undoing: false,
        }
    }

    /// The same fault, without an answer to judge.
    pub(crate) const fn without_answer(mut self) -> Self {
        self.leaves_no_answer = true;
        self
    }

    /// The same fault, and clients cannot undo what they did.
    pub(crate) const fn hindering_undo(mut self) -> Self {
        self.hinders_undoing = true;
        self
    }

    /// The name on the command line and in reports, in kebab case.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The id of the requirement that the fault violates most directly, e.g. `PRESENCE-15`.
    pub const fn requirement(self) -> &'static str {
        self.requirement
    }

    /// The further requirements that its answers violate, each by its own sentence.
    pub const fn also(self) -> &'static [&'static str] {
        self.also
    }

    /// What the deployment does while the fault is on, in one sentence.
    pub const fn sentence(self) -> &'static str {
        self.sentence
    }

    /// Is there no answer to judge where the fault shows? Such a fault leaves its requirement without evidence, which
    /// is what a run must report.
    pub const fn leaves_no_answer(self) -> bool {
        self.leaves_no_answer
    }

    /// Does the fault keep a client from undoing what it did? Then a client that leaves something behind is not to
    /// blame.
    pub const fn hinders_undoing(self) -> bool {
        self.hinders_undoing
    }
}

/// Says that no fault has the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault `{name}`")]
pub struct UnknownFault {
    /// The name as given.
    pub name: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}
