//! Connection settings: everything between the URL of a service and its socket that a target can configure.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::redact::{Secret, SecretBytes};

/// Connection settings. The default: the system's resolver and root certificates, directly to the host of the URL,
/// connections reused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Certificates (DER) of authorities that are trusted in addition to the system's.
    pub authorities: Vec<Vec<u8>>,
    /// The files that these came from, for messages.
    pub authority_files: Vec<PathBuf>,
    /// The client certificate.
    pub client: Option<ClientCertificate>,
    /// The name that is requested and verified in TLS; `None` is the host of the URL.
    pub server_name: Option<String>,
    /// Overrides of name resolution; the first match counts.
    pub resolve: Vec<Override>,
    /// The proxy, for all hosts but its exceptions.
    pub proxy: Option<Proxy>,
    /// The socket that every connection goes to, whatever the host of the URL.
    pub unix_socket: Option<PathBuf>,
    /// The HTTP version.
    pub http: HttpChoice,
    /// Whether every request gets a new connection.
    pub fresh: bool,
    /// Whether certificate verification is disabled. Only `--insecure` does that, never a file.
    pub insecure: bool,
}

/// A certificate with its key: DER, both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate itself, then those that lead to its authority.
    pub chain: Vec<Vec<u8>>,
    /// The private key: PKCS #8, PKCS #1 or SEC1.
    pub key: SecretBytes,
    /// The file of the certificate.
    pub certificate_file: PathBuf,
    /// The file of the key.
    pub key_file: PathBuf,
}

/// A host name with an address that the target sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The host as a URL has it, in lower case, IPv6 without brackets.
    pub host: String,
    /// Only for this port.
    pub port: Option<u16>,
    /// The address.
    pub address: IpAddr,
    /// The port there; `None` is the one of the URL.
    pub address_port: Option<u16>,
}

/// A proxy. Every request goes through a tunnel, so that every byte of the answer is the target's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The protocol of the proxy.
    pub kind: ProxyKind,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password.
    pub credentials: Option<(Secret, Secret)>,
    /// Hosts that are reached without it: a name, or `.name` for all names below it.
    pub except: Vec<String>,
}

/// The protocol of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyKind {
    /// `CONNECT` (RFC 9110 section 9.3.6).
    Http,
    /// SOCKS version 5 (RFC 1928); the proxy resolves the name.
    Socks5,
}

/// The HTTP version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpChoice {
    /// What TLS negotiates; 1.1 without TLS.
    #[default]
    Auto,
    /// Only 1.1.
    Http1,
    /// Only 2; without TLS by prior knowledge (RFC 9113 section 3.3).
    Http2,
}

impl Network {
    /// Whether a loopback URL may lead to another machine.
    pub fn leads_elsewhere(&self) -> bool {
        let mut overrides = self.resolve.iter();
        self.proxy.is_some() || overrides.any(|entry| !entry.address.is_loopback())
    }

    /// The overridden address of a host: an override with the port takes precedence over one without.
    pub fn leads(&self, host: &str, port: u16) -> Option<SocketAddr> {
        let fits = |wanted: Option<u16>| {
            let mut overrides = self.resolve.iter();
            overrides.find(|entry| entry.port == wanted && entry.host.eq_ignore_ascii_case(host))
        };
        let entry = fits(Some(port)).or_else(|| fits(None))?;
        Some((entry.address, entry.address_port.unwrap_or(port)).into())
    }

    /// The proxy for a host, written as a URL has it.
    pub fn proxy_for(&self, host: &str) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|proxy| !proxy.spares(host))
    }
}

impl Proxy {
    fn spares(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.except
            .iter()
            .any(|except| match except.strip_prefix('.') {
                Some(_) => host.ends_with(except.as_str()),
                None => host == *except,
            })
    }
}

impl fmt::Display for Proxy {
    /// `http://proxy.example:3128`: never with credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Socks5 => "socks5",
        };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(except: &[&str]) -> Network {
        Network {
            proxy: Some(Proxy {
                kind: ProxyKind::Http,
                host: "::1".to_owned(),
                port: 3128,
                credentials: Some((Secret::new("ann"), Secret::new("s3cret"))),
                except: except.iter().map(|&host| host.to_owned()).collect(),
            }),
            ..Network::default()
        }
    }

    #[test]
    fn an_exception_is_a_host_or_with_a_dot_all_below_it() {
        let network = network(&["api.example", ".internal", "127.0.0.1"]);
        let goes_through = |host| network.proxy_for(host).is_some();
        assert!(!goes_through("API.example"));
        assert!(goes_through("v1.api.example"));
        assert!(!goes_through("a.b.internal"));
        assert!(goes_through("internal"));
        assert!(goes_through("notinternal"));
        assert!(!goes_through("127.0.0.1"));
    }

    #[test]
    fn the_entry_with_the_port_of_the_url_comes_first() {
        let entry = |port, address_port| Override {
            host: "api.example".to_owned(),
            port,
            address: [127, 0, 0, 1].into(),
            address_port,
        };
        let network = Network {
            resolve: vec![entry(None, None), entry(Some(443), Some(8443))],
            ..Network::default()
        };
        let leads = |host, port| network.leads(host, port).map(|to| to.port());
        assert_eq!(leads("API.example", 443), Some(8443));
        assert_eq!(leads("api.example", 80), Some(80));
        assert_eq!(leads("example", 80), None);
    }

    #[test]
    fn neither_display_nor_debug_shows_the_credentials_of_a_proxy() {
        let network = network(&[]);
        let shown = network.proxy.as_ref().unwrap().to_string();
        assert_eq!(shown, "http://[::1]:3128");
        assert!(!format!("{network:?}").contains("s3cret"));
    }
}
