//! What is simple, and that the parser crate reads it alike.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::load::yaml::{Dialect, by_crate};
use crate::model::Sources;

/// Whether a text is simple. If so, the parser crate must read the same in each dialect, and report nothing.
fn is_simple(text: &str) -> bool {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    let Some(node) = read(text, file) else {
        return false;
    };
    let mut diagnostics = Vec::new();
    let node = Some(node);
    for dialect in [Dialect::Strict, Dialect::Foreign] {
        let expected = by_crate(dialect, &sources, file, &mut diagnostics);
        assert_eq!(diagnostics, [], "{text}");
        assert_eq!(node, expected, "{text}");
    }
    true
}

#[test]
fn the_simple_style_is_read_as_by_the_parser_crate() {
    for text in [
        "a: 1\n",
        "a: b # c\n# d\n\nb:   'it''s'   \nc: \"d # e\"",
        "a:\n  - b: c\n    d: {e: 1}\n",
        "a:\n- b\n- c: 1\n  d: 2\nb: null\n",
        "- a\n- [b, 'c', { d: e }, []]\n- f: {}\n",
        "a:\n  b:\n    c: -1.5\n  # x\n  d: true\ne: /f?g=h:i#j\n",
        "a: { <each>: <string?>, b: \"${c}\", 'd e': </^f{2/> }\n",
        "a: { b: <media-type application/json>, c: [ <2xx>, 404 ] }\n",
        "\"a b\": c:d\n<not x>: 'a'\n",
    ] {
        let simple = is_simple(text);
        assert!(simple || text.contains("f{2"), "{text}");
    }
}

#[test]
fn anything_else_is_left_to_the_parser_crate() {
    for text in [
        "",
        "\n",
        "# a\n",
        "a\n",
        "a: b\n  c\n",
        "a: b: c\n",
        "a:\n",
        "a:\nb: 1\n",
        "a: 1\na: 2\n",
        "a: \"\\n\"\n",
        "a: |\n  b\n",
        "a: >\n  b\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !b c\n",
        "a: 'b\n  c'\n",
        "a: [b,\n  c]\n",
        "a: [b, ]\n",
        "a: {b}\n",
        "a: {b: c, b: d}\n",
        "a: {b:c}\n",
        "a: [b: c]\n",
        "<<: a\n",
        "--- \na: 1\n",
        "a: 1\n---\nb: 1\n",
        "a: 1\n...\n",
        "...: 1\n",
        "%YAML 1.2\n",
        "? a\n: b\n",
        "- - a\n",
        "-  a\n",
        "-\n  a: 1\n",
        "a: yes\n",
        "a: 0x1\n",
        "a: 012\n",
        "a\t: 1\n",
        "a: 1\r\n",
        "a: \u{e9}\n",
        " a: 1\n",
        "a: 1\n b: 2\n",
        "a:\n   b: 1\n  c: 2\n",
        "a: 'b' c\n",
        "a: [b] c\n",
        "a: [b]c\n",
        "a: 'b'#c\n",
        "a : 1\n",
        "a: -\n",
        "a: - b\n",
        "a: @b\n",
        "a: `b`\n",
        "a: [b c: d]\n",
        "a: [a:, b]\n",
        "a: {a: b:}\n",
    ] {
        assert!(!is_simple(text), "{text}");
    }
    assert!(!is_simple(&format!(
        "a: {}{}\n",
        "[".repeat(60),
        "]".repeat(60)
    )));
}

#[test]
fn most_files_of_the_repository_are_simple_and_all_are_read_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut simple, mut all) = (0, 0);
    for folder in ["cases", "targets", "examples", "tests"] {
        for entry in walkdir::WalkDir::new(root.join(folder))
            .into_iter()
            .flatten()
        {
            let is_yaml = entry
                .path()
                .extension()
                .is_some_and(|known| known == "yaml");
            let text = std::fs::read_to_string(entry.path()).ok();
            if let Some(text) = text.filter(|_| is_yaml) {
                all += 1;
                simple += usize::from(is_simple(&text));
            }
        }
    }
    assert!(all > 20 && simple > all / 2, "{simple} of {all}");
}

fn line() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "- ", "a: ", "b: ", "'c': ", "\"d\": ", "e:", "-", " ", "  ", "{ ", " }", "{}", "[", "]",
        "[]", ", ", ",", "f", "'g'", "\"h\"", "''", "1", "-2", "0.5", "<i?>", "${j}", "#", " # k",
        ":", ": ", "null", "true", "~", "no", "/l:m", "&", "*", "?", "? ", "|", "!", "<<: ", "...",
        "---", "\\", "'", "\"", "=", "(n)", "o p",
    ]);
    (0usize..7, prop::collection::vec(piece, 0..7))
        .prop_map(|(indent, pieces)| " ".repeat(indent) + &pieces.concat())
}

/// Lines that are more often right than wrong.
fn good_line() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec![
        "", "- ", "a: ", "b: ", "'c d': ", "- e: ", "f:", "- g:", "h h: ",
    ]);
    let value = prop::sample::select(vec![
        "",
        "x",
        "'y'",
        "{ a: 1, b: [] }",
        "[a, 'b', { c: d }]",
        "1 # z",
        "{}",
        "a b",
        "-1",
        "</x y/>",
        "{ a: 'b, c' }",
    ]);
    (
        prop::sample::select(vec![0usize, 0, 2, 2, 4, 4, 6]),
        start,
        value,
    )
        .prop_map(|(indent, start, value)| format!("{}{start}{value}", " ".repeat(indent)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_read_here_is_read_alike_by_the_parser_crate(lines in prop::collection::vec(line(), 0..7)) {
        is_simple(&lines.join("\n"));
    }

    #[test]
    fn the_same_of_lines_that_are_mostly_right(lines in prop::collection::vec(good_line(), 1..9)) {
        is_simple(&lines.join("\n"));
    }
}
