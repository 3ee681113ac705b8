//! Stand-ins for secrets: what a recording holds where a secret stood.
//!
//! A placeholder like `[secret]` would break what the checks of a suite rest on: an identifier that came
//! from the environment and comes back in an answer must still be equal, still be digits, still be 16 of
//! them. A stand-in is as long as its secret, has digits where it has digits and letters where it has
//! letters, and is otherwise made of nothing that has to do with it. It is spelled as the secret was
//! spelled: percent-encoded, escaped, inside base64.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde_json::Value;

use crate::model::Secret;
use crate::redact::redactor::{PLACEHOLDER, Redactor, forms_of};
use crate::redact::spelling::pieces;

/// A secret with fewer letters and digits gets no stand-in: too much of it would show.
const FEWEST_CHANGED: usize = 4;

/// Replaces secrets by their stand-ins.
#[derive(Debug, Default)]
pub(crate) struct StandIns {
    redactor: Redactor,
    /// The form of a stand-in by the same form of its secret.
    by_form: HashMap<String, String>,
    texts: Vec<String>,
}

impl StandIns {
    /// Makes a stand-in for each secret that allows one.
    pub(crate) fn new(secrets: &[Secret], redactor: Redactor) -> StandIns {
        let mut stand_ins = StandIns {
            redactor,
            ..StandIns::default()
        };
        let mut seed = 0;
        for secret in secrets.iter().map(Secret::expose) {
            if stand_ins.by_form.contains_key(secret) {
                continue;
            }
            let Some(text) = stand_in(secret, &mut seed) else {
                continue;
            };
            for (form, other) in forms_of(secret).into_iter().zip(forms_of(&text)) {
                stand_ins.by_form.insert(form, other);
            }
            stand_ins.texts.push(text);
        }
        stand_ins
    }

    /// Is there no secret that could be replaced?
    pub(crate) fn is_empty(&self) -> bool {
        self.redactor.is_empty()
    }

    /// Every stand-in.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The text with stand-ins; owned when there was something to replace.
    pub(crate) fn replace<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut replaced = String::new();
        let mut kept = 0;
        let known = self.redactor.known();
        while let Some((start, end, form)) = known.next(text, kept) {
            replaced.push_str(&text[kept..start]);
            match self.by_form.get(form) {
                Some(other) => replaced.push_str(&respelled(text, (start, end), form, other)),
                None => replaced.push_str(PLACEHOLDER),
            }
            kept = end;
        }
        if kept == 0 {
            return Cow::Borrowed(text);
        }
        replaced.push_str(&text[kept..]);
        Cow::Owned(replaced)
    }

    /// The octets with stand-ins; `None` when there was nothing to replace.
    pub(crate) fn replace_octets(&self, octets: &[u8]) -> Option<Vec<u8>> {
        let mut replaced = Vec::with_capacity(octets.len());
        let mut is_other = false;
        for chunk in octets.utf8_chunks() {
            let valid = self.replace(chunk.valid());
            is_other |= matches!(valid, Cow::Owned(_));
            replaced.extend_from_slice(valid.as_bytes());
            replaced.extend_from_slice(chunk.invalid());
        }
        is_other.then_some(replaced)
    }

    /// The value with stand-ins in every text, names of members among them.
    pub(crate) fn replace_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.replace(text).into_owned()),
            Value::Array(items) => items.iter().map(|item| self.replace_value(item)).collect(),
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, member)| {
                        (self.replace(name).into_owned(), self.replace_value(member))
                    })
                    .collect(),
            ),
            Value::Number(number) => match self.replace(&number.to_string()) {
                Cow::Borrowed(_) => value.clone(),
                Cow::Owned(text) => {
                    serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text))
                }
            },
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// Values by name, with stand-ins.
    pub(crate) fn replace_values(
        &self,
        values: &BTreeMap<String, Value>,
    ) -> BTreeMap<String, Value> {
        let values = values.iter();
        values
            .map(|(name, value)| (name.clone(), self.replace_value(value)))
            .collect()
    }
}

/// The other text in the spelling that the form has in a stretch of `text`.
fn respelled(text: &str, (start, end): (usize, usize), form: &str, other: &str) -> String {
    let Some(pieces) = pieces(text, start, end, form) else {
        return PLACEHOLDER.into();
    };
    let mut respelled = String::new();
    for ((from, to), (own, other)) in pieces.into_iter().zip(form.chars().zip(other.chars())) {
        let spelling = &text[from..to];
        let mut buffer = [0; 4];
        if own == other {
            respelled.push_str(spelling);
        } else if spelling.starts_with('%') && spelling.len() > 1 {
            // Writing to a string cannot fail.
            let is_small = spelling.bytes().any(|octet| octet.is_ascii_lowercase());
            for octet in other.encode_utf8(&mut buffer).bytes() {
                let _ = if is_small {
                    write!(respelled, "%{octet:02x}")
                } else {
                    write!(respelled, "%{octet:02X}")
                };
            }
        } else if spelling.starts_with('\\') && spelling.contains('u') {
            let mut units = [0; 2];
            for unit in other.encode_utf16(&mut units) {
                let _ = write!(respelled, "\\u{unit:04x}");
            }
        } else {
            respelled.push(other);
        }
    }
    respelled
}

