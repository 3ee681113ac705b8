//! Finds every place where a secret is, in time that is linear in the length of the text.
//!
//! A text is read once, from its end: each position has a few readings, and each of them moves the states of the
//! position behind it by one step of the [`Automaton`]. So no run of escapes is read again for each of its positions,
//! and no text that agrees with much of a secret makes the search slower.

use crate::redact::automaton::{Automaton, START, Shortcuts, State};
use crate::redact::form::{UNLIKELY_BY_CHANCE, forms_of};
use crate::redact::secret::Secret;
use crate::redact::spelling::{LONGEST, begins_before, begins_escape, readings, spelled_at};

/// Positions whose states are kept: more than a reading is long.
const KEPT: usize = LONGEST + 1;

/// What there is to find.
#[derive(Debug)]
pub(crate) struct Known {
    pub(super) secrets: Vec<Secret>,
    /// Every secret and its forms in base64, longest first, so that no form hides in a longer one.
    pub(super) forms: Vec<String>,
    automaton: Automaton,
}

/// A place where a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match<'k> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The secret, or a form of it in base64.
    pub(super) form: &'k str,
}

impl Default for Known {
    fn default() -> Known {
        Known::new(Vec::new())
    }
}

impl Known {
    pub(super) fn new(secrets: Vec<Secret>) -> Known {
        let mut forms: Vec<String> = secrets
            .iter()
            .filter(|secret| !secret.expose().is_empty())
            .flat_map(|secret| forms_of(secret.expose()))
            .collect();
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        forms.dedup();
        Known {
            automaton: Automaton::of(&forms),
            secrets,
            forms,
        }
    }

    /// The length of the longest form in bytes; 0 when there is nothing to find.
    pub(super) fn longest(&self) -> usize {
        self.forms.first().map_or(0, String::len)
    }

    /// Every secret in a text, from left to right. Of two that overlap, the one that begins first counts, then the
    /// longer one.
    pub(super) fn matches(&self, text: &str) -> Vec<Match<'_>> {
        let mut starts = Vec::new();
        self.starts(text, |start, form| {
            starts.push((start, form));
            true
        });
        let mut matches: Vec<Match<'_>> = Vec::new();
        for (start, form) in starts.into_iter().rev() {
            if matches.last().is_none_or(|last| last.end <= start)
                && let Some(end) = spelled_at(text, start, form)
            {
                matches.push(Match { start, end, form });
            }
        }
        matches
    }

    /// Does a text hold a secret that cannot be there by chance? A text that is a part of a longer one is not
    /// `is_first` or not `is_last`: what touches such an end may continue there.
    pub(super) fn tells(&self, text: &str, is_first: bool, is_last: bool) -> bool {
        let mut is_found = false;
        self.starts(text, |start, form| {
            is_found = form.len() >= UNLIKELY_BY_CHANCE
                || is_mixed(form)
                    && spelled_at(text, start, form).is_some_and(|end| {
                        let before = text.as_bytes()[..start].last();
                        let after = text.as_bytes().get(end);
                        let is_free = |byte: Option<&u8>, is_end: bool| {
                            byte.map_or(is_end, |byte| !is_part_of_word(*byte))
                        };
                        is_free(before, is_first) && is_free(after, is_last)
                    });
            !is_found
        });
        is_found
    }

    /// Where the beginning of a secret is that was cut off at a byte of the text.
    pub(super) fn cut_off(&self, text: &str, from: usize, cut: usize) -> Option<usize> {
        let forms = self.forms.iter();
        forms
            .filter_map(|form| begins_before(text, from, cut, form))
            .min()
    }

    /// Calls back for each place at which a secret begins, from the last to the first, with the longest form that
    /// begins there; until the answer is `false`.
    fn starts<'k>(&'k self, text: &str, mut found: impl FnMut(usize, &'k str) -> bool) {
        if self.forms.is_empty() {
            return;
        }
        let bytes = text.as_bytes();
        let mut shortcuts = Shortcuts::new();
        let mut step = |state: State, read: &[u8]| {
            let backwards = read.iter().rev();
            backwards.fold(state, |state, byte| {
                self.automaton.step(state, *byte, &mut shortcuts)
            })
        };
        // The states behind each of the last positions; every position has the start besides them.
        let size = KEPT.min(bytes.len() + 1);
        let mut kept: Vec<Vec<State>> = vec![Vec::new(); size];
        let mut read = Vec::new();
        for at in (0..bytes.len()).rev() {
            let mut states = std::mem::take(&mut kept[at % size]);
            states.clear();
            let mut add = |state: State| {
                if state != START && !states.contains(&state) {
                    states.push(state);
                }
            };
            if begins_escape(bytes[at]) {
                readings(bytes, at, &mut read);
                for reading in &read {
                    add(step(START, reading.bytes()));
                    let behind = &kept[reading.end % size];
                    for state in behind {
                        add(step(*state, reading.bytes()));
                    }
                }
            } else {
                add(step(START, &bytes[at..=at]));
                let behind = &kept[(at + 1) % size];
                for state in behind {
                    add(step(*state, &bytes[at..=at]));
                }
            }
            let words = states
                .iter()
                .filter_map(|state| self.automaton.word(*state));
            if let Some(word) = words.min()
                && text.is_char_boundary(at)
                && !found(at, &self.forms[word])
            {
                return;
            }
            kept[at % size] = states;
        }
    }
}

