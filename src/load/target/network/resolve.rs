//! Overrides of name resolution: `host` or `host:port`, to an address with or without a port.

use std::net::{IpAddr, SocketAddr};

use crate::load::node::Key;
use crate::load::record::Text;
use crate::load::target::TargetReader;
use crate::model::{Diagnostic, Override};

impl TargetReader<'_> {
    /// One entry of `resolve`.
    pub(super) fn overridden(&mut self, key: &Key, text: Text<'_>) -> Option<Override> {
        let name = host_and_port(&key.text);
        if name.is_none() {
            let message = "expected a host, or a host and a port".to_owned();
            self.diagnostics
                .push(Diagnostic::error("target/resolve", key.span, message).help(
                "write host and port as in the URL of a service: `api.example`, `api.example:8443`",
            ));
        }
        let written = self.fill(text)?;
        let address = address(&written);
        if address.is_none() {
            let message = "expected an address, or an address and a port".to_owned();
            self.diagnostics.push(
                Diagnostic::error("target/address", text.span, message)
                    .help("write `127.0.0.1`, `127.0.0.1:8443`, `::1` or `[::1]:8443`"),
            );
        }
        let ((host, port), (address, address_port)) = (name?, address?);
        Some(Override {
            host,
            port,
            address,
            address_port,
        })
    }
}

/// The host in lower case, as a URL has it but without brackets, and the port.
pub(super) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    if let Some((address, port)) = address(text) {
        return Some((address.to_string(), port));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (text, None),
    };
    // Every host of a URL can be overridden, in the form that URLs have.
    match url::Host::parse(host) {
        Ok(url::Host::Domain(host)) if !host.contains('*') => Some((host, port)),
        _ => None,
    }
}

fn address(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some((address.ip(), Some(address.port())));
    }
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse().ok()?;
    Some((address, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_ports() {
        let read = |text| address(text).map(|(address, port)| (address.to_string(), port));
        assert_eq!(read("127.0.0.1"), Some(("127.0.0.1".to_owned(), None)));
        assert_eq!(
            read("127.0.0.1:80"),
            Some(("127.0.0.1".to_owned(), Some(80)))
        );
        assert_eq!(read("::1"), Some(("::1".to_owned(), None)));
        assert_eq!(read("[::1]"), Some(("::1".to_owned(), None)));
        assert_eq!(read("[::1]:80"), Some(("::1".to_owned(), Some(80))));
        for text in ["", "localhost", "127.0.0.1:", "127.0.0.1:99999", "1.2.3"] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn hosts_are_read_as_urls_write_them() {
        assert_eq!(
            host_and_port("API.Example:1"),
            Some(("api.example".to_owned(), Some(1)))
        );
        assert_eq!(
            host_and_port("bücher.example"),
            Some(("xn--bcher-kva.example".to_owned(), None))
        );
        for text in ["", "https://a.example", "a.example:", "a b"] {
            assert_eq!(host_and_port(text), None, "{text}");
        }
    }
}
