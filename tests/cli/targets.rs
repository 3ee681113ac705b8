//! The target files that ship as examples: what they lack is told before any request.

use crate::folder::{Ended, Folder};

/// `probity check` of an example, with these environment variables set.
fn check(target: &str, variables: &[&str]) -> Ended {
    let mut command = Folder::new().command(&["check", "--target", target]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    for variable in variables {
        command.env(variable, "a-token-of-nobody");
    }
    command.output().unwrap().into()
}

const VARIABLES: [&str; 13] = [
    "STORE_TOKEN",
    "XBL_USER_HASH",
    "XBL_TOKEN",
    "XBL_SITE_USER_HASH",
    "XBL_SITE_TOKEN",
    "XBL_DEVICE_TOKEN",
    "GRAPH_USER_WRITER_TOKEN",
    "GRAPH_USER_WRITER_APP_TOKEN",
    "GRAPH_DIRECTORY_WRITER_TOKEN",
    "GRAPH_DIRECTORY_WRITER_APP_TOKEN",
    "GRAPH_READER_TOKEN",
    "GRAPH_PERSONAL_TOKEN",
    "GRAPH_INTUNE_TOKEN",
];

#[test]
fn the_real_services_need_these_variables() {
    let ended = check("targets/microsoft.example.yaml", &[]).expect_code(2);
    for variable in VARIABLES {
        let said = format!("the environment variable `{variable}` is not set");
        let said_at_once = ended
            .stderr
            .replace("\n                                ", " ");
        assert!(said_at_once.contains(&said), "{variable}\n{}", ended.stderr);
    }
    assert!(ended.stderr.contains("nothing was sent"));
}

#[test]
fn the_real_services_are_read_only_and_need_fixtures() {
    let ended = check("targets/microsoft.example.yaml", &VARIABLES).expect_code(0);
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn a_mock_can_prove_all_but_what_needs_more_than_the_four_operations() {
    let ended = check("targets/mock.example.yaml", &[]).expect_code(0);
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn the_reference_deployment_can_prove_every_must() {
    let ended = check("http://127.0.0.1:1", &[]).expect_code(0);
    assert!(ended.stdout.contains("108 of 108 cases can run"));
    assert!(
        ended
            .stdout
            .ends_with("A run can prove every MUST that applies to this target.\n")
    );
}
