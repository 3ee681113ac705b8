//! The destination of a tunnel through a proxy.

use std::net::{IpAddr, SocketAddr};

use crate::execute::destination::Destination;

/// Where a tunnel leads.
#[derive(Debug)]
pub(super) struct Tunnel {
    /// A name, or an address without brackets.
    pub(super) host: String,
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
}

impl Tunnel {
    pub(super) fn to(destination: &Destination, host: &str) -> Tunnel {
        Tunnel {
            host: host.to_owned(),
            address: destination.address(),
            port: destination.port,
        }
    }

    pub(super) fn to_address(address: SocketAddr) -> Tunnel {
        Tunnel {
            host: address.ip().to_string(),
            address: Some(address.ip()),
            port: address.port(),
        }
    }

    /// Host and port, IPv6 in brackets.
    pub(super) fn authority(&self) -> String {
        match self.address {
            Some(address) => SocketAddr::from((address, self.port)).to_string(),
            None => format!("{}:{}", self.host, self.port),
        }
    }
}
