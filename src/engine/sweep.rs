//! `probity sweep`: runs the `finally` steps of cases that a crashed run left open.

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use crate::engine::Engine;
use crate::engine::cookies::Cookies;
use crate::engine::verdict::not_undone;
use crate::model::StepPlace;
use crate::persist::{Journal, JournalFile, OpenCase};

/// The result of undoing one case.
#[derive(Debug)]
pub struct Swept<'j> {
    /// The id of the case.
    pub id: &'j str,
    /// What could not be undone; empty if everything was.
    pub left: Vec<String>,
    /// Whether every request had an answer.
    pub is_answered: bool,
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
            let (left, is_answered) = self.undo(id, open).await;
            let unwritten = log.ended(id, &left).err();
            on_case(Swept {
                id,
                left,
                is_answered,
                unwritten,
            });
        }
    }

    async fn undo(&self, id: &str, open: &OpenCase) -> (Vec<String>, bool) {
        let cases = &self.suite.cases;
        let place = cases
            .iter()
            .position(|case| case.id == id && !case.finally.is_empty());
        let (mut left, is_answered) = match place {
            Some(index) => self.undo_case(index, open.captures.clone()).await,
            None => (
                vec!["the suite no longer has such a case with a `finally`".into()],
                true,
            ),
        };
        if !left.is_empty() && !open.withheld.is_empty() {
            left.push(format!(
                "not in the journal because of a secret: {}",
                open.withheld.join(", ")
            ));
        }
        (left, is_answered)
    }

    /// Runs the `finally` of a case with its captures: what could not be undone, and whether every request had an
    /// answer.
    async fn undo_case(
        &self,
        index: usize,
        mut captures: BTreeMap<String, Value>,
    ) -> (Vec<String>, bool) {
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
        let is_answered = finally.iter().all(|step| step.exchange.answer.is_ok());
        let left = not_undone(case, &finally, &self.redactor).into_iter();
        (left.map(String::from).collect(), is_answered)
    }
}
