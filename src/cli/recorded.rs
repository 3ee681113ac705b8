//! A recording in place of a target, for `judge` and `prove`.

use std::path::Path;

use crate::model::{ExitCode, Recording, RecordingReport, Suite, Target, Unmatched};
use crate::plan::Selection;
use crate::recording::load_recording;
use crate::recording::match_exchanges;
use crate::recording::{Playback, recorded_target};
use crate::report::diagnostics;

use crate::cli::output::Terminal;
use crate::cli::settings::selection;
use crate::cli::target;

/// A recording that answers the requests of the cases, and what reports say about it.
pub(crate) struct Recorded {
    pub(crate) playback: Playback,
    pub(crate) target: Target,
    /// The selection of `--only`, or that of the recorded run.
    pub(crate) selection: Selection,
    /// How often the recorded run could run a failed case again.
    pub(crate) retries: usize,
    pub(crate) report: RecordingReport<String>,
}

impl Recorded {
    /// Opens the recording of a run, or the HAR file of another tool, whose target must be given.
    ///
    /// # Errors
    ///
    /// The exit code. The message has been printed.
    pub(crate) fn open(
        path: &Path,
        given: Option<&str>,
        only: &[String],
        suite: &mut Suite,
        terminal: &Terminal,
    ) -> Result<Recorded, ExitCode> {
        let recording = load(path, terminal)?;
        let selected = recording.facts.as_ref().map(|facts| &*facts.selection);
        let patterns = selected.filter(|_| only.is_empty()).unwrap_or(only);
        let selection = selection(patterns, &[], terminal)?;
        let exchanges = recording.exchanges.len() + recording.unmatched.len();
        let creator = recording.creator.clone();
        let report =
            |is_other_suite, recorded, unmatched: Vec<Unmatched<String>>| RecordingReport {
                file: path.display().to_string(),
                creator,
                recorded,
                is_other_suite,
                is_live: false,
                exchanges,
                unmatched,
            };
        if let Some(facts) = recording.facts.clone() {
            if given.is_some() {
                let help =
                    "omit `--target`: the recording contains what was known about its target";
                let message = "the recording already has a target";
                return Err(terminal.refuse(message, &[help.to_owned()]));
            }
            let (playback, unmatched) = Playback::of_run(recording, suite);
            return Ok(Recorded {
                playback,
                target: recorded_target(&facts.target),
                selection,
                retries: facts.retries,
                report: report(
                    facts.suite_digest != suite.digest,
                    Some(facts.started),
                    unmatched,
                ),
            });
        }
        let Some(given) = given else {
            let message =
                "the recording does not name its target: only those of `probity run --record` do";
            let help = "name it: --target FILE|URL; nothing is sent to it";
            return Err(terminal.refuse(message, &[help.to_owned()]));
        };
        let target = target::named(given, suite, terminal)?;
        let (playback, unmatched) = match_exchanges(recording, suite, &target);
        Ok(Recorded {
            playback,
            target,
            selection,
            retries: 0,
            report: report(false, None, unmatched),
        })
    }
}

fn load(path: &Path, terminal: &Terminal) -> Result<Recording, ExitCode> {
    let loaded = load_recording(path);
    terminal.print_error(|out| {
        diagnostics::render(
            &loaded.diagnostics,
            &loaded.sources,
            terminal.error_colour,
            terminal.width,
            out,
        )
    });
    loaded.recording.ok_or(ExitCode::Invalid)
}