/// Has a text characters of two sorts? One of letters alone, or of digits alone, is also a word or a number.
fn is_mixed(text: &str) -> bool {
    let sort = |character: char| match character {
        '0'..='9' => 0,
        'a'..='z' => 1,
        'A'..='Z' => 2,
        _ => 3,
    };
    let mut sorts = text.chars().map(sort);
    let first = sorts.next();
    sorts.any(|sort| Some(sort) != first)
}

fn is_part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_-.:+".contains(&byte)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn known(secrets: &[&str]) -> Known {
        Known::new(secrets.iter().copied().map(Secret::new).collect())
    }

    /// The same, by trying every form at every position.
    fn slow_matches<'k>(known: &'k Known, text: &str) -> Vec<Match<'k>> {
        let mut matches = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let mut forms = known.forms.iter();
            let found = forms.find_map(|form| {
                let end = spelled_at(text, start, form)?;
                Some(Match { start, end, form })
            });
            start = match found {
                Some(found) if text.is_char_boundary(start) => {
                    matches.push(found);
                    found.end
                }
                _ => start + 1,
            };
        }
        matches
    }

    /// A piece of text that is or looks like a part of a secret, in some spelling.
    fn piece() -> impl Strategy<Value = String> {
        let plain = prop::sample::select(vec![
            "a", "b", "ab", "/", "\\", "\"", " ", "é", "😀", "%", "%2", "%25", "%2F", "%2f", "%C3",
            "%A9", "\\u", "\\u00", "\\u002F", "\\u00e9", "\\ud83d", "\\ude00", "\\/", "\\\"", "&",
            "&#", "&#47;", "&#x2f;", "&quot;", ";", "+", "~", "~0", "~1", "5C", "x", "n", "\\n",
        ]);
        plain.prop_map(str::to_owned)
    }

    proptest! {
        #[test]
        fn the_search_finds_what_trying_every_position_finds(
            secrets in prop::collection::vec(prop::collection::vec(piece(), 1..5), 1..4),
            texts in prop::collection::vec(piece(), 0..40),
        ) {
            let secrets: Vec<String> = secrets.iter().map(|pieces| pieces.concat()).collect();
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let known = known(&secrets);
            let mut text = texts.concat();
            prop_assert_eq!(known.matches(&text), slow_matches(&known, &text));
            text.push_str(secrets[0]);
            prop_assert!(!known.matches(&text).is_empty());
        }
    }

    #[test]
    fn no_text_makes_the_search_slow() {
        // Without optimization a tenth is slow enough, and shows as well what is not linear.
        const LENGTH: usize = if cfg!(debug_assertions) {
            200 << 10
        } else {
            2 << 20
        };
        // Secrets that agree with much of such texts.
        let runs: Vec<String> = ["a", "\\", "%", "+", "&#", "%5C", "~1"]
            .iter()
            .map(|text| format!("{}!{}?", text.repeat(300), text.repeat(300)))
            .collect();
        let mut secrets: Vec<&str> = runs.iter().map(String::as_str).collect();
        secrets.extend(["hunter2-hunter2", "a/b\\c\"d"]);
        let known = known(&secrets);
        let mut texts: Vec<String> = [
            "\\\\", "%5C", "%25", "\\u00", "\\u005c", "&#", "&#92;", "~1", "%5Cu00", "%255C",
        ]
        .iter()
        .map(|text| (*text).to_owned())
        .collect();
        texts.extend(
            (0..=0x7f_u8)
                .filter(|byte| b"\0 a\\%+&~\"\x7f".contains(byte))
                .map(|byte| char::from(byte).into()),
        );
        for text in texts {
            let long = text.repeat(LENGTH / text.len());
            let started = Instant::now();
            known.matches(&long);
            let took = started.elapsed();
            assert!(took < Duration::from_secs(10), "{text:?}: {took:?}");
        }
    }

    #[test]
    fn a_short_secret_is_told_from_chance() {
        let known = known(&["1001", "a1b2", "pass"]);
        let tells = |text: &str| known.tells(text, true, true);
        for text in [
            "a1b2",
            "\"a1b2\"",
            "t=a1b2&x",
            "Bearer a1b2",
            "t=a%31b2",
            "YTFiMg",
        ] {
            assert!(tells(text), "{text}");
        }
        for text in [
            "a1b2c3",
            "0a1b2",
            "x-a1b2",
            "1001",
            "\"duration_ms\": 1001.5",
            "1 pass",
        ] {
            assert!(!tells(text), "{text}");
        }
        assert!(!known.tells("x a1b2", true, false));
        assert!(!known.tells("a1b2 x", false, true));
    }
}
