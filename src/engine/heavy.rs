//! Work on large bodies, off the thread that reads answers: judging one must not delay the others.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// A body of fewer bytes is judged at once: handing the work over would take longer.
const LARGE: usize = 64 << 10;

/// How many large bodies are worked on at one time. Parsed, a body takes several times its own size.
const AT_ONCE: usize = 1;

/// Runs work that may take long.
#[derive(Debug)]
pub(super) struct Heavy {
    permits: Semaphore,
}

impl Heavy {
    pub(super) fn new() -> Heavy {
        Heavy {
            permits: Semaphore::new(AT_ONCE),
        }
    }

    /// Does some work on so many bytes. On a runtime of one thread there is no other to do it.
    pub(super) async fn run<T>(&self, bytes: usize, work: impl FnOnce() -> T) -> T {
        if bytes < LARGE {
            return work();
        }
        // It is never closed.
        let _permit = self.permits.acquire().await;
        if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            tokio::task::block_in_place(work)
        } else {
            work()
        }
    }
}
