//! Bodies of requests with content codings: a search in the compressed bytes finds no secret that is in the content.

use crate::execute::content::decode;
use crate::model::Response;

/// The most content that is searched, in bytes. What is larger may hold a secret.
const CONTENT_LIMIT: usize = 16 << 20;

/// So many codings within each other are undone that no header names.
const MOST_UNNAMED: usize = 4;

/// Could the content of a body have what `is_secret` finds? So it is where the content is not known.
pub(super) fn could_hide(
    headers: &[(String, String)],
    body: &[u8],
    is_secret: impl Fn(&[u8]) -> bool,
) -> bool {
    let named = headers.iter();
    let named = named.filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    let named = named.filter(|(_, value)| !value.trim().eq_ignore_ascii_case("identity"));
    let mut codings: Vec<String> = named.map(|(_, value)| value.clone()).collect();
    let mut content = body.to_vec();
    for _ in 0..=MOST_UNNAMED {
        if codings.is_empty() {
            let Some(coding) = coding_of(&content) else {
                return false;
            };
            codings.push(coding.to_owned());
        }
        let headers = codings.drain(..);
        let headers = headers.map(|value| ("Content-Encoding".to_owned(), value.into_bytes()));
        let mut coded = Response {
            status: 200,
            headers: headers.collect(),
            body: content,
            ..Response::default()
        };
        let is_decoded = decode(&mut coded, CONTENT_LIMIT).is_ok();
        let fault = coded.coded.as_ref().and_then(|one| one.fault.as_ref());
        if !is_decoded || fault.is_some() || is_secret(&coded.body) {
            return true;
        }
        content = coded.body;
    }
    true
}

/// The coding that bytes are in by their beginning: gzip or Zstandard (RFC 1952 section 2.3.1, RFC 8878 section 3.1.1).
pub(super) fn coding_of(bytes: &[u8]) -> Option<&'static str> {
    let begins = [
        (&[0x1f, 0x8b][..], "gzip"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
    ];
    let mut begins = begins.into_iter();
    begins.find_map(|(magic, coding)| bytes.starts_with(magic).then_some(coding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::content::tests::{gzip, zlib};

    fn hides(coding: &str, body: &[u8]) -> bool {
        let headers = [("content-encoding".to_owned(), coding.to_owned())];
        let headers = if coding.is_empty() { &[][..] } else { &headers };
        could_hide(headers, body, |content| content.starts_with(b"secret"))
    }

    #[test]
    fn what_is_in_the_content_is_found_whether_it_is_named_or_not() {
        for (content, is_secret) in [(&b"secret stuff"[..], true), (b"plain", false)] {
            assert_eq!(hides("gzip", &gzip(content)), is_secret);
            assert_eq!(hides("deflate", &zlib(content)), is_secret);
            assert_eq!(hides("deflate, gzip", &gzip(&zlib(content))), is_secret);
            assert_eq!(hides("", &gzip(content)), is_secret);
            assert_eq!(hides("", &gzip(&gzip(content))), is_secret);
            assert_eq!(hides("gzip", &gzip(&gzip(content))), is_secret);
        }
        // These bytes are searched as they are.
        assert!(!hides("", b"secret stuff"));
        assert!(!hides("identity", b"secret stuff"));
    }

    #[test]
    fn what_cannot_be_decoded_may_hide_one() {
        assert!(hides("gzip", b"plain"));
        assert!(hides("compress", b"plain"));
        assert!(hides("", &gzip(b"plain")[..12]));
        let mut deep = b"plain".to_vec();
        for _ in 0..6 {
            deep = gzip(&deep);
        }
        assert!(hides("", &deep));
        assert!(hides("gzip", &gzip(&vec![0; CONTENT_LIMIT + 1])));
    }
}
