//! Placeholders for secrets in recordings.
//!
//! A word like `[secret]` would break what the checks of a suite rest on: an identifier that came from the
//! environment and comes back in an answer must still be equal, still be digits, still be 16 of them. A
//! placeholder is as long as its secret, has digits where it has digits and letters where it has
//! letters, and is otherwise made of nothing that has to do with it. It is spelled as the secret was
//! spelled: percent-encoded, escaped, inside base64.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;

use serde_json::Value;

use crate::redact::form::forms_of;
use crate::redact::received::Found;
use crate::redact::redacted::WITHHELD;
use crate::redact::redactor::{PLACEHOLDER, Redactor, UNSEARCHED};
use crate::redact::search::{Match, What};
use crate::redact::secret::Secret;
use crate::redact::spelling::pieces;

/// A secret with fewer letters and digits gets no placeholder: too much of it would show.
const FEWEST_CHANGED: usize = 4;

/// Replaces secrets by their placeholders.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    pub(super) redactor: Redactor,
    /// The form of a placeholder by the same form of its secret.
    by_form: HashMap<String, String>,
    texts: Vec<String>,
}

impl Placeholders {
    /// Makes a placeholder for each secret that allows one.
    pub(crate) fn new(secrets: &[Secret], redactor: Redactor) -> Placeholders {
        let mut placeholders = Placeholders {
            redactor,
            ..Placeholders::default()
        };
        let mut seed = 0;
        for secret in secrets.iter().map(Secret::expose) {
            if placeholders.by_form.contains_key(secret) {
                continue;
            }
            let Some(text) = placeholder(secret, &mut seed) else {
                continue;
            };
            for (form, other) in forms_of(secret).into_iter().zip(forms_of(&text)) {
                placeholders.by_form.insert(form, other);
            }
            placeholders.texts.push(text);
        }
        placeholders
    }

    /// With more secrets, which are replaced by a word.
    pub(crate) fn also(&self, found: Found) -> Placeholders {
        Placeholders {
            redactor: self.redactor.also(found),
            by_form: self.by_form.clone(),
            texts: self.texts.clone(),
        }
    }

    /// Is there no secret that could be replaced?
    pub(crate) fn is_empty(&self) -> bool {
        self.redactor.is_empty()
    }

    /// Every placeholder.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The text with placeholders; owned when there was something to replace.
    pub(crate) fn replace<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.redactor.withholds(text) {
            return Cow::Owned(WITHHELD.to_owned());
        }
        let known = self.redactor.known();
        let matches = known.matches(text);
        if matches.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut replaced = String::new();
        let mut kept = 0;
        for found in matches {
            replaced.push_str(&text[kept..found.start]);
            let other = match found.what {
                What::Form(form) => self
                    .by_form
                    .get(form)
                    .and_then(|other| respelled(text, found, form, other)),
                What::Several => None,
                What::Unsearched => Some(UNSEARCHED.to_owned()),
            };
            replaced.push_str(other.as_deref().unwrap_or(PLACEHOLDER));
            kept = found.end;
        }
        replaced.push_str(&text[kept..]);
        Cow::Owned(replaced)
    }

    /// Two texts of which the second one follows the first, without a secret that begins in the first and ends in the
    /// second; `None` when there is none.
    pub(crate) fn apart(&self, first: &[u8], second: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        if second.is_empty() {
            return None;
        }
        let [first, second] = [first, second].map(String::from_utf8_lossy);
        match self.redactor.apart(&first, &second) {
            (Cow::Owned(first), Cow::Owned(second)) => Some((first.into(), second.into())),
            _ => None,
        }
    }

    /// Does the text end within a secret?
    pub(crate) fn is_cut_off_in(&self, text: &[u8]) -> bool {
        if text.is_empty() || self.is_empty() {
            return false;
        }
        // The mark of a cut lets the redactor find the beginning of a secret.
        let text = String::from_utf8_lossy(text);
        let shown = self.redactor.text(&format!("{text}…"));
        shown.ends_with(&format!("{PLACEHOLDER}…")) || *shown == *WITHHELD
    }

    /// The value with placeholders in every text, names of members among them.
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

    /// Values by name, with placeholders.
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

