//! Bodies in codings and character sets that nobody asked for.

use crate::answer::{Answer, BODY, body, fails, met, unheard, with};
use crate::support::script::Act;

/// A body under a `Content-Encoding`.
fn coded(coding: &str, bytes: &[u8]) -> Vec<Act> {
    let fields = format!("Content-Type: application/json\r\nContent-Encoding: {coding}\r\n");
    with(200, &fields, bytes)
}

fn charset(name: &str, bytes: &[u8]) -> Vec<Act> {
    with(
        200,
        &format!("Content-Type: application/json; charset={name}\r\n"),
        bytes,
    )
}

/// `{"ok":true}` by gzip, as a server sends it to who accepts it.
const GZIPPED: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0xca, 0xcf, 0x56, 0xb2,
    0x2a, 0x29, 0x2a, 0x4d, 0xad, 0x05, 0x00, 0x90, 0x5f, 0xd4, 0xa7, 0x0b, 0x00, 0x00, 0x00,
];

fn wrong_checksum() -> Vec<u8> {
    let mut bytes = GZIPPED.to_vec();
    let checksum = bytes.len() - 8;
    bytes[checksum] ^= 1;
    bytes
}

pub(super) fn answers() -> Vec<Answer> {
    let utf_16: Vec<u8> = BODY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf_16_marked = [&[0xff, 0xfe], utf_16.as_slice()].concat();
    vec![
        // Without Accept-Encoding any coding is acceptable (RFC 9110 section 12.5.3).
        met("gzip-unasked", coded("gzip", GZIPPED)),
        fails("gzip-cut-short", coded("gzip", &GZIPPED[..15]), "not-json"),
        fails(
            "gzip-with-a-wrong-checksum",
            coded("gzip", &wrong_checksum()),
            "not-json",
        ),
        fails(
            "gzip-that-is-none",
            coded("gzip", BODY.as_bytes()),
            "not-json",
        ),
        unheard("a-gzip-bomb", coded("gzip", &bomb()), "too-large"),
        fails("gzip-twice", coded("gzip, gzip", GZIPPED), "not-json"),
        fails("gzip-without-a-word", body(GZIPPED), "not-json"),
        fails(
            "brotli-that-is-none",
            coded("br", b"\xff\xff\xff"),
            "not-json",
        ),
        fails("zstd-that-is-none", coded("zstd", GZIPPED), "not-json"),
        fails(
            "a-coding-that-nobody-knows",
            coded("snappy", BODY.as_bytes()),
            "not-json",
        ),
        fails(
            "a-thousand-codings",
            coded(&"gzip,".repeat(1000), GZIPPED),
            "not-json",
        ),
        met(
            "a-coding-that-is-not-there",
            coded("identity", BODY.as_bytes()),
        ),
        fails(
            "latin-1",
            charset("iso-8859-1", b"{\"ok\":true,\"n\":\"gr\xfcn\"}"),
            "not-json",
        ),
        fails("utf-16", charset("utf-16le", &utf_16), "not-json"),
        fails(
            "utf-16-with-a-mark",
            charset("utf-16", &utf_16_marked),
            "not-json",
        ),
        // RFC 8259 section 8.1 has no such parameter, and the bytes are UTF-8.
        met(
            "a-charset-that-is-none",
            charset("klingon", BODY.as_bytes()),
        ),
        fails(
            "a-byte-order-mark",
            body(format!("\u{feff}{BODY}")),
            "not-json",
        ),
        fails("nul-before-the-json", body(format!("\0{BODY}")), "not-json"),
        fails("nul-after-the-json", body(format!("{BODY}\0")), "not-json"),
        fails(
            "bytes-that-are-no-text",
            body(b"{\"ok\":true,\"n\":\"\xc0\x80\xff\xfe\"}"),
            "not-json",
        ),
        fails(
            "surrogates-as-utf-8",
            body(b"{\"ok\":true,\"n\":\"\xed\xa0\x80\"}"),
            "not-json",
        ),
        fails(
            "utf-8-cut-short",
            body(b"{\"ok\":true,\"n\":\"\xf0\x9f\x92"),
            "not-json",
        ),
        fails(
            "escapes-instead-of-json",
            body("\x1b[2J\x1b]0;owned\x07\u{202e}\u{9b}31m"),
            "not-json",
        ),
        fails(
            "a-page-called-json",
            body("<!DOCTYPE html><script>alert(1)</script>"),
            "not-json",
        ),
        fails(
            "an-end-of-a-comment",
            body("--> ]]> </script> ``` </details> ::error::owned"),
            "not-json",
        ),
    ]
}

/// Gzip (RFC 1952) of 200 MB of zeros, in 1.3 MB: one block of fixed codes (RFC 1951 section 3.2.6) in which a
/// zero is copied over and over.
fn bomb() -> Vec<u8> {
    // `11000101` is the code for 258 bytes, `00000` the one for a distance of 1.
    let copies = "1100010100000".repeat(800_000);
    let bits = format!("11000110000{copies}0000000");
    let mut bytes = GZIPPED[..10].to_vec();
    for eight in bits.as_bytes().chunks(8) {
        let low_first = eight.iter().rev();
        bytes.push(low_first.fold(0, |byte, bit| byte << 1 | u8::from(*bit == b'1')));
    }
    // The sums at the end are left out: nobody comes so far.
    bytes
}
