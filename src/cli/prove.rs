//! `probity prove`: mutation testing of the checks, with mutants, inverted checks, faults and variants.

use std::io;
use std::sync::Arc;

use crate::model::{ExitCode, Proof, RecordingReport, Suite, Target};
use crate::plan::Selection;
use crate::prove::{ProofOptions, Proved, Stage, Subject, prove as prove_suite};
use crate::recording::Playback;
use crate::redact::Redactor;
use crate::reference::Deployment;
use crate::report::proof as text;

use crate::cli::arguments::ProveOptions;
use crate::cli::output::{Terminal, write_whole};
use crate::cli::progress::Progress;
use crate::cli::proof_parts as parts;
use crate::cli::recorded::Recorded;
use crate::cli::settings::{patterns, selection};
use crate::cli::{suite, target};

/// Proves the selected cases and reports.
pub(crate) fn prove(options: &ProveOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let extent = parts::extent(options, terminal)?;
    let is_piped = options.report.iter().any(|path| path.as_os_str() == "-");
    let suite = suite::load_for_run(&options.suite, is_piped, terminal);
    let mut suite = suite.ok_or(ExitCode::Invalid)?;
    let runtime = target::started(runtime(options.recording.is_none()), terminal)?;
    runtime.block_on(async {
        let Source {
            target,
            selection,
            playback,
            recording,
            deployment,
        } = Source::of(options, &mut suite, terminal).await?;
        let redactor = Redactor::new(&target.secrets);
        // The demo service has no catalogue of faults.
        let is_reference = options.target.is_none();
        let reference = deployment.as_ref().filter(|_| is_reference);
        let subject = Subject {
            suite,
            target,
            recording: playback,
            reference: reference.map(Deployment::base_url),
        };
        let settings = ProofOptions {
            selection,
            jobs: options.jobs.map_or(0, usize::from),
            min_killed: options.min_killed,
            min_rules: options.min_rules,
            min_everywhere: options.min_everywhere,
        };
        let progress = Arc::new(Progress::new(terminal.is_watched));
        let watcher = Arc::clone(&progress);
        let proved = prove_suite(subject, &settings, extent, &move |stage, done, of| {
            watcher.show(|| words(stage, done, of));
        })
        .await;
        progress.clear();
        if let Some(deployment) = deployment {
            deployment.stop().await;
        }
        match proved.map_err(|error| terminal.no_client(&error))? {
            Proved::Proof(mut proof) => {
                proof.recording = recording.map(|recording| recording.redacted(&redactor));
                Ok(print(options, &proof, &redactor, terminal))
            }
            Proved::Part { part, exit, .. } => {
                Ok(parts::write(options, &part, exit, &redactor, terminal))
            }
            Proved::Mismatch(error) => Ok(parts::mismatch(&error, terminal)),
        }
    })
}

/// The source of the answers that are mutated.
struct Source {
    target: Target,
    selection: Selection,
    playback: Option<Playback>,
    recording: Option<RecordingReport<String>>,
    /// The reference deployment, if no other target was named.
    deployment: Option<Deployment>,
}

impl Source {
    async fn of(
        options: &ProveOptions,
        suite: &mut Suite,
        terminal: &Terminal,
    ) -> Result<Source, ExitCode> {
        let given = options.target.as_deref();
        if let Some(path) = &options.recording {
            let only = patterns(&options.only, &options.skip);
            let recorded = Recorded::open(path, given, &only, suite, terminal)?;
            return Ok(Source {
                target: recorded.target,
                selection: recorded.selection,
                playback: Some(recorded.playback),
                recording: Some(recorded.report),
                deployment: None,
            });
        }
        let selection = selection(&options.only, &options.skip, terminal)?;
        let (target, deployment) = target::start(given, suite, terminal).await?;
        Ok(Source {
            target,
            selection,
            playback: None,
            recording: None,
            deployment,
        })
    }
}

/// A runtime on several cores: judging is work, and there are many servers. One without a network cannot open a socket.
fn runtime(with_network: bool) -> io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_time();
    if with_network {
        builder.enable_io();
    }
    builder.build()
}

fn words(stage: Stage, done: usize, of: usize) -> String {
    match stage {
        Stage::Answers => format!("running cases: {done} of {of}"),
        Stage::Mutants => format!("mutants: {done} of {of} cases"),
        Stage::Faults => format!("faults: {done} of {of}"),
        Stage::Variants => format!("variants: {done} of {of}"),
        Stage::Undoing => format!("cleanup: {done} of {of} cases"),
    }
}

/// Writes the files, then the text for people.
fn print(
    options: &ProveOptions,
    proof: &Proof,
    redactor: &Redactor,
    terminal: &Terminal,
) -> ExitCode {
    let mut bytes = Vec::new();
    let mut written = Vec::new();
    let mut problems = Vec::new();
    let is_piped = options.report.iter().any(|path| path.as_os_str() == "-");
    if !options.report.is_empty() {
        let rendered = text::render_json(proof, &mut bytes).and_then(|()| {
            let is_in_a_text =
                || serde_json::from_slice(&bytes).map_or(true, |proof| redactor.finds_in(&proof));
            if redactor.finds(&String::from_utf8_lossy(&bytes)) && is_in_a_text() {
                return Err(io::Error::other(
                    "it would contain a secret; nothing was written",
                ));
            }
            Ok(())
        });
        for path in options.report.iter().filter(|path| path.as_os_str() != "-") {
            let shown = path.display().to_string();
            let outcome = match &rendered {
                Ok(()) => write_whole(path, &bytes),
                Err(error) => Err(io::Error::other(error.to_string())),
            };
            match outcome {
                Ok(()) => written.push(shown),
                Err(error) => {
                    problems.push(format!("the proof {shown} could not be written: {error}"));
                }
            }
        }
        if is_piped && let Err(error) = rendered {
            problems.push(format!("the proof could not be written: {error}"));
            bytes.clear();
        }
    }
    let text_options = text::ProofOptions {
        colour: if is_piped {
            terminal.error_colour
        } else {
            terminal.colour
        },
        width: terminal.width,
        verbose: options.verbose,
        report_paths: written,
    };
    if is_piped {
        // JSON on standard output must stay parseable, so the text goes to standard error.
        terminal.print(|out| out.write_all(&bytes));
        terminal.print_error(|out| text::render(proof, &text_options, out));
    } else {
        terminal.print(|out| text::render(proof, &text_options, out));
    }
    for problem in &problems {
        terminal.complain(problem, &[]);
    }
    if !problems.is_empty() {
        return ExitCode::Defect;
    }
    proof.exit
}
