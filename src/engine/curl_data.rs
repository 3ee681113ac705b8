//! The options of a curl command for the body of a request, as a person would write them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{Piece, SentBody, SentRequest, WrittenBody, WrittenPart};

/// A longer body is not written into the command, in bytes.
const LONGEST: u64 = 4096;

/// A body as options of curl.
pub(super) enum Data<'r> {
    /// No body.
    None,
    /// `--data-urlencode` for each field.
    Form(&'r [(String, String)]),
    /// `--form` for each part.
    Parts(&'r [WrittenPart]),
    /// `--data-binary @PATH`.
    File(&'r str),
    /// `--data-binary` with the text.
    Text(String),
    /// `--data-binary` with what base64 decodes.
    Bytes(Vec<u8>),
    /// `--data-binary` with the text so many times, up to a length.
    Repeated(String, u64),
    /// `--data-binary` with a file that the reader has to make.
    Left(&'static str),
}

impl<'r> Data<'r> {
    pub(super) fn of(request: &'r SentRequest) -> Data<'r> {
        let Some(body) = &request.body else {
            return Data::None;
        };
        match &body.written {
            WrittenBody::Form(fields) if is_writable(fields) => Data::Form(fields),
            WrittenBody::Multipart(_, parts)
                if is_form(request) && parts.iter().all(is_option) && fits(parts) =>
            {
                Data::Parts(parts)
            }
            WrittenBody::File(path) => Data::File(path),
            _ => Data::of_bytes(body),
        }
    }

    fn of_bytes(body: &SentBody) -> Data<'r> {
        if body.is_generated() {
            return match body.pieces() {
                [Piece::Repeated(unit, _)] => match std::str::from_utf8(unit) {
                    Ok(unit) if is_line(unit) => Data::Repeated(unit.to_owned(), body.len()),
                    _ => Data::Left("body.bin"),
                },
                _ => Data::Left("body.bin"),
            };
        }
        let is_long = body.len() > LONGEST;
        match String::from_utf8(body.to_vec()) {
            Ok(text) if text.contains('\0') && is_long => Data::Left("body.bin"),
            // A command has no NUL.
            Ok(text) if text.contains('\0') => Data::Bytes(text.into_bytes()),
            Ok(_) if is_long => Data::Left("body.json"),
            // `@` would name a file.
            Ok(text) if text.starts_with('@') => Data::Bytes(text.into_bytes()),
            Ok(text) => Data::Text(text),
            Err(_) if is_long => Data::Left("body.bin"),
            Err(error) => Data::Bytes(error.into_bytes()),
        }
    }

    /// Whether curl sends this `Content-Type` by itself; that of parts has another boundary.
    pub(super) fn has_own_type(&self, value: &str) -> bool {
        match self {
            Data::Form(_) => value == "application/x-www-form-urlencoded",
            Data::Parts(_) => true,
            _ => false,
        }
    }

    /// Adds the options. `word` quotes a word for the shell, without secrets.
    pub(super) fn write(&self, command: &mut String, word: &dyn Fn(&str) -> String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Data::None => Ok(()),
            Data::Form([]) => write!(command, " --data-binary ''"),
            Data::Form(fields) => fields.iter().try_for_each(|(name, value)| {
                write!(
                    command,
                    " --data-urlencode {}",
                    word(&format!("{name}={value}"))
                )
            }),
            Data::Parts(parts) => parts.iter().try_for_each(|part| {
                let (option, value) = option(part);
                write!(command, " {option} {}", word(&value))
            }),
            Data::File(path) => write!(command, " --data-binary {}", word(&format!("@{path}"))),
            Data::Text(text) => write!(command, " --data-binary {}", word(text)),
            Data::Bytes(bytes) => {
                let text = word(&STANDARD.encode(bytes));
                write!(command, " --data-binary @<(base64 -d <<<{text})")
            }
            Data::Repeated(unit, length) => write!(
                command,
                " --data-binary @<(yes {} | tr -d '\\n' | head -c {length})",
                word(unit)
            ),
            Data::Left(file) => write!(command, " --data-binary @{file}"),
        };
    }
}

/// Whether curl encodes the fields as they are meant: it does not encode their names.
fn is_writable(fields: &[(String, String)]) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._*".contains(c);
    let fits = fields
        .iter()
        .map(|(_, value)| value.len() as u64)
        .sum::<u64>()
        <= LONGEST;
    let mut names = fields.iter().map(|(name, _)| name);
    fits && names.all(|name| !name.is_empty() && name.chars().all(is_plain))
}

fn is_form(request: &SentRequest) -> bool {
    let mut headers = request.headers.iter();
    let named = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    named.is_some_and(|(_, value)| value.starts_with("multipart/form-data"))
}

fn fits(parts: &[WrittenPart]) -> bool {
    let written = parts.iter().filter(|part| part.file.is_none());
    written.map(|part| part.content.len() as u64).sum::<u64>() <= LONGEST
}

/// Whether an option of curl can say the part.
fn is_option(part: &WrittenPart) -> bool {
    let is_text = std::str::from_utf8(&part.content).is_ok_and(|text| !text.contains('\0'));
    let name = part.name.as_deref().unwrap_or_default();
    !name.is_empty()
        && !name.contains(['=', '"', '\r', '\n', '\0'])
        && (part.file.is_some() || is_text)
}

/// A text that `yes` repeats as it is.
fn is_line(text: &str) -> bool {
    !text.is_empty() && !text.contains(['\n', '\0']) && !text.starts_with('-') && text.len() <= 100
}

/// The option for a part, and its value.
fn option(part: &WrittenPart) -> (&'static str, String) {
    let name = part.name.as_deref().unwrap_or_default();
    let content = String::from_utf8_lossy(&part.content);
    let own = part.headers.iter().filter(|(field, _)| {
        let generated = ["content-disposition", "content-type"];
        !generated.contains(&field.to_ascii_lowercase().as_str())
    });
    let own: Vec<String> = own
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let is_plain = part.media_type.is_none() && part.filename.is_none() && own.is_empty();
    if part.file.is_none() && is_plain {
        return ("--form-string", format!("{name}={content}"));
    }
    let mut value = match &part.file {
        Some(path) => format!("{name}=@{}", in_quotes(path)),
        None => format!("{name}={}", in_quotes(&content)),
    };
    if let Some(filename) = &part.filename {
        let _ = write!(value, ";filename={}", in_quotes(filename));
    }
    if let Some(media_type) = &part.media_type {
        let _ = write!(value, ";type={media_type}");
    }
    for header in own {
        let _ = write!(value, ";headers={}", in_quotes(&header));
    }
    ("--form", value)
}

/// A value in which `;` and `,` mean nothing to curl.
fn in_quotes(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
