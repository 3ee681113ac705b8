//! The files of a suite that was made of traffic.

use crate::import::deployment::{self, PROJECT, TARGET, only_reading};
use crate::import::traffic::header::shown_name;
use crate::import::traffic::identity::{Identity, Sends};
use crate::import::traffic::value::Origin;
use crate::import::traffic::written::{Contract, Known, Requirement, Written};
use crate::import::yaml::{Entry, Yaml, file};
use crate::load::read_base_url;

/// Makes the text of every file.
pub(crate) fn files(written: &Written<'_>) -> Vec<(String, String)> {
    let mut files = vec![(PROJECT.to_owned(), project(written))];
    for (&at, contract) in &written.contracts {
        let name = written.name(at);
        files.push((
            format!("cases/{name}/contract.yaml"),
            contract_file(written, at, contract),
        ));
        for (file_name, cases) in &contract.files {
            let comments =
                ["yaml-language-server: $schema=../../.probity/cases.schema.json".to_owned()];
            let entries = [
                Entry::new("contract", Yaml::text(name)),
                Entry::new("title", Yaml::text(file_name)),
                Entry::new("cases", Yaml::Lines(cases.clone())).above(""),
            ];
            files.push((
                format!("cases/{name}/{file_name}.yaml"),
                file(&comments, &entries),
            ));
        }
    }
    files.push((TARGET.to_owned(), target(written)));
    files
}

fn project(written: &Written<'_>) -> String {
    if written.has_target() {
        return deployment::project(TARGET);
    }
    let comments = [
        "yaml-language-server: $schema=.probity/project.schema.json".to_owned(),
        "Commands in this directory use its suite. To use a target without `--target`, name a target file or a URL:".to_owned(),
        "target: http://127.0.0.1:8080".to_owned(),
    ];
    file(&comments, &[])
}

fn contract_file(written: &Written<'_>, at: usize, contract: &Contract) -> String {
    let name = written.name(at);
    let comments = [
        "yaml-language-server: $schema=../../.probity/contract.schema.json".to_owned(),
        format!(
            "What the service does, made of {}. What was only seen is no more than a SHOULD: raise the level where you know",
            written.source.name
        ),
        "that it is documented, and name that source.".to_owned(),
    ];
    let mut services = vec![Entry::new(name, Yaml::map([]))];
    for &other in contract.services.iter().filter(|other| **other != at) {
        services.push(Entry::new(written.name(other), Yaml::map([])));
    }
    let mut entries = vec![
        Entry::new("contract", Yaml::text(name)),
        Entry::new(
            "title",
            Yaml::text(if name == "api" {
                "the API".to_owned()
            } else {
                format!("the API of {name}")
            }),
        ),
        Entry::new("service", Yaml::text(name)),
        Entry::new("services", Yaml::Block(services)),
    ];
    let identities = contract
        .identities
        .iter()
        .filter_map(|number| written.vault.identities.get(*number));
    let identities: Vec<Entry> = identities
        .map(|identity| Entry::new(&identity.name, Yaml::text(about(identity))))
        .collect();
    if !identities.is_empty() {
        entries.push(Entry::new("identities", Yaml::Block(identities)));
    }
    let fixtures = contract
        .fixtures
        .iter()
        .filter_map(|number| written.fixtures.get(*number));
    let fixtures: Vec<Entry> = fixtures
        .map(|fixture| Entry::new(&fixture.name, Yaml::text(&fixture.about)))
        .collect();
    if !fixtures.is_empty() {
        let beside = "values of the target that cases use";
        entries.push(Entry::new("fixtures", Yaml::Block(fixtures)).beside(beside));
    }
    let requirements = contract.requirements.iter().map(requirement);
    entries.push(Entry::new(
        "requirements",
        Yaml::Lines(requirements.collect()),
    ));
    file(&comments, &entries)
}

fn about(identity: &Identity) -> String {
    let sends = identity.sends.iter().map(|sends| match sends {
        Sends::Bearer(_) => "a bearer token".to_owned(),
        Sends::Basic(..) => "a user and password".to_owned(),
        Sends::Field(field, ..) => format!("the field {}", shown_name(field)),
    });
    format!("a caller with {}", sends.collect::<Vec<_>>().join(" and "))
}

