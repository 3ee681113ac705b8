//! The progress of a run in a few lines, for a terminal that is watched.
//!
//! ```text
//! 42 of 109 cases, 12 failed, 35 per second, about 2 s left
//!   10  MUST PRESENCE-40: member `xuid` is missing
//!    2  no connection: connection refused
//! slowest, for 4 s: presence/batch/two-users
//!   waits for POST /users/batch of presence
//! ```

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::model::{CaseReport, Verdict, cause_of};
use crate::report::page::{count, cut, pad_left};
use crate::report::summary::case::{brief, decisive_findings};
use crate::text::printable::printable;

/// The rate is that of the last seconds.
const WINDOW: Duration = Duration::from_secs(10);

/// Causes that have a line.
const CAUSES: usize = 3;

/// Causes that are told apart; failures of later ones are counted together.
const KNOWN: usize = 1000;

/// How far a run is.
#[derive(Debug, Default)]
pub struct Tally {
    done: usize,
    total: usize,
    failed: usize,
    /// By cause: how many cases, and the fact as in the first of them.
    causes: HashMap<String, (usize, String)>,
    /// When how many cases were done.
    past: VecDeque<(Duration, usize)>,
    is_stopping: bool,
}

/// A case that is running.
#[derive(Clone, Copy, Debug)]
pub struct Slowest<'s> {
    /// Its id.
    pub id: &'s str,
    /// How long it has been running.
    pub runs_for: Duration,
    /// What it waits for, in words.
    pub waits_for: &'s str,
}

impl Tally {
    /// How many cases will be run.
    #[must_use]
    pub fn of(total: usize) -> Tally {
        Tally {
            total,
            ..Tally::default()
        }
    }

    /// A case is done: so many are now.
    pub fn finished(&mut self, case: &CaseReport, done: usize, total: usize) {
        // Two workers may report in another order.
        self.done = self.done.max(done);
        self.total = total;
        if !matches!(
            case.verdict,
            Verdict::Fail | Verdict::Flaky | Verdict::Error
        ) {
            return;
        }
        self.failed += 1;
        let first = decisive_findings(case).next();
        let cause = match first {
            Some(finding) => cause_of(case, finding),
            None => case.reason.to_string(),
        };
        if let Some(known) = self.causes.get_mut(&cause) {
            known.0 += 1;
        } else if self.causes.len() < KNOWN {
            let fact = match first {
                Some(finding) => {
                    let level = finding
                        .level
                        .map_or_else(String::new, |level| format!("{level} "));
                    let id = finding.requirement.as_deref().unwrap_or("setup");
                    format!("{level}{}: {}", printable(id), brief(&finding.message))
                }
                None => brief(&case.reason),
            };
            self.causes.insert(cause, (1, fact));
        }
    }

    /// The run was asked to end.
    pub fn stopping(&mut self) {
        self.is_stopping = true;
    }

    /// Notes the time, for the rate. `now` is counted from the start of the run.
    pub fn tick(&mut self, now: Duration) {
        let is_old = |(then, _): &(Duration, usize)| *then + WINDOW < now;
        while self.past.len() > 1 && self.past.front().is_some_and(is_old) {
            self.past.pop_front();
        }
        self.past.push_back((now, self.done));
    }

    /// The lines: at most `room.1`, of at most `room.0` columns.
    pub fn lines(&self, slowest: Option<Slowest<'_>>, room: (usize, usize)) -> Vec<String> {
        let mut lines = vec![self.headline()];
        let mut causes: Vec<&(usize, String)> = self.causes.values().collect();
        causes.sort_by_key(|(cases, fact)| (Reverse(*cases), fact.clone()));
        for (cases, fact) in causes.iter().take(CAUSES) {
            lines.push(format!("{}  {fact}", pad_left(&cases.to_string(), 5)));
        }
        let named: usize = causes.iter().take(CAUSES).map(|(cases, _)| cases).sum();
        if named < self.failed {
            let others = causes.len().saturating_sub(CAUSES);
            let others = match others {
                0 => "others".to_owned(),
                others => count(others, "other cause"),
            };
            let left_out = pad_left(&(self.failed - named).to_string(), 5);
            lines.push(format!("{left_out}  for {others}"));
        }
        if let Some(slowest) = slowest {
            lines.push(format!(
                "slowest, for {}: {}",
                estimate(slowest.runs_for.as_secs_f64()),
                printable(slowest.id)
            ));
            lines.push(format!("  waits for {}", printable(slowest.waits_for)));
        }
        let (columns, rows) = (room.0.max(1), room.1.max(1));
        lines.truncate(rows);
        lines.iter().map(|line| cut(line, columns)).collect()
    }

