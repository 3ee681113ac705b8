//! Finds every place where a secret is, in time that is linear in the length of the text.
//!
//! A text is read once, from its end: each position has a few readings, and each of them moves the states of the
//! position behind it by one step of the [`Automaton`]. So no run of escapes is read again for each of its positions,
//! and no text that agrees with much of a secret makes the search slower. From where secrets begin, [`Walk`]s along the
//! text tell where they end; secrets that overlap are one place.
//!
//! A text and a secret can be made for each other so that this is still slow. Then the search ends, and what was not
//! searched counts as secret.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::redact::automaton::{Automaton, START, Shortcuts, State};
use crate::redact::charsets::other_forms_of;
use crate::redact::form::{UNLIKELY_BY_CHANCE, forms_of, is_mixed};
use crate::redact::secret::Secret;
use crate::redact::spelled::spelled_at;
use crate::redact::spelling::{LONGEST, Reading, begins_escape, readings};
use crate::redact::starts::{Start, Starts};
use crate::redact::texts::Texts;
use crate::redact::walk::Walk;

/// Positions whose states are kept: more than a reading is long.
const KEPT: usize = LONGEST + 1;
/// So much work is done for each byte of a text, in steps of a few nanoseconds; an ordinary text needs one or two. And
/// so much for a text of any length.
const STEPS_PER_BYTE: usize = 64;
const STEPS: usize = 1 << 20;

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
    pub(super) what: What<'k>,
}

