//! Progress on standard error, for long runs on a terminal: redrawn in place, and gone when the run is over.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::engine::{Event, Watch};
use crate::report::progress::{Slowest, Tally};

use crate::cli::output::Terminal;

/// A run shorter than this shows no progress.
const DELAY: Duration = Duration::from_secs(2);
/// The time between two updates.
const INTERVAL: Duration = Duration::from_millis(100);
/// Lines at most.
const LINES: usize = 7;
/// Columns and lines of a terminal that does not say how many it has.
const SIZE: (usize, usize) = (80, 24);

/// The progress of a run, or of a stage of a proof.
#[derive(Debug)]
pub(crate) struct Progress {
    drawing: Option<Arc<Drawing>>,
}

#[derive(Debug)]
struct Drawing {
    started: Instant,
    watch: Arc<Watch>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tally: Tally,
    /// What is shown in place of the tally.
    line: Option<String>,
    /// The lines on the terminal.
    shown: Vec<String>,
    is_over: bool,
}

impl Progress {
    /// Progress, if standard error is watched.
    pub(crate) fn new(is_watched: bool) -> Progress {
        let drawing = is_watched.then(|| {
            Arc::new(Drawing {
                started: Instant::now(),
                watch: Arc::default(),
                state: Mutex::default(),
            })
        });
        if let Some(drawing) = &drawing {
            let drawing = Arc::downgrade(drawing);
            std::thread::spawn(move || redraw(&drawing));
        }
        Progress { drawing }
    }

    /// Where the engine notes what running cases wait for, if it is shown.
    pub(crate) fn watch(&self) -> Option<Arc<Watch>> {
        let drawing = self.drawing.as_ref()?;
        Some(Arc::clone(&drawing.watch))
    }

    /// Counts a finished case.
    pub(crate) fn on_event(&self, event: &Event<'_>) {
        let Event::Finished {
            case, done, total, ..
        } = event
        else {
            return;
        };
        if let Some(drawing) = &self.drawing {
            drawing.state().tally.finished(case, *done, *total);
        }
    }

    /// The run was asked to end.
    pub(crate) fn stopping(&self) {
        if let Some(drawing) = &self.drawing {
            drawing.state().tally.stopping();
        }
    }

    /// Shows this line in place of the number of cases.
    pub(crate) fn show(&self, line: impl FnOnce() -> String) {
        if let Some(drawing) = &self.drawing {
            drawing.state().line = Some(line());
        }
    }

    /// Prints a line above what is shown.
    pub(crate) fn say(&self, line: &str, terminal: &Terminal) {
        let mut state = self.drawing.as_ref().map(|drawing| drawing.state());
        if let Some(state) = &mut state {
            state.draw(Vec::new());
        }
        terminal.print_error(|out| writeln!(out, "{line}"));
    }

    /// Clears what is shown, for good.
    pub(crate) fn clear(&self) {
        if let Some(drawing) = &self.drawing {
            let mut state = drawing.state();
            state.is_over = true;
            state.draw(Vec::new());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Draws until the run is over.
fn redraw(drawing: &Weak<Drawing>) {
    loop {
        std::thread::sleep(INTERVAL);
        let Some(drawing) = drawing.upgrade() else {
            return;
        };
        let now = drawing.started.elapsed();
        let slowest = drawing.watch.slowest();
        let mut state = drawing.state();
        if state.is_over {
            return;
        }
        state.tally.tick(now);
        if now < DELAY {
            continue;
        }
        let slowest = slowest.as_ref().map(|one| Slowest {
            id: &one.id,
            runs_for: one.started.elapsed(),
            waits_for: &one.waits_for,
        });
        let (columns, rows) = size();
        let room = (columns.saturating_sub(1), LINES.min(rows.saturating_sub(1)));
        let lines = match &state.line {
            Some(line) => vec![line.chars().take(room.0).collect()],
            None => state.tally.lines(slowest, room),
        };
        state.draw(lines);
    }
}

impl Drawing {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Puts these lines in the place of those that are shown.
    fn draw(&mut self, lines: Vec<String>) {
        if self.shown != lines {
            let text = replaced(self.shown.len(), &lines);
            self.shown = lines;
            let mut err = io::stderr().lock();
            let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
        }
    }
}

/// What a terminal is sent to show these lines in the place of the last ones. The cursor stays at the end of the last line.
fn replaced(shown: usize, lines: &[String]) -> String {
    let up = match shown {
        0 => String::new(),
        1 => "\r\x1b[J".to_owned(),
        several => format!("\r\x1b[{}A\x1b[J", several - 1),
    };
    format!("{up}{}", lines.join("\n"))
}

/// Columns and lines of the terminal.
fn size() -> (usize, usize) {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or(SIZE, |(columns, rows)| (columns.0.into(), rows.0.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_replaced_in_place_and_removed_at_the_end() {
        let lines = ["a".to_owned(), "b".to_owned()];
        assert_eq!(replaced(0, &lines), "a\nb");
        assert_eq!(replaced(1, &lines), "\r\x1b[Ja\nb");
        assert_eq!(replaced(2, &lines), "\r\x1b[1A\x1b[Ja\nb");
        assert_eq!(replaced(2, &[]), "\r\x1b[1A\x1b[J");
        assert_eq!(replaced(0, &[]), "");
    }

    #[test]
    fn nothing_is_watched_without_a_terminal() {
        let progress = Progress::new(false);
        assert!(progress.watch().is_none());
        progress.clear();
    }
}
