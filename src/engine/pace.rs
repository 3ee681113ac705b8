//! What concurrent cases share: locks by name, a request rate, the signal to stop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::Instant;

/// Locks by name.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    by_name: BTreeMap<String, Arc<Mutex<()>>>,
}

impl Locks {
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n String>) -> Locks {
        Locks {
            by_name: names.map(|name| (name.clone(), Arc::default())).collect(),
        }
    }

    /// Acquires all of them, in the order of their names, so that no two cases wait for each other.
    pub(crate) async fn acquire(&self, names: &BTreeSet<String>) -> Vec<OwnedMutexGuard<()>> {
        let mut guards = Vec::new();
        for name in names {
            if let Some(lock) = self.by_name.get(name) {
                guards.push(Arc::clone(lock).lock_owned().await);
            }
        }
        guards
    }
}

/// Spreads requests evenly if there is a limit per second, and delays them when the target throttles.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// The part of a limit for one of so many processes that share it.
    pub(crate) fn new(per_second: Option<u32>, sharing: u32) -> Pace {
        let together = Duration::from_secs(sharing.max(1).into());
        let interval = per_second.map(|count| together / count.max(1));
        Pace {
            interval: interval.unwrap_or_default(),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits until the next request may be sent.
    pub(crate) async fn wait(&self) {
        let turn = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let turn = (*next).max(now);
            *next = turn + self.interval;
            if turn == now {
                return;
            }
            turn
        };
        tokio::time::sleep_until(turn).await;
    }

    /// Delays every request for that long.
    pub(crate) async fn delay(&self, wait: Duration) {
        let mut next = self.next.lock().await;
        *next = (*next).max(Instant::now() + wait);
    }
}

/// The signal to stop a run.
#[derive(Clone, Debug)]
pub struct Stop {
    sender: Arc<watch::Sender<Phase>>,
}

/// What a run may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Everything.
    Running,
    /// Wait for the requests in progress, and undo.
    Ending,
    /// Undo.
    Stopped,
}

impl Default for Stop {
    fn default() -> Stop {
        Stop {
            sender: Arc::new(watch::channel(Phase::Running).0),
        }
    }
}

impl Stop {
    /// Stops the run. Requests in progress are abandoned; `finally` steps still run.
    pub fn stop(&self) {
        self.sender.send_replace(Phase::Stopped);
    }

    /// Ends the run. Requests in progress, also those that wait for their turn, are waited for, so that what they create is
    /// known and can be undone; but for `finally` steps, no other is sent.
    pub fn end(&self) {
        self.sender.send_if_modified(|phase| {
            let is_running = *phase == Phase::Running;
            if is_running {
                *phase = Phase::Ending;
            }
            is_running
        });
    }

    /// Whether the run was stopped or ended.
    pub fn is_stopped(&self) -> bool {
        *self.sender.borrow() != Phase::Running
    }

    /// Returns when requests in progress are abandoned.
    pub(crate) async fn cancelled(&self) {
        self.reached(|phase| phase == Phase::Stopped).await;
    }

    /// Returns when no further request is sent.
    pub(crate) async fn ended(&self) {
        self.reached(|phase| phase != Phase::Running).await;
    }

    async fn reached(&self, is_reached: impl Fn(Phase) -> bool) {
        let mut receiver = self.sender.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|phase| is_reached(*phase)).await;
    }
}
