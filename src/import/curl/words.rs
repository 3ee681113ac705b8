//! Command lines as a shell of the Bourne family reads them: quotes, escapes, continued lines, several commands.

use crate::import::traffic::marked;
use crate::model::{Diagnostic, FileId, Span};

/// Most words of a file.
const MOST: usize = 500_000;

/// A word of a command. Its text is marked: variables of the shell are places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) words: Vec<Word>,
    /// Does it read what the command before it writes?
    pub(crate) is_piped: bool,
}

/// Reads the commands of a file.
pub(crate) fn commands(file: FileId, text: &str, found: &mut Vec<Diagnostic>) -> Vec<Command> {
    let mut reader = Reader {
        file,
        text,
        at: 0,
        found,
        count: 0,
    };
    let mut commands = Vec::new();
    let mut command = Command::default();
    loop {
        let token = reader.next();
        match token {
            Token::Word(word) => command.words.push(word),
            Token::Separator | Token::Pipe => {
                if !command.words.is_empty() {
                    commands.push(std::mem::take(&mut command));
                }
                command.is_piped |= matches!(token, Token::Pipe);
            }
            Token::Broken => command = Command::default(),
            Token::End => break,
        }
    }
    if !command.words.is_empty() {
        commands.push(command);
    }
    commands
}

