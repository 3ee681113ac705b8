//! Identities that get their tokens from a token endpoint, against the reference deployment and its own.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::Child;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::folder::{Ended, Folder};
use crate::peer::{Peer, answer, json};
use crate::things;

/// The reference deployment in a process of its own.
struct Served {
    process: Child,
    url: String,
}

impl Served {
    fn start(folder: &Folder, arguments: &[&str]) -> Served {
        let mut process = folder.start(&[&["serve"], arguments].concat());
        let mut line = String::new();
        let out = process.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Served { process, url }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Who asks the token endpoint as whom: all identities but those of Xbox Live.
const CLIENTS: [(&str, &str); 9] = [
    ("seats.admin", "store-admin"),
    ("license.user-writer", "delegated-user-readwrite-all"),
    ("license.user-writer-app", "application-user-readwrite-all"),
    (
        "license.directory-writer",
        "delegated-directory-readwrite-all",
    ),
    (
        "license.directory-writer-app",
        "application-directory-readwrite-all",
    ),
    ("license.without-permission", "delegated-user-read"),
    ("license.personal", "personal-account"),
    (
        "autopilot.manager",
        "delegated-devicemanagementserviceconfig-readwrite-all",
    ),
    ("autopilot.personal", "personal-account"),
];

/// The reference target with tokens from its token endpoint, each client in one of the ways there are.
fn with_tokens(folder: &Folder, url: &str, limits: &str) {
    let reference = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/targets/reference.yaml"
    ))
    .unwrap();
    let (_, rest) = reference.split_once("\nfixtures:").unwrap();
    let (rest, _) = rest.split_once("\nlimits:").unwrap();
    let mut text = format!(
        "name: with tokens\nservices: {{ seats: '{url}', presence: '{url}', graph-v1: '{url}/v1.0', graph-beta: '{url}/beta' }}\nidentities:\n"
    );
    for (index, (identity, client)) in CLIENTS.iter().enumerate() {
        let how = match index % 3 {
            0 => format!("client-secret: 'secret-of-{client}', scope: .default"),
            1 => format!("client-secret: 'secret-of-{client}', auth: post, audience: graph"),
            _ => format!("refresh-token: 'refresh-of-{client}'"),
        };
        writeln!(text, "  {identity}: {{ oauth2: {{ token-url: '{url}/oauth2/v2.0/token', client-id: {client}, {how} }} }}").unwrap();
    }
    for (identity, value) in [
        ("caller", "x=1001;presence-caller"),
        ("third-party", "x=1002;presence-third-party"),
        ("without-xuid", "x=1003;presence-without-xuid"),
    ] {
        writeln!(
            text,
            "  presence.{identity}: {{ Authorization: 'XBL3.0 {value}' }}"
        )
        .unwrap();
    }
    writeln!(text, "fixtures:{rest}\n{limits}").unwrap();
    folder.write("target.yaml", &text);
}

fn run(folder: &Folder, more: &[&str]) -> Ended {
    let run = ["run", "--target", "target.yaml", "--report", "json=r.json"];
    folder.run(&[&run[..], more].concat())
}

#[test]
fn the_whole_suite_is_green_with_tokens_that_are_fetched_once_each() {
    let folder = Folder::new();
    let served = Served::start(&folder, &[]);
    with_tokens(&folder, &served.url, "");
    run(&folder, &[]).expect_code(0);
    let report = folder.report("r.json");
    assert_eq!(report["summary"]["token_requests"], CLIENTS.len());
    assert_eq!(report["summary"]["skip"], 0);
}

#[test]
fn a_token_is_renewed_while_the_run_goes_on() {
    let folder = Folder::new();
    let arguments = [
        "--login",
        "short-lived-tokens",
        "--login",
        "rotating-refresh-tokens",
    ];
    let served = Served::start(&folder, &arguments);
    // The pace alone makes the run longer than a token lives.
    with_tokens(&folder, &served.url, "limits: { per-second: 20 }");
    run(&folder, &["--only", "license"]).expect_code(0);
    let fetched = folder.report("r.json")["summary"]["token_requests"]
        .as_u64()
        .unwrap();
    assert!(fetched > 6, "{fetched} token requests for six identities");
}

