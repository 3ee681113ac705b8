//! XML: documents with positions, XPath 1.0, and the comparison of two documents.
//!
//! `uppsala` reads the text (well-formedness, namespaces); what it reads becomes one flat list of nodes in document
//! order. XPath is evaluated here and not by a crate: docs/design.md says why.

mod attribute;
pub(crate) mod compare;
pub mod document;
mod names;
mod reading;
mod size;
pub mod xpath;

pub use document::{Document, DocumentError, Name};
pub use xpath::{Namespaces, Value, XPath, XPathError};
