//! Where requests go, and where they do not: nothing follows a redirect unasked, nothing asks a proxy.

use crate::peer::{Peer, answer, json};
use crate::support::folder::Folder;
use crate::things;

const WITH_CREDENTIALS: &str = "\
- id: redirected
  request: { GET: /things, identity: user }
  expect: [{ proves: [THINGS-01], status: 302, headers: { Location: <present> } }]
- id: redirected-post
  request: { POST: /things, identity: user, json: {} }
  expect: [{ proves: [THINGS-01], status: 307 }]
- id: redirected-exact
  request: { GET: /things, identity: user, transport: exact }
  expect: [{ proves: [THINGS-01], status: 302 }]
";

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let folder = Folder::new();
    things::write(&folder, WITH_CREDENTIALS);
    let elsewhere = Peer::answering(|_, _| json(200, "{}"));
    let location = elsewhere.url();
    let peer = Peer::answering(move |heard, _| {
        let status = if heard.line.starts_with("POST") {
            307
        } else {
            302
        };
        answer(status, &format!("Location: {location}/things\r\n"), "")
    });
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0);
    assert_eq!(elsewhere.lines(), [""; 0]);
    assert_eq!(peer.lines().len(), 3);
    let is_authorized = |heard: &crate::peer::Heard| heard.rest.contains("Bearer user-of-things");
    assert!(peer.heard().iter().all(is_authorized));
}

#[test]
fn no_proxy_of_the_environment_is_asked() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let proxy = Peer::answering(|_, _| json(200, "{}"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let mut command = folder.command(&["run", "--suite", "suite", "--target", &peer.url()]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, proxy.url());
    }
    crate::support::folder::Ended::from(command.output().unwrap()).expect_code(0);
    assert_eq!(proxy.lines(), [""; 0]);
    assert_eq!(peer.lines().len(), 1);
}

#[test]
fn what_an_answer_says_cannot_become_a_part_of_the_host() {
    // A capture alone is a reference, and this one is a relative path.
    for beginning in ["", "/"] {
        let folder = Folder::new();
        things::write(
            &folder,
            &format!(
                "- id: next\n  steps:\n    - request: {{ GET: /first, identity: user }}\n      \
                 expect: [{{ status: 200 }}]\n      capture: {{ next: $.next }}\n    \
                 - request: {{ GET: \"{beginning}${{capture.next}}\", identity: user }}\n      \
                 expect: [{{ proves: [THINGS-01], status: 200 }}]\n"
            ),
        );
        let peer = Peer::answering(|_, _| json(200, r#"{"next":".elsewhere.example"}"#));
        let run = ["run", "--suite", "suite", "--target", &peer.url()];
        folder.run(&run).expect_code(0);
        let lines = ["GET /first HTTP/1.1", "GET /.elsewhere.example HTTP/1.1"];
        assert_eq!(peer.lines(), lines);
    }
}
