//! A parsed XML document: its nodes in document order, each with its position.
//!
//! Entities are never expanded and nothing is fetched: a document that declares entities is refused. Nesting, attributes
//! and size are limited ([`size`](super::size)).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use uppsala::QName;
use uppsala::pull::{PullEvent, PullParser};

use crate::xml::attribute::{Written, is_affected};
use crate::xml::names::misnamed;
pub use crate::xml::reading::{DEPTH, DocumentError};
use crate::xml::reading::{decoded, line_starts, place_in, refusal};
use crate::xml::size::excess;

/// The position of a node in the list of nodes.
pub type NodeId = usize;

/// The id of the root node, the parent of the document element.
pub const ROOT: NodeId = 0;

/// A well-formed document. Node ids are in document order; attributes follow their element.
#[derive(Clone, Debug)]
pub struct Document {
    nodes: Vec<Node>,
    /// The byte offset at which each line starts.
    lines: Vec<usize>,
    source: Arc<str>,
}

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The name of an element or attribute, the target of a processing instruction.
    pub name: Option<Arc<Name>>,
    /// The text of a text node or comment, the value of an attribute.
    pub text: String,
    /// The element or root that it belongs to; the root belongs to itself.
    pub parent: NodeId,
    /// One more than the id of the last node inside it.
    pub end: NodeId,
    /// The byte offset at which it starts; an attribute has that of its element.
    start: usize,
}

/// The kinds of nodes (XPath 1.0 section 5). Namespace declarations are not nodes here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The root.
    Root,
    /// An element.
    Element,
    /// An attribute.
    Attribute,
    /// Text, CDATA sections included.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
}

/// The name of an element or attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The URI of the namespace; empty without one.
    pub namespace: String,
    /// The prefix in the document; empty without one.
    pub prefix: String,
    /// The local part.
    pub local: String,
}

impl Name {
    /// The same namespace and local name? The prefix does not matter.
    pub fn is(&self, other: &Name) -> bool {
        self.local == other.local && self.namespace == other.namespace
    }

    /// As it is written: `s:Body`.
    pub fn written(&self) -> Cow<'_, str> {
        match self.prefix.as_str() {
            "" => Cow::Borrowed(&self.local),
            prefix => Cow::Owned(format!("{prefix}:{}", self.local)),
        }
    }
}

impl Document {
    /// Parses a body: UTF-8, or UTF-16 with a byte order mark.
    ///
    /// # Errors
    ///
    /// What is not well-formed, or which limit the document exceeds.
    pub fn parse(body: &[u8]) -> Result<Document, DocumentError> {
        let text = decoded(body)?;
        Document::parse_text(&text)
    }

    /// Parses a text.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`].
    pub fn parse_text(text: &str) -> Result<Document, DocumentError> {
        if text.trim().is_empty() {
            return Err(DocumentError {
                message: "there is no element".into(),
                line: 1,
                column: 1,
                is_refused: false,
            });
        }
        if let Some((at, message)) = excess(text) {
            let (line, column) = place_in(&line_starts(text), text, at);
            return Err(DocumentError {
                message,
                line,
                column,
                is_refused: true,
            });
        }
        let mut builder = Builder::new(text);
        let mut parser = PullParser::new(text)
            .with_max_depth(DEPTH)
            .with_forbid_entities(true);
        loop {
            match parser.next_event() {
                Ok(Some(event)) => {
                    if let Some((at, message)) = misnamed(&event) {
                        let (line, column) = place_in(&line_starts(text), text, at);
                        return Err(DocumentError {
                            message,
                            line,
                            column,
                            is_refused: false,
                        });
                    }
                    builder.take(event, text);
                }
                Ok(None) => return Ok(builder.finish(text)),
                Err(error) => return Err(refusal(&error, text)),
            }
        }
    }

    /// All nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The document element.
    pub fn element(&self) -> NodeId {
        self.children(ROOT)
            .find(|id| self.nodes[*id].kind == Kind::Element)
            .unwrap_or(ROOT)
    }

    /// The attributes of an element, in the order in which they are written.
    pub fn attributes(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        (id + 1..self.nodes[id].end).take_while(move |next| self.is_attribute_of(*next, id))
    }

    fn is_attribute_of(&self, next: NodeId, id: NodeId) -> bool {
        let node = &self.nodes[next];
        node.kind == Kind::Attribute && node.parent == id
    }

