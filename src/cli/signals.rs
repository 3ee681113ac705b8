//! Ctrl-C and SIGTERM.

use std::io;

use crate::model::ExitCode;

use crate::cli::output::Terminal;

/// The signals that ask this process to end. None that comes after this was made is missed.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Starts to listen, inside a runtime.
    ///
    /// # Errors
    ///
    /// The exit code. The message has been printed.
    pub(crate) fn listen(terminal: &Terminal) -> Result<Signals, ExitCode> {
        Signals::new().map_err(|error| {
            let message = format!("cannot listen for signals: {error}");
            terminal.fail(ExitCode::Defect, &message, &[])
        })
    }

    #[cfg(unix)]
    fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Signals> {
        Ok(Signals {})
    }

    /// Returns at the next signal.
    #[cfg(unix)]
    pub(crate) async fn asked_to_end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Returns at the next signal.
    #[cfg(not(unix))]
    pub(crate) async fn asked_to_end(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