    fn headline(&self) -> String {
        let mut parts = vec![format!("{} of {}", self.done, count(self.total, "case"))];
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        if self.is_stopping {
            let text = "interrupted: undoing what was created (Ctrl-C again ends at once)";
            parts.push(text.to_owned());
        } else if let Some(rate) = self.rate() {
            parts.push(match rate {
                slow if slow < 1.0 => format!("{:.0} per minute", slow * 60.0),
                slow if slow < 9.95 => format!("{slow:.1} per second"),
                fast => format!("{fast:.0} per second"),
            });
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let left = self.total.saturating_sub(self.done) as f64 / rate;
            parts.push(format!("about {} left", estimate(left)));
        }
        parts.join(", ")
    }

    /// Cases in a second; `None` while none was done.
    fn rate(&self) -> Option<f64> {
        let ((start, before), (end, after)) = (self.past.front()?, self.past.back()?);
        let seconds = end.saturating_sub(*start).as_secs_f64();
        let done = after.saturating_sub(*before);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let rate = done as f64 / seconds;
        (done > 0 && seconds > 0.0).then_some(rate)
    }
}

/// `2 s`, `4 min`, `3 h`.
fn estimate(seconds: f64) -> String {
    match seconds.ceil() {
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds if seconds < 7200.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.0} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::page::cells;
    use crate::report::sample;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn what_is_shown_at_the_start_in_the_middle_and_after_an_interrupt() {
        let mut tally = Tally::of(1000);
        let mut shown = String::new();
        let mut show = |tally: &Tally, slowest| {
            for line in tally.lines(slowest, (72, 8)) {
                shown.push_str(&line);
                shown.push('\n');
            }
            shown.push('\n');
        };
        tally.tick(seconds(0));
        show(&tally, None);
        let report = sample::broken();
        let mut done = 0;
        for second in 1..=4 {
            for case in report.cases.iter().cycle().take(30 * second) {
                done += 1;
                tally.finished(&case, done, 1000);
            }
            tally.tick(seconds(second as u64));
        }
        let slowest = Slowest {
            id: "presence/batch/two-users",
            runs_for: Duration::from_millis(3240),
            waits_for: "POST /users/batch of presence",
        };
        show(&tally, Some(slowest));
        tally.stopping();
        show(&tally, Some(slowest));
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut tally = Tally::of(100);
        let report = sample::broken();
        let mut cases = report.cases.iter();
        let case = cases.find(|case| case.verdict == Verdict::Pass).unwrap();
        for second in 0..60 {
            tally.tick(seconds(second));
        }
        assert!(tally.rate().is_none());
        tally.finished(&case, 50, 100);
        tally.tick(seconds(60));
        assert!(
            (tally.rate().unwrap() - 5.0).abs() < 0.6,
            "{:?}",
            tally.rate()
        );
        for second in 61..80 {
            tally.tick(seconds(second));
        }
        assert!(tally.past.len() < 14);
        assert!(tally.rate().is_none());
    }

    #[test]
    fn lines_keep_to_the_room_and_contain_nothing_that_a_terminal_acts_on() {
        let mut tally = Tally::of(5000);
        let mut case = sample::broken().cases[3].clone();
        case.findings[0].schema = None;
        case.findings[0].pointer = None;
        for number in 0..3000 {
            case.findings[0].message = format!("\u{1b}[2J{}日本", "x".repeat(number))
                .as_str()
                .into();
            case.findings[0].requirement = Some(format!("A-{number}"));
            tally.finished(&case, number, 5000);
        }
        assert_eq!(tally.causes.len(), KNOWN);
        let slowest = Slowest {
            id: "a/\u{1b}[2J",
            runs_for: Duration::MAX,
            waits_for: "b\r\n",
        };
        for columns in [1, 20, 80] {
            for rows in [0, 1, 3, 10] {
                let lines = tally.lines(Some(slowest), (columns, rows));
                assert!(lines.len() <= rows.max(1));
                for line in lines {
                    assert!(cells(&line) <= columns, "{line}");
                    assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
                }
            }
        }
    }
}
