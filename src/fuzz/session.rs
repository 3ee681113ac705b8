//! A session: the unchanged cases first, then batches of changed requests until the time is over.

mod keep;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use crate::engine::{Engine, Policy, Stop, was_cut_off};
use crate::execute::TransportSetupError;
use crate::fuzz::base::Base;
use crate::fuzz::change::{Changed, Changes};
use crate::fuzz::expected::Change;
use crate::fuzz::found::{Again, Hit, hit, is_silent, status};
use crate::fuzz::fuzzed::Fuzzed;
use crate::fuzz::names::Names;
use crate::fuzz::options::FuzzOptions;
use crate::fuzz::requests::Requests;
use crate::fuzz::seed::{Seed, seeds};
use crate::fuzz::spot::{Spot, spots};
use crate::fuzz::trial::{Trial, run, trial};
use crate::fuzz::untouched::Operations;
use crate::fuzz::written::with_others;
use crate::load::{SuiteSource, suite_texts};
use crate::model::{CaseReport, Suite, Target};
use crate::plan::plan_run;

/// How many requests are changed before the suite is loaded again, and at first: a short time is used well, too.
const BATCH: usize = 60;
const FIRST_BATCH: usize = 20;

/// The most findings that are kept; a session ends with them.
pub(crate) const MOST_FOUND: usize = 50;

/// So many unchanged requests in a row that are not accepted any more end a session.
const LOST: usize = 3;

/// Everything that a session needs.
#[derive(Debug)]
pub struct Fuzzer {
    source: SuiteSource,
    engine: Engine,
    options: FuzzOptions,
    stop: Stop,
}

impl Fuzzer {
    /// Prepares a session. `suite` is the one of `source`, without a mistake.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be set up.
    pub fn new(
        source: SuiteSource,
        suite: Suite,
        target: Target,
        options: FuzzOptions,
        stop: Stop,
    ) -> Result<Fuzzer, TransportSetupError> {
        let engine = Engine::new(Arc::new(suite), Arc::new(target), stop.clone())?;
        Ok(Fuzzer {
            source,
            engine: engine.seeded(options.seed),
            options,
            stop,
        })
    }

    /// Runs it. `show` gets the number of requests and of findings now and then.
    ///
    /// # Errors
    ///
    /// A defect of Probity.
    pub async fn run(self, show: &dyn Fn(usize, usize)) -> Result<Fuzzed, &'static str> {
        let Fuzzer {
            source,
            engine,
            options,
            stop,
        } = self;
        let timer = {
            let (stop, time) = (stop.clone(), options.time);
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                // What is under way is waited for: what it creates is undone.
                stop.end();
            })
        };
        let texts = suite_texts(&source);
        let (engine, base) = run_base(engine, &options).await?;
        let seeds = seeds(&texts);
        let requests = Requests::new(&texts);
        let names = Names::new(&seeds, &requests);
        let spots = spots(&seeds, &base, &requests, &names);
        let changes = Changes::new(&spots, &requests, options.seed);
        let mut session = Session {
            source: &source,
            seeds: &seeds,
            spots: &spots,
            changes,
            options: &options,
            stop: &stop,
            started: Instant::now(),
            fuzzed: Fuzzed {
                requests: base.requests,
                failing: base.failed.clone(),
                errors: base.errors.clone(),
                unanswered: base.unanswered.clone(),
                unfinished: base.unfinished.len(),
                cases: base.cases(),
                left_behind: base.left_behind.clone(),
                ..Fuzzed::default()
            },
            known: BTreeMap::new(),
            lost: 0,
            sent: 0,
            touched: BTreeSet::new(),
        };
        let ended = session.run(engine, show).await;
        timer.abort();
        ended?;
        session.add_others();
        let (mut fuzzed, touched) = (session.fuzzed, session.touched);
        let tried = fuzzed.tallies.keys();
        let undescribed = spots.iter().filter(|spot| spot.legal.is_none());
        let undescribed: BTreeSet<&str> = undescribed.map(|spot| spot.operation.as_str()).collect();
        fuzzed.undescribed = tried
            .filter(|name| undescribed.contains(name.as_str()))
            .cloned()
            .collect();
        fuzzed.untouched = Operations {
            spots: &spots,
            touched: &touched,
            options: &options,
            names: &names,
        }
        .untouched(&fuzzed, &base, &seeds, &requests);
        Ok(fuzzed)
    }
}

/// Runs the selected cases as they are.
async fn run_base(engine: Engine, options: &FuzzOptions) -> Result<(Engine, Base), &'static str> {
    let plan = plan_run(engine.suite(), engine.target(), &options.selection);
    let engine = Arc::new(engine);
    let policy = Policy::default();
    let run = Arc::clone(&engine).run(&plan, &options.selection, options.jobs, policy, |_| {});
    let base = Base::of(&run.await);
    let engine = Arc::try_unwrap(engine).map_err(|_| "a case outlived its run")?;
    Ok((engine, base))
}

struct Session<'s> {
    source: &'s SuiteSource,
    seeds: &'s [Seed],
    spots: &'s [Spot],
    changes: Changes<'s>,
    options: &'s FuzzOptions,
    stop: &'s Stop,
    started: Instant,
    fuzzed: Fuzzed,
    /// The causes of findings, and which other requests showed them.
    known: BTreeMap<String, Again>,
    /// Unchanged requests in a row that were not accepted.
    lost: usize,
    /// Changed requests.
    sent: usize,
    /// Operations with a changed request that was sent.
    touched: BTreeSet<String>,
}

