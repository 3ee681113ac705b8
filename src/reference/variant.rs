//! The legal variations of the reference deployment: a closed list of differences the contracts allow.
//!
//! A variant exists to show that the suite does not complain about it: with any of them on, no MUST is
//! violated. Where a variant leaves a recommendation, its sentence says which.

use std::fmt;
use std::str::FromStr;

/// Declares the enum and its table from lines of the form `Variant "name"`; the doc comment is the sentence.
macro_rules! variants {
    ($($(#[doc = $sentence:literal])+ $variant:ident $name:literal)+) => {
        /// One legal variation of the reference deployment.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Variant {
            $($(#[doc = $sentence])+ $variant,)+
        }

        impl Variant {
            /// Every variant: first those of all contracts, then contract by contract.
            pub const ALL: &'static [Variant] = &[$(Variant::$variant),+];

            /// The name on the command line and in reports, in kebab case.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Variant::$variant => $name,)+
                }
            }

            /// The recommendations that the variant leaves, by id. It leaves no requirement.
            pub const fn leaves(self) -> &'static [&'static str] {
                match self {
                    Variant::Seats201 => &["SEATS-30"],
                    Variant::WithheldMissing => &["PRESENCE-54"],
                    Variant::LoneRecord => &["PRESENCE-39"],
                    Variant::SampleUser => &["LICENSE-13", "LICENSE-18", "LICENSE-33"],
                    _ => &[],
                }
            }

            /// What the deployment does differently while the variant is on, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Variant::$variant => concat!($($sentence),+).trim_start(),)+
                }
            }
        }
    };
}

variants! {
    /// The members of every JSON object come in reverse order.
    MemberOrder "member-order"
    /// Every JSON object of a success has a member that no contract mentions.
    ExtraMembers "extra-members"
    /// Every answer has headers that no contract mentions.
    ExtraHeaders "extra-headers"
    /// JSON comes with line breaks and indentation.
    Whitespace "whitespace"
    /// Bodies are sent in chunks, without Content-Length.
    Chunked "chunked"
    /// Every answer comes 30 milliseconds late.
    Slow "slow"
    /// Every answer closes its connection.
    ConnectionClose "connection-close"
    /// Every fifth call is told to come again, where a service may throttle: presence by 503, Graph by 429.
    Throttled "throttled"
    /// Header names are written in title case.
    TitleCaseHeaders "title-case-headers"
    /// The media type of JSON has a charset parameter.
    CharsetParameter "charset-parameter"
    /// Enumerated values of seats and presence begin with a capital.
    CapitalisedEnums "capitalised-enums"

    /// A bulk success of the seats is 201; 200 is recommended (SEATS-30).
    Seats201 "seats-201"
    /// Seat dates have an offset instead of Z.
    SeatDatesWithOffset "seat-dates-with-offset"

    /// Title ids are JSON numbers.
    NumericTitleIds "numeric-title-ids"
    /// Presence times end with Z and have three fractional digits.
    ZonedDates "zoned-dates"
    /// Titles have no time.
    TitlesWithoutTime "titles-without-time"
    /// Records come in reverse order.
    ReversedRecords "reversed-records"
    /// Users who withhold their presence, or have none stored, get no record; one is recommended (PRESENCE-54).
    WithheldMissing "withheld-missing"
    /// An answer about one user is the record itself; an array is recommended (PRESENCE-39).
    LoneRecord "lone-record"
    /// Users whom a filter does not match get a record without devices.
    EmptiedRecords "emptied-records"
    /// Users without a device have an empty devices array.
    EmptyDevices "empty-devices"
    /// Presence errors have the other of the two documented bodies.
    XboxErrorOtherKind "xbox-error-other-kind"
    /// Presence errors have no body.
    XboxErrorEmpty "xbox-error-empty"
    /// A presence call without Authorization is refused with 403.
    Anonymous403 "403-for-anonymous"

    /// The reprocessed user has null wherever the metadata allows it.
    NullableMembersNull "nullable-members-null"
    /// The reprocessed user is the page's own sample, placeholders and all (LICENSE-13, -18 and -33 recommend more).
    SampleUser "sample-user"
    /// The dates of plans and licenses have seven fractional digits.
    FractionalDates "fractional-dates"
    /// The GUIDs of licenses and plans are written in upper case.
    UpperCaseGuids "upper-case-guids"
    /// Graph errors spell innerError in lower case.
    LowerCaseInnerError "lower-case-inner-error"
    /// Graph errors have no innerError.
    NoInnerError "no-inner-error"

    /// The user members of an unassigned device are absent.
    AbsentAfterUnassign "absent-after-unassign"
    /// The user members of an unassigned device are null.
    NullAfterUnassign "null-after-unassign"
    /// A device identity stands inside a member `value`, as in the page's sample.
    WrappedIdentity "wrapped-identity"
    /// The read of a device shows its user as it was at the read before, and at first none.
    LateEffect "late-effect"
    /// The unassignment of a device without a user is a Graph error.
    UnassignTwiceIs400 "unassign-twice-is-400"
}

/// Says that no variant has the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown variant `{name}`")]
pub struct UnknownVariant {
    /// The name as given.
    pub name: String,
}

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|variant| variant.name() == name)
            .ok_or_else(|| UnknownVariant {
                name: name.to_owned(),
            })
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_unique_and_parses_back() {
        let names: BTreeSet<_> = Variant::ALL.iter().map(|variant| variant.name()).collect();
        assert_eq!(names.len(), Variant::ALL.len());
        for variant in Variant::ALL {
            assert_eq!(variant.name().parse(), Ok(*variant));
            assert!(variant.sentence().ends_with('.'), "{variant}");
        }
    }
}
