//! A suite to start from for a service of which only a URL is known: one case that reads it.

use crate::import::deployment::{Deployed, PROJECT, TARGET, project, services};
use crate::import::literal;
use crate::import::yaml::{Entry, Yaml, file};
use crate::load::BaseUrl;

/// The name of the contract, and of its service.
const NAME: &str = "api";

/// The only requirement.
const REQUIREMENT: &str = "API-01";

/// One contract with one requirement, and one case for it: a GET of the URL. What it should answer is not known: the case
/// states a guess, and the requirement says that it is one.
pub fn minimal_suite(at: &BaseUrl) -> Deployed {
    let path = literal::template(&at.path);
    let files = [
        (PROJECT, project(TARGET)),
        ("cases/api/contract.yaml", contract(&at.path)),
        ("cases/api/reading.yaml", cases(&path)),
        (TARGET, target(at)),
    ];
    Deployed {
        files: files.map(|(name, text)| (name.to_owned(), text)).into(),
        url: at.origin.clone(),
    }
}

fn contract(path: &str) -> String {
    let comments = [
        "yaml-language-server: $schema=../../.probity/contract.schema.json".to_owned(),
        "What the service promises. Cases prove these requirements; reports refer to them."
            .to_owned(),
    ];
    let service = Entry::new(NAME, Yaml::map([])).beside("its URL comes from the target");
    let requirement = Yaml::Block(vec![
        Entry::new("id", Yaml::text(REQUIREMENT)),
        Entry::new("level", Yaml::text("SHOULD"))
            .beside("MUST, when `source` names what documents it"),
        Entry::new(
            "sentence",
            Yaml::text(format!("GET {path} is 200 with JSON.")),
        ),
        Entry::new("source", Yaml::text("assumed by `probity init`")),
    ]);
    let entries = [
        Entry::new("contract", Yaml::text(NAME)),
        Entry::new("title", Yaml::text("the API")),
        Entry::new("service", Yaml::text(NAME)),
        Entry::new("services", Yaml::Block(vec![service])),
        Entry::new("requirements", Yaml::Lines(vec![requirement])),
    ];
    file(&comments, &entries)
}

fn cases(path: &str) -> String {
    let comments = ["yaml-language-server: $schema=../../.probity/cases.schema.json".to_owned()];
    let json = Entry::new("Content-Type", Yaml::text("<media-type application/json>"));
    let block = Yaml::Block(vec![
        Entry::new("proves", Yaml::list([Yaml::text(REQUIREMENT)])),
        Entry::new("status", Yaml::scalar(&200.into())).beside("TODO: is this what it answers?"),
        Entry::new("headers", Yaml::map([json])),
    ]);
    let case = Yaml::Block(vec![
        Entry::new("id", Yaml::text("first")),
        Entry::new("title", Yaml::text(format!("GET {path}"))),
        Entry::new("request", Yaml::map([Entry::new("GET", Yaml::text(path))])),
        Entry::new("expect", Yaml::Lines(vec![block])),
    ]);
    let entries = [
        Entry::new("contract", Yaml::text(NAME)),
        Entry::new("title", Yaml::text("reading")),
        Entry::new("cases", Yaml::Lines(vec![case])).above(""),
    ];
    file(&comments, &entries)
}

fn target(at: &BaseUrl) -> String {
    let comments = [
        "yaml-language-server: $schema=../.probity/target.schema.json".to_owned(),
        "The deployment to test. A URL takes the place of its services: probity run --target http://127.0.0.1:8080"
            .to_owned(),
    ];
    let mut entries = vec![Entry::new("name", Yaml::text(NAME))];
    entries.extend(services(NAME, &at.origin, at.is_local));
    file(&comments, &entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{SuiteSource, Thoroughness, load_suite, read_base_url};
    use proptest::prelude::*;

    fn mistakes(url: &str) -> Vec<String> {
        let Ok(at) = read_base_url(url) else {
            return Vec::new();
        };
        let suite = minimal_suite(&at);
        let cases = suite
            .files
            .iter()
            .find(|(name, _)| name.ends_with("reading.yaml"));
        let loaded = load_suite(
            &SuiteSource::Texts(suite.files.clone()),
            Thoroughness::Everything,
        );
        let found = loaded.diagnostics.iter();
        found
            .map(|one| format!("{}: {cases:?}", one.message))
            .collect()
    }

    #[test]
    fn the_suite_of_any_url_has_no_mistakes() {
        for path in [
            "",
            "/",
            "/v1/users/",
            "/a b",
            "/${fixture.a}",
            "/<each>",
            "/'\"",
            "/#",
            "/a: b",
            "/%",
            "/ü",
        ] {
            assert_eq!(
                mistakes(&format!("http://127.0.0.1:8080{path}")),
                [""; 0],
                "{path}"
            );
        }
        for host in ["[::1]", "a.example", "localhost:1", "ü.example", "1"] {
            assert_eq!(mistakes(&format!("https://{host}/a")), [""; 0], "{host}");
        }
    }

    proptest! {
        #[test]
        fn whatever_was_typed_behind_the_host(path in "\\PC*") {
            prop_assert_eq!(mistakes(&format!("http://a.example/{path}")), Vec::<String>::new());
        }
    }
}
