//! Files of suites that are loaded, written and loaded again are the same.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::{any_text, any_value};
use super::*;
use crate::import::literal;
use crate::load::{LoadedSuite, SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use crate::model::{Sources, Suite};

/// The content of a file, written by the writer.
fn rewritten(name: &str, text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add(name, text);
    let value = crate::load::to_json(&sources, id)
        .unwrap_or_else(|found| panic!("{name}\n{:?}", found.first()));
    match Yaml::json(&value) {
        Yaml::Map(entries) => file(&[], &entries),
        other => panic!("{name}: {other:?}"),
    }
}

/// What a value shows of itself, without places in files.
fn without_places(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("Span { file: ") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

#[track_caller]
fn is_the_same(one: &Suite, other: &Suite, what: &str) {
    assert_eq!(one.contract_digests, other.contract_digests, "{what}");
    for (one, other) in one.cases.iter().zip(&other.cases) {
        assert_eq!(
            without_places(one),
            without_places(other),
            "{what}: {}",
            one.id
        );
    }
    assert_eq!(one.cases.len(), other.cases.len(), "{what}");
    assert_eq!(
        without_places(&one.contracts),
        without_places(&other.contracts),
        "{what}"
    );
    assert_eq!(
        without_places(&one.fixture_forms),
        without_places(&other.fixture_forms),
        "{what}"
    );
    assert_eq!(one.digest, other.digest, "{what}");
}

/// Directories of suites below a directory.
fn suites(below: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(below) else {
        return;
    };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if !path.is_dir() || name == "target" || name == "node_modules" || name.starts_with('.') {
            continue;
        }
        let is_suite = name == "cases"
            && fs::read_dir(&path).is_ok_and(|mut inner| {
                inner.any(|one| one.is_ok_and(|one| one.path().join("contract.yaml").is_file()))
            });
        if is_suite {
            found.push(below.to_owned());
        } else {
            suites(&path, found);
        }
    }
}

/// A copy of a suite in which the writer wrote every YAML file. Returns the target files.
fn copied(from: &Path, to: &Path, below: &str, targets: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(from.join(below)) else {
        return;
    };
    for entry in entries.flatten() {
        let name = format!("{below}/{}", entry.file_name().to_string_lossy());
        let (path, copy) = (entry.path(), to.join(&name));
        if path.is_dir() {
            copied(from, to, &name, targets);
            continue;
        }
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        let is_read = below.starts_with("cases") || below.starts_with("targets");
        if is_read && name.strip_suffix(".yaml").is_some() && !name.contains("waivers") {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&copy, rewritten(&name, &text)).unwrap();
            if below.starts_with("targets") {
                targets.push(name);
            }
        } else {
            fs::copy(&path, &copy).unwrap();
        }
    }
}

#[test]
fn every_suite_of_the_repository_is_written_as_it_is_read() {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    suites(root, &mut found);
    assert!(found.len() >= 5, "{found:?}");
    let (mut cases, mut targets_read) = (0, 0);
    for suite in found {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let copy =
            std::env::temp_dir().join(format!("probity-written-{}-{number}", std::process::id()));
        let mut targets = Vec::new();
        for folder in ["cases", "schemas", "targets", "files"] {
            copied(&suite, &copy, folder, &mut targets);
        }
        let load = |path: &Path| {
            load_suite(
                &SuiteSource::Directory(path.to_owned()),
                Thoroughness::Everything,
            )
        };
        let (mut one, mut other) = (load(&suite), load(&copy));
        let what = suite.display().to_string();
        let messages = |loaded: &LoadedSuite| {
            loaded
                .diagnostics
                .iter()
                .map(|one| one.message.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(messages(&one), messages(&other), "{what}");
        is_the_same(&one.suite, &other.suite, &what);
        cases += one.suite.cases.len();
        let environment = |_: &str| Some("c29tZSB2YWx1ZQ==".to_owned());
        for target in targets {
            let read = |path: &Path, suite: &mut Suite| {
                let choice = TargetChoice::File(path.join(&target));
                let target = load_target(&choice, suite, &environment);
                let shown =
                    without_places(&target.map_err(|found| {
                        found.into_iter().map(|one| one.message).collect::<Vec<_>>()
                    }));
                shown.replace(&path.display().to_string(), "")
            };
            let (first, second) = (read(&suite, &mut one.suite), read(&copy, &mut other.suite));
            assert_eq!(first, second, "{what}: {target}");
            targets_read += 1;
        }
        fs::remove_dir_all(&copy).unwrap();
    }
    assert!(
        cases > 250 && targets_read >= 10,
        "{cases} cases, {targets_read} targets"
    );
}

/// A value as a case writes it.
fn escaped(value: Value) -> Value {
    match value {
        Value::String(text) => literal::text(&text).into(),
        Value::Array(items) => items.into_iter().map(escaped).collect(),
        Value::Object(members) => {
            let members = members.into_iter().filter(|(name, _)| !name.contains("${"));
            Value::Object(
                members
                    .map(|(name, member)| (literal::name(&name), escaped(member)))
                    .collect(),
            )
        }
        other => other,
    }
}

fn any_literal() -> impl Strategy<Value = Value> {
    any_value().prop_map(escaped)
}

fn any_marker() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        "<uuid>",
        "<date-time>",
        "<integer 1..>",
        "<non-empty>",
        "<any>",
        "<one-of a b>",
        "</^a: [0-9] #/>",
        "<not null>",
        "<string?>",
        "${fixture.a}",
        "x ${fixture.a}, ${var.v}",
    ])
    .prop_map(Value::from)
}

