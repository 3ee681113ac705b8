//! From a name to addresses: what the target says, else the system.

use std::net::SocketAddr;

use super::failure::Unresolved;
use super::phases::{self, Part};
use crate::model::network::Override;

/// Where the target says that a name leads: the override with the port before the one without.
pub(super) fn overridden(overrides: &[Override], host: &str, port: u16) -> Option<SocketAddr> {
    let fits = |wanted: Option<u16>| {
        overrides
            .iter()
            .find(|entry| entry.port == wanted && entry.host.eq_ignore_ascii_case(host))
    };
    let entry = fits(Some(port)).or_else(|| fits(None))?;
    Some((entry.address, entry.address_port.unwrap_or(port)).into())
}

/// The addresses of a name, as the system resolves it; at least one.
pub(super) async fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, Unresolved> {
    let found = phases::timed(Part::Dns, tokio::net::lookup_host((name, port))).await;
    let addresses: Vec<_> = found
        .map_err(|error| Unresolved::because(&error))?
        .collect();
    if addresses.is_empty() {
        let none = std::io::Error::other("it has no address");
        return Err(Unresolved::because(&none));
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(host: &str, port: Option<u16>, address_port: Option<u16>) -> Override {
        Override {
            host: host.to_owned(),
            port,
            address: [127, 0, 0, 1].into(),
            address_port,
        }
    }

    #[test]
    fn the_entry_with_the_port_of_the_url_comes_first() {
        let entries = [
            entry("api.example", None, None),
            entry("api.example", Some(443), Some(8443)),
        ];
        let leads = |host, port| overridden(&entries, host, port).map(|to| to.port());
        assert_eq!(leads("API.example", 443), Some(8443));
        assert_eq!(leads("api.example", 80), Some(80));
        assert_eq!(leads("example", 80), None);
    }
}
