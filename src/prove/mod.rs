//! Is every check able to fail, and does nothing fail that should not? What `probity prove` does.
//!
//! A green run is worth as much as the proof that it could have been red. There are five proofs, all
//! made of the answers of one green run or of servers that are known:
//!
//! 1. every answer is changed, one thing at a time, and judged again ([`survey`]);
//! 2. servers with one fault each must be told from a clean one, by the requirement they violate ([`server`]);
//! 3. every check is turned into its opposite, which must fail ([`invert`]);
//! 4. servers that differ and conform must be left in peace ([`server`]);
//! 5. a case must leave each of those servers as it found it ([`undo`]).
//!
//! The judge is pure, so 1 and 3 send nothing after the run. The others need the reference deployment.

mod acceptance;
mod bounds;
mod change;
mod difference;
mod green;
mod invert;
mod mutant;
mod percent;
mod redact;
mod rejudge;
mod rules;
mod server;
mod site;
mod survey;
mod trial;
mod undo;
mod verdict;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::execute::TransportSetupError;
use crate::json::{SchemaDocuments, SchemaId, SchemaLibrary};
use crate::model::proof::PROOF_FORMAT;
use crate::model::{Proof, Suite, Target};
use crate::plan::Selection;
use crate::recording::Playback;
use rejudge::GreenCase;
use undo::Traces;

/// How long a step waits for something on the reference deployment, which does everything at once.
/// What has not come by then will not come: a fault keeps it from coming.
const PATIENCE: Duration = Duration::from_millis(250);

/// The suite whose contracts accept what is in the answers of the reference deployment; those of another
/// target need not have it.
const EMBEDDED: &str = "embedded";

/// What is proven, and with how much help.
#[derive(Debug)]
pub struct Subject {
    /// The suite.
    pub suite: Suite,
    /// The target that the suite is green on.
    pub target: Target,
    /// What answers instead of the target, if nothing is to be sent.
    pub recording: Option<Playback>,
    /// The base URL of the target, where it is a clean reference deployment: only then there are servers
    /// with faults and variants of it.
    pub reference: Option<String>,
}

/// How a proof is made.
#[derive(Clone, Debug, Default)]
pub struct ProofOptions {
    /// The cases that are proven.
    pub selection: Selection,
    /// Threads, and servers for each of them; 0 is one for each core.
    pub jobs: usize,
    /// The percentage of changed answers that must be noticed; without it nothing may survive.
    pub min_killed: Option<f64>,
    /// The percentage of the rules of schemas that must be seen to refuse something; without it none must.
    pub min_rules: Option<f64>,
}

/// What is being done, for people who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Cases are run for their answers.
    Answers,
    /// Answers are changed.
    Mutants,
    /// Servers with faults are run.
    Faults,
    /// Servers that conform are run.
    Variants,
    /// Cases are run alone, for what they leave behind.
    Undoing,
}

/// Calls for people who wait: the stage, how much of it is done, and of how much.
pub type OnProgress = dyn Fn(Stage, usize, usize) + Send + Sync;

/// What all proofs work on.
struct Material {
    suite: Arc<Suite>,
    target: Arc<Target>,
    base: Option<String>,
    jobs: usize,
    /// The contracts, by index, of which every case was selected.
    whole: BTreeSet<usize>,
    /// Cases that passed, or only warned, in ascending order.
    green: Vec<usize>,
    /// Requirements that even the clean run violates.
    clean_violations: BTreeSet<String>,
}

impl Material {
    /// The contracts of which every case was green: only there something accepted must have come up.
    fn fully_green(&self) -> BTreeSet<usize> {
        let mut contracts = self.whole.clone();
        for (index, case) in self.suite.cases.iter().enumerate() {
            if self.green.binary_search(&index).is_err() {
                contracts.remove(&case.contract);
            }
        }
        contracts
    }
}

