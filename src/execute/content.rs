//! Content codings (RFC 9110 section 8.4): undoes what `Content-Encoding` says was done to a body.
//!
//! Pure. What is decoded is bounded: each coding to the limit of bodies, and the number of codings to [`MOST_CODINGS`].

use std::io;
use std::io::Read;

use flate2::bufread::GzDecoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use crate::execute::failure::no_answer;
use crate::execute::figure;
use crate::model::exchange::{Coded, NoAnswer, NoAnswerKind, Response};

/// The most codings of one body that are undone.
const MOST_CODINGS: usize = 4;

/// Why a body was not decoded.
#[derive(Debug)]
enum Fault {
    /// It is larger than the limit.
    TooLarge,
    /// It is not what `Content-Encoding` says, or nothing that is known.
    Broken(String),
}

/// The codings of the body in the order in which they were applied; empty if it has none.
///
/// A part of a body (206) cannot be decoded, and a body without bytes needs not be.
fn codings(response: &Response) -> Vec<String> {
    if response.body.is_empty() || response.status == 206 || response.coded.is_some() {
        return Vec::new();
    }
    let values = response.header_values("content-encoding");
    values
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(|coding| String::from_utf8_lossy(coding.trim_ascii()).to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect()
}

/// Whether there is something to decode.
pub(super) fn is_coded(response: &Response) -> bool {
    !codings(response).is_empty()
}

/// Decodes the body of an answer, if it has content codings. A body that cannot be decoded stays as it came, with the
/// reason beside it.
///
/// # Errors
///
/// [`NoAnswerKind::TooLarge`] if more than `limit` bytes come out.
pub(crate) fn decode(response: &mut Response, limit: usize) -> Result<(), NoAnswer> {
    let codings = codings(response);
    if codings.is_empty() {
        return Ok(());
    }
    let mut coded = Coded {
        codings: codings.join(", "),
        ..Coded::default()
    };
    match content(&response.body, &codings, limit) {
        Ok(content) => coded.received = std::mem::replace(&mut response.body, content),
        Err(Fault::Broken(fault)) => coded.fault = Some(fault),
        Err(Fault::TooLarge) => {
            let detail = format!(
                "body larger than {} when decoded ({})",
                figure::bytes(limit),
                coded.codings
            );
            return Err(no_answer(NoAnswerKind::TooLarge, detail));
        }
    }
    response.coded = Some(coded);
    Ok(())
}

/// The body with every coding undone, the last one first.
fn content(body: &[u8], codings: &[String], limit: usize) -> Result<Vec<u8>, Fault> {
    if codings.len() > MOST_CODINGS {
        let fault = format!(
            "the body has {} content codings, at most {MOST_CODINGS} are decoded",
            codings.len()
        );
        return Err(Fault::Broken(fault));
    }
    let mut content: Option<Vec<u8>> = None;
    for coding in codings.iter().rev() {
        let bytes = content.as_deref().unwrap_or(body);
        content = Some(undo(coding, bytes, limit)?);
    }
    Ok(content.unwrap_or_default())
}

fn undo(coding: &str, bytes: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let decoded = match coding {
        "gzip" | "x-gzip" if !b"\x1f\x8b".starts_with(&bytes[..bytes.len().min(2)]) => Err(
            io::Error::new(io::ErrorKind::InvalidData, "its first bytes are others"),
        ),
        "gzip" | "x-gzip" => bounded(MultiGzDecoder::new(bytes), limit),
        "deflate" => bounded(ZlibDecoder::new(bytes), limit),
        "br" => bounded(brotli_decompressor::Decompressor::new(bytes, 4096), limit),
        "zstd" => zstd(bytes, limit),
        _ => {
            let name: String = coding.chars().take(40).collect();
            let fault = format!("the body has the unknown content coding `{name}`");
            return Err(Fault::Broken(fault));
        }
    };
    let decoded = decoded.map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof if coding.ends_with("gzip") => gzip_end(bytes, limit),
            io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
            _ => error.to_string().to_lowercase(),
        };
        Fault::Broken(format!(
            "the body is not {coding} although Content-Encoding says so: {reason}"
        ))
    })?;
    if decoded.len() > limit {
        return Err(Fault::TooLarge);
    }
    Ok(decoded)
}

