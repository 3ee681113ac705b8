//! The cases of a suite as they are written, each row a case of its own, with the complete request in every step.

use serde_json::{Map, Value};

use crate::fuzz::request::joined;
use crate::fuzz::rows::filled;
use crate::load::to_json;
use crate::model::Sources;

/// The members of a step in a case without `steps`.
const OF_STEP: [&str; 6] = [
    "request",
    "expect",
    "capture",
    "eventually",
    "timeout",
    "without",
];

/// A case to start from.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    /// Its id in a report: `documents/reading/one[row]`.
    pub(crate) id: String,
    pub(crate) contract: String,
    /// What its file says for all cases, without `request` and `cases`.
    pub(crate) file: Map<String, Value>,
    /// Its own members, without `request` and `steps`.
    pub(crate) case: Map<String, Value>,
    pub(crate) steps: Vec<Map<String, Value>>,
}

/// A suite file as JSON.
pub(crate) fn json(path: &str, text: &str) -> Option<Value> {
    let mut sources = Sources::default();
    let file = sources.add(path.to_owned(), text.to_owned());
    to_json(&sources, file).ok()
}

/// The cases of all files. `texts` are those of the suite, by path.
pub(crate) fn seeds(texts: &[(String, String)]) -> Vec<Seed> {
    let cases = texts.iter().filter_map(|(path, text)| {
        let name = path.strip_prefix("cases/")?.rsplit_once('.')?.0;
        Some((name, path, text))
    });
    let contracts = cases.clone().filter_map(|(name, path, text)| {
        let contract = name.strip_suffix("/contract")?;
        Some((contract, json(path, text)?))
    });
    let contracts: Vec<(&str, Value)> = contracts.collect();
    let files = cases.filter(|(name, ..)| !name.ends_with("/contract"));
    let mut all = Vec::new();
    for (name, path, text) in files {
        let (Some((contract, _)), Some(file)) = (name.split_once('/'), json(path, text)) else {
            continue;
        };
        let shared = contracts
            .iter()
            .find(|(known, _)| *known == contract)
            .and_then(|(_, contract)| contract.get("steps"));
        for case in file
            .get("cases")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            add(&mut all, contract, name, &file, case, shared);
        }
    }
    all
}

/// Adds a case, or one for each row.
fn add(
    all: &mut Vec<Seed>,
    contract: &str,
    name: &str,
    file: &Value,
    case: &Value,
    shared: Option<&Value>,
) {
    let Some(id) = case.get("id").and_then(Value::as_str) else {
        return;
    };
    let id = format!("{name}/{id}");
    match case.get("rows").and_then(Value::as_array) {
        None => all.extend(seed(contract, id, file, case, shared)),
        Some(rows) => {
            for row in rows.iter().filter_map(Value::as_object) {
                let row_name = row.get("row").and_then(Value::as_str).unwrap_or("");
                let mut case = filled(case, row);
                if let Some(members) = case.as_object_mut() {
                    members.remove("rows");
                }
                let id = format!("{id}[{row_name}]");
                all.extend(seed(contract, id, file, &case, shared));
            }
        }
    }
}

