//! The body of a request with every value filled in.

use std::sync::Arc;

use serde_json::Value;

use crate::model::{
    Body, Draft, Piece, Request, Scope, SentBody, Template, TextPiece, Unresolved, WrittenBody,
};
use crate::plan::bytes::{decoded, json};
use crate::plan::multipart::multipart;

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
            let fields = form_fields(fields, scope)?;
            let mut text = url::form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(&fields);
            let bytes = text.finish().into_bytes().into();
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

/// Names and values in order; an array is the name repeated.
fn form_fields(
    fields: &[(String, Draft)],
    scope: Scope<'_>,
) -> Result<Vec<(String, String)>, Unresolved> {
    let mut pairs = Vec::with_capacity(fields.len());
    for (name, draft) in fields {
        let values = match draft.resolve(scope)? {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let text = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                other => {
                    return Err(Unresolved::Unfit(format!(
                        "the form field `{name}` cannot be {other}"
                    )));
                }
            };
            pairs.push((name.clone(), text));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_form_is_decoded_to_what_was_encoded(
            fields in prop::collection::vec((".{0,20}", ".{0,40}"), 0..6),
        ) {
            let mut text = url::form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(&fields);
            let text = text.finish();
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"*-._+%=&".contains(&b)), "{}", text);
            let decoded: Vec<(String, String)> =
                url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            prop_assert_eq!(decoded, fields);
        }
    }
}
