//! Credentials in paths of URLs: `/token/2f9c...`, `/services/T02/B03/xYz...`, `/bot1234:AbC.../send`.
//!
//! The rule: a segment is a credential if it looks made at random ([`is_random`]) and one of the three segments before it is
//! the name of a credential, or one of [`WORDS`]; or if it is `bot`, a number, a colon and such a text. Numbers, UUIDs and
//! words (`reset-password-2026`) are ids and names wherever they are.

use std::ops::Range;

use super::name::is_credential;
use super::value::{Spot, one_of};
use crate::text::uuid::is_uuid;

/// Segments before a credential that are not themselves names of one.
const WORDS: &[&str] = &[
    "key",
    "keys",
    "apikey",
    "apikeys",
    "hook",
    "hooks",
    "webhook",
    "webhooks",
    "bot",
    "services",
    "sessions",
    "invite",
    "invites",
    "invitation",
    "invitations",
    "magic",
    "reset",
    "verify",
    "confirm",
    "unsubscribe",
    "share",
    "callback",
];

/// So many segments behind such a word are looked at: a service puts ids of accounts before its key.
const NEAR: usize = 3;

/// A shorter text is no key.
const SHORTEST: usize = 16;

/// A text of letters alone needs so many to be one.
const OF_LETTERS: usize = 20;

/// What separates segments, also inside JSON and inside another URL.
const SLASHES: &[&str] = &["/", "\\/", "%2F", "%252F"];

/// The credentials in a path that the word at this place leads to.
pub(super) fn behind(text: &[u8], word: &Range<usize>) -> Vec<Spot> {
    let Ok(name) = std::str::from_utf8(&text[word.clone()]) else {
        return Vec::new();
    };
    let before = &text[..word.start];
    let is_segment = SLASHES.iter().any(|slash| {
        let start = before.len().checked_sub(slash.len());
        start.is_some_and(|start| before[start..].eq_ignore_ascii_case(slash.as_bytes()))
    });
    if !is_segment {
        return Vec::new();
    }
    let small = name.to_ascii_lowercase();
    let number = small.strip_prefix("bot").unwrap_or_default();
    let is_bot = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_bot && text.get(word.end) == Some(&b':') {
        let end = end_of_segment(text, word.end);
        let range = word.start + 3..end;
        let name = "bot token".to_owned();
        let spot = is_random(&text[word.end + 1..end]).then_some(Spot { name, range });
        return spot.into_iter().collect();
    }
    let is_named = is_credential(name);
    if !is_named && !WORDS.contains(&small.as_str()) {
        return Vec::new();
    }
    let name = if is_named {
        name.to_owned()
    } else {
        format!("{} token", small.trim_end_matches('s'))
    };
    let mut found = Vec::new();
    let mut at = word.end;
    for _ in 0..NEAR {
        let Some(slash) = one_of(text, at, SLASHES) else {
            break;
        };
        let range = at + slash..end_of_segment(text, at + slash);
        at = range.end;
        if is_random(&text[range.clone()]) {
            let name = name.clone();
            found.push(Spot { name, range });
        }
    }
    found
}

fn end_of_segment(text: &[u8], start: usize) -> usize {
    let is_in = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~:=+".contains(byte);
    start + text[start..].iter().take_while(|byte| is_in(byte)).count()
}

