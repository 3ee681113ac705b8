//! Very many forms of secrets, and which of them begin in a text in any spelling.
//!
//! Forms can be added and taken out at any time, and a text is read once, whatever their number. Almost every place is
//! dismissed by its first bytes ([`Beginnings`]); what remains is looked up in the ordered forms. Where a text has no
//! escape a place has one reading, elsewhere each [`Reading`](crate::redact::spelling::Reading) is followed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Included, Unbounded};

use crate::redact::spelling::{begins_escape, readings};

/// No form has fewer bytes.
pub(super) const SHORTEST: usize = 8;
/// So much work is done for each byte of a text, in all at most so much, and so much for a text of any length. A byte that is
/// only passed costs one step more.
const STEPS_PER_BYTE: usize = 64;
const MOST_STEPS: usize = 1 << 24;
const STEPS: usize = 1 << 20;
/// What it costs to look up a form, in steps.
const LOOKUP: usize = 32;
/// An escape that was cut begins at most so many bytes before the cut.
const LONGEST_CUT: usize = 24;
/// What is put where a text was cut, and the end of a text in JSON, where one may have been cut.
const MARKS: [&[u8]; 3] = ["…".as_bytes(), b"\\u2026", b"\""];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The owners of each form.
    forms: BTreeMap<Box<[u8]>, Vec<u32>>,
    beginnings: Beginnings,
    /// The length of the longest form that was ever added.
    longest: usize,
}

/// What a search has found.
#[derive(Debug, Default)]
pub(super) struct Owners {
    pub(super) numbers: BTreeSet<u32>,
    /// Did the search end before the text, because it would have taken too long?
    pub(super) is_cut: bool,
    /// The work that was done.
    pub(super) steps: usize,
}

impl Index {
    /// Adds a form, which has at least [`SHORTEST`] bytes.
    pub(super) fn add(&mut self, form: &[u8], owner: u32) {
        let owners = self.forms.entry(form.into()).or_default();
        if !owners.contains(&owner) {
            owners.push(owner);
        }
        self.beginnings.add(form);
        self.longest = self.longest.max(form.len());
    }

    /// Takes an owner from a form.
    pub(super) fn remove(&mut self, form: &[u8], owner: u32) {
        if let Some(owners) = self.forms.get_mut(form) {
            owners.retain(|known| *known != owner);
            if owners.is_empty() {
                self.forms.remove(form);
            }
        }
    }

    /// The owners of the forms in a text. Of those forms that agree with the end of a text that was cut, one is enough.
    pub(super) fn search(&self, text: &str) -> Owners {
        let mut owners = Owners::default();
        if self.forms.is_empty() {
            return owners;
        }
        let work = text.len().saturating_mul(STEPS_PER_BYTE).min(MOST_STEPS);
        let all = text.len().saturating_add(work) + STEPS;
        let mut search = Search {
            index: self,
            text: text.as_bytes(),
            found: Vec::new(),
            numbers: &mut owners.numbers,
            left: all,
        };
        let is_complete = search.everywhere().is_some();
        owners.steps = all - search.left;
        owners.is_cut = !is_complete;
        owners
    }

    /// Does any form begin with these bytes? Gives one.
    fn one_with(&self, beginning: &[u8]) -> Option<&[u32]> {
        let mut behind = self
            .forms
            .range::<[u8], _>((Included(beginning), Unbounded));
        let (form, owners) = behind.next()?;
        form.starts_with(beginning).then_some(owners)
    }
}

struct Search<'i, 't, 'o> {
    index: &'i Index,
    text: &'t [u8],
    found: Vec<crate::redact::spelling::Reading>,
    numbers: &'o mut BTreeSet<u32>,
    /// How many steps are left.
    left: usize,
}

