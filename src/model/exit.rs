//! Exit codes. Other programs rely on them: changing one is a breaking change.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a command ends. In JSON it is the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum ExitCode {
    /// Every MUST requirement is upheld or declared not applicable, or violated only where a waiver lets it.
    #[default]
    Conforms = 0,
    /// The contract is violated (with `--strict`: or a SHOULD requirement is).
    Violated = 1,
    /// Usage, or an invalid input file: found before the first request.
    Invalid = 2,
    /// A waiver is stale, expired or matches nothing.
    StaleWaiver = 3,
    /// Nothing failed, but a MUST requirement is unproven, or nothing was selected.
    Incomplete = 4,
    /// The target could not be judged.
    Error = 5,
    /// A defect of Probity, or a report that could not be written.
    Defect = 70,
    /// Interrupted; what was done is reported.
    Interrupted = 130,
}

impl ExitCode {
    /// From strongest to weakest: when several hold, the first of these is the exit code.
    pub const BY_STRENGTH: [ExitCode; 8] = [
        ExitCode::Invalid,
        ExitCode::Defect,
        ExitCode::Interrupted,
        ExitCode::Violated,
        ExitCode::Error,
        ExitCode::StaleWaiver,
        ExitCode::Incomplete,
        ExitCode::Conforms,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The exit code with that number.
    pub fn of(code: u8) -> Option<ExitCode> {
        let mut codes = ExitCode::BY_STRENGTH.into_iter();
        codes.find(|one| one.code() == code)
    }

    /// The strongest of several; `Conforms` when there is none.
    pub fn strongest(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
        let strongest = codes.into_iter().min_by_key(|code| code.rank());
        strongest.unwrap_or(ExitCode::Conforms)
    }

    /// Its place in [`ExitCode::BY_STRENGTH`].
    fn rank(self) -> usize {
        let mut codes = ExitCode::BY_STRENGTH.iter();
        codes.position(|code| *code == self).unwrap_or(usize::MAX)
    }
}

/// One reason for an exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The exit code that it would give alone.
    pub exit: ExitCode,
    /// The reason in words.
    pub text: String,
}

impl Reason {
    /// A reason for an exit code.
    pub fn new(exit: ExitCode, text: impl Into<String>) -> Reason {
        let text = text.into();
        Reason { exit, text }
    }

    /// The exit code of several reasons, and their words, strongest first.
    pub fn decide(mut reasons: Vec<Reason>) -> (ExitCode, Vec<String>) {
        let exit = ExitCode::strongest(reasons.iter().map(|reason| reason.exit));
        reasons.sort_by_key(|reason| reason.exit.rank());
        let texts = reasons.into_iter().map(|reason| reason.text);
        (exit, texts.collect())
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code().fmt(f)
    }
}

impl Serialize for ExitCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.code())
    }
}

impl<'de> Deserialize<'de> for ExitCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ExitCode, D::Error> {
        let code = u8::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format!("no command ends with exit code {code}"));
        ExitCode::of(code).ok_or_else(unknown)
    }
}

impl JsonSchema for ExitCode {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        u8::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        u8::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_stronger_than_an_error_and_an_error_than_a_gap() {
        let codes = [ExitCode::Incomplete, ExitCode::Error, ExitCode::Violated];
        assert_eq!(ExitCode::strongest(codes), ExitCode::Violated);
        assert_eq!(ExitCode::strongest(codes[..2].to_vec()), ExitCode::Error);
        assert_eq!(ExitCode::strongest([]), ExitCode::Conforms);
    }

    #[test]
    fn the_strongest_reason_comes_first_and_others_keep_their_order() {
        let reasons = [
            ExitCode::Incomplete,
            ExitCode::Violated,
            ExitCode::Incomplete,
        ];
        let reasons = reasons.into_iter().zip(["a", "b", "c"]);
        let reasons = reasons
            .map(|(exit, text)| Reason::new(exit, text))
            .collect();
        let (exit, texts) = Reason::decide(reasons);
        assert_eq!(exit, ExitCode::Violated);
        assert_eq!(texts, ["b", "a", "c"]);
    }

    #[test]
    fn in_json_it_is_a_number() {
        for exit in ExitCode::BY_STRENGTH {
            let json = serde_json::to_string(&exit).unwrap();
            assert_eq!(json, exit.code().to_string());
            assert_eq!(serde_json::from_str::<ExitCode>(&json).unwrap(), exit);
        }
        assert!(serde_json::from_str::<ExitCode>("7").is_err());
    }
}
