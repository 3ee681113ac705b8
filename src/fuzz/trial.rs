//! A changed request as a case file, which is loaded and run as every other one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::engine::{Engine, Policy};
use crate::fuzz::change::Changed;
use crate::fuzz::expected::{Change, gone, no_failure, refused, success};
use crate::fuzz::seed::Seed;
use crate::fuzz::spot::Spot;
use crate::load::{SuiteSource, Thoroughness, load_part_of_suite};
use crate::model::{CaseReport, Severity};
use crate::plan::{Selection, plan_run};

/// What the names of files in memory begin with: no file of a suite has such a name.
const STEM: &str = "probity-fuzz-";

/// The id of the case in such a file.
const ID: &str = "fuzz";

/// A changed request, and the case that sends it.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) changed: Changed,
    pub(crate) contract: String,
    /// Is the requirement of its changed step only that of the unchanged request, as the contract names none for illegal
    /// ones, or the change is legal?
    pub(crate) has_foreign_requirement: bool,
    /// The number of the step with the change.
    pub(crate) step: usize,
    /// The members of the file but `contract` and `cases`.
    pub(crate) file: Map<String, Value>,
    /// The members of the case but its id.
    pub(crate) case: Map<String, Value>,
}

/// The case of a change. A legal one that creates something is followed by reading and deleting it.
pub(crate) fn trial(seed: &Seed, spot: &Spot, changed: Changed) -> Trial {
    let mut steps: Vec<Map<String, Value>> = seed.steps[..=spot.step].to_vec();
    if !seed.case.contains_key("cookies") {
        without_needless(&mut steps, &changed.request);
    }
    let number = steps.len() - 1;
    let of_legal = spot.legal.as_ref().map(|legal| &legal.proves);
    let of_legal =
        of_legal.filter(|proves| !proves.is_empty() && changed.change == Change::Illegal);
    let proves = of_legal.unwrap_or(&spot.proves);
    if let Some(step) = steps.last_mut() {
        for key in ["eventually", "title"] {
            step.remove(key);
        }
        step.insert("title".into(), changed.what.clone().into());
        step.insert("request".into(), Value::Object(changed.request.clone()));
        let is_random = changed.body.is_some();
        let expect = match (changed.change, &spot.legal) {
            // Other values than those that are accepted can have another reason to be refused.
            (Change::Illegal, Some(_)) if is_random => refused(proves, &json!("<4xx>")),
            (Change::Illegal, Some(legal)) => refused(proves, &legal.refused),
            _ => no_failure(proves),
        };
        step.insert("expect".into(), expect);
    }
    if let Some(reader) = spot
        .reader
        .as_ref()
        .filter(|_| changed.change != Change::Illegal && !changed.place.is_empty())
    {
        let step = |title: &str, request: &Map<String, Value>, expect: Value| {
            let step = json!({ "title": title, "request": request, "expect": expect });
            step.as_object().cloned().unwrap_or_default()
        };
        let success_of = success(&reader.proves);
        steps.push(step(
            "what was created can be read",
            &reader.read,
            success_of,
        ));
        let deleted = json!([{ "status": "<2xx>" }]);
        steps.push(step("delete it", &reader.delete, deleted));
        let gone = gone(&reader.proves);
        steps.push(step("what was deleted is gone", &reader.read, gone));
    }
    let mut case = seed.case.clone();
    case.remove("id");
    case.remove("title");
    let mut made = Trial {
        has_foreign_requirement: of_legal.is_none(),
        changed,
        contract: seed.contract.clone(),
        step: number,
        file: seed.file.clone(),
        case,
    };
    made.set_steps(steps);
    made
}

/// Removes the steps before the last one that only captured what its changed request does not use any more.
fn without_needless(steps: &mut Vec<Map<String, Value>>, changed: &Map<String, Value>) {
    let Some(last) = steps.pop() else { return };
    let before = last.get("request").map(captures).unwrap_or_default();
    let after = captures(&Value::Object(changed.clone()));
    while let Some(step) = steps.pop() {
        let names = step.get("capture").and_then(Value::as_object);
        let names: BTreeSet<String> = names
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        let is_needless = !names.is_empty()
            && names
                .iter()
                .all(|name| before.contains(name) && !after.contains(name));
        if !is_needless {
            steps.push(step);
            break;
        }
    }
    steps.push(last);
}

