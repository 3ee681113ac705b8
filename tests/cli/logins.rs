//! Identities that log in with a request: one login for all cases, and no output has what it sends or gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::peer::{Peer, answer, json};
use crate::support::folder::{Ended, Folder};
use crate::support::request::nobody;
use crate::things;

const USER: &str = "ali ce+1@x";
const PASSWORD: &str = "pa&ss=wörd/7f3a";
const COOKIE: &str = "sess.9f8e7d6c5b4a";
const TOKEN: &str = "granted.token-9d81";

/// Three cases as the identity, and a target whose identity logs in like this.
fn write(folder: &Folder, url: &str, login: &str) {
    let one = |id: &str| {
        format!(
            "- id: {id}\n  request: {{ GET: /things/{id}, identity: user }}\n  expect: [{{ proves: [THINGS-01], status: 200 }}]\n"
        )
    };
    things::write(folder, &(one("one") + &one("two") + &one("three")));
    let target = format!(
        "name: t\nservices: {{ things: '{url}' }}\nidentities:\n  things.user: {{ login: {{ service: things, {login} }} }}\n"
    );
    folder.write("target.yaml", target);
}

fn run(folder: &Folder, more: &[&str]) -> Ended {
    let run = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "json=r.json",
    ];
    let mut command = folder.command(&[&run[..], more].concat());
    command.env("ALICE", USER).env("PASSWORD", PASSWORD);
    command.output().unwrap().into()
}

fn logins(peer: &Peer) -> usize {
    let lines = peer.lines().into_iter();
    lines.filter(|line| line.contains(" /login")).count()
}

/// Every text in which a server could give a secret back.
fn forms(secret: &str) -> Vec<String> {
    let percent = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC)
        .to_string();
    let escaped = serde_json::to_string(secret).unwrap();
    let escaped = escaped[1..escaped.len() - 1].to_owned();
    vec![secret.to_owned(), percent, escaped, STANDARD.encode(secret)]
}

const FORM: &str = "POST: /login, form: { user: '${env.ALICE}', password: '${env.PASSWORD}' }, \
                    expect: { status: 303, headers: { Location: /home } }, cookie: sid";

/// Lets everybody in, and requires the cookie.
fn with_cookie(attributes: &'static str) -> Peer {
    Peer::answering(move |heard, _| {
        if heard.line.starts_with("POST /login") {
            let set = format!(
                "Location: /home\r\nSet-Cookie: csrf=1\r\nSet-Cookie: sid=old-and-replaced\r\nSet-Cookie: sid={COOKIE}{attributes}\r\n"
            );
            return answer(303, &set, "");
        }
        let is_known = heard
            .rest
            .to_lowercase()
            .contains(&format!("cookie: sid={COOKIE}\r\n"));
        json(if is_known { 200 } else { 401 }, "{}")
    })
}

#[test]
fn one_login_serves_all_cases_and_a_recording_is_judged_without_it() {
    let folder = Folder::new();
    let peer = with_cookie("; Path=/; HttpOnly; Max-Age=3600");
    write(&folder, &peer.url(), FORM);
    run(&folder, &["--record", "run.har"]).expect_code(0);
    assert_eq!(logins(&peer), 1, "{:?}", peer.lines());
    assert_eq!(peer.lines().len(), 4);
    let login = &peer.heard()[0].rest;
    assert!(
        login.ends_with("user=ali%20ce%2B1%40x&password=pa%26ss%3Dw%C3%B6rd%2F7f3a"),
        "{login}"
    );
    let report = folder.report("r.json");
    assert_eq!(report["summary"]["token_requests"], 1);
    assert_eq!(report["summary"]["requests"], 3);
    let har = folder.read("run.har");
    assert!(!har.contains("/login") && !har.contains(COOKIE), "{har}");
    folder
        .run(&["judge", "run.har", "--suite", "suite"])
        .expect_code(0);
    let plan = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--plan",
    ];
    let mut plan = folder.command(&plan);
    plan.env("ALICE", USER).env("PASSWORD", PASSWORD);
    let plan = Ended::from(plan.output().unwrap()).expect_code(0);
    assert!(
        plan.stdout.contains("with a login: POST http://127.0.0.1"),
        "{plan}"
    );
}

