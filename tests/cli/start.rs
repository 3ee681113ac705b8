//! `probity init --from` and `--target`: a suite for a service that somebody has, from a document, a URL or both.

use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};

const NOTES: &str = include_str!("import/notes.yaml");
const PETSTORE: &str = include_str!("import/petstore.yaml");

/// All files of a suite but the schemas for editors, one after the other.
fn files(folder: &Folder, suite: &str) -> String {
    let names = folder.files().into_iter();
    let names = names.filter(|name| name.starts_with(suite) && !name.contains(".probity/"));
    let texts = names.map(|name| format!("=== {name}\n{}", folder.read(&name)));
    texts.collect::<Vec<_>>().concat()
}

fn inside(folder: &Folder, suite: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = folder.command(arguments);
    command.current_dir(folder.path(suite));
    command.envs(variables.iter().copied());
    Ended::from(command.output().unwrap())
}

#[test]
fn a_document_becomes_a_suite_that_says_what_is_still_to_fill_in() {
    let folder = Folder::new();
    folder.write("petstore.yaml", PETSTORE);
    folder
        .run(&["import", "openapi", "petstore.yaml", "--into", "imported"])
        .expect_code(0);
    let ended = folder
        .run(&["init", "suite", "--from", "petstore.yaml"])
        .expect_code(0);
    assert_eq!(ended.stderr, "");
    insta::assert_snapshot!("document", ended.stdout);
    insta::assert_snapshot!(
        "document-workflow",
        folder.read("suite/.github/workflows/contract.yml")
    );
    // Everything else is what `import` writes, and can be brought up to date as such.
    let imported = folder.files().into_iter();
    let mut imported: Vec<String> = imported
        .filter_map(|name| Some(name.strip_prefix("imported/")?.to_owned()))
        .collect();
    for name in &imported {
        let (one, other) = (
            folder.read(&format!("imported/{name}")),
            folder.read(&format!("suite/{name}")),
        );
        assert_eq!(one, other, "{name}");
    }
    let own = folder.files().into_iter();
    let own = own.filter_map(|name| Some(name.strip_prefix("suite/")?.to_owned()));
    imported.push(".github/workflows/contract.yml".into());
    imported.sort();
    assert_eq!(own.collect::<Vec<_>>(), imported);
    folder
        .run(&["init", "suite", "--from", "petstore.yaml"])
        .expect_code(2)
        .expect_complaint("exists and is not overwritten")
        .expect_complaint("`probity import openapi petstore.yaml --into suite --update`");
}

#[test]
fn the_suite_of_a_document_runs_against_the_url_that_was_typed() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    folder.write("notes.yaml", NOTES);
    let ended = folder.run(&[
        "init",
        "suite",
        "--from",
        "notes.yaml",
        "--target",
        &demo.url,
    ]);
    let ended = ended.expect_code(0);
    assert_eq!(ended.stderr, "");
    insta::assert_snapshot!("deployed", ended.stdout.replace(&demo.url, "URL"));
    let written = [
        "probity.yaml",
        "targets/reference.yaml",
        ".github/workflows/contract.yml",
    ];
    let written =
        written.map(|name| format!("=== {name}\n{}", folder.read(&format!("suite/{name}"))));
    insta::assert_snapshot!("deployed-files", written.concat().replace(&demo.url, "URL"));

    // Nothing is filled in.
    inside(&folder, "suite", &["run"], &[])
        .expect_code(2)
        .expect_complaint("NOTES_WRITER");
    // The credentials.
    let token = [("NOTES_WRITER", "demo-writer")];
    inside(&folder, "suite", &["check"], &token)
        .expect_code(0)
        .expect_said(&demo.url);
    let run = inside(&folder, "suite", &["run"], &token).expect_code(0);
    assert!(!run.stdout.contains("demo-writer"), "{run}");

    // A newer document changes what it changed: the target stays.
    let newer = NOTES.replace("https://notes.example", "https://new.example");
    let newer = newer.replace("description: All notes\n", "description: Every note\n");
    folder.write("newer.yaml", newer);
    let update = [
        "import",
        "openapi",
        "newer.yaml",
        "--into",
        "suite",
        "--update",
    ];
    folder.run(&update).expect_code(0);
    inside(&folder, "suite", &["run"], &token)
        .expect_code(0)
        .expect_said(&demo.url);
}

#[test]
fn a_fixture_that_is_filled_in_makes_a_run_complete() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    let between = |from: &str, to: &str| {
        let (_, rest) = NOTES.split_once(from).unwrap();
        format!("{from}{}", rest.split_once(to).unwrap().0)
    };
    let reading = NOTES.replace(&between("    post:", "  /notes/{id}:"), "");
    let reading = reading.replace(&between("    delete:", "components:"), "");
    folder.write("reading.yaml", reading);
    let init = [
        "init",
        "suite",
        "--from",
        "reading.yaml",
        "--target",
        &demo.url,
    ];
    folder.run(&init).expect_code(0).expect_said(
        "\n  targets/reference.yaml   # 1 fixture without a value, marked `TODO`; cases that need one are skipped\n",
    );
    inside(&folder, "suite", &["run"], &[])
        .expect_code(4)
        .expect_said("the target has no fixture `notes.note-id`");
    // What somebody does with the line: its `#` goes, and the value takes the place of the word.
    let target = folder.read("suite/targets/reference.yaml");
    let filled = target.replace("# notes.note-id: TODO ", "notes.note-id: note-1 ");
    assert_ne!(filled, target);
    folder.write("suite/targets/reference.yaml", filled);
    inside(&folder, "suite", &["run"], &[])
        .expect_code(0)
        .expect_said("3 cases: 3 pass");
}