/// A text of the same length and sorts of characters. What comes of a seed does not depend on the secret.
fn stand_in(secret: &str, seed: &mut u64) -> Option<String> {
    let is_changed = |c: &char| c.is_ascii_alphanumeric() || !c.is_ascii();
    let changed = secret.chars().filter(is_changed).count();
    if changed < FEWEST_CHANGED || changed * 2 < secret.chars().count() {
        return None;
    }
    let letters = || secret.chars().filter(char::is_ascii_alphabetic);
    let are_hexadecimal = letters().all(|c| c.is_ascii_hexdigit());
    let letter_count = if are_hexadecimal { 6 } else { 26 };
    loop {
        let is_first_digit = |index: usize| index == 0;
        let text: String = secret
            .chars()
            .enumerate()
            .map(|(index, character)| {
                *seed += 1;
                let random = scrambled(*seed);
                let nth = |first: u8, count: u64| {
                    let offset = u8::try_from(random % count).unwrap_or_default();
                    char::from(first + offset)
                };
                match character {
                    // A number keeps its length: a leading zero stays, and no other comes.
                    '0' if is_first_digit(index) => '0',
                    '1'..='9' if is_first_digit(index) => nth(b'1', 9),
                    '0'..='9' => nth(b'0', 10),
                    'a'..='z' => nth(b'a', letter_count),
                    'A'..='Z' => nth(b'A', letter_count),
                    other => match other.len_utf8() {
                        1 => other,
                        2 => 'ø',
                        3 => '字',
                        _ => '𝐱',
                    },
                }
            })
            .collect();
        let is_other = text != secret;
        let is_fixed = !secret.chars().any(|c| c.is_ascii_alphanumeric());
        if is_other {
            return Some(text);
        }
        if is_fixed {
            return None;
        }
    }
}

/// `SplitMix64`: well scattered, and the same on every machine.
fn scrambled(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand_ins(secrets: &[&str]) -> StandIns {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        StandIns::new(&secrets, Redactor::new(&secrets))
    }

    #[test]
    fn a_stand_in_has_the_shape_of_its_secret_and_nothing_else_of_it() {
        for secret in [
            "2533274790395904",
            "047dd774-f1c4-40f2-82f0-278de79f9b83",
            "somebody@tenant.example",
            "0042",
        ] {
            let stand_ins = stand_ins(&[secret]);
            let text = stand_ins.replace(secret).into_owned();
            assert_eq!(stand_ins.texts(), [text.as_str()]);
            assert_ne!(text, secret);
            let shape = |text: &str| -> String {
                let sort = |c: char| match c {
                    '0'..='9' => '9',
                    'a'..='z' => 'a',
                    'A'..='Z' => 'A',
                    other => other,
                };
                text.chars().map(sort).collect()
            };
            assert_eq!(shape(&text), shape(secret));
        }
    }

    #[test]
    fn a_stand_in_is_spelled_as_the_secret_was() {
        let secret = "a/b-\"c d+é9";
        let stand_ins = stand_ins(&[secret]);
        let other = stand_ins.texts()[0].clone();
        assert!(other.ends_with(|c: char| c.is_ascii_digit()), "{other}");
        let spellings: [fn(&str) -> String; 4] = [
            |text| text.to_owned(),
            |text| serde_json::to_string(text).unwrap(),
            |text| {
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                    .to_string()
            },
            |text| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text),
        ];
        for spell in spellings {
            let text = format!("x {} y", spell(secret));
            assert_eq!(stand_ins.replace(&text), format!("x {} y", spell(&other)));
        }
    }

    #[test]
    fn a_secret_of_little_but_punctuation_has_no_stand_in() {
        let stand_ins = stand_ins(&["!?!?!?!?ab", "....", "éééé"]);
        assert_eq!(stand_ins.replace("x !?!?!?!?ab"), "x [secret]");
        assert_eq!(stand_ins.replace("x ...."), "x [secret]");
        assert_eq!(stand_ins.texts(), ["øøøø"]);
    }

    #[test]
    fn octets_that_are_no_text_keep_their_place() {
        let stand_ins = stand_ins(&["long-secret"]);
        let other = stand_ins.texts()[0].clone();
        let octets = stand_ins.replace_octets(b"\xff long-secret \xfe").unwrap();
        assert_eq!(octets, [b"\xff ", other.as_bytes(), b" \xfe"].concat());
        assert_eq!(stand_ins.replace_octets(b"\xff nothing \xfe"), None);
    }
}
