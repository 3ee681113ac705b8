//! The body of a request as a case states it, before fixtures and captures are filled in.

use std::fmt;
use std::sync::Arc;

use crate::model::byte_encoding::ByteEncoding;
use crate::model::source::Span;
use crate::model::template::{Draft, Expression, Template};

/// What a request carries.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing. POST, PUT and PATCH then send `Content-Length: 0`, unless that header is omitted.
    None,
    /// The value as JSON, with `Content-Type: application/json` unless the case sets another one.
    Json(Draft),
    /// Text, without a default Content-Type.
    Text(Template),
    /// The fields of a form, in order; an array value is the field repeated.
    Form(Vec<(String, Draft)>),
    /// A multipart body (RFC 2046 section 5.1), by default `multipart/form-data` (RFC 7578).
    Multipart(Vec<BodyPart>),
    /// A file of the suite, without a default Content-Type.
    File(Box<BodyFile>),
    /// Bytes that the case writes as text, without a default Content-Type.
    Bytes(Box<EncodedBytes>),
}

/// One part of a multipart body.
#[derive(Clone, Debug)]
pub struct BodyPart {
    /// The name of the field; parts of `multipart/form-data` have one.
    pub name: Option<Template>,
    /// The file name.
    pub filename: Option<Template>,
    /// The `Content-Type` of the part.
    pub media_type: Option<Template>,
    /// Other fields of the head of the part, in order.
    pub headers: Vec<(String, Template)>,
    /// The content.
    pub content: PartContent,
    /// The part in its file.
    pub span: Span,
}

/// The content of a part.
#[derive(Clone, Debug)]
pub enum PartContent {
    /// Text.
    Text(Template),
    /// A value as JSON, by default with `Content-Type: application/json`.
    Json(Draft),
    /// A file of the suite, by default with its own name and `Content-Type: application/octet-stream`.
    File(BodyFile),
    /// Bytes that the case writes as text.
    Bytes(EncodedBytes),
}

/// A file of the suite that is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct BodyFile {
    /// The path below the suite directory, with `/`.
    pub name: String,
    /// The path to it as far as one is known, for people.
    pub path: String,
    /// The content, which is read with the suite.
    pub bytes: Arc<[u8]>,
}

impl fmt::Debug for BodyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyFile({:?}, {} bytes)", self.name, self.bytes.len())
    }
}

/// Bytes that the case writes as text.
#[derive(Clone, Debug)]
pub struct EncodedBytes {
    /// How they are written.
    pub encoding: ByteEncoding,
    /// The text.
    pub text: Template,
}

impl Body {
    /// Calls `see` with the expression of each hole in the body.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        match self {
            Body::None | Body::File(_) => {}
            Body::Json(draft) => draft.visit_holes(see),
            Body::Text(template) => template.visit_holes(see),
            Body::Form(fields) => fields.iter().for_each(|(_, value)| value.visit_holes(see)),
            Body::Multipart(parts) => parts.iter().for_each(|part| part.visit_holes(see)),
            Body::Bytes(bytes) => bytes.text.visit_holes(see),
        }
    }
}

impl BodyPart {
    fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        let own = [&self.name, &self.filename, &self.media_type];
        let headers = self.headers.iter().map(|(_, value)| value);
        for template in own.into_iter().flatten().chain(headers) {
            template.visit_holes(see);
        }
        match &self.content {
            PartContent::Text(template) => template.visit_holes(see),
            PartContent::Json(draft) => draft.visit_holes(see),
            PartContent::File(_) => {}
            PartContent::Bytes(bytes) => bytes.text.visit_holes(see),
        }
    }
}
