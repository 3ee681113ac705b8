//! Findings that are kept: each as small as it can be, with a case that was run and found the same.

use crate::engine::Engine;
use crate::fuzz::found::{Again, Found, Hit, hit};
use crate::fuzz::session::{MOST_FOUND, Session};
use crate::fuzz::trial::{Trial, run};
use crate::fuzz::written::{cases, new_texts, text};
use crate::model::Verdict;

/// How often a finding is made smaller, and how many smaller ones are tried at once.
const SHRINKS: usize = 12;
const SHRUNK_AT_ONCE: usize = 12;

impl Session<'_> {
    /// Makes a finding as small as it can be, and keeps it with its case file.
    pub(super) async fn keep(
        &mut self,
        mut engine: Engine,
        mut trial: Trial,
        mut found: Hit,
    ) -> Result<Engine, &'static str> {
        for _ in 0..SHRINKS {
            if self.stop.is_stopped() {
                break;
            }
            let smaller = self.changes.smaller(&trial.changed);
            let smaller = smaller.into_iter().take(SHRUNK_AT_ONCE);
            let trials: Vec<Trial> = smaller.map(|changed| self.trial(changed)).collect();
            if trials.is_empty() {
                break;
            }
            let batch = run(engine, self.source, trials, self.options.jobs).await?;
            engine = batch.engine;
            let mut next = None;
            for (trial, report) in batch.outcomes {
                self.count(&report);
                let operation = &self.spots[trial.changed.spot].operation;
                let same = hit(&trial, &report, operation).filter(|hit| hit.cause == found.cause);
                if next.is_none() {
                    next = same.map(|hit| (trial, hit));
                }
            }
            let Some((smaller, hit)) = next else { break };
            trial = smaller;
            found = hit;
        }
        if self.fuzzed.found.len() < MOST_FOUND {
            let (next, trial, doubt) = self.repeatable(engine, &trial, &found).await?;
            engine = next;
            let mut trial = trial;
            let redactor = engine.redactor();
            trial.changed.what = redactor.redact(&trial.changed.what).into_owned();
            let seed = &self.seeds[self.spots[trial.changed.spot].seed];
            let is_secret = |text: &String| redactor.finds(text);
            let text = text(&trial, &found, self.options.seed);
            // What the suite says already is no secret of the target.
            let file = if new_texts(&trial, seed).iter().any(is_secret) {
                Err("it would contain a secret")
            } else {
                Ok(text)
            };
            self.fuzzed.found.push(Found {
                operation: found.operation,
                headline: found.headline,
                requirement: found.requirement,
                change: trial.changed.what,
                got: found.got,
                contract: trial.contract,
                file,
                doubt,
                again: Again::default(),
                cause: found.cause,
            });
        }
        Ok(engine)
    }

    /// The case of a finding, which was run and found the same; or why it is no evidence.
    async fn repeatable(
        &mut self,
        engine: Engine,
        trial: &Trial,
        found: &Hit,
    ) -> Result<(Engine, Trial, Option<&'static str>), &'static str> {
        let made = cases(trial, found);
        let last = made.last().unwrap_or(trial).clone();
        if self.stop.is_stopped() {
            return Ok((engine, last, Some("there was no time to run it")));
        }
        let batch = run(engine, self.source, made, self.options.jobs).await?;
        let mut chosen = None;
        for (made, report) in batch.outcomes {
            self.count(&report);
            let operation = &self.spots[made.changed.spot].operation;
            let again = hit(&made, &report, operation);
            let is_same = again.is_some_and(|again| again.cause == found.cause);
            let is_red = match report.verdict {
                Verdict::Fail | Verdict::Warn | Verdict::Flaky => true,
                // Where no requirement is about the answer, or only a rule is, nothing else fails.
                Verdict::Error => made.has_foreign_requirement,
                _ => false,
            };
            if is_same && is_red && chosen.is_none() {
                chosen = Some(made);
            }
        }
        Ok(match chosen {
            Some(made) => (batch.engine, made, None),
            None => (
                batch.engine,
                last,
                Some("it was run, and did not find the same again"),
            ),
        })
    }
}
