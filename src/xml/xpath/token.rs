//! The tokens of an expression (XPath 1.0 section 3.7).

use crate::xml::xpath::XPathError;

/// The character of the first hole: the first of Unicode's private use area, which no XML name contains.
pub(super) const FIRST_HOLE: u32 = 0xe000;

/// Does the character stand for a value?
pub(super) fn is_hole(character: char) -> bool {
    (FIRST_HOLE..=0xf8ff).contains(&u32::from(character))
}

/// The index of the value that a character stands for.
pub(crate) fn hole_of(character: char) -> Option<usize> {
    let index = u32::from(character) - FIRST_HOLE.min(u32::from(character));
    is_hole(character).then_some(index as usize)
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// `( ) [ ] . .. @ , :: / // | + - = != < <= > >= *` and `$`.
    Mark(&'static str),
    /// `and`, `or`, `mod`, `div`, or `*` between two operands.
    Operator(&'static str),
    /// A name, with the prefix before its colon; the local part can be `*`.
    Name(Option<String>, String),
    Number(f64),
    Text(String),
    Hole(usize),
}

/// A token and the bytes of the expression that it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Longest first.
const MARKS: [&str; 21] = [
    "::", "//", "..", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "+", "-", "=",
    "<", ">", "$",
];

pub(super) fn error(message: impl Into<String>, start: usize, end: usize) -> XPathError {
    XPathError {
        message: message.into(),
        range: (start, end),
        unknown_prefix: None,
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, XPathError> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if matches!(first, ' ' | '\t' | '\r' | '\n') {
            at += 1;
            continue;
        }
        let (kind, length) = if matches!(first, '"' | '\'') {
            let Some(length) = rest[1..].find(first) else {
                return Err(error("the quote is not closed", at, text.len()));
            };
            (Kind::Text(rest[1..=length].to_owned()), length + 2)
        } else if first.is_ascii_digit()
            || first == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit())
        {
            let (kind, length) = number(rest);
            // A double holds 15 digits, whatever they are.
            let digits = rest[..length].trim_start_matches(['0', '.']);
            if digits.bytes().filter(u8::is_ascii_digit).count() > 15 {
                let message =
                    "more digits than can be compared exactly: write it as text, in quotes";
                return Err(error(message, at, at + length));
            }
            (kind, length)
        } else if is_hole(first) {
            let index = hole_of(first).unwrap_or_default();
            (Kind::Hole(index), first.len_utf8())
        } else if first == '*' {
            let kind = if is_operand(tokens.last()) {
                Kind::Operator("*")
            } else {
                Kind::Name(None, "*".to_owned())
            };
            (kind, 1)
        } else if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            (Kind::Mark(mark), mark.len())
        } else if is_name_start(first) {
            name(rest, is_operand(tokens.last()))
        } else {
            let message = format!("unexpected `{}`", first.escape_debug());
            return Err(error(message, at, at + first.len_utf8()));
        };
        tokens.push(Token {
            kind,
            start: at,
            end: at + length,
        });
        at += length;
    }
    Ok(tokens)
}

/// Does an operand end with this token, so that an operator follows?
fn is_operand(last: Option<&Token>) -> bool {
    match last.map(|token| &token.kind) {
        None | Some(Kind::Operator(_)) => false,
        Some(Kind::Mark(mark)) => matches!(*mark, ")" | "]" | "." | ".."),
        Some(_) => true,
    }
}

fn number(text: &str) -> (Kind, usize) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(text);
    if text[length..].starts_with('.') {
        length += 1 + digits(&text[length + 1..]);
    }
    let number = text[..length].parse().unwrap_or(f64::NAN);
    (Kind::Number(number), length)
}

fn name(text: &str, follows_operand: bool) -> (Kind, usize) {
    let first = name_length(text);
    let word = &text[..first];
    if follows_operand {
        let operators = ["and", "or", "mod", "div"];
        if let Some(operator) = operators.iter().find(|operator| **operator == word) {
            return (Kind::Operator(operator), first);
        }
    }
    let rest = &text[first..];
    if let Some(local) = rest.strip_prefix(':').filter(|rest| !rest.starts_with(':')) {
        let length = match local.starts_with('*') {
            true => 1,
            false if local.starts_with(is_name_start) => name_length(local),
            false => 0,
        };
        if length > 0 {
            let kind = Kind::Name(Some(word.to_owned()), local[..length].to_owned());
            return (kind, first + 1 + length);
        }
    }
    (Kind::Name(None, word.to_owned()), first)
}

fn name_length(text: &str) -> usize {
    text.find(|next| !is_name_start(next) && !is_name_rest(next))
        .unwrap_or(text.len())
}

/// A character that a name can start with (XML 1.0, fifth edition, section 2.3), without the colon.
pub(crate) fn is_name_start(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '_'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn is_name_rest(character: char) -> bool {
    matches!(character, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}
