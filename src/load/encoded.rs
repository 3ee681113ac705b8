//! Bytes that a case writes as text: base64 or hexadecimal digits.

use crate::load::names::CaseReader;
use crate::load::record::Text;
use crate::model::{ByteEncoding, Diagnostic, EncodedBytes, Sources, Span};

/// Bytes in base64 or hexadecimal digits. What is written in the file is checked.
pub(crate) fn encoded(
    reader: &mut CaseReader<'_>,
    base64: Option<Text<'_>>,
    hex: Option<Text<'_>>,
) -> Option<EncodedBytes> {
    let base64 = base64.map(|text| (ByteEncoding::Base64, text));
    let (encoding, text) = base64.or_else(|| hex.map(|text| (ByteEncoding::Hex, text)))?;
    let template = reader.template(text.value, text.span);
    if let Some(literal) = template.as_literal()
        && let Err(bad) = encoding.decode(literal)
    {
        let at = character(reader.sources, text.span, literal, bad.at);
        let message = format!("not {}: {}", encoding.name(), bad.message);
        let expected = match encoding {
            ByteEncoding::Base64 => {
                "write letters, digits, `+` and `/`, and `=` at the end (RFC 4648 section 4)"
            }
            ByteEncoding::Hex => "write two hexadecimal digits for each byte: `00 ff`",
        };
        let diagnostic = Diagnostic::error("case/bytes", at, message);
        let count = literal.chars().count();
        let diagnostic = diagnostic.label(if bad.at < count {
            format!("character {} of {count}", bad.at + 1)
        } else {
            "at the end".to_owned()
        });
        reader.diagnostics.push(diagnostic.help(expected));
    }
    Some(EncodedBytes {
        encoding,
        text: template,
    })
}

/// The place of a character of a string, if the string is written in the file as it is.
fn character(sources: &Sources, span: Span, text: &str, index: usize) -> Span {
    let written = sources.slice(span);
    let Some(start) = written.find(text).filter(|_| !text.is_empty()) else {
        return span;
    };
    let mut characters = text.char_indices();
    // Behind the end, the last character is shown.
    let found = characters
        .nth(index)
        .or_else(|| text.char_indices().next_back());
    let (from, length) = found.map_or((0, 0), |(from, c)| (from, c.len_utf8()));
    let offset = |at: usize| span.start + u32::try_from(start + at).unwrap_or(0);
    Span {
        start: offset(from),
        end: offset(from + length),
        ..span
    }
}
