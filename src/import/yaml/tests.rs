//! What is written is read back.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::Sources;

fn read(text: &str) -> Value {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    crate::load::to_json(&sources, file)
        .unwrap_or_else(|found| panic!("{text}\n{:?}", found.first()))
}

fn entries(value: &Value) -> Vec<Entry> {
    match Yaml::json(value) {
        Yaml::Map(entries) => entries,
        _ => Vec::new(),
    }
}

#[test]
fn it_reads_as_a_person_writes() {
    let cases = Yaml::Lines(vec![
        Yaml::Block(vec![
            Entry::new("id", Yaml::text("ok")),
            Entry::new(
                "request",
                Yaml::json(&json!({ "GET": "/pets/${fixture.pet}", "query": { "limit": 3 } })),
            ),
            Entry::new(
                "expect",
                Yaml::Lines(vec![Yaml::json(
                    &json!({ "proves": ["A-1"], "status": 200 }),
                )]),
            ),
        ]),
        Yaml::Block(vec![
            Entry::new("id", Yaml::text("text"))
                .above("")
                .above("twice"),
            Entry::new("text", Yaml::text("a\nb\n")),
            Entry::new("long", Yaml::list((0..9).map(|_| Yaml::text("0123456789")))).beside("long"),
        ]),
    ]);
    let file = file(
        &["a file".into()],
        &[
            Entry::new("contract", Yaml::text("pets")),
            Entry::new("title", Yaml::text("404: \"not\" found")),
            Entry::new("cases", cases),
        ],
    );
    insta::assert_snapshot!(file);
}

#[test]
fn what_readers_would_read_as_something_else_is_quoted() {
    for text in [
        "",
        " a",
        "a ",
        "1",
        "1.0",
        "012",
        "0x1F",
        "1_000",
        ".5",
        "true",
        "True",
        "no",
        "null",
        "~",
        "- a",
        "-",
        "?",
        "# a",
        "a # b",
        "a: b",
        "a:",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
        "'a",
        "\"a",
        "a\"b",
        "a\\b",
        "{a}",
        "[a]",
        "a, b",
        "a\nb",
        "a\n",
        "\n",
        "a\n\nb\n",
        " a\nb",
        "a \nb",
        "\ta",
        "a\tb",
        "\u{85}",
        "\u{2028}",
        "\u{feff}a",
        "日本",
        "<any>",
        "${fixture.a}",
        "$${",
        "2026-01-01",
        "12:30",
        "=",
        "<<",
        "---",
        "...",
        "a\r\nb",
        "\u{1f600}",
        "=a",
    ] {
        for value in [
            json!({ "a": text }),
            json!({ text: [text, { text: text }] }),
            json!({ "a": [[text]] }),
        ] {
            let written = file(&[], &entries(&value));
            assert_eq!(read(&written), value, "{written}");
        }
    }
}

pub(super) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-?:,\\[\\]{}#&*!|>'\"%@`~=<> $a1.\n\\\\]{0,12}",
        "[0-9]{1,4}-[0-9]{2}",
        "[-+]?[0-9_]{1,5}(\\.[0-9]{0,3})?(e[0-9])?",
    ]
}

pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_map(Value::from)
            .prop_filter("exact", is_exact),
        any_text().prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any_text(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn blocks(yaml: Yaml) -> Yaml {
    match yaml {
        Yaml::List(items) => Yaml::Lines(items.into_iter().map(blocks).collect()),
        Yaml::Map(entries) => Yaml::Block(
            entries
                .into_iter()
                .map(|entry| Entry {
                    value: blocks(entry.value),
                    above: vec![String::new(), "above".into()],
                    beside: "beside".into(),
                    key: entry.key,
                })
                .collect(),
        ),
        scalar => scalar,
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in any_value(), is_block: bool) {
        let value = json!({ "value": value });
        let mut all = entries(&value);
        if is_block {
            all[0].value = blocks(all[0].value.clone());
        }
        let written = file(&["top".into()], &all);
        prop_assert!(crate::json::json_equal(&read(&written), &value), "{}\n{}", written, value);
    }
}
