//! The files of the suite.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::deployment::{PROJECT, TARGET};
use crate::import::json_text;
use crate::import::name::Names;
use crate::import::openapi::operation::Written;
use crate::import::openapi::outgoing;
use crate::import::openapi::plan::Plan;
use crate::import::openapi::request::Requests;
use crate::import::openapi::requirement::Requirement;
use crate::import::openapi::unchecked;
use crate::import::yaml::{Entry, Yaml, file};

/// Makes the text of every file, each with its path in the suite.
pub(crate) fn files(
    requests: &Requests<'_, '_>,
    written: &[Written],
    document: &str,
) -> Vec<(String, String)> {
    let plan = requests.plan;
    let mut contracts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, planned) in plan.operations.iter().enumerate() {
        contracts.entry(&planned.contract).or_default().push(at);
    }
    let mut files = vec![(PROJECT.to_owned(), project(plan))];
    let mut names_of_contracts = Names::default();
    for contract in contracts.keys() {
        names_of_contracts.give((*contract).to_owned());
    }
    for (contract, operations) in &contracts {
        let text = contract_file(requests, written, contract, operations, document);
        files.push((format!("cases/{contract}/contract.yaml"), text));
        let mut resources: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for &at in operations {
            if !written[at].cases.is_empty() {
                resources
                    .entry(&plan.operations[at].resource)
                    .or_default()
                    .push(at);
            }
        }
        for (resource, operations) in resources {
            let text = case_file(plan, written, contract, resource, &operations);
            files.push((format!("cases/{contract}/{resource}.yaml"), text));
        }
    }
    let webhooks = outgoing::webhooks(plan);
    if !webhooks.is_empty() {
        let name = names_of_contracts.give(outgoing::WEBHOOKS.to_owned());
        let text = webhooks_file(plan, &name, &webhooks, document);
        files.push((format!("cases/{name}/contract.yaml"), text));
    }
    for (name, schema) in plan.schemas.reachable(&used_schemas(plan, written)) {
        let text = json_text::text(&schema);
        files.push((format!("schemas/{}/{name}", plan.name), text));
    }
    files.push((TARGET.to_owned(), target(requests)));
    files
}

fn project(plan: &Plan<'_>) -> String {
    // Its path is the mount of the service.
    let server = origin(&plan.api.server);
    let shown = server.as_deref().unwrap_or("http://127.0.0.1:8080");
    let comments = [
        "yaml-language-server: $schema=.probity/project.schema.json".to_owned(),
        "Commands in this directory use this suite. To run them without `--target`, set a target file or a URL:".to_owned(),
        format!("target: {shown}"),
    ];
    file(&comments, &[])
}

