//! Requests to what an earlier answer named: captured URLs, and redirects.

use serde_json::Value;

use crate::folder::{Ended, Folder};
use crate::peer::{Heard, Peer, answer, json};
use crate::things;

fn run(folder: &Folder, peer: &Peer, more: &[&str]) -> Ended {
    let target = peer.url();
    let run = [
        "run",
        "--suite",
        "suite",
        "--target",
        &target,
        "--report",
        "json=report.json",
    ];
    folder.run(&[&run[..], more].concat())
}

/// A server for uploads whose `Location` has a query of its own.
fn uploads() -> Peer {
    Peer::answering(|heard, _| match heard.line.as_str() {
        "POST /uploads HTTP/1.1" => answer(202, "Location: /uploads/7?state=a%2Fb\r\n", ""),
        "PUT /uploads/7?state=a%2Fb&digest=sha256:9f HTTP/1.1" => json(201, r#"{"id": 7}"#),
        "GET /things HTTP/1.1" => json(200, r#"{"items": [1], "next": "?page=2"}"#),
        "GET /things?page=2 HTTP/1.1" => json(200, r#"{"items": [2], "next": null}"#),
        "DELETE /uploads/7?state=a%2Fb HTTP/1.1" => answer(204, "", ""),
        "GET /pages HTTP/1.1" => answer(
            200,
            "Link: </things?page=2>; rel=\"next last\", </pages>; rel=self\r\n",
            "",
        ),
        _ => json(404, r#"{"error": "no such thing"}"#),
    })
}

const FOLLOWED: &str = r#"
- id: location
  steps:
    - { request: { POST: /uploads }, expect: [{ status: 202 }], capture: { location: { header: Location } } }
    - request: { PUT: { url: "${capture.location}", query: { digest: "sha256:9f" } }, text: hello }
      expect: [{ proves: [THINGS-01], status: 201, json: { id: 7 } }]
- id: location-as-path
  steps:
    - { request: { POST: /uploads }, expect: [{ status: 202 }], capture: { location: { header: Location } } }
    - request: { PUT: "${capture.location}", query: { digest: "sha256:9f" }, text: hello }
      expect: [{ proves: [THINGS-01], status: 201 }]
- id: next
  steps:
    - { expect: [{ status: 200 }], capture: { next: $.next } }
    - request: { GET: { url: "${capture.next}" } }
      expect: [{ proves: [THINGS-01], status: 200, json: { items: [2] } }]
- id: link
  steps:
    - { request: { GET: /pages }, expect: [{ status: 200 }], capture: { next: { link: next } } }
    - request: { GET: "${capture.next}" }
      expect: [{ proves: [THINGS-01], status: 200, json: { items: [2] } }]
- id: undone
  effect: write
  steps:
    - { request: { POST: /uploads }, expect: [{ status: 202 }], capture: { location: { header: Location } } }
    - request: { PUT: "${capture.location}", query: { digest: "sha256:9f" }, text: hello }
      expect: [{ proves: [THINGS-01], status: 201 }]
  finally:
    - { request: { DELETE: "${capture.location}" }, expect: [{ status: 204 }] }
"#;

#[test]
fn a_captured_reference_is_where_a_request_goes() {
    let folder = Folder::new();
    things::write(&folder, FOLLOWED);
    let peer = uploads();
    run(&folder, &peer, &["--record", "run.har"]).expect_code(0);
    let lines = peer.lines();
    assert!(
        lines.contains(&"DELETE /uploads/7?state=a%2Fb HTTP/1.1".to_owned()),
        "{lines:?}"
    );
    // The recording has the URL that each reference was resolved against.
    let judged = folder.run(&["judge", "run.har", "--suite", "suite"]);
    judged.expect_code(0);
    assert_eq!(peer.lines(), lines);
}

#[test]
fn proving_works_with_followed_requests() {
    let folder = Folder::new();
    things::write(&folder, FOLLOWED);
    let peer = uploads();
    let ended = folder.run(&["prove", "--suite", "suite", "--target", &peer.url()]);
    assert!(ended.stdout.contains("mutants"), "{ended}");
    assert!(!ended.stdout.contains("not green"), "{ended}");
}

#[test]
fn a_captured_link_that_leads_out_of_the_target_is_an_error() {
    let elsewhere = Peer::answering(|_, _| json(200, "{}"));
    let url = elsewhere.url();
    let link = format!("Link: <{url}/a>; rel=next\r\n");
    let peer = Peer::answering(move |_, _| answer(201, &link, ""));
    let folder = Folder::new();
    things::write(&folder, &ONE_LINK.replace("header: Location", "link: next"));
    run(&folder, &peer, &[]).expect_code(5);
    let (said, _) = error_of(&folder);
    assert!(
        said.starts_with(&format!(
            "`${{capture.to}}` leads to {url}/a, which is not the host of a service of the target: to allow it"
        )),
        "{said}"
    );
    assert_eq!(elsewhere.lines(), [""; 0]);
}

/// The message of the error of the only case.
fn error_of(folder: &Folder) -> (String, Value) {
    let report = folder.report("report.json");
    let case = &report["cases"][0];
    assert_eq!(case["verdict"], "error", "{case:#}");
    let steps = case["steps"].as_array().unwrap();
    let exchange = steps.last().unwrap()["exchange"].clone();
    (
        exchange["no_answer"]["detail"].as_str().unwrap().to_owned(),
        exchange,
    )
}

const ONE_LINK: &str = r#"
- id: one
  request: { identity: user }
  steps:
    - { request: { GET: /things }, expect: [{ status: 201 }], capture: { to: { header: Location } } }
    - { request: { GET: { url: "${capture.to}" } }, expect: [{ proves: [THINGS-01], status: 200 }] }
"#;

#[test]
fn a_reference_out_of_the_target_is_an_error_that_says_where_it_led() {
    let elsewhere = Peer::answering(|_, _| json(200, "{}"));
    let port = elsewhere.port();
    for (location, said) in [
        (
            format!("http://127.0.0.1:{port}/a?token=1"),
            format!(
                "`${{capture.to}}` leads to http://127.0.0.1:{port}/a, which is not the host of a service of the target: to allow it, declare a service in the contract and write its URL under `services` in the target file"
            ),
        ),
        (
            format!("//127.0.0.1:{port}/a"),
            format!(
                "`${{capture.to}}` leads to http://127.0.0.1:{port}/a, which is not the host of a service of the target: to allow it, declare a service in the contract and write its URL under `services` in the target file"
            ),
        ),
        (
            format!("http://user:planted-word@127.0.0.1:{port}/"),
            "`${capture.to}` contains credentials (the part of a URL before `@`)".to_owned(),
        ),
        (
            "ftp://127.0.0.1/a".to_owned(),
            "`${capture.to}` has the scheme `ftp`; expected http or https".to_owned(),
        ),
    ] {
        let folder = Folder::new();
        things::write(&folder, ONE_LINK);
        let peer =
            Peer::answering(move |_, _| answer(201, &format!("Location: {location}\r\n"), ""));
        run(&folder, &peer, &[]).expect_code(5);
        let (detail, exchange) = error_of(&folder);
        assert_eq!(detail, said);
        assert_eq!(exchange["no_answer"]["kind"], "elsewhere");
        assert_eq!(peer.lines().len(), 1);
    }
    assert_eq!(elsewhere.lines(), [""; 0]);
}

/// A target of two services, with an identity.
fn two_services(folder: &Folder, first: &Peer, second: &Peer, cases: &str) {
    things::write(folder, cases);
    let contract = folder.read("suite/cases/things/contract.yaml");
    let contract = contract.replace(
        "services: { things: {} }",
        "services: { things: {}, files: {} }",
    );
    folder.write("suite/cases/things/contract.yaml", contract);
    let target = format!(
        "name: t\nservices: {{ things: '{}', files: '{}' }}\n\
         identities: {{ things.user: {{ Authorization: Bearer user-of-things }} }}\n",
        first.url(),
        second.url()
    );
    folder.write("target.yaml", target);
}

fn is_authorized(heard: &Heard) -> bool {
    heard.rest.contains("user-of-things")
}

#[test]
fn another_service_of_the_target_gets_the_request_as_if_the_case_named_it() {
    let folder = Folder::new();
    let files = Peer::answering(|_, _| json(200, "{}"));
    let to = files.url();
    let things = Peer::answering(move |_, _| answer(201, &format!("Location: {to}/a\r\n"), ""));
    two_services(&folder, &things, &files, ONE_LINK);
    let run = ["run", "--suite", "suite", "--target", "target.yaml"];
    folder.run(&run).expect_code(0);
    assert_eq!(files.lines(), ["GET /a HTTP/1.1"]);
    assert!(files.heard().iter().all(is_authorized));
}

const REDIRECTED: &str = r#"
- id: one
  request: { POST: /a, identity: user, form: { x: "1" }, follow: { max: 3 } }
  expect: [{ proves: [THINGS-01], status: 200, json: { ok: true } }]
"#;

#[test]
fn redirects_are_followed_and_each_is_in_the_report() {
    let folder = Folder::new();
    things::write(&folder, REDIRECTED);
    let peer = Peer::answering(|heard, _| match heard.line.as_str() {
        "POST /a HTTP/1.1" => answer(307, "Location: b?c=d\r\n", ""),
        "POST /b?c=d HTTP/1.1" => answer(303, "Location: /e\r\n", ""),
        "GET /e HTTP/1.1" => json(200, r#"{"ok": false}"#),
        _ => json(404, "{}"),
    });
    let ended = run(&folder, &peer, &["--record", "run.har"]).expect_code(1);
    let heard = peer.heard();
    assert!(
        heard[1].rest.ends_with("x=1") && !heard[2].rest.contains("x=1"),
        "{heard:?}"
    );
    assert!(
        !heard[2].rest.to_ascii_lowercase().contains("content-type"),
        "{heard:?}"
    );
    assert!(heard.iter().all(is_authorized));
    let report = folder.report("report.json");
    let exchange = &report["cases"][0]["steps"][0]["exchange"];
    let url = peer.url();
    assert_eq!(
        exchange["hops"],
        serde_json::json!([
            { "status": 307, "reason": "X", "location": "b?c=d", "method": "POST", "url": format!("{url}/b?c=d") },
            { "status": 303, "reason": "X", "location": "/e", "method": "GET", "url": format!("{url}/e") },
        ])
    );
    let curl = exchange["curl"].as_str().unwrap();
    assert!(
        curl.contains(" --location --max-redirs 3 ") && !curl.contains("-X"),
        "{curl}"
    );
    let legs = [
        format!("POST {url}/a -> 307 X\n"),
        format!("POST {url}/b?c=d -> 303 X\n"),
        format!("GET {url}/e -> 200 X in "),
    ];
    for leg in &legs {
        assert!(ended.stdout.contains(leg), "{leg}: {ended}");
    }
    let judged = folder
        .run(&["judge", "run.har", "--suite", "suite"])
        .expect_code(1);
    for leg in &legs {
        assert!(judged.stdout.contains(leg), "{leg}: {judged}");
    }
}

#[test]
fn a_loop_of_redirects_ends_with_the_hops() {
    let folder = Folder::new();
    things::write(&folder, REDIRECTED);
    let peer = Peer::answering(|heard, _| {
        let to = if heard.line.contains("/a ") {
            "/b"
        } else {
            "/a"
        };
        answer(302, &format!("Location: {to}\r\n"), "")
    });
    run(&folder, &peer, &[]).expect_code(5);
    let (detail, exchange) = error_of(&folder);
    assert_eq!(
        detail,
        "more than 3 redirects: 302 to /b, 302 to /a, 302 to /b, 302 to /a"
    );
    assert_eq!(exchange["hops"].as_array().unwrap().len(), 4);
    assert_eq!(peer.lines().len(), 4);
}

#[test]
fn a_redirect_out_of_the_target_is_not_followed() {
    let elsewhere = Peer::answering(|_, _| json(200, "{}"));
    let to = elsewhere.url();
    let folder = Folder::new();
    things::write(&folder, REDIRECTED);
    let peer = Peer::answering(move |_, _| answer(302, &format!("Location: {to}/x\r\n"), ""));
    run(&folder, &peer, &[]).expect_code(5);
    let (detail, _) = error_of(&folder);
    let said = format!(
        "the `Location` of the answer with status 302 leads to {}/x, which is not",
        elsewhere.url()
    );
    assert!(detail.starts_with(&said), "{detail}");
    assert_eq!(elsewhere.lines(), [""; 0]);
}

#[test]
fn a_redirect_to_another_service_takes_no_credentials_along() {
    let folder = Folder::new();
    let files = Peer::answering(|_, _| json(200, r#"{"ok": true}"#));
    let to = files.url();
    let things = Peer::answering(move |_, _| answer(307, &format!("Location: {to}/a\r\n"), ""));
    two_services(&folder, &things, &files, REDIRECTED);
    let run = ["run", "--suite", "suite", "--target", "target.yaml"];
    folder.run(&run).expect_code(0);
    assert_eq!(files.lines(), ["POST /a HTTP/1.1"]);
    assert!(!files.heard().iter().any(is_authorized));
}

#[test]
fn what_is_gone_is_not_left_behind_and_a_path_that_never_was_is() {
    let cases = |path: &str| {
        format!(
            "- id: made\n  effect: write\n  steps:\n    \
             - {{ request: {{ PUT: /things/7 }}, expect: [{{ proves: [THINGS-01], status: 201 }}] }}\n    \
             - {{ request: {{ DELETE: /things/7 }}, expect: [{{ proves: [THINGS-01], status: 204 }}] }}\n  \
             finally:\n    - {{ request: {{ DELETE: \"{path}\" }}, expect: [{{ status: 204 }}] }}\n"
        )
    };
    let peer = || {
        Peer::answering(|heard, knowledge| match heard.line.as_str() {
            "PUT /things/7 HTTP/1.1" => answer(201, "", ""),
            "DELETE /things/7 HTTP/1.1" if knowledge.heard_like("DELETE /things/7") == 1 => {
                answer(204, "", "")
            }
            _ => answer(404, "", ""),
        })
    };
    let folder = Folder::new();
    things::write(&folder, &cases("/things/7"));
    let ended = run(&folder, &peer(), &[]).expect_code(0);
    assert!(!ended.stdout.contains("left on the target"), "{ended}");
    things::write(&folder, &cases("/thigns/${fixture.name}"));
    let server = peer();
    run(&folder, &server, &[])
        .expect_said("1 resource left on the target")
        .expect_said(&format!(
            "DELETE {}/thigns/something: got 404",
            server.url()
        ));
}
