//! A recording, opened to take the place of a target: for `judge` and for `prove`.

use std::path::Path;

use crate::model::{ExitCode, Recording, RecordingReport, Suite, Target, Unmatched};
use crate::plan::Selection;
use crate::recording::load_recording;
use crate::recording::match_exchanges;
use crate::recording::{Playback, recorded_target};
use crate::report::diagnostics;

use crate::cli::output::Terminal;
use crate::cli::suite;

/// What answers the requests of the cases, and what is told of it.
pub(crate) struct Recorded {
    pub(crate) playback: Playback,
    pub(crate) target: Target,
    /// What was typed after `--only`, or what the recorded run had selected.
    pub(crate) selection: Selection,
    /// How often the recorded run might run a case again.
    pub(crate) retries: usize,
    pub(crate) report: RecordingReport<String>,
}

impl Recorded {
    /// Opens the recording of a run, or the HAR file of another tool, which needs to be told its target.
    ///
    /// # Errors
    ///
    /// The exit code. People have been told.
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
        let selection = Selection::new(patterns).map_err(|error| {
            terminal.complain(&error.to_string(), &[]);
            ExitCode::Invalid
        })?;
        let exchanges = recording.exchanges.len() + recording.unmatched.len();
        let creator = recording.creator.clone();
        let report =
            |is_other_suite, recorded, unmatched: Vec<Unmatched<String>>| RecordingReport {
                file: path.display().to_string(),
                creator,
                recorded,
                is_other_suite,
                exchanges,
                unmatched,
            };
        if let Some(facts) = recording.facts.clone() {
            if given.is_some() {
                let help = "leave `--target` out: the recording holds what was known of its target";
                terminal.complain("this recording has a target", &[help.to_owned()]);
                return Err(ExitCode::Invalid);
            }
            let (playback, unmatched) = Playback::of_run(recording, suite);
            return Ok(Recorded {
                playback,
                target: recorded_target(&facts),
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
                "the recording comes from another tool, and does not say what its target is";
            let help = "say it: --target FILE|URL; nothing is sent to it";
            terminal.complain(message, &[help.to_owned()]);
            return Err(ExitCode::Invalid);
        };
        let mut target =
            suite::load_chosen_target(given, suite, terminal).ok_or(ExitCode::Invalid)?;
        target.given = Some(given.to_owned());
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
