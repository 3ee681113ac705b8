//! Mutation testing of a suite: can every check fail, and does nothing fail that should not? What `probity prove` does.
//!
//! There are five proofs, made from the answers of one passing run and from servers whose behaviour is known:
//!
//! 1. mutants, answers with one change each, must be killed: some check must fail ([`survey`]);
//! 2. faults, each on a server of its own, must be killed by a check of the requirement that they violate ([`server`]);
//! 3. every check is inverted, and the inverted check must fail ([`invert`]);
//! 4. variants, servers that differ and conform, must pass ([`server`]);
//! 5. a case must leave each of those servers as it found it ([`undo`]).
//!
//! The judge is pure, so 1 and 3 send nothing after the run. The others need the reference deployment.

mod allowed;
mod bounds;
mod change;
mod changed;
mod check_at;
mod described;
mod difference;
mod elsewhere;
mod fold;
mod general;
mod green;
mod invert;
mod mutant;
mod opposites;
mod pairs;
mod part;
mod percent;
mod redact;
mod rejudge;
mod rules;
mod server;
mod server_events;
mod share;
mod site;
mod survey;
mod tally;
mod trial;
mod undo;
mod verdict;
mod xml_mutant;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::execute::TransportSetupError;
use crate::json::{SchemaDocuments, SchemaId, SchemaLibrary};
use crate::model::proof::PROOF_FORMAT;
use crate::model::{Case, CleanRun, ExitCode, Proof, Shard, Suite, Target};
use crate::plan::Selection;
use crate::recording::Playback;
use elsewhere::Pool;
use part::{Evidence, ServerEvidence};
use rejudge::GreenCase;
use share::Share;

pub use part::{PartError, ProofPart};

/// How long a step retries on the reference deployment, whose effects are immediate: what did not happen by then is
/// prevented by a fault.
const RETRIED_FOR: Duration = Duration::from_millis(250);

/// The suite whose contracts allow what is in the answers of the reference deployment; the answers of another target
/// need not contain it.
const EMBEDDED: &str = "embedded";

/// What is proven, on which answers.
#[derive(Debug)]
pub struct Subject {
    /// The suite.
    pub suite: Suite,
    /// The target that the suite passes on.
    pub target: Target,
    /// A recording to take the answers from instead of the target; then nothing is sent.
    pub recording: Option<Playback>,
    /// The base URL of the target if it is a clean reference deployment: only then faults and variants can be run.
    pub reference: Option<String>,
}

/// How a proof is made.
#[derive(Clone, Debug, Default)]
pub struct ProofOptions {
    /// The cases that are proven.
    pub selection: Selection,
    /// Threads, and servers for each of them; 0 is one for each core.
    pub jobs: usize,
    /// The mutation score that is required, in percent; without it nothing may survive.
    pub min_killed: Option<f64>,
    /// The percentage of the rules of schemas that must reject something; without it none must.
    pub min_rules: Option<f64>,
    /// The percentage of the mutants that some exchange kills which must be killed in every exchange; without it all
    /// that a check of a MUST kills.
    pub min_everywhere: Option<f64>,
}

/// The stage of a proof, for progress messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Cases are run for their answers.
    Answers,
    /// Mutants are judged.
    Mutants,
    /// Faults are run.
    Faults,
    /// Variants are run.
    Variants,
    /// Cases are run alone, for what they leave behind.
    Undoing,
}

/// Reports progress: the stage, how much of it is done, and of how much.
pub type OnProgress = dyn Fn(Stage, usize, usize) + Send + Sync;

/// What all proofs work on.
struct Material {
    suite: Arc<Suite>,
    target: Arc<Target>,
    base: Option<String>,
    jobs: usize,
    /// The contracts, by index, of which every case was selected.
    complete: BTreeSet<usize>,
    /// Cases that passed, or only warned, in ascending order.
    green: Vec<usize>,
    /// Requirements that even the clean run violates.
    clean_violations: BTreeSet<String>,
}