#[test]
fn a_token_that_says_not_when_it_expires_is_kept() {
    let folder = Folder::new();
    let served = Served::start(&folder, &["--login", "tokens-without-expiry"]);
    with_tokens(&folder, &served.url, "");
    run(&folder, &["--only", "seats"]).expect_code(0);
    assert_eq!(folder.report("r.json")["summary"]["token_requests"], 1);
}

#[test]
fn a_token_endpoint_that_throttles_is_waited_for() {
    let folder = Folder::new();
    let served = Served::start(&folder, &["--login", "token-endpoint-busy"]);
    with_tokens(&folder, &served.url, "");
    run(&folder, &["--only", "seats/authorization"]).expect_code(0);
    assert_eq!(folder.report("r.json")["summary"]["token_requests"], 2);
}

#[test]
fn without_a_token_there_is_no_evidence_and_the_endpoint_is_asked_once() {
    for (login, said) in [
        (
            "token-endpoint-down",
            "answered 500 without an OAuth 2.0 error",
        ),
        ("wrong-token-type", "`token_type` is `mac`"),
        ("cut-token-answer", "answered 200 with invalid JSON"),
        (
            "credentials-in-error",
            "answered 401 invalid_client: store-admin is not [secret]",
        ),
    ] {
        let folder = Folder::new();
        let served = Served::start(&folder, &["--login", login]);
        with_tokens(&folder, &served.url, "");
        run(&folder, &["--only", "seats/assign-and-reclaim"]).expect_code(5);
        let report = folder.report("r.json");
        assert_eq!(report["summary"]["token_requests"], 1, "{login}");
        let cases = report["cases"].as_array().unwrap();
        assert!(cases.len() > 3);
        for case in cases {
            assert_eq!(case["verdict"], "error", "{login}");
            let reason = case["reason"].as_str().unwrap();
            assert!(
                reason.starts_with("no token: identity `seats.admin`: the token endpoint"),
                "{reason}"
            );
            assert!(reason.contains(said), "{login}: {reason}");
        }
        assert_eq!(report["summary"]["requests"], 0, "{login}");
    }
}

#[test]
fn a_refused_client_costs_only_the_cases_that_need_it() {
    let folder = Folder::new();
    let served = Served::start(&folder, &[]);
    with_tokens(&folder, &served.url, "");
    let text = folder
        .read("target.yaml")
        .replace("secret-of-store-admin", "no-secret-at-all");
    folder.write("target.yaml", &text);
    run(&folder, &[]).expect_code(5);
    let report = folder.report("r.json");
    for case in report["cases"].as_array().unwrap() {
        let is_about_seats = case["contract"] == "seats";
        let reason = case["reason"].as_str().unwrap();
        let said = "answered 401 invalid_client: the client is unknown, or its secret is wrong";
        assert!(reason.is_empty() || reason.ends_with(said), "{reason}");
        assert!(
            is_about_seats || case["verdict"] == "pass",
            "{}",
            case["id"]
        );
    }
}

const SECRET: &str = "cl/ient+sec\"ret-7f3a";
const REFRESH: &str = "refresh=tok en-5b7e";
const PASSWORD: &str = "pa&ss";
const TOKEN: &str = "granted.token-9d81";

