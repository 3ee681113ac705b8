//! Unit tests of the YAML reader.

use super::*;

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    let mut diagnostics = Vec::new();
    let node = parse(&sources, file, &mut diagnostics);
    (node, diagnostics)
}

fn codes(text: &str) -> Vec<&'static str> {
    let (_, diagnostics) = read(text);
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[test]
fn keys_and_values_have_their_positions() {
    let (node, diagnostics) = read("a:\n  - b: [1, two]\n");
    assert_eq!(diagnostics, []);
    let node = node.unwrap();
    let item = &node.get("a").unwrap().kind;
    let Kind::List(items) = item else { panic!() };
    let Kind::Object(entries) = &items[0].kind else {
        panic!()
    };
    let (key, value) = &entries[0];
    assert_eq!((key.span.start, key.span.end), (7, 8));
    assert_eq!((value.span.start, value.span.end), (10, 18));
}

#[test]
fn a_duplicate_key_names_both_places_in_small_and_large_objects() {
    let (_, diagnostics) = read("a: 1\n'a': 2\n");
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, "yaml/duplicate-key");
    assert!(diagnostics[0].also.is_some());
    let keys = (0..KEYS_TO_SEARCH * 2).map(|key| format!("k{key}: 1"));
    let many = keys.collect::<Vec<_>>().join("\n");
    assert_eq!(codes(&many), [""; 0]);
    for key in [0, KEYS_TO_SEARCH, KEYS_TO_SEARCH * 2 - 1] {
        assert_eq!(
            codes(&format!("{many}\nk{key}: 1\n")),
            ["yaml/duplicate-key"],
            "k{key}"
        );
    }
}

#[test]
fn an_alias_bomb_is_one_error_for_each_anchor_and_not_expanded() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    assert_eq!(codes(bomb), ["yaml/anchor", "yaml/anchor"]);
}

#[test]
fn rejected_values_are_broken_and_the_rest_is_read() {
    let (node, diagnostics) = read("a: no\nb: 1\nc:\nd: !!str 1\n");
    let node = node.unwrap();
    assert_eq!(diagnostics.len(), 3);
    assert_eq!(node.get("b").unwrap().kind, Kind::Number(1.into()));
    for key in ["a", "c", "d"] {
        assert!(node.get(key).unwrap().is_broken(), "{key}");
    }
}

#[test]
fn quoted_and_block_scalars_are_strings_whatever_they_contain() {
    let (node, diagnostics) = read("a: \"no\"\nb: '012'\nc: |\n  1_000\nd: \"\"\n");
    assert_eq!(diagnostics, []);
    let node = node.unwrap();
    let texts = ["a", "b", "c", "d"].map(|key| node.get(key).unwrap().as_text().unwrap());
    assert_eq!(texts, ["no", "012", "1_000\n", ""]);
}

#[test]
fn a_file_named_json_must_be_json() {
    let mut sources = Sources::default();
    let mut read = |text: &str| {
        let file = sources.add("a.json", text);
        let mut diagnostics = Vec::new();
        let node = parse(&sources, file, &mut diagnostics);
        (node.is_some(), diagnostics.len())
    };
    assert_eq!(read("{\n\t\"a\": [1, 2]\n}"), (true, 0));
    assert_eq!(read("{ \"a\": 1, }"), (false, 1));
    assert_eq!(read("a: 1"), (false, 1));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_rejected(text in "[-a-c:,{}\\[\\]\"'#&*!|>%@`~<?$ \t\n\r0-9é\u{0}\u{feff}]{0,80}") {
        let (node, diagnostics) = read(&text);
        proptest::prop_assert!(node.is_some() || !diagnostics.is_empty());
        for diagnostic in diagnostics {
            let span = diagnostic.span.unwrap();
            proptest::prop_assert!(span.start <= span.end && span.end as usize <= text.len());
        }
    }
}
