//! `probity sweep`: runs the `finally` steps of cases that a crashed run left open.

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use crate::engine::Engine;
use crate::engine::cookies::Cookies;
use crate::engine::step::StepOutcome;
use crate::engine::verdict::undone_later;
use crate::model::{NoAnswerKind, StepPlace};
use crate::persist::{Journal, JournalFile, OpenCase, Outlook};

/// The result of undoing one case.
#[derive(Debug)]
pub struct Swept<'j> {
    /// The id of the case.
    pub id: &'j str,
    /// What could not be undone; empty if everything was.
    pub left: Vec<String>,
    /// What was deleted before.
    pub gone: Vec<String>,
    /// Whether every request had an answer.
    pub is_answered: bool,
    /// Whether a request could not be made, because the journal has no value for it: no later sweep can make it either.
    pub lacks_values: bool,
    /// The error of recording this in the journal.
    pub unwritten: Option<io::Error>,
}

impl Engine {
    /// Undoes the open cases of a journal, in the order of their ids, and records each result in `log`.
    pub async fn sweep(
        &self,
        journal: &JournalFile,
        log: &Journal,
        mut on_case: impl FnMut(Swept<'_>),
    ) {
        for (id, open) in &journal.open {
            let Undone {
                left,
                gone,
                is_answered,
                lacks_values,
            } = self.undo(id, open).await;
            let unwritten = log.ended(id, &left, Outlook::Sweep).err();
            on_case(Swept {
                id,
                left,
                gone,
                is_answered,
                lacks_values,
                unwritten,
            });
        }
    }

    async fn undo(&self, id: &str, open: &OpenCase) -> Undone {
        let cases = &self.suite.cases;
        let place = cases
            .iter()
            .position(|case| case.id == id && !case.finally.is_empty());
        let mut undone = match place {
            Some(index) => self.undo_case(index, open.captures.clone()).await,
            None => Undone {
                left: vec!["the suite no longer has such a case with a `finally`".into()],
                gone: Vec::new(),
                is_answered: true,
                lacks_values: false,
            },
        };
        if !undone.left.is_empty() && !open.withheld.is_empty() {
            undone.left.push(format!(
                "not in the journal because of a secret: {}",
                open.withheld.join(", ")
            ));
        }
        undone
    }

    /// Runs the `finally` of a case with its captures.
    async fn undo_case(&self, index: usize, mut captures: BTreeMap<String, Value>) -> Undone {
        let case = &self.suite.cases[index];
        let cookies = Cookies::of(case);
        let mut finally = Vec::new();
        for number in 0..case.finally.len() {
            let place = StepPlace {
                case,
                attempt: 0,
                number: case.steps.len() + number,
            };
            let step = self.run_step(place, &mut captures, &cookies, false);
            if let Ok(outcome) = step.await {
                finally.push(outcome);
            }
        }
        // A request that could not be made was not sent: the target is not to blame.
        let is_answered = finally.iter().all(|step| match &step.exchange.answer {
            Ok(_) => true,
            Err(no_answer) => no_answer.kind == NoAnswerKind::Unsendable,
        });
        let is_unsendable = |step: &StepOutcome| {
            let answer = step.exchange.answer.as_ref();
            answer.is_err_and(|no_answer| no_answer.kind == NoAnswerKind::Unsendable)
        };
        let (left, gone) = undone_later(case, &finally, &self.redactor);
        Undone {
            left: left.into_iter().map(String::from).collect(),
            gone: gone.into_iter().map(String::from).collect(),
            is_answered,
            lacks_values: finally.iter().any(is_unsendable),
        }
    }
}

/// The result of the `finally` of one case.
struct Undone {
    /// What could not be undone.
    left: Vec<String>,
    /// What was deleted before.
    gone: Vec<String>,
    /// Whether every request that was sent had an answer.
    is_answered: bool,
    /// Whether a request could not be made.
    lacks_values: bool,
}
