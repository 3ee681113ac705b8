//! `tests/bodies`: what real services sent is accepted, and what leaves a recommendation warns of just that.

use std::collections::BTreeSet;
use std::path::Path;

use libtest_mimic::{Failed, Trial};
use probity::judge::judge_step;
use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::model::{Response, Scope};

use crate::schemas::{at_root, blamed, read_json, schema, told};

/// A row of `tests/bodies/INDEX.md`.
struct Body {
    file: String,
    schema: String,
    verdict: String,
    warns: BTreeSet<String>,
}

pub(crate) fn trials() -> Vec<Trial> {
    let bodies = index();
    let mut trials = vec![Trial::test(
        "bodies::every_file_stands_in_the_index",
        every_file_stands_in_the_index,
    )];
    trials.extend(bodies.into_iter().map(|body| {
        let name = format!("bodies::{}", body.file.trim_end_matches(".json"));
        Trial::test(name, move || check(&body))
    }));
    trials
}

fn index() -> Vec<Body> {
    let text = std::fs::read_to_string(at_root("tests/bodies/INDEX.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let rows = rows.map(|row| row.split(" | ").collect::<Vec<_>>());
    rows.filter(|cells| is_json(Path::new(cells[0])))
        .map(|cells| Body {
            file: cells[0].to_owned(),
            schema: cells[1].to_owned(),
            verdict: cells[2].to_owned(),
            warns: cells[3]
                .split(' ')
                .filter(|id| *id != "-")
                .map(str::to_owned)
                .collect(),
        })
        .collect()
}

fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}

fn check(body: &Body) -> Result<(), Failed> {
    if body.schema == "-" {
        return check_answer(&body.file);
    }
    let value = read_json(&format!("tests/bodies/{}", body.file));
    let violations = schema(&body.schema).violations(&value);
    let is_accepted = violations.is_empty();
    // What documents and clients disagree about, the suite does not send.
    let wanted = body.verdict == "ACCEPT";
    if is_accepted != wanted {
        return Err(format!("{}: {}\n{}", body.verdict, body.schema, told(&violations)).into());
    }
    let Some(recommended) = recommended(&body.schema) else {
        return Ok(());
    };
    let violations = schema(&recommended).violations(&value);
    if blamed(&violations) != body.warns {
        return Err(format!(
            "expected warnings {:?}, got\n{}",
            body.warns,
            told(&violations)
        )
        .into());
    }
    Ok(())
}

/// The schema that holds the recommendations, where there is one. A level of presence has those of all levels.
fn recommended(schema: &str) -> Option<String> {
    let name = if schema.starts_with("presence/level-") {
        "presence/records.schema.json"
    } else {
        schema
    };
    let name = name.replace(".schema.json", ".recommended.schema.json");
    at_root("schemas").join(&name).exists().then_some(name)
}

/// A whole answer of unassignUserFromDevice, judged by the case for it.
fn check_answer(file: &str) -> Result<(), Failed> {
    let answer = read_json(&format!("tests/bodies/{file}"));
    let loaded = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun);
    let suite = loaded.suite;
    let case = suite
        .cases
        .iter()
        .find(|case| case.id == "autopilot/answer/route-a")
        .unwrap();
    let headers = answer["headers"].as_object().unwrap().iter();
    let response = Response {
        status: u16::try_from(answer["status"].as_u64().unwrap()).unwrap(),
        headers: headers
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().as_bytes().to_vec()))
            .collect(),
        body: answer["body"].as_str().unwrap().as_bytes().to_vec(),
        coded: None,
        saw_wire: true,
        ..Response::default()
    };
    let nothing = std::collections::BTreeMap::new();
    let scope = Scope {
        fixtures: &nothing,
        captures: &nothing,
    };
    let judgement = judge_step(0, &case.steps[0], scope, &response, &suite);
    if judgement.findings.is_empty() && judgement.unjudged == 0 {
        return Ok(());
    }
    Err(format!("{judgement:#?}").into())
}

fn every_file_stands_in_the_index() -> Result<(), Failed> {
    let listed: BTreeSet<String> = index().into_iter().map(|body| body.file).collect();
    let mut there = BTreeSet::new();
    for entry in walkdir::WalkDir::new(at_root("tests/bodies")) {
        let entry = entry?;
        if is_json(entry.path()) {
            let path = entry.path().strip_prefix(at_root("tests/bodies"))?;
            there.insert(path.to_string_lossy().replace('\\', "/"));
        }
    }
    if listed == there {
        return Ok(());
    }
    Err(format!(
        "{:?}",
        listed.symmetric_difference(&there).collect::<Vec<_>>()
    )
    .into())
}
