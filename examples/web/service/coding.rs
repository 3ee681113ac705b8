//! Content codings: gzip for those who ask for it.

use std::io::Write;

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::faults::Fault;
use super::{Cabinet, field};

/// Whether a request asks for gzip (RFC 9110 section 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let codings = field(headers, header::ACCEPT_ENCODING).split(',');
    let mut codings = codings.map(|coding| coding.split_once(';').unwrap_or((coding, "")));
    codings.any(|(coding, weight)| {
        let weight = weight.trim().trim_start_matches("q=");
        coding.trim().eq_ignore_ascii_case("gzip") && weight.parse() != Ok(0.0_f32)
    })
}

/// An answer, in gzip if the request asks for it.
pub(super) fn coded(cabinet: &Cabinet, headers: &HeaderMap, kind: &str, body: Vec<u8>) -> Response {
    let fields = [
        (header::CONTENT_TYPE, kind),
        (header::VARY, "Accept-Encoding"),
    ];
    if accepts_gzip(headers) || cabinet.has(Fault::GzipUnasked) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        if encoder.write_all(&body).is_ok()
            && let Ok(short) = encoder.finish()
        {
            return (fields, [(header::CONTENT_ENCODING, "gzip")], short).into_response();
        }
    }
    (fields, body).into_response()
}
