//! Runs cases: joins plan, execute and judge. The binary and `cargo test` run a case in the same way.

mod assemble;
mod binary;
mod body_report;
mod case;
mod client_credentials;
mod coded_request;
mod cookies;
mod curl;
mod curl_data;
mod exchange;
mod finding;
mod fragment;
mod heavy;
mod journal;
mod json_texts;
mod judged;
mod liveness;
mod made;
mod merge;
mod pace;
mod partial;
mod rate_limiter;
mod received;
mod record;
mod redirects;
mod retry;
mod run;
mod source;
mod step;
mod sweep;
mod texts;
mod throttle;
#[cfg(feature = "cli")]
mod traffic;
mod verdict;
mod waive;
mod watch;

use crate::recording::Playback;
use crate::redact::{Redacted, Redactor};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use case::{CaseOutcome, KeptAnswer};
pub use merge::{MergeError, ShardRun, Shards};
pub use pace::Stop;
pub use partial::partial_report;
pub use record::BODY_LIMIT;
pub(crate) use run::was_cut_off;
pub use sweep::Swept;
#[cfg(feature = "cli")]
pub use traffic::{Seeing, TrafficJudge, Unfit};
pub use waive::Waivers;
pub use watch::{Running, Watch};

use crate::auth::Tokens;
use crate::execute::{TransportSetupError, Transports};
use crate::model::report::RunIdReport;
use crate::model::{CaseReport, RecordedExchange, ShardReport, Suite, Target};
use crate::persist::Journal;
use crate::plan::run_id::{RunId, random_seed};
use crate::plan::{Durations, Plan, values};
use heavy::Heavy;
use liveness::Liveness;
use pace::Locks;
use rate_limiter::RateLimiter;
use record::Recorder;
use source::Source;
use texts::Texts;

/// The run was stopped before the case was done.
#[derive(Clone, Copy, Debug)]
struct Stopped {
    /// Can a request of the step that was abandoned have changed the target?
    may_have_changed: bool,
}

/// What makes a run fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Whether a violated SHOULD makes the run fail.
    pub strict: bool,
    /// Failures that do not make the run fail.
    pub waivers: Option<Waivers>,
}

/// The progress of a run. No report is built from events.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A case was started.
    Started {
        /// Its id.
        id: &'a str,
    },
    /// A case is done.
    Finished {
        /// Its report.
        case: &'a CaseReport,
        /// False if the run was stopped before the case was done.
        is_complete: bool,
        /// The number of cases done.
        done: usize,
        /// The number of cases to run.
        total: usize,
    },
}

/// Everything needed to run cases.
#[derive(Debug)]
pub struct Engine {
    suite: Arc<Suite>,
    target: Arc<Target>,
    source: Source,
    redactor: Redactor,
    texts: Texts<Arc<str>>,
    shown_texts: Texts<Redacted>,
    locks: Locks,
    rate_limiter: RateLimiter,
    tokens: Tokens,
    run_id: Option<RunId>,
    seed: u64,
    /// The time that cases start at; `None` asks the clock.
    now: Option<jiff::Timestamp>,
    liveness: Liveness,
    stop: Stop,
    started: Instant,
    keeps_answers: bool,
    retries: usize,
    journal: Option<Journal>,
    /// Reports of cases from the run that is resumed, by id.
    done: Mutex<HashMap<String, CaseReport>>,
    recorder: Option<Recorder>,
    /// Is everything taken out of what is recorded and reported that is named like a credential? What a client sends is
    /// nobody's that the target file names.
    masks: bool,
    heavy: Heavy,
    watch: Option<Arc<Watch>>,
    /// The run of which this is one shard.
    shard: Option<Box<ShardReport>>,
    /// How long the cases took before, to start the longest first.
    durations: Option<Durations>,
    /// The ids of the cases that are started before all others.
    first: BTreeSet<String>,
}

impl Engine {
    /// An engine for one suite and one target.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be set up.
    pub fn new(
        suite: Arc<Suite>,
        target: Arc<Target>,
        stop: Stop,
    ) -> Result<Engine, TransportSetupError> {
        let source = Source::Network(Box::new(Transports::to(&target)?));
        Ok(Engine::with_source(source, suite, target, stop))
    }

    /// An engine that takes its answers from a recording and opens no socket.
    pub fn replaying(
        playback: Playback,
        suite: Arc<Suite>,
        target: Arc<Target>,
        stop: Stop,
    ) -> Engine {
        let liveness = Liveness::known(playback.lost());
        Engine {
            liveness,
            ..Engine::with_source(Source::Recording(playback), suite, target, stop)
        }
    }

