//! What may be changed: loopback unless it says otherwise, anything else only when it says so.

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::things;

const WRITES: &str = "\
- id: writes
  effect: write
  request: { POST: /things }
  expect: [{ proves: [THINGS-01], status: 200 }]
";

fn target(folder: &Folder, url: &str, permits: &str) {
    let text = format!("name: t\nservices: {{ things: '{url}' }}\n{permits}\n");
    folder.write("target.yaml", &text);
}

#[test]
fn a_loopback_target_may_be_changed_unless_it_says_otherwise() {
    let folder = Folder::new();
    things::write(&folder, WRITES);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let run = ["run", "--suite", "suite", "--target", "target.yaml"];
    for (permits, code, sent) in [
        ("", 0, 1),
        ("permits: [read]", 4, 1),
        ("permits: []", 4, 1),
        ("permits: [read, write]", 0, 2),
    ] {
        target(&folder, &peer.url(), permits);
        let ended = folder.run(&run).expect_code(code);
        assert_eq!(peer.lines().len(), sent, "{permits}: {ended}");
    }
}

#[test]
fn any_other_target_may_not_be_changed_unless_it_says_so() {
    let folder = Folder::new();
    things::write(&folder, WRITES);
    // Nothing is sent there: every case is skipped. The address is kept for documentation (RFC 5737).
    for url in ["http://192.0.2.1", "https://things.example"] {
        target(&folder, url, "");
        for target in ["target.yaml", url] {
            folder
                .run(&["run", "--suite", "suite", "--target", target])
                .expect_code(4)
                .expect_said("the target does not permit `write`")
                .expect_said("0 requests");
        }
        target(&folder, url, "permits: [write]");
        folder
            .run(&["check", "--suite", "suite", "--target", "target.yaml"])
            .expect_code(0)
            .expect_said("things       1 of 1     1 of 1");
    }
}