#[test]
fn a_target_that_is_not_there_is_one_cause_and_not_about_credentials() {
    let folder = Folder::new();
    let url = nobody();
    write(&folder, &url, FORM);
    let cases = folder.read("suite/cases/things/all.yaml");
    let anonymous = "- id: anonymous\n  request: { GET: /things/four }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    folder.write("suite/cases/things/all.yaml", cases + anonymous);
    let ended = run(&folder, &["--jobs", "1"]).expect_code(5);
    assert!(!ended.stdout.contains("credentials"), "{ended}");
    let report = folder.report("r.json");
    assert_eq!(report["causes"].as_array().unwrap().len(), 1, "{ended}");
    // The service of the login is another one, and not there: this says nothing about the service of the cases.
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = folder.read("target.yaml").replace(
        &format!("things: '{url}'"),
        &format!("things: '{}', accounts: '{url}'", peer.url()),
    );
    folder.write(
        "target.yaml",
        target.replace("service: things", "service: accounts"),
    );
    let contract = folder.read("suite/cases/things/contract.yaml");
    folder.write(
        "suite/cases/things/contract.yaml",
        contract.replace(
            "services: { things: {} }",
            "services: { things: {}, accounts: {} }",
        ),
    );
    let ended = run(&folder, &["--jobs", "1"]).expect_code(5);
    assert!(ended.stdout.contains("no token"), "{ended}");
}

#[test]
fn a_login_is_renewed_when_it_is_old() {
    let folder = Folder::new();
    let peer = with_cookie("");
    write(&folder, &peer.url(), &format!("{FORM}, renew: 1ms"));
    run(&folder, &["--jobs", "1"]).expect_code(0);
    assert!(logins(&peer) > 1, "{:?}", peer.lines());
}

