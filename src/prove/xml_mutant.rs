//! Mutants of an XML body: one element, attribute or text changed.
//!
//! Places are the local names of the elements around: `/Envelope/Body/item/@id`. As in JSON bodies, the first and the
//! last of each place are changed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde_json::Value;

use crate::model::Response;
use crate::prove::bounds::Bounds;
use crate::prove::change::{OTHER_TYPES, changes};
use crate::prove::changed::Mutant;
use crate::xml::compare::escaped;
use crate::xml::document::{Document, Kind, NodeId, ROOT};

/// A name that no answer contains.
const STRANGER: &str = "probity-other";

/// One change of a document.
#[derive(Clone, Debug, PartialEq)]
enum Change {
    Removed,
    Renamed,
    Twice,
    InOtherNamespace,
    /// The children in reverse order.
    Reversed,
    /// Another text in an element, or another value of an attribute.
    Text(String),
    ExtraElement,
    ExtraAttribute,
}

/// Makes every mutant of a body that is XML, one at a time.
pub(super) fn each_xml_mutant(original: &Response, see: &mut dyn FnMut(Mutant)) {
    let Ok(document) = Document::parse(&original.body) else {
        return;
    };
    for (place, nodes) in places(&document) {
        for node in &nodes {
            let mut emit = |what: &str, change: Change| {
                see(Mutant {
                    place: place.clone(),
                    what: what.to_owned(),
                    response: Response {
                        body: written(&document, *node, &change).into_bytes(),
                        ..original.clone()
                    },
                });
            };
            change_node(&document, *node, &mut emit);
        }
    }
}

fn change_node(document: &Document, id: NodeId, emit: &mut dyn FnMut(&str, Change)) {
    let node = document.node(id);
    if node.kind == Kind::Attribute {
        emit("removed", Change::Removed);
        emit("renamed", Change::Renamed);
        change_text(&node.text, emit);
        return;
    }
    let is_element = |child: &NodeId| document.node(*child).kind == Kind::Element;
    let elements = document.children(id).filter(is_element).count();
    if node.parent != ROOT {
        emit("removed", Change::Removed);
        emit("twice", Change::Twice);
    }
    emit("renamed", Change::Renamed);
    emit("in another namespace", Change::InOtherNamespace);
    emit("with an extra attribute", Change::ExtraAttribute);
    if elements == 0 {
        change_text(&document.string_value(id), emit);
    } else {
        emit("with an extra element", Change::ExtraElement);
        emit("emptied", Change::Text(String::new()));
    }
    if elements > 1 {
        emit("in other order", Change::Reversed);
    }
}

/// The changes of a text, and of the number that it is.
fn change_text(text: &str, emit: &mut dyn FnMut(&str, Change)) {
    let mut made: Vec<(&str, String)> = Vec::new();
    let number: Option<Value> = serde_json::from_str(text).ok().filter(Value::is_number);
    let values = [Some(Value::from(text)), number].into_iter().flatten();
    for value in values {
        for change in changes(&value, None, &Bounds::default()) {
            // All of XML is text.
            if OTHER_TYPES.contains(&change.what) {
                continue;
            }
            let changed = match change.value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ => continue,
            };
            let is_known = made.iter().any(|(_, known)| *known == changed);
            if changed != text && !is_known {
                made.push((change.what, changed));
            }
        }
    }
    for (what, changed) in made {
        emit(what, Change::Text(changed));
    }
}

/// The first and the last element or attribute of each place.
fn places(document: &Document) -> BTreeMap<String, Vec<NodeId>> {
    let mut paths: HashMap<NodeId, String> = HashMap::new();
    let mut places: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
    for (id, node) in document.nodes().iter().enumerate() {
        let Some(name) = &node.name else { continue };
        let around = paths.get(&node.parent).map_or("", String::as_str);
        let path = match node.kind {
            Kind::Element => format!("{around}/{}", name.local),
            Kind::Attribute => format!("{around}/@{}", name.local),
            _ => continue,
        };
        if node.kind == Kind::Element {
            paths.insert(id, path.clone());
        }
        let nodes = places.entry(path).or_default();
        nodes.truncate(1);
        nodes.push(id);
    }
    places
}

/// The document with one change, as XML.
fn written(document: &Document, at: NodeId, change: &Change) -> String {
    let mut writer = Writer {
        document,
        at,
        change,
        text: String::new(),
    };
    writer.element(document.element(), &Scope::default());
    writer.text
}

/// The namespaces that are declared around an element.
#[derive(Clone, Default)]
struct Scope(BTreeMap<String, String>);

struct Writer<'w> {
    document: &'w Document,
    at: NodeId,
    change: &'w Change,
    text: String,
}

