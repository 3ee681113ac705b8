//! Finds the values of credentials in a text of any format, by the names before them.
//!
//! It reads no format: JSON, forms, URLs, XML, GraphQL, header fields, and any of these inside another one, all write a
//! name, something that separates, and a value. What it finds too much is hidden too, which does no harm.

use std::ops::Range;

use super::name::{is_credential, is_credential_if_long};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Its name.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) range: Range<usize>,
}

/// Most values in one text; what follows the last is one value.
const MOST: usize = 10_000;

/// How far apart a name and its value are in `{"name": "password", "value": ...}`.
const NEAR: usize = 300;

/// The values of credentials, in order and apart from each other.
pub(crate) fn spots(text: &[u8]) -> Vec<Spot> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if found.len() == MOST {
            add(&mut found, "credentials", at..text.len());
            break;
        }
        if !is_of_name(text[at]) {
            user_info(text, at, &mut found);
            at += 1;
            continue;
        }
        let end = at
            + text[at..]
                .iter()
                .take_while(|byte| is_of_name(**byte))
                .count();
        let spot = word(text, at..end);
        at = end;
        if let Some(spot) = spot {
            at = at.max(spot.range.end);
            add(&mut found, &spot.name, spot.range);
        }
    }
    found.sort_by_key(|spot| spot.range.start);
    let mut apart: Vec<Spot> = Vec::new();
    for spot in found {
        match apart
            .last_mut()
            .filter(|last| spot.range.start < last.range.end)
        {
            Some(last) => last.range.end = last.range.end.max(spot.range.end),
            None => apart.push(spot),
        }
    }
    apart
}

