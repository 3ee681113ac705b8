//! The body of a request with every value filled in.

use std::sync::Arc;

use crate::model::{
    Body, Piece, Request, Scope, SentBody, Template, TextPiece, Unresolved, WrittenBody,
};
use crate::plan::bytes::{decoded, json};
use crate::plan::multipart::multipart;
use crate::plan::pairs::pairs;

/// A body, and the `Content-Type` that it has unless the case says otherwise.
pub(super) struct Content {
    pub(super) body: SentBody,
    pub(super) media_type: Option<String>,
}

/// Fills in the body; `media_type` is the `Content-Type` that the case gives the request.
///
/// # Errors
///
/// When a value is missing or does not fit, in one line.
pub(super) fn content(
    request: &Request,
    scope: Scope<'_>,
    media_type: Option<&str>,
) -> Result<Option<Content>, Unresolved> {
    let whole = |bytes: Arc<[u8]>| vec![Piece::Bytes(bytes)];
    let plain = WrittenBody::Plain;
    let (pieces, written, media_type) = match &request.body {
        Body::None => return Ok(None),
        Body::Text(text) => (text_pieces(text, scope)?, plain, None),
        Body::Json(draft) => (
            whole(json(draft, scope)?),
            plain,
            Some("application/json".to_owned()),
        ),
        Body::Form(fields) => {
            let fields = pairs("form field", fields, scope)?;
            let bytes = encoded_form(&fields).into_bytes().into();
            let own = "application/x-www-form-urlencoded".to_owned();
            (whole(bytes), WrittenBody::Form(fields), Some(own))
        }
        Body::Multipart(parts) => multipart(parts, scope, media_type)?,
        Body::File(file) => (
            whole(Arc::clone(&file.bytes)),
            WrittenBody::File(file.path.clone()),
            None,
        ),
        Body::Bytes(bytes) => (whole(decoded(bytes, scope)?), plain, None),
    };
    Ok(Some(Content {
        body: SentBody::new(pieces, written, request.framing.clone()),
        media_type,
    }))
}

/// Names and values in `application/x-www-form-urlencoded` (WHATWG URL section 5.2).
pub(super) fn encoded_form(fields: &[(String, String)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    text.finish()
}

/// A text, of which large repeated parts are made when they are sent.
fn text_pieces(text: &Template, scope: Scope<'_>) -> Result<Vec<Piece>, Unresolved> {
    let pieces = text.pieces(scope)?.into_iter();
    Ok(pieces
        .map(|piece| match piece {
            TextPiece::Text(text) => Piece::Bytes(text.into_bytes().into()),
            TextPiece::Repeated(unit, count) => Piece::Repeated(unit.into_bytes().into(), count),
        })
        .collect())
}
