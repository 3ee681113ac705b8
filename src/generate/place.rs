//! A schema in a document, and the ones that it refers to.

use serde_json::{Map, Value};

use crate::json::{SchemaDocuments, referred};

/// How many references are followed in a row.
const LONGEST_CHAIN: usize = 16;

/// A schema in one of several documents.
#[derive(Clone, Copy, Debug)]
pub struct SchemaPlace<'s> {
    documents: &'s SchemaDocuments,
    /// The document that its references are relative to.
    document: &'s str,
    /// The document as a whole, for references within it.
    root: &'s Value,
    pub(crate) schema: &'s Value,
}

impl<'s> SchemaPlace<'s> {
    /// The schema of a document, by its name and the JSON Pointer behind `#`.
    pub fn named(documents: &'s SchemaDocuments, name: &str) -> Option<SchemaPlace<'s>> {
        let (name, pointer) = name.split_once('#').unwrap_or((name, ""));
        let (document, root) = documents.get_key_value(name)?;
        Some(SchemaPlace {
            documents,
            document,
            root,
            schema: root.pointer(pointer)?,
        })
    }

    /// A schema outside of the documents. Its references are relative to their directory.
    pub fn inline(documents: &'s SchemaDocuments, schema: &'s Value) -> SchemaPlace<'s> {
        SchemaPlace {
            documents,
            document: "",
            root: schema,
            schema,
        }
    }

    /// A schema inside of this one.
    pub(crate) fn at(self, schema: &'s Value) -> SchemaPlace<'s> {
        SchemaPlace { schema, ..self }
    }

    /// The keywords of the schema. A schema that is only a reference has those of the one it refers to; `None` for `true`,
    /// `false`, and a reference that leads nowhere.
    pub(crate) fn keywords(self) -> Option<(SchemaPlace<'s>, &'s Map<String, Value>)> {
        let mut place = self;
        for _ in 0..LONGEST_CHAIN {
            let members = place.schema.as_object()?;
            match members.get("$ref").and_then(Value::as_str) {
                Some(reference) => place = place.referred(reference)?,
                None => return Some((place, members)),
            }
        }
        None
    }

    fn referred(self, reference: &str) -> Option<SchemaPlace<'s>> {
        let from = (self.document, self.root);
        let (document, root, pointer) = referred(self.documents, from, reference)?;
        Some(SchemaPlace {
            documents: self.documents,
            document,
            root,
            schema: root.pointer(&pointer)?,
        })
    }
}
