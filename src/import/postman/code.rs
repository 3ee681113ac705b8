//! The code of a script: what of it is text, and what its brackets enclose.
//!
//! It knows as much of JavaScript as is needed to tell what always runs from what may not run.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::import::postman::line::Line;
use crate::model::Span;

/// A script.
pub(crate) struct Code {
    /// Its lines, with spaces in place of comments.
    text: String,
    /// The same, with `_` in place of each byte of a text, a template or a regular expression.
    pub(super) shape: Vec<u8>,
    /// Where each bracket is closed.
    pub(super) pairs: BTreeMap<usize, usize>,
    /// Where each bracket that is closed was opened.
    pub(super) opened: BTreeMap<usize, usize>,
    /// Where each line begins.
    lines: Vec<(usize, Span)>,
}

/// Something that is not closed: JavaScript refuses all of such a script.
#[derive(Debug)]
pub(crate) struct Unclosed {
    pub(crate) what: &'static str,
    pub(crate) span: Span,
}

/// What is not closed, and where it begins.
type Unread = (&'static str, usize);

/// What encloses a place.
enum Frame {
    /// A template.
    Template,
    /// `${` in a template, with the braces that are open in it.
    Hole(usize),
}

impl Code {
    pub(crate) fn new(written: &[Line]) -> Result<Code, Unclosed> {
        let mut text = String::new();
        let mut lines = Vec::new();
        for line in written {
            lines.push((text.len(), line.span));
            text.push_str(&line.text);
            text.push('\n');
        }
        let mut code = Code {
            shape: text.as_bytes().to_vec(),
            text: String::new(),
            pairs: BTreeMap::new(),
            opened: BTreeMap::new(),
            lines,
        };
        let unclosed = |code: &Code, what, at| Unclosed {
            what,
            span: code.span(at),
        };
        let mut plain = text.into_bytes();
        code.read(&mut plain)
            .map_err(|(what, at)| unclosed(&code, what, at))?;
        // Comments are replaced as wholes, so that what is left is text.
        code.text = String::from_utf8(plain).unwrap_or_default();
        code.pair().map_err(|at| unclosed(&code, "bracket", at))?;
        Ok(code)
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Range<usize> {
        0..self.text.len()
    }

    pub(crate) fn text(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The lines that a range is in, with what of it is in them.
    pub(crate) fn lines(&self, range: &Range<usize>) -> impl Iterator<Item = (&str, Span)> {
        let first = self.line(range.start);
        let end = range.end;
        self.lines[first..]
            .iter()
            .enumerate()
            .take_while(move |(_, (start, _))| *start < end)
            .map(move |(at, (start, span))| {
                let next = self.lines.get(first + at + 1);
                let stop = next.map_or(self.text.len(), |(start, _)| *start);
                let part = (*start).max(range.start)..stop.min(end);
                (self.text(&part).trim(), *span)
            })
    }

    fn span(&self, at: usize) -> Span {
        self.lines[self.line(at)].1
    }

    fn line(&self, at: usize) -> usize {
        let behind = self.lines.partition_point(|(start, _)| *start <= at);
        behind.saturating_sub(1)
    }

    /// Finds texts and comments: `shape` gets a `_` for each byte of them, `plain` spaces for comments.
    fn read(&mut self, plain: &mut [u8]) -> Result<(), Unread> {
        let mut frames: Vec<(Frame, usize)> = Vec::new();
        let mut at = 0;
        let end = plain.len();
        while at < end {
            let start = at;
            let byte = plain[at];
            let is_template = matches!(frames.last(), Some((Frame::Template, _)));
            if is_template {
                at += match (byte, plain.get(at + 1)) {
                    (b'\\', _) => 2,
                    (b'$', Some(b'{')) => {
                        frames.push((Frame::Hole(0), at));
                        2
                    }
                    (b'`', _) => {
                        frames.pop();
                        1
                    }
                    _ => 1,
                };
                self.fill(start..at.min(end));
                continue;
            }
            match (byte, plain.get(at + 1)) {
                (b'/', Some(b'/')) => {
                    at = find(plain, at, |byte| matches!(byte, b'\n' | b'\r')).unwrap_or(end);
                    self.blank(plain, start..at, frames.is_empty());
                    continue;
                }
                (b'/', Some(b'*')) => {
                    let close = plain[at + 2..].windows(2).position(|two| two == b"*/");
                    at += close.ok_or(("comment", at))? + 4;
                    self.blank(plain, start..at, frames.is_empty());
                    continue;
                }
                (b'"' | b'\'', _) => at = text_end(plain, at).ok_or(("text", at))?,
                (b'/', _) if self.begins_expression(at) => {
                    let Some(stop) = regex_end(plain, at)? else {
                        at += 1;
                        continue;
                    };
                    at = stop;
                }
                (b'`', _) => {
                    frames.push((Frame::Template, at));
                    at += 1;
                }
                _ => {
                    at += 1;
                    match (frames.last_mut(), byte) {
                        (Some((Frame::Hole(depth), _)), b'{') => *depth += 1,
                        (Some((Frame::Hole(0), _)), b'}') => _ = frames.pop(),
                        (Some((Frame::Hole(depth), _)), b'}') => *depth -= 1,
                        (None, _) => continue,
                        _ => {}
                    }
                }
            }
            self.fill(start..at);
        }
        match frames.first() {
            Some((_, at)) => Err(("template", *at)),
            None => Ok(()),
        }
    }

    fn fill(&mut self, range: Range<usize>) {
        self.shape[range].fill(b'_');
    }

    /// Takes a comment out. In a template it is part of a text.
    fn blank(&mut self, plain: &mut [u8], range: Range<usize>, is_code: bool) {
        for at in range {
            let space = if plain[at] == b'\n' { b'\n' } else { b' ' };
            plain[at] = space;
            self.shape[at] = if is_code { space } else { b'_' };
        }
    }

    /// Is a slash at this place that of a regular expression, and not a division?
    fn begins_expression(&self, at: usize) -> bool {
        match self.before(at) {
            None => true,
            Some(byte) if is_word(byte) => {
                let end = self.shape[..at]
                    .iter()
                    .rposition(|byte| !byte.is_ascii_whitespace())
                    .map_or(0, |last| last + 1);
                let start = self.word_start(end);
                ["return", "typeof", "case", "in", "of"]
                    .iter()
                    .any(|word| self.is_at(start..end, word))
            }
            Some(byte) => !matches!(byte, b')' | b']' | b'}'),
        }
    }

    fn pair(&mut self) -> Result<(), usize> {
        let mut open: Vec<(usize, u8)> = Vec::new();
        for (at, byte) in self.shape.iter().enumerate() {
            match byte {
                b'(' => open.push((at, b')')),
                b'[' => open.push((at, b']')),
                b'{' => open.push((at, b'}')),
                b')' | b']' | b'}' => match open.pop() {
                    Some((start, close)) if close == *byte => {
                        self.pairs.insert(start, at);
                        self.opened.insert(at, start);
                    }
                    Some((start, _)) => return Err(start),
                    None => return Err(at),
                },
                _ => {}
            }
        }
        open.last().map_or(Ok(()), |(start, _)| Err(*start))
    }

    /// The place behind the bracket that closes the one here.
    pub(super) fn after(&self, at: usize) -> usize {
        self.pairs.get(&at).map_or(at, |close| *close) + 1
    }

    /// The place behind the first pair of brackets of a kind.
    pub(super) fn after_next(&self, open: u8, mut at: usize, end: usize) -> usize {
        while at < end {
            match self.shape[at] {
                byte if byte == open => return self.after(at),
                b'(' | b'[' | b'{' => at = self.after(at),
                _ => at += 1,
            }
        }
        end
    }

    /// The place behind one of some words, if it is what comes next.
    pub(super) fn word_behind(
        &self,
        at: usize,
        end: usize,
        also: &[u8],
        words: &[&str],
    ) -> Option<usize> {
        let start = self.skip(at, end, also);
        let stop = self.word_end(start, end);
        words
            .iter()
            .any(|word| self.is_at(start..stop, word))
            .then_some(stop)
    }

    pub(super) fn skip(&self, mut at: usize, end: usize, also: &[u8]) -> usize {
        while at < end && (self.shape[at].is_ascii_whitespace() || also.contains(&self.shape[at])) {
            at += 1;
        }
        at
    }

    pub(super) fn word_end(&self, at: usize, end: usize) -> usize {
        let rest = &self.shape[at..end];
        let length = rest.iter().position(|byte| !is_word(*byte));
        at + length.unwrap_or(rest.len())
    }

    pub(super) fn word_start(&self, end: usize) -> usize {
        self.shape[..end]
            .iter()
            .rposition(|byte| !is_word(*byte))
            .map_or(0, |before| before + 1)
    }

    /// The last byte before a place that is no space.
    pub(super) fn before(&self, at: usize) -> Option<u8> {
        let before = self.shape[..at].iter().rev();
        before.copied().find(|byte| !byte.is_ascii_whitespace())
    }

    pub(super) fn is_at(&self, range: Range<usize>, word: &str) -> bool {
        self.shape.get(range) == Some(word.as_bytes())
    }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

fn find(text: &[u8], at: usize, is_it: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = text.get(at..)?;
    rest.iter()
        .position(|byte| is_it(*byte))
        .map(|length| at + length)
}

/// Behind a text in quotes.
fn text_end(text: &[u8], start: usize) -> Option<usize> {
    let quote = text[start];
    let mut at = start + 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 2,
            b'\n' => return None,
            byte if *byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Behind a regular expression and its flags; `None` if it is a division.
fn regex_end(text: &[u8], start: usize) -> Result<Option<usize>, Unread> {
    let mut at = start + 1;
    let mut is_class = false;
    loop {
        match text.get(at) {
            None | Some(b'\n') if is_class => return Err(("regular expression", start)),
            None | Some(b'\n') => return Ok(None),
            Some(b'\\') => at += 2,
            Some(b'/') if !is_class => {
                let end = find(text, at + 1, |byte| !is_word(byte));
                return Ok(end.or(Some(text.len())));
            }
            Some(byte) => {
                is_class = *byte == b'[' || is_class && *byte != b']';
                at += 1;
            }
        }
    }
}
