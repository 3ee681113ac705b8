//! The content of a document: the complete file, a range of it, or that it has not changed.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::documents::Id;
use super::faults::Fault;
use super::{Cabinet, Problem, Shared, field};

/// Whether the client has this version (RFC 9110 section 13.1.2).
pub(super) fn is_known(cabinet: &Cabinet, headers: &HeaderMap, etag: &str) -> bool {
    let mut known = field(headers, header::IF_NONE_MATCH).split(',');
    let is_same =
        |tag: &str| matches!(tag.trim().trim_start_matches("W/"), tag if tag == etag || tag == "*");
    known.any(is_same) && !cabinet.has(Fault::NotModifiedIgnored)
}

/// What a request asks for.
enum Range {
    All,
    /// The first byte, and the one after the last.
    Part(usize, usize),
    Nothing,
}

/// The range of one `Range` (RFC 9110 section 14.2); anything else is ignored.
fn range(wanted: &str, size: usize) -> Range {
    let bounds = wanted
        .strip_prefix("bytes=")
        .and_then(|bounds| bounds.split_once('-'));
    let Some((first, last)) = bounds else {
        return Range::All;
    };
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), _) if first >= size => Range::Nothing,
        (Ok(first), Ok(last)) if last >= first => {
            Range::Part(first, size.min(last.saturating_add(1)))
        }
        (Ok(first), Err(_)) if last.is_empty() => Range::Part(first, size),
        (Err(_), Ok(0)) if first.is_empty() => Range::Nothing,
        (Err(_), Ok(length)) if first.is_empty() => Range::Part(size.saturating_sub(length), size),
        _ => Range::All,
    }
}

pub(super) async fn download(
    State(cabinet): Shared,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Response, Problem> {
    let mut drawers = cabinet.open();
    drawers.member(&headers)?;
    let document = drawers.document(&id)?;
    let etag = document.etag();
    if is_known(&cabinet, &headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let size = document.content.len();
    let (status, first, end) = match range(field(&headers, header::RANGE), size) {
        Range::All => (StatusCode::OK, 0, size),
        Range::Part(first, end) => (StatusCode::PARTIAL_CONTENT, first, end),
        Range::Nothing => {
            let all = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            let what = "the document has no such bytes";
            return Ok((all, Problem(StatusCode::RANGE_NOT_SATISFIABLE, what)).into_response());
        }
    };
    let missing =
        usize::from(status == StatusCode::PARTIAL_CONTENT && cabinet.has(Fault::RangeTooShort));
    let content = document.content[first..end - missing].to_vec();
    let name = document.name.replace(['"', '\\'], "_");
    let fields = [
        (header::CONTENT_TYPE, document.kind.clone()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
        (header::ACCEPT_RANGES, "bytes".into()),
        (header::ETAG, etag),
    ];
    let mut response = (status, fields, content).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {first}-{}/{size}", end - 1);
        if let Ok(part) = part.parse() {
            response.headers_mut().insert(header::CONTENT_RANGE, part);
        }
    }
    Ok(response)
}