/// Proves a suite.
///
/// # Errors
///
/// When the HTTP client cannot be set up.
pub async fn prove(
    subject: Subject,
    options: &ProofOptions,
    on_progress: &OnProgress,
) -> Result<Proof, TransportSetupError> {
    let started = Instant::now();
    let Subject {
        mut suite,
        target,
        recording,
        reference,
    } = subject;
    let nothing = add_schema_of_nothing(&mut suite);
    if reference.is_some() {
        be_impatient(&mut suite);
    }
    let (suite, target) = (Arc::new(suite), Arc::new(target));
    // One after the other on the reference deployment: its cases are quick, and their order is then known.
    let at_once = if reference.is_some() {
        1
    } else {
        target.limits.concurrency
    };
    let source = match recording {
        Some(playback) => green::Source::Recording(playback),
        None => green::Source::Target { at_once },
    };
    let green = green::run(&suite, &target, options, source, on_progress).await?;
    let material = Material {
        base: reference,
        jobs: jobs(options),
        whole: whole_contracts(&suite, &options.selection),
        green: green.answers.iter().map(|(index, _)| *index).collect(),
        clean_violations: green.violations,
        suite,
        target,
    };
    let cases: Vec<GreenCase<'_>> = green
        .answers
        .iter()
        .map(|(index, answers)| GreenCase {
            suite: &material.suite,
            target: &material.target,
            case: &material.suite.cases[*index],
            answers,
        })
        .collect();
    let mut proof = examine(&material, &cases, nothing, on_progress).await;
    proof.clean = green.clean;
    redact::redact(&mut proof, &green.redactor);
    proof.selection = options.selection.patterns();
    verdict::decide(&mut proof, options);
    proof.duration_ms = (started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    Ok(proof)
}

/// The proofs, one after the other.
async fn examine(
    material: &Material,
    cases: &[GreenCase<'_>],
    nothing: SchemaId,
    on_progress: &OnProgress,
) -> Proof {
    // The survey keeps threads of its own busy; what waits on this runtime meanwhile is nothing.
    let of = cases.len();
    let mut survey = tokio::task::block_in_place(|| {
        survey::survey(cases, material.jobs, &|done| {
            on_progress(Stage::Mutants, done, of);
        })
    });
    let (mut faults, mut variants, mut undoing) = (None, None, None);
    let mut alive = survey.alive.clone();
    if material.base.is_some() {
        let mut traces = Traces::default();
        let told = |done, of| on_progress(Stage::Undoing, done, of);
        undo::alone(material, &mut traces, &told).await;
        let told = |done, of| on_progress(Stage::Faults, done, of);
        let (report, places, refused) = server::faults(material, &mut traces, &told).await;
        alive.extend(places);
        survey.refused.merge(refused);
        faults = Some(report);
        let told = |done, of| on_progress(Stage::Variants, done, of);
        variants = Some(server::variants(material, &mut traces, &told).await);
        undoing = Some(traces.report(material));
    }
    let suite = &material.suite;
    let all_must_match = if material.base.is_some() || suite.name != EMBEDDED {
        material.fully_green()
    } else {
        BTreeSet::new()
    };
    Proof {
        format: PROOF_FORMAT.into(),
        probity: env!("CARGO_PKG_VERSION").into(),
        suite: suite.name.clone(),
        target: material.target.name.clone(),
        requirements: verdict::requirements(material, &survey, faults.as_ref()),
        mutants: survey.report(&suite.contracts, &suite.sources, &all_must_match),
        rules: survey.refused.report(cases),
        inverted: invert::invert(cases, nothing, &alive),
        faults,
        variants,
        undoing,
        ..Proof::default()
    }
}

fn jobs(options: &ProofOptions) -> usize {
    match options.jobs {
        0 => std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        jobs => jobs,
    }
}

fn whole_contracts(suite: &Suite, selection: &Selection) -> BTreeSet<usize> {
    let left_out = |contract: &usize| {
        let mut cases = suite.cases.iter().filter(|case| case.contract == *contract);
        cases.any(|case| !selection.selects(&case.id))
    };
    let is_touched = |contract: &usize| {
        let mut cases = suite.cases.iter().filter(|case| case.contract == *contract);
        selection.is_everything() || cases.any(|case| selection.selects(&case.id))
    };
    (0..suite.contracts.len())
        .filter(|contract| !left_out(contract) && is_touched(contract))
        .collect()
}

/// A schema that refuses everything, as the opposite of every schema.
fn add_schema_of_nothing(suite: &mut Suite) -> SchemaId {
    let schema = SchemaLibrary::new(&SchemaDocuments::new())
        .and_then(|library| library.compile_inline(&serde_json::Value::Bool(false)))
        .expect("`false` is a schema");
    suite.schemas.push(schema);
    SchemaId(suite.schemas.len() - 1)
}

fn be_impatient(suite: &mut Suite) {
    for step in suite
        .cases
        .iter_mut()
        .flat_map(|case| case.steps.iter_mut().chain(&mut case.finally))
    {
        if let Some(eventually) = &mut step.eventually {
            eventually.within = eventually.within.min(PATIENCE);
            eventually.every = eventually.every.min(PATIENCE / 8);
        }
    }
}
