//! Where one wanted text is in a text, or a part of it beside a cut.

use crate::redact::spelling::{Reading, begins_escape, readings};
use crate::redact::walk::Walk;

/// At least so many characters of a wanted text must be before or after a cut.
const SHORTEST_PART: usize = 4;
/// So many bytes before a cut are searched: excerpts are shorter.
const BEFORE_CUT: usize = 2048;
/// An escape that was cut begins at most so many bytes before the cut.
const LONGEST_CUT: usize = 24;

/// The furthest place where a spelling of the wanted text ends that begins at a byte of `text`.
pub(super) fn spelled_at(text: &str, at: usize, wanted: &str) -> Option<usize> {
    let mut walk = Walk::new(wanted);
    let mut found = Vec::new();
    let mut furthest = None;
    walk.begin(at);
    let mut place = at;
    while walk.goes_on(place) {
        if walk.is_at(place) {
            readings(text.as_bytes(), place, &mut found);
            if walk.visit(place, &found) && text.is_char_boundary(place) {
                furthest = Some(place);
            }
        }
        place += 1;
    }
    furthest
}

/// What a text can be read as before a cut.
#[derive(Debug)]
pub(super) struct BeforeCut<'t> {
    text: &'t str,
    from: usize,
    cut: usize,
    readings: Vec<Vec<Reading>>,
}

impl<'t> BeforeCut<'t> {
    /// Looks at the text before the byte `cut`, not before `from`.
    pub(super) fn new(text: &'t str, from: usize, cut: usize) -> BeforeCut<'t> {
        let before = &text.as_bytes()[..cut];
        let from = from.max(cut.saturating_sub(BEFORE_CUT));
        let read = |at| {
            let mut found = Vec::new();
            readings(before, at, &mut found);
            found
        };
        BeforeCut {
            text,
            from,
            cut,
            readings: (from..cut).map(read).collect(),
        }
    }

    /// Where the beginning of the wanted text is that ends at the cut.
    pub(super) fn begins(&self, wanted: &str) -> Option<usize> {
        let (shortest, _) = wanted.char_indices().nth(SHORTEST_PART - 1)?;
        let bytes = self.text.as_bytes();
        let first = wanted.as_bytes()[0];
        let starts: Vec<usize> = (self.from..self.cut)
            .filter(|at| self.text.is_char_boundary(*at))
            .filter(|at| {
                let mut readings = self.readings[at - self.from].iter();
                readings.any(|reading| reading.bytes()[0] == first)
            })
            .collect();
        let from = *starts.first()?;
        let mut walk = Walk::new(wanted);
        let mut leads_there = |starts: &[usize]| {
            walk.clear();
            let mut starts = starts.iter().peekable();
            for (at, byte) in bytes.iter().enumerate().take(self.cut).skip(from) {
                if starts.next_if(|start| **start == at).is_some() {
                    walk.begin(at);
                }
                // An escape can be cut, too.
                let is_near = self.cut - at <= LONGEST_CUT;
                if is_near && begins_escape(*byte) && walk.has_read(at, shortest + 1) {
                    return true;
                }
                walk.visit(at, &self.readings[at - self.from]);
            }
            walk.has_read(self.cut, shortest + 1)
        };
        if !leads_there(&starts) {
            return None;
        }
        // The first with which the beginnings up to it lead there.
        let (mut too_few, mut enough) = (0, starts.len());
        while enough - too_few > 1 {
            let middle = too_few.midpoint(enough);
            if leads_there(&starts[..middle]) {
                enough = middle;
            } else {
                too_few = middle;
            }
        }
        starts.get(enough - 1).copied()
    }
}

/// What a text can be read as after a cut.
#[derive(Debug)]
pub(super) struct AfterCut<'t> {
    text: &'t str,
    at: usize,
    /// Where the text is cut again.
    next_cut: Option<usize>,
    first: Vec<Reading>,
}

