//! Finds the values of credentials in a text of any format, by the names before them.
//!
//! It reads no format: JSON, forms, URLs, XML, GraphQL, header fields, and any of these inside another one, all write a
//! name, something that separates, and a value. What it finds too much is hidden too, which does no harm.

use std::ops::Range;

use super::name::{is_credential, is_credential_if_long, may_be_credential};
use super::path;
use super::value::{
    CLOSERS, QUOTES, SEPARATORS, SPACES, Spot, one_of, scheme, skipped, value_after,
};

/// Most values in one text; what follows the last is one value.
const MOST: usize = 10_000;

/// So many bytes are read in vain for each byte of a text, and so many in a text of any length: what follows then is one
/// value too. A text that only tests the search must not take forever.
const VAIN_PER_BYTE: usize = 16;
const VAIN: usize = 1 << 20;

/// The longest user and password in a URL.
const USER_INFO: usize = 4096;

/// How far apart a name and its value are in `{"name": "password", "value": ...}`.
const NEAR: usize = 300;

/// The values of credentials, in order and apart from each other.
pub(crate) fn spots(text: &[u8]) -> Vec<Spot> {
    let mut found = Vec::new();
    let mut vain = 0;
    let most_vain = text
        .len()
        .saturating_mul(VAIN_PER_BYTE)
        .saturating_add(VAIN);
    let mut at = 0;
    while at < text.len() {
        if found.len() >= MOST || vain > most_vain {
            add(&mut found, "credentials", at..text.len());
            break;
        }
        if !is_of_name(text[at]) {
            user_info(text, at, &mut found, &mut vain);
            at += 1;
            continue;
        }
        let end = at
            + text[at..]
                .iter()
                .take_while(|byte| is_of_name(**byte))
                .count();
        let spots = word(text, at..end, &mut vain);
        at = end;
        for spot in spots {
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

/// What the name, or the token, at this place says. `vain` counts the bytes that were read for nothing.
fn word(text: &[u8], mut range: Range<usize>, vain: &mut usize) -> Vec<Spot> {
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
        return Vec::new();
    }
    if let Some(spot) = itself(text, &range) {
        return vec![spot];
    }
    let in_path = path::behind(text, &range);
    if !in_path.is_empty() {
        return in_path;
    }
    named(text, &range, vain).into_iter().collect()
}

/// A token without a name before it: a JSON Web Token, and what follows `Bearer`.
fn itself(text: &[u8], range: &Range<usize>) -> Option<Spot> {
    let name = String::from_utf8_lossy(&text[range.clone()]);
    if name.starts_with("eyJ") && name.matches('.').count() >= 2 {
        return Some(Spot {
            name: "token".into(),
            range: range.clone(),
        });
    }
    let end = scheme(text, range.start)?;
    let start = range.end + 1;
    (end >= start + 8).then(|| Spot {
        name: "authorization".into(),
        range: start..end,
    })
}

/// The value of the name at this place.
fn named(text: &[u8], range: &Range<usize>, vain: &mut usize) -> Option<Spot> {
    let name = String::from_utf8_lossy(&text[range.clone()]).into_owned();
    let is_escaped = range.start > 0 && text[range.start - 1] == b'\\';
    let rest = name.get(1..).filter(|_| is_escaped).unwrap_or_default();
    let is_named = is_credential(&name) || is_credential(rest);
    if !is_named {
        if let Some(value) = of_pair(text, &name, range.end) {
            return Some(value);
        }
        if !may_be_credential(&name) {
            return None;
        }
        let value = value_after(text, range)?;
        let is_one = is_credential_if_long(&name, &String::from_utf8_lossy(&text[value.clone()]));
        if !is_one {
            *vain += value.len();
        }
        return is_one.then_some(Spot { name, range: value });
    }
    let range = element(text, range, vain).or_else(|| value_after(text, range))?;
    Some(Spot { name, range })
}

/// What is between the tags of an element.
fn element(text: &[u8], name: &Range<usize>, vain: &mut usize) -> Option<Range<usize>> {
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
    let rest = &text[name.end..];
    let mut parts = rest.windows(close.len());
    let tag = parts.position(|part| part == close.as_bytes());
    let Some(tag) = tag.filter(|tag| !text[..name.end + tag].ends_with(b"/")) else {
        *vain += tag.unwrap_or(rest.len());
        return None;
    };
    let start = name.end + tag + close.len();
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
fn user_info(text: &[u8], at: usize, found: &mut Vec<Spot>, vain: &mut usize) {
    let Some(length) = one_of(text, at, &["://", "%3A%2F%2F", ":\\/\\/"]) else {
        return;
    };
    let start = at + length;
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>\\&".contains(byte);
    let authority = &text[start..text.len().min(start + USER_INFO)];
    let authority = &authority[..authority.iter().position(is_end).unwrap_or(authority.len())];
    let plain = authority.iter().rposition(|byte| *byte == b'@');
    let coded = || authority.windows(3).position(|part| part == b"%40");
    match plain.or_else(|| coded().filter(|_| length == 9)) {
        Some(end) => add(found, "user info", start..start + end),
        None => *vain += authority.len(),
    }
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
    fn a_text_that_is_read_again_and_again_is_one_value_from_some_place_on() {
        for (part, end) in [
            ("<pin", ""),
            ("<pin", "/>"),
            ("&lt;pin", ""),
            ("key:[", ""),
            ("state={", ""),
            ("%3A%2F%2F", ""),
        ] {
            let text = part.repeat(50_000) + end;
            let found = spots(text.as_bytes());
            let last = found.last().unwrap();
            assert_eq!(last.range.end, text.len(), "{part}");
            assert!(last.range.len() > text.len() / 2, "{part}");
        }
        // And one with as many names is not.
        let text = "{\"a\":[{\"key\":\"colour\",\"b\":{\"state\":[]}}]}".repeat(50_000);
        assert_eq!(spots(text.as_bytes()), []);
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in proptest::collection::vec(proptest::prop_oneof![proptest::prelude::any::<u8>(), proptest::sample::select(b"pin=:\"'<>/{}[]\\%2&;name\r\n @".to_vec())], 0..80)) {
            let mut last = 0;
            for spot in spots(&text) {
                proptest::prop_assert!(spot.range.start >= last && spot.range.end <= text.len());
                last = spot.range.end;
            }
        }
    }
}