/// What is at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What<'k> {
    /// A secret, or a form of it in base64.
    Form(&'k str),
    /// Secrets that overlap.
    Several,
    /// Unknown: to search it would have taken too long.
    Unsearched,
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
            .flat_map(|secret| {
                let secret = secret.expose();
                forms_of(secret).into_iter().chain(other_forms_of(secret))
            })
            .collect();
        Known::with_forms(secrets, &mut forms)
    }

    fn with_forms(secrets: Vec<Secret>, forms: &mut Vec<String>) -> Known {
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        forms.dedup();
        let forms = std::mem::take(forms);
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

    /// Every secret in a text, from left to right. None overlaps another one.
    pub(super) fn matches(&self, text: &str) -> Vec<Match<'_>> {
        if self.forms.is_empty() {
            return Vec::new();
        }
        let steps = text.len().saturating_mul(STEPS_PER_BYTE) + STEPS;
        self.matches_within(text, steps)
    }

    fn matches_within(&self, text: &str, steps: usize) -> Vec<Match<'_>> {
        let mut starts = Starts::default();
        let searched_from = if u32::try_from(text.len()).is_ok() {
            self.starts(text, steps, |at, form| {
                // The text is shorter than that.
                starts.add(u32::try_from(at).unwrap_or_default(), form);
            })
        } else {
            text.len()
        };
        let mut matches = Vec::new();
        if searched_from > 0 {
            // What begins before the first place that was searched may reach beyond it.
            let end = searched_from.saturating_add(self.longest().saturating_mul(LONGEST));
            matches.push(Match {
                start: 0,
                end: text.ceil_char_boundary(end.min(text.len())),
                what: What::Unsearched,
            });
        }
        self.follow(text, starts, steps, &mut matches);
        matches
    }

    /// Adds from each start, or group of starts that overlap, to its end.
    fn follow<'k>(
        &'k self,
        text: &str,
        mut starts: Starts,
        steps: usize,
        matches: &mut Vec<Match<'k>>,
    ) {
        let mut walks = Walks {
            known: self,
            text,
            of_forms: Vec::new(),
            found: Vec::new(),
            steps,
        };
        while let Some(start) = starts.peek() {
            let end = match self.plain_end(text, &mut starts) {
                Some(end) => Some((end, true)),
                None => walks.end(start.at, &mut starts),
            };
            let form = &self.forms[start.form];
            let (end, what) = match end {
                None => (text.len(), What::Unsearched),
                Some((end, true)) => (end, What::Form(form)),
                Some((end, false)) if spelled_at(text, start.at, form) == Some(end) => {
                    (end, What::Form(form))
                }
                Some((end, false)) => (end, What::Several),
            };
            match matches.last_mut() {
                // Only what was not searched reaches so far.
                Some(last) if last.end > start.at => last.end = last.end.max(end),
                _ => matches.push(Match {
                    start: start.at,
                    end,
                    what,
                }),
            }
            if end == text.len() {
                return;
            }
        }
    }

    /// Where the next form ends, if it is spelled as it is and no other one begins in it. Takes its start.
    fn plain_end(&self, text: &str, starts: &mut Starts) -> Option<usize> {
        let start = starts.peek()?;
        let form = self.forms[start.form].as_bytes();
        let end = start.at + form.len();
        let bytes = text.as_bytes().get(start.at..end)?;
        if bytes != form || bytes.iter().any(|byte| begins_escape(*byte)) {
            return None;
        }
        let after = starts.after(start);
        if after.is_some_and(|at| at < end) {
            return None;
        }
        starts.take_at(start.at).map(|_| end)
    }

    /// The numbers of the forms in a text that cannot be there by chance. A text that is a part of a longer one is
    /// not `is_first` or not `is_last`: what touches such an end may continue there.
    pub(super) fn recognised(&self, text: &str, is_first: bool, is_last: bool) -> BTreeSet<u32> {
        let mut recognised = BTreeSet::new();
        // What is written was searched before: that is what bounds it.
        self.starts(text, usize::MAX, |start, number| {
            let form = &self.forms[number as usize];
            let is_recognised = form.len() >= UNLIKELY_BY_CHANCE
                || is_mixed(form)
                    && !recognised.contains(&number)
                    && spelled_at(text, start, form).is_some_and(|end| {
                        let before = text.as_bytes()[..start].last();
                        let after = text.as_bytes().get(end);
                        let is_free = |byte: Option<&u8>, is_end: bool| {
                            byte.map_or(is_end, |byte| !is_part_of_word(*byte))
                        };
                        is_free(before, is_first) && is_free(after, is_last)
                    });
            if is_recognised {
                recognised.insert(number);
            }
        });
        recognised
    }

    /// Keeps of the forms that were found in an output those that are an alarm: not those that are in `own`, the same
    /// output without texts from outside, and not those that are in none of its texts before they are escaped. If
    /// `texts` are not all that the output is made of, this only excuses short ones.
    pub(super) fn alarming(&self, found: &mut BTreeSet<u32>, own: &str, texts: &Texts) {
        let expected = self.recognised(own, true, true);
        let mut in_texts = BTreeSet::new();
        self.add_recognised(texts.value(), &mut in_texts);
        let is_complete = matches!(texts, Texts::All(_));
        found.retain(|number| {
            let is_short = self.forms[*number as usize].len() < UNLIKELY_BY_CHANCE;
            let is_excused = expected.contains(number)
                || (is_complete || is_short) && !in_texts.contains(number);
            !is_excused
        });
    }

    /// Adds the numbers of the forms in each text of a value.
    pub(super) fn add_recognised(&self, value: &Value, found: &mut BTreeSet<u32>) {
        match value {
            Value::String(text) => found.append(&mut self.recognised(text, true, true)),
            Value::Array(items) => {
                for item in items {
                    self.add_recognised(item, found);
                }
            }
            Value::Object(members) => {
                for member in members.values() {
                    self.add_recognised(member, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Calls back for each place at which a secret begins and each form that begins there, from the last place to
    /// the first. Gives the first place that was searched: others would have taken more steps.
    fn starts(&self, text: &str, steps: usize, mut found: impl FnMut(usize, u32)) -> usize {
        if self.forms.is_empty() {
            return 0;
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
        let mut words: Vec<u32> = Vec::new();
        let mut left = steps;
        for at in (0..bytes.len()).rev() {
            let mut states = std::mem::take(&mut kept[at % size]);
            states.clear();
            let mut work = 1;
            let mut add = |state: State| {
                work += 1 + states.len();
                let is_said = |other: &State| self.automaton.is_end_of(state, *other);
                if state != START && !states.iter().any(is_said) {
                    states.retain(|other| !self.automaton.is_end_of(*other, state));
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
            let Some(rest) = left.checked_sub(work) else {
                return at + 1;
            };
            left = rest;
            words.clear();
            for state in &states {
                for word in self.automaton.words(*state) {
                    if !words.contains(&word) {
                        words.push(word);
                    }
                }
            }
            if text.is_char_boundary(at) {
                for word in &words {
                    found(at, *word);
                }
            }
            kept[at % size] = states;
        }
        0
    }
}

/// The walks from the places where secrets begin.
struct Walks<'k, 't> {
    known: &'k Known,
    text: &'t str,
    /// With the number of the form.
    of_forms: Vec<(usize, Walk<'k>)>,
    found: Vec<Reading>,
    /// How many steps are left.
    steps: usize,
}

impl Walks<'_, '_> {
    /// Where the last of the forms ends that begin at this place, or before another one has ended; and whether
    /// it is the only one. `None` when that would take too many steps.
    fn end(&mut self, start: usize, starts: &mut Starts) -> Option<(usize, bool)> {
        let mut count = self.begin(start, starts);
        let (mut at, mut end) = (start, start);
        loop {
            if self.visit(at)? && self.text.is_char_boundary(at) {
                end = at;
            }
            at += 1;
            if !self.of_forms.iter().any(|(_, walk)| walk.goes_on(at)) {
                return Some((end, count == 1));
            }
            count += self.begin(at, starts);
        }
    }

    /// Begins with what begins at a place, and tells how much that is.
    fn begin(&mut self, at: usize, starts: &mut Starts) -> usize {
        let mut count = 0;
        while let Some(Start { at, form }) = starts.take_at(at) {
            let known = self.of_forms.iter().position(|(one, _)| *one == form);
            let known = known.unwrap_or_else(|| {
                let walk = Walk::new(&self.known.forms[form]);
                self.of_forms.push((form, walk));
                self.of_forms.len() - 1
            });
            self.of_forms[known].1.begin(at);
            count += 1;
        }
        count
    }

    /// Does any form end at this place?
    fn visit(&mut self, at: usize) -> Option<bool> {
        self.steps = self.steps.checked_sub(1)?;
        let mut are_read = false;
        let mut is_end = false;
        for (_, walk) in &mut self.of_forms {
            if !walk.is_at(at) {
                continue;
            }
            if !are_read {
                readings(self.text.as_bytes(), at, &mut self.found);
                are_read = true;
            }
            self.steps = self
                .steps
                .checked_sub(walk.width() * (1 + self.found.len()))?;
            is_end |= walk.visit(at, &self.found);
        }
        Some(is_end)
    }
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

    /// Every form at every position, by trying.
    fn slow_matches(known: &Known, text: &str) -> Vec<(usize, usize)> {
        let mut matches = Vec::new();
        for start in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            for form in &known.forms {
                matches.extend(spelled_at(text, start, form).map(|end| (start, end)));
            }
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
            let (found, slow) = (known.matches(&text), slow_matches(&known, &text));
            for (start, end) in &slow {
                let is_in = |one: &Match<'_>| one.start <= *start && *end <= one.end;
                prop_assert!(found.iter().any(is_in), "{start}..{end} of {text:?}: {found:?}");
            }
            for one in &found {
                prop_assert!(slow.iter().any(|(start, _)| *start == one.start));
                prop_assert!(slow.iter().any(|(_, end)| *end == one.end));
                if let What::Form(form) = one.what {
                    prop_assert_eq!(spelled_at(&text, one.start, form), Some(one.end));
                }
            }
            prop_assert!(found.is_sorted_by(|one, other| one.end <= other.start));
            text.push_str(secrets[0]);
            prop_assert!(!known.matches(&text).is_empty());
        }
    }

    #[test]
    fn what_is_not_searched_counts_as_secret() {
        let known = known(&["open-sesame", "\\\\\\\\"]);
        let text = format!("a {} open-sesame b", "\\".repeat(2000));
        for steps in [0, 10, 100, 1000, 10_000, 100_000, usize::MAX] {
            let found = known.matches_within(&text, steps);
            let mut shown = text.clone();
            for one in found.iter().rev() {
                shown.replace_range(one.start..one.end, "");
            }
            assert!(
                !shown.contains("open-sesame") && !shown.contains('\\'),
                "{steps}"
            );
            let is_cut = found.iter().any(|one| one.what == What::Unsearched);
            assert_eq!(
                is_cut,
                steps < usize::MAX && shown != "a   b",
                "{steps}: {shown}"
            );
        }
    }

    #[test]
    fn secrets_that_overlap_are_one_place() {
        let known = known(&["abab", "cdefgh", "xabcd"]);
        let places = |text: &str| -> Vec<(usize, usize)> {
            let found = known.matches(text).into_iter();
            found.map(|one| (one.start, one.end)).collect()
        };
        assert_eq!(places("-ababab-"), [(1, 7)]);
        assert_eq!(places("-abababab-abab"), [(1, 9), (10, 14)]);
        assert_eq!(places("-xabcdefgh-"), [(1, 10)]);
        assert_eq!(places("ababxabcd"), [(0, 4), (4, 9)]);
    }

    #[test]
    fn no_text_makes_the_search_slow() {
        // Without optimization a tenth is slow enough, and shows as well what is not linear.
        const LENGTH: usize = if cfg!(debug_assertions) {
            24 << 10
        } else {
            2 << 20
        };
        // Secrets that agree with much of such texts.
        let runs: Vec<String> = ["a", "\\", "%", "+", "&#", "%5C", "~1"]
            .iter()
            .map(|text| format!("{}!{}?", text.repeat(300), text.repeat(300)))
            .collect();
        let mut secrets: Vec<&str> = runs.iter().map(String::as_str).collect();
        let short: Vec<String> = [
            "\\", "\"", "%", "&", "+", "~", "a", "&amp;", "%25", "\\u005c", "é", "😀", "\\\"",
        ]
        .iter()
        .flat_map(|text| [4, 8, 10, 32, 200].map(|times| text.repeat(times)))
        .collect();
        secrets.extend(short.iter().map(String::as_str));
        secrets.extend(["hunter2-hunter2", "a/b\\c\"d"]);
        let known = known(&secrets);
        let mut texts: Vec<String> = [
            "\\\\",
            "%5C",
            "%25",
            "\\u00",
            "\\u005c",
            "&#",
            "&#92;",
            "~1",
            "%5Cu00",
            "%255C",
            "\\\"",
            "&amp;",
            "&quot;",
            "&amp;amp;",
            "é",
            "😀",
            "\\ud83d\\ude00",
            "%F0%9F%98%80",
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
    fn a_short_secret_is_distinguished_from_chance() {
        let known = known(&["1001", "a1b2", "pass"]);
        let recognises = |text: &str| !known.recognised(text, true, true).is_empty();
        for text in [
            "a1b2",
            "\"a1b2\"",
            "t=a1b2&x",
            "Bearer a1b2",
            "t=a%31b2",
            "YTFiMg",
        ] {
            assert!(recognises(text), "{text}");
        }
        for text in [
            "a1b2c3",
            "0a1b2",
            "x-a1b2",
            "1001",
            "\"duration_ms\": 1001.5",
            "1 pass",
        ] {
            assert!(!recognises(text), "{text}");
        }
        assert!(known.recognised("x a1b2", true, false).is_empty());
        assert!(known.recognised("a1b2 x", false, true).is_empty());
    }
}
