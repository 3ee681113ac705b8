//! The named misbehaviours of the reference deployment: a closed list, each with the requirement it violates.
//!
//! A fault exists to show that the suite notices it. It therefore breaks one requirement as directly, and as
//! little else, as it can. The requirement ids are those of the four contracts.

use std::fmt;
use std::str::FromStr;

/// Declares the enum and its table from lines of the form `Variant "name" "REQUIREMENT"`; the doc comment
/// of a line is its sentence.
macro_rules! faults {
    ($($(#[doc = $sentence:literal])+ $variant:ident $name:literal $requirement:literal)+) => {
        /// One named misbehaviour of the reference deployment.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[doc = $sentence])+ $variant,)+
        }

        impl Fault {
            /// Every fault, in the order of the contracts.
            pub const ALL: &'static [Fault] = &[$(Fault::$variant),+];

            /// The name on the command line and in reports, in kebab case.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Fault::$variant => $name,)+
                }
            }

            /// The id of the requirement that the fault violates most directly, e.g. `PRESENCE-15`.
            pub const fn requirement(self) -> &'static str {
                match self {
                    $(Fault::$variant => $requirement,)+
                }
            }

            /// What the deployment does while the fault is on, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Fault::$variant => concat!($($sentence),+).trim_start(),)+
                }
            }
        }
    };
}
use faults;

mod table;

pub use table::Fault;

impl Fault {
    /// Is there no answer to judge where the fault shows? Such a fault leaves its requirement without
    /// evidence, which is what a run must say of it.
    pub const fn leaves_no_answer(self) -> bool {
        matches!(
            self,
            Fault::PresenceNoAnswer | Fault::PresenceCut | Fault::LevelAllHangs
        )
    }
}

impl Fault {
    /// Does the fault keep a client from undoing what it did? Then nothing can be held against one that
    /// leaves something behind.
    pub const fn hinders_undoing(self) -> bool {
        matches!(
            self,
            Fault::StaleState
                | Fault::ReclaimRefused
                | Fault::OnlyFirstName
                | Fault::ReclaimOnlyFirstName
                | Fault::SeatKept
                | Fault::DirectLicenseLost
                | Fault::DirectPlansEnabled
                | Fault::GroupTagLost
                | Fault::DisplayNameLost
        )
    }
}

/// Says that no fault has the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault `{name}`")]
pub struct UnknownFault {
    /// The name as given.
    pub name: String,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|fault| fault.name() == name)
            .ok_or_else(|| UnknownFault {
                name: name.to_owned(),
            })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_unique_kebab_case_and_parses_back() {
        let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            assert!(
                fault
                    .name()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{fault}"
            );
            assert_eq!(fault.name().parse(), Ok(*fault));
        }
    }

    #[test]
    fn every_fault_names_a_requirement_of_a_contract_and_has_a_sentence() {
        for fault in Fault::ALL {
            let (contract, number) = fault.requirement().split_once('-').expect("two parts");
            assert!(["SEATS", "PRESENCE", "LICENSE", "AUTOPILOT"].contains(&contract));
            assert!(number.len() == 2 && number.parse::<u8>().is_ok(), "{fault}");
            assert!(fault.sentence().ends_with('.'), "{fault}");
            assert!(!fault.sentence().starts_with(' '), "{fault}");
        }
    }

    #[test]
    fn an_unknown_name_is_an_error_that_repeats_it() {
        let error = "no-such-fault".parse::<Fault>().unwrap_err();
        assert_eq!(error.to_string(), "unknown fault `no-such-fault`");
    }
}
