//! One command line: the calls that it makes.

use std::path::{Component, Path};

use crate::import::curl::options::{self, Meaning};
use crate::import::curl::parts::Parts;
use crate::import::curl::words::Word;
use crate::import::traffic::{Call, Credential, Part, PartContent, encoded, marked};
use crate::model::{Diagnostic, Span};
use crate::text::file as limited;

/// The largest file that a request sends and that is read.
const FILE: u64 = 4 << 20;

/// Reads one command line.
pub(crate) struct CommandLine<'a> {
    pub(crate) place: String,
    pub(crate) folder: Option<&'a Path>,
    pub(crate) found: &'a mut Vec<Diagnostic>,
}

impl CommandLine<'_> {
    /// The calls, one for each URL.
    pub(crate) fn read(mut self, words: &[Word]) -> Vec<Call> {
        let mut calls = Vec::new();
        let mut parts = Parts::default();
        let mut words = words.iter();
        let mut only_urls = false;
        while let Some(word) = words.next() {
            let text = word.text.as_str();
            if only_urls || !text.starts_with('-') || text == "-" {
                parts.urls.push((text.to_owned(), word.span));
            } else if text == "--" {
                only_urls = true;
            } else if text == "--next" || text == "-:" {
                calls.extend(std::mem::take(&mut parts).calls(&self.place));
            } else if let Some(name) = text.strip_prefix("--") {
                self.long(name, word, &mut words, &mut parts);
            } else {
                self.short(&text[1..], word, &mut words, &mut parts);
            }
        }
        calls.extend(parts.calls(&self.place));
        calls
    }

    fn long<'w>(
        &mut self,
        name: &str,
        word: &'w Word,
        words: &mut std::slice::Iter<'w, Word>,
        parts: &mut Parts,
    ) {
        // curl itself does not take `--name=value`; what is behind `=` may be a secret.
        let (name, given) = match name.split_once('=') {
            Some((name, given)) => (name, Some(given)),
            None => (name, None),
        };
        let span = beginning(word.span, name.len() + 2);
        let Some((takes_value, meaning)) = options::by_name(name) else {
            let shown: String = name
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c))
                .take(40)
                .collect();
            self.unknown(&format!("--{shown}"), &shown, span);
            skip_value(words);
            return;
        };
        let given = given.map(|given| Word {
            text: given.to_owned(),
            span: word.span,
        });
        let value = match &given {
            Some(given) => Some(given),
            None if takes_value => words.next(),
            None => None,
        };
        self.option(
            &format!("--{name}"),
            meaning,
            takes_value,
            value,
            span,
            parts,
        );
    }

    /// `-sSXPOST`: letters, of which the last one may have its value behind it.
    fn short<'w>(
        &mut self,
        letters: &str,
        word: &'w Word,
        words: &mut std::slice::Iter<'w, Word>,
        parts: &mut Parts,
    ) {
        let span = beginning(word.span, 2);
        for (at, letter) in letters.char_indices() {
            let Some((takes_value, meaning)) = options::by_letter(letter) else {
                let shown = if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '?'
                };
                self.unknown(&format!("-{shown}"), "", span);
                skip_value(words);
                return;
            };
            let rest = &letters[at + letter.len_utf8()..];
            if !takes_value {
                self.option(&format!("-{letter}"), meaning, false, None, span, parts);
                continue;
            }
            let inside = Word {
                text: rest.to_owned(),
                span: word.span,
            };
            let value = if rest.is_empty() {
                words.next()
            } else {
                Some(&inside)
            };
            self.option(&format!("-{letter}"), meaning, true, value, span, parts);
            return;
        }
    }

    fn unknown(&mut self, shown: &str, name: &str, span: Span) {
        self.found.push(
            Diagnostic::error("curl/option", span, format!("unknown option `{shown}`"))
                .as_warning()
                .suggest(name, options::names())
                .help("the option is left out; is the case still what the command does?"),
        );
    }

    fn warn(&mut self, span: Span, message: String, help: &str) {
        let diagnostic = Diagnostic::error("curl/option", span, message);
        self.found.push(diagnostic.as_warning().help(help));
    }

    fn option(
        &mut self,
        shown: &str,
        meaning: Meaning,
        takes_value: bool,
        value: Option<&Word>,
        span: Span,
        parts: &mut Parts,
    ) {
        if takes_value && value.is_none() {
            parts.is_broken = true;
            self.warn(
                span,
                format!("`{shown}` has no value"),
                "the command is left out",
            );
            return;
        }
        let text = value.map_or("", |word| word.text.as_str());
        match meaning {
            Meaning::Request => parts.method = Some(text.to_ascii_uppercase()),
            Meaning::Header => self.header(text, span, parts),
            Meaning::Data => self.data(text, span, true, parts),
            Meaning::DataRaw => parts.data.push(text.to_owned()),
            Meaning::DataBinary => self.data(text, span, false, parts),
            Meaning::DataUrlEncode => self.url_encoded(text, span, parts),
            Meaning::Json => {
                parts.is_json = true;
                self.data(text, span, false, parts);
            }
            Meaning::Form => self.form(text, span, parts),
            Meaning::FormString => {
                let (name, value) = text.split_once('=').unwrap_or((text, ""));
                parts.form.push(Part {
                    name: name.to_owned(),
                    content: PartContent::Text(value.to_owned()),
                    ..Part::default()
                });
            }
            Meaning::User => {
                let (user, password) = text.split_once(':').unwrap_or((text, ""));
                parts.credential = Some(Credential::Basic {
                    user: user.to_owned(),
                    password: password.to_owned(),
                });
            }
            Meaning::Bearer => parts.credential = Some(Credential::Bearer(text.to_owned())),
            Meaning::Cookie if text.contains('=') => {
                parts.headers.push(("Cookie".into(), text.to_owned()));
            }
            Meaning::Cookie => self.warn(
                span,
                format!("`{shown}` reads cookies from a file"),
                "the cookies are left out: let a step of the case log in, with `cookies: keep`",
            ),
            Meaning::UserAgent => parts.headers.push(("User-Agent".into(), text.to_owned())),
            Meaning::Referer => parts.headers.push(("Referer".into(), text.to_owned())),
            Meaning::Get => parts.is_get = true,
            Meaning::Head => parts.is_head = true,
            Meaning::Location => parts.follows = true,
            Meaning::MaxRedirs => parts.max_redirects = text.parse().ok(),
            Meaning::Url => parts.urls.push((text.to_owned(), span)),
            Meaning::UrlQuery => parts
                .raw_query
                .push(text.trim_start_matches('+').to_owned()),
            Meaning::Upload => {
                parts.is_upload = true;
                parts.bytes = self.file(text, span);
                parts.is_broken |= parts.bytes.is_none();
            }
            Meaning::Range => parts
                .headers
                .push(("Range".into(), format!("bytes={text}"))),
            Meaning::MaxTime => {
                let seconds = text
                    .parse::<f64>()
                    .ok()
                    .filter(|seconds| *seconds > 0.001 && *seconds <= 3600.0);
                parts.timeout = seconds.map(|seconds| format!("{}ms", (seconds * 1e3).ceil()));
            }
            Meaning::Next | Meaning::Nothing => {}
            Meaning::OfTarget => self.warn(
                span,
                format!("`{shown}` is about the connection, and not imported"),
                "write it into the target file, under `network`",
            ),
            Meaning::Version => self.warn(
                span,
                format!("`{shown}` is about the connection, and not imported"),
                "`network: { http: ... }` of a target chooses the HTTP version",
            ),
            Meaning::Retry => self.warn(
                span,
                format!("`{shown}` is not imported"),
                "the request is sent once: `eventually` of a case repeats it until the answer is right",
            ),
            Meaning::Unsupported => self.warn(
                span,
                format!("`{shown}` is not imported"),
                "the option is left out; is the case still what the command does?",
            ),
        }
    }

    fn header(&mut self, text: &str, span: Span, parts: &mut Parts) {
        if text.starts_with('@') {
            self.warn(
                span,
                "header fields from a file are not imported".into(),
                "write them with `-H`",
            );
            return;
        }
        match text.split_once(':') {
            Some((name, value)) if value.trim().is_empty() => {
                parts.removed.push(name.trim().to_owned());
            }
            Some((name, value)) => parts
                .headers
                .push((name.trim().to_owned(), value.trim().to_owned())),
            None => match text.strip_suffix(';') {
                Some(name) => parts.headers.push((name.trim().to_owned(), String::new())),
                None => self.warn(
                    span,
                    "the header field has no `:`".into(),
                    "it is left out: write `-H 'Name: value'`",
                ),
            },
        }
    }

    fn data(&mut self, text: &str, span: Span, strips: bool, parts: &mut Parts) {
        let Some(name) = text.strip_prefix('@') else {
            parts.data.push(text.to_owned());
            return;
        };
        let Some(mut bytes) = self.file(name, span) else {
            parts.is_broken = true;
            return;
        };
        if strips {
            bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
        }
        match String::from_utf8(bytes) {
            Ok(text) => parts.data.push(marked::literal(&text)),
            Err(error) => parts.bytes = Some(error.into_bytes()),
        }
    }

    /// `name=value`, `=value`, `value`, `name@file`: the value is encoded, the name is not.
    fn url_encoded(&mut self, text: &str, span: Span, parts: &mut Parts) {
        if let Some((name, value)) = text.split_once('=') {
            if name.is_empty() {
                parts.data.push(encoded(value));
            } else {
                parts.data.push(format!("{name}={}", encoded(value)));
            }
        } else if let Some((name, file)) = text.split_once('@') {
            match self
                .file(file, span)
                .and_then(|bytes| String::from_utf8(bytes).ok())
            {
                Some(text) if name.is_empty() => parts.data.push(encoded(&marked::literal(&text))),
                Some(text) => parts
                    .data
                    .push(format!("{name}={}", encoded(&marked::literal(&text)))),
                None => parts.is_broken = true,
            }
        } else {
            parts.data.push(encoded(text));
        }
    }

    /// `name=value`, `name=@file;type=a/b;filename=c`, `name=<file`.
    fn form(&mut self, text: &str, span: Span, parts: &mut Parts) {
        let Some((name, value)) = text.split_once('=') else {
            self.warn(
                span,
                "the part of a form has no `=`".into(),
                "it is left out",
            );
            return;
        };
        let mut pieces = value.split(';');
        let content = pieces.next().unwrap_or_default();
        let mut part = Part {
            name: name.to_owned(),
            ..Part::default()
        };
        for piece in pieces {
            match piece.trim().split_once('=') {
                Some(("type", media_type)) => part.media_type = Some(media_type.to_owned()),
                Some(("filename", name)) => part.filename = Some(name.trim_matches('"').to_owned()),
                _ => self.warn(
                    span,
                    "a property of the part is not imported".into(),
                    "only `type` and `filename` are",
                ),
            }
        }
        let (file, is_upload) = match (content.strip_prefix('@'), content.strip_prefix('<')) {
            (Some(file), _) => (Some(file), true),
            (_, Some(file)) => (Some(file), false),
            _ => (None, false),
        };
        match file {
            None => part.content = PartContent::Text(content.trim_matches('"').to_owned()),
            Some(file) => {
                let Some(bytes) = self.file(file, span) else {
                    parts.is_broken = true;
                    return;
                };
                part.content = PartContent::of_bytes(&bytes);
                if is_upload {
                    let own = file.rsplit('/').next().unwrap_or_default().to_owned();
                    part.filename.get_or_insert(own);
                    part.media_type
                        .get_or_insert("application/octet-stream".to_owned());
                }
            }
        }
        parts.form.push(part);
    }

    /// The content of a file that the command sends.
    fn file(&mut self, name: &str, span: Span) -> Option<Vec<u8>> {
        let path = Path::new(name);
        let is_below = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let folder = self
            .folder
            .filter(|_| is_below && !marked::has_filling(name));
        let read = folder.and_then(|folder| limited::read(&folder.join(path), FILE).ok());
        if read.is_none() {
            self.warn(
                span,
                "the file that the request sends cannot be read".into(),
                "the command is left out: put the file (up to 4 MiB) beside the commands, and name it by a relative path",
            );
        }
        read
    }
}

/// Skips what is behind an unknown option, unless it is an option or a URL: it may be a secret.
fn skip_value(words: &mut std::slice::Iter<'_, Word>) {
    let next = words.as_slice().first();
    if next.is_some_and(|word| !word.text.starts_with('-') && !word.text.contains("://")) {
        words.next();
    }
}

/// The beginning of a range: what is behind it may be a secret.
fn beginning(span: Span, length: usize) -> Span {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    Span {
        end: span.end.min(span.start.saturating_add(length)),
        ..span
    }
}
