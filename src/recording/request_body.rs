//! The body of a request as a recording holds it.

use std::sync::Arc;

use crate::model::SentBody;
use crate::plan::body_facts::sha256;

/// The largest body that is held as it is, in bytes.
const LIMIT: u64 = 4 << 20;

/// The bytes of a body, or its length and SHA-256 if it is large. Equal bodies have equal ones.
pub(crate) fn recorded_bytes(body: &SentBody) -> Arc<[u8]> {
    if body.len() <= LIMIT {
        return body.shared().unwrap_or_else(|| body.to_vec().into());
    }
    let text = format!("{} bytes, sha256 {}", body.len(), sha256(body));
    text.into_bytes().into()
}
