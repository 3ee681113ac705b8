//! Parses JSON documents strictly, and reports what other parsers hide.
//!
//! The input is bytes; the output is a [`Document`], or the place of the first mistake. `serde_json` is not used for
//! this: it silently keeps the last of two members and rounds `18446744073709551617`, and it counts columns in bytes.
//! [`json_equal`] compares values.

mod parser;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::document::parser::Parser;
use crate::json::number::numbers_equal;

/// The maximum nesting of arrays and objects.
pub const DEPTH_LIMIT: usize = 128;
/// The maximum number of values, at all depths together. In memory a value takes 72 bytes and an object with one member
/// 400, even if they are written in two or seven bytes.
pub const VALUE_LIMIT: usize = 1 << 19;
/// The maximum length of the path to a value: the names and indexes above it, in bytes.
pub const PATH_BYTES: usize = 16 << 10;
/// The maximum length of the paths to all values together, in bytes. Selections and findings repeat the path of each
/// value: for a document of megabytes that could be terabytes.
pub const PATHS_BYTES: usize = 64 << 20;

/// A JSON text (RFC 8259), parsed strictly.
///
/// ```
/// use probity::json::Document;
///
/// let document = Document::parse(br#"{ "id": 1, "id": 2, "big": 18446744073709551617 }"#).unwrap();
/// assert_eq!(document.value["id"], 2);
/// assert_eq!(document.duplicates, ["/id"]);
/// assert_eq!(document.inexact["/big"], "18446744073709551617");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The value. Of duplicate members the last one counts, as in most parsers.
    pub value: Value,
    /// JSON Pointers of duplicate members, sorted, each once.
    pub duplicates: Vec<String>,
    /// Numbers that cannot be represented exactly, as written, by JSON Pointer.
    pub inexact: BTreeMap<String, String>,
}

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// What is wrong, in one line: ``expected a value, found `}` ``.
    pub message: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl Document {
    /// A document that is null, where values are compared that are in none.
    pub(crate) fn null() -> Document {
        Document {
            value: Value::Null,
            duplicates: Vec::new(),
            inexact: BTreeMap::new(),
        }
    }

    /// Parses a JSON text.
    ///
    /// # Errors
    ///
    /// What RFC 8259 does not allow, invalid UTF-8, a byte order mark, a lone surrogate, and what is beyond
    /// [`DEPTH_LIMIT`], [`VALUE_LIMIT`], [`PATH_BYTES`] or [`PATHS_BYTES`].
    pub fn parse(bytes: &[u8]) -> Result<Document, DocumentError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let valid = &bytes[..error.valid_up_to()];
            error_at(&String::from_utf8_lossy(valid), "invalid UTF-8".to_owned())
        })?;
        let mut parser = Parser::new(text);
        parser.document().map_err(|mistake| {
            let before = text.get(..mistake.offset).unwrap_or(text);
            error_at(before, mistake.message)
        })
    }
}

/// Are two JSON values equal? Numbers are compared by value (`1`, `1.0` and `1e0` are equal), objects without order.
pub fn json_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => numbers_equal(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| json_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, member)| {
                    other
                        .get(name)
                        .is_some_and(|other| json_equal(member, other))
                })
        }
        _ => one == other,
    }
}

