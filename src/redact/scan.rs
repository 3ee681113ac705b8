//! A last look at what is written: does a secret stand in it after all?

use std::fmt;
use std::io::{self, Write};

use crate::redact::redactor::{Known, Redactor};

/// So much is looked through at a time.
const STRETCH: usize = 1 << 20;
/// An octet of a secret takes at most so many octets when it is spelled: twice percent-encoded, an escape of JSON in
/// a URL, a numeric reference of HTML.
const SPELLED: usize = 32;

/// Hands octets on as they come, and looks for secrets in them, whatever the pieces in which they come.
///
/// What is behind it must be thrown away when [`Watch::end`] fails.
pub struct Watch<W> {
    out: W,
    known: Known,
    /// What was not looked through yet, and before it what a secret could have begun in.
    window: Vec<u8>,
    overlap: usize,
    has_found: bool,
}

impl<W> fmt::Debug for Watch<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl<W: Write> Watch<W> {
    /// Watches what is written to `out`.
    pub fn new(redactor: &Redactor, out: W) -> Watch<W> {
        let known = redactor.telling();
        Watch {
            out,
            overlap: known.longest() * SPELLED,
            known,
            window: Vec::new(),
            has_found: false,
        }
    }

    /// What was written to, when no secret was.
    ///
    /// # Errors
    ///
    /// When a secret was written, or the last octets cannot be.
    pub fn end(mut self) -> io::Result<W> {
        self.look();
        if self.has_found {
            return Err(io::Error::other(
                "it would have held a secret; nothing was written",
            ));
        }
        self.out.flush()?;
        Ok(self.out)
    }

    /// Was a secret among what was written?
    pub fn has_found(&mut self) -> bool {
        self.look();
        self.has_found
    }

    fn look(&mut self) {
        let text = String::from_utf8_lossy(&self.window);
        self.has_found = self.has_found || self.known.next(&text, 0).is_some();
        let done = self.window.len().saturating_sub(self.overlap);
        self.window.drain(..done);
    }
}

impl<W: Write> Write for Watch<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let written = self.out.write(octets)?;
        if self.overlap > 0 {
            self.window.extend_from_slice(&octets[..written]);
            if self.window.len() >= STRETCH + self.overlap {
                self.look();
            }
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Secret;

    fn is_found(secret: &str, text: &[u8], piece: usize) -> bool {
        let redactor = Redactor::new(&[Secret::new(secret.to_owned())]);
        let mut watch = Watch::new(&redactor, Vec::new());
        for piece in text.chunks(piece) {
            watch.write_all(piece).unwrap();
        }
        watch.end().is_err()
    }

    #[test]
    fn what_holds_none_goes_through_as_it_is() {
        let redactor = Redactor::new(&[Secret::new("0123456789abcdef".to_owned())]);
        let text = "nothing to see ".repeat(200_000);
        let mut watch = Watch::new(&redactor, Vec::new());
        watch.write_all(text.as_bytes()).unwrap();
        assert_eq!(watch.end().unwrap(), text.into_bytes());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn a_secret_is_found_wherever_it_stands(
            before in STRETCH - 400..STRETCH + 800,
            piece in 1..2 * STRETCH,
            spelling in prop::sample::select(vec!["open/sesame", "open%252Fsesame", "open\\u002Fsesame"]),
        ) {
            let mut text = vec![b'.'; before];
            text.extend(spelling.as_bytes());
            text.extend(vec![b'.'; 2000]);
            // Pieces of single octets take long, and show nothing that pieces of a hundred do not.
            prop_assert!(is_found("open/sesame", &text, piece.max(100)));
            text[before] = b'O';
            prop_assert!(!is_found("open/sesame", &text, piece.max(100)));
        }
    }
}
