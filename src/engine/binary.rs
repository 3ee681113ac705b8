//! Bodies of answers for the report: text as a person reads it, anything else as size, digest and first bytes.

use std::borrow::Cow;
use std::fmt::Write as _;

use ring::digest::{SHA256, digest};

use crate::model::{Response, hexadecimal};
use crate::redact::Redactor;
use crate::text::charset::Charset;

/// How many bytes are shown of a body that is not text.
const FIRST_BYTES: usize = 16;

/// The body as text, in the charset that the answer declares; `None` if it is not text a person can read, or if a
/// secret in it would be spelled with other characters.
pub(super) fn text_of<'r>(response: &'r Response, redactor: &Redactor) -> Option<Cow<'r, str>> {
    let body = &response.body;
    let is_other = |charset: &Charset| !matches!(charset, Charset::Utf8 | Charset::Ascii);
    let declared = declared_charset(response).filter(is_other);
    let text = match declared.and_then(|charset| charset.decode(body)) {
        Some(_) if has_secret(body, redactor) => None,
        // A wrong charset does not make text unreadable.
        None => Charset::Utf8.decode(body),
        text => text,
    };
    text.filter(|text| !text.contains('\0'))
}

fn declared_charset(response: &Response) -> Option<Charset> {
    Charset::named(&response.charset()?)
}

/// Could the body be shown in a way in which no search finds a secret that is in it?
pub(super) fn hides_secret(response: &Response, redactor: &Redactor) -> bool {
    let is_plain = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0);
    let (body, rest) = (&response.body, &response.trailing);
    let is_shown_as_it_is = is_plain(body)
        && is_plain(rest)
        && declared_charset(response).is_none_or(|charset| charset == Charset::Utf8);
    !is_shown_as_it_is && (has_secret(body, redactor) || has_secret(rest, redactor))
}

/// `[8 bytes, sha256 4c4b..., 89 50 4e 47 0d 0a 1a 0a]`. A body with a secret has no digest and no beginning.
pub(super) fn described(bytes: &[u8], redactor: &Redactor) -> String {
    let length = bytes.len();
    let noun = if length == 1 { "byte" } else { "bytes" };
    if has_secret(bytes, redactor) {
        return format!("[{length} {noun} with a secret]");
    }
    let digits = hexadecimal(digest(&SHA256, bytes).as_ref());
    let mut described = format!("[{length} {noun}, sha256 {digits},");
    for byte in bytes.iter().take(FIRST_BYTES) {
        // Writing to a string cannot fail.
        let _ = write!(described, " {byte:02x}");
    }
    if length > FIRST_BYTES {
        described.push_str(" ...");
    }
    described.push(']');
    described
}

/// Is a secret among the bytes?
pub(super) fn has_secret(bytes: &[u8], redactor: &Redactor) -> bool {
    redactor.is_in_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    fn response(content_type: &str, body: &[u8]) -> Response {
        Response {
            headers: vec![("content-type".into(), content_type.as_bytes().to_vec())],
            body: body.to_vec(),
            ..Response::default()
        }
    }

    #[test]
    fn text_is_read_in_its_charset_and_anything_else_is_described() {
        let text = |content_type: &str, body: &[u8]| {
            let response = response(content_type, body);
            text_of(&response, &Redactor::default()).map(Cow::into_owned)
        };
        assert_eq!(
            text("text/plain; charset=iso-8859-1", b"caf\xe9").unwrap(),
            "café"
        );
        assert_eq!(
            text("text/plain; charset=utf-16", "é".as_bytes()).unwrap(),
            "\u{c3a9}"
        );
        assert_eq!(text("text/plain; charset=koi8-r", b"abc").unwrap(), "abc");
        assert_eq!(text("text/plain", b"caf\xe9"), None);
        assert_eq!(text("image/png", b"a\0"), None);
        let described = described(b"\x89PNG", &Redactor::default());
        assert!(described.starts_with("[4 bytes, sha256 "), "{described}");
        assert!(described.ends_with(", 89 50 4e 47]"), "{described}");
    }

    #[test]
    fn bytes_with_a_secret_have_no_digest_and_no_beginning() {
        let redactor = Redactor::new(&[Secret::new("s3cr3t-token")]);
        assert_eq!(
            described(b"\xff s3cr3t-token", &redactor),
            "[14 bytes with a secret]"
        );
        let wide: Vec<u8> = b"s3cr3t-token".iter().flat_map(|byte| [*byte, 0]).collect();
        assert!(has_secret(&wide, &redactor));
        let utf_16 = "text/plain; charset=utf-16";
        assert_eq!(text_of(&response(utf_16, b"s3cr3t-token"), &redactor), None);
        assert!(hides_secret(&response(utf_16, b"s3cr3t-token"), &redactor));
        assert!(hides_secret(
            &response("image/png", b"\xffs3cr3t-token"),
            &redactor
        ));
        assert!(!hides_secret(
            &response("text/plain", b"s3cr3t-token"),
            &redactor
        ));
    }
}
