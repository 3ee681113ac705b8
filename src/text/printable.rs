//! Makes text safe to print.
//!
//! A response may contain anything. On a terminal, escape sequences move the cursor and change colours, and
//! bidirectional controls reorder text. All text from outside goes through [`printable`] before it is written.

use std::borrow::Cow;
use std::fmt::Write;

/// The text on one line, with every character that a terminal interprets or hides as an escape.
///
/// `\n`, `\r` and `\t` are written like that, the others as `\u{1b}`. Backslashes are not escaped: the result is for
/// people, not for parsers.
///
/// ```
/// use probity::text::printable::printable;
///
/// assert_eq!(printable("plain"), "plain");
/// assert_eq!(printable("red \u{1b}[31m\n"), "red \\u{1b}[31m\\n");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_printable(&mut safe, character);
    }
    Cow::Owned(safe)
}

/// Adds one character as [`printable`] writes it.
pub(crate) fn push_printable(safe: &mut String, character: char) {
    match character {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        other if is_unprintable(other) => {
            // Writing to a `String` cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(other));
        }
        other => safe.push(other),
    }
}

/// Does a terminal interpret the character, or show nothing for it?
///
/// C0, DEL and C1; line and paragraph separators; bidirectional controls (Unicode Standard Annex 9);
/// invisible characters that make different values look the same. The joiners U+200C and U+200D are printed: Persian and
/// emoji need them.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_in_any_script_is_not_touched() {
        for text in [
            "",
            "a b",
            "zwölf",
            "日本語",
            "👩\u{200d}🚀",
            "می\u{200c}خواهم",
        ] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn controls_are_escaped() {
        assert_eq!(printable("\0\u{7}\u{1b}[2J"), "\\u{0}\\u{7}\\u{1b}[2J");
        assert_eq!(
            printable("\u{7f}\u{80}\u{9b}31m"),
            "\\u{7f}\\u{80}\\u{9b}31m"
        );
        assert_eq!(printable("a\r\n\tb"), "a\\r\\n\\tb");
    }

    #[test]
    fn text_cannot_be_reordered_or_hidden() {
        let controls = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\
                        \u{200e}\u{200f}\u{61c}\u{feff}\u{200b}\u{2028}\u{e0041}";
        for character in controls.chars() {
            let text = character.to_string();
            assert_eq!(
                printable(&text),
                format!("\\u{{{:x}}}", u32::from(character))
            );
        }
    }
}
