//! What a use becomes, and what is wrong with it.

use crate::load::case::NO_EFFECT;
use crate::load::testing::{CASES_PATH, CONTRACT, CONTRACT_PATH, load, without_spans};
use crate::load::{LoadedSuite, Severity};

const STEPS: &str = r#"
steps:
  add:
    with: [name, age]
    request: { POST: /users, json: { name: "${with.name}", age: "${with.age}", note: "a ${with.name}" } }
    expect: [{ proves: [DEMO-01], status: 200 }]
    capture: { id: $.id }
    finally:
      - request: { DELETE: "/users/${capture.id}", query: { of: "${with.name}" } }
        expect: [{ status: <any> }]
  list:
    title: all users
    request: { GET: /users }
    expect: [{ status: 200 }]
"#;

fn loaded(steps: &str, cases: &str) -> LoadedSuite {
    let contract = format!("{CONTRACT}{steps}");
    let mut loaded = load(&[(CONTRACT_PATH, &contract), (CASES_PATH, cases)]);
    loaded.diagnostics.retain(|one| one.code != NO_EFFECT);
    loaded
}

fn errors(steps: &str, cases: &str) -> Vec<String> {
    let found = loaded(steps, cases).diagnostics.into_iter();
    let found = found.filter(|one| one.severity == Severity::Error);
    found.map(|one| one.message).collect()
}

#[test]
fn a_use_is_the_step_with_its_values() {
    let used = loaded(
        STEPS,
        r#"
contract: demo
cases:
  - id: a
    rows: [{ row: one, age: 7 }]
    steps:
      - { use: add, with: { name: "x${fixture.user}", age: "${row.age}" } }
      - { use: list, title: again }
      - request: { GET: "/users/${capture.id}" }
        expect: [{ status: 200 }]
"#,
    );
    let written = loaded(
        "steps: {}",
        r#"
contract: demo
cases:
  - id: a
    rows: [{ row: one, age: 7 }]
    steps:
      - request: { POST: /users, json: { name: "x${fixture.user}", age: "${row.age}", note: "a ${'x'}${fixture.user}" } }
        expect: [{ proves: [DEMO-01], status: 200 }]
        capture: { id: $.id }
      - title: again
        request: { GET: /users }
        expect: [{ status: 200 }]
      - request: { GET: "/users/${capture.id}" }
        expect: [{ status: 200 }]
    finally:
      - request: { DELETE: "/users/${capture.id}", query: { of: "x${fixture.user}" } }
        expect: [{ status: <any> }]
"#,
    );
    assert_eq!(used.diagnostics, []);
    assert_eq!(written.diagnostics, []);
    let mut case = used.suite.cases[0].clone();
    let lines: Vec<String> = case
        .steps
        .iter()
        .chain(&case.finally)
        .map(|step| {
            step.used
                .as_ref()
                .map_or_else(String::new, |used| used.name.clone())
        })
        .collect();
    assert_eq!(lines, ["add", "list", "", "add"]);
    for step in case.steps.iter_mut().chain(&mut case.finally) {
        step.used = None;
    }
    let text = |steps: &dyn std::fmt::Debug| {
        // `'x'${fixture}` and `x${fixture}` make the same text.
        without_spans(&format!("{steps:#?}"))
    };
    let expected = &written.suite.cases[0];
    assert_eq!(text(&&case.steps[1..]), text(&&expected.steps[1..]));
    let path = |case: &crate::model::Case| case.steps[0].request.path.to_string();
    assert_eq!(path(&case), path(expected));
    assert_eq!(case.finally.len(), 1);
    assert_eq!(*case.proves, ["DEMO-01"]);
    assert_eq!(case.needs, expected.needs);
}

#[test]
fn what_undoes_the_last_step_comes_first() {
    let steps = r"
steps:
  one: { request: { GET: /1 }, expect: [{ proves: [DEMO-01], status: 200 }], finally: [{ request: { GET: /undo-1 }, expect: [{ status: <any> }] }] }
  two: { request: { GET: /2 }, expect: [{ status: 200 }], finally: [{ request: { GET: /undo-2 }, expect: [{ status: <any> }] }, { request: { GET: /undo-3 }, expect: [{ status: <any> }] }] }
";
    let case = r"
contract: demo
finally: [{ request: { GET: /file }, expect: [{ status: <any> }] }]
cases:
  - id: a
    steps: [{ use: one }, { use: two }]
    finally: [{ request: { GET: /own }, expect: [{ status: <any> }] }]
";
    let loaded = loaded(steps, case);
    assert_eq!(loaded.diagnostics, []);
    let finally = loaded.suite.cases[0].finally.iter();
    let paths: Vec<String> = finally.map(|step| step.request.path.to_string()).collect();
    assert_eq!(paths, ["/own", "/file", "/undo-2", "/undo-3", "/undo-1"]);
}

