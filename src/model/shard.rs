//! A shard: one of several parts of a run, each run by a process of its own.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest number of shards of a run.
pub const MOST_SHARDS: u32 = 10_000;

/// One of several shards, written `3/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    number: u32,
    of: u32,
}

/// Why a text is no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It is not two numbers.
    #[error("expected K/N, as in `3/8`, found `{0}`")]
    Form(String),
    /// There are no shards, or too many.
    #[error("the number of shards must be from 1 to {MOST_SHARDS}, found {0}")]
    Total(String),
    /// It is not among the shards.
    #[error("shards are counted from 1: expected a number from 1 to {of}, found {number}")]
    Number {
        /// The number of the shard.
        number: String,
        /// The number of shards.
        of: u32,
    },
}

impl Shard {
    /// Shard `number` of `of`, counted from 1.
    ///
    /// # Errors
    ///
    /// When there is no such shard.
    pub fn new(number: u32, of: u32) -> Result<Shard, ShardError> {
        if !(1..=MOST_SHARDS).contains(&of) {
            return Err(ShardError::Total(of.to_string()));
        }
        if !(1..=of).contains(&number) {
            let number = number.to_string();
            return Err(ShardError::Number { number, of });
        }
        Ok(Shard { number, of })
    }

    /// Which one, counted from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Every shard of so many, in order.
    pub fn all(of: u32) -> impl Iterator<Item = Shard> {
        (1..=of).map(move |number| Shard { number, of })
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Shard, ShardError> {
        let form = || ShardError::Form(text.to_owned());
        let (number, of) = text.split_once('/').ok_or_else(form)?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(number) || !is_number(of) {
            return Err(form());
        }
        let of = of.parse().map_err(|_| ShardError::Total(of.to_owned()))?;
        match number.parse() {
            Ok(number) => Shard::new(number, of),
            Err(_) => Err(ShardError::Number {
                number: number.to_owned(),
                of,
            }),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shard, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Shard {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Shard".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[1-9][0-9]*/[1-9][0-9]*$" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Shard>().unwrap_err().to_string()
    }

    #[test]
    fn a_shard_is_counted_from_one() {
        let shard: Shard = "3/8".parse().unwrap();
        assert_eq!((shard.number(), shard.of()), (3, 8));
        assert_eq!(shard.to_string(), "3/8");
        assert_eq!("1/1".parse::<Shard>().unwrap().to_string(), "1/1");
        let all: Vec<String> = Shard::all(3).map(|shard| shard.to_string()).collect();
        assert_eq!(all, ["1/3", "2/3", "3/3"]);
    }

    #[test]
    fn what_is_no_shard_is_refused_with_the_reason() {
        for text in [
            "", "3", "3/", "/8", "a/8", "3/b", "-1/8", "+1/8", "1/8/9", " 1/8", "1.0/8",
        ] {
            assert_eq!(
                error(text),
                format!("expected K/N, as in `3/8`, found `{text}`")
            );
        }
        let counted = "shards are counted from 1: expected a number from 1 to 8, found";
        assert_eq!(error("0/8"), format!("{counted} 0"));
        assert_eq!(error("9/8"), format!("{counted} 9"));
        assert_eq!(error("99999999999/8"), format!("{counted} 99999999999"));
        let total = "the number of shards must be from 1 to 10000, found";
        assert_eq!(error("0/0"), format!("{total} 0"));
        assert_eq!(error("1/10001"), format!("{total} 10001"));
        assert_eq!(error("1/99999999999"), format!("{total} 99999999999"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_shard_that_is_written_as_it_was_read_or_refused(text in "[0-9/+ -]{0,12}|\\PC*") {
            if let Ok(shard) = text.parse::<Shard>() {
                let again = shard.to_string().parse();
                prop_assert_eq!(again, Ok(shard));
                prop_assert!((1..=shard.of()).contains(&shard.number()) && shard.of() <= MOST_SHARDS);
            }
        }
    }

    #[test]
    fn in_json_it_is_a_text() {
        let shard: Shard = "3/8".parse().unwrap();
        let json = serde_json::to_string(&shard).unwrap();
        assert_eq!(json, "\"3/8\"");
        assert_eq!(serde_json::from_str::<Shard>(&json).unwrap(), shard);
        assert!(serde_json::from_str::<Shard>("\"9/8\"").is_err());
    }
}
