//! The legal variations of the reference deployment: differences that the contracts allow.
//!
//! A variant shows that the suite does not complain about it: with any of them on, no MUST is violated. Where a
//! variant does not follow a recommendation, its sentence says which. Each contract declares its variants in a table
//! of its own; those of every contract are here.

use std::fmt;

/// One legal variation of the reference deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variant {
    name: &'static str,
    sentence: &'static str,
    leaves: &'static [&'static str],
}

/// Declares variants from lines of the form `NAME "name"`, with `leaves` and the recommendations that the variant
/// does not follow; the doc comment of a line is its sentence. Gives `Variant::NAME`, and `VARIANTS` with all.
macro_rules! variants {
    ($($(#[doc = $sentence:literal])+ $constant:ident $name:literal $(leaves $($left:literal),+)?)+) => {
        impl Variant {
            $(
                $(#[doc = $sentence])+
                pub const $constant: Variant =
                    Variant::new($name, concat!($($sentence),+), &[$($($left),+)?]);
            )+
        }

        /// The variants of this table, in its order.
        pub(crate) const VARIANTS: &[Variant] = &[$(Variant::$constant),+];
    };
}
pub(crate) use variants;

variants! {
    /// The members of every JSON object come in reverse order.
    MEMBER_ORDER "member-order"
    /// Every JSON object of a success has a member that no contract mentions.
    EXTRA_MEMBERS "extra-members"
    /// Every answer has headers that no contract mentions.
    EXTRA_HEADERS "extra-headers"
    /// JSON comes with line breaks and indentation.
    WHITESPACE "whitespace"
    /// Bodies are sent in chunks, without Content-Length.
    CHUNKED "chunked"
    /// Every answer comes 30 milliseconds late.
    SLOW "slow"
    /// Every answer closes its connection.
    CONNECTION_CLOSE "connection-close"
    /// Every fifth call that a service may throttle is refused, to be sent again: presence by 503, Graph by 429.
    THROTTLED "throttled"
    /// Header names are written in title case.
    TITLE_CASE_HEADERS "title-case-headers"
    /// The media type of JSON has a charset parameter.
    CHARSET_PARAMETER "charset-parameter"
    /// Enumerated values of seats and presence begin with a capital.
    CAPITALISED_ENUMS "capitalised-enums"
}

impl Variant {
    /// A variant that does not follow these recommendations.
    pub(crate) const fn new(
        name: &'static str,
        sentence: &'static str,
        leaves: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            sentence: sentence.trim_ascii_start(),
            leaves,
        }
    }

    /// The name on the command line and in reports, in kebab case.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What the deployment does differently while the variant is on, in one sentence.
    pub const fn sentence(self) -> &'static str {
        self.sentence
    }

    /// The recommendations that the variant does not follow, by id. It violates no requirement.
    pub const fn leaves(self) -> &'static [&'static str] {
        self.leaves
    }
}

/// Says that no variant has the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown variant `{name}`")]
pub struct UnknownVariant {
    /// The name as given.
    pub name: String,
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}