    fn with_source(source: Source, suite: Arc<Suite>, target: Arc<Target>, stop: Stop) -> Engine {
        Engine {
            source,
            redactor: Redactor::new(&target.secrets),
            texts: Texts::default(),
            shown_texts: Texts::default(),
            locks: Locks::new(suite.cases.iter().flat_map(|case| &case.locks)),
            rate_limiter: RateLimiter::new(&target.limits),
            tokens: Tokens::new(&target),
            run_id: target.run_id_header.as_deref().map(RunId::new),
            seed: random_seed(),
            now: None,
            liveness: Liveness::new(target.services.keys()),
            stop,
            keeps_answers: false,
            retries: 0,
            journal: None,
            done: Mutex::default(),
            recorder: None,
            masks: false,
            heavy: Heavy::new(),
            watch: None,
            shard: None,
            durations: None,
            first: BTreeSet::new(),
            started: Instant::now(),
            suite,
            target,
        }
    }

    /// Passes every exchange to `sink` when it is over, without secrets.
    #[must_use]
    pub fn recording_to(
        mut self,
        sink: impl Fn(RecordedExchange) + Send + Sync + 'static,
    ) -> Engine {
        self.recorder = Some(Recorder::new(&self.target, &self.redactor, Arc::new(sink)));
        self
    }

    /// The same engine for another suite of the same target: it keeps tokens, limits and secrets.
    #[must_use]
    pub fn with_suite(self, suite: Arc<Suite>) -> Engine {
        Engine {
            texts: Texts::default(),
            shown_texts: Texts::default(),
            locks: Locks::new(suite.cases.iter().flat_map(|case| &case.locks)),
            suite,
            ..self
        }
    }

    /// Keeps the answer to every step in [`CaseOutcome::answers`].
    #[must_use]
    pub fn keeping_answers(mut self) -> Engine {
        self.keeps_answers = true;
        self
    }

    /// Starts the cases first that took longest before, so that none is still running when the others are done.
    #[must_use]
    pub fn longest_first(mut self, durations: Durations) -> Engine {
        self.durations = Some(durations);
        self
    }

    /// Starts these cases, by id, before all others.
    #[must_use]
    pub fn starting_with(mut self, ids: BTreeSet<String>) -> Engine {
        self.first = ids;
        self
    }

    /// Runs a failed case up to `retries` times more, to distinguish flaky from broken.
    #[must_use]
    pub fn retrying(mut self, retries: usize) -> Engine {
        self.retries = retries;
        self
    }

    /// Makes random values from this seed: with the same seed, the same cases get the same values.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Engine {
        self.seed = seed;
        self
    }

    /// Lets every case start at this time, as far as its values tell: `${now()}`.
    #[must_use]
    pub fn at(mut self, now: jiff::Timestamp) -> Engine {
        self.now = Some(now);
        self
    }

    /// The seed, if the cases of a plan have random values and are not taken from a recording, which has their values.
    pub fn seed_of(&self, plan: &Plan) -> Option<u64> {
        let is_used = !self.source.is_recording() && values::uses_seed(plan, &self.suite);
        is_used.then_some(self.seed)
    }

    /// Notes what running cases wait for.
    #[must_use]
    pub fn watched(mut self, watch: Option<Arc<Watch>>) -> Engine {
        self.watch = watch;
        self
    }

    /// Runs one shard of a plan: the report judges its cases and no requirement. The requests of all shards have the same
    /// run id.
    #[must_use]
    pub fn as_shard(mut self, shard: ShardReport) -> Engine {
        let header = self.target.run_id_header.as_deref();
        self.run_id = header.map(|header| RunId::of_shard(header, &shard.run, shard.shard));
        self.shard = Some(Box::new(shard));
        self
    }

    /// Records in a journal what cases are about to create.
    #[must_use]
    pub fn journalling(mut self, journal: Journal) -> Engine {
        self.journal = Some(journal);
        self
    }

    /// The journal.
    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// Resumes an earlier run of the same plan: takes over its completed cases and its elapsed time.
    #[must_use]
    pub fn resuming(mut self, done: Vec<CaseReport>, elapsed: Duration) -> Engine {
        let by_id = done.into_iter().map(|case| (case.id.clone(), case));
        self.done = Mutex::new(by_id.collect());
        self.started = self.started.checked_sub(elapsed).unwrap_or(self.started);
        self
    }

    /// The suite.
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The id of the run in its requests, if the target has a `run-id` header.
    pub fn run_id(&self) -> Option<RunIdReport> {
        self.run_id.as_ref().map(RunId::report)
    }

    /// The redactor, which knows the secrets of the target.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }
}