impl Session<'_> {
    async fn run(
        &mut self,
        mut engine: Engine,
        show: &dyn Fn(usize, usize),
    ) -> Result<(), &'static str> {
        if self.spots.is_empty() {
            return Ok(());
        }
        let mut size = FIRST_BATCH;
        while !self.is_over() {
            let left = self.options.most.map_or(size, |most| most - self.sent);
            let mut changed = Vec::new();
            while changed.len() < size.min(left) {
                match self.changes.next() {
                    Some(next) => changed.push(next),
                    None => break,
                }
            }
            if changed.is_empty() {
                self.fuzzed.ended = "nothing is left to change".into();
                return Ok(());
            }
            self.sent += changed.len();
            let control = self.control(changed[0].spot);
            let trials = changed.into_iter().map(|changed| self.trial(changed));
            let trials = std::iter::once(control).chain(trials).collect();
            let batch = run(engine, self.source, trials, self.options.jobs).await?;
            engine = batch.engine;
            self.fuzzed.unwritable += batch.unwritable;
            let hits = self.judge(batch.outcomes, &engine);
            for (trial, hit) in hits {
                engine = self.keep(engine, trial, hit).await?;
            }
            show(self.fuzzed.requests, self.fuzzed.found.len());
            size = BATCH;
        }
        Ok(())
    }

    fn is_over(&mut self) -> bool {
        if self.lost >= LOST {
            self.fuzzed.is_lost = true;
            self.fuzzed.ended =
                "unchanged requests are not accepted any more: what is refused says nothing".into();
        } else if self.fuzzed.found.len() >= MOST_FOUND {
            self.fuzzed.ended = format!("{MOST_FOUND} findings are enough");
        }
        let is_late = self.started.elapsed() >= self.options.time;
        let is_all = self.options.most.is_some_and(|most| self.sent >= most);
        !self.fuzzed.ended.is_empty() || is_late || is_all || self.stop.is_stopped()
    }

    /// A request as it was accepted: as long as it is, the refusal of others is evidence.
    fn control(&self, spot: usize) -> Trial {
        self.trial(Changed {
            spot,
            change: Change::Blind,
            what: "the unchanged request".into(),
            place: String::new(),
            request: self.spots[spot].request.clone(),
            body: None,
        })
    }

    fn trial(&self, changed: Changed) -> Trial {
        let spot = &self.spots[changed.spot];
        trial(&self.seeds[spot.seed], spot, changed)
    }

    /// Counts the answers of a batch, whose first trial is the unchanged request, and returns what is new.
    fn judge(&mut self, outcomes: Vec<(Trial, CaseReport)>, engine: &Engine) -> Vec<(Trial, Hit)> {
        let mut hits = Vec::new();
        for (number, (trial, report)) in outcomes.into_iter().enumerate() {
            self.count(&report);
            if number > 0 && !was_cut_off(&report) {
                let operation = &self.spots[trial.changed.spot].operation;
                self.touched.insert(operation.clone());
            }
            let answer = status(&trial, &report);
            if number > 0 && answer.is_none() && self.lost == 0 && is_silent(&trial, &report) {
                let operation = self.spots[trial.changed.spot].operation.clone();
                if self.fuzzed.silent.len() < MOST_FOUND {
                    let change = engine.redactor().redact(&trial.changed.what).into_owned();
                    self.fuzzed.silent.push((operation.clone(), change));
                }
                self.fuzzed.tallies.entry(operation).or_default().silent += 1;
            }
            if number == 0 && trial.changed.place.is_empty() {
                let is_accepted = answer.is_some_and(|status| status < 400);
                // One that is throttled, or was cut off at the end, says nothing either way.
                if is_accepted {
                    self.lost = 0;
                } else if answer != Some(429) && !self.stop.is_stopped() {
                    self.lost += 1;
                }
                continue;
            }
            // Too many requests is no answer to what was asked.
            let Some(answer) = answer.filter(|status| *status != 429) else {
                continue;
            };
            let operation = self.spots[trial.changed.spot].operation.clone();
            let tally = self.fuzzed.tallies.entry(operation).or_default();
            tally.answered += 1;
            tally.illegal += usize::from(trial.changed.change == Change::Illegal);
            tally.accepted += usize::from(answer < 400);
            tally.refused += usize::from((400..500).contains(&answer));
            let operation = &self.spots[trial.changed.spot].operation;
            let Some(hit) = hit(&trial, &report, operation) else {
                continue;
            };
            if let Some(again) = self.known.get_mut(&hit.cause) {
                let change = format!("{}: {}", hit.operation, trial.changed.what);
                again.add(engine.redactor().redact(&change).into_owned());
            } else {
                self.known.insert(hit.cause.clone(), Again::default());
                hits.push((trial, hit));
            }
        }
        hits
    }

    /// Adds to each finding which other requests showed its cause: whoever fixes one of them looks at all.
    fn add_others(&mut self) {
        for found in &mut self.fuzzed.found {
            let Some(mut again) = self.known.remove(&found.cause) else {
                continue;
            };
            let own = format!("{}: {}", found.operation, found.change);
            again.also.retain(|change| *change != own);
            if let Ok(text) = &mut found.file {
                *text = with_others(text, &again.also);
            }
            found.again = again;
        }
    }

    fn count(&mut self, report: &CaseReport) {
        let left = report.left_behind.iter().map(ToString::to_string);
        self.fuzzed.left_behind.extend(left);
        self.fuzzed.left_behind.truncate(MOST_FOUND);
        self.fuzzed.requests += report.steps.iter().fold(0, |sum, step| sum + step.sent());
    }
}
