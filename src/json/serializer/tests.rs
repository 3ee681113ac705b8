use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::text::is_plain;
use super::*;
use crate::text::printable::is_unprintable;

/// What `serde_json` writes, with more escapes. Outside of strings it writes ASCII only.
fn expected(value: &impl Serialize, indent: Option<&str>) -> String {
    let mut bytes = Vec::new();
    match indent {
        None => serde_json::to_writer(&mut bytes, value).unwrap(),
        Some(indent) => {
            let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
            let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
            value.serialize(&mut serializer).unwrap();
        }
    }
    let text = String::from_utf8(bytes).unwrap();
    let mut escaped = String::new();
    for character in text.chars() {
        if character != '\n' && is_unprintable(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(escaped, "\\u{unit:04x}").unwrap();
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn assert_as_serde_json(value: &impl Serialize) {
    let mut serializer = Serializer::compact();
    value.serialize(&mut serializer).unwrap();
    let written = String::from_utf8(serializer.into_bytes()).unwrap();
    assert_eq!(written, expected(value, None));
    for indent in ["", " ", "  "] {
        let mut out = Vec::new();
        let mut serializer = Serializer::indented(indent, &mut out);
        value.serialize(&mut serializer).unwrap();
        serializer.end().unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(written, expected(value, Some(indent)) + "\n");
    }
}

#[derive(Serialize)]
enum Variant {
    Unit,
    Newtype(Vec<u8>),
    Tuple(u8, Option<char>),
    EmptyTuple(),
    Struct { a: (), b: BTreeMap<i64, f32> },
    EmptyStruct {},
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Newtype(bool);

#[derive(Serialize)]
struct Tuple(i128, u128);

#[derive(Serialize)]
struct Struct {
    variants: Vec<Variant>,
    unit: Unit,
    newtype: Newtype,
    tuple: Tuple,
    flags: BTreeMap<bool, u8>,
    letters: BTreeMap<char, u8>,
    numbers: BTreeMap<u8, [u8; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    none: Option<u8>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[test]
fn every_kind_of_value_is_written_as_serde_json_does() {
    assert_as_serde_json(&Struct {
        variants: vec![
            Variant::Unit,
            Variant::Newtype(vec![0, 255]),
            Variant::Newtype(Vec::new()),
            Variant::Tuple(7, Some('"')),
            Variant::EmptyTuple(),
            Variant::Struct {
                a: (),
                b: [(-3, 1.5), (4, f32::NAN)].into(),
            },
            Variant::EmptyStruct {},
        ],
        unit: Unit,
        newtype: Newtype(true),
        tuple: Tuple(i128::MIN, u128::MAX),
        flags: [(true, 1)].into(),
        letters: [('\u{7f}', 2)].into(),
        numbers: [(200, [3])].into(),
        none: None,
        rest: [("a\"\n".to_owned(), json!({"x": [], "y": {}}))].into(),
    });
    for number in [0.0, -0.0, 1e300, 5e-324, 0.1, f64::INFINITY] {
        assert_as_serde_json(&number);
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let mut serializer = Serializer::compact();
    let value: BTreeMap<Vec<u8>, u8> = [(vec![1], 1)].into();
    let error = value.serialize(&mut serializer).unwrap_err();
    assert_eq!(error.to_string(), "key must be a string");
    let raw = serde_json::value::RawValue::from_string("{}".to_owned()).unwrap();
    raw.serialize(&mut Serializer::compact()).unwrap_err();
}

#[test]
fn much_text_is_written_in_parts() {
    struct Parts(usize, Vec<u8>);
    impl Write for Parts {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            self.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let value = vec![json!({"text": "x".repeat(100)}); 5_000];
    let mut parts = Parts(0, Vec::new());
    let mut serializer = Serializer::indented(" ", &mut parts);
    value.serialize(&mut serializer).unwrap();
    serializer.end().unwrap();
    assert!(parts.0 > 5 && parts.0 < 20, "{}", parts.0);
    let written = String::from_utf8(parts.1).unwrap();
    assert_eq!(written, expected(&value, Some(" ")) + "\n");
}

#[test]
fn plain_bytes_need_no_escape_wherever_they_are() {
    for byte in 0..=255 {
        for at in 0..19 {
            for other in [b'~', b' ', b'!', b'#', b'[', b']'] {
                let mut bytes = [other; 19];
                bytes[at] = byte;
                let plain = (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
                assert_eq!(is_plain(&bytes), plain, "{byte:#x} at {at}");
            }
        }
    }
    assert!(is_plain(b""));
}

proptest! {
    #[test]
    fn any_texts_and_numbers_are_written_as_serde_json_does(
        texts in prop::collection::vec(any::<String>(), 0..4),
        plain in "[ -~]{0,40}",
        numbers in prop::collection::vec(any::<f64>(), 0..4),
        integers in any::<(i64, u64)>(),
    ) {
        let value = json!({ "texts": texts, texts.concat(): [plain, integers.0, integers.1], "numbers": numbers });
        assert_as_serde_json(&value);
    }
}
