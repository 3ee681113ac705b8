//! Resolves `$ref` across documents, without a network.
//!
//! Every document has the URI `probity:///NAME`, and that of its `$id`. References are resolved only here: the validator
//! gets documents with absolute references ([`Documents::bound`]). A walk along an evaluation path yields the place and
//! the value of a keyword, and the requirement that it checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use crate::json::pointer::{push_token, tokens};
use crate::json::schema::keyword;
use crate::json::schema::keyword::ValueKind;
use crate::json::schema::lint::Lint;
use crate::json::schema::{SchemaDocuments, SchemaError, candidates};

/// The start of the URI of every document.
const BASE: &str = "probity:///";

/// What is escaped in the path of a document's URI, and in a fragment.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'$');

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Site {
    /// The name of the document.
    pub(crate) document: String,
    /// JSON Pointer.
    pub(crate) pointer: String,
}

impl Site {
    /// The place of a member or an element.
    pub(crate) fn below(&self, token: &str) -> Site {
        let mut site = self.clone();
        push_token(&mut site.pointer, token);
        site
    }
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.document, self.pointer)
    }
}

/// The end of an evaluation path.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The keyword, or the schema itself where it is `false`.
    pub(crate) site: Site,
    /// The value of the keyword.
    pub(crate) value: Value,
    /// The nearest `x-requirement` on the path.
    pub(crate) requirement: Option<String>,
}

/// All documents and their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Documents {
    by_name: SchemaDocuments,
    /// Document names by URI without fragment.
    by_uri: BTreeMap<String, String>,
    /// Pointers by document and anchor.
    anchors: BTreeMap<(String, String), String>,
}

/// The URI of the document `name`.
pub(crate) fn uri_of(name: &str) -> String {
    format!("{BASE}{}", utf8_percent_encode(name, ESCAPED))
}

/// The URI of a place.
pub(crate) fn uri_of_site(site: &Site) -> String {
    let fragment = utf8_percent_encode(&site.pointer, ESCAPED);
    format!("{}#{fragment}", uri_of(&site.document))
}

impl Documents {
    /// Adds a document with the anchors that its lint found.
    pub(crate) fn add(&mut self, name: &str, document: &Arc<Value>, lint: &Lint) {
        self.by_uri.insert(uri_of(name), name.to_owned());
        if let Some(id) = identified(name, document) {
            self.by_uri.insert(id.to_string(), name.to_owned());
        }
        for (anchor, pointer) in &lint.anchors {
            let key = (name.to_owned(), anchor.clone());
            self.anchors.insert(key, pointer.clone());
        }
        self.by_name.insert(name.to_owned(), Arc::clone(document));
    }

