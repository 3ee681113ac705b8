//! One entry of a Hurl file: the request, and what is required of the response.

use std::path::Path;

use crate::import::hurl::body::{self, Written};
use crate::import::hurl::check::{self, Assert};
use crate::import::hurl::cursor::{Cursor, Token};
use crate::import::traffic::{
    Body, Call, Capture, Check, Credential, Part, PartContent, Pattern, StatusCheck, Variable,
    is_field_name, marked,
};
use crate::import::yaml::Yaml;
use crate::model::{ByteEncoding, Span};

/// What an entry is.
pub(crate) struct Entry {
    /// The call, unless it is left out.
    pub(crate) call: Option<Call>,
    /// Why it was left out on purpose.
    pub(crate) skipped: bool,
    /// Variables that its options set.
    pub(crate) variables: Vec<Variable>,
}

/// Reads an entry, whose first line is at the cursor.
pub(crate) fn read(cursor: &mut Cursor<'_>, folder: Option<&Path>) -> Entry {
    let mut entry = EntryReader {
        call: Call::default(),
        folder,
        is_skipped: false,
        variables: Vec::new(),
        retry: None,
        bounds: Vec::new(),
        cookies: Vec::new(),
    };
    cursor.is_broken = false;
    let start = cursor.at;
    let line = cursor.line();
    let method_end = line.find([' ', '\t']).unwrap_or(line.len());
    entry.call.span = Some(cursor.span(start, start + method_end));
    line[..method_end].clone_into(&mut entry.call.method);
    cursor.at += method_end;
    entry.call.url = cursor.value();
    cursor.next_line();
    entry.request(cursor);
    if is_response(cursor.line()) {
        entry.response(cursor);
    }
    entry.finish(cursor)
}

/// Does a line begin an entry?
pub(crate) fn is_request(line: &str) -> bool {
    line.split_once([' ', '\t']).is_some_and(|(method, url)| {
        method.len() >= 2
            && method.bytes().all(|byte| byte.is_ascii_uppercase())
            && method != "HTTP"
            && !url.trim().is_empty()
            && !url.trim_start().starts_with(':')
    })
}

/// Does a line begin a response?
pub(crate) fn is_response(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    first == "HTTP" || first.starts_with("HTTP/")
}

fn section(line: &str) -> Option<&str> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let name = line.strip_prefix('[')?.strip_suffix(']')?;
    name.bytes()
        .all(|byte| byte.is_ascii_alphabetic())
        .then_some(name)
        .filter(|name| !name.is_empty())
}

struct EntryReader<'a> {
    call: Call,
    folder: Option<&'a Path>,
    is_skipped: bool,
    variables: Vec<Variable>,
    retry: Option<(u64, u64)>,
    bounds: Vec<(&'static str, u16)>,
    /// Checks of values of cookies: the name, which check it is, and where.
    cookies: Vec<(String, usize, Span)>,
}

