//! reqwest as a pool of ordinary connections: straight to the host of the URL, without a proxy.

use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;

use crate::execute::phases::Timed;
use crate::execute::resolver;
use crate::model::target::Limits;

/// A connection that was idle for longer is not reused. Servers close idle connections after two seconds (gunicorn) or
/// five (Node, Apache, uvicorn), and a request sent at that moment fails.
pub(super) const IDLE: Duration = Duration::from_secs(1);

/// Builds a client without redirects, retries and proxies that keeps up to `idle` idle connections.
pub(super) fn client(
    limits: &Limits,
    idle: usize,
    tls: ClientConfig,
) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Resolver)
        .connect_timeout(limits.connect_timeout)
        .connector_layer(Timed)
        .pool_max_idle_per_host(idle)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()
}

/// The system's resolver, with an error that differs from those of the connection.
struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The client replaces the port 0 by that of the URL.
            let addresses = resolver::resolve(name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
