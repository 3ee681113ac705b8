//! The proxy of a network: `http://host:port` or `socks5://host:port`, with or without credentials.

use url::{Host, Url};

use crate::load::node::{Kind, Node};
use crate::load::record::{Read, Text};
use crate::load::target::TargetReader;
use crate::load::target::format::{NetworkFormat, ProxyFormat};
use crate::load::target::network::resolve::host_and_port;
use crate::model::{Diagnostic, Proxy, ProxyKind, Secret};

impl TargetReader<'_> {
    pub(super) fn proxy(&mut self, node: &Node, network: &NetworkFormat<'_>) -> Option<Proxy> {
        let (url, credentials) = match &node.kind {
            Kind::Object(_) => {
                let format = ProxyFormat::read(node, self.diagnostics)?;
                let credentials = self.proxy_credentials(&format);
                (format.url, credentials)
            }
            _ => (Text::read(node, self.diagnostics)?, None),
        };
        let names = network.no_proxy.iter().flat_map(|names| &names.0);
        let except = names.filter_map(|name| self.exception(*name)).collect();
        let written = self.fill(url)?;
        match address(&written) {
            Ok((kind, host, port)) => Some(Proxy {
                kind,
                host,
                port,
                credentials,
                except,
            }),
            Err(message) => {
                self.diagnostics.push(
                    Diagnostic::error("target/proxy", url.span, message)
                        .help("write `http://proxy.example:3128` or `socks5://127.0.0.1:1080`")
                        .help("write credentials as `{ url: ..., user: ..., password: \"${env.NAME}\" }`"),
                );
                None
            }
        }
    }

    fn proxy_credentials(&mut self, format: &ProxyFormat<'_>) -> Option<(Secret, Secret)> {
        let (user, password) = match (format.user, format.password) {
            (Some(user), Some(password)) => (user, password),
            (None, None) => return None,
            (Some(only), None) | (None, Some(only)) => {
                let message = "expected both `user` and `password` of a proxy";
                self.diagnostics
                    .push(Diagnostic::error("target/proxy", only.span, message));
                return None;
            }
        };
        let (user, password) = (self.fill(user)?, self.fill(password)?);
        let password = Secret::new(password);
        // Also a secret if it is written in the file.
        self.secrets.push(password.clone());
        Some((Secret::new(user), password))
    }

    /// A host that is connected to without the proxy: a name, an address, or `.name` for all below it.
    fn exception(&mut self, text: Text<'_>) -> Option<String> {
        let written = self.fill(text)?;
        let (dot, name) = match written.strip_prefix("*.").or(written.strip_prefix('.')) {
            Some(name) => (".", name),
            None => ("", written.as_str()),
        };
        if let Some((host, None)) = host_and_port(name) {
            return Some(format!("{dot}{host}"));
        }
        let message = "expected a host, or `.name` for all hosts below a name";
        self.diagnostics
            .push(Diagnostic::error("target/no-proxy", text.span, message));
        None
    }
}

fn address(text: &str) -> Result<(ProxyKind, String, u16), String> {
    if !text.contains("://") {
        return Err("the proxy has no scheme such as http://".into());
    }
    let url = Url::parse(text).map_err(|error| format!("invalid proxy URL: {error}"))?;
    let (kind, usual) = match url.scheme() {
        "http" => (ProxyKind::Http, 80),
        "socks5" | "socks5h" => (ProxyKind::Socks5, 1080),
        other => {
            return Err(format!(
                "the proxy has the scheme `{other}`; expected http or socks5"
            ));
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials in the proxy URL".into());
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("the proxy URL has more than host and port".into());
    }
    let host = match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => name.to_ascii_lowercase(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        _ => return Err("the proxy URL has no host".into()),
    };
    Ok((kind, host, url.port().unwrap_or(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_scheme_a_host_and_a_port() {
        let read = |text| address(text).unwrap();
        assert_eq!(
            read("http://P.example:3128"),
            (ProxyKind::Http, "p.example".into(), 3128)
        );
        assert_eq!(
            read("http://p.example/"),
            (ProxyKind::Http, "p.example".into(), 80)
        );
        assert_eq!(
            read("socks5://[::1]"),
            (ProxyKind::Socks5, "::1".into(), 1080)
        );
        for text in [
            "",
            "p.example",
            "https://p.example",
            "http://u:p@p",
            "http://p/x",
            "socks5://",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_message_quotes_the_credentials_in_a_url() {
        assert!(
            !address("http://ann:s3cret@p")
                .unwrap_err()
                .contains("s3cret")
        );
    }
}
