//! `Set-Cookie`, as a user agent reads it (RFC 6265 section 5.2).

use serde_json::Value;

use crate::judge::cookie_date::is_cookie_date;
use crate::judge::item::Item;
use crate::model::{COOKIE_ATTRIBUTES, COOKIE_FLAGS, COOKIE_VALUE};

/// The values of `SameSite`, which have no letter case.
const SAME_SITE: [&str; 3] = ["Strict", "Lax", "None"];

/// The cookie that a line sets; `None` if it sets none. Attributes without a value are `true`, or `false` if they are
/// missing; of an attribute that is there twice the last one counts, or the last one with a legal value.
pub(super) fn parse(line: &str) -> Option<Item> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let flags = COOKIE_FLAGS.iter();
    let mut members: Vec<(String, Value)> = vec![(COOKIE_VALUE.to_owned(), trim(value).into())];
    members.extend(flags.map(|flag| ((*flag).to_owned(), Value::Bool(false))));
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = trim(name);
        let mut known = COOKIE_ATTRIBUTES.iter();
        // What no attribute is called is ignored, and cannot be asked for.
        let Some(name) = known.find(|known| known.eq_ignore_ascii_case(name)) else {
            continue;
        };
        let value = attribute(name, trim(value));
        match members.iter_mut().find(|(known, _)| known == name) {
            // A user agent ignores it. But a path that is none means the default path (RFC 6265 section 5.2.4), and the last
            // one holds.
            Some(_) if *name != "Path" && why_ignored(name, &value).is_some() => {}
            Some((_, slot)) => *slot = value,
            None => members.push(((*name).to_owned(), value)),
        }
    }
    Some(Item {
        name: trim(name).to_owned(),
        members,
    })
}

/// The value of an attribute in the one form in which it is compared.
fn attribute(name: &str, value: &str) -> Value {
    match name {
        _ if COOKIE_FLAGS.contains(&name) => Value::Bool(true),
        "SameSite" => {
            let mut known = SAME_SITE.iter();
            let known = known.find(|known| known.eq_ignore_ascii_case(value));
            known.map_or(value, |known| known).into()
        }
        // RFC 6265 section 5.2.3.
        "Domain" => {
            let domain = value.strip_prefix('.').unwrap_or(value);
            domain.to_ascii_lowercase().into()
        }
        "Max-Age" if is_max_age(value) => match value.parse::<i64>() {
            Ok(seconds) => seconds.to_string().into(),
            Err(_) => value.into(),
        },
        _ => value.into(),
    }
}

/// Why a user agent ignores an attribute with this value; `None` for a legal value.
pub(super) fn why_ignored(name: &str, value: &Value) -> Option<&'static str> {
    let value = value.as_str()?;
    let (is_legal, why) = match name {
        "Max-Age" => (
            is_max_age(value),
            "not a number of seconds (RFC 6265 section 5.2.2)",
        ),
        "Expires" => (is_cookie_date(value), "not a date (RFC 6265 section 5.2.1)"),
        "Domain" => (!value.is_empty(), "empty (RFC 6265 section 5.2.3)"),
        "Path" => (
            value.starts_with('/'),
            "not a path that begins with `/` (RFC 6265 section 5.2.4)",
        ),
        "SameSite" => (
            SAME_SITE.contains(&value),
            "none of `Strict`, `Lax` and `None`",
        ),
        _ => (true, ""),
    };
    (!is_legal).then_some(why)
}

/// Digits, after `-` or nothing (RFC 6265 section 5.2.2).
fn is_max_age(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_read_as_a_browser_reads_it() {
        let cookie =
            parse(" sid = a=b ;secure; Path=/x; PATH = /y; domain=.Example.COM; nonsense; =x");
        let cookie = cookie.unwrap();
        assert_eq!(cookie.name, "sid");
        let member = |name: &str| cookie.member(name).cloned();
        assert_eq!(member("value"), Some("a=b".into()));
        assert_eq!(member("Secure"), Some(true.into()));
        assert_eq!(member("HttpOnly"), Some(false.into()));
        assert_eq!(member("Path"), Some("/y".into()));
        assert_eq!(member("Domain"), Some("example.com".into()));
        assert_eq!(member("Expires"), None);
        assert_eq!(parse("sid; Secure"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn an_attribute_with_an_illegal_value_is_ignored() {
        for (line, name, is_ignored) in [
            ("a=1; Max-Age=60", "Max-Age", false),
            ("a=1; Max-Age=-1", "Max-Age", false),
            ("a=1; Max-Age=999999999999999999999999", "Max-Age", false),
            ("a=1; Max-Age=abc", "Max-Age", true),
            ("a=1; Max-Age=1.5", "Max-Age", true),
            ("a=1; Max-Age=+5", "Max-Age", true),
            ("a=1; Max-Age", "Max-Age", true),
            ("a=1; Max-Age=60; Max-Age=abc", "Max-Age", false),
            ("a=1; Max-Age=abc; Max-Age=60", "Max-Age", false),
            (
                "a=1; Expires=Wed, 09 Jun 2021 10:18:14 GMT",
                "Expires",
                false,
            ),
            ("a=1; Expires=soon", "Expires", true),
            ("a=1; Domain=.example.com", "Domain", false),
            ("a=1; Domain=", "Domain", true),
            ("a=1; Domain=.", "Domain", true),
            ("a=1; Path=/x", "Path", false),
            ("a=1; Path=x", "Path", true),
            ("a=1; Path=/x; Path=", "Path", true),
            ("a=1; Path=; Path=/x", "Path", false),
            ("a=1; SameSite=lax", "SameSite", false),
            ("a=1; SameSite=Foo", "SameSite", true),
            ("a=1; SameSite", "SameSite", true),
            ("a=1; Secure=no", "Secure", false),
        ] {
            let cookie = parse(line).unwrap();
            let value = cookie.member(name).unwrap();
            assert_eq!(why_ignored(name, value).is_some(), is_ignored, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(line in "[a;= \t]{0,30}|\\PC{0,40}") {
            if let Some(cookie) = parse(&line) {
                prop_assert!(cookie.members.len() <= 1 + COOKIE_ATTRIBUTES.len());
            }
        }
    }
}
