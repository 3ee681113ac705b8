//! What is wrong with a suite as a whole: files that are missing, misplaced or unreadable.

use probity::load::TargetChoice;

use crate::base::BaseSuite;

fn holds(name: &str, said: &str) {
    super::holds("suites", name, said);
}

const CASE: &[u8] = b"contract: demo\ncases:\n  - id: a\n    request: { GET: /users }\n    expect: [{ proves: [DEMO-01], status: 200 }]\n";

#[test]
fn contract_is_missing() {
    let suite = BaseSuite::new();
    std::fs::remove_file(suite.path("cases/demo/contract.yaml")).unwrap();
    suite.write("cases/demo/more.yaml", CASE);
    holds("contract-is-missing", &suite.load());
}

#[test]
fn file_directly_in_cases() {
    let suite = BaseSuite::new();
    suite.write("cases/users.yaml", CASE);
    suite.write("cases/contract.yaml", b"contract: demo\n");
    holds("file-directly-in-cases", &suite.load());
}

#[test]
fn two_contract_files() {
    let suite = BaseSuite::new();
    let text = std::fs::read(suite.path("cases/demo/contract.yaml")).unwrap();
    suite.write("cases/demo/contract.yml", &text);
    holds("two-contract-files", &suite.load());
}

#[test]
fn two_files_of_one_stem() {
    let suite = BaseSuite::new();
    let text = std::fs::read(suite.path("cases/demo/users.yaml")).unwrap();
    suite.write("cases/demo/users.yml", &text);
    holds("two-files-of-one-stem", &suite.load());
}

#[test]
fn no_cases_directory() {
    let suite = BaseSuite::new();
    holds("no-cases-directory", &suite.load_directory("schemas"));
}

#[test]
fn directory_is_missing() {
    let suite = BaseSuite::new();
    holds("directory-is-missing", &suite.load_directory("nowhere"));
}

#[test]
fn directory_is_a_file() {
    let suite = BaseSuite::new();
    let said = suite.load_directory("cases/demo/users.yaml");
    holds("directory-is-a-file", &said);
}

#[test]
fn empty_suite() {
    let suite = BaseSuite::new();
    std::fs::create_dir_all(suite.path("inner/cases")).unwrap();
    holds("empty-suite", &suite.load_directory("inner"));
}

#[test]
fn other_extension() {
    let suite = BaseSuite::new();
    suite.write("cases/demo/more.yaml.txt", CASE);
    suite.write("cases/demo/more.YAML", CASE);
    suite.write("cases/demo/README.md", b"# Cases");
    holds("other-extension", &suite.load());
}

#[cfg(unix)]
#[test]
fn links() {
    let suite = BaseSuite::new();
    suite.write("outside.yaml", CASE);
    let link = |to: &str, from: &str| {
        std::os::unix::fs::symlink(suite.path(to), suite.path(from)).unwrap();
    };
    link("outside.yaml", "cases/demo/linked.yaml");
    link("schemas/demo", "schemas/linked");
    link("nowhere.json", "schemas/demo/dangling.schema.json");
    holds("links", &suite.load());
}

#[test]
fn file_is_too_large() {
    let suite = BaseSuite::new();
    suite.write("cases/demo/large.yaml", &vec![b'#'; (16 << 20) + 1]);
    holds("file-is-too-large", &suite.load());
}

