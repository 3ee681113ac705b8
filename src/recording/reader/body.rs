//! Bodies in a HAR file: as text, in base64, or somewhere else in the file.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ring::digest::{SHA256, digest};

use crate::model::hexadecimal;
use crate::recording::reader::format::BodyFormat;

/// Some tools omit the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bodies that other entries refer to, and those references.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) bodies: Vec<(String, Arc<[u8]>)>,
    pub(crate) references: Vec<Reference>,
}

/// A body that is in another entry.
pub(crate) struct Reference {
    /// The exchange, by its place in the list.
    pub(crate) exchange: usize,
    pub(crate) is_request: bool,
    pub(crate) digest: String,
    /// The start of the entry in the file.
    pub(crate) at: usize,
}

/// The digests of an entry's bodies.
#[derive(Default)]
pub(crate) struct Bodies {
    /// Bodies in the entry, with their digests.
    pub(crate) held: Vec<(String, Arc<[u8]>)>,
    /// Digests of bodies in other entries, and whether they are the request's.
    pub(crate) elsewhere: Vec<(bool, String)>,
}

impl Pending {
    pub(crate) fn note(&mut self, exchange: usize, bodies: Bodies, at: usize) {
        self.bodies.extend(bodies.held);
        let references = bodies.elsewhere.into_iter();
        self.references
            .extend(references.map(|(is_request, digest)| Reference {
                exchange,
                is_request,
                digest,
                at,
            }));
    }
}

impl Bodies {
    /// The bytes of a body that Probity wrote; empty if they are in another entry.
    pub(crate) fn own(&mut self, body: &BodyFormat, is_request: bool) -> Result<Arc<[u8]>, String> {
        let bytes = bytes(body)?;
        match (bytes, &body.digest) {
            (None, Some(digest)) => {
                self.elsewhere.push((is_request, digest.clone()));
                Ok(Arc::from([]))
            }
            (bytes, named) => {
                let bytes: Arc<[u8]> = Arc::from(bytes.unwrap_or_default());
                if let Some(named) = named {
                    if *named != hexadecimal(digest(&SHA256, &bytes).as_ref()) {
                        return Err("its body does not match its _sha256".into());
                    }
                    self.held.push((named.clone(), Arc::clone(&bytes)));
                }
                Ok(bytes)
            }
        }
    }
}

/// The bytes, if the file contains them.
pub(crate) fn bytes(body: &BodyFormat) -> Result<Option<Vec<u8>>, String> {
    let Some(text) = &body.text else {
        return Ok(None);
    };
    match body.encoding.as_deref() {
        None | Some("") => Ok(Some(text.clone().into_bytes())),
        Some("base64") => base64(text).map(Some),
        // The text may be anything, also a secret.
        Some(_) => Err("its body has an unknown encoding; expected `base64`".into()),
    }
}

/// Decodes a base64 text.
pub(crate) fn base64(text: &str) -> Result<Vec<u8>, String> {
    let decoded = BASE64.decode(text);
    decoded.map_err(|error| format!("its body is not base64: {error}"))
}
