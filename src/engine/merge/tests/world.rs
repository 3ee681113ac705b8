//! The suite inside the binary, a target, and what its cases would say.

use std::collections::{BTreeMap, BTreeSet};

use super::random::Random;
use crate::engine::assemble::Seen;
use crate::engine::merge::{MergeError, ShardRun, Shards};
use crate::engine::source::Source;
use crate::engine::{Engine, Policy, Stop, Waivers};
use crate::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use crate::model::{
    CaseReport, Disposition, Finding, Level, Report, RequirementReport, RerunReport, Shard,
    ShardOptions, ShardReport, Shelf, Suite, Target, Verdict, Waiver, WaiverKind, fingerprint,
};
use crate::persist::event_writer as events;
use crate::persist::event_writer::Header;
use crate::persist::read_events;
use crate::plan::{Durations, Plan, Selection, Split, plan_digest, plan_run, settings_digest};
use crate::recording::Playback;
use crate::report::{json, sample};
use std::sync::Arc;

/// What becomes of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Report,
    Stream,
    /// Both of one run.
    Twice,
    /// Killed, and run again to its end.
    KilledAndRepeated,
    /// As before, but a case says something else the second time.
    Contradicted,
    Killed,
    /// Killed before it had done a case.
    KilledAtOnce,
    Interrupted,
    Missing,
}

impl Fate {
    pub(crate) fn draw(random: &mut Random, calm: bool) -> Fate {
        match random.below(if calm { 12 } else { 30 }) {
            4..8 => Fate::Stream,
            8 | 9 => Fate::Twice,
            10 | 11 => Fate::KilledAndRepeated,
            12 | 13 => Fate::Killed,
            14 => Fate::KilledAtOnce,
            15 => Fate::Interrupted,
            16 => Fate::Missing,
            17 if random.is_one_of(6) => Fate::Contradicted,
            _ => Fate::Report,
        }
    }
}

/// What a shard has left.
pub(crate) struct Left {
    pub(crate) files: Vec<ShardRun>,
    /// The cases that were not run; `None` if it is complete.
    pub(crate) not_run: Option<Vec<String>>,
    /// Do two files disagree?
    pub(crate) is_contradicted: bool,
}

pub(crate) struct World {
    suite: Arc<Suite>,
    complete: Target,
    target: Target,
    plan: Plan,
    /// By place in the plan; none of cases that the plan skips.
    outcomes: Vec<Option<CaseReport>>,
    options: ShardOptions,
    waivers: Option<Waivers>,
    durations: Durations,
    lost: Vec<String>,
    /// Where the cases of the shards are put aside: all of them in a file.
    pub(crate) shelf: Shelf,
}