impl Material {
    /// The contracts of which every case passed: only there must each allowed place occur.
    fn fully_green(&self) -> BTreeSet<usize> {
        let mut contracts = self.complete.clone();
        for (index, case) in self.suite.cases.iter().enumerate() {
            if self.green.binary_search(&index).is_err() {
                contracts.remove(&case.contract);
            }
        }
        contracts
    }
}

/// How much of a proof is made.
#[derive(Debug)]
pub enum Extent {
    /// All of it.
    Whole,
    /// The part of one shard.
    Shard(Shard),
    /// The rest of it, after all shards.
    Merge(Vec<ProofPart>),
}

/// What was made.
#[derive(Debug)]
pub enum Proved {
    /// A proof.
    Proof(Box<Proof>),
    /// The part of a shard.
    Part {
        /// The part.
        part: Box<ProofPart>,
        /// The passing run.
        clean: CleanRun,
        /// The exit code of that run, with its reasons.
        exit: (ExitCode, Vec<String>),
    },
    /// The parts make no proof.
    Mismatch(PartError),
}

/// Proves a suite, or a part of it.
///
/// # Errors
///
/// When the HTTP client cannot be set up.
pub async fn prove(
    subject: Subject,
    options: &ProofOptions,
    extent: Extent,
    on_progress: &OnProgress,
) -> Result<Proved, TransportSetupError> {
    let started = Instant::now();
    let Subject {
        mut suite,
        target,
        recording,
        reference,
    } = subject;
    let nothing = add_schema_of_nothing(&mut suite);
    if reference.is_some() {
        retry_briefly(&mut suite);
    }
    let (suite, target) = (Arc::new(suite), Arc::new(target));
    // One at a time on the reference deployment: its cases are quick, and their order is then the same each time.
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
        complete: complete_contracts(&suite, &options.selection),
        green: green.answers.iter().map(|(index, _)| *index).collect(),
        clean_violations: green.violations,
        suite,
        target,
    };
    let operations = rejudge::operations(&material.suite);
    let held: Vec<Case> = green
        .answers
        .iter()
        .map(|(index, answers)| rejudge::held(&material.suite.cases[*index], answers))
        .collect();
    let cases: Vec<GreenCase<'_>> = green
        .answers
        .iter()
        .zip(&held)
        .map(|((_, answers), case)| GreenCase {
            suite: &material.suite,
            target: &material.target,
            case,
            answers,
            operations: &operations[case.contract],
        })
        .collect();
    let selection = options.selection.patterns();
    let evidence = match extent {
        Extent::Whole => gather(&material, &cases, Share::of(None), on_progress).await,
        Extent::Shard(shard) => {
            let subject = part::subject_digest(&material, &cases, &selection);
            let evidence = gather(&material, &cases, Share::of(Some(shard)), on_progress).await;
            let part = ProofPart::new(shard, subject, evidence, &green.redactor);
            return Ok(Proved::Part {
                part: Box::new(part),
                exit: verdict::of_a_part(&green.clean),
                clean: green.clean,
            });
        }
        Extent::Merge(parts) => {
            let subject = part::subject_digest(&material, &cases, &selection);
            let lenders = Pool::of(&cases).into_lenders().len();
            match part::merged(parts, &subject, &material, lenders) {
                Ok(evidence) => evidence,
                Err(error) => return Ok(Proved::Mismatch(error)),
            }
        }
    };
    let mut proof = conclude(&material, &cases, nothing, evidence);
    proof.clean = green.clean;
    redact::redact(&mut proof, &green.redactor);
    proof.selection = selection;
    verdict::decide(&mut proof, options);
    proof.duration_ms = (started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    Ok(Proved::Proof(Box::new(proof)))
}

