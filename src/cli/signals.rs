//! Ctrl-C and SIGTERM; on Windows Ctrl-C and Ctrl-Break, which is how one process asks another there.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal as Interrupt, Signal as Terminate};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak as Terminate, CtrlC as Interrupt};

use crate::model::ExitCode;

use crate::cli::output::Terminal;

/// The signals that ask this process to end. None that comes after this was made is missed.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Interrupt,
    terminate: Terminate,
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

    #[cfg(windows)]
    fn new() -> io::Result<Signals> {
        use tokio::signal::windows::{ctrl_break, ctrl_c};
        Ok(Signals {
            interrupt: ctrl_c()?,
            terminate: ctrl_break()?,
        })
    }

    /// Returns at the next signal.
    pub(crate) async fn asked_to_end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
