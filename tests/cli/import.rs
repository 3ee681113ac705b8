//! `probity import openapi` as somebody types it: the suite it writes has no mistakes, is green on the service that the
//! document describes, and says what it left out.

use crate::support::folder::{Ended, Folder};

const PETSTORE: &str = include_str!("import/petstore.yaml");
const KENNEL: &str = include_str!("import/kennel.yaml");

/// An import of a document, in a folder of its own.
fn imported(name: &str, document: &str) -> (Folder, Ended) {
    let folder = Folder::new();
    folder.write(name, document);
    let ended = folder.run(&["import", "openapi", name, "--into", "suite"]);
    (folder, ended)
}

/// All files of a suite but the schemas for editors, one after the other.
fn files(folder: &Folder) -> String {
    let names = folder.files().into_iter();
    let names = names.filter(|name| name.starts_with("suite/") && !name.contains(".probity/"));
    let texts = names.map(|name| format!("=== {name}\n{}", folder.read(&name)));
    texts.collect::<Vec<_>>().concat()
}

/// A minimal document around paths and components.
fn document(paths: &str, components: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{ title: Things, version: \"1\" }}\npaths:\n{paths}\ncomponents:\n  schemas:\n{components}\n"
    )
}

const UPDATE: [&str; 6] = [
    "import",
    "openapi",
    "petstore.yaml",
    "--into",
    "suite",
    "--update",
];

#[test]
fn a_small_document_becomes_a_suite_without_mistakes() {
    let (folder, ended) = imported("petstore.yaml", PETSTORE);
    let ended = ended.expect_code(0);
    assert_eq!(ended.stderr, "");
    insta::assert_snapshot!("summary", ended.stdout);
    insta::assert_snapshot!("files", files(&folder));
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(0)
        .expect_said("no mistakes: 2 contracts");
    // The target says what has no value yet.
    folder
        .run(&[
            "check",
            "--suite",
            "suite",
            "--target",
            "http://127.0.0.1:9",
        ])
        .expect_said("petstore.owner-id");
}