#[test]
fn a_change_of_the_definition_changes_the_digest_of_its_cases_alone() {
    let case = "contract: demo\ncases:\n  - { id: a, steps: [{ use: list }, { use: add, with: { name: a, age: 1 } }] }\n  - { id: b, steps: [{ use: add, with: { name: a, age: 1 } }] }\n";
    let digests = |steps: &str| {
        let loaded = loaded(steps, case);
        assert_eq!(loaded.diagnostics, []);
        let cases = loaded.suite.cases.iter();
        cases.map(|case| case.digest).collect::<Vec<_>>()
    };
    let before = digests(STEPS);
    let after = digests(&STEPS.replace("GET: /users }", "GET: /people }"));
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1]);
}

#[test]
fn mistakes_in_a_use_are_reported_once_and_hide_no_others() {
    let case = |steps: &str| {
        format!(
            "contract: demo\ncases:\n  - {{ id: z, steps: [{{ use: list }}, {{ use: add, with: {{ name: a, age: 1 }} }}] }}\n  - id: a\n    steps: [{steps}]\n"
        )
    };
    let found = |steps: &str| errors(STEPS, &case(steps));
    assert_eq!(
        found(
            "{ use: ad, with: { name: x } }, { request: { GET: \"/${capture.id}\" }, expect: [{ status: 20 }] }"
        ),
        [
            "the contract `demo` has no step `ad`",
            "20 is not an HTTP status"
        ]
    );
    assert_eq!(
        found("{ use: add, with: { name: x } }"),
        ["missing parameter `age`"]
    );
    assert_eq!(
        found("{ use: add, with: { name: x, age: 1, nam: 2 } }"),
        ["the step `add` has no parameter `nam`"]
    );
    assert_eq!(
        found("{ use: add, with: { name: x, age: 1 }, expect: [] }"),
        ["`expect` next to `use`"]
    );
    assert_eq!(
        found("{ use: 7 }"),
        ["expected the name of a step, found the number 7"]
    );
    assert_eq!(
        found("{ use: add, with: [1] }"),
        ["expected an object, found a list"]
    );
    assert_eq!(
        found("{ use: add, with: { name: { a: 1 }, age: 1 } }"),
        [
            "`with.name` is an object, which cannot be part of a string",
            "expected a string, a number, `true`, `false` or a list of these, found an object"
        ]
    );
    assert_eq!(
        found("{ use: add, with: { name: \"${with.x}\", age: \"${capture.no}\" } }"),
        ["`with.x` outside a shared step", "unknown capture `no`"]
    );
}

#[test]
fn a_warning_about_a_definition_hides_no_mistake_of_a_case() {
    let steps = "steps: { a: { with: [unused], request: { GET: / }, expect: [{ proves: [DEMO-01], status: 200 }] } }\n";
    let case = "contract: demo\ncases: [{ id: a, request: { identity: nobody }, steps: [{ use: a, with: { unused: 1 } }] }]\n";
    assert_eq!(
        errors(steps, case),
        ["the contract `demo` declares no identity `nobody`"]
    );
    assert_eq!(
        errors(steps, &case.replace("nobody", "<nnoe>")),
        ["unknown marker `<nnoe>`"]
    );
}

#[test]
fn a_capture_that_two_uses_need_to_undo_is_an_error() {
    let two = r"
contract: demo
cases:
  - id: a
    steps:
      - { use: add, with: { name: a, age: 1 } }
      - { use: add, with: { name: b, age: 2 } }
";
    assert_eq!(
        errors(STEPS, two),
        ["`id` is captured by two steps of this case"]
    );
    let other = r"
contract: demo
cases:
  - id: a
    steps:
      - { use: add, with: { name: a, age: 1 } }
      - request: { POST: /users, json: {} }
        expect: [{ status: 200 }]
        capture: { id: $.id }
";
    assert_eq!(
        errors(STEPS, other),
        ["`id` is captured by two steps of this case"]
    );
    // What no `finally` needs may be captured again.
    let steps = STEPS.replace("${capture.id}", "1");
    assert_eq!(errors(&steps, two), [""; 0]);
}
