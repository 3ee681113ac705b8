//! `probity run --shard`: which shard this process runs, of which run.

use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::model::{ExitCode, Shard, ShardOptions, ShardReport, Suite};
use crate::plan::{Durations, Plan, Split, plan_digest, settings_digest};
use crate::text::printable::printable;

use crate::cli::arguments::{RunOptions, ShardChoice};
use crate::cli::output::{Terminal, count};
use crate::cli::report;

/// An engine that starts the same job several times, each with its number in an environment variable.
struct Matrix {
    name: &'static str,
    index: &'static str,
    total: &'static str,
    /// The number of the first job.
    first: u32,
}

/// Kubernetes sets no variable with the number of completions: a manifest has to.
const MATRICES: [Matrix; 4] = [
    Matrix {
        name: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        total: "JOB_COMPLETIONS",
        first: 0,
    },
    Matrix {
        name: "GitLab",
        index: "CI_NODE_INDEX",
        total: "CI_NODE_TOTAL",
        first: 1,
    },
    Matrix {
        name: "Buildkite",
        index: "BUILDKITE_PARALLEL_JOB",
        total: "BUILDKITE_PARALLEL_JOB_COUNT",
        first: 0,
    },
    Matrix {
        name: "CircleCI",
        index: "CIRCLE_NODE_INDEX",
        total: "CIRCLE_NODE_TOTAL",
        first: 0,
    },
];

/// The variables that together are the id of a run. GitHub runs the jobs of a workflow again under the same id, and counts
/// the attempts.
const RUN_IDS: [&[&str]; 4] = [
    &["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT"],
    &["CI_PIPELINE_ID"],
    &["BUILDKITE_BUILD_ID"],
    &["CIRCLE_WORKFLOW_ID"],
];

/// The shard that was chosen, perhaps by the environment.
///
/// # Errors
///
/// The exit code. The message has been printed.
pub(crate) fn chosen(choice: ShardChoice, terminal: &Terminal) -> Result<Shard, ExitCode> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match choice {
        ShardChoice::Given(shard) => Ok(shard),
        ShardChoice::Auto => {
            of_environment(&variable).map_err(|(message, help)| terminal.refuse(&message, &[help]))
        }
    }
}

/// The longest id of a run.
const LONGEST_ID: usize = 200;

/// The shard of a process.
#[derive(Debug)]
pub(crate) struct ShardSettings {
    pub(crate) shard: Shard,
    /// The id of the run.
    run: String,
    durations: Option<Durations>,
}

impl ShardSettings {
    /// The shard that was asked for, if one was.
    ///
    /// # Errors
    ///
    /// The exit code. The message has been printed.
    pub(crate) fn new(
        options: &RunOptions,
        terminal: &Terminal,
    ) -> Result<Option<ShardSettings>, ExitCode> {
        let Some(choice) = options.shard else {
            return Ok(None);
        };
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let refuse = |(message, help): (String, String)| terminal.refuse(&message, &[help]);
        let shard = chosen(choice, terminal)?;
        let run = run_id(options.run_id.as_deref(), &variable).map_err(refuse)?;
        let durations = options.durations.as_deref();
        let durations = durations.map(|path| durations_of(path, terminal));
        Ok(Some(ShardSettings {
            shard,
            run,
            durations: durations.transpose()?,
        }))
    }

    /// The durations of an earlier run, if they were given.
    pub(crate) fn durations(&self) -> Option<&Durations> {
        self.durations.as_ref()
    }

    /// The part of the plan that belongs to this shard, and what its report says about the run.
    pub(crate) fn divide(&self, whole: &Plan, suite: &Suite) -> (Plan, Division) {
        let split = Split::new(whole, suite, self.shard.of(), self.durations.as_ref());
        let part = split.part(whole, self.shard);
        let division = Division {
            plan: plan_digest(whole, suite),
            split: split.digest(),
            planned: whole.cases.len(),
            own: part.cases.len(),
        };
        (part, division)
    }

    /// Prints which part of the plan this is.
    pub(crate) fn announce(&self, division: &Division, terminal: &Terminal) {
        let (own, planned) = (division.own, count(division.planned, "case"));
        let (shard, run) = (self.shard, printable(&self.run));
        terminal
            .print_error(|out| writeln!(out, "shard {shard} of the run {run}: {own} of {planned}"));
    }

