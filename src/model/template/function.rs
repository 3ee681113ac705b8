//! The table of template functions: the loader, its diagnostics and the evaluation read it.
//!
//! Every function is pure, and what it makes is bounded: a value of more than [`SIZE_LIMIT`] bytes is an error.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::{digest, hmac};
use serde_json::Value;

use crate::model::template::{Unresolved, plain_text};
use crate::text::hexadecimal::hexadecimal;

/// The maximum number of elements that `repeat` makes: enough for every documented limit.
pub const REPEAT_LIMIT: u64 = 100_000;

/// The maximum size of a value that functions and templates make, in bytes.
pub const SIZE_LIMIT: usize = 16 << 20;

/// The most arguments that a function takes.
const MOST_ARGUMENTS: usize = 16;

/// All that RFC 3986 section 2.3 does not call unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One row of [`FUNCTIONS`].
#[derive(Clone, Copy, Debug)]
pub struct FunctionRow {
    /// Which function it is.
    pub function: Function,
    /// The name in case files.
    pub name: &'static str,
    /// The least and the most arguments.
    pub arguments: (usize, usize),
}

impl FunctionRow {
    /// How many arguments it takes, in words.
    pub fn takes(&self) -> String {
        match self.arguments {
            (1, 1) => "one argument".to_owned(),
            (2, 2) => "two arguments".to_owned(),
            (least, most) => format!("{least} to {most} arguments"),
        }
    }
}

macro_rules! functions {
    ($( $(#[doc = $doc:literal])* $function:ident $name:literal $arguments:expr; )*) => {
        /// A function of templates.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Function {
            $( $(#[doc = $doc])* $function, )*
        }

        /// All functions, in the order in which diagnostics list them.
        pub const FUNCTIONS: &[FunctionRow] = &[$( FunctionRow {
            function: Function::$function,
            name: $name,
            arguments: $arguments,
        }, )*];
    };
}

functions! {
    /// `repeat(value, count)`: an array of `count` copies.
    Repeat "repeat" (2, 2);
    /// `repeat-text(text, count)`: the text `count` times.
    RepeatText "repeat-text" (2, 2);
    /// `string(value)`: a number or boolean as text.
    Text "string" (1, 1);
    /// `int(value)`: decimal digits as a number.
    Integer "int" (1, 1);
    /// `upper(value)`: text in upper case.
    Upper "upper" (1, 1);
    /// `lower(value)`: text in lower case.
    Lower "lower" (1, 1);
    /// `concat(value, ...)`: the texts joined.
    Concat "concat" (1, MOST_ARGUMENTS);
    /// `length(text)`: the number of its UTF-8 bytes.
    Length "length" (1, 1);
    /// `base64(text)`: base64 with padding (RFC 4648 section 4).
    Base64 "base64" (1, 1);
    /// `base64url(text)`: base64 for URLs without padding (RFC 4648 section 5).
    Base64Url "base64url" (1, 1);
    /// `hex(text)`: two lowercase digits for each byte.
    Hex "hex" (1, 1);
    /// `sha256(text)`: the digest of the UTF-8 bytes, in hexadecimal digits.
    Sha256 "sha256" (1, 1);
    /// `hmac-sha256(key, text)`: the HMAC (RFC 2104), in hexadecimal digits.
    HmacSha256 "hmac-sha256" (2, 2);
    /// `url-encode(text)`: percent-encoded, except for unreserved characters.
    UrlEncode "url-encode" (1, 1);
    /// `json(value)`: any value as JSON text.
    Json "json" (1, 1);
    /// `path(text)`: several segments of a path, of which the `/` between them stay.
    Path "path" (1, 1);
}

impl Function {
    /// The row of the function.
    pub fn row(self) -> &'static FunctionRow {
        // The macro makes functions and rows in the same order.
        &FUNCTIONS[self as usize]
    }

    /// The function of that name.
    pub fn find(name: &str) -> Option<Function> {
        let row = FUNCTIONS.iter().find(|row| row.name == name);
        row.map(|row| row.function)
    }

    /// Does it make an array?
    pub fn makes_array(self) -> bool {
        self == Function::Repeat
    }

    /// Is its result a spelling or digest of its arguments that the redactor would not recognise?
    pub(crate) fn hides_arguments(self) -> bool {
        !matches!(
            self,
            Function::Repeat
                | Function::RepeatText
                | Function::Text
                | Function::Concat
                | Function::Length
                | Function::Path
        )
    }

    /// The value for these arguments; the loader has checked their number.
    ///
    /// # Errors
    ///
    /// When an argument does not fit, or the value would be too large.
    pub(crate) fn call(self, arguments: &[Value]) -> Result<Value, Unresolved> {
        let argument = |at: usize| arguments.get(at).unwrap_or(&Value::Null);
        let text = |at: usize| plain_text(argument(at));
        let made = match self {
            Function::Repeat => return repeat(argument(0), argument(1)),
            Function::RepeatText => repeat_text(&text(0)?, argument(1))?,
            Function::Integer => return integer(&text(0)?),
            Function::Length => return Ok(Value::from(text(0)?.len())),
            Function::Text | Function::Path => text(0)?,
            Function::Upper => text(0)?.to_uppercase(),
            Function::Lower => text(0)?.to_lowercase(),
            Function::Concat => {
                let parts = arguments.iter().map(plain_text);
                parts.collect::<Result<Vec<String>, _>>()?.concat()
            }
            Function::Base64 => STANDARD.encode(text(0)?),
            Function::Base64Url => URL_SAFE_NO_PAD.encode(text(0)?),
            Function::Hex => hexadecimal(text(0)?.as_bytes()),
            Function::Sha256 => {
                hexadecimal(digest::digest(&digest::SHA256, text(0)?.as_bytes()).as_ref())
            }
            Function::HmacSha256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, text(0)?.as_bytes());
                hexadecimal(hmac::sign(&key, text(1)?.as_bytes()).as_ref())
            }
            Function::UrlEncode => utf8_percent_encode(&text(0)?, RESERVED).to_string(),
            Function::Json => argument(0).to_string(),
        };
        bounded(made).map(Value::String)
    }
}

