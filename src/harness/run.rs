//! One run of a suite against a target, for programs: from the files to the report.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{Engine, Policy, Stop};
use crate::harness::{environment, rendered, target_choice};
use crate::load::{SuiteSource, Thoroughness, load_suite, load_target};
use crate::model::Report;
use crate::plan::{Selection, plan_run};

/// A run of a suite against a target.
///
/// The suite is read from files, so nothing is checked before [`Run::run`].
#[derive(Clone, Debug)]
pub struct Run {
    suite: SuiteSource,
    target: String,
    only: Vec<String>,
    strict: bool,
    retries: u8,
    jobs: Option<usize>,
    seed: Option<u64>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The suite, the target or a selection is invalid. The text has each mistake with its source line. Nothing was
    /// sent.
    #[error("{0}")]
    Invalid(String),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Run {
    /// Runs the suite in a directory against `target`: a base URL, or the path of a target file.
    pub fn new(suite: impl Into<PathBuf>, target: impl Into<String>) -> Run {
        Run::of(SuiteSource::Directory(suite.into()), target.into())
    }

    /// Runs the suites that ship with Probity against `target`: a base URL, or the path of a target file.
    pub fn embedded(target: impl Into<String>) -> Run {
        Run::of(SuiteSource::Embedded, target.into())
    }

    fn of(suite: SuiteSource, target: String) -> Run {
        Run {
            suite,
            target,
            only: Vec::new(),
            strict: false,
            retries: 0,
            jobs: None,
            seed: None,
        }
    }

    /// Runs only cases that match: the id as a glob (`*` also matches `/`) or the beginning of a path, `requirement:ID`,
    /// `level:MUST`, `tag:NAME` or `file:PATH`. Call it again to select more: patterns of one kind are alternatives, and
    /// one of each kind must match.
    #[must_use]
    pub fn only(mut self, pattern: impl Into<String>) -> Run {
        self.only.push(pattern.into());
        self
    }

    /// Does not run cases that match, as in [`Run::only`]. Call it again to exclude more.
    #[must_use]
    pub fn skip(mut self, pattern: impl Into<String>) -> Run {
        self.only.push(format!("!{}", pattern.into()));
        self
    }

    /// Also fails the run if a SHOULD requirement is violated.
    #[must_use]
    pub fn strict(mut self) -> Run {
        self.strict = true;
        self
    }

    /// Runs a failed case up to this many times more, to distinguish a flaky case from a broken one.
    #[must_use]
    pub fn retries(mut self, retries: u8) -> Run {
        self.retries = retries;
        self
    }

    /// Runs this many cases at the same time. By default the target file decides.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Run {
        self.jobs = Some(jobs.max(1));
        self
    }

    /// Makes random values from this seed, to repeat those of an earlier run: its report has the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Run {
        self.seed = Some(seed);
        self
    }

    /// Runs the cases, in a tokio runtime with time and network, and returns the report.
    ///
    /// Secrets come from the environment variables that the target file names, and are not in the report.
    ///
    /// # Errors
    ///
    /// When a file is invalid, or no request can be sent at all. A target that does not answer is no error: its cases
    /// have the verdict [`Verdict::Error`](crate::Verdict::Error) in the report.
    pub async fn run(self) -> Result<Report, RunError> {
        let selection = Selection::new(&self.only)
            .map_err(|error| RunError::Invalid(format!("error: {error}\n")))?;
        let loaded = load_suite(&self.suite, Thoroughness::ForRun);
        let is_valid = loaded.is_valid();
        let (mut suite, found) = (loaded.suite, loaded.diagnostics);
        if !is_valid {
            return Err(RunError::Invalid(rendered(&found, &suite.sources)));
        }
        let target = load_target(&target_choice(&self.target), &mut suite, &environment);
        let (mut target, _) =
            target.map_err(|found| RunError::Invalid(rendered(&found, &suite.sources)))?;
        target.given = Some(self.target);
        let plan = plan_run(&suite, &target, &selection);
        let jobs = self.jobs.unwrap_or(target.limits.concurrency);
        let engine = Engine::new(Arc::new(suite), Arc::new(target), Stop::default())
            .map_err(|error| RunError::Client(error.into()))?;
        let mut engine = engine.retrying(self.retries.into());
        if let Some(seed) = self.seed {
            engine = engine.seeded(seed);
        }
        let engine = Arc::new(engine);
        let policy = Policy {
            strict: self.strict,
            waivers: None,
        };
        Ok(engine.run(&plan, &selection, jobs, policy, |_| {}).await)
    }
}