/// The other text in the spelling that a secret has in `text`.
fn respelled(text: &str, found: Match<'_>, form: &str, other: &str) -> Option<String> {
    let mut respelled = Vec::new();
    for piece in pieces(text, found.start, found.end, form)? {
        let spelling = &text.as_bytes()[piece.text];
        let own = &form.as_bytes()[piece.wanted.clone()];
        let other = other.as_bytes().get(piece.wanted)?;
        if own == other {
            respelled.extend_from_slice(spelling);
        } else if spelling.starts_with(b"%") && spelling.len() > 1 {
            // Writing to a vector cannot fail.
            let is_small = spelling.iter().any(u8::is_ascii_lowercase);
            for byte in other {
                let _ = if is_small {
                    write!(respelled, "%{byte:02x}")
                } else {
                    write!(respelled, "%{byte:02X}")
                };
            }
        } else if spelling.starts_with(b"\\") && spelling.contains(&b'u') {
            for unit in std::str::from_utf8(other).ok()?.encode_utf16() {
                let _ = write!(respelled, "\\u{unit:04x}");
            }
        } else {
            respelled.extend_from_slice(other);
        }
    }
    String::from_utf8(respelled).ok()
}

/// A text of the same length and sorts of characters. What comes of a seed does not depend on the secret.
fn placeholder(secret: &str, seed: &mut u64) -> Option<String> {
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
                        2 => except(other, 'ø', 'đ'),
                        3 => except(other, '字', '文'),
                        _ => except(other, '𝐱', '𝐲'),
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

/// The first of two that is not this character.
fn except(character: char, first: char, second: char) -> char {
    if character == first { second } else { first }
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

    fn placeholders(secrets: &[&str]) -> Placeholders {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        Placeholders::new(&secrets, Redactor::new(&secrets))
    }

    #[test]
    fn a_placeholder_has_the_shape_of_its_secret_and_nothing_else_of_it() {
        for secret in [
            "2533274790395904",
            "047dd774-f1c4-40f2-82f0-278de79f9b83",
            "somebody@tenant.example",
            "0042",
        ] {
            let placeholders = placeholders(&[secret]);
            let text = placeholders.replace(secret).into_owned();
            assert_eq!(placeholders.texts(), [text.as_str()]);
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
    fn a_placeholder_is_spelled_as_the_secret_was() {
        let secret = "a/b-\"c d+é9";
        let placeholders = placeholders(&[secret]);
        let other = placeholders.texts()[0].clone();
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
            assert_eq!(
                placeholders.replace(&text),
                format!("x {} y", spell(&other))
            );
        }
    }

    #[test]
    fn a_secret_of_little_but_punctuation_has_no_placeholder() {
        let placeholders = placeholders(&["!?!?!?!?ab", "....", "éééé"]);
        assert_eq!(placeholders.replace("x !?!?!?!?ab"), "x [secret]");
        assert_eq!(placeholders.replace("x ...."), "x [secret]");
        assert_eq!(placeholders.texts(), ["øøøø"]);
        let placeholders = self::placeholders(&["ø字𝐱é"]);
        assert_eq!(placeholders.texts(), ["đ文𝐲ø"]);
    }

    #[test]
    fn bytes_that_are_no_text_keep_their_place() {
        let placeholders = placeholders(&["long-secret"]);
        let other = placeholders.texts()[0].clone();
        let bytes = placeholders
            .replace_bytes(b"\xff long-secret \xfe")
            .unwrap();
        assert_eq!(bytes, [b"\xff ", other.as_bytes(), b" \xfe"].concat());
        assert_eq!(placeholders.replace_bytes(b"\xff nothing \xfe"), None);
    }
}
