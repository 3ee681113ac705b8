//! The event stream of a run: what is read of one that was cut off, and that a whole one survives being written again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::engine::partial_report;
use probity::model::{ExitCode, Report};
use probity::persist::event_writer as events;
use probity::persist::{EventStream, read_events};
use probity::report::terminal;

fn read(octets: &[u8]) -> Option<EventStream> {
    read_events("run.jsonl", octets).ok()
}

fn show(report: &Report) {
    let mut out = Vec::new();
    let options = terminal::TerminalOptions::default();
    terminal::render(report, &options, &mut out).expect("writing to memory");
}

fuzz_target!(|octets: &[u8]| {
    let Some(stream) = read(octets) else {
        return;
    };
    let kept = usize::try_from(stream.kept).expect("a size in memory");
    assert!(kept <= octets.len());
    // What is kept of a run is all that it had done.
    let again = read(&octets[..kept]).expect("what is kept can be read");
    assert_eq!((&again.done, again.kept), (&stream.done, stream.kept));
    assert_eq!(again.cut, None);
    match &stream.finished {
        Some(report) => {
            show(report);
            let mut out = Vec::new();
            events::render(report, &mut out).expect("writing to memory");
            let again = read(&out).expect("what was written");
            assert_eq!(again.finished.as_ref(), Some(report));
        }
        None => {
            let report = partial_report(stream.not_started, stream.done, false);
            assert!(
                report.interrupted && report.exit != ExitCode::Conforms,
                "green though cut off"
            );
            show(&report);
        }
    }
});