    /// Every document.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Value> {
        self.by_name.values().map(Arc::as_ref)
    }

    /// Every document with its name.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = (&str, &Value)> {
        let documents = self.by_name.iter();
        documents.map(|(name, document)| (name.as_str(), &**document))
    }

    /// The schema that a reference in the document `from` names, with its document.
    pub(crate) fn referred(&self, from: &str, reference: &str) -> Option<(&str, &Value)> {
        let site = self.resolve(from, reference).ok()?;
        let (name, _) = self.by_name.get_key_value(&site.document)?;
        Some((name, self.schema_at(&site)?))
    }

    pub(crate) fn document(&self, name: &str) -> Option<&Value> {
        self.by_name.get(name).map(Arc::as_ref)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.by_name.keys().cloned().collect()
    }

    /// The schema at a place; `None` when there is none.
    pub(crate) fn schema_at(&self, site: &Site) -> Option<&Value> {
        let mut walk = Walk::start(self, site.document.clone())?;
        for token in tokens(&site.pointer) {
            walk.down(&token)?;
        }
        (walk.kind == ValueKind::Schema).then_some(walk.value)
    }

    /// The place that a reference in the document `from` names, or why there is none.
    pub(crate) fn resolve(&self, from: &str, reference: &str) -> Result<Site, Unresolvable> {
        let document = self.by_name.get(from).ok_or(Unresolvable::Document)?;
        let base = base(from, document).ok_or(Unresolvable::Document)?;
        let (uri, fragment) = target(&base, reference).ok_or(Unresolvable::Document)?;
        let name = self.by_uri.get(uri.as_str());
        let name = name.ok_or(Unresolvable::Document)?.clone();
        let pointer = if fragment.is_empty() || fragment.starts_with('/') {
            fragment
        } else {
            let anchor = self.anchors.get(&(name.clone(), fragment));
            anchor.ok_or(Unresolvable::Place)?.clone()
        };
        let site = Site {
            document: name,
            pointer,
        };
        match self.schema_at(&site) {
            Some(_) => Ok(site),
            None => Err(Unresolvable::Place),
        }
    }

    /// A document for the validator: with absolute references and without `$id`.
    pub(crate) fn bound(&self, name: &str, document: &Arc<Value>, lint: &Lint) -> Arc<Value> {
        let is_far = |reference: &str| !matches!(reference, "#") && !reference.starts_with("#/");
        let has_id = document.get("$id").is_some();
        if !has_id
            && !lint
                .references
                .iter()
                .any(|(_, reference)| is_far(reference))
        {
            return Arc::clone(document);
        }
        let mut bound = Value::clone(document);
        for (pointer, reference) in &lint.references {
            if let Ok(site) = self.resolve(name, reference)
                && let Some(place) = bound.pointer_mut(pointer)
            {
                *place = Value::String(uri_of_site(&site));
            }
        }
        if let Some(members) = bound.as_object_mut() {
            members.shift_remove("$id");
        }
        Arc::new(bound)
    }

    /// The error for a reference that leads nowhere.
    pub(crate) fn reference_error(
        &self,
        at: Site,
        reference: &str,
        why: Unresolvable,
    ) -> SchemaError {
        let (message, candidates) = match why {
            Unresolvable::Document => (
                format!("no schema `{reference}` below `schemas/`"),
                candidates(
                    reference.split('#').next().unwrap_or(""),
                    self.by_name.keys().map(String::as_str),
                ),
            ),
            Unresolvable::Place => (
                format!("no schema at `{reference}`"),
                candidates(
                    reference,
                    self.definitions_near(&at, reference)
                        .iter()
                        .map(String::as_str),
                ),
            ),
        };
        SchemaError {
            document: at.document,
            pointer: at.pointer,
            message,
            candidates,
            help: String::new(),
        }
    }

    /// The error for a schema that a case names and that does not exist.
    pub(crate) fn no_schema(&self, at: &Site) -> SchemaError {
        let why = if self.by_name.contains_key(&at.document) {
            Unresolvable::Place
        } else {
            Unresolvable::Document
        };
        let reference = at.to_string();
        let reference = reference.trim_end_matches('#');
        let mut error = self.reference_error(at.clone(), reference, why);
        error.pointer.clear();
        error
    }

    /// Valid references to the definitions of the document that `reference` names.
    fn definitions_near(&self, at: &Site, reference: &str) -> Vec<String> {
        let prefix = reference.split('#').next().unwrap_or("");
        let document = self.by_name.get(prefix).or_else(|| {
            let site = self.resolve(&at.document, prefix).ok()?;
            self.by_name.get(&site.document)
        });
        let of = |key: &'static str| {
            let definitions = document.and_then(|document| document.get(key)?.as_object());
            let names = definitions.into_iter().flat_map(|names| names.keys());
            names.map(move |name| format!("{prefix}#/{key}/{name}"))
        };
        of("$defs").chain(of("definitions")).collect()
    }

    /// Follows an evaluation path from a schema to a keyword.
    pub(crate) fn follow(&self, start: &Site, evaluation_path: &str) -> Option<Rule> {
        let mut walk = Walk::start(self, start.document.clone())?;
        for token in tokens(&start.pointer) {
            walk.down(&token)?;
        }
        let mut requirement = None;
        let mut path = tokens(evaluation_path).peekable();
        while let Some(token) = path.next() {
            if let Some(named) = walk.requirement() {
                requirement = Some(named);
            }
            walk.down(&token)?;
            if walk.kind == ValueKind::Reference && path.peek().is_some() {
                walk.jump()?;
            }
        }
        Some(Rule {
            site: walk.site,
            value: walk.value.clone(),
            requirement: requirement.map(str::to_owned),
        })
    }
}

/// Why a reference cannot be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unresolvable {
    /// There is no such document.
    Document,
    /// The document has no schema there.
    Place,
}

/// A position in the documents, with the value there and its kind.
struct Walk<'d> {
    documents: &'d Documents,
    site: Site,
    value: &'d Value,
    kind: ValueKind,
}

