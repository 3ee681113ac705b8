//! What the report of a shard says about the run that it is a part of, so that shards can be merged.

use serde::{Deserialize, Serialize};

use crate::model::recording::TargetFacts;
use crate::model::shard::Shard;

/// The run of which this is one shard. Its cases are those of the shard; what they say together with those of the other
/// shards is decided by `probity merge`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ShardReport {
    /// Which shard, counted from 1: `3/8`.
    pub shard: Shard,
    /// The id that all shards of the run share (`--run-id`).
    pub run: String,
    /// Digest of the complete plan: version, suite, and which cases are run and which skipped.
    pub plan: String,
    /// Digest of which case belongs to which shard.
    pub split: String,
    /// How many cases the complete plan has.
    pub planned: usize,
    /// How many of them belong to this shard.
    pub own: usize,
    /// The options of the run.
    pub options: ShardOptions,
    /// What the target offers, without its secrets.
    pub target: Box<TargetFacts>,
    /// Digest of how the target is reached, without secrets: limits, network, sources of credentials.
    pub settings: String,
    /// Why services are lost; left out when none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

/// The options of a sharded run, as far as they have an effect on its outcome. The selection is beside them in the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ShardOptions {
    /// `--suite`; `null` is the embedded one.
    pub suite: Option<String>,
    /// `--strict`.
    pub strict: bool,
    /// `--retries`.
    pub retries: u8,
    /// `--seed`, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// `--clock`, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// `--durations`, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub durations: Option<String>,
    /// `--waivers`, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waivers: Option<String>,
    /// `--insecure`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
    /// `--allow-missing-env`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_missing_env: bool,
}

/// A shard without a complete report, in a merged one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct IncompleteShard {
    /// Which shard, counted from 1: `3/8`.
    pub shard: Shard,
    /// Why: it is missing, was interrupted, or was killed.
    pub reason: String,
    /// How many of its cases were not run.
    pub cases: usize,
}

impl IncompleteShard {
    /// A shard without a complete report.
    pub fn new(shard: Shard, reason: impl Into<String>, cases: usize) -> IncompleteShard {
        let reason = reason.into();
        IncompleteShard {
            shard,
            reason,
            cases,
        }
    }

    /// One line: `shard 3/8 is missing: 12 cases were not run`.
    pub fn in_words(&self) -> String {
        let cases = match self.cases {
            0 => "no case is known to be missing".to_owned(),
            1 => "1 case was not run".to_owned(),
            number => format!("{number} cases were not run"),
        };
        format!("shard {} {}: {cases}", self.shard, self.reason)
    }
}
