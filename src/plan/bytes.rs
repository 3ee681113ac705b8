//! Values of a case as bytes.

use std::sync::Arc;

use crate::model::{Draft, EncodedBytes, Scope, Unresolved};

/// A value as JSON.
pub(super) fn json(draft: &Draft, scope: Scope<'_>) -> Result<Arc<[u8]>, Unresolved> {
    let text = serde_json::to_vec(&draft.resolve(scope)?);
    let text = text.map_err(|error| Unresolved::Unfit(error.to_string()))?;
    Ok(text.into())
}

/// Bytes that the case writes as text.
pub(super) fn decoded(bytes: &EncodedBytes, scope: Scope<'_>) -> Result<Arc<[u8]>, Unresolved> {
    let decoded = bytes.encoding.decode(&bytes.text.render(scope)?);
    let decoded = decoded.map_err(|bad| {
        let name = bytes.encoding.name();
        Unresolved::Unfit(format!("the body is not {name}: {bad}"))
    })?;
    Ok(decoded.into())
}
