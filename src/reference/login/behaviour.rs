//! What the token endpoint can do differently: no contract speaks of it.

use std::fmt;
use std::str::FromStr;

/// Declares the enum and its table from lines of the form `Variant "name"`; the doc comment is the sentence.
macro_rules! logins {
    ($($(#[doc = $sentence:literal])+ $variant:ident $name:literal)+) => {
        /// Something that the token endpoint does differently. No contract speaks of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Login {
            $($(#[doc = $sentence])+ $variant,)+
        }

        impl Login {
            /// All of them.
            pub const ALL: &'static [Login] = &[$(Login::$variant),+];

            /// The name on the command line, in kebab case.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Login::$variant => $name,)+
                }
            }

            /// What the token endpoint does, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Login::$variant => concat!($($sentence),+).trim_start(),)+
                }
            }
        }
    };
}

logins! {
    /// Every call is answered with 500 and a page.
    Down "token-endpoint-down"
    /// The first call is answered with 503 and asks to come back after a second.
    BusyAtFirst "token-endpoint-busy"
    /// Tokens live for one second.
    ShortLived "short-lived-tokens"
    /// No answer says when its token expires.
    WithoutExpiry "tokens-without-expiry"
    /// The type of every token is `mac`.
    WrongType "wrong-token-type"
    /// Every answer is cut in its middle.
    CutJson "cut-token-answer"
    /// Every client is refused, with all that it sent in the description of the error.
    Echo "credentials-in-error"
    /// Every refresh token is good for one call, and the answer has the next one.
    Rotating "rotating-refresh-tokens"
}

/// Says that nothing of the token endpoint has the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown behaviour of the token endpoint `{name}`")]
pub struct UnknownLogin {
    /// The name as given.
    pub name: String,
}

impl FromStr for Login {
    type Err = UnknownLogin;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|login| login.name() == name)
            .ok_or_else(|| UnknownLogin {
                name: name.to_owned(),
            })
    }
}

impl fmt::Display for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