/// Why a gzip body is not one that ends where its last member ends: the bytes after a whole member are taken for the
/// beginning of another one.
fn gzip_end(mut bytes: &[u8], limit: usize) -> String {
    let mut has_member = false;
    loop {
        let mut member = GzDecoder::new(bytes);
        let is_whole = bounded(&mut member, limit).is_ok();
        if !is_whole && has_member && !bytes.starts_with(b"\x1f\x8b") {
            return format!("{} bytes follow its end", bytes.len());
        }
        if !is_whole || bytes.is_empty() {
            return "it ends too early".to_owned();
        }
        has_member = true;
        bytes = member.into_inner();
    }
}

/// Reads at most one byte more than the limit.
fn bounded(decoder: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Frame after frame (RFC 8878 section 3.1), with their checksums.
fn zstd(mut bytes: &[u8], limit: usize) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    while !bytes.is_empty() && content.len() <= limit {
        let mut decoder = StreamingDecoder::new(&mut bytes)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        content.append(&mut bounded(&mut decoder, limit - content.len())?);
        let frame = decoder.into_frame_decoder();
        let stated = frame.get_checksum_from_data();
        let is_whole = content.len() <= limit;
        if is_whole && stated.is_some() && stated != frame.get_calculated_checksum() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its checksum is wrong",
            ));
        }
    }
    Ok(content)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(coding: &str, body: &[u8]) -> Response {
        let mut response = Response {
            status: 200,
            headers: vec![("Content-Encoding".into(), coding.into())],
            body: body.to_vec(),
            ..Response::default()
        };
        decode(&mut response, 1 << 20).unwrap();
        response
    }

    fn fault(coding: &str, body: &[u8]) -> String {
        let response = decoded(coding, body);
        assert_eq!(response.body, body);
        assert_eq!(response.received_body(), body);
        response.coded.unwrap().fault.unwrap()
    }

    #[test]
    fn each_coding_is_undone() {
        let zlib = zlib(b"hello");
        let zstd = *b"\x28\xb5\x2f\xfd\0\0\x29\0\0hello";
        let brotli = [0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        let mut two_members = gzip(b"he");
        two_members.extend(gzip(b"llo"));
        for (coding, body) in [
            ("gzip", gzip(b"hello")),
            ("X-GZIP", two_members),
            ("deflate", zlib),
            ("br", brotli.to_vec()),
            ("gzip, identity, gzip", gzip(&gzip(b"hello"))),
            ("zstd", zstd.to_vec()),
        ] {
            let response = decoded(coding, &body);
            assert_eq!(response.body, b"hello", "{coding} {:?}", response.coded);
            assert_eq!(response.received_body(), body);
        }
        assert_eq!(decoded("identity", b"hello").coded, None);
        assert_eq!(decoded("gzip", b"").coded, None);
    }

    #[test]
    fn a_body_that_is_not_what_its_header_says_is_named() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let expected = format!("the body is not {coding} although Content-Encoding says so: ");
            for plain in [&b"{\"a\":1}"[..], b"[]", b"x"] {
                let fault = fault(coding, plain);
                assert!(fault.starts_with(&expected), "{fault}");
            }
        }
        let whole = gzip(b"hello hello hello");
        for length in 1..whole.len() {
            let fault = fault("gzip", &whole[..length]);
            assert!(fault.ends_with("it ends too early"), "{length} {fault}");
        }
        let mut wrong = whole.clone();
        let crc = wrong.len() - 8;
        wrong[crc] ^= 1;
        assert!(fault("gzip", &wrong).contains("checksum"));
        assert!(fault("zstd", b"\x28\xb5\x2f\xfd\x04\0\x29\0\0hello1234").contains("checksum"));
        let mut more = whole;
        more.extend(b"more");
        let said = fault("gzip", &more);
        assert!(said.ends_with("says so: 4 bytes follow its end"), "{said}");
        assert_eq!(
            fault("snappy", b"x"),
            "the body has the unknown content coding `snappy`"
        );
        assert_eq!(
            fault("gzip,gzip,gzip,gzip,gzip", b"x"),
            "the body has 5 content codings, at most 4 are decoded"
        );
    }

    #[test]
    fn what_comes_out_is_bounded_in_every_layer() {
        let bomb = gzip(&vec![0; 8 << 20]);
        for (coding, body) in [("gzip", bomb.clone()), ("gzip, gzip", gzip(&bomb))] {
            let mut response = Response {
                status: 200,
                headers: vec![("content-encoding".into(), coding.into())],
                body,
                ..Response::default()
            };
            let refused = decode(&mut response, 1 << 20).unwrap_err();
            assert_eq!(refused.kind, NoAnswerKind::TooLarge);
            assert_eq!(
                refused.detail,
                format!("body larger than 1 MiB when decoded ({coding})")
            );
            assert_eq!(response.coded, None);
        }
    }
}
