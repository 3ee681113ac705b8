//! The statements of a script, and whether what is in them always runs.
//!
//! Nothing is evaluated. Where it is in doubt, two statements are one, which nothing else can read then.

use std::ops::Range;

use crate::import::postman::code::{Code, is_word};

/// Deepest nesting of statements without braces: `if (a) if (b) ...`.
const DEPTH: usize = 100;

/// A statement, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

/// What a statement is, as far as that decides whether what is in it runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Simple,
    /// Statements in braces.
    Block(Range<usize>),
    /// What is in the function of `pm.test`, or in one that is called at once.
    Called(Range<usize>),
    /// `pm.test.skip`.
    SkippedTest,
    /// A return, with its value.
    Return(Range<usize>),
    /// A condition, a loop, a declaration of a function: what is in it may not run.
    Compound,
}

impl Code {
    /// The statements in a range, which is that of a block.
    pub(crate) fn statements(&self, range: Range<usize>) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut at = range.start;
        loop {
            at = self.skip(at, range.end, b";");
            if at >= range.end {
                return statements;
            }
            let (kind, end) = self.statement(at, range.end, 0);
            let end = end.clamp(at + 1, range.end);
            statements.push(Statement {
                kind,
                range: at..end,
            });
            at = end;
        }
    }

    /// Is there a `return` in a range, outside of the functions in it?
    pub(crate) fn returns(&self, range: &Range<usize>) -> bool {
        let mut at = range.start;
        while at < range.end {
            match self.shape[at] {
                b'{' if self.is_body(at) => at = self.after(at),
                byte if is_word(byte) => {
                    let end = self.word_end(at, range.end);
                    if self.is_at(at..end, "return") && self.before(at) != Some(b'.') {
                        return true;
                    }
                    at = end;
                }
                _ => at += 1,
            }
        }
        false
    }

    /// Does a range have a function in it?
    pub(crate) fn has_function(&self, range: &Range<usize>) -> bool {
        let shape = &self.shape[range.clone()];
        shape.windows(2).any(|two| two == b"=>") || shape.windows(8).any(|word| word == b"function")
    }

    /// The statement at a place, and where it ends.
    fn statement(&self, at: usize, end: usize, depth: usize) -> (Kind, usize) {
        if depth > DEPTH {
            return (Kind::Compound, end);
        }
        if self.shape[at] == b'{' {
            let stop = self.after(at);
            return (Kind::Block(at + 1..stop - 1), stop);
        }
        let word_end = self.word_end(at, end);
        let behind = self.skip(word_end, end, b"");
        let inner = |at: usize| {
            let at = self.skip(at, end, b"");
            if at < end {
                self.statement(at, end, depth + 1).1
            } else {
                end
            }
        };
        let stop = match self.text(&(at..word_end)) {
            "if" => {
                let stop = inner(self.after_next(b'(', behind, end));
                match self.word_behind(stop, end, b";", &["else"]) {
                    Some(after) => inner(after),
                    None => stop,
                }
            }
            "for" | "while" | "with" => inner(self.after_next(b'(', behind, end)),
            "do" => {
                let stop = inner(behind);
                self.word_behind(stop, end, b";", &["while"])
                    .map_or(stop, |after| self.after_next(b'(', after, end))
            }
            "switch" => self.after_next(b'{', self.after_next(b'(', behind, end), end),
            "try" => {
                let mut stop = self.after_next(b'{', behind, end);
                while let Some(after) = self.word_behind(stop, end, b"", &["catch", "finally"]) {
                    stop = self.after_next(b'{', after, end);
                }
                stop
            }
            "function" | "class" => self.after_next(b'{', behind, end),
            "async"
                if self
                    .word_behind(word_end, end, b"", &["function"])
                    .is_some() =>
            {
                self.after_next(b'{', behind, end)
            }
            "return" => {
                let is_empty = self.shape[word_end..behind].contains(&b'\n');
                let stop = if is_empty {
                    word_end
                } else {
                    self.simple_end(behind, end)
                };
                return (Kind::Return(word_end..stop), stop);
            }
            _ => {
                let stop = self.simple_end(at, end);
                return (self.kind_of_call(at..stop), stop);
            }
        };
        (Kind::Compound, stop)
    }

    /// `pm.test('name', function () { ... })`, `(() => { ... })()`, or any other simple statement.
    fn kind_of_call(&self, range: Range<usize>) -> Kind {
        let shape = &self.shape[range.clone()];
        let head = shape.iter().position(|byte| *byte == b'(').unwrap_or(0);
        let name = self.text(&(range.start..range.start + head)).trim();
        let open = range.start + head;
        if shape.get(head) != Some(&b'(') {
            return Kind::Simple;
        }
        let close = self.after(open) - 1;
        let behind = self.skip(close + 1, range.end, b";");
        match name {
            "pm.test.skip" if behind == range.end => Kind::SkippedTest,
            "pm.test" | "test" if behind == range.end => self
                .comma(open + 1, close)
                .and_then(|comma| self.body(comma + 1, close))
                .map_or(Kind::Simple, Kind::Called),
            "" if behind < range.end && self.shape[behind] == b'(' => {
                let called = self.skip(self.after(behind), range.end, b";");
                let body = self.body(open + 1, close);
                match body.filter(|_| called == range.end) {
                    Some(body) => Kind::Called(body),
                    None => Kind::Simple,
                }
            }
            _ => Kind::Simple,
        }
    }

    /// What is in the function that a range is.
    fn body(&self, at: usize, end: usize) -> Option<Range<usize>> {
        let mut at = self.skip(at, end, b"");
        if let Some(after) = self.word_behind(at, end, b"", &["async"]) {
            at = self.skip(after, end, b"");
        }
        let is_body = |open: usize| {
            let stop = self.after(open);
            let is_last = self.skip(stop, end, b",") == end;
            (self.shape[open] == b'{' && is_last).then_some(open + 1..stop - 1)
        };
        if let Some(after) = self.word_behind(at, end, b"", &["function"]) {
            let behind = self.after_next(b'(', after, end);
            let open = self.skip(behind, end, b"");
            return (open < end).then(|| is_body(open))?;
        }
        let behind = match self.shape[at..end].first()? {
            b'(' => self.after(at),
            byte if is_word(*byte) => self.word_end(at, end),
            _ => return None,
        };
        let arrow = self.skip(behind, end, b"");
        if !self.shape[arrow..end].starts_with(b"=>") {
            return None;
        }
        let start = self.skip(arrow + 2, end, b"");
        match self.shape[start..end].first()? {
            b'{' => is_body(start),
            _ if self.comma(start, end).is_none() => Some(start..end),
            _ => None,
        }
    }

    /// The first comma outside of brackets.
    fn comma(&self, mut at: usize, end: usize) -> Option<usize> {
        while at < end {
            match self.shape[at] {
                b'(' | b'[' | b'{' => at = self.after(at),
                b',' => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    /// Where a simple statement ends: behind its semicolon, or at a line break that nothing continues.
    fn simple_end(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end {
            match self.shape[at] {
                b'(' | b'[' | b'{' => at = self.after(at),
                b';' => return at + 1,
                b'\n' | b'\r' => {
                    let next = self.skip(at, end, b"");
                    if !self.is_continued(start, at, next, end) {
                        return at;
                    }
                    at = next;
                }
                _ => at += 1,
            }
        }
        end
    }

    fn is_continued(&self, start: usize, at: usize, next: usize, end: usize) -> bool {
        const OPEN: [&str; 12] = [
            "in",
            "of",
            "instanceof",
            "typeof",
            "new",
            "await",
            "void",
            "delete",
            "const",
            "let",
            "var",
            "throw",
        ];
        let Some(last) = self.shape[start..at]
            .iter()
            .rposition(|byte| !byte.is_ascii_whitespace())
        else {
            return true;
        };
        let before = &self.shape[start..=start + last];
        let behind = &self.shape[next..end];
        let word = self.word_start(start + last + 1).max(start)..start + last + 1;
        if OPEN.iter().any(|open| self.is_at(word.clone(), open)) {
            return true;
        }
        let is_step = |text: &[u8]| text == b"++" || text == b"--";
        let ends_open = before
            .last()
            .is_some_and(|byte| b"=+-*/%&|^!~?:,.<>".contains(byte))
            && !(before.len() > 1 && is_step(&before[before.len() - 2..]));
        let begins_inside = behind
            .first()
            .is_some_and(|byte| b".?:&|+-*/%,([=<>^".contains(byte))
            && !(behind.len() > 1 && is_step(&behind[..2]));
        ends_open
            || begins_inside
            || behind.starts_with(b"!=")
            || self
                .word_behind(next, end, b"", &["in", "of", "instanceof"])
                .is_some()
    }

    /// Is the brace that of a function?
    fn is_body(&self, at: usize) -> bool {
        let before = |at: usize| {
            let last = self.shape[..at]
                .iter()
                .rposition(|byte| !byte.is_ascii_whitespace());
            last.map_or(0, |last| last + 1)
        };
        let end = before(at);
        match self.shape[..end].last() {
            Some(b'>') => self.shape[..end].ends_with(b"=>"),
            Some(b')') => {
                let Some(open) = self.opened.get(&(end - 1)) else {
                    return false;
                };
                let stop = before(*open);
                let word = self.text(&(self.word_start(stop)..stop));
                !["if", "for", "while", "switch", "catch", "with", "await"].contains(&word)
            }
            _ => false,
        }
    }
}
