//! How a text can be spelled in URLs, JSON, JSON Pointers and HTML.
//!
//! A target that echoes a secret spells it as it likes: `a/b` may come back as `a%2Fb`, `a%2fb`, `a\/b`, `a\u002Fb` or
//! `a&#47;b`. Each position of a text has a few [`Reading`]s: the bytes that it may represent, and where to read on.
//! Finding them looks at a bounded number of bytes ([`LONGEST`]).

use crate::text::hexadecimal::number;
use crate::text::html::reference;

/// No reading is longer than this, in bytes of the text.
pub(super) const LONGEST: usize = DECODED * (3 + 2 * ENCODED_AGAIN);
/// How often text may be percent-encoded after the first time: `%2F` becomes `%252F`.
const ENCODED_AGAIN: usize = 8;
/// How many backslashes may be before an escaped character: JSON that was put into JSON five times has 31.
const BACKSLASHES: usize = 31;
/// How many percent-decoded bytes are searched for an escape of JSON or HTML.
const DECODED: usize = 24;
/// So many ways through a stretch are tried for each byte of a wanted text to tell how it is spelled. Few stretches
/// have more than two places for a byte.
const WAYS: usize = 32;

/// One way to read a text at a position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    bytes: [u8; 4],
    length: u8,
    /// Where the text continues.
    pub(super) end: usize,
}

impl Reading {
    fn byte(byte: u8, end: usize) -> Reading {
        Reading {
            bytes: [byte, 0, 0, 0],
            length: 1,
            end,
        }
    }

    fn character(character: char, end: usize) -> Reading {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Reading {
            bytes,
            // At most 4.
            length: u8::try_from(length).unwrap_or_default(),
            end,
        }
    }

    /// The bytes that it represents.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// Can this byte begin an escape? Every other byte has one reading: itself.
pub(super) fn begins_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&' | b'+' | b'~')
}

/// Every reading of the text at a position.
pub(super) fn readings(text: &[u8], at: usize, found: &mut Vec<Reading>) {
    found.clear();
    let Some(first) = text.get(at) else { return };
    found.push(Reading::byte(*first, at + 1));
    match (first, text.get(at + 1)) {
        (b'+', _) => found.push(Reading::byte(b' ', at + 1)),
        // RFC 6901 section 3.
        (b'~', Some(b'0')) => found.push(Reading::byte(b'~', at + 2)),
        (b'~', Some(b'1')) => found.push(Reading::byte(b'/', at + 2)),
        (b'%' | b'\\' | b'&', _) => {
            let rest = &text[at..text.len().min(at + LONGEST)];
            percent(rest, at, found);
            escapes(rest, found, |length| at + length);
            // Escaped first, then percent-encoded: a JSON text that was put into a URL.
            if *first == b'%' || rest[..rest.len().min(DECODED)].contains(&b'%') {
                let (decoded, ends) = percent_decoded(rest);
                escapes(&decoded, found, |length| at + ends[length - 1]);
            }
        }
        _ => {}
    }
}

/// `%2F`, and `%252F` where it was encoded again.
fn percent(rest: &[u8], at: usize, found: &mut Vec<Reading>) {
    if rest[0] != b'%' {
        return;
    }
    let mut digits = 1;
    for _ in 0..=ENCODED_AGAIN {
        let Some(byte) = byte_of(rest, digits) else {
            return;
        };
        digits += 2;
        found.push(Reading::byte(byte, at + digits));
        if byte != b'%' {
            return;
        }
    }
}

/// The bytes that the beginning of a text represents when it was percent-encoded, and where each of them ends.
fn percent_decoded(text: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = Vec::with_capacity(DECODED);
    let mut ends = Vec::with_capacity(DECODED);
    let mut at = 0;
    while at < text.len() && bytes.len() < DECODED {
        let mut end = at + 1;
        let mut byte = text[at];
        for _ in 0..=ENCODED_AGAIN {
            match byte_of(text, end) {
                Some(decoded) if byte == b'%' => (byte, end) = (decoded, end + 2),
                _ => break,
            }
        }
        bytes.push(byte);
        ends.push(end);
        at = end;
    }
    (bytes, ends)
}

/// The escapes of JSON and HTML at the beginning of a text; `end` says where one of that length ends.
fn escapes(text: &[u8], found: &mut Vec<Reading>, end: impl Fn(usize) -> usize) {
    match text.first() {
        Some(b'\\') => json(text, found, end),
        Some(b'&') => {
            found.extend(reference(text).map(|(one, length)| Reading::character(one, end(length))));
        }
        _ => {}
    }
}

