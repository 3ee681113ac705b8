//! A schema in a document, and the ones that it refers to.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::json::SchemaDocuments;

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
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let (document, root) = if file.is_empty() {
            (self.document, self.root)
        } else {
            let name = joined(self.document, file)?;
            let (document, root) = self.documents.get_key_value(&name)?;
            (document.as_str(), &**root)
        };
        let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
        Some(SchemaPlace {
            documents: self.documents,
            document,
            root,
            schema: root.pointer(&pointer)?,
        })
    }
}

/// The name of a document that another one refers to: `a/b.json` and `../c.json` is `c.json`.
fn joined(document: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
