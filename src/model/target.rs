//! A target: one deployment, how to reach it, as whom, and what it offers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::network::Network;
use super::secret::Secret;

/// A deployment under test.
#[derive(Clone, Debug)]
pub struct Target {
    /// How it is named in reports.
    pub name: String,
    /// What was typed to choose it, so that a report can say how to run again. Loading leaves it
    /// empty: only who asked for the target knows.
    pub given: Option<String>,
    /// Base URLs by service name, without a trailing slash.
    pub services: BTreeMap<String, String>,
    /// How all services are reached that have no network of their own.
    pub network: Network,
    /// How the others are reached, by service name.
    pub networks: BTreeMap<String, Network>,
    /// Who requests can be made as, by full name.
    pub identities: BTreeMap<String, Identity>,
    /// Fixture values by full name.
    pub fixtures: BTreeMap<String, Value>,
    /// Capabilities it has, by full name.
    pub capabilities: BTreeSet<String>,
    /// May cases change it?
    pub permits_write: bool,
    /// How gently it must be treated.
    pub limits: Limits,
    /// Requirements that do not apply to it, with the reason.
    pub not_applicable: BTreeMap<String, String>,
    /// Every text that no output may show: all that came from the environment.
    pub secrets: Vec<Secret>,
}

impl Target {
    /// Verifies no certificate from now on.
    pub fn trust_anybody(&mut self) {
        for network in self.networks.values_mut().chain([&mut self.network]) {
            network.insecure = true;
        }
    }
}

/// The headers that make a request somebody's.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Field name and value, in order.
    pub headers: Vec<(String, Secret)>,
}

/// Bounds on what a run does to the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at one time.
    pub concurrency: usize,
    /// Requests started in one second; `None` is no limit.
    pub per_second: Option<u32>,
    /// For one connection to stand.
    pub connect_timeout: Duration,
    /// For one exchange, from the first octet sent to the last received.
    pub timeout: Duration,
    /// The largest response body that is read, in octets.
    pub body: usize,
    /// How long one step may wait, in all, because answers of 429 and 503 asked for it by `Retry-After`.
    pub throttle_wait: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            concurrency: 32,
            per_second: None,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            body: 16 << 20,
            throttle_wait: Duration::from_secs(30),
        }
    }
}
