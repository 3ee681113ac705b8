use proptest::prelude::*;

use super::*;
use crate::load::{Kind, Node, parse};
use crate::model::Sources;

/// The place of `|` in a text: `cases/0/expect status Key`.
fn place(text: &str) -> String {
    let offset = text.find('^').unwrap();
    let text = text.replacen('^', "", 1);
    let cursor = Cursor::find(&text, offset);
    let path: Vec<String> = cursor
        .path
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => key.clone(),
            Segment::Item(index) => index.to_string(),
        })
        .collect();
    format!(
        "{} `{}` {:?}",
        path.join("/"),
        &text[cursor.typed],
        cursor.slot
    )
}

#[test]
fn keys_and_values_in_block_style() {
    assert_eq!(place("^"), " `` Open");
    assert_eq!(place("con^"), " `con` Open");
    assert_eq!(place("a: 1\nb^"), " `b` Key");
    assert_eq!(place("a: 1\nb: x^y\n"), "b `x` Value");
    assert_eq!(place("a: ^\nb: 1\n"), "a `` Value");
    assert_eq!(place("a:\n  b^\nc: 1\n"), "a `b` Open");
    assert_eq!(place("a:\n  b: 1\n  ^\nc: 1\n"), "a `` Key");
    assert_eq!(place("a:\n  b: 1\n^"), " `` Key");
    assert_eq!(place("a:\n  - b: 1\n    c^: 2"), "a/0 `c` Key");
    assert_eq!(place("a:\n  - b: 1\n  - ^"), "a/1 `` Open");
    assert_eq!(place("a:\n- b: 1\n- c: ^"), "a/1/c `` Value");
    assert_eq!(place("a:\n- b: 1\nc^"), " `c` Key");
    assert_eq!(place("a:\n  - - x^"), "a/0/0 `x` Open");
    assert_eq!(place("\"a b\": \"x^\""), "a b `x` Value");
    assert_eq!(place("a: x # c^"), " `` Nothing");
    assert_eq!(place("a: |\n  b: ^\n"), " `` Nothing");
    assert_eq!(place("a: |\n  b\nc: ^\n"), "c `` Value");
    assert_eq!(place("a: \"x\n  y\"\nb: ^"), "b `` Value");
    assert_eq!(place("a: http://x^"), "a `http://x` Value");
}

#[test]
fn brackets() {
    assert_eq!(place("a: { b: 1, c^ }"), "a `c` Key");
    assert_eq!(place("a: { b: 1, c: x^ }"), "a/c `x` Value");
    assert_eq!(place("a: [1, { b: [x, y^"), "a/1/b/1 `y` Open");
    assert_eq!(place("a: { b: \"${x^"), "a/b `${x` Value");
    assert_eq!(place("a: { b: /u/${x^ }"), "a/b `/u/${x` Value");
    assert_eq!(place("- { a: { b: 1 }, ^"), "0 `` Key");
    assert_eq!(place("a: {\n  b: 1,\n  c: ^\n}\n"), "a/c `` Value");
    assert_eq!(place("a: { b: 1\nc: ^"), "c `` Value");
    assert_eq!(place("a: { \"b\": 1, \"c^\" }"), "a `c` Key");
    assert_eq!(place("{\n  \"a\": {\n    \"b\": \"^\"\n"), "a/b `` Value");
    assert_eq!(place("a: { b: 1 }\nc:\n  ^"), "c `` Open");
}

#[test]
fn a_half_typed_line_hides_nothing_below() {
    assert_eq!(place("a:\n  half\n  b: { x: ^"), "a/b/x `` Value");
    assert_eq!(place("a:\n  - half {\n  - b: ^"), "a/1/b `` Value");
}

/// Compares the places of all keys and values of a tree with those that the parser found.
fn compare(text: &str, node: &Node, path: &mut Vec<Segment>, seen: &mut usize) {
    match &node.kind {
        Kind::Object(entries) => {
            for (key, value) in entries {
                let is_quoted =
                    usize::from(!text[key.span.start as usize..].starts_with(&key.text));
                let cursor = Cursor::find(text, key.span.end as usize - is_quoted);
                assert_eq!(cursor.path, *path, "the key {}", key.text);
                assert_ne!(cursor.slot, Slot::Value, "the key {}", key.text);
                assert_eq!(text[cursor.typed], key.text);
                path.push(Segment::Key(key.text.clone()));
                compare(text, value, path, seen);
                path.pop();
            }
        }
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Segment::Item(index));
                compare(text, item, path, seen);
                path.pop();
            }
        }
        Kind::Text(value) => {
            let written = &text[node.span.start as usize..node.span.end as usize];
            // Texts of several lines, and with escapes, are another matter.
            let is_plain = written == value || written.len() == value.len() + 2;
            if written.contains(['\n', '\\']) || !is_plain {
                return;
            }
            let is_quoted = usize::from(written != value);
            let cursor = Cursor::find(text, node.span.end as usize - is_quoted);
            assert_eq!(cursor.path, *path, "the value {value}");
            assert_ne!(cursor.slot, Slot::Key, "the value {value}");
            assert_eq!(text[cursor.typed], *value);
            *seen += 1;
        }
        _ => {}
    }
}

#[test]
fn places_are_those_of_the_parser_in_all_files_of_the_repository() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = ["cases", "examples", "targets", "schemas"]
        .map(|one| root.join(one))
        .into();
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path
                .extension()
                .is_none_or(|one| one != "yaml" && one != "json")
                || path.ends_with("openapi.yaml")
            {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // Each place is searched from the beginning of the file.
            if text.len() > 15_000 {
                continue;
            }
            let mut sources = Sources::default();
            let file = sources.add(path.display().to_string(), &*text);
            let node = parse(&sources, file, &mut Vec::new()).unwrap();
            let compared = std::panic::catch_unwind(|| {
                let mut seen = 0;
                compare(&text, &node, &mut Vec::new(), &mut seen);
                seen
            });
            seen += compared.unwrap_or_else(|_| panic!("in {}", path.display()));
        }
    }
    assert!(seen > 1000, "{seen}");
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(text in "([a: \\-\n{}\\[\\],\"'#|>$é\r\u{feff}]){0,60}", at in 0_usize..80) {
        let cursor = Cursor::find(&text, at);
        prop_assert!(text.get(cursor.typed).is_some());
    }
}