impl Search<'_, '_, '_> {
    /// Searches every place; `None` when that would take too long.
    fn everywhere(&mut self) -> Option<()> {
        let mut escape = self.escape_from(0);
        for at in 0..self.text.len() {
            if escape < at {
                escape = self.escape_from(at);
            }
            self.spend(1)?;
            let is_plain = escape - at >= SHORTEST;
            if is_plain {
                let window = &self.text[at..at + SHORTEST];
                if !self.index.beginnings.may_begin(window) {
                    continue;
                }
            } else if escape == self.text.len() {
                // Too few bytes are left.
                return Some(());
            }
            self.place(at, escape)?;
        }
        Some(())
    }

    /// Searches one place; the next escape is at `escape`.
    fn place(&mut self, at: usize, escape: usize) -> Option<()> {
        let text = self.text;
        let end = escape.min(at + self.index.longest);
        let mut open: Vec<(Vec<u8>, usize)> = Vec::new();
        let stretch = &text[at..end];
        if self.follow(stretch, 0, at, end)? && end == escape && end < text.len() {
            open.push((stretch.to_vec(), end));
        }
        let mut seen: BTreeSet<(usize, Vec<u8>)> = BTreeSet::new();
        while let Some((read, place)) = open.pop() {
            let mut found = std::mem::take(&mut self.found);
            readings(text, place, &mut found);
            self.spend(8 * found.len())?;
            for reading in &found {
                let mut longer = [&read[..], reading.bytes()].concat();
                if !self.index.beginnings.may_begin(&longer) {
                    continue;
                }
                let rest = self.index.longest.saturating_sub(longer.len());
                let escape = self.escape_from(reading.end);
                let end = escape.min(reading.end + rest);
                longer.extend_from_slice(&text[reading.end..end]);
                let goes_on = self.follow(&longer, read.len(), reading.end, end)?
                    && end == escape
                    && end < text.len()
                    && longer.len() < self.index.longest;
                self.spend(LOOKUP)?;
                if goes_on && seen.insert((end, longer.clone())) {
                    open.push((longer, end));
                }
            }
            self.found = found;
        }
        Some(())
    }

    /// Takes note of the forms that are the beginning of what was read, of which the bytes of the text from `from` to
    /// `end` are the last part, and which have more than `known` bytes. May there be longer ones?
    fn follow(&mut self, read: &[u8], known: usize, from: usize, end: usize) -> Option<bool> {
        if !self.index.beginnings.may_begin(read) {
            return Some(false);
        }
        if read.len() < SHORTEST {
            return Some(true);
        }
        self.spend(LOOKUP)?;
        if self.index.one_with(&read[..SHORTEST]).is_none() {
            return Some(false);
        }
        self.spend((end - from) / 4)?;
        let mut part = read;
        while part.len() >= SHORTEST && part.len() > known {
            let mut before = self
                .index
                .forms
                .range::<[u8], _>((Unbounded, Included(part)));
            let Some((form, owners)) = before.next_back() else {
                break;
            };
            let common = common(form, part);
            self.spend(LOOKUP + common / 16)?;
            if common == form.len() {
                self.numbers.extend(owners);
                part = &part[..common - 1];
            } else {
                // A form that is the beginning is no longer than what it has in common with this one.
                part = &part[..common];
            }
        }
        self.before_cut(read, from, end)?;
        self.spend(LOOKUP)?;
        Some(self.index.one_with(read).is_some())
    }

    /// Takes note of a form that begins with what was read, if the text is cut there.
    fn before_cut(&mut self, read: &[u8], from: usize, end: usize) -> Option<()> {
        let text = self.text;
        let is_mark = |at: &usize| MARKS.iter().any(|mark| text[*at..].starts_with(mark));
        let near = text.len().min(end + LONGEST_CUT);
        let cut = (from..end).find(is_mark);
        // The cut may be in the escape that comes next.
        let cut = cut.or_else(|| (end..near).find(is_mark).map(|_| end));
        if let Some(cut) = cut {
            let read = &read[..read.len() - (end - cut)];
            self.spend(LOOKUP)?;
            if read.len() >= SHORTEST
                && let Some(owners) = self.index.one_with(read)
            {
                self.numbers.extend(owners.first());
            }
        }
        Some(())
    }

    fn escape_from(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let found = rest.iter().position(|byte| begins_escape(*byte));
        at + found.unwrap_or(rest.len())
    }

    fn spend(&mut self, steps: usize) -> Option<()> {
        self.left = self.left.checked_sub(steps)?;
        Some(())
    }
}

/// How many bytes two texts have in common at their beginnings.
fn common(one: &[u8], other: &[u8]) -> usize {
    let both = one.iter().zip(other);
    both.take_while(|(one, other)| one == other).count()
}

/// Says of most bytes that no form begins with them: bits for a hash of beginnings of some lengths.
#[derive(Debug, Default)]
struct Beginnings {
    bits: Vec<u64>,
}

/// The number of bits is two to the power of this.
const BITS: u32 = 22;
/// These lengths have bits.
const LENGTHS: [usize; 5] = [1, 2, 3, 4, SHORTEST];

impl Beginnings {
    fn add(&mut self, form: &[u8]) {
        if self.bits.is_empty() {
            self.bits = vec![0; 1 << (BITS - 6)];
        }
        for length in LENGTHS {
            for (word, bit) in Beginnings::places(&form[..form.len().min(length)]) {
                self.bits[word] |= bit;
            }
        }
    }

    /// Looks only at the first bytes. Every form begins with nothing.
    fn may_begin(&self, text: &[u8]) -> bool {
        let length = match text.len() {
            0 => return true,
            short @ 1..4 => short,
            4..SHORTEST => 4,
            _ => SHORTEST,
        };
        let [(one, first), (other, second)] = Beginnings::places(&text[..length]);
        !self.bits.is_empty() && self.bits[one] & first != 0 && self.bits[other] & second != 0
    }