impl<'t> AfterCut<'t> {
    /// Looks at the text from the byte `at` on, to the next cut.
    pub(super) fn new(text: &'t str, at: usize, next_cut: Option<usize>) -> AfterCut<'t> {
        let mut first = Vec::new();
        readings(text.as_bytes(), at, &mut first);
        AfterCut {
            text,
            at,
            next_cut,
            first,
        }
    }

    /// Where a part of the wanted text ends that begins at the cut: its end, or one from its middle that was cut again.
    pub(super) fn ends(&self, wanted: &str) -> Option<usize> {
        let begins_here = |rest: &&str| {
            let mut first = self.first.iter();
            first.any(|reading| rest.as_bytes().first() == reading.bytes().first())
        };
        let parts = wanted.char_indices().skip(1).map(|(at, _)| &wanted[at..]);
        let ends = parts.filter(begins_here).map(|rest| self.end_of(rest));
        ends.max().flatten()
    }

    fn end_of(&self, rest: &str) -> Option<usize> {
        let (shortest, _) = rest.char_indices().nth(SHORTEST_PART - 1)?;
        let mut walk = Walk::new(rest);
        let mut found = Vec::new();
        let mut furthest = None;
        walk.begin(self.at);
        let mut place = self.at;
        while walk.goes_on(place) {
            if self.next_cut == Some(place) && walk.has_read(place, shortest + 1) {
                return Some(place);
            }
            if walk.is_at(place) {
                readings(self.text.as_bytes(), place, &mut found);
                if walk.visit(place, &found) && self.text.is_char_boundary(place) {
                    furthest = Some(place);
                }
            }
            place += 1;
        }
        furthest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::spelling::pieces;

    #[test]
    fn a_text_is_known_however_it_is_spelled() {
        for (text, wanted) in [
            ("a/b", "a/b"),
            ("a%2Fb", "a/b"),
            ("a%2fb", "a/b"),
            ("a\\/b", "a/b"),
            ("a\\u002Fb", "a/b"),
            ("a&#47;b", "a/b"),
            ("a&#x2f;b", "a/b"),
            ("&nbsp;&Auml;&szlig;&yuml;&euro;", "\u{a0}Äßÿ€"),
            ("a+b", "a b"),
            ("\\\\", "\\"),
            ("\\\\\\\\", "\\"),
            ("a\\\\\\/b", "a/b"),
            ("a\\\\u002fb", "a/b"),
            ("a%252Fb", "a/b"),
            ("a%2525252Fb", "a/b"),
            ("a%5C%22b", "a\"b"),
            ("a%255C%2522b", "a\"b"),
            ("a%5c/b", "a/b"),
            ("a\\%22b", "a\"b"),
            ("a%26quot%3Bb", "a\"b"),
            ("a~1b~0", "a/b~"),
            ("100%25", "100%"),
            ("\\\\", "\\\\"),
            ("\\ud83d\\ude00", "😀"),
            ("\\u{1f600}\\u{ad}", "😀\u{ad}"),
            ("\\\\ud83d\\\\ude00", "😀"),
            ("%F0%9F%98%80", "😀"),
            ("&#128512;", "😀"),
        ] {
            assert_eq!(spelled_at(text, 0, wanted), Some(text.len()), "{text}");
            assert!(pieces(text, 0, text.len(), wanted).is_some(), "{text}");
        }
    }

    #[test]
    fn another_text_is_not() {
        for (text, wanted) in [
            ("a/c", "a/b"),
            ("a%2", "a/"),
            ("a%2Gb", "a/b"),
            ("a%+1b", "a\u{1}b"),
            ("\\u", "u"),
            ("&amp", "&&"),
            ("\\ud83d", "\u{fffd}"),
            ("", "a"),
        ] {
            assert_eq!(spelled_at(text, 0, wanted), None, "{text}");
        }
    }

    #[test]
    fn a_beginning_counts_from_four_characters_on() {
        let begins =
            |text: &str, from: usize, cut: usize| BeforeCut::new(text, from, cut).begins("secret");
        assert_eq!(begins("xx secr", 0, 7), Some(3));
        assert_eq!(begins("xx sec", 0, 6), None);
        assert_eq!(begins("xx secr", 0, 6), None);
        assert_eq!(begins("xx secr", 4, 7), None);
        assert_eq!(begins("sexx secr", 0, 9), Some(5));
        assert_eq!(begins("xx secr%6", 0, 9), Some(3));
        assert_eq!(begins("xx secr\\u{6", 0, 11), Some(3));
        assert_eq!(begins("xx sec%6", 0, 8), None);
    }
    #[test]
    fn an_end_counts_from_four_characters_on() {
        let ends = |text: &str, at: usize, next: Option<usize>| {
            AfterCut::new(text, at, next).ends("my-secret")
        };
        assert_eq!(ends("cret, xx", 0, None), Some(4));
        assert_eq!(ends("ret, xx", 0, None), None);
        assert_eq!(ends("xx y-s%65cret", 3, None), Some(13));
        assert_eq!(ends("y-sec", 0, Some(5)), Some(5));
        assert_eq!(ends("y-s", 0, Some(3)), None);
        assert_eq!(ends("y-sec", 0, None), None);
        assert_eq!(ends("my-secret", 0, None), None);
        assert_eq!(ends("", 0, Some(0)), None);
    }
}
