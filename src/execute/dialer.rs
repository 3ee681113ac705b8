//! Opens connections with the settings of a network: direct or through a proxy, to a Unix socket or an overridden
//! address, with TLS for https.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::execute::connection::Connection;
use crate::execute::destination::Destination;
use crate::execute::failure;
use crate::execute::phases;
use crate::execute::phases::Part;
use crate::execute::proxy;

use crate::execute::resolver;
use crate::execute::tls::{Agreement, Tls};
use crate::execute::tunnel::Tunnel;
use crate::model::exchange::NoAnswer;
use crate::model::network::{Network, Proxy};

/// Opens the connections of one network.
#[derive(Debug)]
pub(super) struct Dialer {
    pub(super) network: Network,
    limit: Duration,
    /// Loading the root certificates takes 45 ms, so it is done for the first https URL, as part of its timing.
    tls: OnceLock<Result<Tls, NoAnswer>>,
}

impl Dialer {
    /// `limit` is the time to open one connection, TLS included.
    pub(super) fn new(network: &Network, limit: Duration) -> Dialer {
        Dialer {
            network: network.clone(),
            limit,
            tls: OnceLock::new(),
        }
    }

    /// Opens a connection, and returns whether HTTP/2 was negotiated.
    pub(super) async fn open(
        &self,
        destination: &Destination,
        agreement: Agreement,
    ) -> Result<(Connection, bool), NoAnswer> {
        let host = destination.host_text();
        let proxy = self.network.proxy_for(&host);
        let opening = async {
            let stream = self.stream(destination, &host, proxy).await?;
            if !destination.is_secure {
                return Ok((stream, agreement == Agreement::Http2));
            }
            let name = match &self.network.server_name {
                Some(name) => crate::execute::tls::server_name(name)?,
                None => destination.server_name()?,
            };
            let tls = self.tls()?;
            phases::timed(Part::Tls, tls.agree(name, stream, agreement)).await
        };
        let opened = timeout(self.limit, opening).await;
        let opened = opened.unwrap_or_else(|_| Err(self.too_late(proxy)))?;
        phases::opened();
        Ok(opened)
    }

    /// The TLS settings, created when they are first needed.
    pub(super) fn tls(&self) -> Result<&Tls, NoAnswer> {
        self.tls
            .get_or_init(|| Tls::of(&self.network))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn too_late(&self, proxy: Option<&Proxy>) -> NoAnswer {
        match proxy.filter(|_| self.network.unix_socket.is_none()) {
            Some(proxy) => failure::not_connected_through(proxy, self.limit),
            None => failure::not_connected(self.limit),
        }
    }

    async fn stream(
        &self,
        destination: &Destination,
        host: &str,
        proxy: Option<&Proxy>,
    ) -> Result<Connection, NoAnswer> {
        if let Some(path) = &self.network.unix_socket {
            return phases::timed(Part::Connect, unix(path)).await;
        }
        let overridden = self.network.leads(host, destination.port);
        if let Some(proxy) = proxy {
            let tunnel = match overridden {
                Some(address) => Tunnel::to_address(address),
                None => Tunnel::to(destination, host),
            };
            return self.tunnel(proxy, &tunnel).await;
        }
        let addresses = match (overridden, destination.address()) {
            (Some(address), _) => vec![address],
            (None, Some(address)) => vec![(address, destination.port).into()],
            (None, None) => resolver::resolve(host, destination.port)
                .await
                .map_err(|error| failure::connecting(&error, false))?,
        };
        let stream = phases::timed(Part::Connect, self.dial(&addresses)).await?;
        Ok(Box::new(stream))
    }

    async fn tunnel(&self, proxy: &Proxy, tunnel: &Tunnel) -> Result<Connection, NoAnswer> {
        let unreachable = |reason| failure::proxy_unreachable(proxy, &reason);
        let addresses = match proxy.host.parse::<IpAddr>() {
            Ok(address) => vec![(address, proxy.port).into()],
            Err(_) => resolver::resolve(&proxy.host, proxy.port)
                .await
                .map_err(|error| unreachable(failure::connecting(&error, false)))?,
        };
        let opening = async {
            let mut stream = self.dial(&addresses).await.map_err(unreachable)?;
            proxy::open(&mut stream, proxy, tunnel).await?;
            Ok(stream)
        };
        let stream = phases::timed(Part::Connect, opening).await?;
        Ok(Box::new(stream))
    }

    /// Tries each address in order. Each gets its share of the time, so that a dead one does not use it all.
    async fn dial(&self, addresses: &[SocketAddr]) -> Result<TcpStream, NoAnswer> {
        let share = self.limit / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
        let mut reason = failure::not_connected(self.limit);
        for address in addresses {
            reason = match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Fails only on a connection that is closed already, which the first write will report.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => failure::connecting(&error, false),
                Err(_) => failure::not_connected(self.limit),
            };
        }
        Err(reason)
    }
}

#[cfg(unix)]
async fn unix(path: &Path) -> Result<Connection, NoAnswer> {
    match tokio::net::UnixStream::connect(path).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => {
            let mut reason = failure::connecting(&error, false);
            reason.detail = format!("the socket {}: {}", path.display(), reason.detail);
            Err(reason)
        }
    }
}

#[cfg(not(unix))]
async fn unix(_: &Path) -> Result<Connection, NoAnswer> {
    Err(failure::unsendable(
        "this system does not support Unix sockets",
    ))
}