    /// The children of a node; attributes are none.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let end = self.nodes[id].end;
        let mut next = id + 1;
        while next < end && self.is_attribute_of(next, id) {
            next += 1;
        }
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.nodes[child].end;
            Some(child)
        })
    }

    /// The string value of a node (XPath 1.0 section 5).
    pub fn string_value(&self, id: NodeId) -> Cow<'_, str> {
        let node = &self.nodes[id];
        match node.kind {
            Kind::Root | Kind::Element => {
                let inside = &self.nodes[id..node.end];
                let mut texts = inside.iter().filter(|node| node.kind == Kind::Text);
                match (texts.next(), texts.next()) {
                    (None, _) => Cow::Borrowed(""),
                    (Some(only), None) => Cow::Borrowed(&only.text),
                    (Some(first), Some(second)) => {
                        let mut all = first.text.clone() + &second.text;
                        texts.for_each(|text| all.push_str(&text.text));
                        Cow::Owned(all)
                    }
                }
            }
            _ => Cow::Borrowed(&node.text),
        }
    }

    /// The line and column of a node, from 1; the column in characters. Attributes have those of their element.
    pub fn place(&self, id: NodeId) -> (usize, usize) {
        place_in(&self.lines, &self.source, self.nodes[id].start)
    }

    /// The path of a node as people read it: `/s:Envelope/item[2]/@id`, with the prefixes of the document.
    pub fn path(&self, id: NodeId) -> String {
        let mut parts = Vec::new();
        let mut id = id;
        while id != ROOT {
            let node = &self.nodes[id];
            let name = node.name.as_ref().map(|name| name.written());
            let name = name.unwrap_or_default();
            parts.push(match node.kind {
                Kind::Attribute => format!("@{name}"),
                Kind::Text => "text()".to_owned(),
                Kind::Comment => "comment()".to_owned(),
                Kind::Instruction => format!("processing-instruction('{name}')"),
                Kind::Root | Kind::Element => match self.number(id) {
                    Some(number) => format!("{name}[{number}]"),
                    None => name.into_owned(),
                },
            });
            id = node.parent;
        }
        parts.iter().rev().fold(String::new(), |path, part| {
            if path.len() > LONGEST_PATH {
                return path;
            }
            path + "/" + part
        }) + if parts.is_empty() { "/" } else { "" }
    }

    /// Which of several elements of its name it is.
    fn number(&self, id: NodeId) -> Option<usize> {
        let is_same = |one: &NodeId| self.nodes[*one].name == self.nodes[id].name;
        let mut same = self.children(self.nodes[id].parent).filter(is_same);
        let before = same.by_ref().take_while(|one| *one != id).count();
        (before > 0 || same.next().is_some()).then_some(before + 1)
    }
}

/// No path grows longer than about this many bytes.
const LONGEST_PATH: usize = 2_000;

/// The document as far as it was read.
struct Builder {
    nodes: Vec<Node>,
    open: Vec<NodeId>,
    names: HashMap<Name, Arc<Name>>,
    lines: Vec<usize>,
}

impl Builder {
    fn new(text: &str) -> Builder {
        let root = Node {
            kind: Kind::Root,
            name: None,
            text: String::new(),
            parent: ROOT,
            end: 1,
            start: 0,
        };
        Builder {
            nodes: vec![root],
            open: vec![ROOT],
            names: HashMap::new(),
            lines: line_starts(text),
        }
    }

    fn take(&mut self, event: PullEvent<'_>, text: &str) {
        match event {
            PullEvent::StartElement {
                name,
                attributes,
                byte_start,
                byte_end,
                ..
            } => {
                let name = self.name(&name);
                let id = self.push(Kind::Element, Some(name), String::new(), byte_start);
                self.open.push(id);
                let has_some = attributes.iter().any(|one| is_affected(&one.value));
                let tag = text.get(byte_start..byte_end).filter(|_| has_some);
                let written = tag.map(Written::of);
                for attribute in attributes {
                    let name = self.name(&attribute.name);
                    let normalised = written.as_ref().filter(|_| is_affected(&attribute.value));
                    let normalised = normalised.and_then(|tag| tag.value(&name.written()));
                    let value = normalised.unwrap_or_else(|| attribute.value.into_owned());
                    self.push(Kind::Attribute, Some(name), value, byte_start);
                }
            }
            PullEvent::EndElement { .. } => {
                if let Some(id) = self.open.pop() {
                    self.nodes[id].end = self.nodes.len();
                }
            }
            PullEvent::Text {
                content,
                byte_start,
                ..
            }
            | PullEvent::CData {
                content,
                byte_start,
                ..
            } => self.text(&content, byte_start),
            PullEvent::Comment {
                content,
                byte_start,
                ..
            } => {
                self.push(Kind::Comment, None, content.into_owned(), byte_start);
            }
            PullEvent::ProcessingInstruction { pi, byte_start, .. } => {
                let name = Arc::new(Name {
                    namespace: String::new(),
                    prefix: String::new(),
                    local: pi.target.into_owned(),
                });
                let data = pi.data.map(Cow::into_owned).unwrap_or_default();
                self.push(Kind::Instruction, Some(name), data, byte_start);
            }
            _ => {}
        }
    }

    /// Text and CDATA sections side by side are one node (XPath 1.0 section 5.7).
    fn text(&mut self, content: &str, start: usize) {
        if self.open.len() == 1 || content.is_empty() {
            return;
        }
        let parent = self.parent();
        match self.nodes.last_mut() {
            Some(last) if last.kind == Kind::Text && last.parent == parent => {
                last.text.push_str(content);
            }
            _ => {
                self.push(Kind::Text, None, content.to_owned(), start);
            }
        }
    }