#[test]
fn a_token_of_a_login_is_a_bearer_token() {
    let folder = Folder::new();
    let peer = Peer::answering(|heard, _| {
        if heard.line.starts_with("PUT /login") {
            let is_right = heard
                .rest
                .contains(r#"{"name":"ali ce+1@x","password":"pa&ss=wörd/7f3a"}"#);
            let status = if is_right { 201 } else { 400 };
            return json(
                status,
                &format!(r#"{{"session": {{"token": "{TOKEN}"}}, "expires_in": 60}}"#),
            );
        }
        let is_known = heard.rest.contains(&format!("Bearer {TOKEN}"));
        json(if is_known { 200 } else { 401 }, "{}")
    });
    let login = "PUT: /login, json: { name: '${env.ALICE}', password: '${env.PASSWORD}' }, token: $.session.token";
    write(&folder, &peer.url(), login);
    run(&folder, &[]).expect_code(0);
    assert_eq!(logins(&peer), 1);
}

/// What all cases say when the login gets this answer.
fn reason_for(login: &str, status: u16, headers: &str, body: &str) -> String {
    let folder = Folder::new();
    let (headers, body) = (headers.to_owned(), body.to_owned());
    let peer = Peer::answering(move |heard, _| {
        if heard.line.contains("/login") {
            answer(status, &headers, &body)
        } else {
            json(200, "{}")
        }
    });
    write(&folder, &peer.url(), login);
    let ended = run(&folder, &[]).expect_code(5);
    assert_eq!(peer.lines().len(), 1, "{:?}", peer.lines());
    let report = folder.report("r.json");
    let cases = report["cases"].as_array().unwrap();
    let reasons: Vec<&str> = cases
        .iter()
        .filter_map(|case| case["reason"].as_str())
        .collect();
    assert_eq!(reasons.len(), 3);
    assert!(
        reasons.iter().all(|reason| *reason == reasons[0]),
        "{reasons:?}"
    );
    let said = format!("{ended}{report}");
    for secret in [USER, PASSWORD, COOKIE, TOKEN].into_iter().flat_map(forms) {
        assert!(!said.contains(&secret), "{secret}: {said}");
    }
    let reason = reasons[0].replace(&peer.url(), "URL");
    let start = "no token: identity `things.user`: the login ";
    reason.strip_prefix(start).unwrap_or(&reason).to_owned()
}

#[test]
fn a_login_that_fails_is_an_error_of_each_case_with_what_came() {
    let echo = format!("no {PASSWORD} for {USER}");
    assert_eq!(
        reason_for(FORM, 401, "", &echo),
        "POST URL/login answered 401 instead of 303: no [secret] for [secret]"
    );
    // The form again, with a session of nobody: what a wrong password often gets.
    let session = format!("Set-Cookie: sid={COOKIE}\r\n");
    assert_eq!(
        reason_for(FORM, 200, &session, COOKIE),
        "POST URL/login answered 200 instead of 303"
    );
    assert_eq!(
        reason_for(
            FORM,
            303,
            &format!("Location: /login?error\r\n{session}"),
            ""
        ),
        "POST URL/login answered 303 without the expected `Location: /home`"
    );
    let home = "Location: /home\r\n";
    assert_eq!(
        reason_for(FORM, 303, home, ""),
        "POST URL/login answered 303, but sets no cookie; expected `sid`"
    );
    assert_eq!(
        reason_for(
            FORM,
            303,
            &format!("{home}Set-Cookie: a=1\r\nSet-Cookie: SID=2; Path=/\r\n"),
            ""
        ),
        "POST URL/login answered 303, but does not set the cookie `sid`; it sets `a`, `SID`"
    );
    assert_eq!(
        reason_for(
            FORM,
            303,
            &format!("{home}Set-Cookie: sid={COOKIE}; Max-Age=0\r\n"),
            ""
        ),
        "POST URL/login answered 303, but deletes the cookie `sid`"
    );
    let token = "POST: /login, json: { password: '${env.PASSWORD}' }, token: $.token";
    let reason = |status, body: &str| reason_for(token, status, "", body);
    assert_eq!(
        reason(200, "{}"),
        "POST URL/login answered 200, but $.token selects nothing"
    );
    assert_eq!(
        reason(200, r#"{"token": 12345}"#),
        "POST URL/login answered 200, but $.token is not a string"
    );
    assert!(reason(200, r#"{"token": "ab"}"#).contains("has 2 of the 4 characters"));
    // An error that gives the token away all the same.
    assert_eq!(
        reason(500, &format!(r#"{{"token": "{TOKEN}"}}"#)),
        r#"POST URL/login answered 500 instead of 2xx or 3xx: {"token": "[secret]"}"#
    );
}

#[test]
fn a_cookie_goes_to_no_other_host() {
    let folder = Folder::new();
    let peer = with_cookie("");
    let other = Peer::answering(|_, _| json(200, "{}"));
    things::write(
        &folder,
        "- id: one\n  request: { GET: /one, identity: user, service: other }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n",
    );
    let contract = folder.read("suite/cases/things/contract.yaml");
    let contract = contract.replace(
        "services: { things: {} }",
        "services: { things: {}, other: {} }",
    );
    folder.write("suite/cases/things/contract.yaml", contract);
    let target = format!(
        "name: t\nservices: {{ things: '{}', other: 'http://localhost:{}' }}\nidentities: {{ things.user: {{ login: {{ service: things, {FORM} }} }} }}\n",
        peer.url(),
        other.port()
    );
    folder.write("target.yaml", target);
    run(&folder, &[]).expect_code(5);
    let report = folder.report("r.json");
    let reason = report["cases"][0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("the cookie of the identity is from http://127.0.0.1 and is not sent to http://localhost"),
        "{reason}"
    );
    assert_eq!(other.lines(), [""; 0]);
}

#[test]
fn no_output_has_what_a_login_sends_or_gives() {
    let folder = Folder::new();
    let peer = Peer::answering(|heard, _| {
        if heard.line.starts_with("POST /login") {
            let set = format!("Location: /home\r\nSet-Cookie: sid={COOKIE}\r\n");
            return answer(303, &set, "");
        }
        let all = [USER, PASSWORD, COOKIE].into_iter().flat_map(forms);
        let all: Vec<String> = all.chain([heard.rest.clone()]).collect();
        let echo = serde_json::to_string(&all.join(" ")).unwrap();
        let headers = format!(
            "Content-Type: application/json\r\nX-Echo: {COOKIE}\r\nSet-Cookie: sid={COOKIE}\r\n"
        );
        answer(500, &headers, &format!(r#"{{"echo": {echo}}}"#))
    });
    write(&folder, &peer.url(), FORM);
    let ended = run(
        &folder,
        &[
            "--report",
            "out/",
            "--report",
            "events=out/e.jsonl",
            "--report",
            "out/s.sarif",
            "--report",
            "github=out/github.txt",
            "--record",
            "out/run.har",
        ],
    )
    .expect_code(1);
    let sent = peer.heard();
    assert!(sent.iter().any(|heard| heard.rest.contains(COOKIE)));
    let files = folder
        .files()
        .into_iter()
        .filter(|file| file.starts_with("out/"));
    let files: Vec<(String, String)> = files
        .map(|file| (file.clone(), folder.read(&file)))
        .collect();
    assert!(files.len() >= 6, "{}", files.len());
    let outputs = [(
        "output".to_owned(),
        format!("{}{}", ended.stdout, ended.stderr),
    )];
    for (name, text) in files.iter().chain(&outputs) {
        for secret in [USER, PASSWORD, COOKIE].into_iter().flat_map(forms) {
            assert!(!text.contains(&secret), "{secret} is in {name}");
        }
    }
    let report = folder.report("r.json");
    let curl: &Value = &report["cases"][0]["steps"][0]["exchange"]["curl"];
    assert!(curl.as_str().unwrap().contains("Cookie"), "{curl}");
}

#[test]
fn a_login_of_several_requests_sends_what_earlier_ones_gave() {
    const CSRF: &str = "a/b+c&d=e.forged0";
    let peer = Peer::answering(move |heard, _| {
        let has = |text: &str| heard.rest.contains(text);
        let lower = heard.rest.to_lowercase();
        if heard.line.starts_with("GET /login") {
            let page = format!("<form><input name=\"csrf\" value=\"{CSRF}\"></form>");
            return answer(200, "Set-Cookie: form=page-one-77; Path=/login\r\n", &page);
        }
        if heard.line.starts_with("POST /login") {
            let is_right = has("csrf=a%2Fb%2Bc%26d%3De.forged0")
                && lower.contains("cookie: form=page-one-77\r\n")
                && has("password=pa%26ss%3Dw%C3%B6rd%2F7f3a");
            let set = format!("Location: /home\r\nSet-Cookie: sid={COOKIE}; Path=/\r\n");
            return if is_right {
                answer(303, &set, "")
            } else {
                answer(403, "", &format!("no such token {CSRF}"))
            };
        }
        let is_known = lower.contains(&format!("cookie: sid={COOKIE}\r\n"));
        json(if is_known { 200 } else { 401 }, "{}")
    });
    let target = |captures: &str, value: &str| {
        let folder = Folder::new();
        write(&folder, &peer.url(), "POST: /x, cookie: a");
        let url = peer.url();
        folder.write(
            "target.yaml",
            format!(
                "name: t\nservices: {{ things: '{url}' }}\nidentities:\n  things.user:\n    login:\n      - {{ service: things, GET: /login, capture: {{ csrf: {captures} }} }}\n      - {{ service: things, POST: /login, form: {{ user: '${{env.ALICE}}', password: '${{env.PASSWORD}}', csrf: '{value}' }}, expect: {{ status: 303, headers: {{ Location: /home }} }}, cookie: sid }}\n"
            ),
        );
        folder
    };
    let match_csrf = "{ text: true, match: 'value=\"([^\"]+)\"' }";
    let folder = target(match_csrf, "${capture.csrf}");
    run(&folder, &["--record", "run.har"]).expect_code(0);
    assert_eq!(logins(&peer), 2, "{:?}", peer.lines());
    for secret in [CSRF, COOKIE, PASSWORD, "page-one-77"] {
        for form in forms(secret) {
            for file in ["run.har", "r.json"] {
                assert!(!folder.read(file).contains(&form), "{form} in {file}");
            }
        }
    }
    // What cannot be captured, and what is refused, names the request and quotes no token.
    let ended = run(
        &target("{ text: true, match: 'token=(.+)' }", "${capture.csrf}"),
        &[],
    )
    .expect_code(5)
    .expect_said("`csrf` is not captured: nothing matches `token=(.+)`");
    assert!(!format!("{ended}").contains(CSRF));
    let ended = run(&target(match_csrf, "x${capture.csrf}"), &[])
        .expect_code(5)
        .expect_said("/login answered 403 instead of 303");
    assert!(!format!("{ended}").contains(CSRF), "{ended}");
    let folder = target(match_csrf, "${capture.crsf}");
    run(&folder, &[])
        .expect_code(2)
        .expect_complaint("did you mean `capture.csrf`?");
}
