//! A finding as a case file for people.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::fuzz::found::Hit;
use crate::fuzz::seed::Seed;
use crate::fuzz::trial::Trial;
use crate::import::yaml::{Entry, Yaml, file};

/// The file of a case that repeats a finding.
pub(crate) fn text(trial: &Trial, hit: &Hit, seed: u64) -> String {
    let mut comments = vec![
        format!(
            "Found by probity fuzz --seed {seed}: {}.",
            line(&hit.headline)
        ),
        format!("{}: {}.", line(&hit.operation), line(&trial.changed.what)),
        format!("Answer: {}.", line(&hit.got)),
    ];
    if hit.is_by_rule {
        comments
            .push("The rules of the contract find it: this case only sends the request.".into());
    } else if hit.requirement.is_none() {
        comments.extend([
            "No requirement is about this answer, so nothing is violated, and the case is an error: state one in the".into(),
            "contract, name it in `proves` in place of that of the unchanged request, and remove `blames`.".into(),
        ]);
    }
    comments.push(KEEP.to_owned());
    let mut entries = vec![Entry::new("contract", Yaml::text(&trial.contract))];
    for (key, value) in &trial.file {
        entries.push(Entry::new(key, members_of(key, value)));
    }
    let mut case = vec![
        Entry::new("id", Yaml::text("found")),
        Entry::new("title", Yaml::text(title(&trial.changed.what))),
    ];
    let mut own = trial.case.clone();
    let steps = own.remove("steps").unwrap_or_default();
    let finally = own.remove("finally");
    case.extend(
        own.iter()
            .map(|(key, value)| Entry::new(key, members_of(key, value))),
    );
    match steps.as_array().map(Vec::as_slice) {
        Some([Value::Object(only)])
            if !own.contains_key("request") && !only.contains_key("use") =>
        {
            let only = only.iter().filter(|(key, _)| *key != "title");
            case.extend(only.map(|(key, value)| Entry::new(key, members_of(key, value))));
        }
        _ => case.push(Entry::new("steps", members_of("steps", &steps))),
    }
    case.extend(finally.map(|steps| Entry::new("finally", members_of("finally", &steps))));
    entries.push(Entry::new("cases", Yaml::Lines(vec![Yaml::Block(case)])).above(""));
    file(&comments, &entries)
}

/// The last line of the comment.
const KEEP: &str = "Keep it as a case of the suite, or delete it.";

/// The text of a case file with the other changes that showed the same cause.
pub(crate) fn with_others(text: &str, also: &[String]) -> String {
    if also.is_empty() {
        return text.to_owned();
    }
    let mut lines = "# Other requests with the same cause:\n".to_owned();
    for change in also {
        lines.push_str(&format!("#   {}\n", line(change)));
    }
    let last = format!("# {KEEP}\n");
    text.replacen(&last, &format!("{lines}{last}"), 1)
}

/// The texts of a trial that are not in the case it was made of.
pub(crate) fn new_texts(trial: &Trial, seed: &Seed) -> Vec<String> {
    let mut known = BTreeSet::new();
    for step in &seed.steps {
        texts_of(step, &mut known);
    }
    texts_of(&seed.case, &mut known);
    texts_of(&seed.file, &mut known);
    let mut all = BTreeSet::new();
    texts_of(&trial.case, &mut all);
    all.difference(&known).cloned().collect()
}

fn texts_of(members: &Map<String, Value>, all: &mut BTreeSet<String>) {
    for (name, value) in members {
        all.insert(name.clone());
        texts_in(value, all);
    }
}

fn texts_in(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => texts_of(members, all),
        Value::Array(items) => items.iter().for_each(|item| texts_in(item, all)),
        Value::String(text) => drop(all.insert(text.clone())),
        Value::Number(_) => drop(all.insert(value.to_string())),
        _ => {}
    }
}