/// Every form in which a server gives a secret back.
fn forms(secret: &str) -> Vec<String> {
    let percent = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC)
        .to_string();
    let escaped = serde_json::to_string(secret).unwrap();
    vec![
        secret.to_owned(),
        percent,
        escaped[1..escaped.len() - 1].to_owned(),
        STANDARD.encode(secret),
    ]
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one run, from the suite to its last output"
)]
fn no_output_holds_a_token_or_what_it_was_fetched_with() {
    let folder = Folder::new();
    let one = |id: &str, identity: &str| {
        format!(
            "- id: {id}\n  request: {{ GET: /echo/{id}, identity: {identity} }}\n  expect: [{{ proves: [THINGS-01], status: 200, json: {{ a: 1 }} }}]\n"
        )
    };
    things::write(
        &folder,
        &(one("granted", "user") + &one("refused", "refused") + &one("basic", "basic")),
    );
    let contract = folder.read("suite/cases/things/contract.yaml").replace(
        "identities: { user: somebody }",
        "identities: { user: somebody, refused: nobody, basic: another }",
    );
    folder.write("suite/cases/things/contract.yaml", &contract);
    let secrets = || {
        [SECRET, REFRESH, PASSWORD, TOKEN]
            .into_iter()
            .flat_map(forms)
    };
    let peer = Peer::answering(move |heard, _| {
        let all: Vec<String> = secrets()
            .chain([heard.rest.clone(), heard.line.clone()])
            .collect();
        let echo = serde_json::to_string(&all.join(" ")).unwrap();
        match heard.line.as_str() {
            line if line.contains("/refuse") => json(
                400,
                &format!(
                    r#"{{"error": "invalid_grant {SECRET_JSON}", "error_description": {echo}}}"#,
                    SECRET_JSON = "no"
                ),
            ),
            line if line.contains("/token") => json(
                200,
                &format!(
                    r#"{{"access_token": "{TOKEN}", "token_type": "bearer", "expires_in": 9999}}"#
                ),
            ),
            _ => answer(
                200,
                &format!("Content-Type: application/json\r\nX-Echo: {TOKEN}\r\n"),
                &format!(r#"{{"echo": {echo}}}"#),
            ),
        }
    });
    let url = peer.url();
    let target = format!(
        "name: t\nservices: {{ things: '{url}' }}\nidentities:\n  \
         things.user: {{ oauth2: {{ token-url: '{url}/token', client-id: me, client-secret: '${{env.SECRET}}' }} }}\n  \
         things.refused: {{ oauth2: {{ token-url: '{url}/refuse', client-id: me, client-secret: '${{env.SECRET}}', refresh-token: '${{env.REFRESH}}', auth: post }} }}\n  \
         things.basic: {{ basic: {{ user: somebody, password: '${{env.PASSWORD}}' }} }}\n"
    );
    folder.write("target.yaml", &target);
    let mut command = folder.command(&[
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "out/",
        "--report",
        "events=out/e.jsonl",
        "--report",
        "out/s.sarif",
        "--report",
        "out/t.tap",
        "--report",
        "github=out/github.txt",
    ]);
    command
        .env("SECRET", SECRET)
        .env("REFRESH", REFRESH)
        .env("PASSWORD", PASSWORD);
    let ended = Ended::from(command.output().unwrap()).expect_code(1);
    // The test would be worth nothing had they not been sent.
    let heard = peer.heard();
    let sent = |text: &str| heard.iter().any(|heard| heard.rest.contains(text));
    assert!(sent(&format!("Bearer {TOKEN}")) && sent("grant_type=refresh_token"));
    let pair = STANDARD.encode(format!("somebody:{PASSWORD}"));
    assert!(sent(&pair));
    let mut outputs = vec![
        ("stdout".to_owned(), ended.stdout),
        ("stderr".to_owned(), ended.stderr),
    ];
    let written = folder.files();
    assert!(
        written
            .iter()
            .filter(|file| file.starts_with("out/"))
            .count()
            >= 8,
        "{written:?}"
    );
    for file in written.into_iter().filter(|file| file.starts_with("out/")) {
        let text = folder.read(&file);
        outputs.push((file, text));
    }
    let forms: Vec<String> = secrets()
        .chain([pair, STANDARD.encode(format!("me:{SECRET}"))])
        .collect();
    for (name, text) in &outputs {
        for form in &forms {
            assert!(!text.contains(form.as_str()), "`{form}` in {name}");
        }
    }
    assert!(outputs[0].1.contains("invalid_grant"), "{}", outputs[0].1);
}

#[test]
fn a_bearer_token_stands_in_a_file_beside_the_target() {
    let folder = Folder::new();
    let case =
        things::simple("one").replace("GET: /things/one", "GET: /things/one, identity: user");
    things::write(&folder, &case);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nidentities: {{ things.user: {{ bearer: {{ file: secrets/token }} }} }}\n",
        peer.url()
    );
    folder.write("at/target.yaml", &target);
    folder.write("at/secrets/token", "  token-of-a-file\n");
    let arguments = ["run", "--suite", "suite", "--target", "at/target.yaml"];
    folder.run(&arguments).expect_code(0);
    assert!(peer.heard()[0].rest.contains("Bearer token-of-a-file\r\n"));
    folder.write("at/secrets/token", "two words");
    folder
        .run(&arguments)
        .expect_code(2)
        .expect_complaint("the token file `secrets/token` contains more than a token");
}
