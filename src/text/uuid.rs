//! The form of a UUID.

/// Has it the form 8-4-4-4-12 in hexadecimal digits (RFC 9562 section 4)?
pub(crate) fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