#[test]
fn mistakes_in_schemas_hide_no_mistakes_in_cases() {
    let suite = BaseSuite::new();
    suite.write("schemas/demo/broken.schema.json", b"{ \"type\": ");
    suite.write(
        "schemas/demo/follows.schema.json",
        b"{ \"$ref\": \"broken.schema.json#/$defs/a\" }",
    );
    suite.write(
        "schemas/demo/typo.schema.json",
        b"{ \"requird\": [\"a\"], \"x-requirement\": \"DEMO-88\" }",
    );
    suite.write(
        "schemas/demo/unknown.schema.json",
        b"{ \"x-requirement\": \"DEMO-99\", \"items\": { \"x-requirement\": \"DEMO-99\" } }",
    );
    let case = b"contract: demo\ncases:\n  - id: a\n    request: { POST: /users, json: {}, schema: demo/user.schema.json }\n    \
        expect:\n      - { proves: [DEMO-01], status: 200, schema: { requird: [id] } }\n      - { schema: demo/typo.schema.json }\n";
    suite.write("cases/demo/more.yaml", case);
    suite.write("cases/demo/cut.yaml", b"contract: demo\ncases: [\n");
    holds("mistakes-in-schemas-and-cases", &suite.load());
}

#[test]
fn target_file_is_missing() {
    let suite = BaseSuite::new();
    let choice = TargetChoice::File(suite.path("targets/stagng.yaml"));
    holds("target-file-is-missing", &suite.load_target(&choice));
}

#[test]
fn target_urls() {
    let suite = BaseSuite::new();
    let said = [
        "htp://a.example",
        "127.0.0.1:4040",
        "https://u:p@a.example",
        "http://a.example?x",
    ]
    .map(|base| {
        let base = base.to_owned();
        suite.load_target(&TargetChoice::Url {
            name: base.clone(),
            base,
        })
    });
    holds("target-urls", &said.join("\n"));
}

#[test]
fn exceptions_of_rules() {
    let suite = BaseSuite::new();
    let contract = std::fs::read_to_string(suite.path("cases/demo/contract.yaml")).unwrap();
    let rules = "answers:\n  - id: a-user\n    operation: GET /users/{}\n    status: <2xx>\n    \
        expect: [{ proves: [DEMO-01], status: 200 }]\nrequirements:";
    let contract = contract.replace("requirements:", rules);
    suite.write("cases/demo/contract.yaml", contract.as_bytes());
    let cases = b"contract: demo\nrequest: { GET: \"/users/${fixture.user}\" }\ncases:
  - id: typo
    without: { a-usr: a reason, colour: another }
    expect: [{ proves: [DEMO-01], status: 200 }]
  - id: no-reason
    without: { a-user: ' ' }
    expect: [{ proves: [DEMO-01], status: 200 }]
  - id: another-operation
    without: { a-user: a reason }
    request: { GET: /users }
    expect: [{ proves: [DEMO-01], status: 200 }]
  - id: another-operation-of-a-step
    steps:
      - request: { GET: /users }
        without: { a-user: a reason }
        expect: [{ proves: [DEMO-01], status: 200 }]
";
    suite.write("cases/demo/more.yaml", cases);
    holds("exceptions-of-rules", &suite.load());
}

