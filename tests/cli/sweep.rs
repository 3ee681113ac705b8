//! The journal: what a run that was killed had made is known, and `probity sweep` undoes it.

use crate::peer::{Peer, answer, json};
use crate::support::folder::{Ended, Folder, signal};
use crate::things;

/// Makes a thing, waits for ever, and undoes by the id that the target gave.
const CASES: &str = "\
- id: made
  effect: write
  steps:
    - request: { POST: /things }
      expect: [{ status: 201 }]
      capture: { id: $.id }
    - request: { GET: /hangs }
      expect: [{ proves: [THINGS-01], status: 200 }]
  finally:
    - request: { DELETE: '/things/${capture.id}' }
      expect: [{ status: 204 }]
";

/// Answers everything but `/hangs` while `hangs`; deletes with that status.
fn peer(hangs: bool, deleted: u16) -> Peer {
    Peer::answering(move |heard, knowledge| match heard.line.split(' ').next() {
        Some("POST") => json(201, "{\"id\":\"thing-7\"}"),
        Some("DELETE") if knowledge.heard_like("DELETE ") > 1 => answer(204, "", ""),
        Some("DELETE") => answer(deleted, "", ""),
        _ => {
            if hangs {
                knowledge.wait_for_heard(usize::MAX);
            }
            json(200, "{}")
        }
    })
}

fn run(url: &str) -> Vec<&str> {
    vec![
        "run",
        "--suite",
        "suite",
        "--target",
        url,
        "--report",
        "out/r.json",
    ]
}

fn journals(folder: &Folder) -> Vec<String> {
    let files = folder.files().into_iter();
    files
        .filter(|name| name.starts_with("out/journal-"))
        .collect()
}

/// A run that was killed after it had made a thing: the only journal.
fn killed(folder: &Folder, peer: &Peer) -> String {
    things::write(folder, CASES);
    let url = peer.url();
    let mut child = folder.start(&run(&url));
    peer.knowledge.wait_for_heard(2);
    child.kill().unwrap();
    child.wait().unwrap();
    journals(folder).remove(0)
}

fn deletes(peer: &Peer) -> Vec<String> {
    let lines = peer.lines().into_iter();
    lines.filter(|line| line.starts_with("DELETE")).collect()
}

#[test]
fn what_a_killed_run_had_made_is_undone_once() {
    let folder = Folder::new();
    let peer = peer(true, 204);
    let journal = killed(&folder, &peer);
    assert!(deletes(&peer).is_empty());
    folder
        .run(&["sweep", &journal])
        .expect_code(0)
        .expect_said("undone       things/all/made")
        .expect_said("1 case undone, 0 left behind");
    assert_eq!(deletes(&peer), ["DELETE /things/thing-7 HTTP/1.1"]);
    folder
        .run(&["sweep", &journal])
        .expect_code(0)
        .expect_said("nothing to undo");
    assert_eq!(deletes(&peer).len(), 1);
}

#[test]
fn what_cannot_be_undone_is_left_behind_and_tried_again() {
    let folder = Folder::new();
    let peer = peer(true, 500);
    let journal = killed(&folder, &peer);
    folder
        .run(&["sweep", &journal])
        .expect_code(4)
        .expect_said("left behind  things/all/made")
        .expect_said("/things/thing-7: got 500")
        .expect_said("0 cases undone, 1 left behind");
    // The peer deletes from now on.
    folder.run(&["sweep", &journal]).expect_code(0);
    folder
        .run(&["sweep", &journal])
        .expect_said("nothing to undo");
}

#[test]
fn what_is_not_there_any_more_is_undone_and_the_sweep_says_so() {
    for (status, code) in [(404, 0), (410, 0), (403, 4), (409, 4)] {
        let folder = Folder::new();
        let peer = peer(true, status);
        let journal = killed(&folder, &peer);
        let ended = folder.run(&["sweep", &journal]).expect_code(code);
        if code == 0 {
            let said = format!("/things/thing-7: answered {status}");
            let ended = ended.expect_said("1 case undone, 0 left behind");
            ended
                .expect_said("nothing was there: DELETE http://")
                .expect_said(&said);
            folder
                .run(&["sweep", &journal])
                .expect_said("nothing to undo");
        }
    }
    // Only DELETE is about what is there.
    let folder = Folder::new();
    things::write(
        &folder,
        &CASES.replace("DELETE: '/things/", "POST: '/undo/"),
    );
    let peer = Peer::answering(|heard, knowledge| match heard.line.as_str() {
        "POST /things HTTP/1.1" => json(201, "{\"id\":\"thing-7\"}"),
        line if line.starts_with("POST /undo/") => answer(404, "", ""),
        _ => {
            knowledge.wait_for_heard(usize::MAX);
            json(200, "{}")
        }
    });
    let url = peer.url();
    let mut child = folder.start(&run(&url));
    peer.knowledge.wait_for_heard(2);
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = journals(&folder).remove(0);
    folder.run(&["sweep", &journal]).expect_code(4);
}

#[test]
fn a_run_that_undoes_everything_leaves_no_journal() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = peer(false, 204);
    let url = peer.url();
    folder.run(&run(&url)).expect_code(0);
    assert_eq!(journals(&folder), [""; 0]);
    assert_eq!(
        folder
            .files()
            .iter()
            .filter(|name| name.starts_with("out/"))
            .count(),
        1
    );
}

#[test]
fn without_reports_a_run_leaves_neither_a_directory_nor_a_journal() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let before = folder.files();
    let peer = peer(false, 204);
    let url = peer.url();
    folder
        .run(&["run", "--suite", "suite", "--target", &url, "--no-report"])
        .expect_code(0);
    assert_eq!(folder.files(), before);
    assert!(!folder.path("probity-report").exists());
}

