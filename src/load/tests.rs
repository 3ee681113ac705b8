//! Whole files: the shipped suite, a file with every feature, and changed copies of both.

use proptest::prelude::*;

use super::testing::{CASES_PATH, CONTRACT, CONTRACT_PATH, load, without_spans};
use super::*;

/// A case file with every feature of the format.
const EVERY_FEATURE: &str = include_str!("every-feature.test.yaml");

/// A definition in the contract, and a case that uses it.
const SHARED_STEP: &str = r#"steps:
  add:
    with: [name, age]
    request: { POST: "/users/${with.name}", json: { age: "${with.age}", note: "a ${upper(with.name)} 'with.x'" } }
    expect: [{ proves: [DEMO-01], status: 200, json: { age: "${with.age}" } }]
    capture: { id: $.id }
    finally: [{ request: { DELETE: "/users/${capture.id}" }, expect: [{ status: <any> }] }]
"#;
const USING_CASE: &str = r#"contract: demo
finally: [{ request: { GET: / }, expect: [{ status: <any> }] }]
cases:
  - id: a
    effect: write
    rows: [{ row: one, age: 7 }]
    steps:
      - { use: add, with: { name: "x${fixture.user}", age: "${row.age}" } }
      - { request: { GET: "/users/${capture.id}" }, expect: [{ status: 200 }] }
"#;

#[test]
fn the_shared_step_is_valid() {
    let contract = format!("{CONTRACT}{SHARED_STEP}");
    let loaded = load(&[(CONTRACT_PATH, &contract), (CASES_PATH, USING_CASE)]);
    assert_eq!(loaded.diagnostics, []);
}

fn shipped() -> Vec<(&'static str, &'static str)> {
    let all = files::EMBEDDED.iter().copied();
    all.filter(|(path, _)| path.starts_with("cases/")).collect()
}

/// Checks that every place of a diagnostic is in its file.
fn assert_places_in_file(loaded: &LoadedSuite) {
    let sources = &loaded.suite.sources;
    for diagnostic in &loaded.diagnostics {
        let also = diagnostic.also.as_ref().map(|(span, _)| *span);
        for span in diagnostic.span.into_iter().chain(also) {
            let text = &sources.file(span.file).text;
            let range = span.start as usize..span.end as usize;
            assert!(text.get(range).is_some(), "{diagnostic:?} in {text:?}");
        }
    }
}

#[test]
fn the_file_with_every_feature_is_valid() {
    let loaded = load(&[(CONTRACT_PATH, CONTRACT), (CASES_PATH, EVERY_FEATURE)]);
    assert_eq!(loaded.diagnostics, []);
    assert!(loaded.suite.cases.len() > 5);
}

#[test]
fn a_file_written_as_json_gives_the_same_cases() {
    let embedded: Vec<(String, String)> = files::EMBEDDED
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let as_json = embedded.iter().map(|(path, text)| {
        if !path.starts_with("cases/") {
            return (path.clone(), text.clone());
        }
        let mut sources = Sources::default();
        let file = sources.add(path.as_str(), text.as_str());
        let json = to_json(&sources, file).unwrap().to_string();
        (path.replace(".yaml", ".json"), json)
    });
    let as_json: Vec<(String, String)> = as_json.collect();
    let cases = |files: &[(String, String)]| {
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let loaded = load(&files);
        assert_eq!(loaded.diagnostics, []);
        let cases = loaded.suite.cases.iter();
        cases
            .map(|case| without_spans(&format!("{case:#?}")))
            .collect::<Vec<_>>()
    };
    assert_eq!(cases(&embedded), cases(&as_json));
}

/// A change of a text: what is cut out, and what is put in.
fn change(text: &str, at: usize, length: usize, inserted: &str) -> String {
    let floor = |at: usize| (0..=at.min(text.len())).rfind(|at| text.is_char_boundary(*at));
    let start = floor(at % (text.len() + 1)).unwrap();
    let end = floor(start + length).unwrap().max(start);
    format!("{}{inserted}{}", &text[..start], &text[end..])
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("\n".to_owned()),
        Just("\t".to_owned()),
        Just("  ".to_owned()),
        Just("${row.".to_owned()),
        Just("${capture.x}".to_owned()),
        Just("<each>: ".to_owned()),
        Just("rows: []".to_owned()),
        Just("&a *a !b << | >".to_owned()),
        "[-:,{}\\[\\]\"'#<>?$0-9a-z\n ]{1,6}",
        "\\PC{1,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_changed_file_is_loaded_or_rejected(
        changes in prop::collection::vec((any::<usize>(), 0usize..40, fragment()), 1..5),
    ) {
        let changed = changes
            .iter()
            .fold(EVERY_FEATURE.to_owned(), |text, (at, length, put)| change(&text, *at, *length, put));
        let loaded = load(&[(CONTRACT_PATH, CONTRACT), (CASES_PATH, &changed)]);
        assert_places_in_file(&loaded);
    }

    #[test]
    fn a_changed_contract_is_loaded_or_rejected(
        changes in prop::collection::vec((any::<usize>(), 0usize..40, fragment()), 1..4),
    ) {
        let changed = changes
            .iter()
            .fold(CONTRACT.to_owned(), |text, (at, length, put)| change(&text, *at, *length, put));
        let loaded = load(&[(CONTRACT_PATH, &changed), (CASES_PATH, EVERY_FEATURE)]);
        assert_places_in_file(&loaded);
    }

    #[test]
    fn a_changed_shared_step_is_loaded_or_rejected(
        changes in prop::collection::vec((any::<usize>(), 0usize..20, fragment()), 1..4),
        of_the_case: bool,
    ) {
        let (mut steps, mut case) = (SHARED_STEP.to_owned(), USING_CASE.to_owned());
        let changed = if of_the_case { &mut case } else { &mut steps };
        for (at, length, put) in &changes {
            *changed = change(changed, *at, *length, put);
        }
        let contract = format!("{CONTRACT}{steps}");
        let loaded = load(&[(CONTRACT_PATH, &contract), (CASES_PATH, &case)]);
        assert_places_in_file(&loaded);
    }

    #[test]
    fn a_changed_shipped_file_is_loaded_or_rejected(
        file in any::<prop::sample::Index>(),
        at: usize, length in 0usize..200, put in fragment(),
    ) {
        let shipped = shipped();
        let (path, text) = shipped[file.index(shipped.len())];
        let (folder, _) = path.rsplit_once('/').unwrap();
        let contract = format!("{folder}/contract.yaml");
        let changed = change(text, at, length, &put);
        let of_contract = shipped.iter().copied().filter(|(path, _)| *path == contract);
        let unchanged = of_contract.filter(|(other, _)| *other != path);
        let files: Vec<_> = unchanged.chain([(path, changed.as_str())]).collect();
        assert_places_in_file(&load(&files));
    }

    #[test]
    fn any_text_is_loaded_or_rejected(text in "\\PC{0,80}|[a-z:\\- \n\"']{0,120}") {
        for place in [CONTRACT_PATH, CASES_PATH] {
            assert_places_in_file(&load(&[(place, &text)]));
        }
    }
}