impl EntryReader<'_> {
    fn request(&mut self, cursor: &mut Cursor<'_>) {
        loop {
            cursor.blanks();
            let line = cursor.line();
            if line.is_empty() || is_response(line) || is_request(line) {
                return;
            }
            if let Some(name) = section(line) {
                let span = cursor.span(cursor.at, cursor.at + line.trim_end().len());
                cursor.next_line();
                match name {
                    "QueryStringParams" | "Query" => {
                        self.pairs(cursor, |call, name, value| call.query.push((name, value)));
                    }
                    "FormParams" | "Form" => self.pairs(cursor, |call, name, value| {
                        if !matches!(call.body, Body::Form(_)) {
                            call.body = Body::Form(Vec::new());
                        }
                        if let Body::Form(fields) = &mut call.body {
                            fields.push((name, value));
                        }
                    }),
                    "Cookies" => self.pairs(cursor, |call, name, value| {
                        let cookie = format!("{name}={value}");
                        let known = call.headers.iter_mut().find(|(field, _)| field == "Cookie");
                        match known {
                            Some((_, value)) => {
                                value.push_str("; ");
                                value.push_str(&cookie);
                            }
                            None => call.headers.push(("Cookie".into(), cookie)),
                        }
                    }),
                    "BasicAuth" => self.pairs(cursor, |call, user, password| {
                        call.credential = Some(Credential::Basic { user, password });
                    }),
                    "MultipartFormData" | "Multipart" => self.multipart(cursor),
                    "Options" => self.options(cursor),
                    _ => {
                        cursor.warn(span, "unknown section of a request", "it is left out");
                        while is_pair(cursor) {
                            cursor.next_line();
                        }
                    }
                }
            } else if body::begins(line) && !is_header(line) {
                match body::read(cursor, self.folder) {
                    Some(written) => {
                        let media_type = self.media_type();
                        if matches!(written, Written::Json(_)) && media_type.is_none() {
                            // Hurl sends this type with JSON.
                            self.call
                                .headers
                                .push(("Content-Type".into(), "application/json".into()));
                        }
                        if matches!(written, Written::Xml(_)) && media_type.is_none() {
                            self.call
                                .headers
                                .push(("Content-Type".into(), "application/xml".into()));
                        }
                        self.call.body = written.body(media_type.as_deref());
                    }
                    None => cursor.is_broken = true,
                }
                cursor.next_line();
            } else if let Some(name) = cursor.key() {
                let value = cursor.value();
                self.call.headers.push((name, value));
                cursor.next_line();
            } else {
                let span = cursor.span(cursor.at, cursor.at);
                cursor.warn(
                    span,
                    "neither a header field, nor a section, a body or a response",
                    "the line is left out",
                );
                cursor.is_broken = true;
                cursor.next_line();
            }
        }
    }

    fn media_type(&self) -> Option<String> {
        let mut headers = self.call.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        found.map(|(_, value)| value.clone())
    }

    /// The lines `key: value` of a section.
    fn pairs(&mut self, cursor: &mut Cursor<'_>, mut add: impl FnMut(&mut Call, String, String)) {
        while is_pair(cursor) {
            if let Some(name) = cursor.key() {
                let value = cursor.value();
                add(&mut self.call, name, value);
            }
            cursor.next_line();
        }
    }

    fn multipart(&mut self, cursor: &mut Cursor<'_>) {
        let mut parts = Vec::new();
        while is_pair(cursor) {
            let Some(name) = cursor.key() else {
                cursor.next_line();
                continue;
            };
            cursor.spaces();
            let start = cursor.at;
            let line = cursor.line();
            if let Some(rest) = line.strip_prefix("file,") {
                let (file, media_type) = rest.split_once(';').unwrap_or((rest, ""));
                let media_type = media_type.split('#').next().unwrap_or_default().trim();
                match body::file(cursor, start, file.trim(), self.folder) {
                    None => cursor.is_broken = true,
                    Some(bytes) => parts.push(Part {
                        name,
                        content: PartContent::of_bytes(&bytes),
                        filename: file.trim().rsplit('/').next().map(str::to_owned),
                        media_type: Some(if media_type.is_empty() {
                            "application/octet-stream".to_owned()
                        } else {
                            media_type.to_owned()
                        }),
                    }),
                }
            } else {
                parts.push(Part {
                    name,
                    content: PartContent::Text(cursor.value()),
                    ..Part::default()
                });
            }
            cursor.next_line();
        }
        self.call.body = Body::Multipart(parts);
    }

    fn options(&mut self, cursor: &mut Cursor<'_>) {
        while is_pair(cursor) {
            let span = cursor.name_span();
            let Some(name) = cursor.key() else {
                cursor.next_line();
                continue;
            };
            let value = cursor.value();
            self.option(cursor, &name, &value, span);
            cursor.next_line();
        }
    }

    #[expect(clippy::match_same_arms, reason = "each option has its line")]
    fn option(&mut self, cursor: &mut Cursor<'_>, name: &str, value: &str, span: Span) {
        let is_true = value == "true";
        match name {
            "location" if is_true => self.call.follow = Some(self.call.follow.unwrap_or(20)),
            "location" => {}
            "max-redirs" => {
                self.call.follow = value
                    .parse()
                    .ok()
                    .map(|most: u32| most.min(20))
                    .or(self.call.follow);
            }
            "retry" => {
                let count = value
                    .parse::<u64>()
                    .ok()
                    .map_or(600, |count| count.min(600));
                self.retry = Some((count, self.retry.map_or(1000, |(_, interval)| interval)));
            }
            "retry-interval" => {
                let interval = milliseconds(value).unwrap_or(1000);
                self.retry = Some((self.retry.map_or(0, |(count, _)| count), interval));
            }
            "max-time" => {
                self.call.timeout = milliseconds(value)
                    .filter(|time| (1..=3_600_000).contains(time))
                    .map(|time| format!("{time}ms"));
            }
            "skip" => self.is_skipped = is_true,
            "user" => {
                let (user, password) = value.split_once(':').unwrap_or((value, ""));
                self.call.credential = Some(Credential::Basic {
                    user: user.to_owned(),
                    password: password.to_owned(),
                });
            }
            "header" => {
                if let Some((name, value)) = value.split_once(':') {
                    self.call
                        .headers
                        .push((name.trim().to_owned(), value.trim().to_owned()));
                }
            }
            "variable" => {
                if let Some((name, value)) = value.split_once('=') {
                    self.variables.push(Variable {
                        name: name.trim().to_owned(),
                        value: Some(value.trim().trim_matches('"').to_owned()),
                        is_secret: false,
                        span: Some(span),
                    });
                }
            }
            "compressed" | "verbose" | "very-verbose" | "verbosity" | "output" | "path-as-is"
            | "ipv4" | "ipv6" | "connect-timeout" | "limit-rate" => {}
            "http1.0" | "http1.1" | "http2" | "http3" => {
                if value != "false" {
                    cursor.warn(
                        span,
                        "the HTTP version is not imported",
                        "`network: { http: ... }` of a target chooses it",
                    );
                }
            }
            "delay" => cursor.warn(
                span,
                "the option is not imported",
                "the request is sent at once: `eventually` of a step repeats it until the answer is right",
            ),
            "insecure" | "cacert" | "cert" | "key" | "proxy" | "resolve" | "connect-to"
            | "unix-socket" | "pinnedpubkey" | "netrc" | "netrc-file" | "netrc-optional" => {
                cursor.warn(
                    span,
                    "the option is about the connection, and not imported",
                    "write it into the target file, under `network`",
                );
            }
            _ => cursor.warn(
                span,
                "the option is not imported",
                "is the case still what the entry does?",
            ),
        }
    }

    fn response(&mut self, cursor: &mut Cursor<'_>) {
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
                    cursor.warn(span, what, "write a check of your own where it matters");
                }
                Ok(Assert::Status(sign, number)) => self.bounds.push((sign, number)),
                Err(what) => cursor.warn(
                    span,
                    format!("{what} is not imported"),
                    "the assert is left out: write a check of your own",
                ),
            }
            cursor.next_line();
        }
        if !self.bounds.is_empty() {
            let bounds = std::mem::take(&mut self.bounds);
            match check::classes(&bounds) {
                Some(classes) => self.call.checks.push(Check::Status(classes)),
                None => {
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
    fn hide_cookies(&mut self, cursor: &mut Cursor<'_>) {
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

    fn finish(mut self, cursor: &mut Cursor<'_>) -> Entry {
        self.hide_cookies(cursor);
        if let Some((count, interval)) = self.retry.filter(|(count, _)| *count > 0) {
            let within = count.saturating_mul(interval.max(10)).clamp(1000, 600_000);
            self.call.eventually = Some((format!("{within}ms"), format!("{}ms", interval.max(10))));
        }
        let is_broken = std::mem::take(&mut cursor.is_broken);
        if is_broken && let Some(span) = self.call.span {
            cursor.warn(span, "the entry is left out", "the warnings below say why");
        }
        Entry {
            skipped: self.is_skipped,
            variables: self.variables,
            call: Some(self.call).filter(|_| !is_broken && !self.is_skipped),
        }
    }
}

/// `2s`, `100ms`, `100`.
fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "" | "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        _ => None,
    }
}

fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

/// Is the next line `key: value` of a section?
fn is_pair(cursor: &mut Cursor<'_>) -> bool {
    cursor.blanks();
    let line = cursor.line();
    let has_key = line.starts_with('"') || line.contains(':');
    !line.is_empty()
        && has_key
        && section(line).is_none()
        && !is_response(line)
        && !is_request(line)
        && !line.starts_with(['{', '<', '`'])
}

/// Is the next line one of `[Asserts]` or `[Captures]`?
fn is_line_of_section(cursor: &mut Cursor<'_>) -> bool {
    cursor.blanks();
    let line = cursor.line();
    let is_body = line.starts_with(['{', '<', '`', '[']) && section(line).is_none();
    !line.is_empty()
        && section(line).is_none()
        && !is_response(line)
        && !is_request(line)
        && !is_body
}
