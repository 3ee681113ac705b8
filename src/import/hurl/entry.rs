//! One entry of a Hurl file: the request, and what is required of the response.

use std::path::Path;

use crate::import::hurl::body::{self, Written};
use crate::import::hurl::cursor::Cursor;
use crate::import::hurl::line::{is_header, is_pair, is_request, is_response, section};
use crate::import::traffic::{Body, Call, Credential, Part, PartContent, Variable};
use crate::model::Span;

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

/// Reads one entry.
pub(super) struct EntryReader<'a> {
    pub(super) call: Call,
    pub(super) folder: Option<&'a Path>,
    pub(super) is_skipped: bool,
    pub(super) variables: Vec<Variable>,
    pub(super) retry: Option<(u64, u64)>,
    pub(super) bounds: Vec<(&'static str, u16)>,
    /// Checks of values of cookies: the name, which check it is, and where.
    pub(super) cookies: Vec<(String, usize, Span)>,
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
