//! What the server shows about every file of `tests/invalid`, compared with what the loader reports about it.

use std::collections::BTreeMap;
use std::path::Path;

use probity::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, survey_target};
use probity::model::{Diagnostic, Severity, Sources};
use serde_json::{Value, json};

use super::client::Client;
use crate::support::folder::Folder;

/// A diagnostic in the form in which both sides are compared: file, line, column, length, severity, code, message.
type Seen = (String, usize, usize, usize, u64, String, String);

fn expected(found: &[Diagnostic], sources: &Sources, root: &Path) -> Vec<Seen> {
    let root = format!("{}/", root.display());
    let mut seen: Vec<Seen> = found
        .iter()
        .map(|one| {
            let severity = if one.severity == Severity::Error {
                1
            } else {
                2
            };
            let mut message = one.message.replace(&root, "");
            if !one.label.is_empty() {
                message.push_str(": ");
                message.push_str(&one.label);
            }
            for help in &one.help {
                message.push_str("\nhelp: ");
                message.push_str(help);
            }
            let Some(span) = one.span else {
                return (
                    "probity.yaml".into(),
                    0,
                    0,
                    0,
                    severity,
                    one.code.into(),
                    message,
                );
            };
            let place = sources.place(span);
            let units = |from: usize, length: usize| {
                let part: String = place.source.chars().skip(from).take(length).collect();
                part.encode_utf16().count()
            };
            let column = place.column as usize - 1;
            let name = place.file.replace(&root, "");
            let (line, start, length) = (
                place.line as usize - 1,
                units(0, column),
                units(column, place.length as usize),
            );
            (
                name,
                line,
                start,
                length,
                severity,
                one.code.into(),
                message,
            )
        })
        .collect();
    seen.sort();
    seen.dedup();
    seen
}

fn actual(found: &BTreeMap<String, Value>, root: &Path) -> Vec<Seen> {
    let root = format!("{}/", root.display());
    let mut seen = Vec::new();
    for (name, list) in found {
        for one in list.as_array().unwrap() {
            let number = |pointer: &str| {
                let number = one.pointer(pointer).unwrap().as_u64().unwrap();
                usize::try_from(number).unwrap()
            };
            let start = number("/range/start/character");
            seen.push((
                name.clone(),
                number("/range/start/line"),
                start,
                number("/range/end/character") - start,
                one["severity"].as_u64().unwrap(),
                one["code"].as_str().unwrap().to_owned(),
                one["message"].as_str().unwrap().replace(&root, ""),
            ));
        }
    }
    seen.sort();
    seen
}

fn copy(from: &Path, to: &Folder, name: &str) {
    for entry in std::fs::read_dir(from.join(name)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{name}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            copy(from, to, &format!("{name}/"));
        } else {
            to.write(&name, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn diagnostics_are_those_of_check_for_every_invalid_file() {
    let invalid = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid");
    let (folder, on_disk) = (Folder::new(), Folder::new());
    copy(&invalid.join("base"), &folder, "");
    copy(&invalid.join("base"), &on_disk, "");
    let mut client = Client::ready(&folder, json!({}));
    let mut version = 0;
    let mut different = Vec::new();
    for kind in ["cases", "contracts", "schemas", "targets"] {
        let mut files: Vec<_> = std::fs::read_dir(invalid.join(kind))
            .unwrap()
            .map(|one| one.unwrap().path())
            .collect();
        files.retain(|path| !path.to_str().unwrap().contains(".snap"));
        files.sort();
        for file in files {
            // A buffer is text.
            let Ok(text) = std::fs::read_to_string(&file) else {
                continue;
            };
            let name = file.file_name().unwrap().to_str().unwrap();
            let place = match kind {
                "cases" => format!("cases/demo/{name}"),
                "contracts" => "cases/demo/contract.yaml".to_owned(),
                "schemas" => format!("schemas/demo/{name}"),
                _ => format!("targets/{name}"),
            };
            let before = std::fs::read(on_disk.path(&place)).ok();
            on_disk.write(&place, &text);
            let source = SuiteSource::Directory(on_disk.root().to_owned());
            let mut loaded = load_suite(&source, Thoroughness::Everything);
            let mut found = loaded.diagnostics;
            if kind == "targets" {
                let choice = TargetChoice::File(on_disk.path(&place));
                found.extend(survey_target(&choice, &mut loaded.suite, &|_| None).diagnostics);
            }
            let wanted = expected(&found, &loaded.suite.sources, on_disk.root());
            match before {
                Some(before) => on_disk.write(&place, before),
                None => std::fs::remove_file(on_disk.path(&place)).unwrap(),
            }

            version += 1;
            client.open(&place, &text, version);
            let shown = actual(&client.diagnostics_of(&place, version), folder.root());
            client.close(&place);
            let of = |side: &str, some: &[Seen], others: &[Seen]| -> String {
                let only = some.iter().filter(|one| !others.contains(one));
                let lines = only.map(|one| format!("{kind}/{name}: {side}: {one:?}\n"));
                lines.collect::<Vec<_>>().concat()
            };
            different.push(of("only `check`", &wanted, &shown));
            different.push(of("only the server", &shown, &wanted));
        }
    }
    assert!(version > 100, "{version}");
    assert_eq!(different.concat(), "");
    assert_eq!(client.leave(), Some(0));
}