fn seed(
    contract: &str,
    id: String,
    file: &Value,
    case: &Value,
    shared: Option<&Value>,
) -> Option<Seed> {
    let of_file = file.get("request");
    let of_case = case.get("request");
    let mut own = case.as_object()?.clone();
    let mut steps = Vec::new();
    let mut undone = Vec::new();
    let mut keeps_defaults = false;
    if let Some(written) = case.get("steps").and_then(Value::as_array) {
        for step in written {
            let mut step = step.as_object()?.clone();
            let named = step.get("use").and_then(Value::as_str);
            if let Some(named) = named {
                let definition = shared.and_then(|shared| shared.get(named));
                match definition.and_then(Value::as_object) {
                    // One with parameters stays as it is.
                    Some(definition) if !definition.contains_key("with") => {
                        step.clone_from(definition);
                        if let Some(Value::Array(steps)) = step.remove("finally") {
                            undone.push(steps);
                        }
                    }
                    _ => {
                        keeps_defaults = true;
                        steps.push(step);
                        continue;
                    }
                }
            }
            let request = joined([of_file, of_case, step.get("request")]);
            step.insert("request".into(), Value::Object(request));
            steps.push(step);
        }
    } else {
        let mut step = Map::new();
        for key in OF_STEP {
            step.extend(own.remove(key).map(|value| (key.to_owned(), value)));
        }
        let request = joined([of_file, of_case]);
        step.insert("request".into(), Value::Object(request));
        steps.push(step);
    }
    for key in ["steps", "request", "tags"] {
        own.remove(key);
    }
    let mut file = file.as_object()?.clone();
    let of_steps = |steps: Option<Value>| -> Vec<Value> {
        let steps = match steps {
            Some(Value::Array(steps)) => steps,
            _ => Vec::new(),
        };
        let steps = steps.into_iter().map(|mut step| {
            if let Some(members) = step.as_object_mut()
                && !members.contains_key("use")
            {
                let request = joined([of_file, of_case, members.get("request")]);
                members.insert("request".into(), Value::Object(request));
            }
            step
        });
        steps.collect()
    };
    // The order in which a case undoes what it did: its own steps, then those of shared ones from the last to the first.
    let mut finally = of_steps(own.remove("finally"));
    finally.extend(of_steps(file.remove("finally")));
    for steps in undone.into_iter().rev() {
        finally.extend(of_steps(Some(Value::Array(steps))));
    }
    if !finally.is_empty() {
        own.insert("finally".into(), finally.into());
    }
    let defaults = joined([of_file, of_case]);
    if keeps_defaults && !defaults.is_empty() {
        own.insert("request".into(), Value::Object(defaults));
    }
    for key in ["cases", "request", "title", "contract", "tags"] {
        file.remove(key);
    }
    Some(Seed {
        id,
        contract: contract.to_owned(),
        file,
        case: own,
        steps,
    })
}

impl Seed {
    /// The requirements that a step proves, those of its first block that proves any.
    pub(crate) fn proves(&self, step: usize) -> Vec<String> {
        let blocks = self.steps.get(step).and_then(|step| step.get("expect"));
        let blocks = blocks.and_then(Value::as_array).into_iter().flatten();
        let mut proves = blocks.filter_map(|block| block.get("proves")?.as_array());
        let first = proves
            .next()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        first.take(1).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_shared_steps_and_defaults_are_written_out() {
        let contract = "contract: a\nsteps:\n  add: { request: { POST: /a }, capture: { id: $.id }, finally: [{ request: { DELETE: \"/a/${capture.id}\" }, expect: [{ status: 204 }] }] }\n";
        let cases = "contract: a\neffect: write\nrequest: { identity: me }\ncases:\n  - id: one\n    rows: [{ row: x, v: 1 }, { row: y, v: 2 }]\n    request: { POST: /a, json: { v: \"${row.v}\" } }\n    expect: [{ proves: [A-1], status: 201 }]\n  - id: two\n    steps: [{ use: add }, { request: { GET: \"/a/${capture.id}\" }, expect: [{ status: 200 }] }]\n";
        let texts = [
            ("cases/a/contract.yaml".to_owned(), contract.to_owned()),
            ("cases/a/b.yaml".to_owned(), cases.to_owned()),
            ("schemas/x.json".to_owned(), "{".to_owned()),
        ];
        let seeds = seeds(&texts);
        let ids: Vec<&str> = seeds.iter().map(|seed| seed.id.as_str()).collect();
        assert_eq!(ids, ["a/b/one[x]", "a/b/one[y]", "a/b/two"]);
        assert_eq!(
            seeds[1].steps[0]["request"],
            json!({ "identity": "me", "POST": "/a", "json": { "v": 2 } })
        );
        assert_eq!(seeds[1].proves(0), ["A-1"]);
        assert_eq!(
            seeds[2].steps[0]["request"],
            json!({ "identity": "me", "POST": "/a" })
        );
        assert_eq!(
            seeds[2].case["finally"],
            json!([{ "request": { "identity": "me", "DELETE": "/a/${capture.id}" }, "expect": [{ "status": 204 }] }])
        );
        assert_eq!(
            Value::Object(seeds[2].file.clone()),
            json!({ "effect": "write" })
        );
    }
}
