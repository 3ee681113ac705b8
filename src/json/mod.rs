//! JSON: documents with positions, exact numbers, pointers, selectors, schemas, outlines and digests.

pub(crate) mod date_time;
pub(crate) mod decimal;
pub mod digest;
pub mod document;
pub(crate) mod number;
pub mod outline;
pub mod pointer;
pub mod schema;
pub mod selector;
mod serializer;
pub(crate) mod stand_in;
pub(crate) mod writer;

pub use digest::Digest;
pub use document::{Document, DocumentError, json_equal};
pub use outline::Outline;
pub use schema::{
    BrokenRules, Schema, SchemaAssertion, SchemaDocuments, SchemaError, SchemaId, SchemaLibrary,
    SchemaRule, SchemaViolation, named_requirements,
};
pub(crate) use schema::{FORMATS, TYPES, is_format, referred};
pub use selector::{Selector, SelectorError, Unselectable};
