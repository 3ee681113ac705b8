//! The running deployment: an accept loop of its own on one port, bounded and stopped gracefully.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::reference::call::Peer;
use crate::reference::context::Context;
use crate::reference::contract::Memories;
use crate::reference::switchboard::Switchboard;
use crate::reference::wire::{Slot, Verbatim, Wire};
use crate::reference::{Fault, Settings, Variant, demo, routes};

/// Connections beyond this wait in the backlog of the listener.
const MAX_CONNECTIONS: usize = 1024;

/// How long a connection may take to send a request head, and so how long it may idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long `stop` waits for answers under way.
const GRACE: Duration = Duration::from_secs(5);

/// How long the accept loop rests when the system has no socket to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A running reference deployment. Dropping it ends it at once; [`Deployment::stop`] ends it politely.
#[derive(Debug)]
pub struct Deployment {
    address: SocketAddr,
    context: Arc<Context>,
    memories: Arc<Memories>,
    halt: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Deployment {
    /// Starts a deployment in its initial state. Port 0 takes a free port.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with time and network.
    ///
    /// # Examples
    ///
    /// ```
    /// use probity::{ReferenceDeployment as Deployment, ReferenceSettings as Settings};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let deployment = Deployment::start(Settings::default(), ([127, 0, 0, 1], 0).into()).await?;
    /// assert!(deployment.base_url().starts_with("http://127.0.0.1:"));
    /// deployment.stop().await;
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub async fn start(settings: Settings, address: SocketAddr) -> io::Result<Self> {
        Self::start_with(routes::router, settings, address).await
    }

    /// Starts the demo service alone, which is not part of the reference deployment. Of the settings only faults of
    /// [`demo_faults`](crate::reference::demo_faults) concern it, and the variants of all contracts.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound.
    pub async fn start_demo(settings: Settings, address: SocketAddr) -> io::Result<Self> {
        Self::start_with(demo::router, settings, address).await
    }

    async fn start_with(
        make_routes: fn(&Arc<Context>) -> (Router, Arc<Memories>),
        settings: Settings,
        address: SocketAddr,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let context = Arc::new(Context::new(Switchboard::new(settings)));
        let (halt, halted) = oneshot::channel();
        let (router, memories) = make_routes(&context);
        let serving = tokio::spawn(serve(listener, router, Arc::clone(&context), halted));
        Ok(Self {
            address,
            context,
            memories,
            halt: Some(halt),
            serving,
        })
    }

    /// The address the deployment listens on, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL below which all four contracts are served, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often the fault was activated so far: 0 means that no call came to where it shows.
    pub fn hits(&self, fault: Fault) -> u64 {
        self.context.switches.hits(fault)
    }

    /// What the deployment remembers that calls can change, by contract: who holds a seat, the licenses of the
    /// users, whom the devices are assigned to. Two calls without a change between them give the same.
    pub fn state(&self) -> Value {
        self.memories.to_json()
    }

    /// Takes no more connections, lets answers under way finish, and returns when all is over, after five
    /// seconds at the latest.
    pub async fn stop(mut self) {
        if let Some(halt) = self.halt.take() {
            // The receiver is gone only if the loop has ended already.
            let _ = halt.send(());
        }
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Accepts connections until the halt signal. Each runs as a task of a set that ends with this function.
async fn serve(
    listener: TcpListener,
    router: Router,
    context: Arc<Context>,
    mut halted: oneshot::Receiver<()>,
) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut halted => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, peer)) => {
                    let has_title_case = context.switches.variant(Variant::TITLE_CASE_HEADERS);
                    let watcher = graceful.watcher();
                    let router = router.clone();
                    connections.spawn(converse(stream, Peer(peer), router, has_title_case, watcher));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    // Whatever is still open after this is aborted with the set.
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

/// Serves one connection to its end. Errors end it and concern nobody else.
async fn converse(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    has_title_case: bool,
    watcher: Watcher,
) {
    // Small answers should not wait for an acknowledgement; if that cannot be had, they wait.
    let _ = stream.set_nodelay(true);
    let slot = Slot::default();
    let wire = TokioIo::new(Wire::new(stream, slot.clone()));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let answering = router.call(request);
        let slot = slot.clone();
        async move {
            let mut response = answering.await?;
            if let Some(Verbatim(bytes)) = response.extensions_mut().remove() {
                slot.fill(bytes);
            }
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .title_case_headers(has_title_case)
        .serve_connection(wire, service);
    let _ = watcher.watch(connection).await;
}