/// `\/`, `\n`, `\u002F`, and `\\\/` where it was escaped again: any number of backslashes counts as one.
fn json(text: &[u8], found: &mut Vec<Reading>, end: impl Fn(usize) -> usize) {
    let window = text.iter().take(BACKSLASHES + 1);
    let run = window.take_while(|byte| **byte == b'\\').count();
    let backslashes = [2, 4, 8].into_iter().filter(|length| *length <= run);
    found.extend(backslashes.map(|length| Reading::byte(b'\\', end(length))));
    if run > BACKSLASHES {
        return;
    }
    let short = match text.get(run) {
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'b') => 0x8,
        Some(b'f') => 0xc,
        Some(b'u') => {
            found.extend(
                unicode(text, run).map(|(one, length)| Reading::character(one, end(length))),
            );
            return;
        }
        Some(other) if other.is_ascii() && *other != b'\\' => *other,
        _ => return,
    };
    found.push(Reading::byte(short, end(run + 1)));
}

/// `\u002F` and `\ud83d\ude00`, each behind a run of backslashes; and `\u{2f}`, which messages have.
fn unicode(text: &[u8], run: usize) -> Option<(char, usize)> {
    if text.get(run + 1) == Some(&b'{') {
        let digits = text.get(run + 2..)?;
        let count = digits.iter().take(7).position(|byte| *byte == b'}')?;
        let character = char::from_u32(number(&digits[..count])?)?;
        return Some((character, run + count + 3));
    }
    let unit = |at: usize| {
        let is_escape = text.get(at..at + run)?.iter().all(|byte| *byte == b'\\');
        let is_escape = is_escape && text.get(at + run) == Some(&b'u');
        let digits = text.get(at + run + 1..at + run + 5)?;
        is_escape.then(|| number(digits)).flatten()
    };
    let length = run + 5;
    let first = unit(0)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, length));
    }
    let units = [first, unit(length)?].map(|unit| u16::try_from(unit).unwrap_or_default());
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((character, 2 * length))
}

/// The byte that two hexadecimal digits represent.
fn byte_of(text: &[u8], at: usize) -> Option<u8> {
    let digits = text.get(at..at + 2)?;
    number(digits).and_then(|number| u8::try_from(number).ok())
}

/// Every place that can be reached after each number of bytes of the wanted text; cut off where there is none.
/// `None` when there are too many ways to get there.
fn reached(text: &[u8], at: usize, wanted: &[u8]) -> Option<Vec<Vec<usize>>> {
    let mut left = WAYS * (wanted.len() + 1);
    let mut reached: Vec<Vec<usize>> = vec![vec![at]];
    let mut found = Vec::new();
    let mut count = 0;
    while count < reached.len() && count < wanted.len() {
        let places = std::mem::take(&mut reached[count]);
        for place in &places {
            left = left.checked_sub(places.len())?;
            readings(text, *place, &mut found);
            for reading in &found {
                let bytes = reading.bytes();
                if wanted[count..].starts_with(bytes) {
                    let after = count + bytes.len();
                    if reached.len() <= after {
                        reached.resize_with(after + 1, Vec::new);
                    }
                    if !reached[after].contains(&reading.end) {
                        reached[after].push(reading.end);
                    }
                }
            }
        }
        reached[count] = places;
        count += 1;
    }
    Some(reached)
}

/// A stretch of a text, and the bytes of the wanted text that it spells.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: std::ops::Range<usize>,
    pub(super) wanted: std::ops::Range<usize>,
}

/// The pieces by which the stretch from `at` to `end` spells the wanted text.
pub(super) fn pieces(text: &str, at: usize, end: usize, wanted: &str) -> Option<Vec<Piece>> {
    let wanted = wanted.as_bytes();
    let reached = reached(text.as_bytes(), at, wanted)?;
    let mut pieces = Vec::new();
    let mut found = Vec::new();
    let (mut to, mut count) = (end, wanted.len());
    // From the end to the beginning: each piece begins where the one before it can end.
    while count > 0 {
        let mut leads_there = |before: usize, place: usize| {
            readings(text.as_bytes(), place, &mut found);
            let mut found = found.iter();
            found.any(|one| one.end == to && *one.bytes() == wanted[before..count])
        };
        let befores = (count.saturating_sub(4)..count).rev();
        let mut places = befores.flat_map(|before| {
            reached
                .get(before)
                .into_iter()
                .flatten()
                .map(move |place| (before, *place))
        });
        let (before, from) = places.find(|(before, place)| leads_there(*before, *place))?;
        pieces.push(Piece {
            text: from..to,
            wanted: before..count,
        });
        (to, count) = (from, before);
    }
    pieces.reverse();
    Some(pieces)
}
