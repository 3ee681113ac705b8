//! How long the parts of opening a connection take.
//!
//! A client with a pool calls its connector without naming the request, so the times are in a task-local variable. A
//! connection that the pool goes on to open in the background, because another became idle first, is not timed.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tower_layer::Layer;
use tower_service::Service;

use crate::execute::memory::Pause;
use crate::model::exchange::Opening;

tokio::task_local! {
    static PHASES: Cell<Phases>;
}

/// The notes of one exchange.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Phases {
    opening: Opening,
    handshake_began: Option<Instant>,
    is_open: bool,
}

/// A part of opening a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Dns,
    Connect,
    Tls,
}

impl Phases {
    /// The parts. None for an answer over another connection, which became idle while one was opened for it.
    pub(super) fn opening(&self, has_answer: bool) -> Opening {
        if has_answer && !self.is_open {
            Opening::default()
        } else {
            self.opening
        }
    }
}

/// Runs an exchange for at most `limit`, not counting the time of `pause`; returns its notes with the result.
pub(super) async fn watch<T>(
    limit: Duration,
    pause: &Pause,
    exchange: impl Future<Output = T>,
) -> (Option<T>, Phases) {
    let mut exchange = pin!(PHASES.scope(Cell::default(), exchange));
    let started = Instant::now();
    let result = loop {
        let left = limit
            .saturating_add(pause.total())
            .saturating_sub(started.elapsed());
        if let Ok(result) = tokio::time::timeout(left, exchange.as_mut()).await {
            break Some(result);
        }
        // A pause that began in the meantime gives more time.
        if started.elapsed() >= limit.saturating_add(pause.total()) {
            break None;
        }
    };
    let phases = exchange.as_mut().take_value().unwrap_or_default();
    (result, phases.get())
}

/// Runs one part and notes how long it took.
pub(super) async fn timed<T>(part: Part, work: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let result = work.await;
    note(|phases| {
        let Opening { dns, connect, tls } = &mut phases.opening;
        let took = match part {
            Part::Dns => dns,
            Part::Connect => connect,
            Part::Tls => tls,
        };
        *took = Some(took.unwrap_or_default() + started.elapsed());
    });
    result
}

/// The connection is open, TLS included.
pub(super) fn opened() {
    note(|phases| phases.is_open = true);
}

/// TLS writes its first message.
pub(super) fn handshake_begins() {
    note(|phases| {
        phases.handshake_began.get_or_insert_with(Instant::now);
    });
}

fn note(change: impl FnOnce(&mut Phases)) {
    // Outside an exchange there is nothing to note.
    let _ = PHASES.try_with(|cell| {
        let mut phases = cell.get();
        change(&mut phases);
        cell.set(phases);
    });
}

/// Times the connector of a client that opens connections itself: what is neither name resolution nor TLS is
/// connecting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed;

/// A connector that is timed.
#[derive(Clone, Debug)]
pub(super) struct TimedConnector<S>(S);

impl<S> Layer<S> for Timed {
    type Service = TimedConnector<S>;

    fn layer(&self, connector: S) -> TimedConnector<S> {
        TimedConnector(connector)
    }
}

impl<R, S: Service<R>> Service<R> for TimedConnector<S>
where
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.0.call(request);
        Box::pin(async move {
            let started = Instant::now();
            let connection = connecting.await;
            note(|phases| phases.connected(started, connection.is_ok()));
            connection
        })
    }
}

impl Phases {
    fn connected(&mut self, started: Instant, is_open: bool) {
        let ended = Instant::now();
        let took = |from| ended.saturating_duration_since(from);
        self.opening.tls = self.handshake_began.map(took);
        let others = self.opening.dns.unwrap_or_default() + self.opening.tls.unwrap_or_default();
        self.opening.connect = Some(took(started).saturating_sub(others));
        self.is_open = is_open;
    }
}
