//! A target: one deployment, its connection settings, credentials, fixtures and capabilities.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::model::login::{Login, LoginGives};
use crate::model::network::Network;
use crate::redact::Secret;

/// A deployment under test.
#[derive(Clone, Debug)]
pub struct Target {
    /// The name in reports.
    pub name: String,
    /// The command-line argument that chose it, for the advice how to rerun. The loader does not set it.
    pub given: Option<String>,
    /// Base URLs by service name, without a trailing slash.
    pub services: BTreeMap<String, String>,
    /// The connection settings of services without their own.
    pub network: Network,
    /// The connection settings of the others, by service name.
    pub networks: BTreeMap<String, Network>,
    /// The services whose host is not this machine.
    pub remote: BTreeSet<String>,
    /// Identities by full name.
    pub identities: BTreeMap<String, Identity>,
    /// The identities that are left out because an environment variable is not set, each with those variables.
    pub unset: BTreeMap<String, BTreeSet<String>>,
    /// Fixture values by full name.
    pub fixtures: BTreeMap<String, Value>,
    /// Its capabilities, by full name.
    pub capabilities: BTreeSet<String>,
    /// May cases change it?
    pub permits_write: bool,
    /// Fixtures that cases may change, by full name. Only used for services on other machines.
    pub disposable: BTreeSet<String>,
    /// Limits on what a run does to it.
    pub limits: Limits,
    /// Requirements that do not apply to it, with the reason.
    pub not_applicable: BTreeMap<String, String>,
    /// Capabilities that it cannot have, by full name, with the reason. What only they would show is not checked.
    pub cannot: BTreeMap<String, String>,
    /// The header for the run id in every request, if any.
    pub run_id_header: Option<String>,
    /// Every environment variable in the file, and what it is for.
    pub variables: BTreeMap<String, BTreeSet<VariableUse>>,
    /// Every text that no output may contain, as far as known before the run: all values of environment variables, and
    /// every credential.
    pub secrets: Vec<Secret>,
}

impl Target {
    /// The connection settings of a service.
    pub fn network_of(&self, service: &str) -> &Network {
        self.networks.get(service).unwrap_or(&self.network)
    }

    /// Is there a service whose certificates are not verified?
    pub fn is_insecure(&self) -> bool {
        let mut networks = self.networks.values().chain([&self.network]);
        networks.any(|network| network.insecure)
    }

    /// Disables the verification of certificates.
    pub fn disable_certificate_verification(&mut self) {
        for network in self.networks.values_mut().chain([&mut self.network]) {
            network.insecure = true;
        }
    }
}

/// What an environment variable is used for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VariableUse {
    /// The URL of this service.
    Service(String),
    /// The connection settings of all services, or of this one.
    Network(Option<String>),
    /// This identity.
    Identity(String),
    /// The value of this fixture.
    Fixture(String),
}

/// The credentials of requests.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Field name and value, in order.
    pub headers: Vec<(String, Secret)>,
    /// The source of a bearer token that is fetched during the run and added as `Authorization`.
    pub oauth2: Option<OAuth2>,
    /// The request whose answer gives a cookie or a token.
    pub login: Option<Box<Login>>,
}

impl Identity {
    /// The name of the header field whose value is fetched during the run, if one is.
    pub fn fetched_field(&self) -> Option<&'static str> {
        match (&self.oauth2, &self.login) {
            (None, None) => None,
            (None, Some(login)) if matches!(login.gives, LoginGives::Cookie(_)) => Some("Cookie"),
            _ => Some("Authorization"),
        }
    }
}

/// How to get an access token from a token endpoint (RFC 6749 sections 4.4 and 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth2 {
    /// The token endpoint.
    pub token_url: String,
    /// The client id.
    pub client_id: String,
    /// The client secret; a public client has none.
    pub client_secret: Option<Secret>,
    /// The refresh token. Without it, the grant is `client_credentials`.
    pub refresh_token: Option<Secret>,
    /// More parameters of the request, in order: `scope`, `audience`, `resource`.
    pub parameters: Vec<(String, String)>,
    /// How the client sends its secret.
    pub client_auth: ClientAuth,
}

/// How a client sends its secret to a token endpoint (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// In `Authorization`.
    Basic,
    /// In the body.
    Post,
}

/// Limits on what a run does to the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in flight at one time.
    pub concurrency: usize,
    /// Does the target file say so? A default is no limit of the target.
    pub states_concurrency: bool,
    /// Requests started per second; `None` is no limit.
    pub per_second: Option<u32>,
    /// How many processes share the limits per second.
    pub sharing: u32,
    /// The time limit for connecting.
    pub connect_timeout: Duration,
    /// The time limit for one exchange, from the first byte sent to the last byte received.
    pub timeout: Duration,
    /// The maximum size of a response body, in bytes.
    pub body: usize,
    /// The maximum total time that one step waits because of `Retry-After`.
    pub throttle_wait: Duration,
    /// The maximum total time that the run waits because of `Retry-After`.
    pub throttle_total: Duration,
    /// How the windows of `eventually` are extended.
    pub eventually: Stretch,
    /// Limits of single services.
    pub services: BTreeMap<String, ServiceLimits>,
}

/// Limits on the requests to one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceLimits {
    /// Requests in flight at one time; `None` is the limit of the target.
    pub concurrency: Option<usize>,
    /// Requests started in one second, instead of what the target says.
    pub per_second: Option<u32>,
}

/// How a target extends the windows of `eventually`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stretch {
    /// Not at all.
    #[default]
    None,
    /// By a factor.
    Times(u32),
    /// To a minimum.
    AtLeast(Duration),
}

impl Stretch {
    /// The window on this target.
    pub fn of(self, window: Duration) -> Duration {
        match self {
            Stretch::None => window,
            Stretch::Times(times) => window.saturating_mul(times),
            Stretch::AtLeast(least) => window.max(least),
        }
    }
}

impl Limits {
    /// The part of the limits for each of so many processes. Each of them still has at least one request in flight.
    pub fn share(&mut self, processes: u32) {
        let part = |limit: usize| {
            let processes = usize::try_from(processes).unwrap_or(usize::MAX);
            (limit / processes.max(1)).max(1)
        };
        self.sharing = processes.max(1);
        if self.states_concurrency {
            self.concurrency = part(self.concurrency);
        }
        for own in self.services.values_mut() {
            own.concurrency = own.concurrency.map(part);
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            concurrency: 32,
            states_concurrency: false,
            per_second: None,
            sharing: 1,
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
