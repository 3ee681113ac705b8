//! Reports that somebody else has written, with names that a terminal would act on: what each command prints and
//! writes of them.

use probity::report::formats::FORMATS;
use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::folder::{Ended, Folder};
use crate::things;

/// Controls of the C0 and C1 sets, and those that reorder what is read.
const EVIL: &str = "\u{9b}31m\u{1b}[2J\u{7f}\u{85}\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}evil";

/// Puts the text behind each name that is free.
fn spoil(value: &mut Value) {
    const FREE: [&str; 18] = [
        "id",
        "title",
        "contract",
        "sentence",
        "source",
        "name",
        "target",
        "suite",
        "message",
        "file",
        "requirement",
        "proves",
        "by_rules",
        "violated",
        "requirements",
        "cases",
        "expected",
        "actual",
    ];
    match value {
        Value::Array(items) => items.iter_mut().for_each(spoil),
        Value::Object(members) => {
            for (name, member) in members {
                let is_free = FREE.contains(&name.as_str());
                match member {
                    Value::String(text) if is_free => text.push_str(EVIL),
                    Value::Array(items) if is_free => {
                        for item in items.iter_mut() {
                            match item {
                                Value::String(text) => text.push_str(EVIL),
                                other => spoil(other),
                            }
                        }
                    }
                    other => spoil(other),
                }
            }
        }
        _ => {}
    }
}

/// The report of a run in which a case failed, and the same after somebody has been at it.
fn reports(folder: &Folder) {
    things::write(folder, &["fails", "passes"].map(things::simple).concat());
    let peer = Peer::answering(|heard, _| match heard.line.as_str() {
        line if line.contains("fails") => json(404, "{}"),
        _ => json(200, "{}"),
    });
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--report",
            "plain.json",
        ])
        .expect_code(1);
    let mut report = folder.report("plain.json");
    spoil(&mut report);
    // How another version words its reasons and finds its causes is not known.
    report["probity"] = "0.0.1".into();
    // Raw, as no writer of ours would.
    folder.write("evil.json", report.to_string());
}

#[track_caller]
fn assert_inert(what: &str, text: &str) {
    for line in text.lines() {
        let shown = probity::text::printable::printable(line).replace("\\t", "\t");
        assert_eq!(shown, line, "{what}");
    }
}

#[track_caller]
fn assert_said_inert(what: &str, ended: &Ended) {
    assert!(
        ended.stdout.len() + ended.stderr.len() > 0,
        "{what}: silent"
    );
    assert_inert(what, &ended.stdout);
    assert_inert(what, &ended.stderr);
}

#[test]
fn no_command_prints_a_name_of_a_report_raw() {
    let folder = Folder::new();
    reports(&folder);
    let id = format!("things/all/fails{EVIL}");
    let commands: [&[&str]; 9] = [
        &["report", "evil.json"],
        &["compare", "plain.json", "evil.json"],
        &[
            "compare",
            "evil.json",
            "plain.json",
            "--gate",
            "regressions",
        ],
        &["accept", "evil.json", "--baseline", "evil.baseline.jsonl"],
        &["compare", "evil.baseline.jsonl", "evil.json"],
        &[
            "waive",
            &id,
            "--report",
            "evil.json",
            "--reason",
            EVIL,
            "--expires",
            "2099-01-01",
            "--waivers",
            "w.yaml",
        ],
        &[
            "waive",
            &id,
            "--report",
            "evil.json",
            "--reason",
            EVIL,
            "--expires",
            "2026-01-31",
            "--today",
            "2026-01-01",
            "--waivers",
            "w.yaml",
        ],
        &["history", "."],
        &["report", &id],
    ];
    for command in commands {
        assert_said_inert(&command.join(" "), &folder.run(command));
    }
    for written in ["evil.baseline.jsonl", "w.yaml"] {
        let text = folder.read(written);
        assert!(text.contains("\\u202e"), "{text}");
        assert_inert(written, &text);
    }
}

#[test]
fn no_format_holds_a_name_of_a_report_raw() {
    let folder = Folder::new();
    reports(&folder);
    for format in FORMATS.map(|format| format.name) {
        let ended = folder.run(&["report", "evil.json", "--report", &format!("{format}=-")]);
        let ended = ended.expect_code(0).expect_said("evil");
        assert_said_inert(format, &ended);
    }
    // For a reader of JSON it is the same report.
    folder
        .run(&["report", "evil.json", "--report", "json=again.json"])
        .expect_code(0);
    // The causes are found again whenever a report is read.
    let without_causes = |file: &str| {
        let mut report = folder.report(file);
        let causes = report.as_object_mut().unwrap().remove("causes");
        assert!(causes.is_some(), "{file}");
        report
    };
    assert_eq!(without_causes("again.json"), without_causes("evil.json"));
}
