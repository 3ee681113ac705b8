//! Tests of every format: golden files, and checks that a report from any source is only data.

use std::collections::BTreeSet;
use std::io;

use proptest::prelude::*;

use serde_json::Value;

use super::*;
use crate::model::Report;
use crate::report::formats::FORMATS;
use crate::text::printable::is_unprintable;

type Render = fn(&Report, &mut dyn io::Write) -> io::Result<()>;

/// The renderings of a report that are not files of a format.
const OTHERS: [(&str, Render); 5] = [
    ("terminal", |report, out| {
        let options = terminal::TerminalOptions {
            verbosity: terminal::Verbosity::Verbose,
            ..terminal::TerminalOptions::default()
        };
        terminal::render(report, &options, out)
    }),
    ("baseline", |report, out| {
        crate::history::baseline_writer::render(&crate::history::baseline_of(report), out)
    }),
    ("statement", |report, out| {
        let made = crate::history::statement_of(report, "", true);
        statement::render_json(&made, &mut *out)?;
        statement::render_markdown(&made, ("statement.json", "report.json"), out)
    }),
    ("matrix", |report, out| {
        let matrix = with_green(report);
        html::render_targets(&matrix, &[], &[report.target.name.to_string()], &mut *out)?;
        matrix::render_markdown(&matrix, &[], &mut *out)?;
        matrix::render(&matrix, &terminal::TerminalOptions::default(), out)
    }),
    ("history", |report, out| {
        let moment = crate::history::moment_of(report.target.name.to_string(), report);
        let runs: crate::history::Trends = [moment.clone(), moment].into_iter().collect();
        let targets = runs.by_target();
        let note = [report.target.name.to_string()];
        html::render_history(&targets, &note, &mut *out)?;
        history::render(&targets, &terminal::TerminalOptions::default(), out)
    }),
];

/// The report beside one of a run in which all was well.
fn with_green(report: &Report) -> crate::model::matrix::Matrix {
    let mut builder = crate::history::MatrixBuilder::new(crate::history::MatrixBy::Target);
    let mut green = sample::green();
    green.target.name = "green".into();
    for (report, file) in [
        (&green, "green.json".to_owned()),
        (report, report.target.name.to_string()),
    ] {
        builder.add(report, file, None);
    }
    builder.matrix()
}

fn rendered(
    render: impl Fn(&Report, &mut dyn io::Write) -> io::Result<()>,
    report: &Report,
) -> String {
    let mut out = Vec::new();
    render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The formats whose golden files are here; HTML has its own, of the body only.
fn machine_formats() -> impl Iterator<Item = formats::Format> {
    FORMATS.into_iter().filter(|format| format.name != "html")
}

#[test]
fn every_format_for_machines_has_its_golden_files() {
    let mut changed = Vec::new();
    for (name, report) in sample::named() {
        for format in machine_formats().filter(|_| sample::GOLDEN.contains(&name)) {
            let file = format!("{}-{name}", format.name);
            let text = rendered(|report, out| format.write(report, out), &report);
            let checked = std::panic::catch_unwind(|| insta::assert_snapshot!(file.clone(), text));
            changed.extend(checked.err().map(|_| file));
        }
    }
    assert_eq!(changed, [""; 0]);
}

#[test]
fn no_golden_file_is_left_over() {
    let report = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
    let mut expected: Vec<String> = machine_formats()
        .flat_map(|format| sample::GOLDEN.map(|name| format!("tests__{}-{name}.snap", format.name)))
        .collect();
    for (name, _) in sample::named() {
        expected.push(format!("html__tests__html-{name}.snap"));
        expected.push(format!("terminal__tests__terminal-{name}.snap"));
    }
    let mut found = Vec::new();
    for (folder, start) in [
        ("", "tests__"),
        ("html", "html__tests__html-"),
        ("terminal", "terminal__tests__terminal-"),
    ] {
        for entry in std::fs::read_dir(report.join(folder).join("snapshots")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = name.trim_start_matches("probity__report__");
            if name.starts_with(start)
                && std::path::Path::new(name)
                    .extension()
                    .is_some_and(|extension| extension == "snap")
            {
                found.push(name.to_owned());
            }
        }
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

/// Notes each member of `value` that is set, under the name of its type in the schema.
fn note_members(root: &Value, schema: &Value, value: &Value, of: &str, set: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        note_members(root, &root["$defs"][name], value, name, set);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        note_members(root, choice, value, of, set);
    }
    for item in value.as_array().into_iter().flatten() {
        note_members(root, &schema["items"], item, of, set);
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let is_unset = matches!(value.get(name), None | Some(Value::Null))
            || value[name].as_array().is_some_and(Vec::is_empty);
        if !is_unset {
            set.insert(format!("{of}.{name}"));
            note_members(root, member, &value[name], of, set);
        }
    }
}

#[test]
fn the_golden_reports_set_every_field_of_the_schema() {
    let schema = json::schema();
    let mut set = BTreeSet::new();
    for (name, report) in sample::named() {
        if sample::GOLDEN.contains(&name) {
            let value = serde_json::to_value(&report).unwrap();
            note_members(&schema, &schema, &value, "Report", &mut set);
        }
    }
    let types = schema["$defs"].as_object().unwrap().iter();
    let types = types.map(|(name, schema)| (name.as_str(), schema));
    let mut unset = Vec::new();
    for (of, schema) in types.chain([("Report", &schema)]) {
        for name in schema["properties"].as_object().into_iter().flatten() {
            let member = format!("{of}.{}", name.0);
            if !set.contains(&member) {
                unset.push(member);
            }
        }
    }
    assert_eq!(unset, [""; 0], "no golden report sets these fields");
}

/// One character of each kind that must not be printed, at the start and the end of a name.
const EVIL: &str = "\u{9b}31m\u{7f}\u{80}\u{9f}\u{85}\u{1b}[2J\0\r\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{200f}\
                    \u{61c}\u{2028}\u{feff}\u{e0041}evil\n\u{202e}";

/// Checks that no output contains a text of `report` raw.
fn assert_inert(report: &Report) {
    let texts = FORMATS.map(|format| {
        let text = rendered(|report, out| format.write(report, out), report);
        (format.name, text)
    });
    let others = OTHERS.map(|(name, render)| (name, rendered(render, report)));
    for (name, text) in texts.into_iter().chain(others) {
        for line in text.lines() {
            let raw = line.find(|character| character != '\t' && is_unprintable(character));
            assert_eq!(raw, None, "{name}: {line:?}");
        }
    }
}

#[test]
fn no_format_prints_control_characters_in_any_place() {
    for report in sample::all() {
        assert_inert(&sample::planted(&report, |text| EVIL.clone_into(text)));
        // The ids still match, so that other parts are rendered.
        assert_inert(&sample::planted(&report, |text| text.push_str(EVIL)));
    }
}

#[test]
fn any_numbers_of_a_report_can_be_rendered() {
    for report in sample::all() {
        for most in [false, true] {
            assert_inert(&sample::miscounted(&report, most));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_format_prints_any_text_raw(text in any::<String>(), which in 0..sample::all().len()) {
        let report = &sample::all()[which];
        assert_inert(&sample::planted(report, |old| text.clone_into(old)));
        assert_inert(&sample::planted(report, |old| old.push_str(&text)));
    }
}
