//! The route to the services of one network: how connections are opened, and a client with a pool.

use std::sync::{Arc, OnceLock};

use crate::execute::dialer::Dialer;
use crate::execute::failure;
use crate::execute::tls;
use crate::execute::tls::Agreement;
use crate::execute::{TransportSetupError, pool, reqwest_pool};
use crate::model::exchange::{NoAnswer, NoAnswerKind, SentRequest};
use crate::model::network::{HttpChoice, Network};
use crate::model::target::Limits;

/// Everything needed to send requests in one network.
#[derive(Debug)]
pub(super) struct Route {
    /// Opens connections that are used for one request.
    pub(super) dialer: Arc<Dialer>,
    /// The client of the normal transport.
    pub(super) client: Client,
    /// The same route without idle connections, made when it is first needed.
    without_pool: OnceLock<Result<Box<Route>, NoAnswer>>,
    /// The number of idle connections to keep; 0 switches the pool off.
    idle: usize,
    limits: Limits,
}

/// A client with a pool.
#[derive(Debug)]
pub(super) enum Client {
    /// reqwest, which opens its connections itself.
    Reqwest {
        plain: reqwest::Client,
        /// Created for the first https URL.
        secure: OnceLock<Result<reqwest::Client, NoAnswer>>,
    },
    /// A pool over connections that the dialer opens.
    Own(Box<pool::Client>),
}

impl Route {
    pub(super) fn new(network: &Network, limits: &Limits) -> Result<Route, TransportSetupError> {
        let dialer = Arc::new(Dialer::new(network, limits.connect_timeout));
        Route::with(dialer, limits, idle(network, limits))
    }

    fn with(
        dialer: Arc<Dialer>,
        limits: &Limits,
        idle: usize,
    ) -> Result<Route, TransportSetupError> {
        let network = &dialer.network;
        let client = if is_ordinary(network) {
            Client::Reqwest {
                plain: reqwest_pool::client(limits, idle, tls::trusting_nobody())?,
                secure: OnceLock::new(),
            }
        } else {
            Client::Own(Box::new(pool::client(&dialer, idle)))
        };
        Ok(Route {
            dialer,
            client,
            idle,
            without_pool: OnceLock::new(),
            limits: limits.clone(),
        })
    }

    /// The same route, with a new connection for every request.
    pub(super) fn without_pool(&self) -> Result<&Route, NoAnswer> {
        let make = || {
            let route = Route::with(Arc::clone(&self.dialer), &self.limits, 0);
            route
                .map(Box::new)
                .map_err(|error| failure::unsendable(error.to_string()))
        };
        let route = self.without_pool.get_or_init(make);
        route.as_deref().map_err(Clone::clone)
    }

    /// The network.
    pub(super) fn network(&self) -> &Network {
        &self.dialer.network
    }

    /// Rejects a request whose transport speaks only HTTP/1.1 if the target requires HTTP/2.
    pub(super) fn speaks_http1(&self, request: &SentRequest) -> Result<(), NoAnswer> {
        match self.network().http {
            HttpChoice::Http2 => Err(failure::unsendable(format!(
                "`transport: {}` speaks only HTTP/1.1, but the target has `http: 2`",
                request.transport.name()
            ))),
            HttpChoice::Auto | HttpChoice::Http1 => Ok(()),
        }
    }

    /// reqwest for https with the certificates of the network, created when it is first needed.
    pub(super) fn secure<'a>(
        &self,
        secure: &'a OnceLock<Result<reqwest::Client, NoAnswer>>,
    ) -> Result<&'a reqwest::Client, NoAnswer> {
        let make = || {
            let network = self.network();
            let agreement = match network.http {
                HttpChoice::Http1 => Agreement::Http1,
                HttpChoice::Auto | HttpChoice::Http2 => Agreement::Either,
            };
            let config = self.dialer.tls()?.config(agreement);
            reqwest_pool::client(&self.limits, self.idle, config).map_err(|_| {
                failure::no_answer(NoAnswerKind::Tls, "cannot set up the HTTP client for https")
            })
        };
        secure.get_or_init(make).as_ref().map_err(Clone::clone)
    }
}

/// The number of idle connections to keep; 0 switches the pool off.
fn idle(network: &Network, limits: &Limits) -> usize {
    if network.fresh { 0 } else { limits.concurrency }
}

/// Whether connections go directly to the host of the URL, resolved by the system.
fn is_ordinary(network: &Network) -> bool {
    network.proxy.is_none()
        && network.unix_socket.is_none()
        && network.server_name.is_none()
        && network.resolve.is_empty()
        && network.http != HttpChoice::Http2
}