fn add(found: &mut Vec<Spot>, name: &str, range: Range<usize>) {
    if !range.is_empty() {
        let name = name.to_owned();
        found.push(Spot { name, range });
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// What the name, or the token, at this place says.
fn word(text: &[u8], mut range: Range<usize>) -> Option<Spot> {
    let is_hex = |at: usize| {
        text.get(at..at + 2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    };
    if range.start > 0 && text[range.start - 1] == b'%' && is_hex(range.start) {
        // `%3Ftoken`, `%253Ftoken`.
        while text.get(range.start..range.start + 2) == Some(b"25".as_slice())
            && is_hex(range.start + 2)
        {
            range.start += 2;
        }
        range.start += 2;
    }
    if range.start >= range.end {
        return None;
    }
    let name = String::from_utf8_lossy(&text[range.clone()]).into_owned();
    if name.starts_with("eyJ") && name.matches('.').count() >= 2 {
        return Some(Spot {
            name: "token".into(),
            range,
        });
    }
    if let Some(end) = scheme(text, range.start) {
        let start = range.end + 1;
        if end >= start + 8 {
            return Some(Spot {
                name: "authorization".into(),
                range: start..end,
            });
        }
    }
    let is_escaped = range.start > 0 && text[range.start - 1] == b'\\';
    let rest = name.get(1..).filter(|_| is_escaped).unwrap_or_default();
    let is_named = is_credential(&name) || is_credential(rest);
    if !is_named {
        if let Some(value) = of_pair(text, &name, range.end) {
            return Some(value);
        }
        let value = value_after(text, &range)?;
        let is_one = is_credential_if_long(&name, &String::from_utf8_lossy(&text[value.clone()]));
        return is_one.then_some(Spot { name, range: value });
    }
    let range = element(text, &range).or_else(|| value_after(text, &range))?;
    Some(Spot { name, range })
}

/// The end of what follows `Bearer` or another scheme.
fn scheme(text: &[u8], at: usize) -> Option<usize> {
    let schemes = [
        "bearer ",
        "basic ",
        "digest ",
        "negotiate ",
        "apikey ",
        "token ",
    ];
    let rest = &text[at..];
    let length = schemes.iter().find_map(|scheme| {
        let start = rest.get(..scheme.len())?;
        start
            .eq_ignore_ascii_case(scheme.as_bytes())
            .then_some(scheme.len())
    })?;
    let start = at + length;
    let is_digest = rest[..1].eq_ignore_ascii_case(b"d");
    let is_end =
        |byte: &u8| b"\"'`<>\\\r\n\t&;".contains(byte) || !is_digest && b" ,)}]".contains(byte);
    let long = text[start..]
        .iter()
        .take_while(|byte| !is_end(byte))
        .count();
    let has_digit = text[start..start + long]
        .iter()
        .any(|byte| !byte.is_ascii_lowercase());
    has_digit.then_some(start + long)
}

/// How long one of these is here.
fn one_of(text: &[u8], at: usize, all: &[&str]) -> Option<usize> {
    let rest = text.get(at..)?;
    let found = all.iter().find(|one| {
        rest.get(..one.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(one.as_bytes()))
    });
    found.map(|one| one.len())
}

fn skipped(text: &[u8], mut at: usize, all: &[&str]) -> usize {
    for _ in 0..40 {
        let Some(length) = one_of(text, at, all) else {
            break;
        };
        at += length;
    }
    at
}

const CLOSERS: &[&str] = &[
    "]", "\"", "'", "`", "\\", "%5D", "%22", "%27", "%5C", "&quot;", "%255D", "%2522", "%2527",
];
const SPACES: &[&str] = &[" ", "\t", "\r", "\n", "%20", "\\n", "%2520"];
const SEPARATORS: &[&str] = &[
    "==", "=>", ":=", "=", ":", "%3D", "%3A", "%253D", "%253A", "%25253D",
];
const QUOTES: &[&str] = &[
    "&quot;", "%22", "%2522", "\\\\\\\"", "\\\"", "\\'", "\"\"\"", "\"", "'", "`",
];

/// The value after a name.
fn value_after(text: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let closed = skipped(text, name.end, CLOSERS);
    let at = skipped(text, closed, SPACES);
    let separator = one_of(text, at, SEPARATORS)?;
    let is_colon = text[at..at + separator].ends_with(b":");
    let start = skipped(text, at + separator, SPACES);
    let first = *text.get(start)?;
    // A variable of GraphQL and its type, and a place that something else fills in.
    let is_type = name.start > 0
        && text[name.start - 1] == b'$'
        && is_colon
        && one_of(
            text,
            start,
            &["String", "ID", "Int", "Float", "Boolean", "[String", "[ID"],
        )
        .is_some();
    if is_type || is_colon && first == b'$' {
        return None;
    }
    if let Some(length) = one_of(text, start, QUOTES) {
        let quote = &text[start..start + length];
        return Some(start + length..end_of_quoted(text, start + length, quote));
    }
    if b"{[".contains(&first) {
        return Some(start..end_of_brackets(text, start));
    }
    let before = text[..name.start]
        .iter()
        .rev()
        .find(|byte| !b" \t".contains(byte));
    let is_line =
        is_colon && closed == name.end && before.is_none_or(|byte| b"\r\n\"'`".contains(byte));
    let end = if is_line {
        start
            + text[start..]
                .iter()
                .take_while(|byte| !b"\r\n\"'`".contains(byte))
                .count()
    } else {
        let scheme_end = scheme(text, start).unwrap_or(start);
        scheme_end.max(end_of_plain(text, start))
    };
    let value = text[start..end].trim_ascii_end();
    let is_constant = [b"true".as_slice(), b"false", b"null"].contains(&value);
    (!is_constant).then_some(start..start + value.len())
}

fn end_of_plain(text: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < text.len()
        && !text[end].is_ascii_whitespace()
        && !b"&;,\"'`<>)}]\\|#".contains(&text[end])
    {
        if one_of(text, end, &["%26", "%2526", "%22", "%23"]).is_some() {
            break;
        }
        end += 1;
    }
    end
}

fn end_of_quoted(text: &[u8], start: usize, quote: &[u8]) -> usize {
    let is_plain = quote.len() == 1;
    let mut at = start;
    while at < text.len() {
        if is_plain && text[at] == b'\\' {
            at += 2;
            continue;
        }
        if text[at..]
            .get(..quote.len())
            .is_some_and(|end| end.eq_ignore_ascii_case(quote))
        {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn end_of_brackets(text: &[u8], start: usize) -> usize {
    let (mut depth, mut is_text) = (0_usize, false);
    let mut at = start;
    while at < text.len() {
        match text[at] {
            b'\\' if is_text => at += 1,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => depth += 1,
            b'}' | b']' if !is_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// What is between the tags of an element.
fn element(text: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let head = &text[..name.start];
    let head = match head.strip_suffix(b":") {
        Some(head) => {
            &head[..head.len()
                - head
                    .iter()
                    .rev()
                    .take_while(|byte| is_of_name(**byte))
                    .count()]
        }
        None => head,
    };
    let (close, end): (&str, &[u8]) = if head.ends_with(b"<") {
        (">", b"</")
    } else if head.ends_with(b"&lt;") || head.ends_with(b"\\u003c") {
        ("&gt;", b"&lt;/")
    } else {
        return None;
    };
    let tag = text[name.end..]
        .windows(close.len())
        .position(|part| part == close.as_bytes())?;
    let start = name.end + tag + close.len();
    if text[..name.end + tag].ends_with(b"/") {
        return None;
    }
    let mut at = start;
    while let Some(next) = text[at..].windows(end.len()).position(|part| part == end) {
        let tag = &text[at + next + end.len()..];
        let own = &text[name.clone()];
        let tag = &tag[..tag.len().min(200)];
        let tag = &tag[..tag
            .iter()
            .position(|byte| !is_of_name(*byte) && *byte != b':')
            .unwrap_or(tag.len())];
        if tag.ends_with(own) {
            return Some(start..at + next);
        }
        at += next + end.len();
    }
    Some(start..text.len())
}

/// The value of `"name": "password", "value": "X"`, and of a part of a multipart body.
fn of_pair(text: &[u8], word: &str, end: usize) -> Option<Spot> {
    let last = word.to_ascii_lowercase();
    if ![
        "name",
        "key",
        "field",
        "id",
        "param",
        "parameter",
        "header",
        "label",
    ]
    .contains(&last.as_str())
    {
        return None;
    }
    let start = skipped(text, end, CLOSERS);
    let start = skipped(text, start, SPACES);
    let start = start + one_of(text, start, SEPARATORS)?;
    let start = skipped(text, start, SPACES);
    let start = skipped(text, start, QUOTES);
    let is_name = |byte: &u8| is_of_name(*byte) || b"[]".contains(byte);
    let length = text[start..]
        .iter()
        .take_while(|byte| is_name(byte))
        .count();
    let name = String::from_utf8_lossy(&text[start..start + length]).into_owned();
    if !is_credential(&name) {
        return None;
    }
    let behind = start + length;
    let near = &text[behind..text.len().min(behind + NEAR)];
    let is_part = text[..end].ends_with(b"; name");
    let blank = near.windows(4).position(|part| part == b"\r\n\r\n");
    if let Some(blank) = blank.filter(|_| is_part) {
        let start = behind + blank + 4;
        let long = text[start..].windows(4).position(|part| part == b"\r\n--");
        let end = long.map_or(text.len(), |long| start + long);
        return Some(Spot {
            name,
            range: start..end,
        });
    }
    let stop = near
        .iter()
        .position(|byte| b"}>".contains(byte))
        .unwrap_or(near.len());
    for keyword in ["value", "content"] {
        let at = near[..stop]
            .windows(keyword.len())
            .position(|part| part.eq_ignore_ascii_case(keyword.as_bytes()));
        if let Some(at) = at {
            let value = behind + at..behind + at + keyword.len();
            if let Some(range) = value_after(text, &value) {
                return Some(Spot { name, range });
            }
        }
    }
    None
}

/// User and password in a URL.
fn user_info(text: &[u8], at: usize, found: &mut Vec<Spot>) {
    let Some(length) = one_of(text, at, &["://", "%3A%2F%2F", ":\\/\\/"]) else {
        return;
    };
    let start = at + length;
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>\\&".contains(byte);
    let authority = &text[start..];
    let authority = &authority[..authority
        .iter()
        .position(is_end)
        .unwrap_or(authority.len())
        .min(4096)];
    let plain = authority.iter().rposition(|byte| *byte == b'@');
    let coded = || authority.windows(3).position(|part| part == b"%40");
    if let Some(end) = plain.or_else(|| coded().filter(|_| length == 9)) {
        add(found, "user info", start..start + end);
    }
}

/// The value with other letters and digits, and nothing else changed: as long as before, and in the same format.
pub(crate) fn shaped(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut is_escaped = false;
    for &byte in value {
        out.push(match byte {
            _ if is_escaped && byte.is_ascii() => byte,
            b'0'..=b'9' => b'1',
            b'A'..=b'Z' => b'A',
            b'a'..=b'z' | 128.. => b'a',
            other => other,
        });
        is_escaped = byte == b'\\' && !is_escaped;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_every_format() {
        for text in [
            r#"{"password": "CANARY"}"#,
            r#"{"pin": 7777777}"#,
            r#"{"credentials": {"a": ["CANARY"], "b": "CANARY"}}"#,
            r#"{"name": "password", "value": "CANARY"}"#,
            r#"{"json": "{\"token\": \"CANARY\"}"}"#,
            "user=u&password=CANARY&x=y",
            "user%5Bpassword%5D=CANARY",
            "user[pwd]=CANARY",
            "<a><password>CANARY</password></a>",
            "<s:Envelope><w:Password Type=\"x\">CANARY</w:Password>",
            "<a token='CANARY'/>",
            "&lt;password&gt;CANARY&lt;/password&gt;",
            "<input name=\"csrf\" value=\"CANARY\">",
            "mutation { login(password: \"CANARY\", user: \"u\") { id } }",
            "{\"query\": \"m { l(password: \\\"CANARY\\\") }\"}",
            "password: CANARY\n",
            "  api_key = 'CANARY'\n",
            "Authorization: Bearer CANARY",
            "-H 'X-Api-Key: CANARY'",
            "https://u:CANARY@h/x",
            "/x?next=/y?token=CANARY",
            "/x?next=%2Fy%3Ftoken%3DCANARY",
            "r=%252Fy%253Ftoken%253DCANARY",
            "r=https%3A%2F%2Fu%3ACANARY%40h",
            "{\"a\":1}\n{\"secret\":\"CANARY\"}\n",
            "a Bearer CANARY1234 b",
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nCANARY\r\n--b--",
            "sid=CANARY; Path=/; token=CANARY",
        ] {
            let mut left = text.as_bytes().to_vec();
            let found = spots(text.as_bytes());
            for spot in &found {
                left[spot.range.clone()].fill(b'*');
            }
            let left = String::from_utf8(left).unwrap();
            assert!(
                !left.contains("CANARY") && !left.contains("777"),
                "{text}\n{left}"
            );
        }
        for text in [
            "monkey=banana",
            "{\"keyboard\": \"qwerty\", \"keys\": [1], \"author\": \"a\"}",
            "passed: 3",
            "mutation($password: String!) { a }",
            "http://h/a@b",
        ] {
            assert_eq!(spots(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn a_value_keeps_its_shape() {
        assert_eq!(shaped(b"aB9-\\n\xc3\xa4"), b"aA1-\\naa");
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in proptest::collection::vec(proptest::prop_oneof![proptest::prelude::any::<u8>(), proptest::sample::select(b"pin=:\"'<>/{}[]\\%2&;name\r\n @".to_vec())], 0..80)) {
            let mut last = 0;
            for spot in spots(&text) {
                proptest::prop_assert!(spot.range.start >= last && spot.range.end <= text.len());
                last = spot.range.end;
            }
            shaped(&text);
        }
    }
}
