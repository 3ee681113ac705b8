//! Names of which the value changes.

use std::ops::Range;

use crate::import::postman::code::{Code, is_word};

impl Code {
    /// Names that code in a range may give another value, or whose value it may change. Those that a block declares are
    /// others than those outside of it.
    pub(crate) fn changed(&self, range: &Range<usize>, is_block: bool) -> Vec<&str> {
        let unpacked = self.unpacked(range);
        let mut names = Vec::new();
        let mut before = "";
        let mut at = range.start;
        while at < range.end {
            if !is_word(self.shape[at]) {
                at += 1;
                continue;
            }
            let end = self.word_end(at, range.end);
            let is_in = |part: &Range<usize>| part.contains(&at);
            let is_changed = before == "delete"
                || self.is_changed(end, range.end)
                || self.is_step(at)
                || unpacked
                    .get(unpacked.partition_point(|part| part.end <= at))
                    .is_some_and(is_in);
            let is_own = is_block && matches!(before, "const" | "let" | "var");
            if is_changed && !is_own && self.before(at) != Some(b'.') {
                names.push(self.text(&(at..end)));
            }
            before = self.text(&(at..end));
            at = end;
        }
        names
    }

    /// Is what ends here, or a member of it, assigned to or sorted?
    fn is_changed(&self, mut at: usize, end: usize) -> bool {
        const CHANGING: [&str; 9] = [
            "sort",
            "reverse",
            "shift",
            "unshift",
            "pop",
            "push",
            "splice",
            "fill",
            "copyWithin",
        ];
        const SIGNS: [&str; 17] = [
            "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**=", "&&=", "||=", "??=",
            "<<=", ">>=", ">>>=",
        ];
        loop {
            at = self.skip(at, end, b"");
            let rest = &self.shape[at..end];
            match rest {
                [b'[', ..] => at = self.after(at),
                [b'.', ..] => {
                    let start = self.skip(at + 1, end, b"");
                    let stop = self.word_end(start, end);
                    if stop == start {
                        return false;
                    }
                    let word = self.text(&(start..stop));
                    if self.shape.get(self.skip(stop, end, b"")) == Some(&b'(') {
                        return CHANGING.contains(&word);
                    }
                    at = stop;
                }
                [b'=', next, ..] => return !matches!(next, b'=' | b'>'),
                _ => {
                    let is_sign = |sign: &&str| rest.starts_with(sign.as_bytes());
                    let is_next = rest.starts_with(b"of ") || rest.starts_with(b"in ");
                    return is_next || SIGNS.iter().any(is_sign);
                }
            }
        }
    }

    /// Is `++` or `--` before this place?
    fn is_step(&self, at: usize) -> bool {
        let before = self.shape[..at].trim_ascii_end();
        before.ends_with(b"++") || before.ends_with(b"--")
    }

    /// The patterns of `{ a, b } = ...` in a range: in order, none in another one.
    fn unpacked(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let mut all: Vec<Range<usize>> = Vec::new();
        for (open, close) in self.pairs.range(range.clone()) {
            let is_inside = all.last().is_some_and(|last| last.contains(open));
            if is_inside || *close >= range.end || self.shape[*close] == b')' {
                continue;
            }
            let behind = self.skip(close + 1, range.end, b"");
            if let [b'=', next, ..] = &self.shape[behind..range.end]
                && !matches!(next, b'=' | b'>')
            {
                all.push(*open..*close);
            }
        }
        all
    }
}
