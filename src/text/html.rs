//! Character references of HTML, which Markdown has, too (CommonMark section 2.5).

use crate::text::hexadecimal::number;

/// The references of HTML 4.01 section 24.2 for U+00A0 to U+00FF.
const LATIN_1: [&[u8]; 96] = [
    b"nbsp", b"iexcl", b"cent", b"pound", b"curren", b"yen", b"brvbar", b"sect", b"uml", b"copy",
    b"ordf", b"laquo", b"not", b"shy", b"reg", b"macr", b"deg", b"plusmn", b"sup2", b"sup3",
    b"acute", b"micro", b"para", b"middot", b"cedil", b"sup1", b"ordm", b"raquo", b"frac14",
    b"frac12", b"frac34", b"iquest", b"Agrave", b"Aacute", b"Acirc", b"Atilde", b"Auml", b"Aring",
    b"AElig", b"Ccedil", b"Egrave", b"Eacute", b"Ecirc", b"Euml", b"Igrave", b"Iacute", b"Icirc",
    b"Iuml", b"ETH", b"Ntilde", b"Ograve", b"Oacute", b"Ocirc", b"Otilde", b"Ouml", b"times",
    b"Oslash", b"Ugrave", b"Uacute", b"Ucirc", b"Uuml", b"Yacute", b"THORN", b"szlig", b"agrave",
    b"aacute", b"acirc", b"atilde", b"auml", b"aring", b"aelig", b"ccedil", b"egrave", b"eacute",
    b"ecirc", b"euml", b"igrave", b"iacute", b"icirc", b"iuml", b"eth", b"ntilde", b"ograve",
    b"oacute", b"ocirc", b"otilde", b"ouml", b"divide", b"oslash", b"ugrave", b"uacute", b"ucirc",
    b"uuml", b"yacute", b"thorn", b"yuml",
];

/// The character that a text begins with a reference to, as `&amp;`, `&auml;`, `&#47;` and `&#x2F;` are, and how long that is.
pub(crate) fn reference(text: &[u8]) -> Option<(char, usize)> {
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let code = match &text[1..end] {
        b"amp" => u32::from('&'),
        b"lt" => u32::from('<'),
        b"gt" => u32::from('>'),
        b"quot" => u32::from('"'),
        b"apos" => u32::from('\''),
        [b'#', b'x' | b'X', digits @ ..] => number(digits)?,
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
        b"euro" => u32::from('€'),
        name => {
            let place = LATIN_1.iter().position(|one| *one == name)?;
            0xa0 + u32::try_from(place).ok()?
        }
    };
    Some((char::from_u32(code)?, end + 1))
}

/// The text with characters in place of references to them, except for control characters.
pub(crate) fn decoded(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, at)) = rest.find('&').map(|at| rest.split_at(at)) {
        decoded.push_str(before);
        let found = reference(at.as_bytes()).filter(|(character, _)| !character.is_control());
        let (character, length) = found.unwrap_or(('&', 1));
        decoded.push(character);
        rest = at.get(length..).unwrap_or_default();
    }
    decoded + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters_and_other_ampersands_stay() {
        for (text, expected) in [
            ("Q&amp;A", "Q&A"),
            ("&lt;b&gt; &#39;x&#x27;", "<b> 'x'"),
            ("a&nbsp;b &auml;", "a\u{a0}b \u{e4}"),
            ("&amp;lt;", "&lt;"),
            (
                "a & b; &unknown; &#0; &#xd800; &",
                "a & b; &unknown; &#0; &#xd800; &",
            ),
            ("&\u{e4}mp;", "&\u{e4}mp;"),
        ] {
            assert_eq!(decoded(text), expected, "{text}");
        }
    }
}
