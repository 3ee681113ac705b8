//! Cookies of a case: what the target sets is sent with later requests, and shown to nobody.

use crate::folder::Folder;
use crate::peer::{Peer, answer, json};
use crate::things;

const LOGIN: &str = r"
- id: session
  cookies: keep
  steps:
    - { request: { POST: /login, form: { user: a } }, expect: [{ status: 204 }] }
    - { request: { GET: /me }, expect: [{ proves: [THINGS-01], status: 200, json: { user: a } }] }
- id: stranger
  steps:
    - { request: { GET: /me }, expect: [{ proves: [THINGS-01], status: 401 }] }
- id: another
  cookies: keep
  steps:
    - { request: { GET: /me }, expect: [{ proves: [THINGS-01], status: 401 }] }
- id: logged-out
  cookies: keep
  steps:
    - { request: { POST: /login, form: { user: a } }, expect: [{ status: 204 }] }
    - { request: { POST: /logout }, expect: [{ status: 204 }] }
    - { request: { GET: /me }, expect: [{ proves: [THINGS-01], status: 401 }] }
";

const SESSION: &str = "planted-session-1234";

fn sessions() -> Peer {
    Peer::answering(|heard, _| {
        let is_known = heard
            .rest
            .to_ascii_lowercase()
            .contains(&format!("cookie: sid={SESSION}"));
        match heard.line.split(' ').nth(1).unwrap() {
            "/login" => answer(
                204,
                &format!("Set-Cookie: sid={SESSION}; Path=/; HttpOnly\r\n"),
                "",
            ),
            "/logout" => answer(204, "Set-Cookie: sid=; Path=/; Max-Age=0\r\n", ""),
            "/me" if is_known => json(200, &format!(r#"{{"user": "a", "session": "{SESSION}"}}"#)),
            _ => json(401, "{}"),
        }
    })
}

#[test]
fn a_case_keeps_its_own_cookies() {
    let folder = Folder::new();
    things::write(&folder, LOGIN);
    let peer = sessions();
    let target = peer.url();
    folder
        .run(&[
            "run", "--suite", "suite", "--target", &target, "--record", "run.har",
        ])
        .expect_code(0);
    assert!(!folder.read("run.har").contains(SESSION));
    folder
        .run(&["judge", "run.har", "--suite", "suite"])
        .expect_code(0);
}

#[test]
fn the_value_of_a_cookie_is_in_no_output() {
    let folder = Folder::new();
    things::write(
        &folder,
        &LOGIN.replace("json: { user: a }", "json: { user: b }"),
    );
    let peer = sessions();
    let target = peer.url();
    let ended = folder.run(&[
        "run",
        "--suite",
        "suite",
        "--target",
        &target,
        "--report",
        "json=report.json",
        "--report",
        "html=report.html",
        "--report",
        "junit=report.xml",
    ]);
    let ended = ended.expect_code(1);
    let all = ended.to_string()
        + &folder.read("report.json")
        + &folder.read("report.html")
        + &folder.read("report.xml");
    assert!(!all.contains(SESSION), "{all}");
    assert!(
        ended
            .stdout
            .to_ascii_lowercase()
            .contains("cookie: sid=[not shown]"),
        "{ended}"
    );
}

/// The answer after a redirect may show the cookie that the redirect has set.
#[test]
fn the_cookie_of_a_redirect_is_in_no_output() {
    let folder = Folder::new();
    things::write(
        &folder,
        "- id: followed\n  request: { GET: /login, follow: { max: 1 } }\n  \
         expect: [{ proves: [THINGS-01], status: 200, json: { user: b } }]\n",
    );
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("/login") {
            let headers = format!("Set-Cookie: sid={SESSION}; Path=/\r\nLocation: /me\r\n");
            answer(302, &headers, "")
        } else {
            json(200, &format!(r#"{{"user": "{SESSION}"}}"#))
        }
    });
    let target = peer.url();
    let ended = folder.run(&[
        "run",
        "--suite",
        "suite",
        "--target",
        &target,
        "--report",
        "json=report.json",
        "--record",
        "run.har",
    ]);
    let ended = ended.expect_code(1);
    let all = ended.to_string() + &folder.read("report.json") + &folder.read("run.har");
    assert!(!all.contains(SESSION), "{all}");
}

#[test]
fn a_storm_of_cookies_ends() {
    let folder = Folder::new();
    let steps = "    - { expect: [{ proves: [THINGS-01], status: 200 }] }\n".repeat(5);
    things::write(
        &folder,
        &format!("- id: one\n  cookies: keep\n  steps:\n{steps}"),
    );
    let peer = Peer::answering(|heard, _| {
        let many: String = (0..200)
            .map(|number| {
                format!(
                    "Set-Cookie: c{}-{number}={}\r\n",
                    heard.rest.len(),
                    "v".repeat(900)
                )
            })
            .take(90)
            .collect();
        answer(200, &many, "")
    });
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0);
    let longest = peer
        .heard()
        .iter()
        .map(|heard| heard.rest.len())
        .max()
        .unwrap();
    assert!((10_000..40_000).contains(&longest), "{longest}");
}
