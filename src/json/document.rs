//! A JSON document as received: the value, and what a plain parser would have hidden.
//!
//! Octets go in, a [`Document`] or the place of the first mistake comes out. Why not `serde_json`:
//! it keeps the last of two members without a word, rounds `18446744073709551617` without a word,
//! and counts columns in octets. What it means to be equal stands here too, as [`json_equal`].

mod parser;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::document::parser::Parser;
use crate::json::number::numbers_equal;

/// The deepest nesting of arrays and objects that is read.
pub const DEPTH_LIMIT: usize = 128;
/// The most values that are read, members and elements of all depths together. A value takes 72 octets and
/// an object with one member 400, whatever the two or seven octets that spell it.
pub const VALUE_LIMIT: usize = 1 << 19;
/// The most octets that lead to a value: the names and indexes above it.
pub const PATH_OCTETS: usize = 16 << 10;
/// The most octets that the paths to all values take together. Whoever selects values, or tells what is wrong
/// with them, repeats the names above each: a document of megabytes could make that terabytes.
pub const PATHS_OCTETS: usize = 64 << 20;

/// A JSON text (RFC 8259), parsed strictly.
///
/// ```
/// use crate::json::Document;
///
/// let document = Document::parse(br#"{ "id": 1, "id": 2, "big": 18446744073709551617 }"#).unwrap();
/// assert_eq!(document.value["id"], 2);
/// assert_eq!(document.duplicates, ["/id"]);
/// assert_eq!(document.inexact["/big"], "18446744073709551617");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The value. Of a member that stands twice the last one counts, as in most readers.
    pub value: Value,
    /// JSON Pointers of members that stand more than once in their object, sorted, each once.
    pub duplicates: Vec<String>,
    /// Numbers that did not survive as written, by JSON Pointer: the text as it stands in the document.
    pub inexact: BTreeMap<String, String>,
}

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The fact in one line: ``expected a value, found `}` ``.
    pub message: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl Document {
    /// Parses a JSON text.
    ///
    /// # Errors
    ///
    /// What RFC 8259 does not allow, invalid UTF-8, a byte order mark, a lone surrogate, and what is beyond [`DEPTH_LIMIT`], [`VALUE_LIMIT`], [`PATH_OCTETS`] or
    /// [`PATHS_OCTETS`].
    pub fn parse(octets: &[u8]) -> Result<Document, DocumentError> {
        let text = std::str::from_utf8(octets).map_err(|error| {
            let valid = &octets[..error.valid_up_to()];
            error_at(&String::from_utf8_lossy(valid), "invalid UTF-8".to_owned())
        })?;
        let mut parser = Parser::new(text);
        parser.document().map_err(|mistake| {
            let before = text.get(..mistake.offset).unwrap_or(text);
            error_at(before, mistake.message)
        })
    }
}

/// Are two JSON values equal? Numbers by value (`1`, `1.0` and `1e0` are), objects without order.
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

/// The place after `before`, for a mistake.
fn error_at(before: &str, message: String) -> DocumentError {
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    DocumentError {
        message,
        line: before.bytes().filter(|octet| *octet == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn error(octets: &[u8]) -> (String, usize, usize) {
        let error = Document::parse(octets).unwrap_err();
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
    fn what_rfc_8259_does_not_allow_is_an_error() {
        let refused: [&[u8]; 21] = [
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
        for octets in refused {
            let text = String::from_utf8_lossy(octets);
            assert!(Document::parse(octets).is_err(), "{text}");
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
    fn nesting_ends_at_the_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Document::parse(nested(DEPTH_LIMIT).as_bytes()).is_ok());
        assert!(Document::parse(nested(DEPTH_LIMIT + 1).as_bytes()).is_err());
        assert!(Document::parse("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn what_values_take_when_they_are_read_has_a_limit() {
        let refused = |text: String| error(text.as_bytes()).0;
        assert_eq!(
            refused(format!("[{}0]", "0,".repeat(VALUE_LIMIT))),
            "more than 524288 values"
        );
        let long = "n".repeat(PATH_OCTETS);
        assert_eq!(
            refused(format!("{{\"{long}\":0}}")),
            "the names that lead to a value take more than 16 KiB"
        );
        let name = "n".repeat(PATH_OCTETS / 2);
        let zeros = "0,".repeat(10_000);
        assert_eq!(
            refused(format!("{{\"{name}\":[{zeros}0]}}")),
            "the names that lead to all values take more than 64 MiB"
        );
    }

    #[test]
    fn of_two_members_the_last_counts_and_the_pointer_is_told() {
        let document = Document::parse(br#"[{"a/b":1,"c":2,"a/b":3,"a/b":4}]"#).unwrap();
        assert_eq!(document.value, json!([{"a/b": 4, "c": 2}]));
        assert_eq!(document.duplicates, ["/0/a~1b"]);
    }

    #[test]
    fn a_member_that_was_replaced_is_not_inexact() {
        let document =
            Document::parse(br#"{"a":[18446744073709551617],"ab":18446744073709551617,"a":1}"#)
                .unwrap();
        assert_eq!(document.inexact.keys().collect::<Vec<_>>(), ["/ab"]);
    }

    #[test]
    fn integers_are_exact_up_to_64_bits_and_where_a_double_holds_them() {
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
        fn valid_json_reads_as_serde_json_reads_it(value in any_json(), pretty: bool) {
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
        fn text_that_looks_like_json_is_accepted_where_serde_json_accepts_it(
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
        fn no_octets_make_the_parser_panic(octets: Vec<u8>) {
            let _ = Document::parse(&octets);
        }

        #[test]
        fn equality_is_reflexive_and_symmetric(one in any_json(), other in any_json()) {
            prop_assert!(json_equal(&one, &one));
            prop_assert_eq!(json_equal(&one, &other), json_equal(&other, &one));
        }
    }
}