/// A text that is not too large.
pub(super) fn bounded(text: String) -> Result<String, Unresolved> {
    if text.len() > SIZE_LIMIT {
        return Err(too_large());
    }
    Ok(text)
}

fn too_large() -> Unresolved {
    Unresolved::Unfit(format!("the value is larger than {} MiB", SIZE_LIMIT >> 20))
}

fn integer(text: &str) -> Result<Value, Unresolved> {
    let number = text.parse::<u64>().map(Value::from);
    number
        .or_else(|_| text.parse::<i64>().map(Value::from))
        .map_err(|_| Unresolved::Unfit(format!("`{text}` is not an integer of 64 bits")))
}

fn repeat(value: &Value, count: &Value) -> Result<Value, Unresolved> {
    let count = count
        .as_u64()
        .filter(|count| *count <= REPEAT_LIMIT)
        .ok_or_else(|| {
            Unresolved::Unfit(format!(
                "`repeat` takes a count from 0 to {REPEAT_LIMIT}, found {count}"
            ))
        })?;
    let total = size(value).saturating_mul(usize::try_from(count).unwrap_or(usize::MAX));
    if total > SIZE_LIMIT {
        return Err(too_large());
    }
    Ok(Value::Array((0..count).map(|_| value.clone()).collect()))
}

fn repeat_text(text: &str, count: &Value) -> Result<String, Unresolved> {
    let times = count.as_u64().and_then(|count| usize::try_from(count).ok());
    let times = times.ok_or_else(|| {
        Unresolved::Unfit(format!("`repeat-text` takes a whole number, found {count}"))
    })?;
    if text.len().saturating_mul(times) > SIZE_LIMIT {
        return Err(too_large());
    }
    Ok(text.repeat(times))
}

/// About how many bytes a value takes as JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 8,
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 8,
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, member)| name.len() + 8 + size(member))
                .sum::<usize>()
                + 8
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(name: &str, arguments: &[Value]) -> Value {
        Function::find(name).unwrap().call(arguments).unwrap()
    }

    #[test]
    fn each_function_has_its_row() {
        for row in FUNCTIONS {
            assert_eq!(row.function.row().name, row.name);
            assert_eq!(Function::find(row.name), Some(row.function));
        }
    }

    #[test]
    fn encodings_and_digests_are_those_of_their_documents() {
        // RFC 4648 section 10, RFC 4231 section 4.3, FIPS 180-2 appendix B.1.
        for (name, arguments, expected) in [
            ("base64", vec![json!("fooba")], "Zm9vYmE="),
            ("base64url", vec![json!("??>>")], "Pz8-Pg"),
            ("hex", vec![json!("foobar")], "666f6f626172"),
            (
                "sha256",
                vec![json!("abc")],
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                "hmac-sha256",
                vec![json!("Jefe"), json!("what do ya want for nothing?")],
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            ("url-encode", vec![json!("a b&c/ä~")], "a%20b%26c%2F%C3%A4~"),
            (
                "json",
                vec![json!({ "a": [1, null, "\""] })],
                r#"{"a":[1,null,"\""]}"#,
            ),
            ("concat", vec![json!("a"), json!(1), json!(true)], "a1true"),
            ("repeat-text", vec![json!("ab"), json!(3)], "ababab"),
        ] {
            assert_eq!(call(name, &arguments), expected, "{name}");
        }
        assert_eq!(call("length", &[json!("a b&c/ä~")]), 9);
        assert_eq!(call("length", &[json!(120)]), 3);
    }

    #[test]
    fn what_would_be_huge_is_an_error() {
        let huge = |name: &str, arguments: &[Value]| {
            Function::find(name).unwrap().call(arguments).unwrap_err()
        };
        let long = "x".repeat(1 << 20);
        for (name, arguments) in [
            ("repeat", vec![json!(long), json!(100)]),
            ("repeat-text", vec![json!("ab"), json!(u64::MAX)]),
            ("repeat-text", vec![json!(long), json!(17)]),
            ("hex", vec![json!("x".repeat(9 << 20))]),
        ] {
            let error = huge(name, &arguments).to_string();
            assert_eq!(error, "the value is larger than 16 MiB", "{name}");
        }
        let inner = call("repeat", &[json!(1), json!(100_000)]);
        assert!(
            huge("repeat", &[inner, json!(100_000)])
                .to_string()
                .contains("16 MiB")
        );
        assert!(
            huge("repeat", &[json!(1), json!(100_001)])
                .to_string()
                .contains("100000")
        );
        assert!(huge("sha256", &[json!([1])]).to_string().contains("array"));
    }
}
