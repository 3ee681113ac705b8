//! Where a request goes: the server out of a URL, and a connection to it, with TLS where the scheme asks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use super::failure::{self, Unresolved, unsendable};
use super::{Transports, normal};
use crate::model::exchange::{NoAnswer, NoAnswerKind, SentRequest};
use crate::model::target::Limits;

/// A server: what a URL says before its path.
#[derive(Debug)]
pub(super) struct Destination {
    host: Host<String>,
    port: u16,
    is_secure: bool,
    /// Host and port as the `Host` field has them: IPv6 in brackets, no port where it is the usual one.
    pub(super) authority: String,
}

/// A connection, with or without TLS.
pub(super) type Connection = Box<dyn Duplex>;

/// A stream that can be read and written. Exists because a trait object takes only one such trait.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// What https needs, built from the root certificates of the platform.
pub(super) struct Secure {
    /// The pooled client: may agree on HTTP/2.
    pub(super) client: reqwest::Client,
    /// For the transports with a connection of their own: HTTP/1.1 alone.
    connector: TlsConnector,
}

impl std::fmt::Debug for Secure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secure(..)")
    }
}

impl Destination {
    /// Takes the server from the URL of the request. The path may be one that no URL can have.
    pub(super) fn of(request: &SentRequest) -> Result<Destination, NoAnswer> {
        let origin = request
            .url
            .strip_suffix(&request.target)
            .unwrap_or(&request.url);
        let url = Url::parse(origin).map_err(bad_url)?;
        check_url(&url)?;
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(unsendable("the URL has no host"));
        };
        Ok(Destination {
            host: host.to_owned(),
            port,
            is_secure: url.scheme() == "https",
            authority: url[Position::BeforeHost..Position::AfterPort].to_owned(),
        })
    }

    /// Opens a connection: resolves the name, connects, and agrees on TLS, all within the time for it.
    pub(super) async fn connect(&self, transports: &Transports) -> Result<Connection, NoAnswer> {
        let limit = transports.limits.connect_timeout;
        match timeout(limit, self.open(transports, limit)).await {
            Ok(connection) => connection,
            Err(_) => Err(failure::not_connected(limit)),
        }
    }

    async fn open(&self, transports: &Transports, limit: Duration) -> Result<Connection, NoAnswer> {
        let stream = self.dial(limit).await?;
        // Only fails on a connection that is already gone, which the first write will say.
        let _ = stream.set_nodelay(true);
        if !self.is_secure {
            return Ok(Box::new(stream));
        }
        let connector = &transports.secure()?.connector;
        match connector.connect(self.server_name()?, stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(failure::connecting(&error, true)),
        }
    }

    /// Tries each address in order; the time is shared out, so that a dead first one leaves some for the next.
    async fn dial(&self, limit: Duration) -> Result<TcpStream, NoAnswer> {
        let addresses = self.addresses().await?;
        let share = limit / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
        let mut reason = failure::not_connected(limit);
        for address in addresses {
            reason = match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failure::connecting(&error, false),
                Err(_) => failure::not_connected(limit),
            };
        }
        Err(reason)
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, NoAnswer> {
        match &self.host {
            Host::Ipv4(address) => Ok(vec![((*address), self.port).into()]),
            Host::Ipv6(address) => Ok(vec![((*address), self.port).into()]),
            Host::Domain(name) => resolve(name, self.port)
                .await
                .map_err(|error| failure::connecting(&error, false)),
        }
    }

    fn server_name(&self) -> Result<ServerName<'static>, NoAnswer> {
        match &self.host {
            Host::Ipv4(address) => Ok(ServerName::IpAddress((*address).into())),
            Host::Ipv6(address) => Ok(ServerName::IpAddress((*address).into())),
            Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| {
                unsendable("the host in the URL is no name that a certificate can have")
            }),
        }
    }
}

impl Secure {
    /// Loads the root certificates: tens of milliseconds of blocking work, once in a run.
    pub(super) fn load(limits: &Limits) -> Result<Secure, NoAnswer> {
        let verifier =
            Verifier::new(provider()).map_err(|error| failure::connecting(&error, true))?;
        let mut config = tls_builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let connector = TlsConnector::from(Arc::new(config.clone()));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client = normal::client(limits, config).map_err(|_| {
            failure::no_answer(NoAnswerKind::Tls, "cannot set up the HTTP client for https")
        })?;
        Ok(Secure { client, connector })
    }
}

/// TLS that trusts nobody, for a client that never sees an https URL.
pub(super) fn tls_without_roots() -> ClientConfig {
    tls_builder()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// Refuses a URL of another scheme, and credentials in it: they belong to an identity, where reports
/// know to hide them.
pub(super) fn check_url(url: &Url) -> Result<(), NoAnswer> {
    if !matches!(url.scheme(), "http" | "https") {
        Err(unsendable("the URL is neither http nor https"))
    } else if !url.username().is_empty() || url.password().is_some() {
        Err(unsendable(
            "the URL has credentials in it; declare them as an identity",
        ))
    } else {
        Ok(())
    }
}

pub(super) fn bad_url(error: url::ParseError) -> NoAnswer {
    unsendable(format!("the URL is not one: {error}"))
}

/// The addresses of a name, as the system resolves it; at least one.
pub(super) async fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, Unresolved> {
    let found = tokio::net::lookup_host((name, port)).await;
    let addresses: Vec<_> = found
        .map_err(|error| Unresolved::because(&error))?
        .collect();
    if addresses.is_empty() {
        let none = std::io::Error::other("it has no address");
        return Err(Unresolved::because(&none));
    }
    Ok(addresses)
}

fn tls_builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for the default versions of TLS")
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::Transport;

    fn request(url: &str, target: &str) -> SentRequest {
        SentRequest {
            method: "GET".to_owned(),
            url: url.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
            transport: Transport::Raw,
            omitted: Vec::new(),
            credentials: Vec::new(),
        }
    }

    #[test]
    fn the_authority_leaves_out_the_usual_port_alone() {
        let authority = |url| Destination::of(&request(url, "/a")).unwrap().authority;
        assert_eq!(authority("http://api.example:80/a"), "api.example");
        assert_eq!(authority("http://api.example:8080/a"), "api.example:8080");
        assert_eq!(authority("https://api.example:443/a"), "api.example");
        assert_eq!(authority("http://[::1]:8080/a"), "[::1]:8080");
    }

    #[test]
    fn a_path_that_no_url_can_have_does_not_hide_the_server() {
        let destination = Destination::of(&request("http://127.0.0.1:81*", "*")).unwrap();
        assert_eq!(destination.port, 81);
    }

    #[test]
    fn credentials_in_the_url_are_refused_without_quoting_them() {
        let refused = Destination::of(&request("http://ann:s3cret@h/a", "/a")).unwrap_err();
        assert_eq!(refused.kind, NoAnswerKind::Unsendable);
        assert!(!refused.detail.contains("s3cret"));
    }
}