/// Is a segment long, and of letters and digits in no order that a person gives them?
fn is_random(segment: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| segment.iter().filter(|byte| is(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let (small, large) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    let letters = small + large;
    if segment.len() < SHORTEST || letters == 0 || is_uuid(segment) || is_words(segment) {
        return false;
    }
    if digits >= 2 {
        return true;
    }
    // `ProjectDatabase` changes its case at each word.
    let changes = segment.windows(2).filter(|pair| {
        let (one, other) = (pair[0], pair[1]);
        one.is_ascii_alphabetic()
            && other.is_ascii_alphabetic()
            && one.is_ascii_lowercase() != other.is_ascii_lowercase()
    });
    let is_mixed = changes.count() * 4 >= letters;
    let is_of_large = small == 0 && letters == segment.len();
    segment.len() >= OF_LETTERS && (is_mixed || is_of_large)
}

/// `reset-password-2026`, `report.2026-11.csv`: words and numbers, and what separates them.
fn is_words(segment: &[u8]) -> bool {
    let mut parts = segment.split(|byte| b"-_.:=+~".contains(byte));
    let is_word = |part: &[u8]| {
        let letters = part
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let (word, number) = part.split_at(letters);
        let is_word = word
            .get(1..)
            .unwrap_or_default()
            .iter()
            .all(u8::is_ascii_lowercase)
            || word.iter().all(u8::is_ascii_uppercase);
        is_word && word.len() <= 15 && number.len() <= 8 && number.iter().all(u8::is_ascii_digit)
    };
    parts.all(is_word)
}

#[cfg(test)]
mod tests {
    use super::super::spots;

    fn found(text: &str) -> Vec<(String, String)> {
        let spots = spots(text.as_bytes()).into_iter();
        let spots = spots.map(|spot| (spot.name, text[spot.range].to_owned()));
        spots.collect()
    }

    #[test]
    fn credentials_are_found_behind_words_of_paths() {
        for (text, name, value) in [
            ("/token/2f9c41ab77d0e8f3", "token", "2f9c41ab77d0e8f3"),
            (
                "https://a.example/v1/tokens/q8Zr2LmXv0PtK4aB/use?x=1",
                "tokens",
                "q8Zr2LmXv0PtK4aB",
            ),
            (
                "https://hooks.a.example/services/T024BE7LD/B0A1C2D3E/xOxPq7TzW2vLkYcRnM5dQe1u",
                "service token",
                "xOxPq7TzW2vLkYcRnM5dQe1u",
            ),
            (
                "/hooks/a1b2c3d4e5f6a7b8/q8Zr2LmXv0PtK4aB",
                "hook token",
                "a1b2c3d4e5f6a7b8 q8Zr2LmXv0PtK4aB",
            ),
            (
                "/hooks/T000/B000/QWZRTKXPVBNMHGFDSLJYCQXZ",
                "hook token",
                "QWZRTKXPVBNMHGFDSLJYCQXZ",
            ),
            (
                "/api/webhooks/123456789012345678/aB3-dE_fGh1JkLmN0pQrStUvWxYz",
                "webhook token",
                "aB3-dE_fGh1JkLmN0pQrStUvWxYz",
            ),
            (
                "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
                "bot token",
                "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
            ),
            (
                "{\"url\":\"https:\\/\\/a.example\\/hooks\\/q8Zr2LmXv0PtK4aB\"}",
                "hook token",
                "q8Zr2LmXv0PtK4aB",
            ),
            (
                "/x?next=%2Freset%2Fq8Zr2LmXv0PtK4aB%2F",
                "reset token",
                "q8Zr2LmXv0PtK4aB",
            ),
            (
                "/keys/kJhGfDsAqWeRtYuIoPzX",
                "key token",
                "kJhGfDsAqWeRtYuIoPzX",
            ),
        ] {
            let values = value
                .split(' ')
                .map(|value| (name.to_owned(), value.to_owned()));
            assert_eq!(found(text), values.collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn ids_names_and_words_are_no_credentials() {
        for text in [
            "/tokens/550e8400-e29b-41d4-a716-446655440000",
            "/keys/1234567890123456789",
            "/webhooks/42/deliveries/1234567890",
            "/token/revoke",
            "/secrets/database-password-2026-production",
            "/secrets/ProjectDatabasePassword",
            "/services/presence-and-availability",
            "/users/2f9c41ab77d0e8f3aa",
            "/reset/reset_password_instructions2",
            "/keys/reports/2026/november/summary-report-2026-11.csv",
            "tokens/q8Zr2LmXv0PtK4aB",
            "a token/q8Zr2LmXv0PtK4aB",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
