//! A line on standard error for somebody who waits: nothing for short runs, nothing where nobody watches.

use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::engine::Event;
use crate::model::Verdict;

/// A run shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(400);
/// The line changes at most this often.
const EVERY: Duration = Duration::from_millis(80);

/// Shows how far a run is.
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
    /// A progress line, if somebody watches.
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

    /// Takes note of an event.
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

    /// Shows a line, unless the last one has just been shown.
    pub(crate) fn show(&self, line: impl FnOnce() -> String) {
        if let Some(state) = &self.state
            && let Ok(mut state) = state.lock()
        {
            state.show(line);
        }
    }

    /// Takes the line away.
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
        let is_due = self.shown.is_none_or(|shown| now - shown >= EVERY);
        if now - self.started < PATIENCE || !is_due {
            return;
        }
        self.shown = Some(now);
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "\r\x1b[K{}", line());
        let _ = err.flush();
    }
}
