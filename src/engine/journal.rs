//! The journal: what cases are about to make on the target, written before they make it, so that it can be undone
//! after a crash.
//!
//! A line goes to the system before the first request of a case that writes, whenever what it captured has grown,
//! and when its `finally` is done. The journal holds what `finally` needs, and so what the target answered: only its
//! owner may read it. A capture in which a secret of the target stands is withheld.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::engine::verdict::not_undone;
use crate::engine::{CaseOutcome, Engine};
use crate::json::inert::write_line;
use crate::model::StepPlace;
use crate::model::{Case, Disposition, Effect, Verdict};
use crate::redact::Redactor;

/// The value of `format` in the first line.
pub const JOURNAL_FORMAT: &str = "probity-journal/1";

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Ids of the cases that have not undone what they did.
    open: BTreeSet<String>,
}

impl Journal {
    /// Writes into this file, behind what is there.
    pub fn new(file: File) -> Journal {
        let open = BTreeSet::new();
        Journal {
            state: Mutex::new(State { file, open }),
        }
    }

    /// Ids of the cases that have not undone what they did.
    pub fn open(&self) -> BTreeSet<String> {
        self.lock().open.clone()
    }

    /// A case is about to send its first request, or has captured more.
    pub(crate) fn holds(
        &self,
        case: &str,
        captures: &BTreeMap<String, Value>,
        redactor: &Redactor,
    ) -> io::Result<()> {
        let is_secret = |value: &Value| {
            matches!(
                redactor.redact(&value.to_string()),
                std::borrow::Cow::Owned(_)
            )
        };
        let (withheld, shown): (Vec<_>, Vec<_>) =
            captures.iter().partition(|(_, value)| is_secret(value));
        let shown: BTreeMap<_, _> = shown.into_iter().collect();
        let withheld: Vec<_> = withheld.into_iter().map(|(name, _)| name).collect();
        let mut state = self.lock();
        state.line(&json!({
            "event": "begun",
            "case": case,
            "captures": shown,
            "withheld": withheld,
        }))?;
        state.open.insert(case.to_owned());
        Ok(())
    }

    /// The `finally` of a case is done; `left` is what it could not undo.
    ///
    /// # Errors
    ///
    /// When the line cannot be written: the case then stays open.
    pub fn ends<T: serde::Serialize>(&self, case: &str, left: &[T]) -> io::Result<()> {
        let mut state = self.lock();
        if !left.is_empty() {
            return state.line(&json!({ "event": "left-behind", "case": case, "things": left }));
        }
        state.line(&json!({ "event": "undone", "case": case }))?;
        state.open.remove(case);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// The journal, for a case that has something to undo.
    pub(super) fn journal_of(&self, case: &Case) -> Option<&Journal> {
        let undoes = case.effect == Effect::Write && !case.finally.is_empty();
        self.journal.as_ref().filter(|_| undoes)
    }

    pub(super) fn note(&self, case: &Case, captures: &BTreeMap<String, Value>) -> io::Result<()> {
        self.journal_of(case).map_or(Ok(()), |journal| {
            journal.holds(&case.id, captures, &self.redactor)
        })
    }

    /// Nothing is made that could not be undone after a crash.
    pub(super) fn unjournalled(&self, case: &Case, error: &io::Error) -> CaseOutcome {
        let mut report = self.skipped(case, &format!("the journal cannot be written: {error}"));
        report.verdict = Verdict::Error;
        let mut outcome = CaseOutcome {
            report,
            evidence: vec![Disposition::Unproven; case.proves.len()],
            is_silenced: false,
            is_whole: true,
            answers: Vec::new(),
        };
        self.tell_evidence(case, &mut outcome);
        outcome
    }

    /// Runs only the `finally` of a case that was cut off, with what it had captured. What could not be undone,
    /// and whether every request was answered.
    pub async fn sweep_case(
        &self,
        index: usize,
        mut captures: BTreeMap<String, Value>,
    ) -> (Vec<String>, bool) {
        let case = &self.suite.cases[index];
        let mut finally = Vec::new();
        for number in 0..case.finally.len() {
            let place = StepPlace {
                case,
                take: 0,
                number: case.steps.len() + number,
            };
            if let Ok(outcome) = self.run_step(place, &mut captures, false).await {
                finally.push(outcome);
            }
        }
        let is_answered = finally.iter().all(|step| step.exchange.answer.is_ok());
        let left = not_undone(case, &finally, &self.redactor).into_iter();
        (left.map(String::from).collect(), is_answered)
    }
}

impl State {
    /// One write for a line, so that a crash leaves at most the last one cut.
    fn line(&mut self, value: &Value) -> io::Result<()> {
        write_line(value, &mut self.file)?;
        self.file.flush()
    }
}