fn contract_file(
    requests: &Requests<'_, '_>,
    written: &[Written],
    contract: &str,
    operations: &[usize],
    document: &str,
) -> String {
    let plan = requests.plan;
    let comments = [
        "yaml-language-server: $schema=../../.probity/contract.schema.json".to_owned(),
        format!(
            "Requirements of the service, imported from {document}. Cases prove them; reports refer to them."
        ),
    ];
    let title = if contract == plan.name {
        plan.api.title.clone()
    } else {
        format!("{}: {contract}", plan.api.title)
    };
    let mut entries = vec![
        Entry::new("contract", Yaml::text(contract)),
        Entry::new(
            "title",
            Yaml::text(title.split_whitespace().collect::<Vec<_>>().join(" ")),
        ),
        Entry::new("service", Yaml::text(&plan.name)),
        services(plan),
    ];
    let mut add = |key: &str, declared: Vec<Entry>, beside: &str| {
        if !declared.is_empty() {
            entries.push(Entry::new(key, Yaml::Block(declared)).beside(beside));
        }
    };
    add(
        "identities",
        requests.identities.declared(plan, contract),
        "",
    );
    let (fixtures, disposable) = requests.fixtures.declared(plan, contract);
    add("fixtures", fixtures, "values that the target file provides");
    let creators = requests
        .creators
        .values()
        .filter(|creator| creator.contract == contract);
    let used = used_steps(written, operations);
    let steps =
        creators.filter(|creator| creator.setup.last().is_some_and(|step| used.contains(step)));
    let steps: Vec<Entry> = steps.map(|creator| creator.step.clone()).collect();
    if !disposable.is_empty() {
        let disposable =
            Entry::new("disposable", Yaml::List(disposable)).beside("cases change or delete these");
        entries.push(disposable);
    }
    if !steps.is_empty() {
        entries.push(
            Entry::new("steps", Yaml::Block(steps))
                .beside("shared steps that set up what cases need"),
        );
    }
    let rules: Vec<Yaml> = operations
        .iter()
        .flat_map(|&at| written[at].rules.all.clone())
        .collect();
    if !rules.is_empty() {
        let beside = "rules, checked on every response of an operation in all cases";
        entries.push(Entry::new("answers", Yaml::Lines(rules)).beside(beside));
    }
    let legal: Vec<Yaml> = operations
        .iter()
        .filter_map(|&at| written[at].legal.clone())
        .collect();
    if !legal.is_empty() {
        let beside = "schemas of valid requests, used by `probity fuzz`";
        entries.push(Entry::new("requests", Yaml::Lines(legal)).beside(beside));
    }
    let planned: Vec<_> = operations.iter().map(|&at| &plan.operations[at]).collect();
    let noted = operations
        .iter()
        .flat_map(|&at| written[at].rules.unchecked.clone());
    if operations.iter().any(|&at| !written[at].cases.is_empty()) {
        let unchecked = unchecked::entries(plan, &planned, noted);
        let beside = "parts of responses that no check has to cover (`probity prove`)";
        entries.push(Entry::new("unchecked", Yaml::Lines(unchecked)).beside(beside));
    }
    let mut requirements = Vec::new();
    for (index, &at) in operations.iter().enumerate() {
        let planned = &plan.operations[at];
        let mut heading = if index == 0 {
            Vec::new()
        } else {
            vec![String::new()]
        };
        heading.push(match &planned.operation.given_id {
            Some(id) => format!("{}, operationId {id}", planned.title()),
            None => planned.title(),
        });
        for (index, requirement) in written[at].requirements.iter().enumerate() {
            requirements.push(requirement.yaml(if index == 0 { &heading } else { &[] }));
        }
    }
    entries.push(Entry::new("requirements", Yaml::Lines(requirements)));
    file(&comments, &entries)
}

/// The entry `services` of a contract.
fn services(plan: &Plan<'_>) -> Entry {
    let service = match mount(&plan.api.server) {
        Some(mount) => Entry::new(
            &plan.name,
            Yaml::map([Entry::new("mount", Yaml::text(mount))]),
        )
        .beside("below a bare `--target URL`"),
        None => Entry::new(&plan.name, Yaml::map([])),
    };
    Entry::new("services", Yaml::Block(vec![service]))
}

/// The contract of the requests that the service sends.
fn webhooks_file(
    plan: &Plan<'_>,
    contract: &str,
    webhooks: &[Requirement],
    document: &str,
) -> String {
    let comments = [
        "yaml-language-server: $schema=../../.probity/contract.schema.json".to_owned(),
        format!("Requests that the service sends, imported from {document}."),
    ];
    let title = format!("{}: {contract}", plan.api.title);
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let requirements = webhooks.iter().map(|one| one.yaml(&[])).collect();
    let entries = [
        Entry::new("contract", Yaml::text(contract)),
        Entry::new("title", Yaml::text(title)),
        Entry::new("service", Yaml::text(&plan.name)),
        services(plan),
        Entry::new("requirements", Yaml::Lines(requirements)),
    ];
    file(&comments, &entries)
}

fn case_file(
    plan: &Plan<'_>,
    written: &[Written],
    contract: &str,
    resource: &str,
    operations: &[usize],
) -> String {
    let comments = ["yaml-language-server: $schema=../../.probity/cases.schema.json".to_owned()];
    let mut cases = Vec::new();
    for (index, &at) in operations.iter().enumerate() {
        let planned = &plan.operations[at];
        for (number, case) in written[at].cases.iter().enumerate() {
            let mut case = case.clone();
            if let Yaml::Block(entries) = &mut case
                && let Some(first) = entries.first_mut()
                && number == 0
            {
                let from = match &planned.operation.given_id {
                    Some(id) => format!("from operationId {id}"),
                    None => format!("from {}", planned.title()),
                };
                first.above = if index == 0 {
                    vec![from]
                } else {
                    vec![String::new(), from]
                };
            }
            cases.push(case);
        }
    }
    let path = operations
        .first()
        .map_or("", |&at| plan.operations[at].operation.path.as_str());
    let path = path
        .split("/{")
        .next()
        .filter(|path| !path.is_empty())
        .unwrap_or("/");
    let entries = [
        Entry::new("contract", Yaml::text(contract)),
        Entry::new(
            "title",
            Yaml::text(if operations.len() == 1 {
                path.to_owned()
            } else {
                format!("{path} ({resource})")
            }),
        ),
        Entry::new("cases", Yaml::Lines(cases)).above(""),
    ];
    file(&comments, &entries)
}

