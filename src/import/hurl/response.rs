//! What an entry requires of the response, and what it captures.

use crate::import::hurl::body::{self, Written};
use crate::import::hurl::check::{self, Assert};
use crate::import::hurl::cursor::{Cursor, Token};
use crate::import::hurl::entry::EntryReader;
use crate::import::hurl::line::{is_header, is_line_of_section, is_request, section};
use crate::import::traffic::{
    Capture, Check, Pattern, StatusCheck, classes, is_field_name, marked,
};
use crate::import::yaml::Yaml;
use crate::model::ByteEncoding;

impl EntryReader<'_> {
    pub(super) fn response(&mut self, cursor: &mut Cursor<'_>) {
        let line = cursor.line();
        let mut words = line.split_whitespace();
        let version = words.next().unwrap_or_default();
        let status = words.next().unwrap_or_default();
        if version.starts_with("HTTP/") {
            let span = cursor.span(cursor.at, cursor.at + version.len());
            cursor.warn(
                span,
                "the HTTP version is not checked",
                "`network: { http: ... }` of a target chooses it",
            );
        }
        match status.parse::<u16>() {
            Ok(status @ 100..=599) => self
                .call
                .checks
                .push(Check::Status(StatusCheck::OneOf(vec![status]))),
            _ if status == "*" => {}
            _ => {
                let at = cursor.at + version.len();
                let span = cursor.span(at, at);
                cursor.warn(
                    span,
                    "the response has no status",
                    "write a number, or `*` for any",
                );
            }
        }
        cursor.next_line();
        self.response_parts(cursor);
    }

    fn response_parts(&mut self, cursor: &mut Cursor<'_>) {
        loop {
            cursor.blanks();
            let line = cursor.line();
            if line.is_empty() || is_request(line) {
                return;
            }
            if let Some(name) = section(line) {
                let span = cursor.span(cursor.at, cursor.at + line.trim_end().len());
                cursor.next_line();
                match name {
                    "Asserts" => self.asserts(cursor),
                    "Captures" => self.captures(cursor),
                    _ => cursor.warn(span, "unknown section of a response", "it is left out"),
                }
            } else if body::begins(line) && !is_header(line) {
                let start = cursor.at;
                if let Some(written) = body::read(cursor, self.folder) {
                    self.expected_body(cursor, start, written);
                }
                cursor.next_line();
            } else if let Some(name) = cursor.key().filter(|name| is_field_name(name)) {
                let value = cursor.value();
                let pattern = Pattern::Value(value.into());
                self.call.checks.push(Check::Header(name, pattern));
                cursor.next_line();
            } else {
                let span = cursor.span(cursor.at, cursor.at);
                cursor.warn(
                    span,
                    "neither a header field, nor a section, a body or a request",
                    "the line is left out",
                );
                cursor.next_line();
            }
        }
    }

    fn expected_body(&mut self, cursor: &mut Cursor<'_>, start: usize, written: Written) {
        let check = match written {
            Written::Json(text) => match marked::json(&text) {
                Some(value) => Check::Json(value),
                None => {
                    let span = cursor.span(start, start + 1);
                    cursor.warn(span, "the body is not JSON", "the check of it is left out");
                    return;
                }
            },
            Written::Xml(text) => Check::XmlEquals(text),
            Written::Text(text) => Check::Text(Pattern::Value(text.into())),
            Written::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Check::Text(Pattern::Value(marked::literal(&text).into())),
                Err(error) => {
                    let bytes = error.into_bytes();
                    let length = Yaml::Scalar(bytes.len().into());
                    self.call
                        .checks
                        .push(Check::Bytes("length", Pattern::Written(length)));
                    let beginning = ByteEncoding::Hex.encode(&bytes[..bytes.len().min(256)]);
                    Check::Bytes("starts-with", Pattern::object("hex", Yaml::text(beginning)))
                }
            },
        };
        self.call.checks.push(check);
    }

    fn asserts(&mut self, cursor: &mut Cursor<'_>) {
        while is_line_of_section(cursor) {
            let span = cursor.name_span();
            let tokens = cursor.tokens();
            let asserted = if tokens.contains(&Token::Other) {
                self.skip_multiline(cursor);
                Err("a file or a text of several lines".to_owned())
            } else {
                check::assert(&tokens)
            };
            match asserted {
                Ok(Assert::Check(check)) => {
                    if let Check::Cookie(name, None, pattern) = &check
                        && *pattern != Pattern::marker("<present>")
                        && *pattern != Pattern::marker("<absent>")
                    {
                        self.cookies
                            .push((name.clone(), self.call.checks.len(), span));
                    }
                    self.call.checks.push(check);
                }
                Ok(Assert::Weaker(check, what)) => {
                    self.call.checks.push(check);
                    self.call.lost += 1;
                    cursor.warn(span, what, "write a check of your own where it matters");
                }
                Ok(Assert::Status(sign, number)) => self.bounds.push((sign, number)),
                Err(what) => {
                    self.call.lost += 1;
                    cursor.warn(
                        span,
                        format!("{what} is not imported"),
                        "the assert is left out: write a check of your own",
                    );
                }
            }
            cursor.next_line();
        }
        if !self.bounds.is_empty() {
            let bounds = std::mem::take(&mut self.bounds);
            match classes(&bounds) {
                Some(classes) => self.call.checks.push(Check::Status(classes)),
                None => {
                    self.call.lost += 1;
                    let span = cursor.span(cursor.at, cursor.at);
                    cursor.warn(
                        span,
                        "the bounds of the status above are not classes such as 2xx",
                        "they are left out",
                    );
                }
            }
        }
    }

    /// Values of cookies that no script of a page can read are credentials: they are not written.
    pub(super) fn hide_cookies(&mut self, cursor: &mut Cursor<'_>) {
        for (name, at, span) in std::mem::take(&mut self.cookies) {
            let is_hidden = self.call.checks.iter().any(|check| {
                matches!(check, Check::Cookie(other, Some(part), pattern)
                    if *other == name && part == "HttpOnly" && *pattern == Pattern::Value(true.into()))
            });
            if is_hidden {
                self.call.checks[at] = Check::Cookie(name, None, Pattern::marker("<non-empty>"));
                cursor.warn(span, check::HIDDEN_COOKIE, check::HELP_OF_HIDDEN_COOKIE);
            }
        }
    }

    #[expect(clippy::unused_self, reason = "it is called like the others")]
    fn skip_multiline(&self, cursor: &mut Cursor<'_>) {
        let line_start = cursor.text[..cursor.at].rfind('\n').map_or(0, |at| at + 1);
        if let Some(open) = cursor.text[line_start..cursor.at].find("```") {
            let after = line_start + open + 3;
            let end = cursor.text[after..]
                .find("```")
                .map_or(cursor.text.len(), |end| after + end + 3);
            cursor.at = cursor.at.max(end);
        }
    }

    fn captures(&mut self, cursor: &mut Cursor<'_>) {
        while is_line_of_section(cursor) {
            let span = cursor.name_span();
            let Some(name) = cursor.key() else {
                cursor.warn(span, "a capture without a name", "it is left out");
                cursor.next_line();
                continue;
            };
            let tokens = cursor.tokens();
            match check::capture(&tokens) {
                Ok(from) => self.call.captures.push(Capture {
                    number: 0,
                    name,
                    from,
                }),
                Err(what) => cursor.warn(
                    span,
                    format!("{what} is not imported"),
                    "the capture is left out; requests that use it need a fixture",
                ),
            }
            cursor.next_line();
        }
    }
}