#[test]
fn a_url_alone_becomes_one_case() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    let url = format!("{}/notes", demo.url);
    let ended = folder
        .run(&["init", "suite", "--target", &url])
        .expect_code(0);
    insta::assert_snapshot!("url", ended.stdout.replace(&demo.url, "URL"));
    insta::assert_snapshot!(
        "url-files",
        files(&folder, "suite/").replace(&demo.url, "URL")
    );
    inside(&folder, "suite", &["check"], &[]).expect_code(0);
    inside(&folder, "suite", &["run", "--strict"], &[])
        .expect_code(0)
        .expect_said("1 case: 1 pass");
    // What it expects is a guess, which can be wrong: then the run that is advised is red.
    let wrong = format!("{}/nothing", demo.url);
    folder
        .run(&["init", "wrong", "--target", &wrong])
        .expect_code(0);
    inside(&folder, "wrong", &["run", "--strict"], &[])
        .expect_code(1)
        .expect_said("404");
}

#[test]
fn a_target_elsewhere_is_only_read_and_the_demo_service_needs_no_url() {
    let folder = Folder::new();
    folder.write("notes.yaml", NOTES);
    let far = [
        "init",
        "far",
        "--from",
        "notes.yaml",
        "--target",
        "https://notes.example/v2/",
    ];
    folder.run(&far).expect_code(0);
    let target = folder.read("far/targets/reference.yaml");
    assert!(
        target.contains("  notes: https://notes.example/v2\n"),
        "{target}"
    );
    assert!(target.contains("permits: [read] "), "{target}");
    assert!(
        target.contains("limits: { concurrency: 4, per-second: 20 }\n"),
        "{target}"
    );
    let token = [("NOTES_WRITER", "somebody")];
    inside(&folder, "far", &["check"], &token)
        .expect_code(0)
        .expect_said("cases may only read");
    // A URL without a path is completed by that of the document.
    folder.write(
        "below.yaml",
        NOTES.replace("https://notes.example", "https://notes.example/v2"),
    );
    for (name, url, expected) in [
        ("a", "http://127.0.0.1:1", "http://127.0.0.1:1/v2"),
        ("b", "http://127.0.0.1:1/v2", "http://127.0.0.1:1/v2"),
        ("c", "http://127.0.0.1:1/v3", "http://127.0.0.1:1/v3"),
    ] {
        folder
            .run(&["init", name, "--from", "below.yaml", "--target", url])
            .expect_code(0);
        let target = folder.read(&format!("{name}/targets/reference.yaml"));
        assert!(
            target.contains(&format!("  notes: {expected}\n")),
            "{target}"
        );
    }
    folder
        .run(&["init", "demo", "--from", "notes.yaml", "--target", "demo"])
        .expect_code(0);
    let token = [("NOTES_WRITER", "demo-writer")];
    inside(&folder, "demo", &["run"], &token)
        .expect_code(0)
        .expect_said("against demo");
    // Without a document, it is the suite of the demo service.
    folder
        .run(&["init", "one", "--target", "demo"])
        .expect_code(0);
    folder.run(&["init", "other"]).expect_code(0);
    assert_eq!(
        files(&folder, "one/").replace("one/", ""),
        files(&folder, "other/").replace("other/", "")
    );
}

#[test]
fn what_cannot_be_started_from_is_refused_with_help_and_writes_nothing() {
    let folder = Folder::new();
    folder.write("notes.yaml", NOTES);
    folder.write("staging.yaml", "name: staging\n");
    let mut said = String::new();
    for arguments in [
        &["--target", "https://user:hunter2@a.example"][..],
        &["--target", "https://a.example/?key=hunter2"],
        &["--target", "https://a.example/#hunter2"],
        &["--target", "ftp://a.example"],
        &["--target", "a.example:8080"],
        &["--target", "user:hunter2@a.example"],
        &["--target", "https://"],
        &["--target", ""],
        &["--target", "staging.yaml"],
        &["--from", "gone.yaml"],
        &["--from", "staging.yaml"],
        &["--from", "https://user:hunter2@a.example/openapi.yaml"],
        &[
            "--from",
            "notes.yaml",
            "--target",
            "https://a.example?key=hunter2",
        ],
        &["--from", "notes.yaml", "notes.yaml"],
        &["notes.yaml"],
        &["https://a.example"],
    ] {
        let ended = folder.run(&[&["init"], arguments].concat()).expect_code(2);
        assert_eq!(ended.stdout, "", "{arguments:?}");
        said.push_str(&format!(
            "$ probity init {}\n{}\n",
            arguments.join(" "),
            ended.stderr
        ));
    }
    let shown: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("$ "))
        .collect();
    assert!(!shown.concat().contains("hunter2"), "{said}");
    insta::assert_snapshot!("refused", said);
    assert_eq!(folder.files(), ["notes.yaml", "staging.yaml"]);
}
