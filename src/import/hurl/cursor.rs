//! A place in the text of a Hurl file, and what is read there: strings, templates, tokens.

use serde_json::Value;

use crate::import::traffic::marked::{self, Filling};
use crate::model::{ByteEncoding, Diagnostic, FileId, Span};

/// Reads a text from its beginning to its end.
pub(crate) struct Cursor<'a> {
    pub(crate) file: FileId,
    pub(crate) text: &'a str,
    pub(crate) at: usize,
    pub(crate) found: &'a mut Vec<Diagnostic>,
    /// Was there something in this entry without which it would be another request?
    pub(crate) is_broken: bool,
}

/// A part of a line of `[Asserts]` or `[Captures]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// `jsonpath`, `==`, `count`.
    Word(String),
    /// `"a text"`, with places for templates.
    Text(String),
    /// `/expression/`.
    Regex(String),
    /// A number, `true`, `false`, `null`.
    Value(Value),
    /// `hex,00ff;`.
    Bytes(Vec<u8>),
    /// Something else: a file, a text of several lines.
    Other,
}

impl<'a> Cursor<'a> {
    /// The rest of the text.
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The rest of the line, without its end.
    pub(crate) fn line(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find('\n').unwrap_or(rest.len());
        rest[..end].trim_end_matches('\r')
    }

