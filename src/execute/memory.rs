//! A limit on the response bodies that a whole run keeps in memory.
//!
//! The first [`SMALL`] bytes of every body are free. Before an exchange reads more, it reserves room for the largest
//! body that is allowed, and reads nothing from its connection until there is room. It reserves once and all that it
//! can need, so it never waits for more while it keeps others waiting: every exchange that has room can finish. The
//! time of waiting does not count as the target's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The room for bodies larger than [`SMALL`], in bytes; never less than one body.
pub const LARGE_BODIES: usize = 64 << 20;

/// A body of up to this many bytes needs no reservation.
pub const SMALL: usize = 1 << 20;

/// The capacity of the buffer of a large body. From this size on glibc maps an allocation of its own and gives it back
/// when it is freed; smaller ones stay in the arena of their thread. With 32 bodies of 16 MiB that made 366 MB instead
/// of 120 MB. Pages that are not written to take no memory.
const MAPPED: usize = 32 << 20;

/// Grows the buffer of a large body for at least so many bytes more.
pub(super) fn grow(body: &mut Vec<u8>, coming: usize) {
    if body.capacity() < MAPPED || body.capacity() - body.len() < coming {
        body.reserve_exact(coming.max(MAPPED));
    }
}

/// The room for large bodies, counted in bodies of the largest size.
#[derive(Clone, Debug)]
pub(super) struct BodyMemory(Arc<Semaphore>);

impl BodyMemory {
    /// The room for bodies of at most `largest` bytes.
    pub(super) fn new(largest: usize) -> BodyMemory {
        let count = (LARGE_BODIES / largest.max(SMALL)).max(1);
        BodyMemory(Arc::new(Semaphore::new(count)))
    }

    /// Waits until there is room for one body. The wait is noted in `pause`.
    pub(super) async fn reserve(&self, pause: &Pause) -> Option<LargeBody> {
        let _waiting = pause.start();
        // It is never closed.
        let permit = Arc::clone(&self.0).acquire_owned().await.ok()?;
        Some(LargeBody { _permit: permit })
    }
}

/// Room for one large body, given back when it is dropped.
#[derive(Debug)]
pub struct LargeBody {
    _permit: OwnedSemaphorePermit,
}

/// How long an exchange has waited for room.
#[derive(Debug, Default)]
pub(super) struct Pause(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    total: Duration,
    since: Option<Instant>,
}

impl Pause {
    /// The time of all waits so far, the present one included.
    pub(super) fn total(&self) -> Duration {
        let state = self.state();
        let present = state.since.map(|since| since.elapsed());
        state.total + present.unwrap_or_default()
    }

    fn start(&self) -> Waiting<'_> {
        self.state().since = Some(Instant::now());
        Waiting(self)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait that ends when this is dropped.
struct Waiting<'p>(&'p Pause);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        let since = state.since.take();
        state.total += since.map(|since| since.elapsed()).unwrap_or_default();
    }
}
