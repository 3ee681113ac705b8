//! Words of a command that is shown to be copied into a shell.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::text::printable::printable;

/// A word for a shell: as it is, in quotes, or as `$'...'` where a terminal would act on a character.
/// The last is known to bash, zsh and ksh, and is the only one that survives being copied.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&b));
    if is_plain {
        return text.to_owned();
    }
    if let Cow::Borrowed(_) = printable(text) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut word = String::from("$'");
    for character in text.chars() {
        match character {
            '\'' => word.push_str("\\'"),
            '\\' => word.push_str("\\\\"),
            '\n' => word.push_str("\\n"),
            '\r' => word.push_str("\\r"),
            '\t' => word.push_str("\\t"),
            other => {
                let mut buffer = [0; 4];
                let bytes = other.encode_utf8(&mut buffer);
                if let Cow::Borrowed(_) = printable(bytes) {
                    word.push(other);
                    continue;
                }
                for byte in bytes.bytes() {
                    // Three octal digits: what follows cannot be taken for a part of them.
                    let _ = write!(word, "\\{byte:03o}");
                }
            }
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("a/b"), "a/b");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("é {}"), "'é {}'");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_escaped_in_a_word() {
        assert_eq!(quoted("a\nb'c\\"), "$'a\\nb\\'c\\\\'");
        assert_eq!(quoted("\u{1b}[31m7"), "$'\\033[31m7'");
        assert_eq!(quoted("\u{85}1"), "$'\\302\\2051'");
    }
}