#[test]
fn spellings_of_paths_with_rules() {
    let suite = BaseSuite::new();
    let contract = std::fs::read_to_string(suite.path("cases/demo/contract.yaml")).unwrap();
    let rules = "answers:\n  - id: a-user\n    operation: GET /users/{}\n    status: <2xx>\n    \
        expect: [{ proves: [DEMO-01], status: 200 }]\n  - id: captured\n    operation: GET {location}\n    \
        expect: [{ proves: [DEMO-01], status: 200 }]\nrequirements:";
    let contract = contract.replace("requirements:", rules);
    suite.write("cases/demo/contract.yaml", contract.as_bytes());
    let cases = b"contract: demo\ncases:
  - id: same
    request: { GET: /%75sers/1 }
    expect: [{ proves: [DEMO-01], status: 200 }]
  - id: slash
    request: { GET: /users/1/ }
    expect: [{ proves: [DEMO-01], status: 404 }]
  - id: case
    request: { GET: /Users/1 }
    expect: [{ proves: [DEMO-01], status: 404 }]
  - id: double
    request: { GET: //users/1 }
    expect: [{ proves: [DEMO-01], status: 404 }]
  - id: meant
    without: { a-user: a slash at the end is another resource }
    request: { GET: /users/1/ }
    expect: [{ proves: [DEMO-01], status: 404 }]
";
    suite.write("cases/demo/more.yaml", cases);
    holds("spellings-of-paths-with-rules", &suite.load());
}

/// The contract of the base suite with shared steps, and these cases beside its own.
fn with_steps(steps: &str, cases: &str) -> String {
    let suite = BaseSuite::new();
    let contract = std::fs::read_to_string(suite.path("cases/demo/contract.yaml")).unwrap();
    let contract = contract.replace("requirements:", &format!("{steps}requirements:"));
    suite.write("cases/demo/contract.yaml", contract.as_bytes());
    suite.write("cases/demo/more.yaml", cases.as_bytes());
    suite.load()
}

#[test]
fn definitions_of_shared_steps() {
    let steps = "steps:
  Add_User:
    with: [name, name, Old_Age, unused]
    requst: { POST: /users, jsn: { name: \"${with.name}\", age: \"${with.age}\" } }
    expect: [{ proves: [DEMO-01], status: 200 }]
  nested:
    use: Add_User
    request: { GET: \"/${row.user}\" }
    expect: [{ status: 200 }]
    finally: [{ use: Add_User }]
  just-text: GET /users
  no-checks: { request: { GET: /users } }
  nobody: { request: { GET: /users }, expect: [{ proves: [DEMO-9], status: 200 }] }
";
    let cases = "contract: demo\ncases:
  - { id: a, steps: [{ use: no-checks }, { use: nobody }] }
  - { id: b, steps: [{ use: nobody }] }
";
    holds("definitions-of-shared-steps", &with_steps(steps, cases));
}

#[test]
fn uses_of_shared_steps() {
    let steps = "steps:
  add-user:
    with: [name, age]
    request: { POST: \"/users/${with.name}\", json: { age: \"${with.age}\" } }
    expect: [{ proves: [DEMO-01], status: 200, json: { age: \"${with.age}\" } }]
    capture: { id: $.id }
    finally: [{ request: { DELETE: \"/users/${capture.id}\" }, expect: [{ status: <any> }] }]
";
    let cases = "contract: demo\ncases:
  - id: typo
    steps: [{ use: ad-user, with: { name: a, age: 1 } }, { request: { GET: \"/${capture.id}\" }, expect: [{ status: 200 }] }]
  - id: unlike-any
    steps: [{ use: colours }]
  - id: values
    steps: [{ use: add-user, with: { nme: a, age: 1 } }, { use: add-user }, { use: add-user, with: a }]
  - id: object-in-a-path
    steps: [{ use: add-user, with: { name: { a: 1 }, age: \"<integer>\" } }]
  - id: more-keys
    steps: [{ use: add-user, with: { name: a, age: 1 }, request: { GET: / }, capture: {} }]
  - id: no-name
    steps: [{ use: [add-user] }, { with: { name: a }, request: { GET: / }, expect: [{ status: 200 }] }]
  - id: of-a-case
    use: add-user
    with: { name: \"${with.name}\" }
  - id: in-finally
    steps: [{ request: { GET: / }, expect: [{ proves: [DEMO-01], status: 200 }] }]
    finally: [{ use: add-user, with: { name: \"${with.name}\", age: \"${capture.id}\" } }]
";
    holds("uses-of-shared-steps", &with_steps(steps, cases));
}

#[test]
fn shared_steps_without_effect() {
    let steps = "steps:
  list:
    with: [unused]
    request: { GET: /users }
    expect: [{ status: 200 }]
  nobody: { request: { GET: /users }, expect: [{ status: 200 }] }
";
    let cases = "contract: demo\ncases:
  - id: a
    steps: [{ use: list, with: { unused: 1 } }, { request: { GET: / }, expect: [{ proves: [DEMO-01], status: 200 }] }]
";
    holds("shared-steps-without-effect", &with_steps(steps, cases));
}
