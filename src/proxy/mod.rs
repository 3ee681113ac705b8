//! The listening side of `probity record`: a reverse proxy that hands over every exchange.
//!
//! Each request is sent to the target as it came, without the fields of one connection and with the target's `Host`, and
//! its answer goes back as it came. The exchange is then put into a channel that holds a few: a consumer that is slow
//! slows the clients, and loses nothing. It judges nothing and writes nothing.
//!
//! Whatever a client or a target does is bounded: connections, heads, bodies, and the time for each.

mod client_stream;
mod forward;
mod routes;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::execute::Transports;
use crate::model::Exchange;
use client_stream::ClientStream;
use forward::Forwarder;

pub use routes::{RouteError, Routes};

/// Connections beyond this wait in the backlog of the listener.
const MAX_CONNECTIONS: usize = 256;

/// Exchanges that wait for the consumer.
const WAITING: usize = 32;

/// How long a connection may take to send a request head, and so how long it may idle.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// The largest request head that is read, in bytes and in fields.
const HEAD_BYTES: usize = 256 << 10;
const HEAD_FIELDS: usize = 512;

/// How long `stop` waits for answers under way.
const GRACE: Duration = Duration::from_secs(5);

/// How long the accept loop rests when the system has no socket to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Request bodies of more than [`forward::SMALL`] bytes that are in memory at one time.
const LARGE_BODIES: usize = 4;

/// An exchange that passed, with the room in memory that its bodies take until this is dropped.
#[derive(Debug)]
pub struct Passed {
    /// The request as it was sent to the target, and the answer.
    pub exchange: Exchange,
    _room: forward::Room,
}

/// A running proxy. Dropping it ends it at once; [`Proxy::stop`] lets answers under way finish.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    halt: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// Starts to listen. Port 0 takes a free port. `body` is the size in bytes that no request body may exceed.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with time and network.
    pub async fn start(
        address: SocketAddr,
        routes: Routes,
        transports: Transports,
        body: usize,
    ) -> io::Result<(Proxy, mpsc::Receiver<Passed>)> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let (halt, halted) = watch::channel(false);
        let forwarder = Arc::new(Forwarder {
            routes,
            transports,
            passed: sender,
            body,
            address,
            large_bodies: Arc::new(Semaphore::new(LARGE_BODIES)),
        });
        let serving = tokio::spawn(serve(listener, forwarder, halted));
        let proxy = Proxy {
            address,
            halt,
            serving,
        };
        Ok((proxy, receiver))
    }

    /// The address it listens on, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, and returns when those under way are answered, after five seconds at the latest. The
    /// receiver of the exchanges ends when the last one has been handed over.
    pub async fn stop(mut self) {
        // The receiver is gone only if the loop has ended already.
        let _ = self.halt.send(true);
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Accepts connections until the halt signal. Each runs as a task of a set that ends with this function.
async fn serve(
    listener: TcpListener,
    forwarder: Arc<Forwarder>,
    mut halted: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = halted.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&forwarder), halted.clone()));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    drop(forwarder);
    let all = async { while connections.join_next().await.is_some() {} };
    // Whatever is still open after this is aborted with the set.
    let _ = tokio::time::timeout(GRACE, all).await;
}

/// Serves one connection to its end. Errors end it and concern nobody else.
async fn converse(stream: TcpStream, forwarder: Arc<Forwarder>, mut halted: watch::Receiver<bool>) {
    // Small answers should not wait for an acknowledgement; if that cannot be had, they wait.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let forwarder = Arc::clone(&forwarder);
        async move { Ok::<_, Infallible>(forward::answer(forwarder, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_FIELDS)
        .half_close(true)
        .serve_connection(TokioIo::new(ClientStream::new(stream)), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = halted.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
