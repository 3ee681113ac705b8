//! A target: one deployment, how to reach it, as whom, and what it offers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::model::network::Network;
use crate::redact::Secret;

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
    /// The services whose host is not this machine.
    pub remote: BTreeSet<String>,
    /// Who requests can be made as, by full name.
    pub identities: BTreeMap<String, Identity>,
    /// Fixture values by full name.
    pub fixtures: BTreeMap<String, Value>,
    /// Capabilities it has, by full name.
    pub capabilities: BTreeSet<String>,
    /// May cases change it?
    pub permits_write: bool,
    /// Fixtures that cases may change, by full name. Counts only for a target that is not this machine.
    pub disposable: BTreeSet<String>,
    /// How gently it must be treated.
    pub limits: Limits,
    /// Requirements that do not apply to it, with the reason.
    pub not_applicable: BTreeMap<String, String>,
    /// The header that names the run in every request, if the target wants one.
    pub run_id_header: Option<String>,
    /// Every environment variable that the file names, and what it is for.
    pub variables: BTreeMap<String, BTreeSet<VariableUse>>,
    /// Every text that no output may show, as far as it is known before the run: all that came from the
    /// environment, and every credential.
    pub secrets: Vec<Secret>,
}

impl Target {
    /// How a service is reached.
    pub fn network_of(&self, service: &str) -> &Network {
        self.networks.get(service).unwrap_or(&self.network)
    }

    /// Is there a service whose certificates are not verified?
    pub fn is_insecure(&self) -> bool {
        let mut networks = self.networks.values().chain([&self.network]);
        networks.any(|network| network.insecure)
    }

    /// Verifies no certificate from now on.
    pub fn trust_anybody(&mut self) {
        for network in self.networks.values_mut().chain([&mut self.network]) {
            network.insecure = true;
        }
    }
}

/// What an environment variable is a part of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VariableUse {
    /// The URL of this service.
    Service(String),
    /// The way to all services, or to this one.
    Network(Option<String>),
    /// This identity.
    Identity(String),
    /// The value of this fixture.
    Fixture(String),
}

/// What makes a request somebody's.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Field name and value, in order.
    pub headers: Vec<(String, Secret)>,
    /// Where the bearer token comes from that stands in `Authorization` beside them, if it is fetched
    /// while the run goes on.
    pub oauth2: Option<OAuth2>,
}

/// How to get an access token from a token endpoint (RFC 6749 sections 4.4 and 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth2 {
    /// The token endpoint.
    pub token_url: String,
    /// The client.
    pub client_id: String,
    /// What the client proves itself with; a public client has none.
    pub client_secret: Option<Secret>,
    /// The grant is that of the refresh token, if there is one, and that of the client itself otherwise.
    pub refresh_token: Option<Secret>,
    /// More parameters of the request, in order: `scope`, `audience`, `resource`.
    pub parameters: Vec<(String, String)>,
    /// How the client shows its secret.
    pub client_auth: ClientAuth,
}

/// How a client shows its secret to a token endpoint (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// In `Authorization`.
    Basic,
    /// In the body.
    Post,
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
    /// How long the run may stand still, in all, because such answers asked for it.
    pub throttle_total: Duration,
    /// How much longer than a case says its `eventually` may take.
    pub eventually: Stretch,
    /// What is different for single services.
    pub services: BTreeMap<String, ServiceLimits>,
}

/// Bounds for the requests to one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceLimits {
    /// Requests under way at one time; `None` is no limit but that of the target.
    pub concurrency: Option<usize>,
    /// Requests started in one second, instead of what the target says.
    pub per_second: Option<u32>,
}

/// What a target makes of the windows of `eventually`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stretch {
    /// As the case says.
    #[default]
    None,
    /// So many times as long.
    Times(u32),
    /// This long, where the case says less.
    AtLeast(Duration),
}

impl Stretch {
    /// The window on this target for one that a case wrote.
    pub fn of(self, window: Duration) -> Duration {
        match self {
            Stretch::None => window,
            Stretch::Times(times) => window.saturating_mul(times),
            Stretch::AtLeast(least) => window.max(least),
        }
    }
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
            throttle_total: Duration::from_mins(10),
            eventually: Stretch::None,
            services: BTreeMap::new(),
        }
    }
}