/// The cases that may repeat a finding, the best first: the steps up to it, and what undoes them. Only the step of the
/// finding proves anything: nothing else in such a case is evidence for a requirement.
pub(crate) fn cases(trial: &Trial, hit: &Hit) -> Vec<Trial> {
    let mut steps = trial.steps();
    steps.truncate(hit.step + 1);
    let Some(mut last) = steps.pop() else {
        return Vec::new();
    };
    steps.iter_mut().for_each(arrange);
    let mut expectations = Vec::new();
    if hit.is_by_rule && hit.status >= 500 {
        expectations.push(json!([{ "status": ["<2xx>", "<3xx>", "<4xx>"] }]));
    } else if hit.is_by_rule {
        // A rule proves what it says only where it describes every answer that the step accepts.
        let class = format!("<{}xx>", hit.status / 100);
        expectations.push(json!([{ "status": class }]));
        expectations.push(json!([{ "status": hit.status }]));
        expectations.push(json!([{ "proves": hit.requirements, "status": class }]));
    } else {
        let mut written = last.get("expect").cloned();
        if hit.requirement.is_none() {
            written.iter_mut().for_each(blame_nothing);
        }
        expectations.extend(written);
    }
    let made = expectations.into_iter().map(|expect| {
        let mut made = trial.clone();
        last.insert("expect".into(), expect);
        let last = std::iter::once(last.clone());
        made.set_steps(steps.iter().cloned().chain(last).collect());
        if let Some(Value::Array(finally)) = made.case.get_mut("finally") {
            let members = finally.iter_mut().filter_map(Value::as_object_mut);
            members.for_each(arrange);
        }
        made
    });
    made.collect()
}

/// Keeps an unexpected status from violating the requirements of a step: it is about another request.
fn blame_nothing(blocks: &mut Value) {
    let blocks = blocks.as_array_mut().into_iter().flatten();
    for block in blocks.filter_map(Value::as_object_mut) {
        let ids = block.get("proves").and_then(Value::as_array);
        let ids = ids.into_iter().flatten().filter_map(Value::as_str);
        // No final answer has this status.
        let none: Map<String, Value> = ids.map(|id| (id.to_owned(), json!("<1xx>"))).collect();
        block.insert("blames".into(), Value::Object(none));
    }
}

/// Leaves of the blocks of a step what must hold before and after: the statuses.
fn arrange(step: &mut Map<String, Value>) {
    let Some(Value::Array(blocks)) = step.get_mut("expect") else {
        return;
    };
    let has_status = |block: &Value| block.get("status").is_some();
    if blocks.iter().any(has_status) {
        blocks.retain(has_status);
        for block in blocks.iter_mut().filter_map(Value::as_object_mut) {
            block.retain(|key, _| ["status", "when"].contains(&key.as_str()));
        }
        blocks.dedup();
    }
    for block in blocks.iter_mut().filter_map(Value::as_object_mut) {
        block.remove("proves");
        block.remove("blames");
    }
}

/// Steps and blocks on lines of their own, anything else as it fits.
fn members_of(key: &str, value: &Value) -> Yaml {
    match (key, value) {
        ("steps" | "finally", Value::Array(steps)) => Yaml::Lines(
            steps
                .iter()
                .map(|step| match step {
                    Value::Object(members) => Yaml::Block(block(members)),
                    other => Yaml::json(other),
                })
                .collect(),
        ),
        ("expect", Value::Array(blocks)) => Yaml::Lines(blocks.iter().map(Yaml::json).collect()),
        (_, value) => Yaml::json(value),
    }
}

/// The members of a step in the order in which people write them.
fn block(members: &Map<String, Value>) -> Vec<Entry> {
    let order = ["title", "use", "with", "request"];
    let first = order.iter().filter_map(|key| members.get_key_value(*key));
    let others = members
        .iter()
        .filter(|(key, _)| !order.contains(&key.as_str()));
    let all = first.chain(others);
    all.map(|(key, value)| Entry::new(key, members_of(key, value)))
        .collect()
}

/// A title is literal text of one line.
fn title(text: &str) -> String {
    line(text).replace("${", "$ {")
}

fn line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    text.trim().to_owned()
}

/// The beginning of the name of the file: `fuzz-post-tokens`.
pub fn file_stem(operation: &str) -> String {
    let mut name = "fuzz".to_owned();
    for word in operation.split(|c: char| !c.is_ascii_alphanumeric()) {
        if !word.is_empty() && name.len() + word.len() < 60 {
            name.push('-');
            name.push_str(&word.to_ascii_lowercase());
        }
    }
    name
}