impl Trial {
    pub(crate) fn steps(&self) -> Vec<Map<String, Value>> {
        let steps = self.case.get("steps").and_then(Value::as_array);
        let steps = steps.into_iter().flatten().filter_map(Value::as_object);
        steps.cloned().collect()
    }

    /// Sets the steps, and keeps of `finally` what they lead to.
    pub(crate) fn set_steps(&mut self, steps: Vec<Map<String, Value>>) {
        let has_unknown = steps.iter().any(|step| step.contains_key("use"));
        let mut captured: BTreeSet<String> = BTreeSet::new();
        for step in &steps {
            let names = step.get("capture").and_then(Value::as_object);
            captured.extend(names.into_iter().flatten().map(|(name, _)| name.clone()));
        }
        if let Some(Value::Array(finally)) = self.case.get_mut("finally") {
            finally.retain(|step| {
                let is_possible = has_unknown || captures(step).is_subset(&captured);
                let own = step.get("capture").and_then(Value::as_object);
                if is_possible {
                    captured.extend(own.into_iter().flatten().map(|(name, _)| name.clone()));
                }
                is_possible
            });
            if finally.is_empty() {
                self.case.remove("finally");
            }
        }
        let steps = steps.into_iter().map(Value::Object).collect();
        self.case.insert("steps".into(), Value::Array(steps));
    }

    /// The file in memory.
    fn text(&self) -> String {
        let mut file = self.file.clone();
        file.insert("contract".into(), self.contract.clone().into());
        let mut case = self.case.clone();
        case.insert("id".into(), ID.into());
        file.insert("cases".into(), json!([case]));
        Value::Object(file).to_string()
    }
}

