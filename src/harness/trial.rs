//! Tests with names that are known only when the program runs, and their output in the form of libtest.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::harness::arguments::Arguments;

/// One test.
pub(super) struct Trial {
    pub(super) name: String,
    pub(super) body: Body,
}

/// What a test does.
pub(super) enum Body {
    /// Nothing, for a reason.
    Ignored(String),
    /// It runs, and fails with a text.
    Run(Box<dyn FnOnce() -> Result<(), String> + Send>),
}

/// The number of tests with each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Conclusion {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
}

enum Outcome {
    Passed,
    Failed(String),
    Ignored(String),
}

struct Progress<'o> {
    conclusion: Conclusion,
    failures: Vec<(String, String)>,
    quiet: bool,
    colour: bool,
    out: &'o mut (dyn Write + Send),
}

/// Prints the names of the tests, as `--list` does. With `--ignored`: only of those that are ignored.
pub(super) fn list(trials: &[Trial], arguments: &Arguments, out: &mut dyn Write) -> io::Result<()> {
    let trials = trials.iter().filter(|trial| arguments.selects(&trial.name));
    for trial in trials {
        if !arguments.ignored || matches!(trial.body, Body::Ignored(_)) {
            writeln!(out, "{}: test", trial.name)?;
        }
    }
    Ok(())
}

/// Runs the selected tests on several threads, and prints the outcome of each.
pub(super) fn run(
    trials: Vec<Trial>,
    arguments: &Arguments,
    threads: usize,
    out: &mut (dyn Write + Send),
) -> io::Result<Conclusion> {
    let all = trials.len();
    let is_selected = |trial: &Trial| {
        let is_wanted = !arguments.ignored || matches!(trial.body, Body::Ignored(_));
        is_wanted && arguments.selects(&trial.name)
    };
    let selected: VecDeque<Trial> = trials.into_iter().filter(is_selected).collect();
    let (number, filtered) = (selected.len(), all - selected.len());
    let s = if number == 1 { "" } else { "s" };
    writeln!(out, "\nrunning {number} test{s}")?;
    let started = Instant::now();
    let is_terminal = || io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let progress = Mutex::new(Progress {
        conclusion: Conclusion::default(),
        failures: Vec::new(),
        quiet: arguments.quiet,
        colour: arguments.colour.unwrap_or_else(is_terminal),
        out,
    });
    let queue = Mutex::new(selected);
    let next = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    let work = || -> io::Result<()> {
        while let Some(trial) = next() {
            let outcome = outcome(trial.body);
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.finished(trial.name, outcome)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.clamp(1, number.max(1)))
            .map(|_| scope.spawn(work))
            .collect();
        let mut ended = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.try_for_each(|ended| ended.unwrap_or(Ok(())))
    })?;
    let progress = progress
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    progress.end(filtered, started.elapsed().as_secs_f64())
}

fn outcome(body: Body) -> Outcome {
    let run = match body {
        Body::Ignored(reason) => return Outcome::Ignored(reason),
        Body::Run(run) => run,
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => Outcome::Passed,
        Ok(Err(text)) => Outcome::Failed(text),
        Err(_) => Outcome::Failed("the test panicked".into()),
    }
}

impl Progress<'_> {
    fn finished(&mut self, name: String, outcome: Outcome) -> io::Result<()> {
        let (letter, colour, word) = match &outcome {
            Outcome::Passed => (".", "32", "ok".to_owned()),
            Outcome::Failed(_) => ("F", "31", "FAILED".to_owned()),
            Outcome::Ignored(reason) => ("i", "33", format!("ignored, {reason}")),
        };
        if self.quiet {
            write!(self.out, "{letter}")?;
        } else if self.colour {
            writeln!(self.out, "test {name} ... \x1b[{colour}m{word}\x1b[0m")?;
        } else {
            writeln!(self.out, "test {name} ... {word}")?;
        }
        match outcome {
            Outcome::Passed => self.conclusion.passed += 1,
            Outcome::Ignored(_) => self.conclusion.ignored += 1,
            Outcome::Failed(text) => {
                self.conclusion.failed += 1;
                self.failures.push((name, text));
            }
        }
        self.out.flush()
    }

    /// Prints the failures and the sums.
    fn end(mut self, filtered: usize, seconds: f64) -> io::Result<Conclusion> {
        let out = &mut self.out;
        if self.quiet {
            writeln!(out)?;
        }
        self.failures.sort();
        if !self.failures.is_empty() {
            writeln!(out, "\nfailures:\n")?;
        }
        for (name, text) in &self.failures {
            writeln!(out, "---- {name} ----\n{}\n", text.trim_end())?;
        }
        if !self.failures.is_empty() {
            writeln!(out, "\nfailures:")?;
        }
        for (name, _) in &self.failures {
            writeln!(out, "    {name}")?;
        }
        let Conclusion {
            passed,
            failed,
            ignored,
        } = self.conclusion;
        let word = if failed == 0 { "ok" } else { "FAILED" };
        writeln!(
            out,
            "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; {filtered} filtered \
             out; finished in {seconds:.2}s\n"
        )?;
        out.flush()?;
        Ok(self.conclusion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials() -> Vec<Trial> {
        let run = |name: &str, run: fn() -> Result<(), String>| Trial {
            name: name.into(),
            body: Body::Run(Box::new(run)),
        };
        vec![
            run("a/passes", || Ok(())),
            run("b/fails", || Err("FAIL b/fails".into())),
            Trial {
                name: "c/skipped".into(),
                body: Body::Ignored("no fixture".into()),
            },
        ]
    }

    fn said(line: &str) -> (Conclusion, String) {
        let arguments = Arguments::parse(line.split_whitespace().map(str::to_owned)).unwrap();
        let mut out = Vec::new();
        let conclusion = run(trials(), &arguments, 1, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        (
            conclusion,
            text.split("; finished").next().unwrap().to_owned(),
        )
    }

    #[test]
    fn the_output_is_that_of_libtest() {
        let (conclusion, text) = said("--color never");
        assert_eq!(
            (conclusion.passed, conclusion.failed, conclusion.ignored),
            (1, 1, 1)
        );
        let expected = "\nrunning 3 tests\ntest a/passes ... ok\ntest b/fails ... FAILED\ntest c/skipped ... ignored, \
                        no fixture\n\nfailures:\n\n---- b/fails ----\nFAIL b/fails\n\n\nfailures:\n    b/fails\n\ntest \
                        result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(text, expected);
    }

    #[test]
    fn filtered_tests_are_counted_and_not_run() {
        let (conclusion, text) = said("passes --color never");
        assert_eq!((conclusion.passed, conclusion.failed), (1, 0));
        assert!(text.ends_with("2 filtered out"), "{text}");
    }

    #[test]
    fn a_list_names_each_test_and_with_ignored_only_the_ignored() {
        let listed = |line: &str| {
            let words = line.split_whitespace().map(str::to_owned);
            let mut out = Vec::new();
            list(&trials(), &Arguments::parse(words).unwrap(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            listed("--list"),
            "a/passes: test\nb/fails: test\nc/skipped: test\n"
        );
        assert_eq!(listed("--list --ignored"), "c/skipped: test\n");
    }
}
