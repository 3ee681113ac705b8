//! The last check of what is written: does it hold a secret after all?

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use crate::redact::redactor::Redactor;
use crate::redact::search::Known;
use crate::redact::texts::Texts;

/// So much is searched at a time.
const STRETCH: usize = 1 << 20;
/// A byte of a secret takes at most so many bytes when it is spelled: twice percent-encoded, an escape of JSON in
/// a URL, a numeric reference of HTML.
const SPELLED: usize = 32;

/// Passes bytes on as they come, and looks for secrets in them, whatever the pieces in which they come.
///
/// What was written must be thrown away when [`OutputScan::end`] fails.
pub struct OutputScan<W> {
    out: W,
    known: Arc<Known>,
    /// What has not been searched yet, and before it what a secret could have begun in.
    window: Vec<u8>,
    /// Does the window begin where the output does?
    is_first: bool,
    overlap: usize,
    /// The numbers of the forms that were found.
    found: BTreeSet<u32>,
}

impl<W> fmt::Debug for OutputScan<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputScan").finish_non_exhaustive()
    }
}

impl<W: Write> OutputScan<W> {
    /// Scans what is written to `out`.
    pub fn new(redactor: &Redactor, out: W) -> OutputScan<W> {
        let known = redactor.known();
        OutputScan {
            out,
            overlap: known.longest() * SPELLED,
            known,
            window: Vec::new(),
            is_first: true,
            found: BTreeSet::new(),
        }
    }

    /// Returns the destination when no secret was written.
    ///
    /// # Errors
    ///
    /// When a secret was written, or the last bytes cannot be.
    pub fn end(mut self) -> io::Result<W> {
        if self.has_found() {
            return Err(io::Error::other(
                "it would have held a secret; nothing was written",
            ));
        }
        self.out.flush()?;
        Ok(self.out)
    }

    /// Was a secret among what was written?
    pub fn has_found(&mut self) -> bool {
        self.search(true);
        !self.found.is_empty()
    }

    /// Excuses what is no secret in this output: what `own` has, the same output without the texts from outside, and
    /// what only escaping has made.
    pub fn excuse(&mut self, own: &str, texts: &Texts) {
        self.known.alarming(&mut self.found, own, texts);
    }

    fn search(&mut self, is_last: bool) {
        let text = std::str::from_utf8(&self.window);
        let text = text.map_or_else(|_| String::from_utf8_lossy(&self.window), Cow::Borrowed);
        let found = self.known.recognised(&text, self.is_first, is_last);
        self.found.extend(found);
        if is_last {
            self.window.clear();
            self.is_first = false;
        } else {
            let done = self.window.len().saturating_sub(self.overlap);
            self.window.drain(..done);
            self.is_first &= done == 0;
        }
    }
}

impl<W: Write> Write for OutputScan<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        if self.overlap > 0 {
            self.window.extend_from_slice(&bytes[..written]);
            if self.window.len() >= STRETCH + self.overlap {
                self.search(false);
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
    use crate::redact::Secret;

    fn is_found(secret: &str, text: &[u8], piece: usize) -> bool {
        let redactor = Redactor::new(&[Secret::new(secret.to_owned())]);
        let mut scan = OutputScan::new(&redactor, Vec::new());
        for piece in text.chunks(piece) {
            scan.write_all(piece).unwrap();
        }
        scan.end().is_err()
    }

    #[test]
    fn what_holds_none_goes_through_as_it_is() {
        let redactor = Redactor::new(&[Secret::new("0123456789abcdef".to_owned())]);
        let text = "nothing to see ".repeat(200_000);
        let mut scan = OutputScan::new(&redactor, Vec::new());
        scan.write_all(text.as_bytes()).unwrap();
        assert_eq!(scan.end().unwrap(), text.into_bytes());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn a_secret_is_found_wherever_it_is(
            before in STRETCH - 400..STRETCH + 800,
            piece in 1..2 * STRETCH,
            spelling in prop::sample::select(vec!["open/sesame", "open%252Fsesame", "open\\u002Fsesame"]),
        ) {
            let mut text = vec![b'.'; before];
            text.extend(spelling.as_bytes());
            text.extend(vec![b'.'; 2000]);
            // Pieces of single bytes take long, and show nothing that pieces of a hundred do not.
            prop_assert!(is_found("open/sesame", &text, piece.max(100)));
            text[before] = b'O';
            prop_assert!(!is_found("open/sesame", &text, piece.max(100)));
        }
    }
}