    /// What the report of this shard says about the run.
    pub(crate) fn report(
        &self,
        division: Division,
        options: &RunOptions,
        engine: &Engine,
    ) -> ShardReport {
        let redactor = engine.redactor();
        let shown = |path: &Option<PathBuf>| {
            let path = path.as_ref()?.display().to_string();
            Some(redactor.redact(&path).into_owned())
        };
        ShardReport {
            shard: self.shard,
            run: self.run.clone(),
            plan: division.plan,
            split: division.split,
            planned: division.planned,
            own: division.own,
            options: ShardOptions {
                suite: shown(&options.suite.suite),
                strict: options.strict,
                retries: options.retries,
                seed: options.seed,
                clock: options.clock.map(|clock| clock.to_string()),
                durations: shown(&options.durations),
                waivers: shown(&options.waivers),
                insecure: options.insecure,
                allow_missing_env: options.allow_missing_env,
            },
            target: Box::new(engine.facts_of_target()),
            settings: settings_digest(engine.target()),
            lost: Vec::new(),
        }
    }
}

/// How a plan was divided.
#[derive(Debug)]
pub(crate) struct Division {
    plan: String,
    split: String,
    pub(crate) planned: usize,
    own: usize,
}

/// The shard that the environment describes, or why it describes none, and what to do.
fn of_environment(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, (String, String)> {
    let help = || "name the shard: `--shard 3/8`".to_owned();
    let mut found: Vec<(&Matrix, Shard)> = Vec::new();
    for matrix in &MATRICES {
        let Some(index) = variable(matrix.index) else {
            continue;
        };
        let Matrix {
            name,
            index: index_name,
            total: total_name,
            first,
        } = matrix;
        let Some(total) = variable(total_name) else {
            let message = format!("`{index_name}` is set ({name}), but not `{total_name}`");
            let help = format!(
                "set `{total_name}` to the number of jobs, or name the shard: `--shard 3/8`"
            );
            return Err((message, help));
        };
        let number = |text: &str| text.parse::<u32>().ok();
        let shard = match (number(&index), number(&total)) {
            (Some(index), Some(total)) => index
                .checked_sub(*first)
                .and_then(|index| Shard::new(index.checked_add(1)?, total).ok()),
            _ => None,
        };
        let Some(shard) = shard else {
            let message = format!(
                "`{index_name}={index}` and `{total_name}={total}` are no job of {name}, whose jobs are counted from {first}"
            );
            return Err((message, help()));
        };
        found.push((matrix, shard));
    }
    match found.as_slice() {
        [] => {
            let pairs = MATRICES.iter().map(|one| format!("`{}`", one.index));
            let pairs: Vec<String> = pairs.collect();
            let message = format!(
                "`--shard auto` found no number of a job in the environment: none of {} is set",
                pairs.join(", ")
            );
            Err((message, help()))
        }
        [(_, shard), rest @ ..] if rest.iter().all(|(_, other)| other == shard) => Ok(*shard),
        [(one, shard), rest @ ..] => {
            let (other, other_shard) = rest
                .iter()
                .find(|(_, other)| other != shard)
                .unwrap_or(&rest[0]);
            let message = format!(
                "`--shard auto` is ambiguous: `{}` says shard {shard}, `{}` says shard {other_shard}",
                one.index, other.index
            );
            Err((message, help()))
        }
    }
}

/// The id of the run: the one that was given, or that of the CI server.
fn run_id(
    given: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<String, (String, String)> {
    let help =
        "all shards of one run need the same id, and no other run may have it: `--run-id ID`";
    let of_server = || {
        let ids = RUN_IDS.iter().filter_map(|names| {
            let values: Option<Vec<String>> = names.iter().map(|name| variable(name)).collect();
            Some(values?.join("-"))
        });
        let ids: Vec<String> = ids.collect();
        (!ids.is_empty()).then(|| ids.join("+"))
    };
    let Some(id) = given.map(str::to_owned).or_else(of_server) else {
        let message = "a shard needs the id of its run, and no CI server has set one".to_owned();
        return Err((message, help.to_owned()));
    };
    let is_id =
        !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_graphic());
    if is_id {
        Ok(id)
    } else {
        let id = id.chars().take(LONGEST_ID).collect::<String>();
        let message = format!(
            "the run id `{id}` is empty, too long, or has other characters than ASCII without spaces"
        );
        Err((message, help.to_owned()))
    }
}

/// The durations in the report of an earlier run.
fn durations_of(path: &Path, terminal: &Terminal) -> Result<Durations, ExitCode> {
    let report = report::load(path, terminal).ok_or(ExitCode::Invalid)?;
    let durations = Durations::of(&report.cases);
    if durations.is_empty() {
        let message = format!("no case was run in {}: it has no durations", path.display());
        return Err(terminal.refuse(&message, &[]));
    }
    Ok(durations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_environment(variables: &[(&str, &str)]) -> Result<String, String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let shard = of_environment(&variable);
        shard
            .map(|shard| shard.to_string())
            .map_err(|(message, _)| message)
    }

    #[test]
    fn each_engine_counts_from_its_own_base() {
        for (index, total, first, last) in [
            ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", "0", "7"),
            ("CI_NODE_INDEX", "CI_NODE_TOTAL", "1", "8"),
            (
                "BUILDKITE_PARALLEL_JOB",
                "BUILDKITE_PARALLEL_JOB_COUNT",
                "0",
                "7",
            ),
            ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", "0", "7"),
        ] {
            let of = |number: &str| in_environment(&[(index, number), (total, "8")]);
            assert_eq!(of(first), Ok("1/8".to_owned()), "{index}");
            assert_eq!(of(last), Ok("8/8".to_owned()), "{index}");
            let below = first.parse::<i32>().unwrap() - 1;
            let above = last.parse::<i32>().unwrap() + 1;
            for number in [below.to_string(), above.to_string(), "one".into()] {
                let refusal = of(&number).unwrap_err();
                assert!(
                    refusal.contains(&format!("`{index}={number}`")),
                    "{refusal}"
                );
                assert!(
                    refusal.contains(&format!("counted from {first}")),
                    "{refusal}"
                );
            }
            let refusal = in_environment(&[(index, first)]).unwrap_err();
            assert!(refusal.contains(&format!("but not `{total}`")), "{refusal}");
            assert!(in_environment(&[(index, first), (total, "0")]).is_err());
        }
    }

    #[test]
    fn no_engine_or_two_that_disagree_are_an_error() {
        let none = in_environment(&[("CI_NODE_TOTAL", "1")]).unwrap_err();
        assert!(
            none.contains("none of `JOB_COMPLETION_INDEX`, `CI_NODE_INDEX`"),
            "{none}"
        );
        let both = [
            ("CI_NODE_INDEX", "1"),
            ("CI_NODE_TOTAL", "8"),
            ("JOB_COMPLETION_INDEX", "1"),
            ("JOB_COMPLETIONS", "8"),
        ];
        assert_eq!(
            in_environment(&both).unwrap_err(),
            "`--shard auto` is ambiguous: `JOB_COMPLETION_INDEX` says shard 2/8, `CI_NODE_INDEX` says shard 1/8"
        );
        let mut same = both;
        same[0].1 = "2";
        assert_eq!(in_environment(&same), Ok("2/8".to_owned()));
    }

    #[test]
    fn the_id_of_a_run_is_given_or_that_of_the_server() {
        let of = |given: Option<&str>, variables: &[(&str, &str)]| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            run_id(given, &variable).map_err(|(message, _)| message)
        };
        let github = [("GITHUB_RUN_ID", "77"), ("GITHUB_RUN_ATTEMPT", "2")];
        assert_eq!(of(None, &github), Ok("77-2".to_owned()));
        assert_eq!(of(Some("mine"), &github), Ok("mine".to_owned()));
        assert_eq!(of(None, &[("CI_PIPELINE_ID", "9")]), Ok("9".to_owned()));
        assert_eq!(of(None, &[("BUILDKITE_BUILD_ID", "b")]), Ok("b".to_owned()));
        assert_eq!(of(None, &[("CIRCLE_WORKFLOW_ID", "c")]), Ok("c".to_owned()));
        assert!(of(None, &github[..1]).unwrap_err().contains("no CI server"));
        for id in ["", "a b", "ä", "a\n", &"x".repeat(201)] {
            assert!(of(Some(id), &[]).is_err(), "{id}");
        }
    }
}