#[test]
fn the_same_document_becomes_the_same_suite_and_nothing_is_overwritten() {
    let (folder, _) = imported("petstore.yaml", PETSTORE);
    let before = files(&folder);
    folder
        .run(&["import", "openapi", "petstore.yaml", "--into", "suite"])
        .expect_code(2)
        .expect_complaint("exists and is not overwritten");
    let (again, _) = imported("petstore.yaml", PETSTORE);
    assert_eq!(files(&again), before);
    assert_eq!(files(&folder), before);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn what_is_wrong_with_a_document_is_reported_with_its_place() {
    let good =
        "  /things: { get: { operationId: list, responses: { \"200\": { description: All } } } }";
    let answers = |schema: &str| {
        format!(
            "  /things: {{ get: {{ operationId: list, responses: {{ \"200\": {{ description: All, content: {{ application/json: {{ schema: {schema} }} }} }} }} }} }}"
        )
    };
    for (name, file, text, code) in [
        (
            "swagger",
            "a.yaml",
            "swagger: \"2.0\"\ninfo: {}\n".to_owned(),
            2,
        ),
        ("not-openapi", "a.json", "{ \"name\": \"x\" }".to_owned(), 2),
        (
            "no-operations",
            "a.yaml",
            "openapi: 3.1.0\npaths: {}\n".to_owned(),
            2,
        ),
        (
            "syntax",
            "a.json",
            "{ \"openapi\": \"3.1.0\", \"paths\": { \"/a\" } ".to_owned(),
            2,
        ),
        (
            "missing",
            "a.yaml",
            document(
                &answers("{ $ref: \"#/components/schemas/Nothing\" }"),
                "    A: {}",
            ),
            0,
        ),
        (
            "remote",
            "a.yaml",
            document(
                &answers("{ $ref: \"https://a.example/b.yaml#/A\" }"),
                "    A: {}",
            ),
            0,
        ),
        (
            "outside",
            "a.yaml",
            document(&answers("{ $ref: \"../../b.yaml#/A\" }"), "    A: {}"),
            0,
        ),
        (
            "no-file",
            "a.yaml",
            document(&answers("{ $ref: \"b.yaml#/A\" }"), "    A: {}"),
            0,
        ),
        (
            "keywords",
            "a.yaml",
            document(
                &answers(
                    "{ type: any, minLength: -1, pattern: \"(?=a)\", typ: string, format: uuid }",
                ),
                "    A: {}",
            ),
            0,
        ),
        (
            "keys",
            "a.yaml",
            document(
                &format!(
                    "{}\n  /none: {{ get: {{ summary: None }} }}",
                    good.replace("responses", "respones")
                        .replace("operationId", "opertionId")
                ),
                "    A: {}",
            ),
            0,
        ),
        (
            "duplicate",
            "a.yaml",
            document(
                &format!("{good}\n{}", good.replace("things", "others")),
                "    A: {}",
            ),
            0,
        ),
        (
            "alias",
            "a.yaml",
            document(good, "    A: &a {}\n    B: [*a, *a]"),
            0,
        ),
        (
            "twice",
            "a.yaml",
            document(&format!("{good}\n{good}"), "    A: {}"),
            0,
        ),
        (
            "wrong-types",
            "a.yaml",
            document(
                "  /a: { get: { parameters: [7, { name: x }, { name: y, in: body }], responses: { ok: {}, \"200\": 7 } } }\n  b: {}",
                "    A: {}",
            ),
            0,
        ),
    ] {
        let (folder, ended) = imported(file, &text);
        let ended = ended.expect_code(code);
        insta::assert_snapshot!(format!("wrong-{name}"), ended.stderr);
        if code == 0 {
            folder.run(&["check", "--suite", "suite"]).expect_code(0);
        } else {
            assert_eq!(folder.files(), [file], "{name}");
        }
    }
}

#[test]
fn schemas_that_refer_to_themselves_and_to_other_files_are_kept() {
    let folder = Folder::new();
    folder.write("api/schemas/node.yaml", "Node: { type: object, nullable: true, properties: { next: { $ref: \"#/Node\" }, up: { $ref: \"../api.yaml#/components/schemas/A\" } } }\n");
    let text = document(
        "  /nodes: { get: { responses: { \"200\": { description: All, content: { application/json: { schema: { $ref: \"schemas/node.yaml#/Node\" } } } } } } }",
        "    A: { $ref: \"#/components/schemas/B\" }\n    B: { $ref: \"#/components/schemas/A\" }",
    );
    folder.write("api/api.yaml", text);
    let ended = folder
        .run(&["import", "openapi", "api/api.yaml", "--into", "suite"])
        .expect_code(0);
    ended.expect_complaint("circular references");
    folder.run(&["check", "--suite", "suite"]).expect_code(0);
    insta::assert_snapshot!("references", files(&folder));
}

#[test]
fn what_is_not_written_down_is_derived_where_the_document_says_enough() {
    let (folder, ended) = imported("kennel.yaml", KENNEL);
    let ended = ended.expect_code(0);
    assert_eq!(ended.stderr, "");
    insta::assert_snapshot!("kennel-summary", ended.stdout);
    insta::assert_snapshot!("kennel-files", files(&folder));
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(0)
        .expect_said("no mistakes: 4 contracts");
}

#[test]
fn a_record_of_an_older_version_is_read() {
    let (folder, _) = imported("petstore.yaml", PETSTORE);
    let lock: serde_json::Value =
        serde_json::from_str(&folder.read("suite/.probity/import.json")).unwrap();
    let older = serde_json::json!({
        "format": "probity-import/1",
        "files": lock["files"],
        "operations": { "GET /pets": { "statuses": ["200"], "has": ["the member id of 200"] }, "GET /gone": {} },
    });
    folder.write("suite/.probity/import.json", older.to_string());
    let own = folder.read("suite/cases/pets/pets.yaml") + "\n# ours\n";
    folder.write("suite/cases/pets/pets.yaml", &own);
    folder.write(
        "petstore.yaml",
        PETSTORE.replace("operationId: listPets", "operationId: allPets"),
    );
    let ended = folder.run(&UPDATE).expect_code(1);
    ended
        .expect_said("GET /gone: removed")
        .expect_said("is from an older version");
    assert_eq!(folder.read("suite/cases/pets/pets.yaml"), own);
    assert!(
        folder
            .read("suite/cases/pets/pets.yaml.new")
            .contains("- id: all-pets\n")
    );
    folder
        .run(&UPDATE)
        .expect_code(1)
        .expect_said("open: merge cases/pets/pets.yaml.new by hand, then delete it");
    std::fs::remove_file(folder.path("suite/cases/pets/pets.yaml.new")).unwrap();
    folder
        .run(&UPDATE)
        .expect_code(0)
        .expect_said("suite is up to date");
}

#[test]
fn what_an_edited_case_still_uses_stays() {
    let (folder, ended) = imported("petstore.yaml", PETSTORE);
    ended.expect_said("probity run --target https://pets.example ");
    let step = "add-pet";
    let uses = format!("{{ use: {step} }}");
    let cases = folder.read("suite/cases/pets/pets.yaml");
    assert!(cases.contains(&uses), "{cases}");
    let edited: Vec<String> = cases
        .lines()
        .map(|line| line.replace("title: ", "title: my ") + "\n")
        .collect();
    folder.write("suite/cases/pets/pets.yaml", edited.concat());
    // Nothing can be deleted any more, so that no step creates it.
    let (before, after) = PETSTORE.split_once("    delete:\n").unwrap();
    let rest = after.split_inclusive('\n');
    let rest: String = rest.skip_while(|line| line.starts_with("      ")).collect();
    let newer = format!("{before}{rest}");
    folder.write("petstore.yaml", newer);
    let ended = folder.run(&UPDATE).expect_code(1);
    ended
        .expect_said(&format!("cases/pets/contract.yaml: steps {step}"))
        .expect_said("kept that the document no longer has");
    folder.run(&["check", "--suite", "suite"]).expect_code(0);
}

#[test]
fn a_filled_in_value_of_an_operation_that_is_gone_becomes_a_comment() {
    let (folder, ended) = imported("petstore.yaml", PETSTORE);
    ended.expect_said("with --strict, a SHOULD counts, too");
    let uuid = "00000000-0000-4000-8000-000000000001";
    let target = folder.read("suite/targets/reference.yaml");
    let target = target.replace(
        "# petstore.owner-id: TODO",
        &format!("petstore.owner-id: {uuid}"),
    );
    folder.write(
        "suite/targets/reference.yaml",
        target.replace(
            "name: petstore\n",
            "name: petstore\nservices: { petstore: http://127.0.0.1:9 }\n",
        ),
    );
    let check = [
        "check",
        "--suite",
        "suite",
        "--target",
        "suite/targets/reference.yaml",
    ];
    let check = || {
        let mut command = folder.command(&check);
        let output = command.env("PETSTORE_TOKEN", "a-token").output().unwrap();
        Ended::from(output)
    };
    check().expect_code(0);
    let (before, after) = PETSTORE.split_once("  /owners/{id}:\n").unwrap();
    let (_, after) = after.split_once("components:\n").unwrap();
    folder.write("petstore.yaml", format!("{before}components:\n{after}"));
    folder
        .run(&UPDATE)
        .expect_code(0)
        .expect_said("with a value of yours: a comment in the file now:\n\n  targets/reference.yaml: fixtures petstore.owner-id\n");
    let target = folder.read("suite/targets/reference.yaml");
    let (_, fixtures) = target.split_once("\nfixtures:").unwrap();
    assert!(
        fixtures.contains(&format!("  # petstore.owner-id: {uuid} ")),
        "{target}"
    );
    check().expect_code(0);
    let ended = folder.run(&UPDATE).expect_code(0);
    ended.expect_said("suite is up to date");
    assert_eq!(folder.read("suite/targets/reference.yaml"), target);
    // What nothing declares is never up to date.
    let stale = target.replace("# petstore.owner-id", "petstore.owner-id");
    folder.write("suite/targets/reference.yaml", stale);
    check().expect_code(2);
    let ended = folder.run(&UPDATE).expect_code(1);
    let said = "1 value in targets/reference.yaml is for something that no contract declares";
    let ended = ended.expect_said(said);
    assert!(!ended.stdout.contains("up to date"), "{ended}");
}

#[test]
fn an_update_with_another_document_changes_nothing() {
    let (folder, _) = imported("petstore.yaml", PETSTORE);
    let before = files(&folder);
    folder.write("kennel.yaml", KENNEL.replace("/owners/", "/keepers/"));
    folder
        .run(&[
            "import",
            "openapi",
            "kennel.yaml",
            "--into",
            "suite",
            "--update",
        ])
        .expect_code(2)
        .expect_complaint("this document has none of the operations of the suite");
    assert_eq!(files(&folder), before);
}

#[test]
fn an_update_changes_what_the_document_changed_and_nothing_that_was_edited() {
    let (folder, _) = imported("petstore.yaml", PETSTORE);
    let update = |code: i32| folder.run(&UPDATE).expect_code(code);
    update(0).expect_said("suite is up to date");
    // A target that was filled in, and a case of one's own.
    let target = folder
        .read("suite/targets/reference.yaml")
        .replace("999999999", "777");
    folder.write("suite/targets/reference.yaml", &target);
    let own = folder.read("suite/cases/pets/pets.yaml") + "\n  # ours\n";
    folder.write("suite/cases/pets/pets.yaml", &own);
    update(0).expect_said("suite is up to date");
    let newer = PETSTORE
        .replace("required: [id, name]", "required: [id, name, kind]")
        .replace(
            "        owner: { $ref: \"#/components/schemas/Owner\" }",
            "        kind: { enum: [cat, dog] }",
        )
        .replace("/owners/{id}", "/keepers/{id}");
    folder.write("petstore.yaml", newer);
    // A case that both change, and one that the document does not know.
    let own = own
        .replace("title: a required member of the body is missing", "title: ours")
        .replace("  - id: delete-pet\n", "  - id: own\n    request: { GET: /pets }\n    expect: [{ proves: [LIST-PETS-200], status: 200 }]\n\n  - id: delete-pet\n");
    folder.write("suite/cases/pets/pets.yaml", &own);
    // A file of which only comments were edited, and which the document has no more.
    let owners = "suite/cases/owners/owners.yaml";
    let commented =
        folder
            .read(owners)
            .replacen("    request:", "    # look at it\n    request:", 1);
    assert!(commented.contains("look at it"), "{commented}");
    folder.write(owners, format!("# ours\n{commented}"));
    let ended = update(1);
    insta::assert_snapshot!("update", ended.stdout);
    assert!(!folder.path(owners).exists());
    assert_eq!(
        folder.read(&format!("{owners}.old")),
        format!("# ours\n{commented}")
    );
    let target = folder.read("suite/targets/reference.yaml");
    assert!(
        target.contains("petstore.unknown-pet-id: 777\n"),
        "{target}"
    );
    assert!(target.contains("  # petstore.keeper-id: TODO"), "{target}");
    assert!(!target.contains("owner"), "{target}");
    let merged = folder.read("suite/cases/pets/pets.yaml");
    for line in [
        "  # ours",
        "title: ours",
        "- id: own",
        "name: Tom, kind: cat",
    ] {
        assert!(merged.contains(line), "{line}: {merged}");
    }
    insta::assert_snapshot!(
        "update-conflict",
        folder.read("suite/cases/pets/pets.yaml.new")
    );
    folder.run(&["check", "--suite", "suite"]).expect_code(0);
    update(1).expect_said("open: merge cases/pets/pets.yaml.new by hand, then delete it");
    std::fs::remove_file(folder.path("suite/cases/pets/pets.yaml.new")).unwrap();
    update(0).expect_said("suite is up to date");
    folder.write("suite/.probity/import.json", "{}");
    update(2).expect_complaint("is not the record of an import");
}
