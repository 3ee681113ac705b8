//! A place to change something: the request of one step of a case that passes, with an answer that accepts it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::fuzz::base::Base;
use crate::fuzz::names::Names;
use crate::fuzz::request::{BODIES, has_template, operation};
use crate::fuzz::requests::{Legal, Requests};
use crate::fuzz::seed::Seed;
use crate::fuzz::shape::plain;

/// The reads of a contract and path: the request, and the captures that it needs.
type Reads<'a> = BTreeMap<(&'a str, String), (Map<String, Value>, Vec<String>)>;

/// A request that can be changed.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    /// Index into the seeds.
    pub(crate) seed: usize,
    pub(crate) step: usize,
    pub(crate) operation: String,
    pub(crate) request: Map<String, Value>,
    /// The JSON body as it is written, and as a value.
    pub(crate) body: Option<(Value, Value)>,
    pub(crate) legal: Option<Legal>,
    /// The schema of the body: that of the contract, or that of the request.
    pub(crate) schema: Option<Value>,
    /// The step that reads what this one creates.
    pub(crate) reader: Option<Reader>,
    /// The requirements of the step, for what no other requirement is about.
    pub(crate) proves: Vec<String>,
}

/// How to read and delete what a step creates.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) read: Map<String, Value>,
    pub(crate) proves: Vec<String>,
    pub(crate) delete: Map<String, Value>,
}

/// All places, in the order of the cases.
pub(crate) fn spots(
    seeds: &[Seed],
    base: &Base,
    requests: &Requests,
    names: &Names<'_>,
) -> Vec<Spot> {
    let accepted = |seed: &Seed, step: usize| {
        let statuses = base.passed.get(&seed.id);
        let status = statuses.and_then(|statuses| *statuses.get(step)?);
        status.is_some_and(|status| (200..400).contains(&status))
    };
    let mut reads: Reads<'_> = BTreeMap::new();
    for seed in seeds {
        for (number, step) in seed.steps.iter().enumerate() {
            let request = step.get("request").and_then(Value::as_object);
            if let Some(request) = request.filter(|_| accepted(seed, number))
                && let Some(name) = operation(request).filter(|name| name.starts_with("GET "))
            {
                let found = || (request.clone(), seed.proves(number));
                let known = reads.entry((&seed.contract, name)).or_insert_with(found);
                // The one with the fewest parameters reads any of them.
                if request.len() < known.0.len() {
                    *known = found();
                }
            }
        }
    }
    let mut spots = Vec::new();
    for (index, seed) in seeds.iter().enumerate() {
        let first = (0..seed.steps.len())
            .flat_map(|number| seed.proves(number))
            .next();
        for (number, step) in seed.steps.iter().enumerate() {
            let request = step.get("request").and_then(Value::as_object);
            let Some(request) = request.filter(|_| accepted(seed, number)) else {
                continue;
            };
            let Some(name) = names.of(&seed.contract, request) else {
                continue;
            };
            let mut proves = seed.proves(number);
            if proves.is_empty() {
                proves.extend(first.clone());
            }
            if proves.is_empty() || request.contains_key("illegal") {
                continue;
            }
            let legal = requests.of(&seed.contract, &name).cloned();
            let body = request
                .get("json")
                .filter(|_| {
                    BODIES
                        .iter()
                        .filter(|key| request.contains_key(**key))
                        .count()
                        == 1
                })
                .map(|body| (body.clone(), plain(body)));
            let of_request = request.get("schema").filter(|schema| **schema != "<none>");
            let schema = legal.as_ref().and_then(|legal| legal.body.clone());
            spots.push(Spot {
                seed: index,
                step: number,
                reader: reader(seed, number, &reads),
                request: request.clone(),
                schema: schema.or_else(|| of_request.cloned()),
                operation: name,
                body,
                legal,
                proves,
            });
        }
    }
    spots
}

/// A step creates something if a step of `finally` deletes what it captures.
fn reader(seed: &Seed, number: usize, reads: &Reads<'_>) -> Option<Reader> {
    let captured = seed.steps[number].get("capture")?.as_object()?;
    let finally = seed.case.get("finally")?.as_array()?;
    finally.iter().find_map(|step| {
        let delete = step.get("request")?.as_object()?;
        let path = delete.get("DELETE")?.as_str()?;
        let is_captured = captured
            .keys()
            .any(|name| path.contains(&format!("${{capture.{name}}}")));
        let name = operation(delete)?.replacen("DELETE ", "GET ", 1);
        let (known, proves) = reads.get(&(seed.contract.as_str(), name))?;
        let is_usable = is_captured && !proves.is_empty();
        let others_depend = has_template(&Value::Object(known.clone()))
            && known
                .iter()
                .any(|(key, value)| key != "GET" && has_template(value));
        if !is_usable || others_depend {
            return None;
        }
        let mut read = known.clone();
        read.insert("GET".into(), path.into());
        Some(Reader {
            read,
            proves: proves.clone(),
            delete: delete.clone(),
        })
    })
}
