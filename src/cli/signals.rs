//! Ctrl-C and SIGTERM: both ask to come to an end.

use std::io;

/// What asks this process to end, heard from the moment this is made: none is missed between the
/// start of the work and the first time somebody waits.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to listen. Inside a runtime.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Begins to listen. Inside a runtime.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> io::Result<Signals> {
        Ok(Signals {})
    }

    /// Returns when asked to end. Each further call waits for being asked again.
    #[cfg(unix)]
    pub(crate) async fn asked_to_end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Returns when asked to end. Each further call waits for being asked again.
    #[cfg(not(unix))]
    pub(crate) async fn asked_to_end(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
