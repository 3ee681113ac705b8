//! A pool over connections that the dialer opens, for networks in which reqwest cannot: through a proxy (with the
//! reason of a refusal), to a Unix socket, to an overridden address or TLS name, or with HTTP/2 only.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connected, Connection as Described};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tower_service::Service;
use url::Url;

use crate::execute::connection::Connection;
use crate::execute::destination;
use crate::execute::destination::Destination;
use crate::execute::dialer::Dialer;
use crate::execute::failure::Explained;
use crate::execute::outgoing::Outgoing;
use crate::execute::reqwest_pool::IDLE;
use crate::execute::tls::Agreement;
use crate::model::network::HttpChoice;

/// A client with a pool.
pub(super) type Client = legacy::Client<Dial, Outgoing>;

/// Builds a client without retries.
pub(super) fn client(dialer: &Arc<Dialer>, idle: usize) -> Client {
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(idle)
        .retry_canceled_requests(false)
        .http2_only(dialer.network.http == HttpChoice::Http2)
        .build(Dial(Arc::clone(dialer)))
}

/// Opens the connections of a pool.
#[derive(Clone, Debug)]
pub(super) struct Dial(Arc<Dialer>);

impl Service<Uri> for Dial {
    type Response = Dialled;
    type Error = Explained;
    type Future = Pin<Box<dyn Future<Output = Result<Dialled, Explained>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Explained>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, origin: Uri) -> Self::Future {
        let dialer = Arc::clone(&self.0);
        Box::pin(async move {
            let url = Url::parse(&origin.to_string());
            let url = url.map_err(|error| Explained(destination::bad_url(error)))?;
            let destination = Destination::at(&url).map_err(Explained)?;
            let agreement = match dialer.network.http {
                HttpChoice::Auto => Agreement::Either,
                HttpChoice::Http1 => Agreement::Http1,
                HttpChoice::Http2 => Agreement::Http2,
            };
            let opened = dialer.open(&destination, agreement).await;
            let (connection, is_http2) = opened.map_err(Explained)?;
            Ok(Dialled {
                io: TokioIo::new(connection),
                is_http2,
            })
        })
    }
}

/// A connection, and whether HTTP/2 was negotiated.
pub(super) struct Dialled {
    io: TokioIo<Connection>,
    is_http2: bool,
}

impl Described for Dialled {
    fn connected(&self) -> Connected {
        if self.is_http2 {
            Connected::new().negotiated_h2()
        } else {
            Connected::new()
        }
    }
}

impl Read for Dialled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl Write for Dialled {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