fn any_request() -> impl Strategy<Value = Value> {
    (
        prop::sample::select(vec!["GET", "POST", "PUT", "DELETE"]),
        "/[a-z/.~-]{0,12}",
        prop::option::of(any_text()),
        prop::option::of("[ -~]{1,20}".prop_map(|text| text.trim().to_owned())),
        prop::option::of(any_literal()),
    )
        .prop_map(|(method, path, query, header, body)| {
            let mut request = json!({ (method): format!("{path}${{fixture.a}}") });
            if let Some(query) = query {
                request["query"] = json!({ "q": literal::text(&query), "r": ["1", "2"] });
            }
            if let Some(header) = header.filter(|header| !header.is_empty()) {
                request["headers"] = json!({ "X-A": literal::text(&header), "Accept": "<omit>" });
            }
            if method != "GET"
                && let Some(body) = body
            {
                request["json"] = body;
            }
            request
        })
}

fn any_expect() -> impl Strategy<Value = Value> {
    let check = prop_oneof![
        any_literal().prop_map(|value| ("json", value)),
        any_marker().prop_map(|value| ("json", json!({ "a": value }))),
        any_marker().prop_map(|value| ("headers", json!({ "ETag": "<present>", "X-B": value }))),
        any_text().prop_map(|text| ("text", literal::text(&text).into())),
        (any_literal(), 0..9_u8).prop_map(|(value, count)| ("select", json!([
            { "path": "$.a[?@.b == 'c: #']", "none": value }, { "path": "$.a", "count": { "min": count } },
        ]))),
    ];
    (prop::collection::vec(check, 1..3), 200..600_u16).prop_map(|(checks, status)| {
        let blocks = checks.into_iter().map(|(key, value)| {
            let mut block = json!({ "proves": ["A-1"], "status": [status, "<2xx>"] });
            block[key] = value;
            block
        });
        blocks.collect()
    })
}

fn any_case() -> impl Strategy<Value = Value> {
    let step = (any_request(), any_expect());
    (any_text(), prop::collection::vec(step, 1..4), any::<bool>()).prop_map(|(title, steps, has_title)| {
        let mut case = json!({ "id": "one", "effect": "write" });
        if has_title {
            case["title"] = title.clone().into();
        }
        let steps: Vec<Value> = steps
            .into_iter()
            .map(|(request, expect)| json!({ "title": title, "request": request, "expect": expect, "capture": { "id": "$.id" } }))
            .collect();
        if let [only] = steps.as_slice() {
            case["request"] = only["request"].clone();
            case["expect"] = only["expect"].clone();
        } else {
            case["steps"] = steps.into();
        }
        case
    })
}

fn loaded(cases: (&str, String), contract: &str, target: &str) -> LoadedSuite {
    let (name, cases) = cases;
    let files = [
        ("cases/a/contract.yaml".to_owned(), contract.to_owned()),
        (format!("cases/a/{name}"), cases),
        ("targets/reference.yaml".to_owned(), target.to_owned()),
    ];
    load_suite(
        &SuiteSource::Texts(files.to_vec()),
        Thoroughness::Everything,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_cases_are_written_as_they_are_read(
        mut cases in prop::collection::vec(any_case(), 1..3),
        about in any_text(),
        fixture in any_text(),
    ) {
        for (number, case) in cases.iter_mut().enumerate() {
            case["id"] = format!("case-{number}").into();
        }
        let document = json!({ "contract": "a", "vars": { "v": "w: #" }, "cases": cases });
        let contract = json!({
            "contract": "a", "title": about.trim(), "service": "a", "services": { "a": {} },
            "fixtures": { "a": format!("x{about}") },
            "requirements": [{ "id": "A-1", "level": "MUST", "sentence": format!("x{about}"), "source": "#1: a" }],
        });
        let target = json!({ "name": "t", "fixtures": { "a.a": literal::template(&fixture) } });
        let write = |value: &Value| match Yaml::json(value) {
            Yaml::Map(entries) => file(&[], &entries),
            _ => String::new(),
        };
        let (contract, target) = (write(&contract), write(&target));
        // JSON says the same without any style.
        let as_json = loaded(("b.json", document.to_string()), &contract, &target);
        let written = write(&document);
        let as_yaml = loaded(("b.yaml", written.clone()), &contract, &target);
        let messages = |loaded: &LoadedSuite| {
            loaded.diagnostics.iter().map(|one| one.message.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(messages(&as_json), messages(&as_yaml), "{}", written);
        is_the_same(&as_json.suite, &as_yaml.suite, &written);
        // And again, from what was written.
        let again = loaded(("b.yaml", rewritten("b.yaml", &written)), &rewritten("c.yaml", &contract), &target);
        is_the_same(&as_yaml.suite, &again.suite, &written);
    }
}