fn requirement(requirement: &Requirement) -> Yaml {
    let Requirement {
        operation, place, ..
    } = requirement;
    let statuses: Vec<String> = requirement.statuses.iter().map(u16::to_string).collect();
    let (level, sentence, source) = match requirement.known {
        Known::Required => (
            "MUST",
            format!("{operation} answers as its checks state."),
            place.clone(),
        ),
        Known::Observed => (
            "SHOULD",
            format!(
                "{operation} answers as it was seen to: {}.",
                statuses.join(", ")
            ),
            format!("observed, not documented: {place}"),
        ),
        Known::Assumed => (
            "SHOULD",
            format!("{operation} accepts the request."),
            format!("assumed: {place} has no answer"),
        ),
    };
    Yaml::Block(vec![
        Entry::new("id", Yaml::text(&requirement.id)),
        Entry::new("level", Yaml::text(level)),
        Entry::new("sentence", Yaml::text(sentence)),
        Entry::new("source", Yaml::text(source)),
    ])
}

fn target(written: &Written<'_>) -> String {
    let mut comments = vec![
        "yaml-language-server: $schema=../.probity/target.schema.json".to_owned(),
        "Identities and fixtures for any base URL: probity run --target http://127.0.0.1:8080"
            .to_owned(),
    ];
    if written.has_target() {
        let own =
            "For the hosts below, this file is the target, also of commands without `--target`.";
        comments.push(own.to_owned());
    }
    let mut entries = vec![Entry::new("name", Yaml::text(written.name(0)))];
    let services = written.services.iter().filter_map(|service| {
        let url = service.url.as_ref()?;
        Some(Entry::new(&service.name, Yaml::text(url)))
    });
    let services: Vec<Entry> = services.collect();
    if !services.is_empty() {
        entries.push(Entry::new("services", Yaml::Block(services)));
        let mut urls = written.services.iter().filter_map(|one| one.url.as_deref());
        if !urls.all(|url| read_base_url(url).is_ok_and(|base| base.is_local)) {
            entries.extend(only_reading());
        }
    }
    let (mut identities, mut fixtures, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for (&at, contract) in &written.contracts {
        let name = written.name(at);
        for number in &contract.identities {
            if let Some(identity) = written.vault.identities.get(*number) {
                let sends: Vec<Entry> = identity.sends.iter().map(sends).collect();
                identities.push(Entry::new(
                    format!("{name}.{}", identity.name),
                    Yaml::map(sends),
                ));
            }
        }
        for number in &contract.fixtures {
            let Some(fixture) = written.fixtures.get(*number) else {
                continue;
            };
            let full = format!("{name}.{}", fixture.name);
            match &fixture.origin {
                Origin::Known(value) => fixtures.push(Entry::new(full, fixture_value(value))),
                Origin::Secret(variable) => {
                    fixtures.push(Entry::new(full, Yaml::text(format!("${{env.{variable}}}"))));
                }
                Origin::Missing => missing.push(format!("TODO {full}: {}", fixture.about)),
            }
        }
    }
    if !identities.is_empty() {
        let beside = "the credentials of the source are not written down: set these variables";
        entries.push(Entry::new("identities", Yaml::Block(identities)).beside(beside));
    }
    if !fixtures.is_empty() {
        let beside = "from the source: are they right for your target?";
        entries.push(Entry::new("fixtures", Yaml::Block(fixtures)).beside(beside));
    }
    let mut text = file(&comments, &entries);
    if !missing.is_empty() {
        if !text.contains("\nfixtures:") {
            text.push_str("# fixtures:\n");
        }
        for line in missing {
            text.push_str("  # ");
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// `${` in a value is no template of the target file.
fn fixture_value(value: &serde_json::Value) -> Yaml {
    match value {
        serde_json::Value::String(text) => Yaml::text(crate::import::literal::template(text)),
        other => Yaml::json(other),
    }
}

fn sends(sends: &Sends) -> Entry {
    let secret = |name: &str| Yaml::text(format!("${{env.{name}}}"));
    match sends {
        Sends::Bearer(name) => {
            Entry::new("bearer", Yaml::map([Entry::new("env", Yaml::text(name))]))
        }
        Sends::Basic(user, password) => {
            let entries = [
                Entry::new("user", secret(user)),
                Entry::new("password", secret(password)),
            ];
            Entry::new("basic", Yaml::map(entries))
        }
        Sends::Field(field, before, name) => {
            let field = super::header::canonical(field);
            Entry::new(field, Yaml::text(format!("{before}${{env.{name}}}")))
        }
    }
}
