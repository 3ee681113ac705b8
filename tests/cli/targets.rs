//! The target files that ship as examples: what they lack is told before any request.

use crate::support::folder::{Ended, Folder};
use crate::things;

/// `probity check` of an example, with these environment variables set.
fn check(target: &str, variables: &[&str]) -> Ended {
    let mut command = Folder::new().command(&["check", "--target", target]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("COLUMNS", "80");
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
        assert!(ended.stdout.contains(variable), "{variable}\n{ended}");
    }
    let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
    assert_eq!(widest, Some(80), "{ended}");
    insta::assert_snapshot!(ended.stdout);
    ended.expect_complaint("13 environment variables are not set; a run needs all of them");
}

#[test]
fn only_what_is_not_set_is_missing() {
    let ended = check("targets/microsoft.example.yaml", &VARIABLES[1..]).expect_code(2);
    assert!(
        ended.stdout.contains("1 environment variable is not set"),
        "{ended}"
    );
    assert!(ended.stdout.contains("  STORE_TOKEN\n"), "{ended}");
    assert!(!ended.stdout.contains("XBL_TOKEN"), "{ended}");
    assert!(!format!("{ended}").contains("a-token-of-nobody"));
    // To run is another thing: the place of each is shown, and where to read more.
    let mut command = Folder::new().command(&["run", "--target", "targets/microsoft.example.yaml"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    Ended::from(command.output().unwrap())
        .expect_code(2)
        .expect_complaint("the environment variable `STORE_TOKEN` is not set")
        .expect_complaint("what each variable is for: probity check --target FILE");
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
fn check_lists_what_each_declared_exception_leaves_unchecked() {
    let folder = Folder::new();
    folder.write(
        "target.yaml",
        "name: t\nservices: { seats: \"http://127.0.0.1:1\", graph-beta: \"http://127.0.0.1:1\" }\n\
         not-applicable:\n  AUTOPILOT-02: it has no long route\n  SEATS-24: its keys are of another kind\n\
         cannot:\n  autopilot.reads: it keeps no state\n  seats.reads: it keeps no state\n",
    );
    let ended = folder
        .run(&["check", "--target", "target.yaml"])
        .expect_code(0);
    let at = ended.stdout.find("\nDeclared in the target file");
    let (_, listed) = ended.stdout.split_at(at.expect("a list"));
    insta::assert_snapshot!(listed);
}

#[test]
fn the_reference_deployment_can_prove_every_must() {
    let ended = check("http://127.0.0.1:1", &[]).expect_code(0);
    assert!(ended.stdout.contains("109 of 109   86 of 86"));
    assert!(
        ended
            .stdout
            .ends_with("A run can prove every MUST that applies to this target.\n")
    );
}

/// A target of the suite `things` with everything between a URL and its socket.
fn out_of_the_ordinary(folder: &Folder) {
    things::write(folder, &things::simple("one"));
    let issued = rcgen::generate_simple_self_signed(["things.example".to_owned()]).unwrap();
    folder.write("ca.pem", issued.cert.pem());
    folder.write("client.pem", issued.cert.pem());
    folder.write("client.key", issued.signing_key.serialize_pem());
    folder.write(
        "target.yaml",
        "name: t\nservices: { things: \"${env.PLACE}/api\" }\nnetwork:\n  ca: ca.pem\n  client: { certificate: client.pem, key: client.key }\n  server-name: things.internal\n  \
         resolve: { \"things.example:8443\": \"[::1]:9443\" }\n  \
         proxy: { url: \"http://proxy.example:3128\", user: ann, password: \"${env.PROXY_PASSWORD}\" }\n  \
         no-proxy: [.internal]\n  http: 1.1\n  keep-alive: false\nidentities: { things.user: { basic: { user: a, \
         password: \"${env.PASSWORD}\" } } }\nfixtures: { things.name: \"${env.NAME}\" }\n",
    );
}

const NETWORK: [&str; 4] = ["--suite", "suite", "--target", "target.yaml"];

#[test]
fn a_variable_may_stand_anywhere_and_check_says_what_it_is_for() {
    let folder = Folder::new();
    out_of_the_ordinary(&folder);
    let ended = folder
        .run(&[&["check"], &NETWORK[..]].concat())
        .expect_code(2);
    insta::assert_snapshot!(ended.to_string());
}

#[test]
fn network_settings_are_shown_before_the_run_without_secrets() {
    let folder = Folder::new();
    out_of_the_ordinary(&folder);
    let said = |command: &[&str]| {
        let mut command = folder.command(&[command, &NETWORK[..]].concat());
        for name in ["PROXY_PASSWORD", "PASSWORD", "NAME"] {
            command.env(name, format!("{name}-of-nobody"));
        }
        let ended = Ended::from(
            command
                .env("PLACE", "https://things.example:8443")
                .output()
                .unwrap(),
        );
        let ended = ended.expect_code(0);
        assert!(!ended.to_string().contains("of-nobody"), "{ended}");
        ended.stdout
    };
    insta::assert_snapshot!(said(&["check"]));
    insta::assert_snapshot!(said(&["run", "--plan", "--insecure"]));
}

#[test]
fn a_proxy_of_the_environment_is_reported_as_ignored() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let said = |url: &str, proxy: &str| {
        let mut command = folder.command(&["check", "--suite", "suite", "--target", url]);
        let ended = Ended::from(command.env("https_proxy", proxy).output().unwrap());
        ended
            .expect_code(0)
            .stdout
            .contains("`https_proxy` is ignored")
    };
    assert!(said("https://things.example", "http://proxy.example:3128"));
    assert!(!said("https://things.example", ""));
    assert!(!said("http://127.0.0.1:1", "http://proxy.example:3128"));
}

#[test]
fn mistakes_in_a_target_are_reported_beside_missing_variables() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    folder.write(
        "target.yaml",
        "name: t\nservices: { things: \"http://127.0.0.1:1\" }\nidentities: { things.usr: { bearer: { env: TOKEN } } }\n",
    );
    folder
        .run(&[&["check"], &NETWORK[..]].concat())
        .expect_code(2)
        .expect_complaint("things.usr");
}