    /// Two words, and a bit of each.
    fn places(text: &[u8]) -> [(usize, u64); 2] {
        let mut bytes = [0; SHORTEST];
        bytes[..text.len()].copy_from_slice(text);
        // Multiplying by a large odd number moves every byte to the upper bits.
        let salt = (text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (u64::from_le_bytes(bytes) ^ salt).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        [mixed >> (64 - BITS), (mixed >> 16) & ((1 << BITS) - 1)].map(|bit| {
            // So few bits are a number on every machine.
            let word = usize::try_from(bit / 64).unwrap_or_default();
            (word, 1 << (bit % 64))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::redact::spelled::spelled_at;

    fn index(forms: &[&str]) -> Index {
        let mut index = Index::default();
        for (number, form) in (0..).zip(forms) {
            index.add(form.as_bytes(), number);
        }
        index
    }

    fn found(index: &Index, text: &str) -> Vec<u32> {
        let owners = index.search(text);
        assert!(!owners.is_cut, "{text}");
        owners.numbers.into_iter().collect()
    }

    #[test]
    fn forms_that_begin_alike_are_distinguished() {
        let mut index = index(&["session-1", "session-12", "session-2", "session-1"]);
        assert_eq!(found(&index, "a session-12 b"), [0, 1, 3]);
        assert_eq!(found(&index, "session-1"), [0, 3]);
        assert_eq!(found(&index, "session-, session"), [0; 0]);
        assert_eq!(found(&index, "%73ession\\u002d2 x"), [2]);
        index.remove(b"session-1", 3);
        assert_eq!(found(&index, "a session-12 b"), [0, 1]);
        index.remove(b"session-1", 0);
        assert_eq!(found(&index, "a session-12 b"), [1]);
    }

    #[test]
    fn what_was_cut_is_found() {
        let index = index(&["a-long-session/1"]);
        for text in [
            "x a-long-s…",
            "a-long-se\\u2026",
            "\"a-long-session\"",
            "a-long-session%2…",
            "a%2Dlong-s…",
        ] {
            assert_eq!(found(&index, text), [0], "{text}");
        }
        for text in ["x a-long-…", "a-long-session", "\"a-long-session:\""] {
            assert_eq!(found(&index, text), [0; 0], "{text}");
        }
    }

    #[test]
    fn the_work_does_not_depend_on_the_number_of_forms() {
        let few = index(&["aaaa-bbbb", "0123456789"]);
        let mut many = Index::default();
        for number in 0..20_000_u32 {
            many.add(
                format!("{:08x}-session", number.wrapping_mul(0x9e37_79b1)).as_bytes(),
                number,
            );
        }
        let text = "{\"path\":\"C:\\\\a%20b\",\"text\":\"lorem ipsum 4711 f00d &amp; session\"}"
            .repeat(500);
        let (few, many) = (few.search(&text), many.search(&text));
        assert!(!few.is_cut && !many.is_cut);
        assert!(many.steps < few.steps * 4, "{} {}", few.steps, many.steps);
        assert!(
            many.steps < text.len() * 16,
            "{} of {}",
            many.steps,
            text.len()
        );
    }

    #[test]
    fn a_text_made_for_the_forms_is_cut_and_not_slow() {
        let nested: Vec<String> = (8..400).map(|count| "a".repeat(count)).collect();
        let nested: Vec<&str> = nested.iter().map(String::as_str).collect();
        assert!(index(&nested).search(&"a".repeat(100_000)).is_cut);
        let slashes = index(&["\\\\\\\\\\\\\\\\\\\\\\\\!"]);
        let owners = slashes.search(&"\\".repeat(100_000));
        assert!(owners.steps <= 100_000 * (STEPS_PER_BYTE + 1) + STEPS);
    }

    fn piece() -> impl Strategy<Value = String> {
        let plain = prop::sample::select(vec![
            "a", "b", "ab", "abab", "/", "\\", "\"", " ", "é", "%", "%2", "%25", "%2F", "%61",
            "\\u", "\\u0061", "\\/", "&", "&#", "&#47;", "&#x62;", ";", "+", "~1", "5C", "\\n",
        ]);
        plain.prop_map(str::to_owned)
    }

    proptest! {
        #[test]
        fn the_search_finds_what_trying_every_position_finds(
            forms in prop::collection::vec(prop::collection::vec(piece(), 4..9), 1..6),
            texts in prop::collection::vec(piece(), 0..40),
        ) {
            let forms: Vec<String> = forms.iter().map(|pieces| pieces.concat()).collect();
            let forms: Vec<&str> = forms.iter().map(String::as_str).filter(|form| form.len() >= SHORTEST).collect();
            let index = index(&forms);
            let text = texts.concat() + forms.first().unwrap_or(&"") + &texts.concat();
            let owners = index.search(&text);
            for (number, form) in (0..).zip(&forms) {
                let is_there = (0..text.len())
                    .filter(|at| text.is_char_boundary(*at))
                    .any(|at| spelled_at(&text, at, form).is_some());
                if is_there {
                    prop_assert!(owners.is_cut || owners.numbers.contains(&number), "{form:?} in {text:?}");
                } else if !text.contains('"') {
                    prop_assert!(!owners.numbers.contains(&number), "{form:?} in {text:?}");
                }
            }
        }
    }
}
