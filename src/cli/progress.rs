//! A progress line on standard error, for long runs on a terminal.

use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::engine::Event;
use crate::model::Verdict;

/// A run shorter than this shows no progress.
const DELAY: Duration = Duration::from_millis(400);
/// The least time between two updates of the line.
const INTERVAL: Duration = Duration::from_millis(80);

/// The progress of a run.
#[derive(Debug)]
pub(crate) struct Progress {
    state: Option<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    started: Instant,
    shown: Option<Instant>,
    failed: usize,
}

impl Progress {
    /// A progress line, if standard error is watched.
    pub(crate) fn new(is_watched: bool) -> Progress {
        Progress {
            state: is_watched.then(|| {
                Mutex::new(State {
                    started: Instant::now(),
                    shown: None,
                    failed: 0,
                })
            }),
        }
    }

    /// Counts a finished case.
    pub(crate) fn on_event(&self, event: &Event<'_>) {
        let (
            Some(state),
            Event::Finished {
                case, done, total, ..
            },
        ) = (&self.state, event)
        else {
            return;
        };
        let Ok(mut state) = state.lock() else { return };
        if matches!(
            case.verdict,
            Verdict::Fail | Verdict::Flaky | Verdict::Error
        ) {
            state.failed += 1;
        }
        let failed = match state.failed {
            0 => String::new(),
            count => format!(", {count} failed"),
        };
        state.show(|| format!("{done} of {total} cases{failed}"));
    }

    /// Shows a line, unless the last update was too recent.
    pub(crate) fn show(&self, line: impl FnOnce() -> String) {
        if let Some(state) = &self.state
            && let Ok(mut state) = state.lock()
        {
            state.show(line);
        }
    }

    /// Clears the line.
    pub(crate) fn clear(&self) {
        let Some(state) = &self.state else { return };
        if state.lock().is_ok_and(|state| state.shown.is_some()) {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "\r\x1b[K");
            let _ = err.flush();
        }
    }
}

impl State {
    fn show(&mut self, line: impl FnOnce() -> String) {
        let now = Instant::now();
        let is_due = self.shown.is_none_or(|shown| now - shown >= INTERVAL);
        if now - self.started < DELAY || !is_due {
            return;
        }
        self.shown = Some(now);
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "\r\x1b[K{}", line());
        let _ = err.flush();
    }
}