    fn parent(&self) -> NodeId {
        self.open.last().copied().unwrap_or(ROOT)
    }

    fn push(&mut self, kind: Kind, name: Option<Arc<Name>>, text: String, start: usize) -> NodeId {
        let id = self.nodes.len();
        let parent = self.parent();
        self.nodes.push(Node {
            kind,
            name,
            text,
            parent,
            end: id + 1,
            start,
        });
        id
    }

    fn name(&mut self, name: &QName<'_>) -> Arc<Name> {
        let name = Name {
            namespace: name.namespace_uri.as_deref().unwrap_or_default().to_owned(),
            prefix: name.prefix.as_deref().unwrap_or_default().to_owned(),
            local: name.local_name.to_string(),
        };
        if let Some(known) = self.names.get(&name) {
            return Arc::clone(known);
        }
        let shared = Arc::new(name.clone());
        self.names.insert(name, Arc::clone(&shared));
        shared
    }

    fn finish(mut self, text: &str) -> Document {
        self.nodes[ROOT].end = self.nodes.len();
        Document {
            nodes: self.nodes,
            lines: self.lines,
            source: text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        Document::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn nodes_are_in_document_order_with_their_places() {
        let text = "<r xmlns='urn:d' id='9'>\n é<t:item xmlns:t='urn:t' n='1'>x<![CDATA[<]]>y</t:item>\n <i/><i/>\n</r>";
        let document = Document::parse_text(text).unwrap();
        let shown = document.nodes().iter().enumerate().skip(1);
        let shown: Vec<String> = shown
            .into_iter()
            .map(|(id, _)| format!("{} {:?}", document.path(id), document.place(id)))
            .collect();
        assert_eq!(
            shown,
            [
                "/r (1, 1)",
                "/r/@id (1, 1)",
                "/r/text() (1, 25)",
                "/r/t:item (2, 3)",
                "/r/t:item/@n (2, 3)",
                "/r/t:item/text() (2, 33)",
                "/r/text() (2, 57)",
                "/r/i[1] (3, 2)",
                "/r/i[2] (3, 6)",
                "/r/text() (3, 10)"
            ]
        );
        assert_eq!(document.string_value(4), "x<y");
        assert_eq!(document.node(1).name.as_ref().unwrap().namespace, "urn:d");
        assert_eq!(document.node(2).name.as_ref().unwrap().namespace, "");
    }

    #[test]
    fn what_is_not_well_formed_is_reported_with_its_place() {
        let cases = [
            (
                "<a>é\n <b></c></a>",
                "mismatched end tag: expected </b>, found </c> (line 2, column 9)",
            ),
            (
                "<a x='1'\n  x='2'/>",
                "duplicate attribute: x (line 2, column 8)",
            ),
            (
                "<a><p:b/></a>",
                "undeclared namespace prefix: p (line 1, column 8)",
            ),
            (
                "<a/><b/>",
                "only one root element is allowed (line 1, column 5)",
            ),
            (
                "{}",
                "content found outside of root element (line 1, column 1)",
            ),
            ("<a>", "unexpected end (line 1, column 4)"),
            ("", "there is no element (line 1, column 1)"),
            (
                "<a>&nope;</a>",
                "unknown entity reference: &nope; (line 1, column 10)",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(refused(text), expected, "{text}");
        }
    }

    #[test]
    fn entities_are_refused_and_nothing_is_fetched() {
        for text in [
            "<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;'>]><a>&c;</a>",
            "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'> %p;]><a/>",
        ] {
            let error = Document::parse(text.as_bytes()).unwrap_err();
            assert!(error.is_refused, "{error}");
            assert!(error.message.contains("entities"), "{error}");
        }
        let external = "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'><a/>";
        assert!(Document::parse(external.as_bytes()).is_ok());
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(refused(&"<a>".repeat(100_000)).starts_with("elements are nested more than 500"));
    }

    #[test]
    fn encodings_are_read_or_named() {
        let utf16: Vec<u8> = "\u{feff}<a>é</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(Document::parse(&utf16).unwrap().string_value(ROOT), "é");
        assert!(Document::parse("\u{feff}<a/>".as_bytes()).is_ok());
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        let error = Document::parse(latin).unwrap_err();
        assert_eq!(
            error.message,
            "the encoding `ISO-8859-1` is not read, only UTF-8 and UTF-16 are"
        );
        assert_eq!(
            Document::parse(b"<a>\n\xe9</a>").unwrap_err().to_string(),
            "not UTF-8 text (line 2, column 1)"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(body in "[<>/=&;'\"a-c: \n!\\[\\]?-]{0,80}") {
            if let Ok(document) = Document::parse(body.as_bytes()) {
                for id in 0..document.nodes().len() {
                    document.path(id);
                    document.place(id);
                    document.string_value(id);
                }
            }
        }
    }
}