/// Judges the mutants and runs the servers of a share.
async fn gather(
    material: &Material,
    cases: &[GreenCase<'_>],
    share: Share,
    on_progress: &OnProgress,
) -> Evidence {
    // The survey runs on threads of its own; nothing else waits on this runtime meanwhile.
    let of = cases.len();
    let survey = tokio::task::block_in_place(|| {
        survey::survey(cases, share, material.jobs, &|done| {
            on_progress(Stage::Mutants, done, of);
        })
    });
    let mut evidence = Evidence {
        survey,
        servers: None,
    };
    if material.base.is_none() {
        return evidence;
    }
    let mut servers = ServerEvidence::default();
    let traces = &mut servers.traces;
    let report_progress = |done, of| on_progress(Stage::Undoing, done, of);
    servers.alone = undo::alone(material, share, traces, &report_progress).await;
    let report_progress = |done, of| on_progress(Stage::Faults, done, of);
    servers.faults = server::faults(material, share, traces, &report_progress).await;
    let report_progress = |done, of| on_progress(Stage::Variants, done, of);
    servers.variants = server::variants(material, share, traces, &report_progress).await;
    evidence.servers = Some(servers);
    evidence
}

/// The proof that the evidence makes.
fn conclude(
    material: &Material,
    cases: &[GreenCase<'_>],
    nothing: SchemaId,
    evidence: Evidence,
) -> Proof {
    let Evidence {
        mut survey,
        servers,
    } = evidence;
    let mut alive = std::mem::take(&mut survey.alive);
    let (mut faults, mut variants, mut undoing) = (None, None, None);
    if let Some(servers) = servers {
        faults = Some(servers.faults.report());
        alive.extend(servers.faults.alive);
        survey.refused.merge(servers.faults.refused);
        variants = Some(server::report_variants(&servers.variants));
        undoing = Some(servers.traces.report(material));
    }
    let suite = &material.suite;
    let all_must_match = if material.base.is_some() || suite.place != EMBEDDED {
        material.fully_green()
    } else {
        BTreeSet::new()
    };
    let lenders = Pool::of(cases).into_lenders();
    Proof {
        format: PROOF_FORMAT.into(),
        probity: env!("CARGO_PKG_VERSION").into(),
        suite: suite.place.clone(),
        suite_name: (suite.name != suite.place).then(|| suite.name.clone()),
        target: material.target.name.clone(),
        requirements: verdict::requirements(material, &survey, faults.as_ref()),
        mutants: survey.report(&lenders, &suite.contracts, &suite.sources, &all_must_match),
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

fn complete_contracts(suite: &Suite, selection: &Selection) -> BTreeSet<usize> {
    let left_out = |contract: &usize| {
        let mut cases = suite.cases.iter().filter(|case| case.contract == *contract);
        cases.any(|case| !selection.selects(suite, case))
    };
    let is_touched = |contract: &usize| {
        let mut cases = suite.cases.iter().filter(|case| case.contract == *contract);
        selection.is_everything() || cases.any(|case| selection.selects(suite, case))
    };
    (0..suite.contracts.len())
        .filter(|contract| !left_out(contract) && is_touched(contract))
        .collect()
}

/// A schema that rejects everything: the inverse of every schema.
fn add_schema_of_nothing(suite: &mut Suite) -> SchemaId {
    let schema = SchemaLibrary::new(&SchemaDocuments::new())
        .and_then(|library| library.compile_inline(&serde_json::Value::Bool(false)))
        .expect("`false` is a schema");
    suite.schemas.push(schema);
    SchemaId(suite.schemas.len() - 1)
}

fn retry_briefly(suite: &mut Suite) {
    for step in suite
        .cases
        .iter_mut()
        .flat_map(|case| case.steps.iter_mut().chain(&mut case.finally))
    {
        if let Some(eventually) = &mut step.eventually {
            eventually.within = eventually.within.min(RETRIED_FOR);
            eventually.every = eventually.every.min(RETRIED_FOR / 8);
        }
    }
}