/// The names of shared steps that cases use.
fn used_steps(written: &[Written], operations: &[usize]) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let cases = operations.iter().flat_map(|&at| &written[at].cases);
    for case in cases {
        let Yaml::Block(entries) = case else { continue };
        let steps = entries.iter().filter(|entry| entry.key == "steps");
        for step in steps.flat_map(|entry| match &entry.value {
            Yaml::Lines(steps) => steps.as_slice(),
            _ => &[],
        }) {
            if let Yaml::Map(step) = step
                && let Some(Entry {
                    value: Yaml::Text(name),
                    ..
                }) = step.first().filter(|entry| entry.key == "use")
            {
                used.insert(name.clone());
            }
        }
    }
    used
}

/// The files of schemas that rules and cases name.
fn used_schemas(plan: &Plan<'_>, written: &[Written]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (planned, written) in plan.operations.iter().zip(written) {
        if written.cases.is_empty() {
            continue;
        }
        names.extend(
            plan.responses(planned)
                .filter_map(|(_, file)| file)
                .filter(|file| plan.schemas.is_usable(file))
                .map(str::to_owned),
        );
        names.extend(plan.body_schema(planned).map(str::to_owned));
    }
    names
}

fn target(requests: &Requests<'_, '_>) -> String {
    let plan = requests.plan;
    let comments = [
        "yaml-language-server: $schema=../.probity/target.schema.json".to_owned(),
        "Identities and fixtures for any base URL: probity run --target http://127.0.0.1:8080"
            .to_owned(),
    ];
    let mut text = file(&comments, &[Entry::new("name", Yaml::text(&plan.name))]);
    let identities = requests.identities.values(plan);
    let missing = requests.identities.missing(plan);
    part_of_target(&mut text, "identities", "", identities, missing);
    let (values, missing) = requests.fixtures.values(plan);
    let beside = "from the document: check that they are right for your target";
    part_of_target(&mut text, "fixtures", beside, values, missing);
    text
}

/// Adds names with values, and those without as comments.
fn part_of_target(
    text: &mut String,
    key: &str,
    beside: &str,
    values: Vec<Entry>,
    missing: Vec<String>,
) {
    if !values.is_empty() {
        let entry = Entry::new(key, Yaml::Block(values)).beside(beside);
        text.push_str(&file(&[], &[entry]));
    } else if !missing.is_empty() {
        text.push_str("# ");
        text.push_str(key);
        text.push_str(":\n");
    }
    for line in missing {
        let line: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        text.push_str("  # ");
        text.push_str(&line);
        text.push('\n');
    }
}

/// The path of the first server.
pub(crate) fn mount(server: &str) -> Option<String> {
    let path = match server.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => server,
    };
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    let is_path =
        path.starts_with('/') && !path.contains(['{', '}']) && !path.contains(char::is_whitespace);
    is_path.then(|| path.to_owned())
}

/// The URL of a server up to its path, which is the mount of the service.
pub(crate) fn origin(server: &str) -> Option<String> {
    let (scheme, rest) = server.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let is_host = !authority.is_empty()
        && authority
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]_".contains(&byte));
    let scheme = scheme.to_ascii_lowercase();
    (is_host && ["http", "https"].contains(&scheme.as_str()))
        .then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_server_has_no_credentials_and_no_variables() {
        for (server, expected) in [
            ("https://a.example/v2", Some("https://a.example")),
            ("HTTP://[::1]:80/?x", Some("http://[::1]:80")),
            ("https://{region}.a.example", None),
            ("https://user:secret@a.example", None),
            ("https://a.example;rm", None),
            ("ftp://a.example", None),
            ("https://", None),
            ("/v2", None),
        ] {
            assert_eq!(origin(server).as_deref(), expected, "{server}");
        }
    }

    #[test]
    fn the_path_of_a_server_is_the_mount() {
        for (server, expected) in [
            ("https://api.example/v1/", Some("/v1")),
            ("https://api.example", None),
            ("/v2", Some("/v2")),
            ("/", None),
            ("https://{host}/v1", Some("/v1")),
            ("https://a.example/{version}", None),
            ("", None),
        ] {
            assert_eq!(mount(server).as_deref(), expected, "{server}");
        }
    }
}
