//! Requests through a network.

use std::net::SocketAddr;
use std::time::Duration;

use probity::execute::Transports;
use probity::model::exchange::{Exchange, NoAnswer, SentRequest};
use probity::model::network::{ClientCertificate, Network, Override, Proxy, ProxyKind};
use probity::model::request::Transport::{self, Exact, Normal, Raw};
use probity::model::target::Limits;
use probity::model::{Secret, SecretBytes};

use crate::certificates::{Authority, Issued};
use crate::proxies;

pub(crate) const ALL: [Transport; 3] = [Normal, Exact, Raw];

pub(crate) fn get(transport: Transport, url: &str) -> SentRequest {
    SentRequest {
        service: String::new(),
        method: "GET".to_owned(),
        url: format!("{url}/a"),
        target: "/a".to_owned(),
        headers: Vec::new(),
        body: None,
        transport,
        omitted: Vec::new(),
        credentials: Vec::new(),
    }
}

pub(crate) fn transports(network: &Network) -> Transports {
    let limits = Limits {
        connect_timeout: Duration::from_secs(10),
        timeout: Duration::from_secs(20),
        ..Limits::default()
    };
    Transports::new(&limits, network).unwrap()
}

/// One request, over a connection that nobody had before.
pub(crate) async fn exchange(network: &Network, transport: Transport, url: &str) -> Exchange {
    transports(network).send(get(transport, url)).await
}

/// Asserts that each transport gets the answer.
#[track_caller]
pub(crate) fn assert_answered(exchange: &Exchange) {
    let transport = exchange.request.transport;
    let response = exchange.answer.as_ref();
    let response = response.unwrap_or_else(|reason| panic!("{transport:?}: {reason:?}"));
    assert_eq!(
        (response.status, response.body.as_slice()),
        (200, &b"hi"[..])
    );
}

pub(crate) async fn reason(network: &Network, transport: Transport, url: &str) -> NoAnswer {
    exchange(network, transport, url).await.answer.unwrap_err()
}

pub(crate) fn trusting(authority: &Authority) -> Network {
    Network {
        authorities: vec![authority.der.clone()],
        ..Network::default()
    }
}

pub(crate) fn as_client(issued: &Issued, network: Network) -> Network {
    Network {
        client: Some(ClientCertificate {
            chain: vec![issued.certificate.clone()],
            key: SecretBytes::new(issued.key.clone()),
            certificate_file: "client.pem".into(),
            key_file: "client.key".into(),
        }),
        ..network
    }
}

pub(crate) fn leading(host: &str, to: SocketAddr, network: Network) -> Network {
    Network {
        resolve: vec![Override {
            host: host.to_owned(),
            port: None,
            address: to.ip(),
            address_port: Some(to.port()),
        }],
        ..network
    }
}

pub(crate) fn through(proxy: &proxies::Proxy, kind: ProxyKind, network: Network) -> Network {
    through_address(proxy.address, kind, network)
}

pub(crate) fn through_address(address: SocketAddr, kind: ProxyKind, network: Network) -> Network {
    Network {
        proxy: Some(Proxy {
            kind,
            host: address.ip().to_string(),
            port: address.port(),
            credentials: None,
            except: Vec::new(),
        }),
        ..network
    }
}

pub(crate) fn saying(user: &str, password: &str, mut network: Network) -> Network {
    if let Some(proxy) = &mut network.proxy {
        proxy.credentials = Some((Secret::new(user), Secret::new(password)));
    }
    network
}
