//! Whether shards are of one run, and whether two runs of one shard say the same.

use std::collections::HashMap;
use std::fmt::Display;

use crate::engine::merge::error::MergeError;
use crate::engine::merge::shard_run::{ShardRun, State};
use crate::model::{CaseReport, Shelf, TargetFacts, Verdict, fingerprint};

/// What `--target` calls the demo service.
const DEMO: &str = "demo";

/// What differs between two shards that should be of the same run.
pub(super) fn differences(first: &ShardRun, other: &ShardRun) -> Vec<String> {
    let (one, two) = (first.facts(), other.facts());
    let mut found = Differences::default();
    found.compare("the run id", &one.run, &two.run);
    found.compare(
        "the version of Probity",
        &first.report.probity,
        &other.report.probity,
    );
    found.compare("the number of shards", &one.shard.of(), &two.shard.of());
    found.flag(
        "the suite differs",
        first.report.suite_digest == other.report.suite_digest,
    );
    found.target(&one.target, &two.target);
    found.flag(
        "`limits`, `network` or the identities of the target differ",
        one.settings == two.settings,
    );
    found.compare(
        "`--insecure`",
        &first.report.target.insecure,
        &other.report.target.insecure,
    );
    found.flag(
        "the selection differs",
        first.report.selection == other.report.selection,
    );
    let (options, others) = (&one.options, &two.options);
    found.compare("`--strict`", &options.strict, &others.strict);
    found.compare("`--retries`", &options.retries, &others.retries);
    found.flag("`--seed` differs", options.seed == others.seed);
    found.flag("`--clock` differs", options.clock == others.clock);
    let missing = (options.allow_missing_env, others.allow_missing_env);
    found.compare("`--allow-missing-env`", &missing.0, &missing.1);
    if found.lines.is_empty() {
        found.flag(
            "the plan differs",
            one.plan == two.plan && one.planned == two.planned,
        );
        found.flag(
            "the durations by which the plan is divided differ",
            one.split == two.split && options.durations.is_some() == others.durations.is_some(),
        );
    }
    found.lines
}

#[derive(Default)]
struct Differences {
    lines: Vec<String>,
}

impl Differences {
    fn compare<T: Display + PartialEq>(&mut self, what: &str, first: &T, other: &T) {
        if first != other {
            self.lines
                .push(format!("{what} is `{other}`, not `{first}`"));
        }
    }

    fn flag(&mut self, what: &str, is_same: bool) {
        if !is_same {
            self.lines.push(what.to_owned());
        }
    }

    fn target(&mut self, one: &TargetFacts, two: &TargetFacts) {
        self.compare("the name of the target", &one.name, &two.name);
        // Each process has a reference deployment, or a demo service, of its own.
        let is_own = |facts: &TargetFacts| facts.given.as_ref().is_none_or(|it| it == DEMO);
        let is_embedded = is_own(one) && is_own(two);
        self.flag(
            "the URLs of the target's services differ",
            is_embedded || one.services == two.services,
        );
        let facts = [
            (
                "the identities of the target differ",
                one.identities == two.identities && one.unset == two.unset,
            ),
            (
                "the fixtures of the target differ",
                one.fixtures == two.fixtures,
            ),
            (
                "the capabilities of the target differ",
                one.capabilities == two.capabilities,
            ),
            (
                "`permits` of the target differs",
                one.permits_write == two.permits_write,
            ),
            (
                "`disposable` of the target differs",
                one.disposable == two.disposable && one.remote == two.remote,
            ),
            (
                "`not-applicable` of the target differs",
                one.not_applicable == two.not_applicable,
            ),
            ("`cannot` of the target differs", one.cannot == two.cannot),
            (
                "`run-id` of the target differs",
                one.run_id_header == two.run_id_header,
            ),
        ];
        for (what, is_same) in facts {
            self.flag(what, is_same);
        }
    }
}

/// Joins two runs of the same shard. A complete one replaces one that was killed, if it says the same about every case
/// that both have judged: what was seen once is never dropped. Returns what to print about it.
///
/// # Errors
///
/// When they say something else about a case.
pub(super) fn join(
    run: &mut ShardRun,
    other: ShardRun,
    shelf: &Shelf,
) -> Result<String, MergeError> {
    let shard = run.shard();
    if let Some(contradiction) = contradiction(run, &other) {
        let message = format!("shard {shard} is there twice, with different results");
        let files = format!("{} and {}", run.file, other.file);
        let help = "to decide which one counts, run all shards again with a new run id".to_owned();
        return Err(MergeError::new(message, vec![files, contradiction, help]));
    }
    let rank = |run: &ShardRun| {
        let judged = run.report.cases.verdicts().filter(|one| is_judged(*one));
        (run.state == State::Complete, judged.count())
    };
    let other = if rank(&other) > rank(run) {
        std::mem::replace(run, other)
    } else {
        other
    };
    let note = format!(
        "shard {shard} is there twice, with the same results: {} is used, {} is not",
        run.file, other.file
    );
    if run.state != State::Complete {
        add(run, &other, shelf)?;
    }
    Ok(note)
}

/// Adds the cases that another run has judged and this one has not.
fn add(run: &mut ShardRun, other: &ShardRun, shelf: &Shelf) -> Result<(), MergeError> {
    let mut slips = shelf.slips(&run.report.cases)?;
    let known = run.report.cases.iter().enumerate();
    let known: HashMap<String, usize> = known.map(|(at, case)| (case.id.clone(), at)).collect();
    let others = &other.report.cases;
    for (case, slip) in others.iter().zip(shelf.slips(others)?) {
        match known.get(&case.id) {
            _ if !is_judged(case.verdict) => {}
            Some(at) => slips[*at] = slip,
            None => slips.push(slip),
        }
    }
    run.report.cases.check()?;
    others.check()?;
    run.report.cases = shelf.cases(slips);
    Ok(())
}

/// What two runs of one shard say differently. What one of them could not judge because it was killed is no
/// contradiction.
fn contradiction(one: &ShardRun, other: &ShardRun) -> Option<String> {
    let both_complete = one.state == State::Complete && other.state == State::Complete;
    if both_complete && one.report.cases.len() != other.report.cases.len() {
        return Some("they have not the same cases".to_owned());
    }
    for case in &one.report.cases {
        let Some(again) = other.report.cases.find(&case.id) else {
            if both_complete {
                return Some(format!("only one of them has the case {}", case.id));
            }
            continue;
        };
        let is_open = |run: &ShardRun, verdict| run.state != State::Complete && !is_judged(verdict);
        let is_open = is_open(one, case.verdict) || is_open(other, again.verdict);
        if !is_open && !says_the_same(&case, &again) {
            return Some(format!(
                "the case {} is `{}` in one, `{}` in the other, or fails differently",
                case.id,
                case.verdict.name(),
                again.verdict.name()
            ));
        }
    }
    None
}

fn is_judged(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Skip | Verdict::Error)
}

fn says_the_same(one: &CaseReport, other: &CaseReport) -> bool {
    let failures = |case: &CaseReport| fingerprint(case.all_findings());
    one.verdict == other.verdict
        && one.violated == other.violated
        && one.unproven == other.unproven
        && failures(one) == failures(other)
}