impl World {
    pub(crate) fn new() -> World {
        let loaded = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun);
        let mut suite = loaded.suite;
        let choice = TargetChoice::Url {
            base: "http://127.0.0.1:1".into(),
            name: "here".into(),
        };
        let (mut target, _) = load_target(&choice, &mut suite, &|_| None).unwrap();
        target.given = Some("http://127.0.0.1:1".into());
        let mut world = World {
            plan: plan_run(&suite, &target, &Selection::default()),
            suite: Arc::new(suite),
            complete: target.clone(),
            target,
            outcomes: Vec::new(),
            options: ShardOptions::default(),
            waivers: None,
            durations: Durations::default(),
            lost: Vec::new(),
            shelf: Shelf::with_room(0),
        };
        world.all_pass();
        world
    }

    pub(crate) fn cases(&self) -> usize {
        self.plan.cases.len()
    }

    pub(crate) fn is_one_enough(&self, id: &str) -> bool {
        self.suite
            .requirement(id)
            .is_some_and(|one| one.one_is_enough)
    }

    pub(crate) fn edit_suite(&mut self) {
        Arc::get_mut(&mut self.suite).unwrap().digest = "00".into();
    }

    /// A target without gaps, on which every case passes.
    pub(crate) fn all_pass(&mut self) {
        self.target = self.complete.clone();
        self.plan = plan_run(&self.suite, &self.target, &Selection::default());
        self.options = ShardOptions::default();
        self.waivers = None;
        self.lost.clear();
        let engine = self.engine();
        let planned = self.plan.cases.iter();
        let outcomes = planned.map(|planned| {
            let run = planned.skip.is_none();
            run.then(|| outcome(&engine, planned.index, Verdict::Pass))
        });
        self.outcomes = outcomes.collect();
    }

    /// Lets one case of several that prove a requirement fail. Returns its id.
    pub(crate) fn violate_one(&mut self, id: &str) -> String {
        let mut outcomes = self.outcomes.iter_mut().flatten();
        let case = outcomes
            .find(|case| case.proves.iter().any(|one| one == id))
            .unwrap();
        case.verdict = Verdict::Fail;
        case.violated = vec![id.to_owned()];
        case.findings = vec![finding(id, Level::Must)];
        case.id.clone()
    }

    /// Another target, and other results.
    pub(crate) fn draw(&mut self, random: &mut Random) {
        let mut target = self.complete.clone();
        if random.is_one_of(3) {
            target.permits_write = false;
        }
        if random.is_one_of(3) {
            let requirements: Vec<String> = self
                .suite
                .requirements()
                .map(|one| one.id.clone())
                .collect();
            let at = random.below(u32::try_from(requirements.len()).unwrap());
            let reason = "this mock has none".to_owned();
            target
                .not_applicable
                .insert(requirements[at as usize].clone(), reason);
        }
        if random.is_one_of(3)
            && let Some(first) = target.capabilities.first().cloned()
        {
            target.capabilities.remove(&first);
        }
        self.target = target;
        self.plan = plan_run(&self.suite, &self.target, &Selection::default());
        self.options = ShardOptions {
            strict: random.is_one_of(2),
            retries: 1,
            ..ShardOptions::default()
        };
        self.lost.clear();
        let engine = self.engine();
        let mood = random.below(4);
        let mut outcomes = Vec::new();
        for planned in &self.plan.cases {
            let verdict = match (mood, random.below(40)) {
                (0, _) | (_, 8..) => Verdict::Pass,
                (1, _) | (_, 0..3) => Verdict::Fail,
                (_, 3) => Verdict::Warn,
                (_, 4) => Verdict::Flaky,
                (_, 5) => Verdict::Error,
                _ => Verdict::Skip,
            };
            let run = planned.skip.is_none();
            outcomes.push(run.then(|| outcome(&engine, planned.index, verdict)));
        }
        for case in outcomes.iter_mut().flatten() {
            case.duration_ms = f64::from(random.below(1000));
            if case.verdict == Verdict::Skip {
                self.lost = vec!["service `presence` is lost".to_owned()];
                case.reason = "service `presence` is lost".into();
            }
        }
        self.durations = Durations::of(outcomes.iter().flatten());
        self.outcomes = outcomes;
        self.waivers = random.is_one_of(2).then(|| self.waive_some(random));
    }

    /// Waives every second failure.
    fn waive_some(&self, random: &mut Random) -> Waivers {
        let mut entries = Vec::new();
        for case in self.outcomes.iter().flatten() {
            if case.verdict == Verdict::Fail && random.is_one_of(2) {
                entries.push(Waiver {
                    case: case.id.clone(),
                    requirement: None,
                    kind: WaiverKind::Failure,
                    target: "here".into(),
                    reason: "known".into(),
                    issue: None,
                    owner: None,
                    created: jiff::civil::date(2026, 1, 1),
                    expires: jiff::civil::date(2026, 3, 1),
                    fingerprint: fingerprint(&case.findings),
                    place: case.place.clone(),
                });
            }
        }
        Waivers {
            entries,
            today: jiff::civil::date(2026, 2, 1),
        }
    }

    pub(crate) fn split(&mut self, of: u32, is_balanced: bool) -> Split {
        self.options.durations = is_balanced.then(|| "last.json".to_owned());
        let durations = is_balanced.then_some(&self.durations);
        Split::new(&self.plan, &self.suite, of, durations)
    }

    fn engine(&self) -> Engine {
        Engine::with_source(
            Source::Recording(Playback::default()),
            Arc::clone(&self.suite),
            Arc::new(self.target.clone()),
            Stop::default(),
        )
    }

    fn policy(&self) -> Policy {
        Policy {
            strict: self.options.strict,
            waivers: self.waivers.clone(),
        }
    }

    /// The report of one process that runs everything, but skips some cases.
    pub(crate) fn whole(&self, skipped: &BTreeSet<String>) -> Report {
        let engine = self.engine();
        let outcomes = self.outcomes.iter().map(|outcome| {
            let case = outcome.clone()?;
            if !skipped.contains(&case.id) {
                return Some(case);
            }
            let mut cases = self.suite.cases.iter();
            let own = cases.find(|one| one.id == case.id)?;
            Some(engine.skipped(own, "left out"))
        });
        self.assemble(&engine, &self.plan, outcomes.collect(), self.lost.clone())
    }

    fn assemble(
        &self,
        engine: &Engine,
        plan: &Plan,
        outcomes: Vec<Option<CaseReport>>,
        lost: Vec<String>,
    ) -> Report {
        let seen = Seen {
            lost,
            ..Seen::default()
        };
        let policy = self.policy();
        let now = jiff::Timestamp::UNIX_EPOCH;
        engine.assemble(plan, &Selection::default(), outcomes, &policy, now, seen)
    }

    /// These shards, which are on the shelf.
    pub(crate) fn shards(&self, runs: Vec<ShardRun>) -> Result<Shards, MergeError> {
        Shards::new(runs, self.shelf.clone())
    }

    pub(crate) fn merge(&self, shards: Shards) -> Result<Report, MergeError> {
        shards.merge(&self.suite, self.waivers.clone())
    }

    /// A shard whose file was changed.
    pub(crate) fn changed(
        &self,
        run: &ShardRun,
        mut change: impl FnMut(&mut Report, &mut ShardReport),
    ) -> ShardRun {
        let mut report = run.report.clone();
        let mut shard = report.shard.take().unwrap();
        change(&mut report, &mut shard);
        report.shard = Some(shard);
        ShardRun::of_report(run.file.clone(), report, &self.shelf).unwrap()
    }

    /// Runs a shard.
    #[expect(clippy::too_many_lines, reason = "one arm for each fate")]
    pub(crate) fn run(&self, split: &Split, shard: Shard, fate: Fate, random: &mut Random) -> Left {
        let part = split.part(&self.plan, shard);
        let engine = self.engine();
        let facts = ShardReport {
            shard,
            run: "run-1".into(),
            plan: plan_digest(&self.plan, &self.suite),
            split: split.digest(),
            planned: self.plan.cases.len(),
            own: part.cases.len(),
            options: self.options.clone(),
            target: Box::new(engine.facts_of_target()),
            settings: settings_digest(&self.target),
            lost: Vec::new(),
        };
        let engine = engine.as_shard(facts);
        let by_index: BTreeMap<usize, &Option<CaseReport>> = self
            .plan
            .cases
            .iter()
            .map(|planned| planned.index)
            .zip(&self.outcomes)
            .collect();
        let outcomes: Vec<Option<CaseReport>> = part
            .cases
            .iter()
            .map(|planned| by_index[&planned.index].clone())
            .collect();
        let ids: Vec<String> = outcomes
            .iter()
            .flatten()
            .map(|case| case.id.clone())
            .collect();
        let has_lost = outcomes
            .iter()
            .flatten()
            .any(|case| case.verdict == Verdict::Skip);
        let lost = if has_lost {
            self.lost.clone()
        } else {
            Vec::new()
        };
        let report = self.assemble(&engine, &part, outcomes.clone(), lost);
        let not_started = || {
            let none = part.cases.iter().map(|_| None).collect();
            self.assemble(&engine, &part, none, Vec::new())
        };
        let number = shard.number();
        let upheld = |one: &RequirementReport| one.disposition == Disposition::Upheld;
        assert!(
            !report.requirements.iter().any(upheld),
            "a shard alone upholds nothing"
        );
        let shelf = &self.shelf;
        let whole = || from_json(format!("{number}.json"), &report, shelf);
        let stream = |random: &mut Random, cut: Option<usize>| {
            from_stream(
                format!("{number}.jsonl"),
                &not_started(),
                &report,
                cut,
                random,
                shelf,
            )
        };
        let complete = |files| Left {
            files,
            not_run: None,
            is_contradicted: false,
        };
        let run: Vec<String> = ids;
        match fate {
            Fate::Report => complete(vec![whole()]),
            Fate::Stream => complete(vec![stream(random, None).0]),
            Fate::Twice => complete(vec![whole(), stream(random, None).0]),
            Fate::KilledAndRepeated => {
                let cut = random.below(u32::try_from(run.len()).unwrap() + 1) as usize;
                complete(vec![stream(random, Some(cut)).0, whole()])
            }
            Fate::Contradicted => {
                let (killed, _) = stream(random, Some(run.len()));
                let mut other = report.clone();
                let judged = |case: &&mut CaseReport| {
                    !matches!(case.verdict, Verdict::Skip | Verdict::Error)
                };
                let is_contradicted = match other.cases.iter_mut().find(judged) {
                    Some(case) if case.verdict == Verdict::Pass => {
                        case.verdict = Verdict::Error;
                        true
                    }
                    Some(case) => {
                        case.verdict = Verdict::Pass;
                        true
                    }
                    None => false,
                };
                let other = from_json(format!("again-{number}.json"), &other, shelf);
                Left {
                    files: vec![killed, other],
                    not_run: None,
                    is_contradicted,
                }
            }
            Fate::Killed | Fate::KilledAtOnce => {
                let most = u32::try_from(run.len()).unwrap();
                let cut = match fate {
                    Fate::Killed => random.below(most.max(1)) as usize,
                    _ => 0,
                };
                let (file, done) = stream(random, Some(cut));
                let not_run = run.into_iter().filter(|id| !done.contains(id));
                Left {
                    not_run: Some(not_run.collect()),
                    files: vec![file],
                    is_contradicted: false,
                }
            }
            Fate::Interrupted => {
                engine.stop.stop();
                let keep = random.below(u32::try_from(outcomes.len()).unwrap() + 1) as usize;
                let mut kept = outcomes;
                let not_run = kept.split_off(keep);
                kept.extend(not_run.iter().map(|_| None));
                let report = self.assemble(&engine, &part, kept, Vec::new());
                assert!(report.interrupted);
                Left {
                    files: vec![from_json(format!("{number}.json"), &report, shelf)],
                    not_run: Some(not_run.into_iter().flatten().map(|case| case.id).collect()),
                    is_contradicted: false,
                }
            }
            Fate::Missing => Left {
                files: Vec::new(),
                not_run: Some(run),
                is_contradicted: false,
            },
        }
    }
}

