//! `probity prove`: is every check able to fail, and does nothing fail that should not?

use std::io;
use std::sync::Arc;

use crate::load::Thoroughness;
use crate::model::{ExitCode, Proof, RecordingReport, Suite, Target};
use crate::plan::Selection;
use crate::prove::{ProofOptions, Stage, Subject, prove as prove_suite};
use crate::recording::Playback;
use crate::redact::Redactor;
use crate::reference::Deployment;
use crate::report::proof as text;

use crate::cli::arguments::ProveOptions;
use crate::cli::output::{Terminal, write_whole};
use crate::cli::progress::Progress;
use crate::cli::recorded::Recorded;
use crate::cli::{run, suite};

/// Proves the selected cases and reports.
pub(crate) fn prove(options: &ProveOptions, terminal: &Terminal) -> ExitCode {
    let Some(mut suite) = suite::load(&options.suite, Thoroughness::ForRun, terminal) else {
        return ExitCode::Invalid;
    };
    let runtime = match runtime(options.recording.is_none()) {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.complain(&format!("the runtime cannot be started: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    runtime.block_on(async {
        let source = match Source::of(options, &mut suite, terminal).await {
            Ok(source) => source,
            Err(exit) => return exit,
        };
        let Source {
            target,
            selection,
            playback,
            recording,
            deployment,
        } = source;
        let redactor = Redactor::new(&target.secrets);
        let subject = Subject {
            suite,
            target,
            recording: playback,
            reference: deployment.as_ref().map(Deployment::base_url),
        };
        let settings = ProofOptions {
            selection,
            jobs: options.jobs.map_or(0, usize::from),
            min_killed: options.min_killed,
            min_rules: options.min_rules,
        };
        let progress = Arc::new(Progress::new(terminal.is_watched));
        let watcher = Arc::clone(&progress);
        let proved = prove_suite(subject, &settings, &move |stage, done, of| {
            watcher.show(|| words(stage, done, of));
        })
        .await;
        progress.clear();
        if let Some(deployment) = deployment {
            deployment.stop().await;
        }
        match proved {
            Ok(mut proof) => {
                proof.recording = recording.map(|recording| recording.redacted(&redactor));
                tell(options, &proof, &redactor, terminal)
            }
            Err(error) => {
                terminal.complain(&format!("the HTTP client cannot be set up: {error}"), &[]);
                ExitCode::Defect
            }
        }
    })
}

/// Where the answers come from that are changed.
struct Source {
    target: Target,
    selection: Selection,
    playback: Option<Playback>,
    recording: Option<RecordingReport<String>>,
    /// The reference deployment, where no other target was named.
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
            let recorded = Recorded::open(path, given, &options.only, suite, terminal)?;
            return Ok(Source {
                target: recorded.target,
                selection: recorded.selection,
                playback: Some(recorded.playback),
                recording: Some(recorded.report),
                deployment: None,
            });
        }
        let selection = Selection::new(&options.only).map_err(|error| {
            terminal.complain(&error.to_string(), &[]);
            ExitCode::Invalid
        })?;
        let (target, deployment) = run::target(given, suite, terminal).await?;
        Ok(Source {
            target,
            selection,
            playback: None,
            recording: None,
            deployment,
        })
    }
}

/// A runtime on several cores: judging is work, and there are many servers. Without a network it cannot open a socket.
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
        Stage::Mutants => format!("changing answers: {done} of {of} cases"),
        Stage::Faults => format!("servers with a fault: {done} of {of}"),
        Stage::Variants => format!("servers that conform: {done} of {of}"),
        Stage::Undoing => format!("cases run alone: {done} of {of}"),
    }
}

/// Writes the files, then what people read. A file that could not be written is a defect of the run.
fn tell(
    options: &ProveOptions,
    proof: &Proof,
    redactor: &Redactor,
    terminal: &Terminal,
) -> ExitCode {
    let mut octets = Vec::new();
    let mut written = Vec::new();
    let mut problems = Vec::new();
    let is_piped = options.report.iter().any(|path| path.as_os_str() == "-");
    if !options.report.is_empty() {
        let rendered = text::render_json(proof, &mut octets).and_then(|()| {
            if redactor.finds(&String::from_utf8_lossy(&octets)) {
                return Err(io::Error::other(
                    "it would have held a secret; nothing was written",
                ));
            }
            Ok(())
        });
        for path in options.report.iter().filter(|path| path.as_os_str() != "-") {
            let shown = path.display().to_string();
            let outcome = match &rendered {
                Ok(()) => write_whole(path, &octets),
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
            octets.clear();
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
        // JSON on standard output must stay parseable; people read the other stream.
        terminal.print(|out| out.write_all(&octets));
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
