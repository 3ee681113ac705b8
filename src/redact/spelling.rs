//! How a text can be spelled on its way through URLs, JSON, JSON Pointers and HTML.
//!
//! A target that echoes a secret spells it as it likes: `a/b` may come back as `a%2Fb`, `a%2fb`,
//! `a\/b`, `a\u002Fb` or `a&#47;b`. One comparison, character by character, knows all of these.

/// At least so many characters of a wanted text must stand before a cut.
const SHORTEST_BEGINNING: usize = 4;

/// Where the wanted text ends if some spelling of it begins at an octet of `text`.
pub(crate) fn spelled_at(text: &str, at: usize, wanted: &str) -> Option<usize> {
    let mut ends = vec![at];
    for character in wanted.chars() {
        ends = after(text.as_bytes(), &ends, character);
        if ends.is_empty() {
            return None;
        }
    }
    ends.into_iter()
        .filter(|end| text.is_char_boundary(*end))
        .max()
}

/// The stretch of `text` that each character of the wanted text is spelled by, when all of them together
/// are the stretch from `at` to `end`.
pub(crate) fn pieces(
    text: &str,
    at: usize,
    end: usize,
    wanted: &str,
) -> Option<Vec<(usize, usize)>> {
    let mut reached = vec![vec![at]];
    for character in wanted.chars() {
        let places = reached.last().map_or(&[][..], Vec::as_slice);
        reached.push(after(text.as_bytes(), places, character));
    }
    // From the end to the beginning: each character began where the one before it could end.
    let mut pieces = Vec::new();
    let mut ends_at = end;
    for (index, character) in wanted
        .chars()
        .enumerate()
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let leads_there =
            |place: &&usize| after(text.as_bytes(), &[**place], character).contains(&ends_at);
        let starts_at = *reached[index].iter().find(leads_there)?;
        pieces.push((starts_at, ends_at));
        ends_at = starts_at;
    }
    pieces.reverse();
    Some(pieces)
}

/// Where the beginning of the wanted text stands that ends at the octet `cut` of `text`.
pub(crate) fn begins_before(text: &str, cut: usize, wanted: &str) -> Option<usize> {
    (0..cut).filter(|at| text.is_char_boundary(*at)).find(|at| {
        let mut ends = vec![*at];
        for (index, character) in wanted.chars().enumerate() {
            ends = after(text.as_bytes(), &ends, character);
            if ends.is_empty() {
                return false;
            }
            if index + 1 >= SHORTEST_BEGINNING && ends.contains(&cut) {
                return true;
            }
        }
        false
    })
}

/// Every place after a spelling of the character that begins at one of these places.
fn after(text: &[u8], places: &[usize], character: char) -> Vec<usize> {
    let mut ends = Vec::new();
    for place in places {
        let rest = text.get(*place..).unwrap_or_default();
        let lengths = [
            plain(rest, character),
            percent(rest, character),
            json(rest, character),
            html(rest, character),
            pointer(rest, character),
        ];
        ends.extend(lengths.into_iter().flatten().map(|length| place + length));
        if matches!(rest.first(), Some(b'%' | b'\\' | b'&')) {
            // Escaped first, then percent-encoded: a JSON text that was put into a URL.
            let (decoded, lengths) = percent_decoded(rest);
            let inside = [json(&decoded, character), html(&decoded, character)];
            ends.extend(
                inside
                    .into_iter()
                    .flatten()
                    .map(|end| place + lengths[end - 1]),
            );
        }
    }
    ends.sort_unstable();
    ends.dedup();
    ends
}

fn plain(text: &[u8], character: char) -> Option<usize> {
    let mut buffer = [0; 4];
    let octets = character.encode_utf8(&mut buffer).as_bytes();
    text.starts_with(octets).then_some(octets.len())
}

/// `%2F`, `%252F` where it was encoded again, and `+` for a space.
fn percent(text: &[u8], character: char) -> Option<usize> {
    if character == ' ' && text.first() == Some(&b'+') {
        return Some(1);
    }
    let mut buffer = [0; 4];
    let mut at = 0;
    for octet in character.encode_utf8(&mut buffer).bytes() {
        if text.get(at) != Some(&b'%') {
            return None;
        }
        at += 1;
        while octet != b'%' && text.get(at..at + 2) == Some(b"25") {
            at += 2;
        }
        if hex(text.get(at..at + 2)?) != Some(u32::from(octet)) {
            return None;
        }
        at += 2;
    }
    Some(at)
}