/// The names of captures that a step uses.
fn captures(step: &Value) -> BTreeSet<String> {
    let text = step.to_string();
    let uses = text.split("capture.").skip(1);
    let names = uses.map(|rest| {
        let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        rest[..end].to_owned()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Trials that were run, each with its report.
pub(crate) struct Batch {
    pub(crate) engine: Engine,
    pub(crate) outcomes: Vec<(Trial, CaseReport)>,
    /// How many could not be written as a case.
    pub(crate) unwritable: usize,
}

/// Loads and runs trials. The engine keeps its tokens, limits and secrets.
pub(crate) async fn run(
    engine: Engine,
    source: &SuiteSource,
    mut trials: Vec<Trial>,
    jobs: usize,
) -> Result<Batch, &'static str> {
    let count = trials.len();
    let mut loaded = load(source, &trials);
    if !loaded.0.is_empty() {
        let (bad, _) = loaded;
        let mut number = 0;
        trials.retain(|_| {
            number += 1;
            !bad.contains(&(number - 1))
        });
        loaded = load(source, &trials);
    }
    let Some(suite) = loaded.1 else {
        return Ok(Batch {
            engine,
            outcomes: Vec::new(),
            unwritable: count,
        });
    };
    let engine = engine.with_suite(Arc::new(suite));
    let selection = Selection::default();
    let plan = plan_run(engine.suite(), engine.target(), &selection);
    let engine = Arc::new(engine);
    let run = Arc::clone(&engine).run(&plan, &selection, jobs, Policy::default(), |_| {});
    let report = run.await;
    let engine = Arc::try_unwrap(engine).map_err(|_| "a case outlived its run")?;
    let mut reports: BTreeMap<String, CaseReport> = BTreeMap::new();
    for case in report.cases.into_vec() {
        reports.insert(case.id.clone(), case);
    }
    let unwritable = count - trials.len();
    let outcomes = trials.into_iter().enumerate();
    let outcomes = outcomes.filter_map(|(number, trial)| {
        let id = format!("{}/{STEM}{number}/{ID}", trial.contract);
        Some((trial, reports.remove(&id)?))
    });
    Ok(Batch {
        engine,
        outcomes: outcomes.collect(),
        unwritable,
    })
}

/// The suite of the trials; or the numbers of those with a mistake, such as an exception that holds for no step any more.
fn load(source: &SuiteSource, trials: &[Trial]) -> (BTreeSet<usize>, Option<crate::model::Suite>) {
    let cases = trials.iter().enumerate().map(|(number, trial)| {
        let name = format!("{}/{STEM}{number}.json", trial.contract);
        (name, trial.text())
    });
    let source = SuiteSource::More {
        base: Box::new(source.clone()),
        cases: cases.collect(),
    };
    let is_wanted = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or(name);
        file.starts_with(STEM)
    };
    let loaded = load_part_of_suite(&source, Thoroughness::ForRun, &is_wanted);
    let errors = loaded.diagnostics.iter();
    let errors = errors.filter(|one| one.severity == Severity::Error);
    let numbers = errors.filter_map(|one| {
        let file = &loaded.suite.sources.file(one.span?.file).name;
        let name = file.rsplit('/').next()?.strip_prefix(STEM)?;
        name.strip_suffix(".json")?.parse().ok()
    });
    let bad: BTreeSet<usize> = numbers.collect();
    let is_valid = loaded.is_valid();
    (bad, is_valid.then_some(loaded.suite))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::base::Base;
    use crate::fuzz::change::Changes;
    use crate::fuzz::expected::Change;
    use crate::fuzz::names::Names;
    use crate::fuzz::requests::Requests;
    use crate::fuzz::seed::seeds;
    use crate::fuzz::spot::spots;
    use crate::load::{load_suite, suite_texts};

    /// Writes out and changes the requests of a suite as if every case passed with 200, and returns the numbers of trials:
    /// all, and those with a mistake.
    fn tried(source: &SuiteSource) -> (usize, usize, usize) {
        let suite = load_suite(source, Thoroughness::ForRun).suite;
        let texts = suite_texts(source);
        let seeds = seeds(&texts);
        let known: BTreeSet<&str> = suite.cases.iter().map(|case| case.id.as_str()).collect();
        let found: BTreeSet<&str> = seeds.iter().map(|seed| seed.id.as_str()).collect();
        assert_eq!(found, known);
        let passed = seeds.iter().map(|seed| {
            let statuses = seed.steps.iter().map(|_| Some(200)).collect();
            (seed.id.clone(), statuses)
        });
        let base = Base {
            passed: passed.collect(),
            ..Base::default()
        };
        let requests = Requests::new(&texts);
        let names = Names::new(&seeds, &requests);
        let spots = spots(&seeds, &base, &requests, &names);
        let unchanged = |spot: usize| Changed {
            spot,
            change: Change::Blind,
            what: "the unchanged request".into(),
            place: String::new(),
            request: spots[spot].request.clone(),
            body: None,
        };
        let mut trials: Vec<Trial> = (0..spots.len())
            .map(|at| trial(&seeds[spots[at].seed], &spots[at], unchanged(at)))
            .collect();
        let mut changes = Changes::new(&spots, &requests, 3);
        for _ in 0..300 {
            let Some(changed) = changes.next() else { break };
            let spot = &spots[changed.spot];
            trials.push(trial(&seeds[spot.seed], spot, changed));
        }
        let (bad, _) = load(source, &trials);
        (seeds.len(), trials.len(), bad.len())
    }

    #[test]
    fn every_case_can_be_written_out_and_changed() {
        let (cases, trials, bad) = tried(&SuiteSource::Embedded);
        assert!(cases > 100 && trials > 400, "{cases} {trials}");
        assert!(bad * 20 < trials, "{bad} of {trials}");
        let web = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/web");
        let (_, trials, bad) = tried(&SuiteSource::Directory(web.into()));
        assert!(trials > 300 && bad * 20 < trials, "{bad} of {trials}");
    }
}