impl Writer<'_> {
    fn element(&mut self, id: NodeId, scope: &Scope) {
        let node = self.document.node(id);
        let Some(name) = &node.name else { return };
        let change = (id == self.at).then_some(self.change);
        if change == Some(&Change::Removed) {
            return;
        }
        let mut namespace = name.namespace.as_str();
        let mut prefix = name.prefix.as_str();
        if change == Some(&Change::InOtherNamespace) {
            (namespace, prefix) = ("urn:probity:other", "probity");
        }
        let local = match change {
            Some(Change::Renamed) => STRANGER,
            _ => name.local.as_str(),
        };
        let tag = qualified(prefix, local);
        let _ = write!(self.text, "<{tag}");
        let mut scope = scope.clone();
        self.declare(prefix, namespace, &mut scope);
        for attribute in self.document.attributes(id) {
            self.attribute(attribute, &mut scope);
        }
        if change == Some(&Change::ExtraAttribute) {
            let _ = write!(self.text, " {STRANGER}=\"{STRANGER}\"");
        }
        self.text.push('>');
        match change {
            Some(Change::Text(text)) => self.text.push_str(&escaped(text)),
            _ => self.content(id, change, &scope),
        }
        let _ = write!(self.text, "</{tag}>");
    }

    fn content(&mut self, id: NodeId, change: Option<&Change>, scope: &Scope) {
        let mut children: Vec<NodeId> = self.document.children(id).collect();
        if change == Some(&Change::Reversed) {
            children.reverse();
        }
        for child in children {
            let node = self.document.node(child);
            match node.kind {
                Kind::Element => {
                    self.element(child, scope);
                    if child == self.at && *self.change == Change::Twice {
                        self.element(child, scope);
                    }
                }
                Kind::Text => self.text.push_str(&escaped(&node.text)),
                _ => {}
            }
        }
        if change == Some(&Change::ExtraElement) {
            let _ = write!(self.text, "<{STRANGER}/>");
        }
    }

    fn attribute(&mut self, id: NodeId, scope: &mut Scope) {
        let node = self.document.node(id);
        let Some(name) = &node.name else { return };
        let change = (id == self.at).then_some(self.change);
        let (local, value) = match change {
            Some(Change::Removed) => return,
            Some(Change::Renamed) => (STRANGER, node.text.as_str()),
            Some(Change::Text(text)) => (name.local.as_str(), text.as_str()),
            _ => (name.local.as_str(), node.text.as_str()),
        };
        if !name.prefix.is_empty() {
            self.declare(&name.prefix, &name.namespace, scope);
        }
        let name = qualified(&name.prefix, local);
        let _ = write!(self.text, " {name}=\"{}\"", escaped(value));
    }

    /// Declares a namespace where it is not declared.
    fn declare(&mut self, prefix: &str, namespace: &str, scope: &mut Scope) {
        let known = scope.0.get(prefix).map_or("", String::as_str);
        if known == namespace || prefix == "xml" {
            return;
        }
        let name = match prefix {
            "" => "xmlns".to_owned(),
            prefix => format!("xmlns:{prefix}"),
        };
        let _ = write!(self.text, " {name}=\"{}\"", escaped(namespace));
        scope.0.insert(prefix.to_owned(), namespace.to_owned());
    }
}

fn qualified(prefix: &str, local: &str) -> String {
    match prefix {
        "" => local.to_owned(),
        prefix => format!("{prefix}:{local}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "<s:e xmlns:s='urn:s' xmlns='urn:d'><list a='1' s:b='x &amp; &lt;'><i>1</i><i>2</i><i>y</i></list></s:e>";

    fn mutants() -> Vec<(String, String, String)> {
        let original = Response {
            status: 200,
            body: BODY.into(),
            ..Response::default()
        };
        let mut all = Vec::new();
        each_xml_mutant(&original, &mut |mutant| {
            let body = String::from_utf8(mutant.response.body).unwrap();
            all.push((mutant.place, mutant.what, body));
        });
        all
    }

    #[test]
    fn every_mutant_is_another_well_formed_document() {
        let all = mutants();
        assert!(all.len() > 50, "{}", all.len());
        let mut prefixes = crate::xml::compare::Prefixes::default();
        let mut lines = |text: &str| {
            let document =
                Document::parse_text(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let lines = crate::xml::compare::lines(&document, &mut prefixes, &str::to_owned);
            let lines = lines.into_iter();
            lines.map(|line| line.text).collect::<Vec<_>>()
        };
        let original = lines(BODY);
        for (place, what, body) in all {
            assert_ne!(lines(&body), original, "{place} {what}");
        }
    }

    #[test]
    fn elements_attributes_and_texts_are_changed() {
        let all = mutants();
        let made = |place: &str, what: &str| {
            let mut found = all.iter().filter(|(at, how, _)| at == place && how == what);
            found
                .next()
                .unwrap_or_else(|| panic!("{place} {what}"))
                .2
                .clone()
        };
        let whole = |list: &str| format!("<s:e xmlns:s=\"urn:s\">{list}</s:e>");
        let attributes = "a=\"1\" s:b=\"x &amp; &lt;\"";
        let list = |open: &str, inside: &str| {
            whole(&format!("<list xmlns=\"urn:d\"{open}>{inside}</list>"))
        };
        let items = "<i>1</i><i>2</i><i>y</i>";
        assert_eq!(made("/e/list", "removed"), whole(""));
        assert_eq!(
            made("/e/list/i", "removed"),
            list(&format!(" {attributes}"), "<i>2</i><i>y</i>")
        );
        assert_eq!(
            made("/e/list/i", "one more"),
            list(&format!(" {attributes}"), "<i>2</i><i>2</i><i>y</i>")
        );
        assert_eq!(
            made("/e/list/@a", "removed"),
            list(" s:b=\"x &amp; &lt;\"", items)
        );
        assert_eq!(
            made("/e/list/@b", "empty"),
            list(" a=\"1\" s:b=\"\"", items)
        );
        assert_eq!(
            made("/e/list", "in other order"),
            list(&format!(" {attributes}"), "<i>y</i><i>2</i><i>1</i>")
        );
        assert_eq!(
            made("/e", "in another namespace"),
            whole(&format!(
                "<list xmlns=\"urn:d\" xmlns:s=\"urn:s\" {attributes}>{items}</list>"
            ))
            .replace(
                "<s:e xmlns:s=\"urn:s\">",
                "<probity:e xmlns:probity=\"urn:probity:other\">"
            )
            .replace("</s:e>", "</probity:e>")
            .replace(" xmlns:s=\"urn:s\" a=\"1\"", " a=\"1\" xmlns:s=\"urn:s\"")
        );
    }
}