enum Token {
    Word(Word),
    Separator,
    /// What is before it writes what is behind it reads.
    Pipe,
    /// The command cannot be read.
    Broken,
    End,
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    found: &'a mut Vec<Diagnostic>,
    count: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(start),
            end: offset(end),
        }
    }

    fn next(&mut self) -> Token {
        loop {
            let rest = &self.text[self.at..];
            if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with("\\\r\n") {
                self.at += 3;
            } else if rest.starts_with([' ', '\t', '\r', '\u{feff}', '\u{a0}']) {
                self.take();
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                break;
            }
        }
        match self.peek() {
            None => Token::End,
            Some('|') => {
                self.take();
                if self.peek() == Some('|') {
                    self.take();
                    return Token::Separator;
                }
                Token::Pipe
            }
            Some('\n' | ';' | '&') => {
                self.take();
                Token::Separator
            }
            Some('<' | '>') => {
                // A redirection, with its file.
                self.take();
                while self
                    .peek()
                    .is_some_and(|c| matches!(c, '>' | '<' | '&' | ' '))
                {
                    self.take();
                }
                match self.word() {
                    Some(_) => self.next_or_end(),
                    None => Token::Broken,
                }
            }
            Some(_) => match self.word() {
                Some(word) => Token::Word(word),
                None => {
                    self.skip_line();
                    Token::Broken
                }
            },
        }
    }

    /// Recursion is bounded by the number of redirections in a row: the words are counted.
    fn next_or_end(&mut self) -> Token {
        if self.count > MOST {
            Token::End
        } else {
            Token::Separator
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    fn word(&mut self) -> Option<Word> {
        self.count += 1;
        let start = self.at;
        if self.count > MOST {
            self.at = self.text.len();
            return None;
        }
        let mut text = String::new();
        while let Some(character) = self.peek() {
            match character {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' => break,
                '\'' => self.single(&mut text)?,
                '"' => self.double(&mut text)?,
                '\\' => {
                    self.take();
                    match self.take() {
                        None | Some('\n') => {}
                        Some('\r') if self.peek() == Some('\n') => {
                            self.take();
                        }
                        Some(escaped) => text.push_str(&marked::literal(&escaped.to_string())),
                    }
                }
                '$' => self.dollar(&mut text, false)?,
                '`' => return self.substitution(self.at),
                other => {
                    self.take();
                    text.push_str(&marked::literal(&other.to_string()));
                }
            }
        }
        Some(Word {
            text,
            span: self.span(start, self.at),
        })
    }

    /// `'as it is'`.
    fn single(&mut self, text: &mut String) -> Option<()> {
        let start = self.at;
        self.take();
        let rest = &self.text[self.at..];
        let Some(end) = rest.find('\'') else {
            return self.unterminated(start);
        };
        text.push_str(&marked::literal(&rest[..end]));
        self.at += end + 1;
        Some(())
    }

    /// `"with \" and $variables"`.
    fn double(&mut self, text: &mut String) -> Option<()> {
        let start = self.at;
        self.take();
        loop {
            match self.peek() {
                None => return self.unterminated(start),
                Some('"') => {
                    self.take();
                    return Some(());
                }
                Some('\\') => {
                    self.take();
                    match self.take() {
                        None => return self.unterminated(start),
                        Some('\n') => {}
                        Some(escaped @ ('"' | '\\' | '$' | '`')) => text.push(escaped),
                        // Windows and history expansion write `\!`.
                        Some('!') => text.push('!'),
                        Some(other) => {
                            text.push('\\');
                            text.push_str(&marked::literal(&other.to_string()));
                        }
                    }
                }
                Some('$') => self.dollar(text, true)?,
                Some('`') => return self.substitution(self.at),
                Some(other) => {
                    self.take();
                    text.push_str(&marked::literal(&other.to_string()));
                }
            }
        }
    }

    fn dollar(&mut self, text: &mut String, is_quoted: bool) -> Option<()> {
        let start = self.at;
        self.take();
        match self.peek() {
            Some('\'') if !is_quoted => self.ansi(text),
            Some('(') => self.substitution(start),
            Some('{') => {
                let rest = &self.text[self.at + 1..];
                let end = rest.find(|c: char| !is_variable(c)).unwrap_or(rest.len());
                if end == 0 || !rest[end..].starts_with('}') {
                    return self.substitution(start);
                }
                text.push_str(&marked::variable(&rest[..end]));
                self.at += end + 2;
                Some(())
            }
            Some(first) if is_variable(first) => {
                let rest = &self.text[self.at..];
                let end = rest.find(|c: char| !is_variable(c)).unwrap_or(rest.len());
                text.push_str(&marked::variable(&rest[..end]));
                self.at += end;
                Some(())
            }
            _ => {
                text.push('$');
                Some(())
            }
        }
    }

    /// `$'with \n and \u00e4'`.
    fn ansi(&mut self, text: &mut String) -> Option<()> {
        let start = self.at - 1;
        self.take();
        let mut bytes: Vec<u8> = Vec::new();
        let push = |bytes: &mut Vec<u8>, character: char| {
            bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
        };
        loop {
            let Some(character) = self.take() else {
                return self.unterminated(start);
            };
            match character {
                '\'' => break,
                '\\' => match self.take() {
                    None => return self.unterminated(start),
                    Some('n') => bytes.push(b'\n'),
                    Some('r') => bytes.push(b'\r'),
                    Some('t') => bytes.push(b'\t'),
                    Some('a') => bytes.push(7),
                    Some('b') => bytes.push(8),
                    Some('e' | 'E') => bytes.push(27),
                    Some('f') => bytes.push(12),
                    Some('v') => bytes.push(11),
                    Some('x') => bytes.push(u8::try_from(self.digits(16, 2)).unwrap_or_default()),
                    Some('u') => {
                        let code = self.code(4);
                        push(&mut bytes, code);
                    }
                    Some('U') => {
                        let code = self.code(8);
                        push(&mut bytes, code);
                    }
                    Some(digit @ '0'..='7') => {
                        let first = digit.to_digit(8).unwrap_or_default();
                        let more = self.octal(first);
                        bytes.push(u8::try_from(more & 0xff).unwrap_or_default());
                    }
                    Some(other) => push(&mut bytes, other),
                },
                other => push(&mut bytes, other),
            }
        }
        text.push_str(&marked::literal(&String::from_utf8_lossy(&bytes)));
        Some(())
    }

    /// A character by its code; two halves of a pair are one.
    fn code(&mut self, most: usize) -> char {
        let code = self.digits(16, most);
        if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let low = self.digits(16, 4);
            if (0xdc00..0xe000).contains(&low) {
                let joined = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(joined).unwrap_or('\u{fffd}');
            }
            self.at = before;
        }
        char::from_u32(code).unwrap_or('\u{fffd}')
    }

    fn octal(&mut self, first: u32) -> u32 {
        let mut value = first;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else {
                break;
            };
            self.take();
            value = value * 8 + digit;
        }
        value
    }

    fn digits(&mut self, radix: u32, most: usize) -> u32 {
        let mut value: u32 = 0;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(radix)) else {
                break;
            };
            self.take();
            value = value.wrapping_mul(radix).wrapping_add(digit);
        }
        value
    }

    fn unterminated<T>(&mut self, start: usize) -> Option<T> {
        let span = self.span(start, start + 1);
        self.found.push(
            Diagnostic::error("curl/quote", span, "the quote is not closed")
                .as_warning()
                .help("the command is left out: close the quote, or copy the command again"),
        );
        self.at = self.text.len();
        None
    }

    fn substitution<T>(&mut self, start: usize) -> Option<T> {
        let span = self.span(start, (start + 2).min(self.text.len()));
        self.found.push(
            Diagnostic::error(
                "curl/substitution",
                span,
                "the command uses the output of another one",
            )
            .as_warning()
            .help("the command is left out: write its value, or a variable such as `$TOKEN`"),
        );
        None
    }
}