impl<'d> Walk<'d> {
    fn start(documents: &'d Documents, document: String) -> Option<Walk<'d>> {
        Some(Walk {
            value: documents.by_name.get(&document)?,
            documents,
            site: Site {
                document,
                pointer: String::new(),
            },
            kind: ValueKind::Schema,
        })
    }

    fn down(&mut self, token: &str) -> Option<()> {
        self.value = match self.value {
            Value::Object(members) => members.get(token)?,
            Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
        self.kind = match self.kind {
            ValueKind::Schema => keyword::of_value(keyword::value_kind(token)?, self.value),
            ValueKind::Dependencies if self.value.is_array() => ValueKind::TextList,
            ValueKind::Dependencies => ValueKind::Schema,
            ValueKind::SchemaByName | ValueKind::SchemaByPattern | ValueKind::SchemaList => {
                ValueKind::Schema
            }
            _ => ValueKind::Value,
        };
        push_token(&mut self.site.pointer, token);
        Some(())
    }

    /// Moves from a reference to the schema that it names.
    fn jump(&mut self) -> Option<()> {
        let reference = self.value.as_str()?;
        self.site = self
            .documents
            .resolve(&self.site.document, reference)
            .ok()?;
        self.value = self.documents.schema_at(&self.site)?;
        self.kind = ValueKind::Schema;
        Some(())
    }

    fn requirement(&self) -> Option<&'d str> {
        (self.kind == ValueKind::Schema)
            .then(|| self.value.get("x-requirement")?.as_str())
            .flatten()
    }
}

/// What references in a document are relative to.
fn base(name: &str, document: &Value) -> Option<Url> {
    identified(name, document).or_else(|| Url::parse(&uri_of(name)).ok())
}

/// The URI that a reference names, without its fragment, and the fragment, decoded.
fn target(base: &Url, reference: &str) -> Option<(Url, String)> {
    let mut uri = base.join(reference).ok()?;
    let fragment = percent_decode_str(uri.fragment().unwrap_or(""));
    let fragment = fragment.decode_utf8_lossy().into_owned();
    uri.set_fragment(None);
    Some((uri, fragment))
}

/// The document that a reference in another one names, as a whole, and the JSON Pointer in it. Anchors, and documents that
/// are named by their `$id`, are not followed.
pub(crate) fn referred<'s>(
    documents: &'s SchemaDocuments,
    (from, root): (&'s str, &'s Value),
    reference: &str,
) -> Option<(&'s str, &'s Value, String)> {
    if let Some(fragment) = reference.strip_prefix('#') {
        let pointer = percent_decode_str(fragment).decode_utf8_lossy();
        return Some((from, root, pointer.into_owned()));
    }
    let (uri, pointer) = target(&base(from, root)?, reference)?;
    let name = percent_decode_str(uri.as_str().strip_prefix(BASE)?);
    let (name, document) = documents.get_key_value(&*name.decode_utf8().ok()?)?;
    Some((name, document, pointer))
}

/// The `$id` of a document as an absolute URI.
fn identified(name: &str, document: &Value) -> Option<Url> {
    let id = document.get("$id")?.as_str()?;
    Url::parse(&uri_of(name)).ok()?.join(id).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_relative_to_the_document_that_has_it() {
        let root = json!({ "$defs": { "a b": {} } });
        let documents: SchemaDocuments = ["a/b.json", "a/c d.json", "c.json"]
            .into_iter()
            .map(|name| (name.to_owned(), Arc::new(json!({ "title": name }))))
            .collect();
        let found = |from, reference| {
            let (name, _, pointer) = referred(&documents, (from, &root), reference)?;
            Some((name, pointer))
        };
        for (from, reference, expected) in [
            (
                "a/b.json",
                "#/$defs/a%20b",
                Some(("a/b.json", "/$defs/a b")),
            ),
            ("a/b.json", "../c.json", Some(("c.json", ""))),
            ("a/b.json", "c%20d.json#/x", Some(("a/c d.json", "/x"))),
            ("", "a/./b.json", Some(("a/b.json", ""))),
            ("c.json", "b.json", None),
            ("c.json", "https://a.example/c.json", None),
        ] {
            let expected = expected.map(|(name, pointer)| (name, pointer.to_owned()));
            assert_eq!(found(from, reference), expected, "{from} {reference}");
        }
    }
}