/// The octets that the beginning of a text stands for, and where each of them ends in the text.
fn percent_decoded(text: &[u8]) -> (Vec<u8>, Vec<usize>) {
    const LONGEST_ESCAPE: usize = 24;
    let mut octets = Vec::new();
    let mut ends = Vec::new();
    let mut at = 0;
    while at < text.len() && octets.len() < LONGEST_ESCAPE {
        let code = text.get(at + 1..at + 3).filter(|_| text[at] == b'%');
        let octet = code
            .and_then(hex)
            .and_then(|octet| u8::try_from(octet).ok());
        at += if octet.is_some() { 3 } else { 1 };
        octets.push(octet.unwrap_or(text[at - 1]));
        ends.push(at);
    }
    (octets, ends)
}

/// `\/`, `\n`, `\u002F`, and `\\\/` where it was escaped again: any number of backslashes counts as one.
fn json(text: &[u8], character: char) -> Option<usize> {
    let run = text.iter().take_while(|octet| **octet == b'\\').count();
    if run == 0 {
        return None;
    }
    if character == '\\' {
        return (run > 1).then_some(2);
    }
    let short = match text.get(run)? {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        other => char::from(*other),
    };
    if short == character && text[run] != b'u' {
        return Some(run + 1);
    }
    let mut buffer = [0; 2];
    let mut at = 0;
    for unit in character.encode_utf16(&mut buffer) {
        if text.get(at..at + run)?.iter().any(|octet| *octet != b'\\') {
            return None;
        }
        at += run;
        if text.get(at) != Some(&b'u') || hex(text.get(at + 1..at + 5)?) != Some(u32::from(*unit)) {
            return None;
        }
        at += 5;
    }
    Some(at)
}

/// `&amp;`, `&#47;`, `&#x2F;`.
fn html(text: &[u8], character: char) -> Option<usize> {
    if text.first() != Some(&b'&') {
        return None;
    }
    let end = text.iter().take(12).position(|octet| *octet == b';')?;
    let named = match &text[1..end] {
        b"amp" => Some(u32::from('&')),
        b"lt" => Some(u32::from('<')),
        b"gt" => Some(u32::from('>')),
        b"quot" => Some(u32::from('"')),
        b"apos" => Some(u32::from('\'')),
        [b'#', b'x' | b'X', digits @ ..] => hex(digits),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok(),
        _ => None,
    };
    (named == Some(u32::from(character))).then_some(end + 1)
}

/// `~1` for `/` and `~0` for `~`, as in a JSON Pointer (RFC 6901 section 3).
fn pointer(text: &[u8], character: char) -> Option<usize> {
    let escape = match character {
        '~' => b"~0",
        '/' => b"~1",
        _ => return None,
    };
    text.starts_with(escape).then_some(escape.len())
}

fn hex(digits: &[u8]) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("a+b", "a b"),
            ("\\\\", "\\"),
            ("a\\\\\\/b", "a/b"),
            ("a\\\\u002fb", "a/b"),
            ("a%252Fb", "a/b"),
            ("a%5C%22b", "a\"b"),
            ("a%5c/b", "a/b"),
            ("a\\%22b", "a\"b"),
            ("a%26quot%3Bb", "a\"b"),
            ("a~1b~0", "a/b~"),
            ("100%25", "100%"),
            ("\\\\", "\\\\"),
            ("\\ud83d\\ude00", "😀"),
            ("%F0%9F%98%80", "😀"),
        ] {
            assert_eq!(spelled_at(text, 0, wanted), Some(text.len()), "{text}");
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
            ("", "a"),
        ] {
            assert_eq!(spelled_at(text, 0, wanted), None, "{text}");
        }
    }

    #[test]
    fn a_beginning_counts_from_four_characters_on() {
        assert_eq!(begins_before("xx secr", 7, "secret"), Some(3));
        assert_eq!(begins_before("xx sec", 6, "secret"), None);
        assert_eq!(begins_before("xx secr", 6, "secret"), None);
    }
}