fn is_variable(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Sources;

    fn read(text: &str) -> (Vec<Vec<String>>, Vec<String>) {
        let mut sources = Sources::default();
        let file = sources.add("a.sh", text);
        let mut found = Vec::new();
        let commands = commands(file, text, &mut found);
        let texts = commands
            .into_iter()
            .map(|command| command.words.into_iter().map(|word| word.text).collect());
        (
            texts.collect(),
            found.into_iter().map(|one| one.message).collect(),
        )
    }

    #[test]
    fn words_are_those_of_a_shell() {
        let (words, found) = read(
            "# first\ncurl 'a b' \\\n  -H \"c \\\"d\\\" $\" $'e\\n\\u00e4\\x41\\101' f\\ g 'h'\"i\" >out; curl j && curl k | jq .\n\ncurl '' l",
        );
        assert_eq!(
            words,
            [
                vec!["curl", "a b", "-H", "c \"d\" $", "e\n\u{e4}AA", "f g", "hi"],
                vec!["curl", "j"],
                vec!["curl", "k"],
                vec!["jq", "."],
                vec!["curl", "", "l"],
            ]
        );
        assert!(found.is_empty());
    }

    #[test]
    fn variables_are_places() {
        let (words, _) = read("curl $A/b \"${C}d\" '$E'");
        let (a, c) = (marked::variable("A"), marked::variable("C"));
        assert_eq!(
            words,
            [[
                "curl".to_owned(),
                format!("{a}/b"),
                format!("{c}d"),
                "$E".to_owned()
            ]]
        );
    }

    #[test]
    fn what_a_shell_would_run_is_left_out() {
        for (text, count) in [
            ("curl $(cat x)\ncurl b", 1),
            ("curl `x` b\ncurl c", 1),
            ("curl 'a", 0),
            ("curl ${a:-b}", 0),
        ] {
            let (words, found) = read(text);
            assert_eq!((words.len(), found.len()), (count, 1), "{text} {words:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[curl '\"$\\\\(){}`&|;<>#\\n\\tx\u{e4}u0-9-]{0,60}|\\PC{0,40}") {
            let _ = read(&text);
        }

        #[test]
        fn what_is_quoted_is_read_back(text in "\\PC{0,40}") {
            let quoted = format!("curl '{}'", text.replace('\'', "'\\''"));
            let (words, _) = read(&quoted);
            prop_assert_eq!(&words[0][1], &marked::literal(&text));
        }
    }
}