#[test]
fn ctrl_c_undoes_by_itself() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = peer(true, 204);
    let url = peer.url();
    let child = folder.start(&run(&url));
    peer.knowledge.wait_for_heard(2);
    assert_eq!(journals(&folder).len(), 1);
    signal("-INT", &child);
    let ended: Ended = child.wait_with_output().unwrap().into();
    ended.expect_code(130);
    assert_eq!(deletes(&peer), ["DELETE /things/thing-7 HTTP/1.1"]);
    assert_eq!(journals(&folder), [""; 0]);
}

#[test]
fn what_a_run_could_not_undo_stays_in_its_journal_and_the_next_run_says_so() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = peer(false, 500);
    let url = peer.url();
    folder
        .run(&run(&url))
        .expect_code(0)
        .expect_said("1 resource left on the target")
        .expect_complaint("1 case left something behind; try again: probity sweep out/journal-");
    folder
        .run(&run(&url))
        .expect_complaint("an earlier run did not undo 1 case: probity sweep out/journal-");
    let journal = journals(&folder).remove(0);
    folder.run(&["sweep", &journal]).expect_code(0);
}

#[test]
fn nothing_is_undone_anywhere_else() {
    let folder = Folder::new();
    let peer = peer(true, 204);
    let journal = killed(&folder, &peer);
    let other = self::peer(false, 204);
    folder
        .run(&["sweep", &journal, "--target", &other.url()])
        .expect_code(2)
        .expect_complaint("the journal is of the target `http://127.0.0.1:");
    folder.write(
        "t.yaml",
        format!(
            "name: '{}'\nservices: {{ things: '{}' }}\npermits: [read, write]\n",
            peer.url(),
            other.url()
        ),
    );
    folder
        .run(&["sweep", &journal, "--target", "t.yaml"])
        .expect_code(2)
        .expect_complaint("have other URLs");
    assert!(other.lines().is_empty());
    folder
        .run(&["sweep", "suite/targets/reference.yaml"])
        .expect_code(2)
        .expect_complaint("not a line of a journal");
}

#[test]
fn without_a_journal_nothing_is_made() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = peer(false, 204);
    let url = peer.url();
    folder.write("file", "");
    let arguments = [&run(&url)[..], &["--journal", "file/j.jsonl"]].concat();
    folder
        .run(&arguments)
        .expect_code(70)
        .expect_complaint("the journal file/j.jsonl cannot be written");
    assert!(peer.lines().is_empty());
    if cfg!(target_os = "linux") {
        // There is a journal, and no room in it.
        let mut script = String::from(
            "trap '' XFSZ; ulimit -f 0; exec \"$0\" run --suite suite --no-report --journal j.jsonl --target ",
        );
        script.push_str(&url);
        let ended: Ended = folder.shell(&script).output().unwrap().into();
        ended.expect_code(70);
        assert!(peer.lines().is_empty());
    }
}

#[test]
#[cfg(unix)]
fn a_journal_is_for_its_owner_and_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = peer(true, 204);
    folder.write("t.yaml", format!("name: t\nservices: {{ things: '{}' }}\npermits: [read, write]\nfixtures: {{ things.name: '${{env.THING}}' }}\n", peer.url()));
    let mut command = folder.command(&[
        "run",
        "--suite",
        "suite",
        "--target",
        "t.yaml",
        "--report",
        "out/r.json",
    ]);
    // What the target answers happens to be a secret.
    let mut child = command.env("THING", "thing-7").spawn().unwrap();
    peer.knowledge.wait_for_heard(2);
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = journals(&folder).remove(0);
    let mode = std::fs::metadata(folder.path(&journal))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = folder.read(&journal);
    assert!(!text.contains("thing-7"), "{text}");
    let mut command = folder.command(&["sweep", &journal]);
    let ended: Ended = command.env("THING", "thing-7").output().unwrap().into();
    // Nothing was sent: the target is not to blame.
    let ended = ended
        .expect_code(4)
        .expect_said("not in the journal because of a secret: id");
    assert!(!ended.stdout.contains("thing-7"), "{ended}");
    assert!(deletes(&peer).is_empty());
}

#[test]
fn what_a_location_named_is_undone_after_a_crash() {
    const FOLLOWED: &str = "\
- id: made
  effect: write
  steps:
    - request: { POST: /things }
      expect: [{ status: 201 }]
      capture: { location: { header: Location } }
    - request: { GET: /hangs }
      expect: [{ proves: [THINGS-01], status: 200 }]
  finally:
    - request: { DELETE: '${capture.location}' }
      expect: [{ status: 204 }]
";
    let folder = Folder::new();
    things::write(&folder, FOLLOWED);
    let peer = Peer::answering(|heard, knowledge| match heard.line.split(' ').next() {
        Some("POST") => answer(201, "Location: things/7?version=2\r\n", ""),
        Some("DELETE") => answer(204, "", ""),
        _ => {
            knowledge.wait_for_heard(usize::MAX);
            json(200, "{}")
        }
    });
    let url = peer.url();
    let mut child = folder.start(&run(&url));
    peer.knowledge.wait_for_heard(2);
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = journals(&folder).remove(0);
    folder
        .run(&["sweep", &journal])
        .expect_code(0)
        .expect_said("1 case undone, 0 left behind");
    assert_eq!(deletes(&peer), ["DELETE /things/7?version=2 HTTP/1.1"]);
}