/// The result of a case: it says something about each of its requirements.
fn outcome(engine: &Engine, index: usize, verdict: Verdict) -> CaseReport {
    let case = &engine.suite.cases[index];
    let mut report = engine.skipped(case, "");
    let level_of = |id: &String| {
        let known = engine.suite.requirements().find(|one| one.id == *id);
        known.map(|one| one.level)
    };
    let level = case
        .proves
        .first()
        .and_then(level_of)
        .unwrap_or(Level::Must);
    let verdict = match (verdict, level) {
        (Verdict::Warn, Level::Must) => Verdict::Fail,
        (Verdict::Fail | Verdict::Flaky, Level::Should) => Verdict::Warn,
        (Verdict::Fail | Verdict::Flaky | Verdict::Warn, Level::May) => Verdict::Pass,
        (other, _) => other,
    };
    report.verdict = verdict;
    report.checks_passed = 3;
    report.steps.clone_from(&sample::green().cases[0].steps);
    let first = case.proves.first().cloned().unwrap_or_default();
    match verdict {
        Verdict::Fail | Verdict::Flaky | Verdict::Warn => {
            report.checks_failed = 1;
            report.findings = vec![finding(&first, level)];
            if verdict == Verdict::Flaky {
                report.reruns = vec![RerunReport {
                    verdict: Verdict::Pass,
                    reason: "".into(),
                    started_ms: 0.0,
                    duration_ms: 1.0,
                    findings: Vec::new(),
                    steps: report.steps.clone(),
                }];
            }
            report.violated = vec![first];
            report.unproven = case.proves.iter().skip(1).take(1).cloned().collect();
        }
        Verdict::Error => {
            report.unproven = case.proves.to_vec();
            report.reason = "no connection".into();
        }
        Verdict::Skip => {
            report.steps.clear();
            report.checks_passed = 0;
        }
        Verdict::Pass => {}
    }
    report
}

