use super::*;

fn index(path: &str, text: &str) -> FileIndex {
    let path = Path::new("/s").join(path);
    FileIndex::read(Role::of(Path::new("/s"), &path), &path, text.into())
}

/// The names of a file, one a line.
fn listed(index: &FileIndex) -> String {
    let line = |one: &Occurrence| {
        let written = &index.text[one.range.clone()];
        let sign = if one.is_definition { "=" } else { " " };
        format!(
            "{sign}{} {:?} {} @{}\n",
            one.scope, one.kind, one.name, written
        )
    };
    index.occurrences.iter().map(line).collect()
}

#[test]
fn names_in_a_file_of_cases() {
    let text = r#"contract: demo
vars: { key: "${uuid()}" }
request: { GET: "/users/${fixture.user}", identity: reader, schema: demo/a.schema.json }
cases:
  - id: rows
    rows:
      - { row: one, req: DEMO-01, other: DEMO-01 }
    needs: [deep, DEMO-02]
    request: { json: { a: "${row.other} ${concat('capture.x', var.key)}" } }
    expect: [{ proves: "${row.req}", blames: { DEMO-03: 404 }, schema: { x-requirement: DEMO-04 } }]
  - id: steps
    without: { a-rule: because }
    steps:
      - { use: add, with: { req: "DEMO-05", name: a } }
      - request: { PUT: "/${capture.id}", file: files/a.png, identity: <none> }
        capture: { next: { header: "x" } }
        expect: [{ any-of: [{ schema: "demo/b.schema.json#/$defs/b" }, { jsonl: { schema: c.json } }] }]
"#;
    insta::assert_snapshot!(listed(&index("cases/demo/more/users.yaml", text)));
}

#[test]
fn names_in_a_contract() {
    let text = r#"contract: demo
service: users
services: { users: {} }
identities: { reader: who reads }
fixtures: { user: a user, other: { about: another, distinct-from: user } }
capabilities: { deep: it is deep }
disposable: [user]
vars: { a: 1 }
throttling: DEMO-02
steps:
  add:
    with: [req, name]
    request: { POST: /users, json: { name: "${with.name}" } }
    expect: [{ proves: ["${with.req}"], status: 201 }]
    capture: { id: $.id }
answers:
  - id: a-rule
    operation: [GET /users, POST /users]
    expect: [{ proves: DEMO-01, schema: demo/a.schema.json }]
requirements:
  - { id: DEMO-01, level: MUST, sentence: It works., source: a document }
"#;
    let index = index("cases/demo/contract.yaml", text);
    insta::assert_snapshot!(format!("{}{:#?}", listed(&index), index.declared));
}

#[test]
fn names_in_other_files() {
    let target = index(
        "targets/staging.yaml",
        "name: a\nservices: { users: x }\nfixtures: { demo.user: 1 }\nidentities: { demo.reader: {} }\nnot-applicable: { DEMO-01: no }\ncannot: { demo.deep: no }\nlimits: { services: { users: {} } }\n",
    );
    let waivers = index(
        "targets/staging.waivers.yaml",
        "waivers:\n  - case: demo/users/a[one]\n    requirement: DEMO-01\n    fingerprint: ['DEMO-01 step 1: status']\n",
    );
    let schema = index(
        "schemas/demo/a.schema.json",
        r##"{ "x-requirement": "DEMO-01", "items": { "$ref": "../b.json#/$defs/x" }, "not": { "$ref": "#/items" } }"##,
    );
    let all = [target, waivers, schema].map(|one| listed(&one));
    insta::assert_snapshot!(all.join("---\n"));
}

#[test]
fn files_have_roles_by_their_paths() {
    let role = |path: &str| Role::of(Path::new("/s"), &Path::new("/s").join(path));
    assert_eq!(role("cases/a/contract.yaml"), Role::Contract("a".into()));
    let (contract, prefix) = ("a".to_owned(), "a/b/c".to_owned());
    assert_eq!(role("cases/a/b/c.yml"), Role::Cases { contract, prefix });
    assert_eq!(role("cases/a.yaml"), Role::Other);
    assert_eq!(role("schemas/a/b.json"), Role::Schema("a/b.json".into()));
    assert_eq!(role("targets/a.yaml"), Role::Target);
    assert_eq!(role("targets/a.waivers.yaml"), Role::Waivers);
    assert_eq!(role("probity.yaml"), Role::Project);
    assert_eq!(role("src/main.rs"), Role::Other);
}
