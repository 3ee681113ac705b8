//! The format of target files.

use crate::load::node::{Kind, Node};
use crate::load::record::{Entries, Names, Read, Text, record};
use crate::load::target::credentials::IdentityFormat;
use crate::load::target::value_schemas::{
    Addresses, Files, HeaderName, Hosts, HttpVersion, Permits, Positive, ProxyUse, Reasons, Size,
    Stretch, Urls,
};
use crate::load::value_schemas::Duration;
use crate::model::Diagnostic;

record! {
    /// A target: a deployment, its connection settings, credentials and capabilities.
    TargetFile, "a target" {
        /// The name in reports.
        expected "name" name: Text<'n>,
        /// Base URLs by service name.
        optional "services" services: Entries<'n, ServiceUse<'n>> as Urls,
        /// Connection settings of the services without their own `network`.
        optional "network" network: NetworkFormat<'n>,
        /// Credentials by full identity name: headers, `bearer`, `basic`, `oauth2` or `login`.
        optional "identities" identities: Entries<'n, IdentityFormat<'n>>,
        /// Fixture values by full name.
        optional "fixtures" fixtures: Entries<'n, &'n Node>,
        /// The capabilities of the target, by full name.
        optional "capabilities" capabilities: Vec<Text<'n>>,
        /// What cases may do to the target: `read`, `write`.
        optional "permits" permits: Vec<&'n Node> as Permits,
        /// Fixtures that cases may change. Required for a target on another machine.
        optional "disposable" disposable: Vec<Text<'n>>,
        /// A header with the run id, which is added to every request.
        optional "run-id" run_id: RunIdFormat<'n>,
        /// Limits on what a run does to the target.
        optional "limits" limits: LimitsFormat<'n>,
        /// Requirements that do not apply to the target, each with the reason.
        optional "not-applicable" not_applicable: Entries<'n, Text<'n>> as Reasons,
        /// Capabilities that the target cannot have, by full name, each with the reason. Cases that need one are skipped
        /// and leave no gap; the other cases of their requirements are run.
        optional "cannot" cannot: Entries<'n, Text<'n>> as Reasons,
    }
}

record! {
    /// A service with its own connection settings.
    PlacedFormat, "a service" {
        /// The base URL.
        expected "url" url: Text<'n>,
        /// Connection settings of the service. They replace the `network` of the target.
        optional "network" network: NetworkFormat<'n>,
    }
}

/// A service of a target: its base URL, with or without its own connection settings.
#[derive(Debug)]
pub(crate) struct ServiceUse<'n> {
    /// The base URL; `None` when it is missing, which is reported.
    pub(crate) url: Option<Text<'n>>,
    /// Its own connection settings.
    pub(crate) network: Option<NetworkFormat<'n>>,
}

impl<'n> Read<'n> for ServiceUse<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let (url, network) = match &node.kind {
            Kind::Object(_) => {
                let placed = PlacedFormat::read(node, diagnostics)?;
                (placed.url, placed.network)
            }
            _ => (Text::read(node, diagnostics), None),
        };
        Some(ServiceUse { url, network })
    }
}

record! {
    /// Connection settings. By default connections are direct, with the resolver and root certificates of the system.
    NetworkFormat, "`network`" {
        /// PEM files with certificates that are trusted in addition to those of the system.
        optional "ca" ca: Names<'n> as Files,
        /// The client certificate for TLS.
        optional "client" client: ClientFormat<'n>,
        /// The name in the certificate of the server, if it is not the host of the URL.
        optional "server-name" server_name: Text<'n>,
        /// Overrides of name resolution: from `host` or `host:port` to an address with or without a port.
        optional "resolve" resolve: Entries<'n, Text<'n>> as Addresses,
        /// The proxy: `http://host:port` or `socks5://host:port`. Connections through it are tunnels.
        optional "proxy" proxy: &'n Node as ProxyUse,
        /// Hosts that are connected to without the proxy; `.name` is every host below a name.
        optional "no-proxy" no_proxy: Names<'n> as Hosts,
        /// The Unix socket for all connections.
        optional "unix-socket" unix_socket: Text<'n>,
        /// The HTTP version. `2` without TLS uses prior knowledge.
        optional "http" http: &'n Node as HttpVersion,
        /// `false`: every request uses a new connection.
        optional "keep-alive" keep_alive: bool,
    }
}

record! {
    /// A client certificate, in PEM files.
    ClientFormat, "`client`" {
        /// The certificate, followed by intermediate certificates.
        expected "certificate" certificate: Text<'n>,
        /// The private key, not encrypted.
        expected "key" key: Text<'n>,
    }
}

record! {
    /// A proxy with credentials.
    ProxyFormat, "`proxy`" {
        /// `http://host:port` or `socks5://host:port`.
        required "url" url: Text<'n>,
        /// The user.
        optional "user" user: Text<'n>,
        /// The password: `${env.NAME}`.
        optional "password" password: Text<'n>,
    }
}

record! {
    /// Limits on what a run does to a target.
    LimitsFormat, "`limits`" {
        /// Requests in flight at one time.
        optional "concurrency" concurrency: &'n Node as Positive,
        /// Requests started per second.
        optional "per-second" per_second: &'n Node as Positive,
        /// The time limit for one exchange, for example `10s`.
        optional "timeout" timeout: &'n Node as Duration,
        /// The time limit for connecting, for example `2s`.
        optional "connect-timeout" connect_timeout: &'n Node as Duration,
        /// The maximum size of a response body, for example `16MiB`.
        optional "body" body: &'n Node as Size,
        /// The maximum time that one step waits because of Retry-After, for example `30s`.
        optional "throttle-wait" throttle_wait: &'n Node as Duration,
        /// The maximum time that the run waits because of Retry-After, for example `10m`.
        optional "throttle-total" throttle_total: &'n Node as Duration,
        /// Extends the `eventually` of all cases: by a factor, `3x`, or to a minimum, `30s`.
        optional "eventually" eventually: &'n Node as Stretch,
        /// Limits of single services.
        optional "services" services: Entries<'n, ServiceLimitsFormat<'n>>,
    }
}

record! {
    /// Limits on the requests to one service.
    ServiceLimitsFormat, "the limits of a service" {
        /// Requests to the service in flight at one time.
        optional "concurrency" concurrency: &'n Node as Positive,
        /// Requests to the service started per second. Replaces the limit of the target.
        optional "per-second" per_second: &'n Node as Positive,
    }
}

record! {
    /// A header with the run id, which is added to every request.
    RunIdFormat, "`run-id`" {
        /// `traceparent` (W3C Trace Context), or another name: its value is 32 hexadecimal digits.
        required "header" header: Text<'n> as HeaderName,
    }
}