/// An error at the place after `before`.
fn error_at(before: &str, message: String) -> DocumentError {
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    DocumentError {
        message,
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn error(bytes: &[u8]) -> (String, usize, usize) {
        let error = Document::parse(bytes).unwrap_err();
        (error.message, error.line, error.column)
    }

    fn inexact(text: &str) -> bool {
        !Document::parse(text.as_bytes()).unwrap().inexact.is_empty()
    }

    #[test]
    fn an_error_has_line_and_column_in_characters() {
        assert_eq!(
            error("{\n  \"zwölf\": }".as_bytes()),
            ("expected a value, found `}`".to_owned(), 2, 12)
        );
    }

    #[test]
    fn everything_outside_rfc_8259_is_an_error() {
        let rejected: [&[u8]; 21] = [
            b"",
            b" ",
            b"NaN",
            b"Infinity",
            b"nul",
            b"01",
            b"-",
            b"+1",
            b"1.",
            b".5",
            b"1e",
            b"[1,]",
            b"{\"a\":1,}",
            b"{a:1}",
            b"'a'",
            b"\"a\nb\"",
            b"\"\\x\"",
            b"\"\xff\"",
            b"{} {}",
            b"\xef\xbb\xbf{}",
            b"// no\n1",
        ];
        for bytes in rejected {
            let text = String::from_utf8_lossy(bytes);
            assert!(Document::parse(bytes).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lone_surrogate_is_an_error_and_a_pair_is_a_character() {
        let pair = Document::parse(br#""\ud83d\ude00""#).unwrap();
        assert_eq!(pair.value, json!("\u{1f600}"));
        for lone in [
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83d\u0041""#,
            r#""\ud83dxx""#,
        ] {
            assert!(
                error(lone.as_bytes()).0.starts_with("lone surrogate"),
                "{lone}"
            );
        }
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Document::parse(nested(DEPTH_LIMIT).as_bytes()).is_ok());
        assert!(Document::parse(nested(DEPTH_LIMIT + 1).as_bytes()).is_err());
        assert!(Document::parse("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn values_and_paths_are_limited() {
        let rejected = |text: String| error(text.as_bytes()).0;
        assert_eq!(
            rejected(format!("[{}0]", "0,".repeat(VALUE_LIMIT))),
            "more than 524288 values"
        );
        let long = "n".repeat(PATH_BYTES);
        assert_eq!(
            rejected(format!("{{\"{long}\":0}}")),
            "the path to a value is longer than 16 KiB"
        );
        let name = "n".repeat(PATH_BYTES / 2);
        let zeros = "0,".repeat(10_000);
        assert_eq!(
            rejected(format!("{{\"{name}\":[{zeros}0]}}")),
            "the paths to all values are longer than 64 MiB"
        );
    }

    #[test]
    fn of_duplicate_members_the_last_counts_and_the_pointer_is_reported() {
        let document = Document::parse(br#"[{"a/b":1,"c":2,"a/b":3,"a/b":4}]"#).unwrap();
        assert_eq!(document.value, json!([{"a/b": 4, "c": 2}]));
        assert_eq!(document.duplicates, ["/0/a~1b"]);
    }

    #[test]
    fn a_replaced_member_is_not_inexact() {
        let document =
            Document::parse(br#"{"a":[18446744073709551617],"ab":18446744073709551617,"a":1}"#)
                .unwrap();
        assert_eq!(document.inexact.keys().collect::<Vec<_>>(), ["/ab"]);
    }

    #[test]
    fn integers_are_exact_up_to_64_bits_and_where_a_double_is() {
        for exact in [
            "18446744073709551615",
            "-9223372036854775808",
            "18446744073709551616",
            "1e30",
        ] {
            assert!(!inexact(exact), "{exact}");
        }
        for rounded in [
            "18446744073709551617",
            "-9223372036854775809",
            "9007199254740993.0",
        ] {
            assert!(inexact(rounded), "{rounded}");
        }
    }

    #[test]
    fn fractions_are_exact_up_to_the_digits_of_a_double() {
        for exact in [
            "0.1",
            "19.990",
            "122.41629403378658",
            "5e-324",
            "0.0",
            "-0",
            "0e999",
        ] {
            assert!(!inexact(exact), "{exact}");
        }
        for rounded in ["122.416294033786585", "1e-400", "1e400", "-1e400"] {
            assert!(inexact(rounded), "{rounded}");
        }
    }

    #[test]
    fn numbers_are_equal_by_value() {
        let equal = |one: &str, other: &str| {
            let parse = |text: &str| Document::parse(text.as_bytes()).unwrap().value;
            json_equal(&parse(one), &parse(other))
        };
        for (one, other) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("100", "1e2"),
            ("0", "-0"),
            ("0", "-0.0"),
        ] {
            assert!(equal(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("9007199254740993", "9007199254740992.0"),
            ("18446744073709551615", "18446744073709551616"),
            ("-1", "18446744073709551615"),
            ("1", "true"),
            ("1", "\"1\""),
        ] {
            assert!(!equal(one, other), "{one} {other}");
        }
    }

    #[test]
    fn objects_are_equal_in_any_order_and_arrays_are_not() {
        assert!(json_equal(
            &json!({"a": 1, "b": [2]}),
            &json!({"b": [2.0], "a": 1})
        ));
        assert!(!json_equal(&json!({"a": 1}), &json!({"a": 1, "b": null})));
        assert!(!json_equal(&json!({"a": null}), &json!({"b": null})));
        assert!(!json_equal(&json!([1, 2]), &json!([2, 1])));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        scalar.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn valid_json_is_parsed_as_by_serde_json(value in any_json(), pretty: bool) {
            let text = if pretty {
                serde_json::to_string_pretty(&value).unwrap()
            } else {
                value.to_string()
            };
            let document = Document::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(&document.value, &serde_json::from_str::<Value>(&text).unwrap());
            prop_assert!(document.duplicates.is_empty());
            prop_assert!(json_equal(&document.value, &value));
        }

        #[test]
        fn text_like_json_is_accepted_where_serde_json_accepts_it(
            text in r#"[\[\]{},:" \n\\u0-9a-fE.+\-"ä]{0,24}"#
        ) {
            let ours = Document::parse(text.as_bytes()).map(|document| document.value);
            let theirs = serde_json::from_str::<Value>(&text);
            let is_large = theirs.as_ref().is_err_and(|error| error.to_string().starts_with("number out of range"));
            prop_assert!(is_large || ours.is_ok() == theirs.is_ok(), "{:?} {:?}", ours, theirs);
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                prop_assert_eq!(ours, theirs);
            }
        }

        #[test]
        fn no_bytes_make_the_parser_panic(bytes: Vec<u8>) {
            let _ = Document::parse(&bytes);
        }

        #[test]
        fn equality_is_reflexive_and_symmetric(one in any_json(), other in any_json()) {
            prop_assert!(json_equal(&one, &one));
            prop_assert_eq!(json_equal(&one, &other), json_equal(&other, &one));
        }
    }
}