fn finding(requirement: &str, level: Level) -> Finding {
    let sample = sample::broken();
    let mut cases = sample.cases.iter();
    let finding = cases.find_map(|case| case.findings.first().cloned());
    Finding {
        requirement: Some(requirement.to_owned()),
        requirements: vec![requirement.to_owned()],
        level: Some(level),
        ..finding.unwrap()
    }
}

/// Writes the report and reads it again.
fn from_json(file: String, report: &Report, shelf: &Shelf) -> ShardRun {
    let mut text = Vec::new();
    json::render(report, &mut text).unwrap();
    let read: Report = serde_json::from_slice(&text).unwrap();
    ShardRun::of_report(file, read, shelf).unwrap()
}

/// Writes the event stream of a process and reads it again, up to its end or to so many cases. Returns the ids of those,
/// too.
fn from_stream(
    file: String,
    not_started: &Report,
    report: &Report,
    cut: Option<usize>,
    random: &mut Random,
    shelf: &Shelf,
) -> (ShardRun, BTreeSet<String>) {
    let mut out = Vec::new();
    let header = Header {
        not_started,
        started: None,
    };
    events::header(&header, &mut out).unwrap();
    let mut cases: Vec<&CaseReport> = (*report.cases).iter().collect();
    random.shuffle(&mut cases);
    let is_run = |case: &&CaseReport| case.verdict != Verdict::Skip || !case.reason.is_empty();
    let mut done = BTreeSet::new();
    for case in cases
        .into_iter()
        .filter(is_run)
        .take(cut.unwrap_or(usize::MAX))
    {
        events::case(case, &mut out).unwrap();
        done.insert(case.id.clone());
    }
    if cut.is_none() {
        events::footer(report, &mut out).unwrap();
    } else if random.is_one_of(2) {
        out.extend_from_slice(b"{\"event\":\"case\",\"ca");
    }
    let stream = read_events(&file, &out).unwrap();
    (ShardRun::of_stream(file, stream, shelf).unwrap(), done)
}

/// A report as the file that is written, without its times.
pub(crate) fn as_json(report: &Report) -> String {
    let mut timeless = report.clone();
    timeless.started = String::new();
    timeless.duration_ms = 0.0;
    let mut text = Vec::new();
    json::render(&timeless, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// A case as it is written.
pub(crate) fn shown(case: &CaseReport) -> String {
    serde_json::to_string(case).unwrap()
}
