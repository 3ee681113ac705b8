//! A HAR file, of ours or of another tool, judged against the suites that ship: no verdict without an exchange.

#![no_main]

use std::sync::{Arc, OnceLock};

use libfuzzer_sys::fuzz_target;
use probity::engine::{Engine, Policy, Stop};
use probity::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use probity::model::{Sources, Suite, Target, Verdict};
use probity::plan::{Selection, plan_run};
use probity::recording::read_recording;
use probity::recording::{Playback, match_exchanges, recorded_target};

fn subject() -> &'static (Arc<Suite>, Target) {
    static SUBJECT: OnceLock<(Arc<Suite>, Target)> = OnceLock::new();
    SUBJECT.get_or_init(|| {
        let mut suite = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun).suite;
        let choice = TargetChoice::Url {
            base: "http://127.0.0.1:4040".into(),
            name: "t".into(),
        };
        let (target, _) = load_target(&choice, &mut suite, &|_| None).expect("it ships");
        (Arc::new(suite), target)
    })
}

fuzz_target!(|octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    let mut sources = Sources::default();
    let file = sources.add("run.har", text);
    let (Some(recording), _) = read_recording(&sources, file) else {
        return;
    };
    let exchanges = recording.exchanges.len();
    let (suite, target) = subject();
    let (target, (playback, _)) = match &recording.facts {
        Some(facts) => (
            recorded_target(&facts.target),
            Playback::of_run(recording, suite),
        ),
        None => {
            let matched = match_exchanges(recording, suite, target);
            (target.clone(), matched)
        }
    };
    let selection = Selection::default();
    let mut plan = plan_run(suite, &target, &selection);
    playback.limit(&mut plan, suite);
    let engine = Engine::replaying(
        playback,
        Arc::clone(suite),
        Arc::new(target),
        Stop::default(),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let run = Arc::new(engine).run(&plan, &selection, 1, Policy::default(), |_| {});
    let report = runtime.block_on(run);
    let judged = report
        .cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Pass | Verdict::Warn | Verdict::Fail));
    assert!(judged.count() <= exchanges, "a verdict without an exchange");
    assert!(report.exit.code() != 0 || exchanges >= report.cases.len());
});