    /// A range of the file.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(start),
            end: offset(end.max(start)),
        }
    }

    /// The rest of the line as a range, cut so that no value is in it: up to `:` or the first quote.
    pub(crate) fn name_span(&self) -> Span {
        let line = self.line();
        let end = line.find([':', '"', '`', ' ']).unwrap_or(line.len());
        self.span(self.at, self.at + end)
    }

    /// Goes to the beginning of the next line.
    pub(crate) fn next_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |at| at + 1);
    }

    /// Skips spaces and tabs.
    pub(crate) fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Skips empty lines and comments. Returns the comment directly above what follows.
    pub(crate) fn blanks(&mut self) -> Option<&'a str> {
        let mut comment = None;
        while !self.rest().is_empty() {
            let line = self.line().trim();
            if let Some(text) = line.strip_prefix('#') {
                comment = Some(text.trim_matches(['#', ' ', '\t', '-', '=']))
                    .filter(|text| !text.is_empty());
            } else if line.is_empty() {
                comment = None;
            } else {
                break;
            }
            self.next_line();
        }
        let indent = self.line().len() - self.line().trim_start().len();
        self.at += indent;
        comment
    }

    /// Reports something that is left out.
    pub(crate) fn warn(&mut self, span: Span, message: impl Into<String>, help: &str) {
        let diagnostic = Diagnostic::error("hurl/not-imported", span, message);
        self.found.push(diagnostic.as_warning().help(help));
    }

    /// Consumes a text if it is next.
    pub(crate) fn take(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    /// A text up to the end of the line or a comment, with escapes and templates.
    pub(crate) fn value(&mut self) -> String {
        self.spaces();
        if self.rest().starts_with('"') {
            return self.quoted('"');
        }
        let text = self.until(&['#', '\n'], &[]);
        text.trim_end_matches([' ', '\t', '\r']).to_owned()
    }

    /// The key of `key: value`, behind which the colon is consumed; `None` if the line has no such key.
    pub(crate) fn key(&mut self) -> Option<String> {
        let start = self.at;
        let key = if self.rest().starts_with('"') {
            self.quoted('"')
        } else {
            self.until(&[':', '\n', '#', ' ', '\t'], &[])
        };
        self.spaces();
        if key.is_empty() || !self.take(":") {
            self.at = start;
            return None;
        }
        Some(key)
    }

    /// A text in quotes.
    pub(crate) fn quoted(&mut self, quote: char) -> String {
        let start = self.at;
        self.at += quote.len_utf8();
        let text = self.until(&[quote], &[]);
        if !self.take(&quote.to_string()) {
            let span = self.span(start, start + 1);
            self.found.push(
                Diagnostic::error("hurl/not-closed", span, "the quote is not closed")
                    .help("close it: without that, the rest of the file belongs to the text"),
            );
            self.is_broken = true;
        }
        text
    }

    /// A text up to one of these characters.
    fn until(&mut self, ends: &[char], _: &[char]) -> String {
        let mut text = String::new();
        while let Some(character) = self.rest().chars().next() {
            if self.rest().starts_with("{{") {
                text.push_str(&self.template());
                continue;
            }
            if ends.contains(&character) {
                break;
            }
            self.at += character.len_utf8();
            if character == '\\' {
                text.push_str(&marked::literal(&self.escape().to_string()));
            } else {
                text.push_str(&marked::literal(&character.to_string()));
            }
        }
        text
    }

    fn escape(&mut self) -> char {
        let Some(character) = self.rest().chars().next() else {
            return '\\';
        };
        self.at += character.len_utf8();
        match character {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' if self.rest().starts_with('{') => {
                let rest = &self.rest()[1..];
                let end = rest.find('}').unwrap_or(0);
                let code = u32::from_str_radix(&rest[..end], 16).ok();
                self.at += end + 2;
                self.at = self.at.min(self.text.len());
                while !self.text.is_char_boundary(self.at) {
                    self.at += 1;
                }
                code.and_then(char::from_u32).unwrap_or('\u{fffd}')
            }
            other => other,
        }
    }

    /// `{{name}}`, as a place.
    pub(crate) fn template(&mut self) -> String {
        let start = self.at;
        self.at += 2;
        let rest = self.rest();
        let end = rest.find("}}").filter(|end| !rest[..*end].contains('\n'));
        let Some(end) = end else {
            return "{{".to_owned();
        };
        let expression = rest[..end].trim().to_owned();
        self.at += end + 2;
        let is_name = expression
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        match expression.as_str() {
            "newUuid" => marked::filled(&Filling::Expression("uuid()".into())),
            "newDate" => marked::filled(&Filling::Expression("now()".into())),
            name if is_name && !name.is_empty() => marked::variable(name),
            _ => {
                let span = self.span(start, start + 2);
                self.warn(
                    span,
                    "the template is more than a variable",
                    "what uses it is left out: write its value, or a variable",
                );
                self.is_broken = true;
                marked::variable("template")
            }
        }
    }

    /// Templates of a text without escapes, such as JSON or a text of several lines.
    pub(crate) fn templates(&mut self, text: &str, offset: usize) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(&marked::literal(before));
            // The place in the file, if the text is as it is there.
            let at = offset + text.len() - after.len() - 2;
            let saved = self.at;
            self.at = at;
            out.push_str(&self.template());
            let consumed = self.at - at;
            self.at = saved;
            rest = text.get(at - offset + consumed..).unwrap_or_default();
        }
        out.push_str(&marked::literal(rest));
        out
    }

    /// The tokens of the rest of the line.
    pub(crate) fn tokens(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        loop {
            self.spaces();
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                break;
            };
            let token = match first {
                '\n' | '\r' | '#' => break,
                '"' => Token::Text(self.quoted('"')),
                '`' if !rest.starts_with("```") => Token::Text(self.quoted('`')),
                '/' => self.regex(),
                '{' if rest.starts_with("{{") => Token::Text(self.template()),
                _ => self.word(),
            };
            tokens.push(token);
            if tokens.len() > 200 {
                break;
            }
        }
        tokens
    }

    fn regex(&mut self) -> Token {
        self.at += 1;
        let mut text = String::new();
        while let Some(character) = self.rest().chars().next() {
            if character == '\n' {
                break;
            }
            self.at += character.len_utf8();
            match character {
                '/' => break,
                '\\' if self.rest().starts_with('/') => {
                    text.push('/');
                    self.at += 1;
                }
                '\\' => {
                    text.push('\\');
                    if let Some(next) = self.rest().chars().next().filter(|next| *next != '\n') {
                        self.at += next.len_utf8();
                        text.push(next);
                    }
                }
                other => text.push(other),
            }
        }
        Token::Regex(marked::literal(&text))
    }

    fn word(&mut self) -> Token {
        let line = self.line();
        for encoding in [ByteEncoding::Hex, ByteEncoding::Base64] {
            let prefix = format!("{},", encoding.name());
            if let Some(digits) = line.strip_prefix(&prefix)
                && let Some((digits, _)) = digits.split_once(';')
            {
                self.at += prefix.len() + digits.len() + 1;
                return encoding.decode(digits).map_or(Token::Other, Token::Bytes);
            }
        }
        if line.starts_with("file,") || line.starts_with("```") {
            self.at += line.len();
            return Token::Other;
        }
        let end = line.find([' ', '\t']).unwrap_or(line.len());
        let word = &line[..end];
        self.at += end.max(1);
        match serde_json::from_str::<Value>(word) {
            Ok(value) if !value.is_string() => Token::Value(value),
            _ => Token::Word(word.to_owned()),
        }
    }
}
